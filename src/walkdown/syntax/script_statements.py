"""The statements of JavaScript and TypeScript, as the few shapes of a Program."""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from walkdown.syntax.program import (
    Assign,
    Await,
    Bound,
    Do,
    Entry,
    Expr,
    Func,
    If,
    Leave,
    Let,
    Loop,
    Name,
    Not,
    Number,
    Obj,
    Return,
    Stmt,
    Throw,
    Try,
    Unknown,
)  # fmt: skip
from walkdown.syntax.script_declarations import read_class_statement
from walkdown.syntax.script_expressions import comma_parts
from walkdown.syntax.script_patterns import bound
from walkdown.syntax.script_reader import CLASSES, Reader, ReadStatement, line_of
from walkdown.syntax.script_switch import switch
from walkdown.syntax.script_texts import read_key


def _expression(reader: Reader, node: Node, into: list[Stmt]) -> None:
    inner = reader.named(node)
    if not inner:
        return
    if reader.is_statement(inner[0]):  # a namespace stands in a statement of its own
        reader.statement(inner[0], into)
        return
    into.extend([_done(reader, part) for part in comma_parts(reader, inner[0])])


def _done(reader: Reader, node: Node) -> Stmt:
    value = reader.value(node)
    if isinstance(value, Not) and value.op == "yield":
        return Return(value.of, line_of(node), give=True)
    held = value.of if isinstance(value, Await) else value
    if isinstance(held, Assign) and isinstance(held.target, Name) and _is_using(reader, node):
        return Let((Bound(held.target.name),), held.value, held.line)
    return Do(value, line_of(node))


def _is_using(reader: Reader, node: Node) -> bool:
    """`using a = b` declares, though the grammar takes it for an assignment; `await` awaits its end."""
    inner = reader.named(node)[0] if node.type == "await_expression" else node
    return bool(inner.children) and inner.children[0].type == "using"


def _let(reader: Reader, node: Node, into: list[Stmt]) -> None:
    into.extend([read_declarator(reader, one) for one in reader.named(node) if one.type == "variable_declarator"])


def read_declarator(reader: Reader, node: Node) -> Let:
    pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    name = reader.text(pattern) if pattern is not None and pattern.type == "identifier" else ""
    given = reader.value_named(value, name) if value is not None else None
    return Let(bound(reader, pattern), given, line_of(node))


def _function(reader: Reader, node: Node, into: list[Stmt]) -> None:
    name = reader.text(node.child_by_field_name("name"))
    into.append(Let((Bound(name),), Func(reader.function(node, name)), line_of(node)))


def _class(reader: Reader, node: Node, into: list[Stmt]) -> None:
    read_class_statement(reader, node, (), into)


def _if(reader: Reader, node: Node, into: list[Stmt]) -> None:
    test = reader.value(node.child_by_field_name("condition"))
    yes = reader.block(node.child_by_field_name("consequence"))
    into.append(If(test, yes, reader.block(node.child_by_field_name("alternative")), line_of(node)))


def _for(reader: Reader, node: Node, into: list[Stmt]) -> None:
    first, condition = node.child_by_field_name("initializer"), node.child_by_field_name("condition")
    if first is not None and reader.is_statement(first):
        reader.statement(first, into)
    elif first is not None and reader.is_value(first):
        into.append(Do(reader.value(first), line_of(first)))
    test = reader.value(condition) if condition is not None and reader.is_value(condition) else None
    step = node.child_by_field_name("increment")
    body = reader.block(node.child_by_field_name("body"))
    again = (Do(reader.value(step), line_of(step)),) if step is not None else ()
    into.append(Loop((), None, test, (*body, *again), line_of(node)))


def _for_in(reader: Reader, node: Node, into: list[Stmt]) -> None:
    way = ("@",) if reader.text(node.child_by_field_name("operator")) == "in" else ("*",)
    over = reader.value(node.child_by_field_name("right"))
    if any(child.type == "await" for child in node.children[:3]):
        over = Await(over)
    names = bound(reader, node.child_by_field_name("left"), way)
    into.append(Loop(names, over, None, reader.block(node.child_by_field_name("body")), line_of(node)))


def _while(reader: Reader, node: Node, into: list[Stmt]) -> None:
    test = reader.value(node.child_by_field_name("condition"))
    into.append(Loop((), None, test, reader.block(node.child_by_field_name("body")), line_of(node)))


def _try(reader: Reader, node: Node, into: list[Stmt]) -> None:
    line = line_of(node)
    body = reader.block(node.child_by_field_name("body"))
    clause, last = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    caught, handler = _catch(reader, clause)
    final = reader.block(last.child_by_field_name("body")) if last is not None else ()
    into.append(Try(body, clause is not None, caught, handler, final, line))


def _catch(reader: Reader, clause: Node | None) -> tuple[str, tuple[Stmt, ...]]:
    if clause is None:
        return "", ()
    parameter = clause.child_by_field_name("parameter")
    body = reader.block(clause.child_by_field_name("body"))
    if parameter is None or parameter.type == "identifier":
        return reader.text(parameter), body
    name = f"error:{line_of(clause)}"  # a name nobody can write, for what is taken apart at once
    return name, (Let(bound(reader, parameter), Name(name), line_of(clause)), *body)


def _return(reader: Reader, node: Node, into: list[Stmt]) -> None:
    inner = reader.named(node)
    into.append(Return(reader.value(inner[0]) if inner else None, line_of(node)))


def _throw(reader: Reader, node: Node, into: list[Stmt]) -> None:
    inner = reader.named(node)
    into.append(Throw(reader.value(inner[0]) if inner else None, line_of(node)))


def _leave(reader: Reader, node: Node, into: list[Stmt]) -> None:  # noqa: ARG001 - one of a table
    into.append(Leave(node.type.partition("_")[0], line_of(node)))


def _labeled(reader: Reader, node: Node, into: list[Stmt]) -> None:
    into.extend(reader.block(node.child_by_field_name("body")))


def _with(reader: Reader, node: Node, into: list[Stmt]) -> None:
    into.append(Do(reader.value(node.child_by_field_name("object")), line_of(node)))
    into.extend(reader.block(node.child_by_field_name("body")))


def _block(reader: Reader, node: Node, into: list[Stmt]) -> None:
    for child in node.named_children:
        reader.statement(child, into)


def _enum(reader: Reader, node: Node, into: list[Stmt]) -> None:
    """As the object it is at run time."""
    entries: list[Entry] = []
    body = node.child_by_field_name("body")
    count: int | None = 0
    for child in reader.named(body) if body is not None else ():
        given = child.child_by_field_name("value") if child.type == "enum_assignment" else None
        key, _ = read_key(reader, child.child_by_field_name("name") if child.type == "enum_assignment" else child)
        value: Expr = Unknown() if count is None else Number(str(count))
        if given is not None:
            value = reader.value_named(given, key)
            count = int(value.value) if isinstance(value, Number) and value.value.isdecimal() else None
        count = count + 1 if count is not None else None
        entries.append(Entry(key, value))
    name = reader.text(node.child_by_field_name("name"))
    into.append(Let((Bound(name),), Obj(tuple(entries), line_of(node)), line_of(node)))


def _namespace(reader: Reader, node: Node, into: list[Stmt]) -> None:
    """Its statements, and an object of what it exports, which is how the rest of the file asks for them."""
    body = node.child_by_field_name("body")
    entries: list[Entry] = []
    for child in body.named_children if body is not None else ():
        before = len(into)
        reader.statement(child, into)
        if child.type == "export_statement":
            names = (one.name for let in into[before:] if isinstance(let, Let) for one in let.names)
            entries.extend(Entry(name, Name(name)) for name in names)
    name = reader.text(node.child_by_field_name("name"))
    into.append(Let((Bound(name.strip("\"'")),), Obj(tuple(entries), line_of(node)), line_of(node)))


def _exported(reader: Reader, node: Node, into: list[Stmt]) -> None:
    """An export away from the top of the file, in a namespace: what it declares."""
    inner = node.child_by_field_name("declaration")
    if inner is not None and inner.type in CLASSES:
        read_class_statement(reader, inner, [one for one in node.named_children if one.type == "decorator"], into)
    elif inner is not None:
        reader.statement(inner, into)


def _alias(reader: Reader, node: Node, into: list[Stmt]) -> None:
    """`import Short = Some.Long.Name`."""
    names = reader.named(node)
    if len(names) == 2:
        into.append(Let((Bound(reader.text(names[0])),), reader.value(names[1]), line_of(node)))


STATEMENTS: Mapping[str, ReadStatement] = {
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), _let),
    **dict.fromkeys(("function_declaration", "generator_function_declaration"), _function),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), _class),
    **dict.fromkeys(("while_statement", "do_statement"), _while),
    **dict.fromkeys(("break_statement", "continue_statement"), _leave),
    **dict.fromkeys(("internal_module", "module"), _namespace),
    "expression_statement": _expression, "if_statement": _if, "for_statement": _for, "for_in_statement": _for_in,
    "switch_statement": switch, "try_statement": _try, "return_statement": _return, "throw_statement": _throw,
    "labeled_statement": _labeled, "with_statement": _with, "statement_block": _block, "enum_declaration": _enum,
    "export_statement": _exported, "import_alias": _alias,
}  # fmt: skip
