"""Functions that cost much and do nothing that matters: a logger that writes to a file is called everywhere. What was
followed a few times, with plain values, and neither did nor gave anything, is not followed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walkdown.doors.library import Given
from walkdown.doors.values import Closure, Instance, Literal, Record, Thing, Value
from walkdown.doors.visits import Visit

_TRIES = 3
_MUCH = 150  # steps; what costs less is followed each time


def idle_state(visit: Visit) -> tuple[int, ...]:
    """All that a function may leave behind in a visit, but for what it logs."""
    used = len(visit.used) - [what for what, _ in visit.used].count("log")
    return len(visit.did), len(visit.answers), len(visit.held), len(visit.checked), used, visit.transactions


@dataclass(slots=True)
class Idle:
    _seen: dict[tuple[str, int], int] = field(default_factory=dict)

    def skips(self, key: tuple[str, int], args: Sequence[Given]) -> bool:
        return self._seen.get(key, 0) >= _TRIES and _are_plain(args)

    def watch(
        self, key: tuple[str, int], args: Sequence[Given], value: Value, steps: int, *, did_nothing: bool
    ) -> None:
        """One time that it did something, and it is followed always."""
        gave = bool(value.sources) or any(shape != Literal(None) for shape in value.shapes())
        if not did_nothing or gave:
            self._seen[key] = -1_000_000
        elif steps >= _MUCH and _are_plain(args):
            self._seen[key] = self._seen.get(key, 0) + 1


def _are_plain(args: Sequence[Given]) -> bool:
    """Nothing that could be changed by it, or called."""
    return not any(_may_change(shape) for one in args for shape in one.value.shapes())


def _may_change(shape: object) -> bool:
    if isinstance(shape, Thing):
        return shape.kind != "error"
    if isinstance(shape, Record):
        return any(_may_change(inner) for _, value in shape.entries for inner in value.shapes())
    return isinstance(shape, (Closure, Instance))
