"""Where a call of a function comes to: the operations in its body and in the helpers it calls, and who gets there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.expressions import Call, Cmp, Col, Expr, From, Select, both
from walkdown.doors.sql.scope import Frame, Scope, TooMuch
from walkdown.doors.sql.state import FunctionState, Table
from walkdown.doors.sql.statements import Act
from walkdown.doors.sql.terms import Atom, Given, Term, Unread, moved
from walkdown.doors.sql.weigh import TOKEN, weigh
from walkdown.doors.sql.who import Way, Who

_DEEPEST, _MOST = 2, 40
_BY = re.compile(r"_by(?:_id)?$|^(?:actor|admin|performer|operator)_id$")
_PERSON = re.compile(r"^(?:user|owner|profile|customer|seller|account|member|client|buyer|creator|author)(?:_?id)?$")


def callable_by(asked: Answers, one: FunctionState) -> Who | None:
    """Whom the data API lets call it; none where only a server can."""
    if one.name.partition(".")[0] not in asked.database.exposed:
        return None
    if "anon" in one.grants or "public" in one.grants:
        return Who.ANYONE
    return Who.LOGIN if "authenticated" in one.grants else None


def guard_ways(asked: Answers, one: FunctionState, guard: Expr) -> tuple[Way, ...]:
    """Whom the checks before a place in the body let come there."""
    try:
        found = asked.solver.ways(guard, arguments(one))
    except (TooMuch, RecursionError):
        return (Way(Who.UNKNOWN),)
    return tuple(dict.fromkeys(weigh(atoms, asked.world, None, lambda _: (Way(Who.ANYONE),)) for atoms in found))


def arguments(one: FunctionState) -> Scope:
    """What names mean inside the function, before any table."""
    given: list[tuple[str, Term]] = []
    for at, argument in enumerate(held for held in one.function.arguments if not held.out):
        given.extend([(argument.name, Given(argument.name)), (f"${at + 1}", Given(argument.name))])
    plpgsql = one.function.language == "plpgsql"
    return Scope((), tuple(given), True, (one.name,), one.name.partition(".")[2], plpgsql)


class Reached(msgspec.Struct, frozen=True):
    """An operation a call comes to, in the function itself or in one that it calls. `given`: the names in that function
    that stand for what the caller hands over. `before`: the ways through the checks before that call."""

    function: FunctionState
    act: Act
    scope: Scope
    given: frozenset[str]
    before: tuple[tuple[Atom, ...], ...] = ((),)


def reached(asked: Answers, one: FunctionState) -> Iterator[Reached]:
    scope = arguments(one)
    names = frozenset(argument.name for argument in one.function.arguments if argument.name and not argument.out)
    body = one.function.body
    if body is None:
        return
    for act in body.acts:
        yield Reached(one, act, scope, names)
    for call, _, guard in body.calls:
        yield from _further(asked, call, scope, _through(asked, guard, scope, 1), 0)


def _through(asked: Answers, guard: Expr, scope: Scope, depth: int) -> tuple[tuple[Atom, ...], ...]:
    """The ways through the checks before a call. Rows they look up get numbers of their own."""
    try:
        found = asked.solver.ways(guard, scope)
    except (TooMuch, RecursionError):
        return ((Unread("too many ways to look at"),),)
    return tuple(tuple(moved(atom, 1_000 * depth) for atom in atoms) for atoms in found)


def _further(
    asked: Answers, call: Call, scope: Scope, before: tuple[tuple[Atom, ...], ...], depth: int
) -> Iterator[Reached]:
    """What a helper writes that nobody could call from outside: the function that calls it opens it."""
    try:
        found = asked.solver.called(call, scope)
    except (TooMuch, RecursionError):
        return
    body = found[0].function.body if found is not None else None
    if found is None or body is None or (found[0].function.definer and callable_by(asked, found[0])):
        return
    helper, inner = found
    names = frozenset(name for name, term in inner.given if isinstance(term, Given))
    for act in body.acts:
        if act.command != "select":
            yield Reached(helper, act, inner, names, before)
    if depth < _DEEPEST:
        for further, _, guard in body.calls:
            ways = _through(asked, guard, inner, depth + 2)
            joined = tuple((*one, *two) for one in before for two in ways)
            few = joined if len(joined) < _MOST else ((Unread("too many ways to look at"),),)
            yield from _further(asked, further, inner, few, depth + 1)


def act_ways(asked: Answers, held: Reached) -> tuple[Way, ...]:
    """The ways a caller comes to one operation in the body, with its table as the row that is asked for."""
    act = held.act
    table = meant(asked, held.function, act)
    if table.schema in ("pg_catalog", "information_schema", "auth", "cron", "net"):
        return ()
    sources = list(act.rows.sources)
    own = next((source for source in sources if source.table == act.table), From(act.table))
    if own in sources:
        sources.remove(own)
    alias = own.alias or act.table.rpartition(".")[2]
    scope = replace(held.scope, frames=((Frame(0, alias, table),),))
    where: Expr = both(act.guard, act.rows.where, *(_bound(held, alias) if act.command == "insert" else ()))
    try:
        rows = asked.solver.rows(Select((), tuple(sources), where), scope)
    except (TooMuch, RecursionError):
        return (Way(Who.UNKNOWN),)
    return tuple(dict.fromkeys(
        weigh([*before, *atoms], asked.world, table, lambda _: (Way(Who.ANYONE),))
        for before in held.before for atoms in rows
    ))  # fmt: skip


def _bound(held: Reached, alias: str) -> list[Expr]:
    """What the new row holds. Who wrote it says nothing of whose row it is where that is said as well, and a secret
    that is written is not one that was known."""
    sets = held.act.sets
    others = any(_PERSON.search(column) and _hands(value, held.given) for column, value in sets)
    kept = [
        (column, value) for column, value in sets
        if not (others and _BY.search(column)) and not (TOKEN.search(column) and _hands(value, held.given))
    ]  # fmt: skip
    return [Cmp("=", Col((alias, column)), value) for column, value in kept]


def _hands(value: Expr, names: frozenset[str]) -> bool:
    return isinstance(value, Col) and len(value.parts) == 1 and value.parts[0] in names


def meant(asked: Answers, one: FunctionState, act: Act) -> Table:
    """The table of an operation, or an empty one of its name where it is made in none of the files."""
    name = act.table if "." in act.table else f"public.{act.table}"
    return asked.world.table(act.table) or Table(name, one.spot, complete=False, unseen=True)
