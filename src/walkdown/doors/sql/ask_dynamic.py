"""Questions to SQL that is put together while it runs: what of it does the caller choose?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.sql import texts
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.expressions import And, AnyOf, Call, Case, Cmp, Col, Expr, In, Lit, Mix, Or, inside
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.reach import callable_by, guard_ways
from walkdown.doors.sql.state import FunctionState, Spot
from walkdown.doors.sql.statements import Run
from walkdown.doors.sql.who import Way, Who, narrower
from walkdown.model.finding import Finding, Step
from walkdown.model.severity import Confidence, Severity

_HOLE = re.compile(r"%(?:(\d+)\$)?([sIL%])")
_WRITES = re.compile(r"\b(?:update|delete|insert|truncate|drop|alter|merge|create|grant|copy)\b", re.IGNORECASE)


def ask(asked: Answers) -> Iterator[Finding]:
    for one in asked.database.functions:
        held = one.function
        if held.definer and held.returns not in ("trigger", "event_trigger") and callable_by(asked, one):
            yield from _runs(asked, one)


def _runs(asked: Answers, one: FunctionState) -> Iterator[Finding]:
    """What the caller hands over is run as SQL, or says which table is meant."""
    body, floor = one.function.body, callable_by(asked, one)
    if body is None or floor is None:
        return
    given = {held.name for held in one.function.arguments if not held.out and held.name}
    for asks, tell in ((handed_over, _any_sql), (named, _any_table)):
        for run in body.dynamic:
            names = tuple(name for name in asks(run.sql, given) if not _listed(run.guard, name))
            ways = [narrower(way, Way(floor)) for way in guard_ways(asked, one, run.guard)] if names else []
            wide = [way for way in ways if way.who in (Who.ANYONE, Who.LOGIN)]
            if wide:
                yield tell(asked, one, run, names, min(wide, key=lambda way: way.who.rank))
                return


def _any_sql(asked: Answers, one: FunctionState, run: Run, names: tuple[str, ...], way: Way) -> Finding:
    return finding(
        texts.FUNCTION_SQL, Severity.CRITICAL, lower(Confidence.LIKELY, sureness(asked.database)), one.spot, one.short,
        *_door(one, way),
        step(Spot(one.spot.path, run.line), f"{', '.join(names)} becomes part of the SQL that is run"),
    )  # fmt: skip


def _any_table(asked: Answers, one: FunctionState, run: Run, names: tuple[str, ...], way: Way) -> Finding:
    said = _said(run)
    own = "auth.uid()" in said or any(isinstance(one, Call) and one.name == "auth.uid" for one in inside(run.sql))
    changes = _WRITES.search(said) is not None
    quiet = one.function.returns in ("boolean", "bool", "integer", "int", "bigint", "void", "regclass")
    severity = Severity.HIGH if (changes or not quiet) and not own else Severity.MEDIUM
    return finding(
        texts.FUNCTION_NAMES, severity, lower(Confidence.LIKELY, sureness(asked.database)), one.spot, one.short,
        *_door(one, way),
        step(Spot(one.spot.path, run.line), f"{', '.join(names)} says which table or column is meant"),
        step(Spot(one.spot.path, run.line), "no list of allowed names stands before it"),
    )  # fmt: skip


def _door(one: FunctionState, way: Way) -> tuple[Step | None, ...]:
    caller = "anyone with the public key" if way.who is Who.ANYONE else "any signed-in user"
    return (
        step(one.spot, f"door: {caller} may call {one.short} over the data API"),
        step(one.spot, "it runs with its owner's rights, so that row security is not asked"),
    )


def _said(run: Run) -> str:
    return " ".join(part.value for part in inside(run.sql) if isinstance(part, Lit)).lower()


def _listed(guard: Expr, name: str) -> bool:
    """A check before it that compares the name with written ones."""
    parts = guard.items if isinstance(guard, And) else (guard,)
    return any(_fixes(part, name) for part in parts)


def _fixes(part: Expr, name: str) -> bool:
    if isinstance(part, Or):
        return all(_fixes(one, name) for one in part.items)
    if isinstance(part, In):
        return _is(part.item, name) and all(isinstance(one, Lit) for one in part.items)
    if isinstance(part, AnyOf):
        return part.op == "=" and _is(part.item, name)
    return isinstance(part, Cmp) and part.op == "=" and _is(part.left, name) and isinstance(part.right, Lit)


def _is(expr: Expr, name: str) -> bool:
    if isinstance(expr, Call) and expr.name in ("lower", "trim", "btrim") and expr.args:
        return _is(expr.args[0], name)
    return isinstance(expr, Col) and expr.parts[-1] == name


def handed_over(sql: Expr, names: set[str]) -> tuple[str, ...]:
    """The arguments that end up in the SQL as they are, not quoted as a name or a value."""
    return tuple(name for how, name in _put_in(sql, names, "s") if how == "s")


def named(sql: Expr, names: set[str]) -> tuple[str, ...]:
    """The arguments that stand in it as the name of something."""
    return tuple(name for how, name in _put_in(sql, names, "s") if how == "I")


def _put_in(  # noqa: PLR0911 - one line for each kind of expression
    sql: Expr, names: set[str], how: str
) -> tuple[tuple[str, str], ...]:
    if isinstance(sql, Col):
        return ((how, sql.parts[-1]),) if sql.parts[-1] in names else ()
    if isinstance(sql, Call):
        called = sql.name.rpartition(".")[2]
        if called == "quote_ident" and sql.args:
            return _put_in(sql.args[0], names, "I")
        if called in ("lower", "trim", "btrim", "coalesce") and sql.args:
            return _put_in(sql.args[0], names, how)
        if called == "format" and sql.args and isinstance(sql.args[0], Lit):
            found = _filled(sql.args[0].value, sql.args[1:])
            return tuple(
                one for hole, value in found if hole != "L"
                for one in _put_in(value, names, "I" if hole == "I" or how == "I" else "s")
            )  # fmt: skip
        return ()
    if isinstance(sql, Mix):
        return tuple(dict.fromkeys(one for part in sql.items for one in _put_in(part, names, how)))
    if isinstance(sql, Case):
        return tuple(one for _, value in (*sql.whens, (sql, sql.default)) for one in _put_in(value, names, how))
    return ()


def _filled(text: str, args: tuple[Expr, ...]) -> list[tuple[str, Expr]]:
    out: list[tuple[str, Expr]] = []
    at = 0
    for found in _HOLE.finditer(text):
        if found[2] == "%":
            continue
        at = int(found[1][:3]) if found[1] else at + 1
        if 0 < at <= len(args):
            out.append((found[2], args[at - 1]))
    return out
