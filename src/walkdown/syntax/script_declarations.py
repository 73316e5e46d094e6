"""Functions, their parameters, and classes with all their members, of JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from tree_sitter import Node

from walkdown.syntax.program import (
    Bound,
    Class,
    ClassValue,
    Expr,
    Field,
    Func,
    Function,
    Index,
    Let,
    Mark,
    Name,
    Param,
    Return,
    Stmt,
)  # fmt: skip
from walkdown.syntax.script_expressions import method_kind
from walkdown.syntax.script_patterns import bound
from walkdown.syntax.script_reader import Reader, Waiting, line_of
from walkdown.syntax.script_texts import read_key, read_text
from walkdown.syntax.script_types import type_arguments, type_name

_FIELD_WORDS = frozenset({"accessibility_modifier", "readonly", "override_modifier"})
_FIELDS = frozenset({"public_field_definition", "field_definition", "property_signature"})


def read_class_statement(reader: Reader, node: Node, before: Sequence[Node], into: list[Stmt]) -> str:
    """Bind it by its name, which is given back. `before`: its decorators that stand before the word `export`."""
    name = reader.text(node.child_by_field_name("name"))
    marks = _marks(reader, [*before, *(child for child in node.named_children if child.type == "decorator")])
    into.append(Let((Bound(name),), ClassValue(reader.class_(node, name, marks)), line_of(node)))
    return name


def _marks(reader: Reader, nodes: list[Node]) -> tuple[Mark, ...]:
    found = []
    for node in nodes:
        inner = reader.named(node)
        if inner:
            found.append(Mark(reader.value(inner[0]), line_of(node)))
    return tuple(found)


# -- functions --------------------------------------------------------------------------------------------------------


def read_function(reader: Reader, waiting: Waiting) -> Function:
    node = waiting.node
    single, several = node.child_by_field_name("parameter"), node.child_by_field_name("parameters")
    if single is not None:
        params: tuple[Param, ...] = (Param(bound(reader, single)),)
    else:
        params = _params(reader, several) if several is not None else ()
    body = node.child_by_field_name("body") or (node if node.type == "class_static_block" else None)
    says: tuple[str, ...] = ()
    statements: tuple[Stmt, ...] = ()
    if body is not None and body.type in ("statement_block", "class_static_block"):
        says, rest = directives(reader, body)
        found: list[Stmt] = []
        for child in rest:
            reader.statement(child, found)
        statements = tuple(found)
    elif body is not None:
        statements = (Return(reader.value(body), line_of(body)),)
    return Function(
        waiting.name,
        params,
        statements,
        line_of(node),
        node.end_point.row + 1,
        is_async=any(child.type == "async" for child in node.children),
        marks=waiting.marks,
        owner=waiting.owner,
        kind=waiting.kind,
        says=says,
        returns=type_name(reader, node.child_by_field_name("return_type")),
        inside=waiting.inside,
    )


def directives(reader: Reader, body: Node) -> tuple[tuple[str, ...], Iterator[Node]]:
    """Texts that stand alone at the beginning, such as "use server", and what follows them."""
    said: list[str] = []
    children = reader.each(body)
    for node in children:
        inner = reader.named(node) if node.type == "expression_statement" else []
        if not inner or inner[0].type != "string":
            return tuple(said), chain((node,), children)
        said.append(read_text(reader, inner[0]).value)
    return tuple(said), children


def _params(reader: Reader, node: Node) -> tuple[Param, ...]:
    found = []
    for child in reader.named(node):
        pattern, value = child, None
        if child.type in ("required_parameter", "optional_parameter"):
            pattern, value = child.child_by_field_name("pattern") or child, child.child_by_field_name("value")
        elif child.type == "assignment_pattern":
            pattern, value = child.child_by_field_name("left") or child, child.child_by_field_name("right")
        if pattern.type != "this":
            found.append(_param(reader, child, pattern, value))
    return tuple(found)


def _param(reader: Reader, node: Node, pattern: Node, value: Node | None) -> Param:
    is_rest = pattern.type == "rest_pattern"
    inner = next(iter(reader.named(pattern)), None) if is_rest else pattern
    name = reader.text(inner) if inner is not None and inner.type == "identifier" else ""
    parts = [] if node.type in ("identifier", "object_pattern", "array_pattern") else node.children
    return Param(
        bound(reader, inner),
        type_name(reader, node.child_by_field_name("type")),
        reader.value_named(value, name) if value is not None else None,
        _marks(reader, [child for child in parts if child.type == "decorator"]),
        field=any(child.type in _FIELD_WORDS for child in parts),
        rest=is_rest,
    )


# -- classes ----------------------------------------------------------------------------------------------------------


def read_class(reader: Reader, waiting: Waiting) -> Class:
    node = waiting.node
    methods: list[int] = []
    fields: list[Field] = []
    body = node.child_by_field_name("body")
    before: list[Node] = []
    for child in reader.named(body) if body is not None else ():
        if child.type == "decorator":
            before.append(child)
            continue
        marks = _marks(reader, [*before, *(one for one in child.named_children if one.type == "decorator")])
        before = []
        if child.type == "method_definition":
            methods.append(_method(reader, child, waiting.at, marks))
        elif child.type == "class_static_block":
            methods.append(reader.function(child, "", "static", waiting.at))
        elif child.type in _FIELDS:
            fields.append(_field(reader, child, waiting.at, marks))
    marks = waiting.marks
    if node.type == "class":  # a class that is a value has them inside
        marks = _marks(reader, [child for child in node.named_children if child.type == "decorator"])
    return Class(
        waiting.name, _bases(reader, node), tuple(methods), tuple(fields), marks, line_of(node),
        node.end_point.row + 1, waiting.inside,
    )  # fmt: skip


def _method(reader: Reader, node: Node, owner: int, marks: tuple[Mark, ...]) -> int:
    name, _ = read_key(reader, node.child_by_field_name("name"))
    kind = method_kind(node)
    kind = "constructor" if name == "constructor" and kind == "method" else kind
    return reader.function(node, name, kind, owner, marks)


def _field(reader: Reader, node: Node, owner: int, marks: tuple[Mark, ...]) -> Field:
    name, _ = read_key(reader, node.child_by_field_name("name") or node.child_by_field_name("property"))
    given = node.child_by_field_name("value")
    value: Expr | None = None
    if given is not None:
        first = len(reader.waiting_functions)
        value = reader.value_named(given, name)
        if isinstance(value, Func) and len(reader.waiting_functions) == first + 1:
            reader.waiting_functions[-1] = reader.waiting_functions[-1]._replace(owner=owner)
    return Field(
        name,
        line_of(node),
        type_name(reader, node.child_by_field_name("type")),
        value,
        marks,
        static=any(child.type == "static" for child in node.children),
    )


def _bases(reader: Reader, node: Node) -> tuple[Expr, ...]:
    heritage = next((child for child in node.named_children if child.type == "class_heritage"), None)
    if heritage is None:
        return ()
    found: list[Expr] = []
    for child in reader.named(heritage):
        if child.type == "implements_clause":
            continue
        if child.type != "extends_clause":
            found.append(reader.value(child))
            continue
        types = type_arguments(reader, child)
        for value in child.children_by_field_name("value"):
            base = reader.value(value)
            found.append(Index(base, Name(types[0].name)) if len(types) == 1 and types[0].name else base)
    return tuple(found)
