"""The pages of the site: those of the checkout at their places in it, those that are made, and the files that they link."""
from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Iterator

import c_reference
import commands
import python_reference
import swift_reference
from checkout import Checkout, Markdown
from lists import four_spaces

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg")
LANGUAGES = {
    ".c": "c", ".h": "c", ".py": "python", ".sh": "sh", ".sbatch": "sh", ".slurm": "sh", ".swift": "swift", ".yaml": "yaml",
}
# What has a page of another form than its text.
MADE_OF = {c_reference.HEADER: c_reference.PAGE}


def made_pages(checkout: Checkout) -> Iterator[tuple[str, str]]:
    """Pages that no file of the checkout is: references, commands."""
    yield from commands.pages(checkout)
    yield c_reference.PAGE, c_reference.page((checkout.root / c_reference.HEADER).read_bytes())
    yield from swift_reference.pages(checkout)
    yield python_reference.PAGE, python_reference.page((checkout.root / python_reference.API).read_text(encoding="utf-8"))


class Pages:
    """What the site generator is given.

    A page of the checkout keeps its place, so that its links stay as they are. A link to a file that is no page (a program, a batch
    script) leads to a page with its text; one to a folder leads to its README, or to a page with its files.
    """

    def __init__(self, checkout: Checkout, first: list[str]) -> None:
        """`first` are the pages of the navigation; what they link, and so on, comes with them."""
        self.checkout = checkout
        self.texts: dict[str, str] = {}
        self.pictures: set[str] = set()
        # Pages that are texts of the checkout, as they are there.
        self.copies: set[str] = set()
        self.made = dict(made_pages(checkout))
        self._waiting = [*self.made, *(name for name in first if name in checkout.files)]
        while self._waiting:
            name = self._waiting.pop()
            if name not in self.texts:
                self.texts[name] = self._page(name)

    def write(self, folder: Path) -> None:
        for name, text in self.texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for name in self.pictures:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((self.checkout.root / name).read_bytes())

    def _page(self, name: str) -> str:
        if name in self.made:
            return self._linked(name, self.made[name])
        if name in self.checkout.files and name.endswith(".md"):
            self.copies.add(name)
            text = self._with_commands(name, self._linked(name, self.checkout.markdown(name).text))
            return four_spaces(_with_titles(text))
        listed = name.removesuffix(".md")
        if listed in self.checkout.folders:
            files = self.checkout.files_below(listed)
            return f"# {listed}\n\n" + "\n".join(f"## {posixpath.relpath(one, listed)}\n\n{self._code(one)}" for one in files)
        return f"# {listed}\n\n{self._code(listed)}"

    def _code(self, name: str) -> str:
        try:
            text = (self.checkout.root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return "Not a text.\n"
        fence = "`" * (max([2, *(len(run) for run in re.findall(r"`+", text))]) + 1)
        return f"{fence}{LANGUAGES.get(posixpath.splitext(name)[1], 'text')}\n{text.rstrip()}\n{fence}\n"

    def _linked(self, name: str, text: str) -> str:
        """The text with its links where their targets are in the site; the targets become pages."""
        for link in dict.fromkeys(link.target for link in Markdown(text).links()):
            found = self.checkout.target(name, link)
            if found is None:
                continue
            path, anchor = found
            page = self._page_of(path)
            if page is None:
                continue
            if page != path:
                new = posixpath.relpath(page, posixpath.dirname(name) or ".") + (f"#{anchor}" if anchor else "")
                text = text.replace(f"]({link})", f"]({new})")
        return text

    def _with_commands(self, name: str, text: str) -> str:
        """The text with links on commands that stand in it as code."""
        lines = text.split("\n")
        words = {n for token in Markdown(text).tokens if token.type == "inline" and token.map for n in range(*token.map)}
        for n in words:
            lines[n] = re.sub(
                r"(?<![\[`])`(slowfast ([a-z]+)(?: [^`]*)?)`(?![`\]])", lambda code: self._command_link(name, code), lines[n]
            )
        return "\n".join(lines)

    def _command_link(self, name: str, code: re.Match[str]) -> str:
        page = commands.page_name(f"slowfast {code[2]}")
        if page not in self.made:
            return code[0]
        return f"[`{code[1]}`]({posixpath.relpath(page, posixpath.dirname(name) or '.')})"

    def _page_of(self, path: str) -> str | None:
        """Where a file's page is; None where there is nothing, of which the site generator complains."""
        if path in MADE_OF:
            return MADE_OF[path]
        if path in self.made:
            return path
        if path.endswith(PICTURES) and path in self.checkout.files:
            self.pictures.add(path)
            return path
        if f"{path}/README.md" in self.checkout.files:
            path = f"{path}/README.md"
        if path not in self.checkout.files and path not in self.checkout.folders:
            return None
        page = path if path.endswith(".md") else path + ".md"
        self._waiting.append(page)
        return page


def _with_titles(text: str) -> str:
    """A word behind a block's language is its title, as for those who read the file."""
    return re.sub(r'(?m)^(\s*```\w+) ([^\s"=]+)$', r'\1 title="\2"', text)

