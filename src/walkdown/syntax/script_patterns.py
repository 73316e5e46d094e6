"""What a pattern such as `{ a: [b, ...c] = d }` binds: every name, and the way in the value that leads to it."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.syntax.program import Bound, Expr
from walkdown.syntax.script_reader import TOO_DEEP, Reader
from walkdown.syntax.script_texts import read_key

_DEEPEST_WAY = 20
_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern", "undefined"})


def bound(reader: Reader, pattern: Node | None, way: tuple[str, ...] = ()) -> tuple[Bound, ...]:
    """In the order in which they stand."""
    found: list[Bound] = []
    waiting: list[tuple[Node, tuple[str, ...], Expr | None]] = [(pattern, way, None)] if pattern is not None else []
    while waiting:
        node, at, default = waiting.pop()
        kind = node.type
        if kind in _NAMES:
            found.append(Bound(reader.text(node), at, default))
        elif len(at) > _DEEPEST_WAY:
            reader.cut = reader.cut or TOO_DEEP
        elif kind == "object_pattern":
            waiting.extend(reversed([_member(reader, child, at) for child in reader.named(node)]))
        elif kind == "array_pattern":
            waiting.extend(reversed(_elements(node, at)))
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None:
                name = reader.text(left) if left.type in _NAMES else ""
                waiting.append((left, at, reader.value_named(right, name)))
        elif kind == "rest_pattern":
            waiting.extend((child, (*at, "..."), None) for child in reader.named(node)[:1])
    return tuple(found)


def _member(reader: Reader, node: Node, way: tuple[str, ...]) -> tuple[Node, tuple[str, ...], Expr | None]:
    if node.type == "pair_pattern":
        key, _ = read_key(reader, node.child_by_field_name("key"))
        return node.child_by_field_name("value") or node, (*way, key or "*"), None
    if node.type == "object_assignment_pattern":
        return node, (*way, reader.text(node.child_by_field_name("left"))), None
    if node.type == "rest_pattern":
        return node, way, None
    return node, (*way, reader.text(node)), None


def _elements(node: Node, way: tuple[str, ...]) -> list[tuple[Node, tuple[str, ...], Expr | None]]:
    found: list[tuple[Node, tuple[str, ...], Expr | None]] = []
    at = 0
    for child in node.children:
        if child.type == ",":
            at += 1
        elif child.type == "rest_pattern":
            found.append((child, way, None))
        elif child.is_named and child.type != "comment":
            found.append((child, (*way, str(at)), None))
    return found
