"""Pages of the commands, of the texts that `--help` prints: Tests/Fixtures/Program/help, which a test holds against the program."""
from __future__ import annotations

import dataclasses
import html
import re
from pathlib import Path
from typing import Iterator

from checkout import Checkout

TEXTS = "Tests/Fixtures/Program/help"
FOLDER = "docs/commands"


@dataclasses.dataclass(frozen=True)
class Entry:
    """An option, an argument or a subcommand, and what is said of it."""

    name: str
    text: str


@dataclasses.dataclass(frozen=True)
class Help:
    command: str
    overview: list[str]
    usage: list[str]
    sections: list[tuple[str, list[Entry]]]

    @property
    def summary(self) -> str:
        return self.overview[0]

    def section(self, title: str) -> list[Entry]:
        return next((entries for name, entries in self.sections if name == title), [])


class HelpError(ValueError):
    """A help text has a form that is not known here."""


def parse(command: str, text: str) -> Help:
    """Reads what ArgumentParser prints: an overview, the usage, and sections of indented entries."""
    def fail(line: str, expected: str) -> HelpError:
        return HelpError(f"reading the help of '{command}': found '{line}', expected {expected} -> see {Path(__file__).name}")

    lines = text.rstrip("\n").split("\n")
    starts = [n for n, line in enumerate(lines) if re.match(r"[A-Z][A-Z ]*:", line)]
    overview, usage, sections = [], [], []
    for start, end in zip(starts, starts[1:] + [len(lines)]):
        title, _, rest = lines[start].partition(":")
        body = [rest.strip()] + lines[start + 1 : end]
        if title == "OVERVIEW":
            overview = [" ".join(part.split()) for part in "\n".join(body).split("\n\n") if part.strip()]
        elif title == "USAGE":
            usage = [line.strip() for line in body if line.strip()]
        else:
            entries: list[Entry] = []
            for line in body[1:]:
                if not line.strip() or line.startswith("  See 'slowfast help"):
                    continue
                name, words = line[2:26].rstrip(), line[26:].strip()
                if line.startswith(" " * 26):
                    if not entries:
                        raise fail(line, "an entry before its text")
                    words = line.strip()
                elif not re.match(r"  \S", line):
                    raise fail(line, "an entry after two spaces, or its text after 26")
                else:
                    if len(line) > 26 and line[25] != " ":
                        # A name that is too long for its column stands alone.
                        name, words = line.strip(), ""
                    entries.append(Entry(name, ""))
                last = entries[-1]
                entries[-1] = Entry(last.name, f"{last.text} {words}".strip())
            sections.append((title, entries))
    if not overview or not usage:
        raise fail(lines[0], "OVERVIEW: and USAGE:")
    return Help(command, overview, usage, sections)


def read_all(root: Path) -> list[Help]:
    """Every command, `slowfast` itself first."""
    found = [
        parse(path.stem.replace("-", " "), path.read_text(encoding="utf-8")) for path in sorted((root / TEXTS).glob("*.txt"))
    ]
    if not found:
        raise HelpError(f"reading the help texts: '{TEXTS}' has none -> sh {TEXTS}/make.sh")
    return found


def page_name(command: str) -> str:
    return f"{FOLDER}/{'index' if command == 'slowfast' else command.removeprefix('slowfast ').replace(' ', '-')}.md"


def pages(checkout: Checkout) -> Iterator[tuple[str, str]]:
    """Names and texts of all pages."""
    all_help = read_all(checkout.root)
    commands = {help.command for help in all_help}
    missing = [
        f"{help.command} {name}"
        for help in all_help for entry in help.section("SUBCOMMANDS")
        if (name := entry.name.split()[0]) and f"{help.command} {name}" not in commands
    ]
    if missing:
        raise HelpError(f"reading the help texts: '{TEXTS}' has none of '{missing[0]}' -> add it to {TEXTS}/make.sh and run it")
    for help in all_help:
        yield page_name(help.command), page(help, commands, guides_of(checkout, help))


def guides_of(checkout: Checkout, help: Help) -> list[tuple[str, str]]:
    """The places in docs/ that the README's table names for a command, and those that its overview names: with their titles."""
    rows = checkout.markdown("README.md").text.split("\n")
    row = next((row for row in rows if row.startswith(f"| `{help.command}` |")), "")
    found = re.findall(r"\]\((docs/[^)]*)\)", row)
    pages = {guide.partition("#")[0] for guide in found}
    named = [name for part in help.overview for name in re.findall(r"docs/[a-z-]+\.md", part) if name not in pages]
    return [(guide, _title(checkout, guide)) for guide in dict.fromkeys(found + named)]


def _title(checkout: Checkout, guide: str) -> str:
    name, _, anchor = guide.partition("#")
    page = checkout.markdown(name)
    return f"{page.title}: {page.headings()[anchor]}" if anchor else page.title


def page(help: Help, commands: set[str], guides: list[tuple[str, str]]) -> str:
    """Markdown of one command."""
    lines = [f"# {help.command}" if help.command != "slowfast" else "# Commands", ""]
    summary, *more = [prose(paragraph, commands) for paragraph in help.overview]
    lines += [summary, "", "```", *(line for usage in help.usage for line in wrapped(usage)), "```", ""]
    for paragraph in more:
        lines += [paragraph, ""]
    if guides:
        links = [f"[{title}](../{name.removeprefix('docs/')})" for name, title in guides]
        lines += ["Guide" + ("s" if len(links) > 1 else "") + ": " + ", ".join(links) + ".", ""]
    for title, entries in sorted(help.sections, key=lambda section: section[0] != "SUBCOMMANDS"):
        if title == "SUBCOMMANDS":
            lines += _subcommands(help, entries, commands)
            continue
        lines += [f"## {title.capitalize()}", ""]
        for entry in entries:
            lines += [_term(entry.name), f":   {prose(entry.text, commands) or '&nbsp;'}", ""]
    if help.command == "slowfast":
        lines += [
            "Results go to files and stdout, progress and notices to stderr; the exit status is 0 (done), 1 (the run failed) or 64 "
            "(the call was wrong). What holds for all commands, damaged videos and interrupted runs among it: "
            "[README](../../README.md#commands).",
            "",
        ]
    return "\n".join(lines)


def wrapped(usage: str) -> list[str]:
    """A usage in lines that a page has room for; an option and its value stay together."""
    parts = re.findall(r"\([^)]*\)|\[[^\]]*\]|--\S+ [^\s\[(-]\S*|\S+", usage)
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + 1 + len(part) > 88:
            lines.append("   ")
        lines[-1] += (" " if lines[-1] else "") + part
    return lines


def _term(name: str) -> str:
    code = f"<code>{html.escape(name)}</code>"
    option = re.search(r"--([a-z0-9][a-z0-9-]*)", name)
    return f'<a id="{option[1]}" href="#{option[1]}">{code}</a>' if option else code


def _subcommands(help: Help, entries: list[Entry], commands: set[str]) -> list[str]:
    rows = ["| command | does |", "|---|---|"]
    for entry in entries:
        name, _, note = entry.name.partition(" ")
        command = f"{help.command} {name}"
        rows.append(f"| [`{command}`]({Path(page_name(command)).name}) {note} | {prose(entry.text, commands)} |")
    return rows + [""]


def prose(text: str, commands: set[str]) -> str:
    """A sentence of a help text as Markdown: code where it has options, keys, files or commands, with links to those that have pages."""

    def replace(match: re.Match[str]) -> str:
        quoted, code, word = match["quoted"], match["code"], match["word"]
        if quoted:
            command = " ".join(re.match(r"[a-z ]*", quoted)[0].split())
            return f"[`{quoted}`]({Path(page_name(command)).name})" if command in commands else f"`{quoted}`"
        if code:
            return f"`{code}`"
        if re.fullmatch(r"docs/[a-z-]+\.md", word):
            return f"[{word}](../{word.removeprefix('docs/')})"
        return f"`{word}`" if CODE.search(word) else _plain(word)

    pieces, end = [], 0
    for match in WORDS.finditer(text):
        pieces += [_plain(text[end : match.start()]), replace(match)]
        end = match.end()
    return "".join(pieces + [_plain(text[end:])])


WORDS = re.compile(r"'(?P<quoted>slowfast [^']+)'|`(?P<code>[^`]+)`|(?P<word>[\w./*-]*[\w/*])")
# Options, keys of configurations, and names of files and folders.
CODE = re.compile(r"^--\w|_|/$|^[A-Z0-9]+\.[A-Z]|\.(csv|html|json|jsonl|npy|npz|pbtxt|pkl|png|pyth|mp4|safetensors|txt|xml|yaml)$")


def _plain(text: str) -> str:
    return re.sub(r"([\\*_\[\]|#])", r"\\\1", html.escape(text, quote=False))
