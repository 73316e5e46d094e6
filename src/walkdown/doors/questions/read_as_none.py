"""error.swallowed: a read that failed is taken for "there is none", and something is made or deleted because of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.doors.questions import behind, matter
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.check_act import says_missing, says_there
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.code_parts import fails_in, within
from walkdown.doors.questions.error_use import Use, use_of
from walkdown.doors.questions.failure_texts import READ_AS_NONE
from walkdown.doors.questions.grouped import Grouped, of_access
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Operation
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Let, Member, Name, Op

_WEIGH = frozenset({Operation.INSERT, Operation.DELETE, Operation.UPSERT})


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        own = [did for _, did in behind.own(one)]
        for look, did in _pairs(code, own):
            lead = way(one.door, did, f"{behind.on(did)}, since nothing was found")
            steps = (lead[0], step(look.spot, f"reads {look.table}, and does not look whether that failed"), *lead[1:])
            sure = behind.confidence(one, did, look)
            told.add(did.spot, tell(READ_AS_NONE, _severity(found, look, did), sure, did.spot, steps))
    for group in of_access(found.access):
        for look, did in _pairs(code, group):
            steps = (
                step(look.spot, f"reads {look.table}, and does not look whether that failed"),
                step(did.spot, f"{behind.on(did)}, since nothing was found"),
            )
            told.add(
                did.spot, tell(READ_AS_NONE, _less(_severity(found, look, did)), Confidence.LIKELY, did.spot, steps)
            )
    return told.findings()


def _less(severity: Severity) -> Severity:
    """In a browser it is one's own data, under the policies."""
    return Severity.MEDIUM if severity is Severity.HIGH else severity


def _pairs(code: Code, dids: Sequence[Did]) -> Iterator[tuple[Did, Did]]:
    reads = [one for one in dids if one.operation is Operation.READ and one.library == "supabase" and not one.why]
    for did in dids if reads else ():
        if did.operation not in _WEIGH or did.operation not in WRITES or not behind.is_known(did):
            continue
        if behind.is_beside(did.table) or code.rescues(did):
            continue
        look = next((one for one in reads if _is_because(code, one, did)), None)
        if look is not None:
            yield look, did


def _is_because(code: Code, look: Did, did: Did) -> bool:
    met = code.meeting(look, did)
    if met is None:
        return False
    first, second = met
    if first.call.line != look.spot.line or not isinstance(first.stmt, Let):
        return False
    data = {bound.name for bound in first.stmt.names if bound.way == ("data",)}
    error = next((bound.name for bound in first.stmt.names if bound.way == ("error",)), "")
    if not data:
        return False
    sides = [(test, side) for test, (_, side) in zip(second.tests, second.branches, strict=True)]
    tests = [test for test, side in sides if (says_missing if side == 0 else says_there)(test, data)]
    if not tests:
        return False
    if not error or use_of(code, look) in (Use.UNREAD, Use.LOGGED):
        return True
    return any(_either(test, error) for test in tests)


def _either(test: object, error: str) -> bool:
    """`error || !row`: both lead to the same."""
    if (
        not isinstance(test, Op)
        or test.op != "||"
        or any(isinstance(one, Member) and one.name == "code" for one in within(test))
    ):
        return False
    return fails_in(test, lambda one: isinstance(one, Name) and one.name == error)


def _severity(found: Map, look: Did, did: Did) -> Severity:
    if did.operation is Operation.DELETE:
        return Severity.HIGH
    table = found.tables.find(did.table)
    asked = {part.removeprefix("not ") for field, _ in look.filters for part in field.split("|")}
    if did.operation is Operation.UPSERT or (
        table is not None
        and look.table == did.table
        and (
            any(column.unique and column.name in asked for column in table.columns)
            or any(key and set(key) <= asked for key in table.keys)
        )
    ):
        return Severity.LOW
    return Severity.HIGH if matter.is_worth(did.table) or matter.grants(did) else Severity.MEDIUM
