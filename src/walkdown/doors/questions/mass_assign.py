"""Rows that are written as they came in, with fields nobody named."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.nest_params import KEEPS_UNKNOWN
from walkdown.doors.questions import field_words as words
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.input_texts import MASS_ASSIGN
from walkdown.doors.questions.inputs import At, Said, about, by_schema, lower, operations, sureness, together
from walkdown.doors.tables import Table
from walkdown.doors.values import Source
from walkdown.model.door import WRITES, Operation, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Severity
from walkdown.syntax.program import Let, Program, Stmt

_BODIES = frozenset({"body", "form", "formData", "query", "input"})


def ask(found: Map) -> Iterator[Finding | Fact]:
    yield from together(said for at in operations(found.doors) if (said := _said(at, found)) is not None)


def _said(at: At, found: Map) -> Said | None:
    source = _whole(at)
    if source is None:
        return None
    kept = by_schema(at.one, source)
    loose = any(what == KEEPS_UNKNOWN for what, _ in at.one.visit.used)
    if kept and not loose:
        return None
    left_out = _left_out(found.programs.get(at.did.spot.path), at.did.spot.line)
    severity, what = _weight(at, found.tables.find(at.did.table), left_out)
    if kept and not what:  # the form holds what it names; what else the table has is not known
        severity = max(severity, Severity.MEDIUM, key=lambda one: one.rank)
    if at.guarded:
        severity = Severity.LOW
    word = {Operation.INSERT: "a new row of", Operation.UPDATE: "a row of", Operation.UPSERT: "a row of"}
    last = f"writes {about(source)} as it is to {word.get(at.did.operation, '')} {at.did.table}{what}"
    return Said(at, MASS_ASSIGN, severity, sureness(at), last)


def _whole(at: At) -> Source | None:
    """What is written as a whole. Field by field is none, and where somebody made something of it nobody knows."""
    given = at.did.given
    if at.did.operation not in WRITES or given is None or given.has(Origin.UNKNOWN) or given.has(Origin.ROW):
        return None
    told = [source for source in given.sources if source.origin is Origin.INPUT and source.path[:1] != ()]
    plain = [source for source in told if source.path[0] in _BODIES and source.path[-1] != "*"]
    return min(plain, key=lambda one: one.path) if plain and len(plain) == len(told) else None


def _weight(  # noqa: PLR0911 - each kind of field has an answer of its own
    at: At, table: Table | None, left_out: frozenset[str]
) -> tuple[Severity, str]:
    """As bad as the worst field that can be set besides those the code sets itself."""
    own = {name for name, _ in at.did.sets} | left_out
    columns = [one.name for one in table.columns if one.name not in own] if table is not None else []
    name = at.did.table
    if columns:
        power = next((one for one in columns if words.is_power(one)), "")
        if power and (words.is_users(name) or words.is_roles(name)):
            return Severity.HIGH, f": `{power}` among others"
        standing = next((one for one in columns if words.is_standing(one)), "")
        if standing:
            return Severity.HIGH, f": `{standing}` among others"
        price = next((one for one in columns if words.is_price(one)), "")
        if price and words.is_bought(name) and not words.is_recorded(name):
            return Severity.HIGH, f": `{price}` among others"
        owner = next((one for one in columns if words.is_owner(one)), "")
        if owner and not words.is_aimed_at(name):
            return _owner_weight(at), f": `{owner}` among others"
        return Severity.LOW, ""
    if words.is_users(name) or words.is_roles(name):
        cut = any(words.is_power(one) for one in left_out)
        return (Severity.MEDIUM if cut else Severity.HIGH), ""
    bought = words.is_bought(name) and not words.is_recorded(name)
    return (Severity.HIGH if bought else Severity.MEDIUM), ""


def _owner_weight(at: At) -> Severity:
    """Where nobody has to sign in there is no owner to take away from."""
    return lower(Severity.HIGH) if at.one.door.guard is None else Severity.HIGH


def _left_out(program: Program | None, line: int) -> frozenset[str]:
    """`const { role, ...rest } = req.body`: what is taken out before the rest is written."""
    found: set[str] = set()
    for function in program.functions if program is not None else ():
        if function.line <= line <= function.end_line:
            for stmt in _statements(function.body):
                if isinstance(stmt, Let) and any("..." in bound.way for bound in stmt.names):
                    found |= {bound.way[0] for bound in stmt.names if bound.way and bound.way[0] != "..."}
    return frozenset(found)


def _statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    waiting = list(body)
    while waiting:
        stmt = waiting.pop()
        yield stmt
        for name in ("body", "yes", "no", "handler", "final"):
            waiting.extend(getattr(stmt, name, ()))
