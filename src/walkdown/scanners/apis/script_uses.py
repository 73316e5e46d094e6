"""What a file of JavaScript or TypeScript imports from packages by name, as its syntax says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node, Parser

from walkdown.scanners.apis.python_uses import Place
from walkdown.scanners.apis.script_module import language_of
from walkdown.syntax.text import decode

MOST_BYTES = 1024 * 1024
_LONGEST = 300
_CALLS = re.compile(rb"\b(?:require|from|import)\b")
_KNOWN = re.compile(r"@ts-(?:ignore|expect-error|nocheck)|import/named|import/no-unresolved")


class Taken(msgspec.Struct, frozen=True):
    """`name` of what stands between the quotes; empty where the module as a whole is imported."""

    source: str
    name: str
    place: Place


def read_uses(data: bytes, path: str) -> list[Taken] | None:
    """None where the file cannot be read as what it says it is."""
    if len(data) > MOST_BYTES:
        return None
    if not _CALLS.search(data):
        return []
    source = decode(data).encode("utf-8", "surrogatepass")
    root = Parser(language_of(path)).parse(source).root_node
    found: list[Taken] = []
    known = False
    for node in root.children:
        if node.type == "comment":
            known = bool(_KNOWN.search(_text(node, 2000)))
            continue
        if not known and not _KNOWN.search(_text(node, 4000) if node.type == "import_statement" else ""):
            found.extend(_taken(node))
        known = False
    return found


def _taken(node: Node) -> Iterator[Taken]:
    if node.type in ("import_statement", "export_statement"):
        source = node.child_by_field_name("source")
        if source is not None and not node.has_error:
            yield from _imported(node, _text(source)[1:-1], source)
    elif node.type in ("lexical_declaration", "variable_declaration"):
        for one in node.named_children:
            if one.type == "variable_declarator":
                yield from _required(one)


def _imported(node: Node, source: str, quoted: Node) -> Iterator[Taken]:
    if not any(child.type in ("type", "typeof") for child in node.children[:3]):
        yield Taken(source, "", _place(quoted))
    for clause in node.children:
        if clause.type == "export_clause":
            yield from _specified(clause, "export_specifier", source)
        elif clause.type == "import_clause":
            for part in clause.named_children:
                if part.type == "named_imports":
                    yield from _specified(part, "import_specifier", source)


def _specified(clause: Node, kind: str, source: str) -> Iterator[Taken]:
    for one in clause.named_children:
        name = one.child_by_field_name("name") if one.type == kind else None
        if name is not None and name.type != "string" and _text(name) != "default":
            yield Taken(source, _text(name), _place(name))


def _required(node: Node) -> Iterator[Taken]:
    """`const { a, b: c } = require("x")`"""
    value, pattern = node.child_by_field_name("value"), node.child_by_field_name("name")
    if value is None or pattern is None or value.type != "call_expression":
        return
    function, arguments = value.child_by_field_name("function"), value.child_by_field_name("arguments")
    if function is None or arguments is None or _text(function) != "require" or len(arguments.named_children) != 1:
        return
    quoted = arguments.named_children[0]
    if quoted.type != "string":
        return
    source = _text(quoted)[1:-1]
    yield Taken(source, "", _place(quoted))
    if pattern.type != "object_pattern":
        return
    for one in pattern.named_children:
        name = one.child_by_field_name("key") if one.type == "pair_pattern" else one
        # A name with a default may be missing.
        if name is not None and name.type in ("shorthand_property_identifier_pattern", "property_identifier"):
            yield Taken(source, _text(name), _place(name))


def _place(node: Node) -> Place:
    (line, byte), (end_line, end_byte) = node.start_point, node.end_point
    return Place(line + 1, _column(node, line, byte), end_line + 1, _column(node, end_line, end_byte))


def _column(node: Node, line: int, byte: int) -> int:
    """In characters: what stands before it in the line may hold more bytes than that."""
    top = node
    while top.parent is not None and top.start_point[0] >= line and top.start_point[1] > 0:
        top = top.parent
    before = (top.text or b"").split(b"\n")[line - top.start_point[0]] if line >= top.start_point[0] else b""
    start = byte - top.start_point[1] if line == top.start_point[0] else byte
    offset = top.start_point[1] if line == top.start_point[0] else 0
    return offset + len(before[:start].decode("utf-8", "replace")) + 1


def _text(node: Node, most: int = _LONGEST) -> str:
    return (node.text or b"")[:most].decode("utf-8", "replace")
