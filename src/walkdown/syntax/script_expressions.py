"""The values of JavaScript and TypeScript: every kind of expression, as the few shapes of a Program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tree_sitter import Node

from walkdown.syntax.program import (
    Arg,
    Arr,
    Assign,
    Await,
    Call,
    Choice,
    ClassValue,
    Const,
    Entry,
    Export,
    Expr,
    Func,
    Import,
    Index,
    Member,
    Name,
    Not,
    Number,
    Obj,
    Op,
    Template,
    Text,
    Unknown,
)  # fmt: skip
from walkdown.syntax.script_markup import markup
from walkdown.syntax.script_reader import Reader, ReadValue, line_of
from walkdown.syntax.script_texts import read_key, read_sum, read_template, read_text, template_parts

MOST_ITEMS = 2_000
_LONGEST_COMMA = 40
TOO_LONG = f"It holds a list of more than {MOST_ITEMS:,} elements, and only those were read."


def _name(reader: Reader, node: Node) -> Expr:
    return Name(reader.text(node))


def _const(reader: Reader, node: Node) -> Expr:
    return Const(reader.text(node))


def _number(reader: Reader, node: Node) -> Expr:
    return Number(reader.text(node))


def _regex(reader: Reader, node: Node) -> Expr:
    pattern = Text(reader.text(node.child_by_field_name("pattern")))
    flags = Text(reader.text(node.child_by_field_name("flags")))
    return Call(Name("RegExp"), (Arg(pattern), Arg(flags)), line_of(node), new=True)


def _member(reader: Reader, node: Node) -> Expr:
    of = node.child_by_field_name("object")
    name = reader.text(node.child_by_field_name("property"))
    maybe = any(child.type in ("optional_chain", "?.") for child in node.children[1:-1])
    return _inside(of, reader.value(of), lambda value: Member(value, name, maybe))


def _index(reader: Reader, node: Node) -> Expr:
    of, key = node.child_by_field_name("object"), reader.value(node.child_by_field_name("index"))
    if isinstance(key, Text) and not key.cut:
        return _inside(of, reader.value(of), lambda value: Member(value, key.value))
    return _inside(of, reader.value(of), lambda value: Index(value, key))


def _meta(reader: Reader, node: Node) -> Expr:
    of, _, name = reader.text(node).partition(".")
    return Member(Name(of.strip()), name.strip())


def _object(reader: Reader, node: Node) -> Expr:
    entries: list[Entry] = []
    for child in _few(reader, reader.named(node)):
        kind = child.type
        if kind in ("pair", "pair_pattern"):
            key, computed = read_key(reader, child.child_by_field_name("key"))
            entries.append(Entry(key, reader.value_named(child.child_by_field_name("value"), key), computed))
        elif kind in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
            name = reader.text(child)
            entries.append(Entry(name, Name(name)))
        elif kind == "method_definition":
            key, computed = read_key(reader, child.child_by_field_name("name"))
            entries.append(Entry(key, Func(reader.function(child, key, method_kind(child))), computed))
        elif kind in ("spread_element", "rest_pattern"):
            inner = reader.named(child)
            entries.append(Entry("", reader.value(inner[0]) if inner else Unknown()))
        elif kind == "object_assignment_pattern":
            name = reader.text(child.child_by_field_name("left"))
            entries.append(Entry(name, _assign(reader, child)))
        else:
            entries.append(Entry("", reader.unknown(child)))
    return Obj(tuple(entries), line_of(node))


def method_kind(node: Node) -> str:
    words = {child.type for child in node.children if not child.is_named}
    return "get" if "get" in words else "set" if "set" in words else "static" if "static" in words else "method"


def _array(reader: Reader, node: Node) -> Expr:
    return Arr(reader.values(_few(reader, reader.named(node))))


def _few(reader: Reader, nodes: list[Node]) -> list[Node]:
    if len(nodes) > MOST_ITEMS:
        reader.cut = reader.cut or TOO_LONG
    return nodes[:MOST_ITEMS]


def _spread(reader: Reader, node: Node) -> Expr:
    inner = reader.named(node)
    return Not(reader.value(inner[0]) if inner else Unknown(), "...")


def _call(reader: Reader, node: Node) -> Expr:
    line = line_of(node)
    function = node.child_by_field_name("function")
    return _inside(function, reader.value(function), lambda callee: _called(reader, node, callee, line))


_MISPLACED = frozenset({
    "await_expression", "unary_expression", "binary_expression", "call_expression", "member_expression",
    "subscript_expression",
})  # fmt: skip


def _inside(node: Node | None, value: Expr, build: Callable[[Expr], Expr]) -> Expr:
    """`await f<T>(x)` and `!f<T>(x)` come as calls of `await f` and `!f`: what is called, and what is asked of what
    comes back, is the inner part."""
    if node is not None and node.type not in _MISPLACED:
        return build(value)
    if isinstance(value, Await):
        return Await(_inside(None, value.of, build))
    if isinstance(value, Not) and value.op != "...":
        return Not(_inside(None, value.of, build), value.op)
    if isinstance(value, Op):
        return Op(value.op, value.left, _inside(None, value.right, build))
    return build(value)


def _called(reader: Reader, node: Node, callee: Expr, line: int) -> Expr:
    given = node.child_by_field_name("arguments")
    if given is not None and given.type == "template_string":
        return Template(template_parts(reader, given), line, callee)
    args = arguments(reader, given)
    if isinstance(callee, Name) and callee.name in ("require", "import") and args and isinstance(args[0].value, Text):
        taken = "=" if callee.name == "require" else "*"
        reader.imports.append(Import(args[0].value.value, taken, "", line))
    return Call(callee, args, line)


def _new(reader: Reader, node: Node) -> Expr:
    callee = reader.value(node.child_by_field_name("constructor"))
    return Call(callee, arguments(reader, node.child_by_field_name("arguments")), line_of(node), new=True)


def arguments(reader: Reader, node: Node | None) -> tuple[Arg, ...]:
    found: list[Arg] = []
    for child in _few(reader, reader.named(node)) if node is not None else ():
        if child.type == "spread_element":
            inner = reader.named(child)
            found.append(Arg(reader.value(inner[0]) if inner else Unknown(), spread=True))
        else:
            found.append(Arg(reader.value(child)))
    return tuple(found)


def _await(reader: Reader, node: Node) -> Expr:
    inner = reader.named(node)
    return Await(reader.value(inner[0]) if inner else Unknown())


def _yield(reader: Reader, node: Node) -> Expr:
    inner = reader.named(node)
    return Not(reader.value(inner[0]) if inner else Const("undefined"), "yield")


def _unary(reader: Reader, node: Node) -> Expr:
    return Not(reader.value(node.child_by_field_name("argument")), reader.text(node.child_by_field_name("operator")))


def _binary(reader: Reader, node: Node) -> Expr:
    operator = reader.text(node.child_by_field_name("operator"))
    if operator == "+":
        return read_sum(reader, node)
    left = reader.value(node.child_by_field_name("left"))
    return Op(operator, left, reader.value(node.child_by_field_name("right")))


def _choice(reader: Reader, node: Node) -> Expr:
    test = reader.value(node.child_by_field_name("condition"))
    yes = reader.value(node.child_by_field_name("consequence"))
    return Choice(test, yes, reader.value(node.child_by_field_name("alternative")))


def exported_name(target: str) -> str:
    """The name under which `module.exports`, `exports.b` or `exports["b"]` is known to others."""
    if target == "module.exports":
        return "="
    for start in ("module.exports", "exports"):
        rest = target[len(start) :] if target.startswith(start) else ""
        if rest[:1] == "." and rest[1:].isidentifier():
            return rest[1:]
        if rest[:2] in ("['", '["') and rest[-2:] in ("']", '"]'):
            return rest[2:-2]
    return ""


def _assign(reader: Reader, node: Node) -> Expr:
    left = node.child_by_field_name("left")
    target = reader.value(left)
    if reader.inside < 0 and left is not None and left.type == "member_expression" and exported_name(reader.text(left)):
        # Under an `if`, say: that it is given is known, and what it is stands there.
        reader.exports.append(Export(exported_name(reader.text(left)), line_of(node)))
    name = target.name if isinstance(target, (Name, Member)) else ""
    operator = reader.text(node.child_by_field_name("operator")) or "="
    return Assign(target, reader.value_named(node.child_by_field_name("right"), name), line_of(node), operator)


def _update(reader: Reader, node: Node) -> Expr:
    operator = reader.text(node.child_by_field_name("operator"))
    return Assign(reader.value(node.child_by_field_name("argument")), Number("1"), line_of(node), f"{operator[:1]}=")


def comma_parts(reader: Reader, node: Node) -> list[Node]:
    """What commas part, from left to right, however the grammar nests it."""
    parts: list[Node] = []
    waiting = [node]
    while waiting:
        one = reader.bare(waiting.pop())
        if one.type == "sequence_expression":
            waiting.extend(reversed(reader.named(one)))
        else:
            parts.append(one)
    return parts


def _comma(reader: Reader, node: Node) -> Expr:
    values = list(reader.values(_few(reader, comma_parts(reader, node))))
    if len(values) > _LONGEST_COMMA:
        return Unknown(tuple(values))
    # `(0, call)()` is how compilers write a call.
    while len(values) > 1 and isinstance(values[0], (Number, Text, Const)):
        del values[0]
    whole = values[0]
    for value in values[1:]:
        whole = Op(",", whole, value)
    return whole


def _function(reader: Reader, node: Node) -> Expr:
    return Func(reader.function(node, ""))


def _class(reader: Reader, node: Node) -> Expr:
    return ClassValue(reader.class_(node, ""))


VALUES: Mapping[str, ReadValue] = {
    **dict.fromkeys((
        "identifier", "this", "super", "import", "property_identifier", "private_property_identifier",
        "shorthand_property_identifier", "shorthand_property_identifier_pattern", "nested_identifier",
    ), _name),
    **dict.fromkeys(("true", "false", "null", "undefined"), _const),
    **dict.fromkeys(("object", "object_pattern"), _object),
    **dict.fromkeys(("array", "array_pattern"), _array),
    **dict.fromkeys(("spread_element", "rest_pattern"), _spread),
    **dict.fromkeys(("assignment_expression", "augmented_assignment_expression", "assignment_pattern"), _assign),
    **dict.fromkeys(("jsx_element", "jsx_self_closing_element", "jsx_fragment"), markup),
    **dict.fromkeys(("function_expression", "arrow_function", "generator_function", "function"), _function),
    "number": _number, "string": read_text, "template_string": read_template, "regex": _regex, "class": _class,
    "member_expression": _member, "subscript_expression": _index, "meta_property": _meta, "call_expression": _call,
    "new_expression": _new, "await_expression": _await, "yield_expression": _yield, "unary_expression": _unary,
    "binary_expression": _binary, "ternary_expression": _choice, "update_expression": _update,
    "sequence_expression": _comma,
}  # fmt: skip
