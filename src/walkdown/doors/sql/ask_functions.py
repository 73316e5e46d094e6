"""Questions to functions that run with their owner's rights: do they check who is calling?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from walkdown.doors.sql import server_words, texts, words
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.ask_tables import private, weighty
from walkdown.doors.sql.expressions import And, Call, Cmp, Col, Expr, From, Lit, Mix, Select, both, inside
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.scope import Frame, Scope, TooMuch
from walkdown.doors.sql.state import FunctionState, Spot, Table
from walkdown.doors.sql.statements import Act
from walkdown.doors.sql.terms import Given, Term
from walkdown.doors.sql.weigh import weigh
from walkdown.doors.sql.who import Way, Who, narrower
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity

_QUIET = frozenset(
    {"boolean", "bool", "trigger", "event_trigger", "void", "integer", "int", "bigint", "app_role", "uuid"}
)
_LOG = re.compile(
    r"(?:^|_)(?:log|audit|event|view|visit|metric|analytic|click|search|searche|rate_limit|attempt|cache|session)(?:$|_|s)",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"count|view|visit|click|like|download|(?:^|_)shares?$|(?:^|_)(?:shares?_|used?_|uses$|usage)|(?:^|_)hit|last_|updated_at|"
    r"seen|(?:^|_)reads?(?:$|_)",
    re.IGNORECASE,
)
_BY = re.compile(r"_by(?:_id)?$|^(?:actor|admin|performer|operator)_id$")
_PERSON = re.compile(r"^(?:user|owner|profile|customer|seller|account|member|client|buyer|creator|author)(?:_?id)?$")
_DEEPEST = 2
_RANK = {"delete": 0, "update": 1, "insert": 2, "select": 3}


def ask(asked: Answers) -> Iterator[Finding]:
    loose: list[FunctionState] = []
    for one in asked.database.functions:
        held = one.function
        if not held.definer or held.returns in ("trigger", "event_trigger"):
            continue
        if one.name.partition(".")[0] in asked.database.exposed and held.search_path is None:
            loose.append(one)
        if callable_by(asked, one):
            yield from _open(asked, one)
    if loose:
        yield finding(
            texts.FUNCTION_PATH, Severity.LOW, sureness(asked.database), loose[0].spot, loose[0].short,
            *(step(one.spot, f"{one.short} has no fixed search_path") for one in loose[:4]),
            further=tuple(one.spot for one in loose[1:]),
        )  # fmt: skip


def callable_by(asked: Answers, one: FunctionState) -> Who | None:
    """Whom the data API lets call it; none where only a server can."""
    if one.name.partition(".")[0] not in asked.database.exposed:
        return None
    if "anon" in one.grants or "public" in one.grants:
        return Who.ANYONE
    return Who.LOGIN if "authenticated" in one.grants else None


def _open(asked: Answers, one: FunctionState) -> Iterator[Finding]:
    body = one.function.body
    floor = callable_by(asked, one)
    if body is None or floor is None:
        return
    found: list[tuple[Severity, Reached, Way]] = []
    for act in reached(asked, one):
        for inner in act_ways(asked, act):
            way = narrower(inner, Way(floor))
            if way.who in (Who.ANYONE, Who.LOGIN) and not way.tied:
                severity = _severity(asked, one, act, way)
                if severity is not None:
                    found.append((severity, act, way))
                break
    if not found:
        return
    severity, held, way = min(found, key=lambda one: (one[0].rank, _RANK[one[1].act.command]))
    act, at = held.act, Spot(held.function.spot.path, held.act.line)
    writes = act.command != "select"
    caller = "anyone with the public key" if way.who is Who.ANYONE else "any signed-in user"
    yield finding(
        texts.FUNCTION_WRITE if writes else texts.FUNCTION_READ, severity,
        lower(Confidence.LIKELY, sureness(asked.database)), one.spot, one.short,
        step(one.spot, f"door: {caller} may call {one.short} over the data API"),
        step(one.spot, "it runs with its owner's rights, so that row security is not asked"),
        step(at, f"it calls {held.function.short}") if held.function != one else None,
        step(at, f"{act.command} on {act.table}" + _written(held) + _chosen(one, act)),
        step(at, "nothing before it asks who is calling"),
    )  # fmt: skip


def guard_ways(asked: Answers, one: FunctionState, guard: Expr, scope: Scope | None = None) -> tuple[Way, ...]:
    """Whom the checks before a place in the body let come there."""
    try:
        found = asked.solver.ways(guard, scope or arguments(one))
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
    that stand for what the caller hands over. `before`: whom the checks on the way let through."""

    function: FunctionState
    act: Act
    scope: Scope
    given: frozenset[str]
    before: tuple[Way, ...] = (Way(Who.ANYONE),)


def reached(asked: Answers, one: FunctionState) -> Iterator[Reached]:
    scope = arguments(one)
    names = frozenset(argument.name for argument in one.function.arguments if argument.name and not argument.out)
    body = one.function.body
    if body is None:
        return
    for act in body.acts:
        yield Reached(one, act, scope, names)
    for call, _, guard in body.calls:
        yield from _further(asked, call, scope, guard_ways(asked, one, guard), 0)


def _further(asked: Answers, call: Call, scope: Scope, before: tuple[Way, ...], depth: int) -> Iterator[Reached]:
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
            ways = guard_ways(asked, helper, guard, inner)
            both_ways = tuple(dict.fromkeys(narrower(one, two) for one in before for two in ways))
            yield from _further(asked, further, inner, both_ways[:20], depth + 1)


def _chosen(one: FunctionState, act: Act) -> str:
    given = [argument.name for argument in one.function.arguments if argument.name and not argument.out]
    return f", for the {given[0]} that the caller hands over" if given and act.rows.where is not None else ""


def act_ways(asked: Answers, held: Reached) -> tuple[Way, ...]:
    """The ways a caller comes to one operation in the body, with its table as the row that is asked for."""
    act = held.act
    table = _meant(asked, held.function, act)
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
    ways = (weigh(atoms, asked.world, table, lambda _: (Way(Who.ANYONE),)) for atoms in rows)
    return tuple(dict.fromkeys(narrower(way, first) for way in ways for first in held.before))


def _bound(held: Reached, alias: str) -> list[Expr]:
    """What the new row holds. Who wrote it says nothing of whose row it is where that is said as well, and a secret that
    is written is not one that was known."""
    sets = held.act.sets
    others = any(_PERSON.search(column) and _hands(value, held.given) for column, value in sets)
    kept = [
        (column, value) for column, value in sets
        if not (others and _BY.search(column)) and not _hands(value, held.given)
    ]  # fmt: skip
    return [Cmp("=", Col((alias, column)), value) for column, value in kept]


def _hands(value: Expr, names: frozenset[str]) -> bool:
    return isinstance(value, Col) and len(value.parts) == 1 and value.parts[0] in names


def _meant(asked: Answers, one: FunctionState, act: Act) -> Table:
    """The table of an operation, or an empty one of its name where it is made in none of the files."""
    name = act.table if "." in act.table else f"public.{act.table}"
    return asked.world.table(act.table) or Table(name, one.spot, complete=False, unseen=True)


def _severity(  # noqa: PLR0911 - one line for each case
    asked: Answers, one: FunctionState, held: Reached, way: Way
) -> Severity | None:
    act = held.act
    table = _meant(asked, held.function, act)
    if table.kind != "table":
        return None
    if not table.unseen:
        direct = asked.of(table, act.command)
        if direct.who.rank <= way.who.rank and not direct.some:
            return None  # the table itself lets them do that
    if act.command == "select":
        return _read(one, act, way, private(table), heavy=weighty(table), body_writes=_writes(one))
    money = _money(held)
    if money and act.command != "delete" and _chooses(held):
        return Severity.CRITICAL if way.who is Who.ANYONE and not way.some else Severity.HIGH
    if _LOG.search(table.short) or (act.command == "update" and not money and _counts(act)):
        return Severity.LOW if act.command == "insert" else None
    heavy = weighty(table) or bool(words.MONEY.search(table.short) or words.RIGHTS.search(table.short))
    if not one.function.arguments:
        return Severity.MEDIUM if heavy else Severity.LOW  # a chore anyone can start
    if act.command == "insert":
        rights = words.MONEY.search(table.short) or words.RIGHTS.search(table.short)
        return Severity.HIGH if rights else Severity.MEDIUM
    return Severity.HIGH if _chooses(held) else Severity.MEDIUM


def _money(held: Reached) -> tuple[str, ...]:
    """The columns it writes that say what somebody owns, may or has paid, where the value is not a fixed one."""
    found = [column for column, value in held.act.sets if server_words.decided(column) and not _fresh(value)]
    return tuple(found) if held.act.command != "insert" or not _LOG.search(held.act.table) else ()


def _fresh(value: Expr) -> bool:
    """What a new row begins with."""
    return isinstance(value, Lit) and value.value.lower() in ("0", "false", "null", "free", "user", "pending", "")


def _chooses(held: Reached) -> bool:
    """The caller says which rows are meant, or what is written into them."""
    where = held.act.rows.where
    direct = where.items if isinstance(where, And) else (where,) if where is not None else ()
    sides = [side for part in direct if isinstance(part, Cmp) for side in (part.left, part.right)]
    values = [part for _, value in held.act.sets for part in inside(value)]
    joined = [
        part for source in held.act.rows.sources if source.select is not None for target in source.select.targets
        for part in inside(target.expr)
    ]  # fmt: skip
    return any(isinstance(part, Col) and part.parts[-1] in held.given for part in [*sides, *values, *joined])


def _written(held: Reached) -> str:
    money = _money(held)
    return f", {', '.join(money[:3])} included" if money else ""


def _writes(one: FunctionState) -> bool:
    body = one.function.body
    return body is not None and any(act.command != "select" for act in body.acts)


def _counts(act: Act) -> bool:
    """`views = views + 1`."""
    return bool(act.sets) and all(
        (_COUNTER.search(column) and not isinstance(value, Col)) or _one_more(column, value)
        for column, value in act.sets
    )


def _one_more(column: str, value: Expr) -> bool:
    own = isinstance(value, Mix) and value.what == "+" and len(value.items) == 2
    return (
        own and isinstance(value, Mix) and isinstance(value.items[0], Col) and value.items[0].parts[-1] == column
        and isinstance(value.items[1], Lit) and not words.MONEY.search(column)
    )  # fmt: skip


def _read(
    one: FunctionState, act: Act, way: Way, held: tuple[str, ...], *, heavy: bool, body_writes: bool
) -> Severity | None:
    returns = one.function.returns
    if returns.rpartition(".")[2] in _QUIET or body_writes:
        return None
    shown = _shown(act, held)
    if not shown and not (heavy and (one.function.many or "json" in returns)):
        return None
    if returns in ("text", "varchar", "character varying") and not words.secret(shown):
        return Severity.LOW
    return Severity.HIGH if shown and way.who is Who.ANYONE else Severity.MEDIUM


def _shown(act: Act, held: tuple[str, ...]) -> tuple[str, ...]:
    out: list[str] = []
    for target in act.rows.targets:
        if isinstance(target.expr, Col):
            name = target.expr.parts[-1]
            out.extend(held if name == "*" else [name] if name in held else [])
    return tuple(out)
