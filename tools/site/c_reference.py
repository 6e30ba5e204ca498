"""The page of the C interface, of its header: every declaration with the comment above it, in the header's order."""
from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Iterator

import tree_sitter
import tree_sitter_c

HEADER = "Sources/CLibraries/CSlowFast/include/slowfast.h"
PAGE = "docs/reference/c.md"

LANGUAGE = tree_sitter.Language(tree_sitter_c.language())


class HeaderError(ValueError):
    """The header has something that is not known here."""


@dataclasses.dataclass(frozen=True)
class Declaration:
    name: str
    kind: str
    text: str
    comment: str


def comment_text(raw: str) -> str:
    """A comment's words, without its marks."""
    body = raw.removeprefix("/*").removesuffix("*/").strip()
    return "\n".join(re.sub(r"^\s*\* ?", "", line) for line in body.split("\n"))


def read(source: bytes) -> tuple[str, list[Declaration]]:
    """What the header says of all, and its declarations."""
    # What C++ alone sees, `extern "C"`, opens a brace in one guard and closes it in another.
    seen = re.sub(rb"(?ms)^#ifdef __cplusplus$.*?^#endif$", lambda guard: re.sub(rb"[^\n]+", b"", guard[0]), source)
    tree = tree_sitter.Parser(LANGUAGE).parse(seen)
    nodes = list(_flattened(tree.root_node))
    introduction, comment, comment_end, found = "", "", -1, []
    for node in nodes:
        text = node.text.decode()
        if node.type == "comment":
            comment, comment_end = comment_text(text), node.end_point[0]
            if not introduction:
                introduction, comment = comment, ""
            continue
        above = comment if comment_end + 1 == node.start_point[0] else ""
        comment = ""
        if node.type in ("#ifndef", "preproc_include", "#endif", "identifier"):
            continue
        declaration = _declaration(node, text, above)
        if declaration:
            found.append(declaration)
    return introduction, found


def _flattened(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The header's statements, out of its guard."""
    for child in node.children:
        if child.type == "preproc_ifdef":
            yield from _flattened(child)
        elif child.has_error:
            place = f"{HEADER}:{child.start_point[0] + 1}"
            raise HeaderError(f"{place}: reading '{child.text.decode()[:60]}', expected C -> see {Path(__file__).name}")
        else:
            yield child


def _declaration(node: tree_sitter.Node, text: str, comment: str) -> Declaration | None:
    if node.type == "preproc_def":
        name = node.child_by_field_name("name").text.decode()
        return Declaration(name, "constant", text.strip(), comment) if node.child_by_field_name("value") else None
    if node.type == "declaration":
        name = _name(node.child_by_field_name("declarator"))
        return Declaration(name, "function", _one_declaration_a_line(text), comment)
    if node.type == "type_definition":
        name = node.child_by_field_name("declarator").text.decode()
        kind = node.child_by_field_name("type")
        body = kind.child_by_field_name("body")
        if body is None:
            return Declaration(name, "opaque", text, comment)
        return Declaration(name, "enumeration" if kind.type == "enum_specifier" else "structure", text, comment)
    raise HeaderError(
        f"{HEADER}:{node.start_point[0] + 1}: reading '{text[:60]}' ({node.type}), expected a type, a function or a constant"
        f" -> see {Path(__file__).name}"
    )


def _name(node: tree_sitter.Node) -> str:
    while node.type != "identifier":
        node = node.child_by_field_name("declarator")
    return node.text.decode()


def _one_declaration_a_line(text: str) -> str:
    """A function's declaration; a parameter a line where it would be wide."""
    flat = " ".join(text.split()).replace("( ", "(")
    if len(flat) <= 90:
        return flat
    head, _, rest = flat.partition("(")
    parameters = rest.removesuffix(");").split(", ")
    return head + "(\n" + ",\n".join("    " + parameter for parameter in parameters) + ");"


def page(source: bytes) -> str:
    introduction, declarations = read(source)
    linked = {declaration.name for declaration in declarations}
    version = next((one.text.split()[-1] for one in declarations if one.name == "SLOWFAST_API_VERSION"), None)
    lines = [
        "# C reference", "",
        "`#include <slowfast.h>`" + (f", version {version} of the interface" if version else "")
        + ". How to build with it, and a whole program: [SlowFast from C](../c.md).", "",
        *_prose(introduction, linked), "",
        "| declaration | what it is |", "|---|---|",
    ]
    for declaration in declarations:
        first = re.split(r"(?<=\.)\s", " ".join(declaration.comment.split()))[0]
        lines.append(f"| [`{declaration.name}`](#{declaration.name}) | {_inline(first, linked - {declaration.name})} |")
    lines.append("")
    for declaration in declarations:
        lines += [f"## {declaration.name} {{ #{declaration.name} }}", ""]
        lines += ["```c", declaration.text, "```", ""]
        lines += [*_prose(declaration.comment, linked - {declaration.name}), ""]
    return "\n".join(lines)


def _prose(comment: str, linked: set[str]) -> list[str]:
    """Paragraphs; lines `parameter: what it is` become a list."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", comment):
        for part in re.split(r"\n(?=[a-z_]+: )", paragraph):
            named = re.match(r"([a-z_]+): (.*)", part, flags=re.S)
            text = " ".join((named[2] if named else part).split())
            lines += [f"`{named[1]}`", f":   {_inline(text, linked)}", ""] if named else [_inline(text, linked), ""]
    return lines


def _inline(text: str, linked: set[str]) -> str:
    def word(match: re.Match[str]) -> str:
        name = match[0].strip("`")
        if match[0].startswith("`"):
            return f"[{match[0]}](#{name})" if name in linked else match[0]
        return f"[`{name}`](#{name})" if name in linked else f"`{name}`"

    pattern = re.compile(r"`[^`]*`|\b[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+\b|\b[A-Z]+\.[A-Z_]+(?:\.[A-Z_]+)*\b|\[[a-z_0-9]+(?:, [a-z_0-9 ]+)*\]")
    pieces, end = [], 0
    for match in pattern.finditer(text):
        pieces += [_escaped(text[end : match.start()]), word(match)]
        end = match.end()
    return "".join(pieces + [_escaped(text[end:])])


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_\[\]|#<])", r"\\\1", text)
