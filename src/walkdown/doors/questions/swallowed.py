"""error.swallowed: a write that fails, and nobody learns of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import behind, matter
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, Site, code_of
from walkdown.doors.questions.code_parts import statements, within
from walkdown.doors.questions.error_use import Use, is_awaited, is_log, use_of
from walkdown.doors.questions.failure_texts import ERROR_LOGGED, ERROR_UNREAD, OK_UNREAD, SWALLOWED
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.visits import Caught, Did, Spot
from walkdown.model.door import WRITES, DoorKind, Operation
from walkdown.model.finding import Finding, Rule
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import (
    Call,
    Const,
    Do,
    Entry,
    Func,
    Leave,
    Member,
    Name,
    Not,
    Return,
    Stmt,
    Text,
)

_FAR = 3  # calls between the try and the write
_SENDS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        _caught(code, one, told)
        _unread(code, one, told)
    for access in found.access:
        did = access.did
        use = use_of(code, did) if did.operation in WRITES and behind.is_known(did) else None
        if use in _SAID:
            rule, last = _SAID[use]
            lead = (step(did.spot, f"{behind.on(did)} from the browser; {last}"),)
            told.add(did.spot, tell(rule, _plain(did), Confidence.LIKELY, did.spot, lead))
    return told.findings()


_SAID: dict[Use | None, tuple[Rule, str]] = {
    Use.UNREAD: (ERROR_UNREAD, "the error that may come back is not read"),
    Use.LOGGED: (ERROR_LOGGED, "an error is only logged, and all goes on as if it had worked"),
    Use.ASIDE: (ERROR_LOGGED, "an error is only logged, and the answer says nothing of it"),
    Use.LEFT: (ERROR_LOGGED, "an error is only logged, and whoever called it does not learn of it"),
}


def _weight(code: Code, one: Followed, did: Did) -> Severity:
    """Where nobody waits who could try again, what was paid for is lost for good."""
    plain = _plain(did)
    if plain is Severity.MEDIUM and matter.is_unattended(one) and _is_paid_for(code, one, did):
        return Severity.HIGH
    return plain


def _plain(did: Did) -> Severity:
    return Severity.LOW if behind.is_beside(did.table) else Severity.MEDIUM


def _is_paid_for(code: Code, one: Followed, did: Did) -> bool:
    """Money, or what money buys: the sale is paid, the credit is added, the access is given."""
    if matter.adds_by_function(did):
        return True
    if did.operation is Operation.UPDATE and (matter.moves(code, did) or matter.grants(did)):
        return True
    return matter.is_worth(did.table) and (
        did.operation is not Operation.UPDATE or matter.is_hook(one) or bool(matter.states(did))
    )


# -- caught and forgotten ---------------------------------------------------------------------------------------------


def _caught(code: Code, one: Followed, told: Grouped[Spot]) -> None:
    if not one.visit.caught:
        return
    dids = {number: did for number, did in behind.own(one) if _is_write(did)}
    for caught in one.visit.caught:
        work = [dids[number] for number in caught.around if number in dids]
        if not work or caught.thrown or (caught.answered and not _answers_fine(code, one, caught)):
            continue
        work = [did for did in work if did.library != "supabase" or use_of(code, did) not in _SAID]  # told already
        did = min(work, key=lambda did: behind.is_beside(did.table), default=None)
        if did is None:
            continue
        far = _is_far(caught, did)
        if _is_forgotten(code, caught):
            severity = Severity.LOW if far else _weight(code, one, did)
            last = "caught, and forgotten"
        elif not behind.is_beside(did.table) and _is_only_logged(code, caught):
            again = did.loop and matter.is_unattended(one) and not matter.is_hook(one)  # the next run
            ends = far or again or _ends_with(code, one, caught)
            severity = Severity.LOW if ends else _weight(code, one, did)
            last = "only logged: all goes on as if it had worked"
        else:
            continue
        steps = (*way(one.door, did, f"{behind.on(did)}, which may fail"), step(caught.spot, last))
        told.add(caught.spot, tell(SWALLOWED, severity, behind.confidence(one, did), caught.spot, steps))


def _is_far(caught: Caught, did: Did) -> bool:
    """What is tried there is something else, which also writes somewhere deep inside."""
    spots = [*(frame.spot for frame in did.way[1:]), did.spot]
    near = [n for n, at in enumerate(spots) if at.path == caught.spot.path and at.line >= caught.spot.line]
    return bool(near) and len(spots) - 1 - near[-1] >= _FAR


def _is_write(did: Did) -> bool:
    return did.operation in WRITES and behind.is_known(did)


def _is_only_logged(code: Code, caught: Caught) -> bool:
    """Or logged, and answered as if it had worked."""
    tried = code.tried(caught.spot)
    if tried is None:
        return False
    rest = [stmt for stmt in tried.handler if not (isinstance(stmt, Do) and is_log(stmt.value))]
    answers = len(rest) == 1 and caught.answered and isinstance(rest[0], (Return, Do))
    return bool(tried.handler) and (not rest or answers)


def _answers_fine(code: Code, one: Followed, caught: Caught) -> bool:
    """A webhook that says that all is well, so that the event is never sent again."""
    tried = code.tried(caught.spot)
    if tried is None or not matter.is_hook(one):
        return False
    lines = [stmt.line for stmt in statements(tried.handler)]
    spot = caught.spot
    given = [
        answer for answer in one.visit.answers
        if lines and answer.spot.path == spot.path and min(lines) <= answer.spot.line <= max(lines)
    ]  # fmt: skip
    return bool(given) and all(0 < answer.status < 400 for answer in given)


def _ends_with(code: Code, one: Followed, caught: Caught) -> bool:
    """A job that does all its work in one `try`: nobody waits above it."""
    if caught.answered or one.door.kind not in (DoorKind.JOB, DoorKind.EVENT):
        return False
    tried = code.tried(caught.spot)
    holding = code.around(caught.spot)
    body = code.function(caught.spot.path, holding[0]).body if holding else ()
    return tried is not None and bool(body) and body[-1] is tried


def _is_forgotten(code: Code, caught: Caught) -> bool:
    """Nothing at all is done about it; what only looks so is not told."""
    tried = code.tried(caught.spot)
    if tried is not None:
        return _does_nothing(tried.handler)
    for site in code.sites(caught.spot):
        for call in within(site.call):
            if isinstance(call, Call) and isinstance(call.callee, Member) and call.callee.name == "catch":
                given = call.args[0].value if call.args else None
                if isinstance(given, Func):
                    body = code.function(caught.spot.path, given.at).body
                    return _does_nothing(body)
    return False


def _does_nothing(body: Sequence[Stmt]) -> bool:
    """Empty, or going on as if nothing had been: a plain value that says nothing of a failure."""
    return all(
        isinstance(stmt, Leave)
        or (isinstance(stmt, Return) and (stmt.value is None or _is_fine(stmt.value)))
        or (isinstance(stmt, Do) and isinstance(stmt.value, (Const, Text, Name)))
        for stmt in body
    )


def _is_fine(value: object) -> bool:
    if isinstance(value, Not) and value.op == "void":
        return True
    return isinstance(value, Const) and value.value in ("undefined", "true")


# -- given back and not read ------------------------------------------------------------------------------------------


def _unread(code: Code, one: Followed, told: Grouped[Spot]) -> None:
    for _, did in behind.own(one):
        if not behind.is_known(did):
            continue
        if did.library == "supabase" and (did.operation in WRITES or matter.adds_by_function(did)):
            use = use_of(code, did)
            if use not in _SAID or code.mends(did):
                continue
            rule, last = _SAID[use]
            steps = way(one.door, did, f"{behind.on(did)}; {last}")
            severity = _plain(did) if use is Use.ASIDE and not matter.is_hook(one) else _weight(code, one, did)
            told.add(did.spot, tell(rule, severity, behind.confidence(one, did), did.spot, steps))
        elif did.operation is Operation.HTTP and did.library == "fetch" and _sends(code, did):
            steps = way(one.door, did, "sends, and does not look at the answer")
            told.add(did.spot, tell(OK_UNREAD, Severity.LOW, behind.confidence(one, did), did.spot, steps))


def _sends(code: Code, did: Did) -> bool:
    site = code.site(did.spot)
    if site is None or not _is_dropped(site):
        return False
    return any(
        isinstance(one, Entry) and one.key == "method" and isinstance(one.value, Text) and one.value.value in _SENDS
        for one in within(site.call)
    )


def _is_dropped(site: Site) -> bool:
    """The statement waits for it, alone or among others, and that is all."""
    return isinstance(site.stmt, Do) and is_awaited(site)
