"""The rows of the Doors screen: every entrance in its group, narrowed as somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum

from walkdown.checklist import ObstacleKind
from walkdown.model.door import DoorKind
from walkdown.review import Board
from walkdown.review.doors import DoorRow
from walkdown.tui.door_words import KINDS, word_of
from walkdown.tui.widgets.row_list import ListRow

_SAYS = {
    "open": "Open to anyone",
    "unclear": "Guarded by something that was not understood",
    "login": "For who is signed in",
    "secret": "For who knows a secret",
    "role": "For a role",
    "owner": "For the owner",
}


class DoorLine(ListRow, frozen=True, kw_only=True):
    """A group (`text`, with `total` doors of which `unguarded` are open to anyone), or a door in it. `asks`: it stands
    in the way of the sign-off."""

    text: str = ""
    total: int = 0
    unguarded: int = 0
    row: DoorRow | None = None
    asks: bool = False

    @property
    def is_open(self) -> bool:
        return self.row is not None and self.row.open


class Group(Enum):
    KIND = "kind"
    GUARD = "guard"
    FILE = "file"

    @property
    def next(self) -> Group:
        every = list(Group)
        return every[(every.index(self) + 1) % len(every)]


def in_the_way(board: Board) -> frozenset[str]:
    """The doors that the sign-off waits for, by themselves or with the guard they stand behind."""
    named = {one.id for one in board.obstacles if one.kind is ObstacleKind.DOOR}
    guards = {one.id for one in board.obstacles if one.kind is ObstacleKind.GUARD}
    behind = {door for guard in board.guards if guard.id in guards for door in guard.doors}
    writing = {row.id for row in board.doors if row.open and row.door.writes and row.guard is None}
    return frozenset(named | (behind & writing))


def door_lines(rows: Iterable[DoorRow], typed: str, group: Group, asking: Collection[str] = ()) -> list[DoorLine]:
    groups: dict[tuple[int, str], list[DoorRow]] = {}
    for row in rows:
        if fits(row, typed):
            groups.setdefault(_GROUPS[group](row), []).append(row)
    lines: list[DoorLine] = []
    for (_, title), doors in sorted(groups.items()):
        if lines:
            lines.append(DoorLine(key=f"blank {title}", stands=False))
        free = sum(word_of(one) == "open" for one in doors)
        head = DoorLine(key=f"group {title}", heading=True, stands=False, text=title, total=len(doors), unguarded=free)
        lines.append(head)
        lines += [DoorLine(key=one.id, row=one, asks=one.id in asking) for one in sorted(doors, key=_by_path)]
    return lines


def fits(row: DoorRow, typed: str) -> bool:
    """Every word must fit: `open`, `login`, `writes`, `against`, `undecided`, or a part of path, file, table, guard."""
    return all(_word_fits(row, word.removeprefix("-")) != word.startswith("-") for word in typed.lower().split())


def _word_fits(row: DoorRow, word: str) -> bool:
    asked = _ASKED.get(word)
    if asked is not None and asked(row):
        return True
    if word in _SAYS:
        return word_of(row) == word
    return asked is None and word in _text(row)


def _text(row: DoorRow) -> str:
    door = row.door
    parts = (door.method, door.path, door.file, door.handler, door.kind.value, door.framework)
    names = (*(one.name for one in door.guards), *(one.table for one in door.reaches))
    return " ".join((*parts, *names)).lower()


_ASKED: Mapping[str, Callable[[DoorRow], bool]] = {
    "writes": lambda row: row.door.writes,
    "against": lambda row: bool(row.findings),
    "undecided": lambda row: row.open,
}


def _by_path(row: DoorRow) -> tuple[Sequence[str], str, str]:
    return row.door.path.split("/"), row.door.method, row.door.file


def _by_kind(row: DoorRow) -> tuple[int, str]:
    return list(DoorKind).index(row.door.kind), KINDS[row.door.kind]


def _by_guard(row: DoorRow) -> tuple[int, str]:
    word = word_of(row)
    return list(_SAYS).index(word), _SAYS[word]


def _by_file(row: DoorRow) -> tuple[int, str]:
    return 0, row.door.file


_GROUPS = {Group.KIND: _by_kind, Group.GUARD: _by_guard, Group.FILE: _by_file}
