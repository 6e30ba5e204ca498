"""Lists as the site's Markdown wants them."""
from __future__ import annotations

from markdown_it import MarkdownIt

PARSER = MarkdownIt("commonmark").enable("table")


def four_spaces(text: str) -> str:
    """Indents what belongs to an item of a list by four spaces for each level, as Python-Markdown has it; GitHub takes two or three.

    An item of several paragraphs ends with an empty line.
    """
    lines = text.split("\n")
    added = [0] * (len(lines) + 1)
    ends: set[int] = set()
    for token in PARSER.parse(text):
        if token.type == "list_item_open" and token.map:
            start, end = token.map
            for n in range(start + 1, end):
                added[n] += max(0, 4 - len(token.info) - len(token.markup) - 1)
            if any(not line.strip() for line in "\n".join(lines[start:end]).rstrip().split("\n")):
                ends.add(end)
    found: list[str] = []
    for n, line in enumerate(lines):
        if n in ends and found[-1].strip():
            found.append("")
        found.append(" " * added[n] + line if line.strip() else line)
    return "\n".join(found)
