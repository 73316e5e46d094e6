"""Questions to functions that run with their owner's rights: do they check who is calling?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from walkdown.doors.sql import texts, words
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
    r"log|audit|event|view|visit|metric|analytic|click|search|rate_limit|attempt|cache|session", re.IGNORECASE
)
_COUNTER = re.compile(
    r"count|view|visit|click|like|download|share|use|usage|hit|last_|updated_at|seen|read", re.IGNORECASE
)
_HOLE = re.compile(r"%(?:\d+\$)?([sIL])")
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
            yield from _runs(asked, one)
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
    found: list[tuple[Severity, Act, Way]] = []
    for act in body.acts:
        for inner in act_ways(asked, one, act):
            way = narrower(inner, Way(floor))
            if way.who in (Who.ANYONE, Who.LOGIN) and not way.tied:
                severity = _severity(asked, one, act, way)
                if severity is not None:
                    found.append((severity, act, way))
                break
    if not found:
        return
    severity, act, way = min(found, key=lambda held: (held[0].rank, _RANK[held[1].command]))
    writes = act.command != "select"
    caller = "anyone with the public key" if way.who is Who.ANYONE else "any signed-in user"
    yield finding(
        texts.FUNCTION_WRITE if writes else texts.FUNCTION_READ, severity,
        lower(Confidence.LIKELY, sureness(asked.database)), one.spot, one.short,
        step(one.spot, f"door: {caller} may call {one.short} over the data API"),
        step(one.spot, "it runs with its owner's rights, so that row security is not asked"),
        step(_at(one, act), f"{act.command} on {act.table}" + _chosen(one, act)),
        step(_at(one, act), "nothing before it asks who is calling"),
    )  # fmt: skip


def _runs(asked: Answers, one: FunctionState) -> Iterator[Finding]:
    """What the caller hands over is run as SQL."""
    body, floor = one.function.body, callable_by(asked, one)
    if body is None or floor is None:
        return
    for run in body.dynamic:
        names = handed_over(run.sql, {held.name for held in one.function.arguments if not held.out and held.name})
        ways = [narrower(way, Way(floor)) for way in guard_ways(asked, one, run.guard)] if names else []
        wide = [way for way in ways if way.who in (Who.ANYONE, Who.LOGIN)]
        if not wide:
            continue
        widest = min(wide, key=lambda way: way.who.rank)
        caller = "anyone with the public key" if widest.who is Who.ANYONE else "any signed-in user"
        yield finding(
            texts.FUNCTION_SQL, Severity.CRITICAL, lower(Confidence.LIKELY, sureness(asked.database)), one.spot,
            one.short,
            step(one.spot, f"door: {caller} may call {one.short} over the data API"),
            step(one.spot, "it runs with its owner's rights, so that row security is not asked"),
            step(Spot(one.spot.path, run.line), f"{', '.join(names)} becomes part of the SQL that is run"),
        )  # fmt: skip
        return


def guard_ways(asked: Answers, one: FunctionState, guard: Expr) -> tuple[Way, ...]:
    """Whom the checks before a place in the body let come there."""
    try:
        found = asked.solver.ways(guard, arguments(one))
    except (TooMuch, RecursionError):
        return (Way(Who.UNKNOWN),)
    return tuple(dict.fromkeys(weigh(atoms, asked.world, None, lambda _: (Way(Who.ANYONE),)) for atoms in found))


def handed_over(sql: Expr, names: set[str]) -> tuple[str, ...]:
    """The arguments that end up in the SQL as they are, not quoted as a name or a value."""
    if isinstance(sql, Col):
        return (sql.parts[-1],) if sql.parts[-1] in names else ()
    if isinstance(sql, Call):
        called = sql.name.rpartition(".")[2]
        if called.startswith("quote_"):
            return ()
        if called == "format" and sql.args and isinstance(sql.args[0], Lit):
            holes = _HOLE.findall(sql.args[0].value)
            filled = zip(holes, sql.args[1:])  # noqa: B905 - as many as both have
            return tuple(name for hole, value in filled if hole == "s" for name in handed_over(value, names))
        return ()
    if isinstance(sql, Mix):
        return tuple(dict.fromkeys(name for one in sql.items for name in handed_over(one, names)))
    return ()


def arguments(one: FunctionState) -> Scope:
    """What names mean inside the function, before any table."""
    given: list[tuple[str, Term]] = []
    for at, argument in enumerate(held for held in one.function.arguments if not held.out):
        given.extend([(argument.name, Given(argument.name)), (f"${at + 1}", Given(argument.name))])
    plpgsql = one.function.language == "plpgsql"
    return Scope((), tuple(given), True, (one.name,), one.name.partition(".")[2], plpgsql)


def _at(one: FunctionState, act: Act) -> Spot:
    return Spot(one.spot.path, act.line)


def _chosen(one: FunctionState, act: Act) -> str:
    given = [argument.name for argument in one.function.arguments if argument.name and not argument.out]
    return f", for the {given[0]} that the caller hands over" if given and act.rows.where is not None else ""


def act_ways(asked: Answers, one: FunctionState, act: Act) -> tuple[Way, ...]:
    """The ways a caller comes to one operation in the body, with its table as the row that is asked for."""
    table = _meant(asked, one, act)
    if table.schema in ("pg_catalog", "information_schema", "auth", "cron", "net"):
        return ()
    sources = list(act.rows.sources)
    own = next((source for source in sources if source.table == act.table), From(act.table))
    if own in sources:
        sources.remove(own)
    alias = own.alias or act.table.rpartition(".")[2]
    scope = replace(arguments(one), frames=((Frame(0, alias, table),),))
    bound = [Cmp("=", Col((alias, column)), value) for column, value in act.sets] if act.command == "insert" else []
    where: Expr = both(act.guard, act.rows.where, *bound)
    try:
        rows = asked.solver.rows(Select((), tuple(sources), where), scope)
    except (TooMuch, RecursionError):
        return (Way(Who.UNKNOWN),)
    return tuple(dict.fromkeys(weigh(atoms, asked.world, table, lambda _: (Way(Who.ANYONE),)) for atoms in rows))


def _meant(asked: Answers, one: FunctionState, act: Act) -> Table:
    """The table of an operation, or an empty one of its name where it is made in none of the files."""
    name = act.table if "." in act.table else f"public.{act.table}"
    return asked.world.table(act.table) or Table(name, one.spot, complete=False, unseen=True)


def _severity(  # noqa: PLR0911 - one line for each case
    asked: Answers, one: FunctionState, act: Act, way: Way
) -> Severity | None:
    table = _meant(asked, one, act)
    if table.kind != "table":
        return None
    if not table.unseen:
        direct = asked.of(table, act.command)
        if direct.who.rank <= way.who.rank and not direct.some:
            return None  # the table itself lets them do that
    if act.command == "select":
        return _read(one, act, way, private(table), heavy=weighty(table), body_writes=_writes(one))
    if _LOG.search(table.short) or (act.command == "update" and _counts(act)):
        return Severity.LOW if act.command == "insert" else None
    heavy = weighty(table) or bool(words.MONEY.search(table.short) or words.RIGHTS.search(table.short))
    if not one.function.arguments:
        return Severity.MEDIUM if heavy else Severity.LOW  # a chore anyone can start
    if act.command == "insert":
        rights = words.MONEY.search(table.short) or words.RIGHTS.search(table.short)
        return Severity.HIGH if rights else Severity.MEDIUM
    return Severity.HIGH if _chooses(one, act) else Severity.MEDIUM


def _chooses(one: FunctionState, act: Act) -> bool:
    """The caller says which rows are meant, or what is written into them."""
    names = {argument.name for argument in one.function.arguments if argument.name and not argument.out}
    where = act.rows.where
    direct = where.items if isinstance(where, And) else (where,) if where is not None else ()
    sides = [side for part in direct if isinstance(part, Cmp) for side in (part.left, part.right)]
    values = [part for _, value in act.sets for part in inside(value)]
    return any(isinstance(part, Col) and part.parts[-1] in names for part in [*sides, *values])


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
