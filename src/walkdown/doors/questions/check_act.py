"""race.check-act: it is looked whether a row is there, and then one is made, with nothing that holds it to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from walkdown.doors.questions import behind, locks, matter, provider
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, Site, code_of
from walkdown.doors.questions.code_parts import statements, values, within
from walkdown.doors.questions.data_texts import CHECK_ACT
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.tables import Table
from walkdown.doors.values import Source
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation, Origin
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Call, Entry, If, Let, Member, Name, Not, Op, Program, Return, Text, Throw

_UNIQUE = frozenset({"Unique", "Index", "uniqueIndex", "unique", "index", "uniqueTogether"})
_EMPTY = ("null", "undefined", "0", "false")


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    keys: dict[str, list[set[str]]] = {}  # by file
    for one in behind.doors(found):
        own = behind.own(one)
        for number, did in behind.writes(own):
            if did.operation is not Operation.INSERT or behind.is_beside(did.table):
                continue
            before = [other for at, other in own if at < number and _looks_for(other, did)]
            look = next((other for other in reversed(before) if _decides(code, other, did)), None)
            if look is None:
                continue
            table = found.tables.find(did.table)
            fields = _fields(look)
            if table is not None and _is_held(found, table, fields, keys):
                continue
            known = table is not None and bool(table.columns)
            weighs = known and did.transaction == 0 and (behind.is_money(did.table) or _names_somebody(fields))
            severity = Severity.MEDIUM if weighs else Severity.LOW
            if (
                matter.is_worth(did.table)
                and not locks.is_locked(code, (look, did))
                and _moves_too(code, own, look, did)
            ):
                severity = Severity.HIGH if known and not did.transaction else Severity.MEDIUM
            sure = behind.confidence(one, did) if known else Confidence.UNSURE
            lead = way(one.door, did, "makes one, though another request may have done so meanwhile")
            steps = (lead[0], step(look.spot, f"looks whether {did.table} has one already"), *lead[1:])
            at = code.parting(look, did)[1]
            told.add(at, tell(CHECK_ACT, severity, sure, at, steps, further=(did.spot,)))
    return told.findings()


def _moves_too(code: Code, own: Sequence[tuple[int, Did]], look: Did, did: Did) -> bool:
    """Money or stock goes with it: what is made twice is also credited twice."""
    return any(
        other.spot != did.spot
        and (
            matter.adds_by_function(other) or matter.moves(code, other) or provider.pays(code, other) == provider.PAYOUT
        )
        and code.both(did, other)
        and code.both(look, other)
        for _, other in own
    )


def _looks_for(look: Did, did: Did) -> bool:
    """Asked by the same values that are written then."""
    if look.operation is not Operation.READ or look.table != did.table or look.why:
        return False
    written = behind.sources_of(did)
    asked = [behind.chosen(value) for _, value in look.filters]
    asked = [sources for sources in asked if sources]
    return bool(asked) and all(any(_is_in(source, written) for source in sources) for sources in asked)


def _is_in(source: Source, written: frozenset[Source]) -> bool:
    """Itself, or as a part of what is written as a whole."""
    if source in written:
        return True
    wholes = [other.path for other in written if other.origin is Origin.INPUT and other.path]
    return source.origin is Origin.INPUT and any(source.path[: len(path)] == path for path in wholes)


def _fields(look: Did) -> set[str]:
    return {_plain(part) for name, _ in look.filters for part in name.split("|")}


def _plain(name: str) -> str:
    return behind.snake(name.removeprefix("not ")).split(".")[0].removesuffix("_id")


def _names_somebody(fields: set[str]) -> bool:
    return bool(fields & {"email", "username", "phone", "slug", "code"})


def _is_held(found: Map, table: Table, fields: set[str], keys: dict[str, list[set[str]]]) -> bool:
    """A unique key stands on what was asked for, as far as schemas and models say."""
    if any(column.unique and _plain(column.name) in fields for column in table.columns):
        return True
    if any(key and {_plain(name) for name in key} <= fields for key in table.keys):
        return True
    if table.path not in keys:
        program = found.programs.get(table.path)
        keys[table.path] = _keys(program) if program is not None else []
    return any(names & fields for names in keys[table.path])


def _keys(program: Program) -> list[set[str]]:
    """What stands in marks and calls that make something unique: `@Unique(["email"])`, `uniqueIndex().on(t.email)`."""
    said = [mark.value for one in program.classes for mark in one.marks]
    said += [mark.value for one in program.classes for field in one.fields for mark in field.marks]
    said += [inner for stmt in program.body for inner in values(stmt)]
    said += [inner for export in program.exports if export.value is not None for inner in within(export.value)]
    said += [inner for function in program.functions for stmt in statements(function.body) for inner in values(stmt)]
    return [_named_in(one) for one in said if isinstance(one, Call) and _called(one) in _UNIQUE]


def _named_in(call: Call) -> set[str]:
    found: set[str] = set()
    for one in within(call):
        if isinstance(one, (Member, Name)):
            found.add(_plain(one.name))
        elif isinstance(one, Text):
            found.add(_plain(one.value))
        elif isinstance(one, Entry):
            found.add(_plain(one.key))
    return found


def _called(call: Call) -> str:
    return call.callee.name if isinstance(call.callee, (Name, Member)) else ""


# -- whether the look decides -----------------------------------------------------------------------------------------


def _decides(code: Code, look: Did, did: Did) -> bool:  # noqa: PLR0911 - each shape has an answer of its own
    """`if (found) throw …; create()` or `if (!found) create()`."""
    if code.rescues(did) or not code.both(look, did):
        return False
    met = code.meeting(look, did)
    if met is None:
        return False
    first, second = met
    if code.counts(look.spot) and look.spot.line != first.call.line:
        return False  # how many there are is asked elsewhere: a limit, not whether this one is there
    names = {bound.name for bound in first.stmt.names} if isinstance(first.stmt, Let) else set()
    if not names and not isinstance(first.stmt, If):
        return False
    if any(side == 0 and _says(test, names, there=False) for test, (_, side) in _tests(second)):
        return True
    if any(side == 1 and _says(test, names, there=True) for test, (_, side) in _tests(second)):
        return True
    body = code.function(did.spot.path if not did.way[1:] else _path(look, did), first.function).body
    return any(
        isinstance(stmt, If) and _leaves(stmt.yes) and _says(stmt.test, names, there=True) for stmt in statements(body)
    )


def _path(look: Did, did: Did) -> str:
    here = [*(frame.spot for frame in look.way[1:]), look.spot]
    there = [*(frame.spot for frame in did.way[1:]), did.spot]
    return next(one.path for one, other in zip(here, there, strict=False) if one != other)


def _tests(site: Site) -> Sequence[tuple[Any, tuple[int, int]]]:
    return list(zip(site.tests, site.branches, strict=False))


def _leaves(body: Sequence[Any]) -> bool:
    return any(isinstance(stmt, (Return, Throw)) for stmt in body)


def says_missing(test: Any, names: set[str]) -> bool:
    """Whether a test holds where a row by one of these names is missing."""
    return _says(test, names, there=False)


def says_there(test: Any, names: set[str]) -> bool:
    return _says(test, names, there=True)


def _says(test: Any, names: set[str], *, there: bool) -> bool:
    """Whether a test holds where the row is there (or, the other way round, where it is missing)."""
    if isinstance(test, Not) and test.op == "!":
        return _says(test.of, names, there=not there)
    if isinstance(test, Op) and test.op in ("&&", "||"):
        return _says(test.left, names, there=there) or _says(test.right, names, there=there)
    if isinstance(test, Op):
        empty = getattr(test.right, "value", None) in _EMPTY
        same = test.op in ("===", "==")
        if not empty or test.op not in ("===", "==", "!==", "!=", ">"):
            return False
        return _is_row(test.left, names) and (not same) is there
    return there and _is_row(test, names)


def _is_row(value: Any, names: set[str]) -> bool:
    """`found`, `found.length`, `found.rows.length`."""
    while isinstance(value, Member):
        if value.name not in ("length", "rows", "rowCount", "count", "data"):
            return False
        value = value.of
    return isinstance(value, Name) and value.name in names
