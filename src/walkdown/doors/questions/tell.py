"""Puts an answer into a finding: the place, and the way from the door to it in at most six short steps."""

from __future__ import annotations

from collections.abc import Iterable

from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Door
from walkdown.model.finding import Finding, Rule, Step
from walkdown.model.place import FilePlace
from walkdown.model.severity import Confidence, Severity

TOOL = "doors"
_MOST_STEPS = 6
_MOST_PLACES = 20
_LONGEST = 200


def place(spot: Spot) -> FilePlace:
    return FilePlace(spot.path, spot.line)


def step(spot: Spot, role: str) -> Step:
    return Step(place(spot), role[:_LONGEST])


def named(door: Door) -> str:
    """A door as people call it: `POST /orders/:id`, `job send-reminders`."""
    return " ".join(part for part in (door.method or door.kind.value, door.path or door.handler) if part)


def way(door: Door, did: Did, last: str) -> tuple[Step, ...]:
    """From the door through the calls to an operation. `last`: what happens there, in a few words."""
    start = step(Spot(door.file, door.line), f"{named(door)} comes in")
    calls = [step(frame.spot, f"calls {frame.name}") for frame in did.way[1:] if frame.name != "(function)"]
    return shortened((start, *calls, step(did.spot, last)))


def shortened(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The door and what lies nearest to the flaw; the same place is told once, with what was said of it last."""
    kept: dict[tuple[str, int], Step] = {}
    for one in steps:
        at = one.place
        if isinstance(at, FilePlace):
            kept.pop((at.path, at.line), None)
            kept[at.path, at.line] = one
    left = list(kept.values())
    return tuple(left if len(left) <= _MOST_STEPS else (left[0], *left[-(_MOST_STEPS - 1) :]))


def tell(
    rule: Rule,
    severity: Severity,
    confidence: Confidence,
    spot: Spot,
    steps: Iterable[Step],
    *,
    further: Iterable[Spot] = (),
) -> Finding:
    """`further`: other places of the same flaw, such as other doors that lead to it."""
    others = [place(one) for one in dict.fromkeys(further) if one != spot]
    return Finding(rule, severity, confidence, place(spot), places=tuple(others[:_MOST_PLACES]), steps=shortened(steps))
