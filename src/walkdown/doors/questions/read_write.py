"""race.read-write: an amount or a count is read, reckoned with here, and written back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from walkdown.doors.questions import behind, locks, matter
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.data_texts import READ_WRITE
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.values import Source, Value
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation, Origin
from walkdown.model.finding import Finding, Step
from walkdown.model.severity import Confidence, Severity

_MONGO = frozenset({"mongoose", "mongodb"})  # there two transactions that write the same row cannot both end well
_JOINED = re.compile(r"stock|balance|inventory|available")  # told by its name where the row came with another
_STATISTICS = re.compile(r"uses|used|usage|(?:^|_)(?:total|lifetime)_(?!balance|credits?$|points?$)")
_COUNTERS = re.compile(
    r"(?:^|_)(?:count|counter|total|totals|views|likes|votes|uses|used|usage|downloads|clicks|num|number|score|rating|"
    r"attempts|members|followers|sold|orders|quantity|sum|amount|paid|spent|xp|streak)(?:_|$)"
)
_COMPUTED = frozenset({Operation.UPDATE, Operation.UPSERT})


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        for number, did in behind.writes(behind.own(one)):
            for name, read in _read_before(code, number, did, one.visit.did):
                lead = way(one.door, did, f"writes {name} back, whatever it is by now")
                at = code.parting(read, did)[1]
                _told(told, at, did, name, read, lead, behind.confidence(one, did))
    for access in found.access:
        did = access.did
        for name, value in did.sets if did.operation in _COMPUTED else ():
            old = any(_is_old(source, name, did.table) for source in value.sources)
            if (old and _is_reckoned(code, did, name, value)) or code.adds_to(did.spot, name):
                lead = (step(did.spot, f"writes {name} of {did.table} back, whatever it is by now"),)
                _told(told, did.spot, did, name, None, lead, Confidence.LIKELY)
    return told.findings()


def _told(  # noqa: PLR0917
    told: Grouped[Spot], at: Spot, did: Did, name: str, read: Did | None, lead: tuple[Step, ...], sure: Confidence
) -> None:
    severity = Severity.LOW
    if not behind.is_draft(did.table) and not behind.is_beside(did.table):
        if matter.is_amount(did.table, name) and not _STATISTICS.search(behind.snake(name)):
            severity = Severity.HIGH
        elif _COUNTERS.search(behind.snake(name)):
            severity = Severity.MEDIUM
    before = (step(read.spot, f"{name} of {read.table} is read"),) if read is not None else ()
    steps = (*lead[:1], *before, *lead[1:])
    told.add(at, tell(READ_WRITE, severity, sure, at, steps, further=(did.spot,)))


def _read_before(code: Code, number: int, did: Did, dids: Sequence[Did]) -> Iterator[tuple[str, Did]]:
    """The fields that are worked out from what the same door read before, and that nothing holds still."""
    if did.operation not in _COMPUTED or (did.transaction and did.library in _MONGO):
        return
    for name, value in did.sets:
        rows = [one.row for one in value.sources if _is_old(one, name, did.table) and 0 <= one.row < number]
        if not rows and _is_changed_in_place(code, did, name):
            rows = [row for _, key in did.filters for row in behind.rows_in(key) if row < number]
        reads = [dids[row] for row in rows if dids[row].operation is Operation.READ]
        reads = [one for one in reads if one.table == did.table or _JOINED.search(behind.snake(name))]
        if not reads or not _is_reckoned(code, did, name, value) or _is_conditional(did, name):
            continue
        if not locks.is_locked(code, (did, reads[0])):
            yield name, reads[0]


def _is_old(source: Source, name: str, table: str) -> bool:
    """What the field was when it was read."""
    return (
        source.origin in (Origin.ROW, Origin.IDENTITY)
        and source.path[1:] != ()
        and (source.path[:1] == (table,) or _JOINED.search(behind.snake(name)) is not None)
        and source.path[-1] == name
    )


def _is_changed_in_place(code: Code, did: Did, name: str) -> bool:
    return any(name in code.changed(spot) for spot in (did.spot,))


def _is_reckoned(code: Code, did: Did, name: str, value: Value) -> bool:
    """Worked out, not handed on: the code around it adds or takes away, and another value goes in."""
    if code.steps(did.spot):
        return False
    spots = (did.spot, *(frame.spot for frame in did.way[-3:]))
    one = len(value.sources) > 1 or any(name in code.changed(spot) for spot in spots)
    return one and any(name in code.sums(spot) for spot in spots)


def _is_conditional(did: Did, name: str) -> bool:
    """`where stock = the stock that was read`, or a version that is counted up."""
    return any(
        part.removeprefix("not ") == name or "version" in part.lower() or "updated" in part.lower()
        for field, _ in did.filters
        for part in field.split("|")
    )
