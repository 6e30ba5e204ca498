"""The checkout's Markdown: its headings, and its links with their lines."""
from __future__ import annotations

import dataclasses
import difflib
import posixpath
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Iterable, Iterator
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")


@dataclasses.dataclass(frozen=True)
class Link:
    line: int
    target: str
    is_image: bool


def slug(text: str) -> str:
    """The anchor of a heading, as GitHub and the site's `toc` make it."""
    kept = "".join(c for c in text.strip().lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
    return kept.replace(" ", "-")


def _text(token: Token) -> str:
    """What an inline token says without its marks."""
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline", "softbreak"))


class Markdown:
    """One file of Markdown."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = PARSER.parse(text)

    @property
    def title(self) -> str:
        for opening, inline in zip(self.tokens, self.tokens[1:]):
            if opening.type == "heading_open" and opening.tag == "h1":
                return _text(inline)
        return ""

    def headings(self) -> dict[str, str]:
        """Their texts by their anchors; the second heading of a name gets -1, as GitHub has it."""
        found: dict[str, str] = {}
        for opening, inline in zip(self.tokens, self.tokens[1:]):
            if opening.type == "heading_open":
                name = slug(_text(inline))
                taken, number = name, 0
                while taken in found:
                    number += 1
                    taken = f"{name}-{number}"
                found[taken] = _text(inline)
        return found

    def links(self) -> Iterator[Link]:
        lines = self.text.split("\n")
        place = (0, len(lines))
        for token in self.tokens:
            place = tuple(token.map) if token.map else place
            if token.type != "inline":
                continue
            for child in token.children or []:
                if child.type not in ("link_open", "image"):
                    continue
                target = str(child.attrs["src" if child.type == "image" else "href"])
                spelled = (f"]({target}", f"]({unquote(target)}", f"<{target}>")
                line = next(
                    (n for n in range(*place) if any(form in lines[n] for form in spelled)), place[0]
                )
                yield Link(line + 1, target, child.type == "image")


class Checkout:
    """What a clone has: the files that git knows or would take; without git all that there is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            listed = subprocess.run(
                ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=root, check=True, capture_output=True, text=True,
            ).stdout.split("\0")
        except (OSError, subprocess.CalledProcessError):
            listed = [p.relative_to(root).as_posix() for p in root.rglob("*") if not _is_built(p.relative_to(root))]
        self.files = sorted({name for name in listed if name and (root / name).is_file()})
        self.folders = {parent for name in self.files for parent in _parents(name)}
        self._markdown: dict[str, Markdown] = {}

    def markdown(self, name: str) -> Markdown:
        if name not in self._markdown:
            self._markdown[name] = Markdown((self.root / name).read_text(encoding="utf-8"))
        return self._markdown[name]

    def files_below(self, folder: str) -> list[str]:
        return [name for name in self.files if name.startswith(folder + "/")]

    def target(self, name: str, link: str) -> tuple[str, str] | None:
        """The file and the anchor that a link of a file is to; None for links to elsewhere."""
        if re.match(r"[a-z][a-z0-9+.-]*:|//", link):
            return None
        path, _, anchor = link.partition("#")
        folder = posixpath.dirname(name)
        return (posixpath.normpath(posixpath.join(folder, unquote(path))) if path else name), unquote(anchor)

    def broken_links(self) -> list[str]:
        return [
            problem
            for name in self.files if name.endswith(".md")
            for link in self.markdown(name).links()
            if (problem := self._problem(name, link))
        ]

    def _problem(self, name: str, link: Link) -> str | None:
        found = self.target(name, link.target)
        if found is None:
            return None
        path, anchor = found
        place = f"{name}:{link.line}: the link '{link.target}'"
        if path not in self.files and path not in self.folders:
            if (self.root / path).exists() and not path.startswith(".."):
                return f"{place}: '{path}' is not in git -> add it, or link what everybody has"
            return f"{place}: there is no '{path}'{near_path(path, self.files)}"
        if anchor and path.endswith(".md"):
            anchors = self.markdown(path).headings()
            if anchor not in anchors:
                return f"{place}: '{path}' has no heading '#{anchor}'{near(anchor, anchors, '#')}"
        elif anchor:
            return f"{place}: '{path}' is no page and has no headings -> leave '#{anchor}' out"
        return None


def near(wanted: str, names: Iterable[str], prefix: str = "") -> str:
    found = difflib.get_close_matches(wanted, list(names), n=3, cutoff=0.5)
    return " -> near: " + ", ".join(f"'{prefix}{name}'" for name in found) if found else " -> nothing is near"


def near_path(wanted: str, files: list[str]) -> str:
    base = posixpath.basename(wanted)
    same = [name for name in files if posixpath.basename(name) == base][:3]
    return " -> near: " + ", ".join(f"'{name}'" for name in same) if same else near(wanted, files)


def _parents(name: str) -> Iterator[str]:
    while name := posixpath.dirname(name):
        yield name


def _is_built(path: Path) -> bool:
    return any(part in (".git", ".venv", "__pycache__") or part.startswith(".build") for part in path.parts)
