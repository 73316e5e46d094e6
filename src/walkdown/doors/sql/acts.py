"""One SQL statement inside a function's body: the rows it touches, under which condition, with which values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from walkdown.doors.sql.build import Builder
from walkdown.doors.sql.expressions import (
    TRUE,
    And,
    AnyOf,
    Call,
    Case,
    Cmp,
    Col,
    Exists,
    Expr,
    From,
    Get,
    Huh,
    In,
    Mix,
    Not,
    Null,
    Or,
    Row,
    Select,
    Sub,
    Target,
    Within,
    both,
    inside,
    sources_of,
)  # fmt: skip
from walkdown.doors.sql.merges import taken_apart
from walkdown.doors.sql.statements import Act
from walkdown.doors.sql.tree import LONGEST, after, child, dotted, every, flat, name_of, parse, statement

_INTO = re.compile(r'\binto\s+(?:strict\s+)?((?:[\w"$.]+)(?:\s*,\s*[\w"$.]+)*)', re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:insert|merge)\s+$", re.IGNORECASE)
_ANY_SELECT = re.compile(r"(?:=)(\s*)(?:any|some)(\s*)\((\s*)(?=select\b)", re.IGNORECASE)


class Read:
    """A statement as it was understood. `into`: the variables a select fills."""

    def __init__(self, acts: tuple[Act, ...], select: Select | None, into: tuple[str, ...], wrong: bool) -> None:
        self.acts = acts
        self.select = select
        self.into = into
        self.wrong = wrong


def usual(text: str) -> str:
    """`= any (select` means `in (select`, which the grammar reads better. Nothing moves to another line."""
    return _ANY_SELECT.sub(lambda found: f" in{found[1]}{found[2]}({found[3]}", text)


def expression(text: str) -> Expr:
    """A piece of PL/pgSQL that stands for a value."""
    select = _select_of(f"SELECT {text}")
    if select is None or len(select.targets) != 1:
        return Sub(select) if select is not None and select.targets else Huh("syntax")
    plain = not select.sources and select.where is None and not select.others
    return select.targets[0].expr if plain else Sub(select)


def _select_of(text: str) -> Select | None:
    if len(text) > LONGEST:
        return None
    node = statement(parse(usual(text) + ";"))
    return Builder().select(node) if node is not None and "elect" in node.type else None


def take_into(text: str) -> tuple[str, tuple[str, ...]]:
    """The statement without its `into`, and the variables that were in it."""
    for found in _INTO.finditer(text):
        if _BEFORE.search(text, max(0, found.start() - 12), found.start()):
            continue
        names = tuple(one.strip().strip('"').lower() for one in found[1].split(","))
        return text[: found.start()] + text[found.end() :], names
    return text, ()


def read_act(text: str, line: int, guard: Expr) -> Read:
    text, into = take_into(text)
    if len(text) > LONGEST:
        return Read((), None, into, True)
    if apart := taken_apart(text):
        reads = [read_act(one, line, guard) for one in apart]
        return Read(tuple(act for one in reads for act in one.acts), None, into, any(one.wrong for one in reads))
    tree = parse(usual(text) + ";")
    node, wrong = statement(tree), tree.root_node.has_error
    if node is None:
        return Read((), None, into, True)
    acts: list[Act] = []
    builder = Builder()
    for inner in every(node, "InsertStmt", "UpdateStmt", "DeleteStmt"):
        acts.extend(_write(inner, line, guard, builder))
    if node.type in ("InsertStmt", "UpdateStmt", "DeleteStmt"):
        return Read(tuple(acts), acts[0].rows if acts else None, into, wrong)
    if "elect" in node.type or node.type == "select_no_parens":
        select = builder.select(node)
        acts.extend(reads_of(select, line, guard))
        return Read(tuple(acts), select, into, wrong or builder.wrong)
    return Read(tuple(acts), None, into, wrong)


def reads_of(select: Select, line: int, guard: Expr) -> list[Act]:
    """A read of each table a select names, with the rows that select asks for."""
    tables = dict.fromkeys(one.table for one in sources_of(select) if one.table)
    return [Act("select", table, line, guard, _around(select, table)) for table in list(tables)[:20]]


def _around(select: Select, table: str) -> Select:
    """The select that names the table itself, where it stands inside another."""
    if any(source.table == table for source in select.sources):
        return Select(select.targets, select.sources, select.where)
    for other in _inner(select):
        if any(source.table == table for source in other.sources):
            return Select(other.targets, other.sources, both(other.where or TRUE))
    return Select((), (From(table),), Huh("nested"))


def _inner(select: Select) -> Iterator[Select]:
    for source in select.sources:
        if source.select is not None:
            yield source.select
            yield from _inner(source.select)
    for other in select.others:
        yield other
        yield from _inner(other)
    exprs = [target.expr for target in select.targets] + ([select.where] if select.where is not None else [])
    for expr in exprs:
        for part in inside(expr):
            if isinstance(part, (Sub, Exists, Within)):
                yield part.select


def _write(node: Node, line: int, guard: Expr, builder: Builder) -> Iterator[Act]:
    name = dotted(next(every(node, "qualified_name"), None))
    alias = child(node, "relation_expr_opt_alias")
    called = next((name_of(one)[-1] for one in alias.children if one.type == "ColId"), "") if alias is not None else ""
    if node.type == "InsertStmt":
        yield from _insert(node, name, line, guard, builder)
        return
    sources, joined = [From(name, called)], []
    for clause in (child(node, "from_clause"), child(node, "using_clause")):
        if clause is not None:
            made = builder.select_from(clause)
            sources.extend(made.sources)
            joined.append(made.where)
    where = child(node, "where_or_current_clause")
    joined.append(builder.expr(after(where, "where")) if where is not None else None)
    what = "update" if node.type == "UpdateStmt" else "delete"
    yield Act(what, name, line, guard, Select((), tuple(sources), both(*joined)), _sets(node, builder))


def _sets(node: Node, builder: Builder) -> tuple[tuple[str, Expr], ...]:
    sets: list[tuple[str, Expr]] = []
    for clause in flat(child(node, "set_clause_list")):
        value = next((one for one in clause.children if one.type == "a_expr"), None)
        sets.extend((name_of(target)[0], builder.expr(value)) for target in every(clause, "set_target"))
    return tuple(sets[:80])


def _insert(node: Node, name: str, line: int, guard: Expr, builder: Builder) -> Iterator[Act]:
    rest = child(node, "insert_rest")
    if rest is None:
        return
    columns = [name_of(one)[0] for one in every(rest, "insert_column_item") if name_of(one)]
    values = child(rest, "SelectStmt")
    given: list[Expr] = []
    rows = Select((), (From(name),))
    if values is not None:
        clause = next(every(values, "values_clause"), None)
        if clause is not None:
            given = [builder.expr(one) for one in flat(child(clause, "expr_list"))[:80]]
        else:
            select = builder.select(values)
            given = [target.expr for target in select.targets]
            rows = Select(select.targets, (From(name), *select.sources), select.where)
            yield from reads_of(select, line, guard)
    sets = tuple(zip(columns, given))  # noqa: B905 - as many as both have
    yield Act("insert", name, line, guard, rows, sets)
    conflict = child(node, "opt_on_conflict")
    if conflict is not None and child(conflict, "set_clause_list") is not None:
        yield _existing(node, conflict, Act("update", name, line, guard, rows, sets), builder)


def _existing(node: Node, conflict: Node, new: Act, builder: Builder) -> Act:
    """`on conflict ... do update`: the row that is there already is changed."""
    called = child(child(node, "insert_target") or node, "ColId")
    alias = name_of(called)[-1] if called is not None else ""
    given = dict(new.sets)
    held = child(conflict, "opt_conf_expr")
    keys = [name_of(one)[0] for one in every(held, "index_elem") if name_of(one)] if held is not None else []

    def meant(parts: tuple[str, ...]) -> Expr | None:
        return given.get(parts[1]) if len(parts) == 2 and parts[0] == "excluded" else None

    clause = child(conflict, "where_clause")
    found = replaced(builder.expr(after(clause, "where")), meant) if clause is not None else None
    same = [Cmp("=", Col((alias or new.table.rpartition(".")[2], key)), given[key]) for key in keys if key in given]
    sources = (From(new.table, alias), *new.rows.sources[1:])
    sets = tuple((name, replaced(value, meant)) for name, value in _sets(conflict, builder))
    where = both(new.rows.where, found, *same)
    return Act("update", new.table, new.line, new.guard, Select((), sources, where), sets)


# -- variables ---------------------------------------------------------------------------------------------------------


def replaced(  # noqa: PLR0911, PLR0912 - one line for each kind of expression
    expr: Expr, known: Callable[[tuple[str, ...]], Expr | None], depth: int = 0
) -> Expr:
    """The expression with what variables stand for put in their place."""
    if depth > 40:
        return Huh("nested too deep")

    def on(one: Expr) -> Expr:
        return replaced(one, known, depth + 1)

    def many(items: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(on(one) for one in items)

    if isinstance(expr, Col):
        return known(expr.parts) or expr
    if isinstance(expr, And):
        return both(*many(expr.items))
    if isinstance(expr, Or):
        return Or(many(expr.items))
    if isinstance(expr, Not):
        return Not(on(expr.item))
    if isinstance(expr, Null):
        return Null(on(expr.item))
    if isinstance(expr, Cmp):
        return Cmp(expr.op, on(expr.left), on(expr.right))
    if isinstance(expr, Call):
        return Call(expr.name, many(expr.args))
    if isinstance(expr, In):
        return In(on(expr.item), many(expr.items))
    if isinstance(expr, AnyOf):
        return AnyOf(expr.op, on(expr.item), on(expr.over))
    if isinstance(expr, Get):
        return Get(on(expr.base), expr.key)
    if isinstance(expr, Row):
        return Row(many(expr.items))
    if isinstance(expr, Mix):
        return Mix(expr.what, many(expr.items))
    if isinstance(expr, Case):
        return Case(tuple((on(when), on(value)) for when, value in expr.whens), on(expr.default))
    if isinstance(expr, Sub):
        return Sub(in_rows(expr.select, known, depth + 1))
    if isinstance(expr, Exists):
        return Exists(in_rows(expr.select, known, depth + 1))
    if isinstance(expr, Within):
        return Within(on(expr.item), in_rows(expr.select, known, depth + 1))
    return expr


def in_rows(select: Select, known: Callable[[tuple[str, ...]], Expr | None], depth: int = 0) -> Select:
    targets = tuple(Target(replaced(one.expr, known, depth + 1), one.name) for one in select.targets)
    sources = tuple(
        From(one.table, one.alias, in_rows(one.select, known, depth + 1) if one.select is not None else None, one.call)
        for one in select.sources
    )
    where = replaced(select.where, known, depth + 1) if select.where is not None else None
    return Select(targets, sources, where, tuple(in_rows(one, known, depth + 1) for one in select.others))
