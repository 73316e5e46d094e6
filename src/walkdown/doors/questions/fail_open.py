"""Guards that let by whom they should not: on an error, without a token, where the value of a filter is missing."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.libraries.session_marks import BY_STATE, GIVEN, PROVED, is_proof
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, asked, facts_at, is_unsure, own, state_of
from walkdown.doors.questions.behind import is_beside
from walkdown.doors.questions.passing import passing
from walkdown.doors.questions.reached import is_policed
from walkdown.doors.questions.skipped import Skipped
from walkdown.doors.questions.tell import named, step, tell, way
from walkdown.doors.values import Value
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Checks, Guard, Operation, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity

_LEAVES_OUT = frozenset({"prisma", "typeorm"})  # these drop a filter whose value is undefined
_MANY = frozenset({Operation.UPDATE, Operation.DELETE})


def ask(found: Map) -> Iterator[Finding | Fact]:
    yield from _guards(found)
    yield from _filters(found)
    yield from _skipped(found)
    yield from _given_out(found)


# -- guards -----------------------------------------------------------------------------------------------------------


def _guards(found: Map) -> Iterator[Finding]:
    for several in passing(found).values():
        yield _passes(several)


def _passes(several: list[tuple[Followed, Guard]]) -> Finding:
    one, guard = several[0]
    at = Spot(guard.path, guard.line)
    writes = any(did.operation in WRITES for other, _ in several for _, did in own(other))
    steps = [
        step(Spot(one.door.file, one.door.line), f"{named(one.door)} comes in"),
        step(at, f"{guard.name} stands there and goes on in any case"),
    ]
    further = [Spot(other.door.file, other.door.line) for other, _ in several]
    severity = Severity.HIGH if writes else Severity.MEDIUM
    return tell(texts.GUARD_PASSES, severity, Confidence.LIKELY, at, steps, further=further)


# -- checks that are passed over --------------------------------------------------------------------------------------


def _skipped(found: Map) -> Iterator[Finding]:
    """One finding for each check; the doors behind it are further places."""
    skipped = Skipped(found.programs)
    behind: dict[Spot, list[Followed]] = {}
    for one in found.doors:
        if askable(one) and one.door.guard is None and not one.entrance.public and _does(one):
            at = skipped.of(one)
            if at is not None:
                behind.setdefault(at, []).append(one)
    for at, doors in behind.items():
        grave = any(_grave(one) for one in doors)
        first = next((one for one in doors if _grave(one)), doors[0])
        steps = [
            step(Spot(first.door.file, first.door.line), f"{named(first.door)} comes in"),
            step(at, "compares a secret only where one is configured"),
        ]
        further = [Spot(one.door.file, one.door.line) for one in doors]
        severity = Severity.HIGH if grave else Severity.MEDIUM
        yield tell(texts.SECRET_OPTIONAL, severity, Confidence.LIKELY, at, steps, further=further)


def _does(one: Followed) -> bool:
    return any(did.operation in WRITES | {Operation.READ, Operation.HTTP} for _, did in own(one))


def _grave(one: Followed) -> bool:
    return any(did.operation in WRITES and not is_beside(did.table) for _, did in own(one))


# -- sessions that are given out --------------------------------------------------------------------------------------


def _given_out(found: Map) -> Iterator[Finding]:
    """On one way the proof is compared, on another a session is given out because of how the account stands."""
    told: dict[Spot, Finding] = {}
    for one in found.doors:
        given = [(what, spot) for what, spot in one.visit.used if what.startswith(GIVEN)]
        if not askable(one) or not given or one.door.guard in (Checks.LOGIN, Checks.ROLE, Checks.OWNER):
            continue
        if not any(what == GIVEN + PROVED for what, _ in given) and not _proves(one):
            continue
        for what, spot in given:
            if what == GIVEN + BY_STATE and spot not in told:
                steps = [
                    step(Spot(one.door.file, one.door.line), f"{named(one.door)} comes in"),
                    step(spot, "gives out a session before the proof was compared"),
                ]
                told[spot] = tell(texts.SESSION_UNPROVED, Severity.CRITICAL, Confidence.LIKELY, spot, steps)
    yield from told.values()


def _proves(one: Followed) -> bool:
    """Somewhere behind the door what was sent is held against what is kept."""
    return any(is_proof(held.fact, one.visit.did) for held in one.visit.seen)


# -- filters ----------------------------------------------------------------------------------------------------------


def _filters(found: Map) -> Iterator[Finding]:
    told: dict[tuple[Spot, str], Finding] = {}
    for one in found.doors:
        if not askable(one):
            continue
        for _, did in own(one):
            key = (did.spot, did.table)
            if key not in told and (finding := _vanishing(one, did)) is not None:
                told[key] = finding
    yield from told.values()


def _vanishing(one: Followed, did: Did) -> Finding | None:
    if did.library not in _LEAVES_OUT or did.why or is_policed(did) or not did.filters:
        return None
    if not _hits_many(did) or is_unsure(one.door):
        return None
    # Behind a guard somebody is there, also where the type of the request says that nobody need be.
    known = one.door.guard is not None
    fixed = [value for _, value in did.filters if not _may_vanish(value) or (known and value.has(Origin.IDENTITY))]
    if any(not value.has(Origin.CONSTANT) or value.has(Origin.IDENTITY) for value in fixed):
        return None
    gone = [name for name, value in did.filters if _may_vanish(value) and _is_who(one, did, value)]
    if not gone:
        return None
    last = f"{state_of(did)} {did.table}; without {gone[0]} the filter is left out"
    severity = Severity.HIGH if did.operation in _MANY else Severity.MEDIUM
    return tell(texts.MAYBE_NOBODY, severity, Confidence.LIKELY, did.spot, way(one.door, did, last))


def _hits_many(did: Did) -> bool:
    """One row that is asked for by an id that is missing is an error, not everybody."""
    if did.operation not in _MANY:
        return did.operation is Operation.READ and not did.bounded
    return did.key == "many" if did.library == "prisma" else all(name != "id" for name, _ in did.filters)


def _may_vanish(value: Value) -> bool:
    return value.maybe and not value.has(Origin.UNKNOWN)


def _is_who(one: Followed, did: Did, value: Value) -> bool:
    """Who is asking, where nobody made sure that anyone is; or, for what is changed in many rows, what was not sent."""
    if all(source.origin is Origin.IDENTITY for source in value.sources) and value.sources:
        return not asked(facts_at(did), one.visit.did) and one.door.guard is None
    sent = all(source.origin is Origin.INPUT and source.path[:1] in (("body",), ("query",)) for source in value.sources)
    return bool(value.sources) and sent and did.operation in _MANY
