"""The elements of JSX: what they are given and what stands in them."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.syntax.program import Const, Entry, Expr, Markup, Text, Unknown
from walkdown.syntax.script_reader import Reader, line_of, text_of

_LOOKS = frozenset({"className", "class"})


def markup(reader: Reader, node: Node) -> Expr:
    is_closed = node.type == "jsx_self_closing_element"
    opening = node if is_closed else node.child_by_field_name("open_tag")
    given: list[Entry] = []
    for child in reader.named(opening) if opening is not None else ():
        entry = _given(reader, child) if child.type in ("jsx_attribute", "jsx_expression") else None
        given.extend([entry] if entry is not None else [])
    inner: list[Expr] = []
    for child in reader.named(node) if not is_closed else ():
        if child.type == "jsx_expression":
            inner.extend(_in_braces(reader, child))
        elif child.type in ("jsx_element", "jsx_self_closing_element", "jsx_fragment"):
            inner.append(reader.value(child))
    name = "".join(reader.text(opening.child_by_field_name("name")).split()) if opening is not None else ""
    return Markup(name, tuple(given), tuple(inner), line_of(node))


def _given(reader: Reader, node: Node) -> Entry | None:
    if node.type == "jsx_expression":
        return next((Entry("", value) for value in _in_braces(reader, node)), None)
    parts = reader.named(node)
    name = reader.text(parts[0]) if parts else ""
    if len(parts) < 2:
        return Entry(name, Const("true"))
    value = parts[1]
    if value.type == "string":
        raw = reader.source[value.start_byte + 1 : value.end_byte - 1].decode("utf-8", "replace")
        return None if name in _LOOKS else Entry(name, text_of(raw))
    if value.type != "jsx_expression":
        return Entry(name, reader.value(value))
    inside = reader.named(value)
    return Entry(name, reader.value_named(inside[0], name) if inside else Unknown())


def _in_braces(reader: Reader, node: Node) -> list[Expr]:
    """What stands in `{}`: a value, a spread, or nothing but a comment."""
    found: list[Expr] = []
    for child in reader.named(node):
        for one in reader.named(child) if child.type == "spread_element" else (child,):
            found.append(reader.value(one))  # noqa: PERF401 - a comprehension is one frame more at every level
    return [one for one in found if not isinstance(one, Text)]
