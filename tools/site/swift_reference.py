"""Pages of the Swift libraries, of their sources: every public declaration with its doc comment.

The sources are parsed, not built: what `public` stands before is on the page with what is written before its body. That nothing is
passed over is counted.
"""
from __future__ import annotations

import dataclasses
import re
import textwrap
from pathlib import Path
from typing import Iterator

import tree_sitter
import tree_sitter_swift

from checkout import Checkout
from lists import four_spaces

FOLDER = "docs/reference/swift"
# Products that are no libraries for people who write Swift.
LEFT_OUT = {"SlowFastLibrary": "C", "Readers": "the fuzzer"}

LANGUAGE = tree_sitter.Language(tree_sitter_swift.language())
BODIES = {
    "function_body", "computed_property", "class_body", "enum_class_body", "protocol_body", "willset_didset_block",
    "protocol_property_requirements",
}
KINDS = {
    "function_declaration": "function", "protocol_function_declaration": "function", "init_declaration": "initialiser",
    "subscript_declaration": "subscript", "property_declaration": "property", "protocol_property_declaration": "property",
    "enum_entry": "case", "typealias_declaration": "typealias", "associatedtype_declaration": "associatedtype",
}
# What callers need not know.
UNSEEN = re.compile(
    r"@(inlinable|usableFromInline|frozen|discardableResult|_transparent|inline\(__always\)|_optimize\(\w+\))\s+"
    r"|\b(public|open) "
)


class SourceError(ValueError):
    """A source has something that is not known here."""


@dataclasses.dataclass
class Declaration:
    kind: str
    name: str
    signature: str
    comment: str
    members: list["Declaration"] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Module:
    name: str
    # Types by their full names, those of others that are extended among them.
    types: dict[str, Declaration] = dataclasses.field(default_factory=dict)
    # Free functions, constants and other names.
    others: list[Declaration] = dataclasses.field(default_factory=list)

    def documented(self) -> Iterator[Declaration]:
        for one in [*self.others, *self.types.values()]:
            yield one
            yield from one.members


def products(manifest: str) -> dict[str, list[str]]:
    """The modules of each library that the package offers."""
    return {
        name: re.findall(r'"(\w+)"', targets)
        for name, targets in re.findall(r'\.library\(\s*name: "(\w+)",(?: type: \.\w+,)?\s*targets: \[(.*?)\]', manifest, flags=re.S)
    }


def read_module(root: Path, name: str) -> Module:
    folder = next((path for path in sorted(root.glob(f"Sources/*/{name}")) + sorted(root.glob(f"Sources/{name}"))), None)
    if folder is None:
        raise SourceError(f"reading the module '{name}': there is no Sources/{name} and no Sources/*/{name} -> see Package.swift")
    module = Module(name)
    reader = _Reader(module)
    for path in sorted(folder.rglob("*.swift")):
        reader.read(path.read_bytes(), path.relative_to(root).as_posix())
    reader.finish()
    return module


class _Reader:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.place = ""
        self.seen = 0
        self.internal: set[str] = set()
        # Conformances that extensions add: the type, the protocols with their conditions.
        self.conformances: list[tuple[str, str]] = []
        self.late: list[tuple[str, Declaration]] = []

    def read(self, source: bytes, place: str) -> None:
        self.place, self.seen = place, 0
        tree = tree_sitter.Parser(LANGUAGE).parse(source)
        self._children(tree.root_node, "", "")
        expected = len(public_lines(source.decode()))
        if self.seen != expected:
            raise SourceError(
                f"{place}: {expected} declarations begin with public, {self.seen} were understood -> see {Path(__file__).name}"
            )

    def finish(self) -> None:
        """Members that stand in extensions follow those of the type itself."""
        for owner, member in self.late:
            if owner not in self.internal:
                self._type(owner).members.append(member)
        for owner, clause in self.conformances:
            if owner in self.module.types and clause.split(" where ")[0] not in self.internal:
                self.module.types[owner].signature += f"\nextension {owner}: {clause}"

    def _type(self, name: str) -> Declaration:
        if name not in self.module.types:
            self.module.types[name] = Declaration("extension", name, f"extension {name}", "")
        return self.module.types[name]

    def _children(self, node: tree_sitter.Node, owner: str, inherited: str, late: bool = False) -> None:
        comments: list[tree_sitter.Node] = []
        for child in node.named_children:
            if child.type == "comment":
                text = child.text.decode()
                if text.startswith("///"):
                    if comments and comments[-1].end_point[0] + 1 != child.start_point[0]:
                        comments = []
                    comments.append(child)
                else:
                    comments = []
                continue
            above = comments if comments and comments[-1].end_point[0] + 1 == child.start_point[0] else []
            comments = []
            comment = "\n".join(re.sub(r"^/// ?", "", one.text.decode()) for one in above)
            self._declaration(child, owner, inherited, late, comment)

    def _declaration(self, node: tree_sitter.Node, owner: str, inherited: str, late: bool, comment: str) -> None:
        if node.type == "import_declaration":
            return
        said = _access(node)
        self.seen += said in ("public", "open")
        # What a protocol asks for and the cases of an enum are as public as they are, and so is all of a public extension.
        is_public = said in ("public", "open") or (
            said is None and (inherited in ("protocol", "extension") or (inherited == "enum" and node.type == "enum_entry"))
        )
        if node.type in ("class_declaration", "protocol_declaration"):
            keyword = next(c.type for c in node.children if c.type in ("struct", "class", "enum", "actor", "extension", "protocol"))
            name = node.child_by_field_name("name").text.decode()
            body = node.child_by_field_name("body")
            if keyword == "extension":
                clauses = [c.text.decode() for c in node.children if c.type == "inheritance_specifier"]
                where = next((" " + " ".join(c.text.decode().split()) for c in node.children if c.type == "type_constraints"), "")
                self.conformances += [(name, clause + where) for clause in clauses]
                self._children(body, name, "extension" if said == "public" else "", True)
                return
            full = f"{owner}.{name}" if owner else name
            if not is_public:
                self.internal.add(name)
                return
            self.module.types[full] = Declaration(keyword, full, self._signature(node), comment)
            self._children(body, full, keyword, False)
            return
        kind = KINDS.get(node.type)
        if kind is None or not is_public:
            return
        found = Declaration(kind, _name(node, kind), self._signature(node), comment)
        if not owner:
            self.module.others.append(found)
        elif late:
            self.late.append((owner, found))
        else:
            self._type(owner).members.append(found)

    def _signature(self, node: tree_sitter.Node) -> str:
        body = next((child for child in node.children if child.type in BODIES), None)
        end = body.start_byte if body else node.end_byte
        for child in node.children:
            if child.has_error and child is not body and not _is_body(child):
                line = child.start_point[0] + 1
                raise SourceError(f"{self.place}:{line}: '{node.text.decode()[:60]}' is not understood -> see {Path(__file__).name}")
        text = node.text[: end - node.start_byte].decode().rstrip()
        text = textwrap.dedent(" " * node.start_point[1] + text)
        text = UNSEEN.sub("", text).strip()
        if node.type in ("property_declaration", "protocol_property_declaration"):
            text = _property(text, body)
        if node.type == "subscript_declaration" and body is not None:
            text += _accessors(body)
        return text


def _is_body(node: tree_sitter.Node) -> bool:
    """What is not shown: values of properties are closures sometimes, whose statements may be newer than the grammar."""
    return node.type in BODIES or node.type in ("call_expression", "lambda_literal", "=")


def _property(text: str, body: tree_sitter.Node | None) -> str:
    head, equals, value = text.partition(" = ")
    if equals and ("\n" in value or len(value) > 40):
        text = head if ":" in head else head + " = ..."
    if body is None or body.type == "willset_didset_block":
        return text
    return text + _accessors(body)


def _accessors(body: tree_sitter.Node) -> str:
    getter = next((c for c in body.children if c.type == "computed_getter"), None)
    throws = " throws" if getter is not None and b"throws" in getter.text.split(b"{")[0] else ""
    if body.type == "protocol_property_requirements":
        return " " + " ".join(body.text.decode().split())
    writes = any(c.type in ("computed_setter", "computed_modify") for c in body.children)
    return f" {{ get{throws}{' set' if writes else ''} }}"


def _access(node: tree_sitter.Node) -> str | None:
    for modifiers in (child for child in node.children if child.type == "modifiers"):
        for modifier in modifiers.children:
            if modifier.type == "visibility_modifier" and modifier.child_count == 1:
                return modifier.text.decode()
    return None


def _name(node: tree_sitter.Node, kind: str) -> str:
    if kind in ("initialiser", "subscript"):
        return {"initialiser": "init", "subscript": "subscript"}[kind]
    name = node.child_by_field_name("name")
    if kind == "property":
        pattern = next((child for child in node.children if child.type == "pattern"), name)
        return pattern.text.decode().removeprefix("let ").removeprefix("var ").split(":")[0].split()[-1]
    return name.text.decode() if name is not None else node.text.decode().split("(")[0].split()[-1]


def public_lines(source: str) -> list[str]:
    """Lines that begin a public declaration, by their words."""
    words = r"(?:@\w+(?:\([^)]*\))?|nonisolated(?:\(unsafe\))?|static|final|override|mutating|indirect|prefix|lazy)"
    return [
        line for line in source.split("\n")
        if re.match(rf"\s*(?:{words}\s+)*(?:public|open(?= (?:class|func|var|init|subscript)))\b(?! import)", line)
    ]


# Pages


def pages(checkout: Checkout) -> Iterator[tuple[str, str]]:
    offered = products((checkout.root / "Package.swift").read_text(encoding="utf-8"))
    documented = {name: modules for name, modules in offered.items() if name not in LEFT_OUT}
    if not documented:
        raise SourceError("reading Package.swift: no library is offered there, expected '.library(name: ...' -> see swift_reference.py")
    names = list(dict.fromkeys(module for modules in documented.values() for module in modules))
    words = _module_words(checkout)
    modules = {name: read_module(checkout.root, name) for name in names}
    known = {full: name for name, module in modules.items() for full, one in module.types.items() if one.kind != "extension"}
    yield f"{FOLDER}/index.md", _index(documented, words)
    for name, module in modules.items():
        of = [product for product, its in documented.items() if name in its]
        yield f"{FOLDER}/{name}.md", page(module, of, words.get(name, ""), known)


def _module_words(checkout: Checkout) -> dict[str, str]:
    """What docs/architecture.md says of each module."""
    text = checkout.markdown("docs/architecture.md").text
    return {
        cells[1].strip(): re.sub(r"\]\((?!http)([^)#]*\.md)", r"](../../\1", cells[2].strip())
        for line in text.split("\n") if line.startswith("| ") and len(cells := line.strip("|").split(" | ")) == 4
    }


def _index(documented: dict[str, list[str]], words: dict[str, str]) -> str:
    lines = [
        "# Swift reference", "",
        "The package offers these libraries to other Swift packages; [how they are used](../../swift.md). What a module's page lists is what its sources declare as public. Which module",
        "is for what, and which ones build on it: [architecture](../../architecture.md#modules).", "",
    ]
    for product, modules in documented.items():
        lines += [f"## {product}", "", "```swift", f'.product(name: "{product}", package: "slowfast")', "```", ""]
        lines += ["| module | holds |", "|---|---|"]
        lines += [f"| [`{name}`]({name}.md) | {words.get(name, '')} |" for name in modules] + [""]
    return "\n".join(lines)


def page(module: Module, of: list[str], words: str, known: dict[str, str]) -> str:
    products_named = " and ".join(f"`{name}`" for name in of)
    lines = [f"# {module.name}", "", f"A module of the product{'s' * (len(of) > 1)} {products_named}: {words}.", ""]
    link = _Linker(module, known)
    types = sorted(module.types.values(), key=lambda one: (one.kind == "extension", one.name.lower()))
    functions: dict[str, list[Declaration]] = {}
    for one in module.others:
        functions.setdefault(one.name, []).append(one)
    lines += ["| declaration | what it is |", "|---|---|"]
    for name, overloads in functions.items():
        lines.append(f"| [`{name}`](#{_anchor(name)}) | {overloads[0].kind}: {link(_first(overloads[0].comment))} |")
    for one in types:
        lines.append(f"| [`{one.name}`](#{_anchor(one.name)}) | {one.kind}{': ' if one.comment else ''}{link(_first(one.comment))} |")
    lines.append("")
    for name, overloads in functions.items():
        lines += [f"## {name} {{ #{_anchor(name)} }}", ""]
        for one in overloads:
            lines += [*_code(one.signature), *_comment(one.comment, link)]
    for one in types:
        lines += [f"## {one.name} {{ #{_anchor(one.name)} }}", ""]
        lines += [*_comment(one.comment, link), *_type_lines(one, link)]
    return "\n".join(lines)


def _type_lines(one: Declaration, link: "_Linker") -> list[str]:
    """A type as an interface, with its cases and properties; then what it does."""
    listed = [member for member in one.members if member.kind in ("case", "property", "typealias", "associatedtype")]
    head, *conformances = one.signature.split("\nextension ")
    lines = ["```swift", head + (" {" if listed else "")]
    for member in listed:
        lines += [f"  /// {line}".rstrip() for line in member.comment.split("\n") if member.comment]
        lines += ["  " + line for line in member.signature.split("\n")]
    lines += ["}"] if listed else []
    lines += [f"extension {clause} {{}}" for clause in conformances]
    lines += ["```", ""]
    groups: dict[str, list[Declaration]] = {}
    for member in one.members:
        if member not in listed:
            groups.setdefault(member.name, []).append(member)
    for name, overloads in groups.items():
        lines += [f"#### {name} {{ #{_anchor(one.name + '.' + name)} }}", ""]
        for member in overloads:
            lines += [*_code(member.signature), *_comment(member.comment, link)]
    return lines


def _code(signature: str) -> list[str]:
    return ["```swift", signature, "```", ""]


def _anchor(name: str) -> str:
    return re.sub(r"[^\w.-]+", lambda other: "-".join(f"{ord(c):x}" for c in other[0]), name)


def _first(comment: str) -> str:
    paragraph = " ".join(re.split(r"\n\s*\n|\n- ", comment.strip())[0].split())
    return re.split(r"(?<=[.:])\s(?=[A-Z])", paragraph)[0]


class _Linker:
    """Puts links on names of types in code, and takes its meaning from what is no Markdown."""

    def __init__(self, module: Module, known: dict[str, str]) -> None:
        self.module, self.known = module, known

    def __call__(self, text: str) -> str:
        pieces = re.split(r"(``[^`]+``|`[^`]+`)", text)
        return "".join(self._code(piece) if piece.startswith("`") else _plain(piece) for piece in pieces)

    def _code(self, piece: str) -> str:
        name = piece.strip("`")
        owner = name
        while owner and owner not in self.known:
            owner = owner.rpartition(".")[0]
        if not owner or (owner != name and not re.fullmatch(r"[\w.]+(\(.*\))?", name)):
            return f"`{name}`"
        page = "" if self.known[owner] == self.module.name else f"{self.known[owner]}.md"
        return f"[`{name}`]({page}#{_anchor(owner)})"


def _plain(text: str) -> str:
    return re.sub(r"\b(docs/([a-z-]+\.md))", r"[\1](../../\2)", text.replace("<", "&lt;").replace("|", "&#124;").replace("][", "]\\["))


def _comment(comment: str, link: "_Linker") -> list[str]:
    """A doc comment as Markdown; its fields (parameters, what is returned and thrown) as a list of definitions."""
    fields: list[tuple[str, str]] = []
    prose: list[str] = []
    of_parameters = False
    for line in comment.split("\n"):
        field = re.match(r"- (Parameters|Parameter \w+|Returns|Throws|Note|Important|Complexity|Precondition):\s*(.*)", line)
        parameter = re.match(r"\s+- (\w+): (.*)", line) if of_parameters else None
        if field:
            of_parameters = field[1] == "Parameters"
            if not of_parameters:
                fields.append((re.sub(r"Parameter (\w+)", r"`\1`", field[1]), field[2]))
        elif parameter:
            fields.append((f"`{parameter[1]}`", parameter[2]))
        elif fields and (line.startswith("  ") or not line.strip()):
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        elif line.strip() or prose:
            prose.append(line)
    lines = [*_linked(four_spaces("\n".join(prose)), link), ""] if prose else []
    for name, text in fields:
        lines += [name, f":   {link(text.strip()) or '&nbsp;'}", ""]
    return lines


def _linked(text: str, link: "_Linker") -> list[str]:
    """Code in backquotes may go over the end of a line; blocks of code stay as they are."""
    found: list[str] = []
    for part in re.split(r"((?:^|\n)```.*?\n```)", text, flags=re.S):
        paragraphs = [part] if part.lstrip().startswith("```") else part.split("\n\n")
        found.append("\n\n".join(one if one.lstrip("\n").startswith(("```", "    ")) else link(one) for one in paragraphs))
    return "".join(found).split("\n")
