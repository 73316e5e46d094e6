"""Questions to functions that run with their owner's rights: do they check who is calling?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.sql import server_words, texts, words
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.ask_tables import private, weighty
from walkdown.doors.sql.expressions import And, Cmp, Col, Expr, Lit, Mix, inside
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.reach import Reached, act_ways, callable_by, meant, reached
from walkdown.doors.sql.state import FunctionState, Spot
from walkdown.doors.sql.statements import Act
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


def _open(asked: Answers, one: FunctionState) -> Iterator[Finding]:
    body = one.function.body
    floor = callable_by(asked, one)
    if body is None or floor is None:
        return
    found: list[tuple[Severity, Reached, Way]] = []
    paid = _paid_from(asked, one, floor)
    for come in reached(asked, one):
        if come.act.table in paid and _changes(come.act, "+"):
            continue  # what they give away themselves
        for inner in act_ways(asked, come):
            way = narrower(inner, Way(floor))
            if way.who in (Who.ANYONE, Who.LOGIN) and not way.tied:
                rated = _severity(asked, one, come, way)
                if rated is not None:
                    found.append((rated, come, way))
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


def _paid_from(asked: Answers, one: FunctionState, floor: Who) -> set[str]:
    """Tables where the function takes from what is the caller's own."""
    out: set[str] = set()
    for come in reached(asked, one):
        if come.act.command == "update" and _changes(come.act, "-"):
            ways = [narrower(way, Way(floor)) for way in act_ways(asked, come)]
            if ways and all(way.tied or way.who not in (Who.ANYONE, Who.LOGIN) for way in ways):
                out.add(come.act.table)
    return out


def _changes(act: Act, how: str) -> bool:
    return any(
        server_words.HELD.search(column) and isinstance(value, Mix) and value.what == how for column, value in act.sets
    )


def _chosen(one: FunctionState, act: Act) -> str:
    given = [argument.name for argument in one.function.arguments if argument.name and not argument.out]
    return f", for the {given[0]} that the caller hands over" if given and act.rows.where is not None else ""


def _severity(  # noqa: PLR0911 - one line for each case
    asked: Answers, one: FunctionState, held: Reached, way: Way
) -> Severity | None:
    act = held.act
    table = meant(asked, held.function, act)
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
