"""The map of doors as lines of a record: what stands at each, what it writes, and what people said of it."""

from __future__ import annotations

from walkdown.checklist import ObstacleKind
from walkdown.model.door import WRITES
from walkdown.record.statement import CheckLine, DoorLine, GuardLine
from walkdown.review.board import Board
from walkdown.review.doors import DoorRow
from walkdown.review.said_lines import Words, said_line

_MOST_FILES = 50


def door_lines(board: Board, words: Words) -> tuple[DoorLine, ...]:
    why = {one.id: one.why for one in board.obstacles if one.kind is ObstacleKind.DOOR}
    return tuple(_door(row, words, why.get(row.id, "")) for row in board.doors)


def guard_lines(board: Board, words: Words) -> tuple[GuardLine, ...]:
    """Those that somebody spoke of."""
    contents = board.looked.doors.contents if board.looked else {}
    lines = []
    for one in board.guards:
        said = said_line(one.said, words)
        if said is not None:
            guard = one.guard
            lines.append(
                GuardLine(
                    id=words(guard.id),
                    name=words(guard.name),
                    path=words(guard.file),
                    line=guard.file_line,
                    read=guard.checks.value,
                    doors=len(one.doors),
                    said=said,
                    content=contents.get(guard.file, ""),
                    open=words(one.why),
                )
            )
    return tuple(lines)


def _door(row: DoorRow, words: Words, why: str) -> DoorLine:
    door = row.door
    return DoorLine(
        id=door.id,
        kind=door.kind.value,
        method=words(door.method),
        path=words(door.path or door.handler),
        file=words(door.file),
        line=door.line,
        guard=row.guard.value if row.guard else "",
        checks=tuple(CheckLine(words(one.name), one.checks.value) for one in row.guards),
        validated=door.validated,
        limiter=words(door.limiter),
        writes=tables_written(row, words),
        found=row.rests_on,
        files=_files(row, words) if row.said else (),
        said=said_line(row.said, words),
        note=words(row.note.text) if row.note else "",
        open=words(why or row.why) or ("undecided" if row.said is None else ""),
    )


def tables_written(row: DoorRow, words: Words) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words(one.table) for one in row.door.reaches if one.operation in WRITES))


def _files(row: DoorRow, words: Words) -> tuple[str, ...]:
    """Where the door, its guards and what lies behind it are: a change elsewhere changes nothing about it."""
    door = row.door
    paths = [door.file, *(one.file for one in door.guards), *(one.path for one in door.guards)]
    paths += [path for reach in door.reaches for path in (reach.path, *(at for at, _, _ in reach.way))]
    return tuple(words(path) for path in list(dict.fromkeys(filter(None, paths)))[:_MOST_FILES])
