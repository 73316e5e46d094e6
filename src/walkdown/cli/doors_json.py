"""From a board to the published shape of the map. Free text of others is masked here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from walkdown.cli.walk_json import decision_of
from walkdown.model.door import Filter, Guard, Reach
from walkdown.record.wire_doors import (
    DOORS,
    GUARDS,
    WireDoor,
    WireDoors,
    WireFilter,
    WireGuard,
    WireGuardLine,
    WireGuards,
    WireReach,
)
from walkdown.review import Board, Session
from walkdown.review.doors import DoorRow, GuardRow

Words = Callable[[str], str]


def doors_json(session: Session, rows: Sequence[DoorRow], *, complete: bool) -> WireDoors:
    board, words = session.board, session.review.masker.mask_text
    return WireDoors(DOORS, tuple(_door(row, board, words) for row in rows), len(board.doors), complete)


def guards_json(session: Session) -> WireGuards:
    board, words = session.board, session.review.masker.mask_text
    return WireGuards(GUARDS, tuple(_guard_line(one, board, words) for one in board.guards))


def as_mounted(path: str) -> str:
    return path.rstrip("/") or path[:1]


def _door(row: DoorRow, board: Board, words: Words) -> WireDoor:
    door = row.door
    return WireDoor(
        method=words(door.method),
        path=words(as_mounted(door.path)),
        kind=door.kind,
        file=door.file,
        line=door.line,
        handler=words(door.handler),
        guards=tuple(_guard(now, read, words) for now, read in zip(row.guards, door.guards, strict=True)),
        validated=door.validated,
        limiter=words(door.limiter),
        reaches=tuple(_reach(one, words) for one in door.reaches),
        writes=door.writes,
        uncertain=tuple(map(words, door.uncertain)),
        id=door.id,
        framework=door.framework,
        guard=row.guard,
        findings=row.rests_on,
        said=decision_of(row.said, board),
        open=row.open,
        why=row.why,
        hint=row.hint,
    )


def _guard(now: Guard, read: Guard, words: Words) -> WireGuard:
    return WireGuard(
        name=words(now.name),
        file=now.path,
        line=now.line,
        checks=now.checks,
        id=words(read.id) if read.can_be_told else "",
        read=read.checks,
        detail=words(now.detail),
        why=words(now.why),
    )


def _reach(reach: Reach, words: Words) -> WireReach:
    return WireReach(
        table=words(reach.table),
        operation=reach.operation,
        file=reach.path,
        line=reach.line,
        filters=_fields(reach.filters, words),
        transaction=reach.transaction,
        bounded=reach.bounded,
        loop=reach.loop,
        sets=_fields(reach.sets, words),
        whole=reach.whole,
        library=reach.library,
        why=words(reach.why),
    )


def _fields(fields: Iterable[Filter], words: Words) -> tuple[WireFilter, ...]:
    return tuple(WireFilter(words(one.field), one.origin, one.maybe) for one in fields)


def _guard_line(one: GuardRow, board: Board, words: Words) -> WireGuardLine:
    guard = one.guard
    return WireGuardLine(
        id=words(guard.id),
        name=words(guard.name),
        file=guard.file,
        line=guard.file_line,
        read=guard.checks,
        checks=one.means,
        doors=one.doors,
        said=decision_of(one.said, board),
        open=one.open,
        why=one.why,
    )
