"""The types of TypeScript by their names, for what is injected or validated by its type."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.syntax.program import TypeName
from walkdown.syntax.script_reader import Reader

_DEEPEST = 12
_MOST_INNER = 30
_SIGNS = {
    "array_type": "[]", "tuple_type": "[]", "object_type": "{}", "function_type": "=>", "constructor_type": "=>",
    "type_query": "typeof", "union_type": "|", "intersection_type": "&",
}  # fmt: skip
_WITH_INNER = frozenset({"[]", "typeof", "|", "&"})
_THROUGH = frozenset({"type_annotation", "parenthesized_type", "readonly_type", "optional_type", "rest_type"})
_PLAIN = frozenset({
    "predefined_type", "type_identifier", "nested_type_identifier", "literal_type", "this_type", "identifier",
    "member_expression", "nested_identifier",
})  # fmt: skip


def type_name(reader: Reader, node: Node | None, depth: int = 0) -> TypeName | None:
    """None where there is none; a type without a name, for one that is worked out from others."""
    while node is not None and node.type in _THROUGH:
        node = next(iter(reader.named(node)), None)
    if node is None:
        return None
    kind = node.type
    if kind in _PLAIN:
        return TypeName(reader.text(node))
    if kind == "generic_type" and depth < _DEEPEST:
        return TypeName(reader.text(node.child_by_field_name("name")), type_arguments(reader, node, depth))
    sign = _SIGNS.get(kind, "") if depth < _DEEPEST else ""
    return TypeName(sign, _all(reader, _members(reader, node, kind), depth) if sign in _WITH_INNER else ())


def type_arguments(reader: Reader, node: Node, depth: int = 0) -> tuple[TypeName, ...]:
    given = node.child_by_field_name("type_arguments")
    return _all(reader, reader.named(given), depth) if given is not None else ()


def _all(reader: Reader, nodes: list[Node], depth: int) -> tuple[TypeName, ...]:
    found = (type_name(reader, node, depth + 1) for node in nodes[:_MOST_INNER])
    return tuple([one for one in found if one is not None])


def _members(reader: Reader, node: Node, kind: str) -> list[Node]:
    """`A | B | C` is nested in the grammar, and flat here."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type == kind and (one.id == node.id or kind in ("union_type", "intersection_type")):
            waiting.extend(reversed(reader.named(one)))
        else:
            found.append(one)
    return found
