"""Texts of JavaScript and TypeScript: strings, keys, template literals, and texts added up."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.syntax.program import Expr, Op, Template, Text, Unknown
from walkdown.syntax.script_reader import Reader, line_of, text_of, unescaped

_MOST_ADDED = 2_000
_MOST_NESTED = 40
TOO_MANY = f"It adds up more than {_MOST_ADDED:,} values, and only those were read."


def read_text(reader: Reader, node: Node) -> Text:
    """A string in quotes."""
    raw = reader.source[node.start_byte + 1 : max(node.end_byte - 1, node.start_byte + 1)]
    return text_of(unescaped(raw.decode("utf-8", "replace")))


def read_key(reader: Reader, node: Node | None) -> tuple[str, Expr | None]:
    """The name of a member as it is written before a value, or the value it is computed from."""
    if node is None:
        return "", None
    if node.type == "string":
        return read_text(reader, node).value, None
    if node.type == "computed_property_name":
        inner = reader.named(node)
        value = reader.value(inner[0]) if inner else Unknown()
        return (value.value, None) if isinstance(value, Text) and not value.cut else ("", value)
    return reader.text(node), None


def read_template(reader: Reader, node: Node) -> Expr:
    parts = template_parts(reader, node)
    if not parts:
        return Text("")
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) else Template(parts, line_of(node))


def template_parts(reader: Reader, node: Node) -> tuple[Expr, ...]:
    """The text between the backticks, cut where a value is put in."""
    parts: list[Expr] = []
    at = node.start_byte + 1
    for child in node.named_children:
        if child.type == "template_substitution":
            _add_text(reader, parts, at, child.start_byte)
            inner = reader.named(child)
            parts.append(reader.value(inner[0]) if inner else Unknown())
            at = child.end_byte
    _add_text(reader, parts, at, node.end_byte - 1)
    return tuple(parts)


def _add_text(reader: Reader, parts: list[Expr], start: int, end: int) -> None:
    if start < end:
        parts.append(text_of(unescaped(reader.source[start:end].decode("utf-8", "replace"))))


def read_sum(reader: Reader, node: Node) -> Expr:
    """Texts and values added up are one text, however many they are; numbers added up are not."""
    operands: list[Node] = []
    rest: Node | None = node
    while rest is not None and rest.type == "binary_expression":
        if reader.text(rest.child_by_field_name("operator")) != "+":
            break
        right, rest = rest.child_by_field_name("right"), rest.child_by_field_name("left")
        operands.extend([right] if right is not None else [])
        rest = reader.bare(rest) if rest is not None else None
    ordered = [*([rest] if rest is not None else []), *reversed(operands)]
    if len(ordered) > _MOST_ADDED:
        reader.cut = reader.cut or TOO_MANY
    values = list(reader.values(ordered[:_MOST_ADDED]))
    if any(isinstance(value, (Text, Template)) for value in values):
        return Template(_joined(values), line_of(node))
    if len(values) > _MOST_NESTED:
        return Unknown(tuple(values))
    total = values[0]
    for value in values[1:]:
        total = Op("+", total, value)
    return total


def _joined(values: list[Expr]) -> tuple[Expr, ...]:
    parts: list[Expr] = []
    for value in values:
        for part in value.parts if isinstance(value, Template) and value.tag is None else (value,):
            last = parts[-1] if parts else None
            if isinstance(part, Text) and isinstance(last, Text) and not last.cut and not part.cut:
                parts[-1] = text_of(last.value + part.value)
            else:
                parts.append(part)
    return tuple(parts)
