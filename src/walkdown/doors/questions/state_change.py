"""race.check-act: what state a row is in is looked at first, and the step that changes it asks no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import behind, locks, matter, provider
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.code_parts import statements
from walkdown.doors.questions.data_texts import STATE_CHANGE
from walkdown.doors.questions.error_use import leaves
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import DoorKind, Operation, Origin
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Call, Const, If, Index, Let, Loop, Member, Name, Not, Op, Text

_EQUAL = frozenset({"===", "==", "!==", "!=", "<", ">", "<=", ">="})
_MONGO = frozenset({"mongoose", "mongodb"})
_VERSION = ("version", "updated", "revision", "__v")


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[tuple[Spot, Spot]] = Grouped()
    for one in behind.doors(found):
        own = behind.own(one)
        for number, did in own:
            names = matter.states(did) if did.operation is Operation.UPDATE and behind.is_known(did) else set()
            if names and code.steps(did.spot):
                names = {name for name in names if not behind.is_amount(name)}
            if names and not behind.is_beside(did.table):
                _judge(found, code, one, own, number, did, names, told)
    return told.findings()


def _judge(  # noqa: PLR0917
    found: Map, code: Code, one: Followed, own: Sequence[tuple[int, Did]], number: int, did: Did, names: set[str],
    told: Grouped[tuple[Spot, Spot]],
) -> None:  # fmt: skip
    look = next((other for at, other in reversed(own) if at < number and _same_row(other, at, did)), None)
    if look is None or code.rescues(did) or not code.both(look, did):
        return
    check = _check(code, look, did, names)
    if check is None or locks.is_locked(code, (look, did)):
        return
    if did.transaction and did.library in _MONGO:  # there two that write the same row cannot both end well
        return
    given = _given(found, code, own, look, did)
    asked = _asks_again(did, names)
    if asked and (not given or _is_looked_at(code, did)):
        return
    severity = Severity.HIGH if given and not asked else Severity.MEDIUM
    if not given and not (matter.is_worth(did.table) or _does_more(code, own, look, did)):
        severity = Severity.LOW
    if one.door.kind is DoorKind.JOB and severity is Severity.HIGH:
        severity = Severity.MEDIUM  # two runs would have to overlap
    sure = behind.confidence(one, did, look)
    last = f"changes it, whatever it is by now ({', '.join(sorted(names)[:2])} of {did.table})"
    if asked:
        last = "changes it only in that state, and does not look whether it did"
    lead = way(one.door, did, last)
    steps = [lead[0], step(look.spot, f"{did.table} is read"), step(check, "asks what state it is in"), *lead[1:]]
    if given:
        steps.append(step(given[0].spot, f"{behind.on(given[0])}: once for each request that passed"))
    if sure is Confidence.SURE:
        sure = Confidence.LIKELY
    at = code.parting(look, did)[1]  # in the function that looks and changes, not deep in what it calls
    further = [did.spot, *(other.spot for other in given)]
    told.add((look.spot, check), tell(STATE_CHANGE, severity, sure, at, steps, further=further))


def _same_row(look: Did, number: int, did: Did) -> bool:
    """Read before, by the same key or to have the key."""
    if look.operation is not Operation.READ or look.table != did.table or look.why:
        return False
    keys = frozenset(source for _, value in did.filters for source in behind.chosen(value))
    if any(source.row == number and source.origin is Origin.ROW for source in keys):
        return True
    return bool(keys & frozenset(source for _, value in look.filters for source in behind.chosen(value)))


def _asks_again(did: Did, names: set[str]) -> bool:
    asked = {part.removeprefix("not ") for field, _ in did.filters for part in field.split("|")}
    return any(one in names or matter.is_state(one) or any(word in one.lower() for word in _VERSION) for one in asked)


def _is_looked_at(code: Code, did: Did) -> bool:
    """How many rows it changed, or which. An `update` of one row that is not there throws with Prisma."""
    site = code.site(did.spot)
    if site is None:
        return True
    name = getattr(site.call.callee, "name", "")
    if did.library == "prisma" and name == "update":
        return True
    if isinstance(site.stmt, Let):
        kept = {bound.way[:1] for bound in site.stmt.names}
        return kept != {("error",)}
    return type(site.stmt).__name__ != "Do"


# -- the check --------------------------------------------------------------------------------------------------------


def _check(code: Code, look: Did, did: Did, names: set[str]) -> Spot | None:
    """`if (row.status !== "pending") return` in a function that leads there, or only rows in that state were read."""
    rows = _row_names(code, look, did)
    for at in (did.spot, *(frame.spot for frame in reversed(did.way[-3:]))):
        for number in code.around(at)[:2]:
            for stmt in statements(code.function(at.path, number).body):
                if not isinstance(stmt, If) or stmt.line > at.line or not _asks_state(stmt.test, names, rows):
                    continue
                if leaves(stmt.yes) or _holds(stmt, at.line):
                    return Spot(at.path, stmt.line)
    fixed = (Origin.CONSTANT,)
    for name, value in look.filters:
        if name.removeprefix("not ") in names and value.sources and all(one.origin in fixed for one in value.sources):
            return look.spot
    return None


def _row_names(code: Code, look: Did, did: Did) -> set[str]:
    """What the code calls the row, where that can be seen."""
    found: set[str] = set()
    for spot in (look.spot, code.parting(look, did)[0]):
        site = code.site(spot)
        if site is None or not isinstance(site.stmt, Let):
            continue
        found |= {bound.name for bound in site.stmt.names if bound.way in ((), ("data",), ("0",), ("rows", "0"))}
        for stmt in statements(code.function(spot.path, site.function).body):
            of = stmt.over if isinstance(stmt, Loop) else stmt.value if isinstance(stmt, Let) else None
            if isinstance(of, (Name, Index, Member)) and isinstance(stmt, (Loop, Let)) and _first_name(of) in found:
                found |= {bound.name for bound in stmt.names}
    return found


def _first_name(value: Any) -> str:
    while isinstance(value, (Member, Index)):
        value = value.of
    return value.name if isinstance(value, Name) else ""


def _holds(stmt: If, line: int) -> bool:
    return any(inner.line <= line for inner in stmt.yes) and any(inner.line >= line for inner in _last(stmt.yes))


def _last(body: Sequence[Any]) -> Iterator[Any]:
    yield from statements(body)


def _asks_state(test: Any, names: set[str], rows: set[str]) -> bool:
    if isinstance(test, Op) and test.op in ("&&", "||"):
        return _asks_state(test.left, names, rows) or _asks_state(test.right, names, rows)
    if isinstance(test, Not) and test.op == "!":
        return _asks_state(test.of, names, rows)
    if isinstance(test, Op) and test.op in _EQUAL:
        plain = isinstance(test.right, (Text, Const, Member, Name))
        return plain and _is_state_of(test.left, names, rows)
    if isinstance(test, Call) and isinstance(test.callee, Member) and test.callee.name in ("includes", "has"):
        return any(_is_state_of(arg.value, names, rows) for arg in test.args)
    return _is_state_of(test, names, rows)


def _is_state_of(value: Any, names: set[str], rows: set[str]) -> bool:
    """`row.status`, of a row that is known by that name, or of something that is not known."""
    if not isinstance(value, Member) or value.name not in names:
        return False
    of = value.of
    if isinstance(of, Name):
        return not rows or of.name in rows
    return isinstance(of, Member)


# -- what is given by it ----------------------------------------------------------------------------------------------


def _given(found: Map, code: Code, own: Sequence[tuple[int, Did]], look: Did, did: Did) -> list[Did]:
    """What happens as often as the check is passed: money that moves, rights that are made."""
    numbers = {id(other): at for at, other in own}
    kept: list[Did] = []
    for at, other in own:
        if other.spot == did.spot or at < numbers[id(look)] or not code.both(did, other) or not code.both(look, other):
            continue
        if code.rescues(other) or other.why:
            continue
        if (
            _adds(code, other)
            or _makes(found, code, other)
            or (provider.pays(code, other) in _PAID and not provider.is_keyed(code, other))
        ):
            kept.append(other)
    if _adds(code, did):
        kept.append(did)
    return kept


_PAID = (provider.PAYOUT, provider.REFUND, provider.CHARGE)


def _adds(code: Code, did: Did) -> bool:
    return matter.adds_by_function(did) or matter.moves(code, did)


def _makes(found: Map, code: Code, did: Did) -> bool:
    """A new row that stands for money or a right, where no key holds it to one."""
    if did.operation is not Operation.INSERT or behind.is_beside(did.table) or not matter.is_worth(did.table):
        return False
    if _is_line(did.table) or locks.knows_doubles(code, did):
        return False
    table = found.tables.find(did.table)
    if table is None:
        return True
    of_row = {name for name, value in did.sets if any(one.origin in _FROM for one in value.sources)}
    unique = {column.name for column in table.columns if column.unique and column.name != "id"}
    return not (unique & of_row) and not any(key and set(key) <= of_row for key in table.keys)


_FROM = (Origin.ROW, Origin.INPUT, Origin.IDENTITY)


def _is_line(table: str) -> bool:
    """Lines of something else: they are made with it."""
    return behind.snake(table).endswith(("_items", "_item", "_lines", "_line"))


def _does_more(code: Code, own: Sequence[tuple[int, Did]], look: Did, did: Did) -> bool:
    return any(
        other.spot != did.spot and code.both(look, other) and not behind.is_beside(other.table)
        for _, other in behind.writes(own)
    )
