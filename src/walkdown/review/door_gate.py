"""Which doors stand between a review and its sign-off.

A map of two hundred doors must not become two hundred questions. A door stands in the way where somebody called it a
flaw, where two people decided differently, where less guards it than when it was decided, and where it writes with
nothing before it and nobody said that this is meant. All else is told by findings, which stand in the way themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from walkdown.checklist import Obstacle, ObstacleKind
from walkdown.model import Verdict
from walkdown.model.door import WRITES, Checks, Door, DoorKind, Reach
from walkdown.review.doors import DoorRow, GuardRow, is_weaker

_FROM_WITHIN = (DoorKind.JOB, DoorKind.COMMAND)  # nobody comes in there from outside
_ACCESS = "auth."
_POLICED = ("supabase", "postgres")


def door_obstacles(
    rows: Sequence[DoorRow], guards: Sequence[GuardRow], in_the_way: Collection[str]
) -> Iterator[Obstacle]:
    """`in_the_way`: ids of the findings that stand there already; what one of them says is not asked twice."""
    unclear: dict[str, list[DoorRow]] = {}
    for row in rows:
        if why := _why(row):
            yield Obstacle(ObstacleKind.DOOR, row.id, row.door.title, why)
        elif _is_unguarded(row) and not _is_told(row, in_the_way):
            unknown = [one.id for one in row.guards if one.checks is Checks.UNKNOWN and one.can_be_told]
            if unknown:
                unclear.setdefault(unknown[0], []).append(row)
            else:
                yield Obstacle(
                    ObstacleKind.DOOR, row.id, row.door.title, _again(row) or "it writes, and nothing guards it"
                )
    yield from _guards(guards, unclear)


def _why(row: DoorRow) -> str:
    if row.said is None:
        return ""
    if row.said.disputed:
        return row.why
    if is_weaker(row.guard, row.said.decision.domain.rpartition(":")[2]):
        return row.why
    return "a flaw, not fixed" if row.verdict is Verdict.NEEDS_WORK and not row.open else ""


def _again(row: DoorRow) -> str:
    return f"it writes, nothing guards it, and {row.why}" if row.why else ""


def _is_unguarded(row: DoorRow) -> bool:
    if not row.open or row.guard is not None or row.door.kind in _FROM_WITHIN:
        return False
    return any(one.operation in WRITES and not _is_policed(one, row.door) for one in row.door.reaches)


def _is_policed(reach: Reach, door: Door) -> bool:
    """Done with the rights of whoever asks: the policies of the database are its guard. Where the database itself is
    the door, they stand at it and were read."""
    by_itself = door.kind is DoorKind.ROUTE and door.framework == "supabase"
    return reach.library in _POLICED and reach.key != "service" and not by_itself


def _is_told(row: DoorRow, in_the_way: Collection[str]) -> bool:
    return any(one.rule.hazard.startswith(_ACCESS) and one.id in in_the_way for one in row.findings)


def _guards(guards: Sequence[GuardRow], unclear: Mapping[str, Sequence[DoorRow]]) -> Iterator[Obstacle]:
    """One question for all the doors behind a guard that could not be read; and where two people disagree about one."""
    for one in guards:
        behind = len(unclear.get(one.id, ()))
        if behind:
            doors = f"{behind} doors that write rely" if behind > 1 else "a door that writes relies"
            yield Obstacle(ObstacleKind.GUARD, one.id, one.guard.name, f"nobody knows what it asks, and {doors} on it")
        elif one.said and one.said.disputed:
            yield Obstacle(ObstacleKind.GUARD, one.id, one.guard.name, one.why)
