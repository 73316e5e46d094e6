"""What runs too late: a guard behind its routes, a signature check behind the parser, CORS behind the login."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.passing import late_guards
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.values import Source
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Checks, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity

_BODY = Source(Origin.INPUT, ("body",))


def ask(found: Map) -> Iterator[Finding | Fact]:
    express = [one for one in found.doors if one.door.framework == "express"]
    if not express:
        return
    yield from _late_guards(express)
    yield from _parsed(express)
    yield from _cors(express)


def _late_guards(doors: list[Followed]) -> Iterator[Finding]:
    """`app.use(auth)` that stands behind every route it could guard: one finding for each, with the doors it misses."""
    missed: dict[Spot, list[Followed]] = {}
    for one in doors:
        for guard in late_guards(one):
            missed.setdefault(Spot(guard.path, guard.line), []).append(one)
    for spot, behind in missed.items():
        reached = [one for one in behind if one.door.guard is None and one.door.reaches]
        if not reached:
            continue
        first = reached[0].door
        steps = [
            step(Spot(first.file, first.line), f"{named(first)} comes in and is answered"),
            step(spot, "the check is mounted behind it and never runs"),
        ]
        severity = Severity.HIGH if any(one.door.writes for one in reached) else Severity.MEDIUM
        further = [Spot(one.door.file, one.door.line) for one in reached]
        yield tell(texts.LATE_GUARD, severity, Confidence.LIKELY, spot, steps, further=further)


def _parsed(doors: list[Followed]) -> Iterator[Finding]:
    for one in doors:
        at = _over_parsed(one.visit)
        used = dict(one.visit.used)
        if at is None or "middleware raw-body" in used or "middleware json" not in used:
            continue
        steps = [
            step(Spot(one.door.file, one.door.line), f"{named(one.door)} comes in"),
            step(used["middleware json"], "the body is parsed"),
            step(at, "its signature is checked"),
        ]
        yield tell(texts.PARSED_FIRST, Severity.MEDIUM, Confidence.LIKELY, at, steps)


def _over_parsed(visit: Visit) -> Spot | None:
    """Where a signature is checked over what the parser left of the body."""
    for held in visit.seen:
        if held.fact.kind == "verified" and held.fact.detail == "secret" and _BODY in held.fact.left:
            return held.spot
    return None


def _cors(doors: list[Followed]) -> Iterator[Finding]:
    """The same `use` order in one file: the check stands before `cors()`."""
    told: set[Spot] = set()
    for one in doors:
        before = one.entrance.before
        cors = next((at for at, each in enumerate(before) if each.name.lower().startswith("cors")), None)
        checks = {(guard.path, guard.line) for guard in one.door.guards if guard.checks in (Checks.LOGIN, Checks.ROLE)}
        if cors is None or before[cors].spot in told:
            continue
        early = next((each for each in before[:cors] if (each.spot.path, each.spot.line) in checks), None)
        if early is not None:
            spot = before[cors].spot
            told.add(spot)
            steps = [
                step(early.spot, f"{early.name} refuses whom it does not know"),
                step(spot, "CORS is answered only then"),
            ]
            yield tell(texts.LATE_CORS, Severity.LOW, Confidence.LIKELY, spot, steps)
