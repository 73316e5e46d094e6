"""What stands in the way of a sign-off, and what changed since the last one: a list to jump along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from textual.content import Content

from walkdown.checklist import Obstacle, ObstacleKind
from walkdown.record.statement import Hunk
from walkdown.review import Board
from walkdown.tui.text import place_text, plain, pointer, quiet, tail
from walkdown.tui.widgets.row_list import ListRow, RowList, spread

_TITLES = {
    ObstacleKind.SCAN: "The scan",
    ObstacleKind.ITEM: "Items",
    ObstacleKind.FINDING: "Findings",
    ObstacleKind.GAP: "Gaps",
    ObstacleKind.DOOR: "Doors",
    ObstacleKind.GUARD: "Guards",
    ObstacleKind.TREE: "The files",
}
GUARD = "guard-removed"
_SINCE = {True: "Guards removed since the last sign-off", False: "Changed since, to be read"}
_WHY_SHARE = 0.5
_MOST_HUNKS = 500


class ObstacleRow(ListRow, frozen=True, kw_only=True):
    """A group with its number, or one thing of it: an obstacle of a kind, or lines that changed (`hunk`). `place`:
    where a finding is, untrusted."""

    group: str
    kind: ObstacleKind | None = None
    obstacle: Obstacle | None = None
    hunk: Hunk | None = None
    place: str = ""
    total: int = 0


def obstacle_rows(board: Board) -> list[ObstacleRow]:
    rows: list[ObstacleRow] = []
    for group in (*_obstacles(board), *_hunks(board.since.hunks if board.since else ())):
        if rows:
            rows.append(ObstacleRow(key=f"blank {group[0].key}", group=group[0].group, stands=False))
        rows += group
    return rows


class ObstacleList(RowList[ObstacleRow]):
    def __init__(self) -> None:
        super().__init__(id="obstacle-list")
        self.mask: Callable[[str], str] = lambda text: text

    def draw(self, row: ObstacleRow, width: int, *, here: bool) -> Content:
        mark = Content.styled(f"{pointer()} " if here else "  ", "$accent")
        if row.obstacle is not None:
            return self._obstacle(row, row.obstacle, mark, width)
        if row.hunk is not None:
            return self._hunk(row.hunk, mark, width)
        word = row.group if row.total else ""
        return spread(Content.assemble("  ", word), quiet(str(row.total) if row.total > 1 else ""), width)

    def _obstacle(self, row: ObstacleRow, obstacle: Obstacle, mark: Content, width: int) -> Content:
        title = plain(self.mask(obstacle.title), width=max(12, int(width * 0.62)))
        if row.kind is ObstacleKind.GAP:  # of a path the end says most
            title = Content(tail(obstacle.title, max(12, int(width * _WHY_SHARE))))
        room = max(8, width - 8 - title.cell_length)
        why = plain(self.mask(obstacle.why), "$quiet", width=min(room, int(width * _WHY_SHARE)))
        between = room - why.cell_length - 1
        place = Content.styled(tail(row.place, between), "$quiet") if row.place and between > 8 else Content("")
        return spread(Content.assemble(mark, "  ", title, "  ", place), why, width)

    def _hunk(self, hunk: Hunk, mark: Content, width: int) -> Content:
        style = "$bad" if hunk.what == GUARD else "$quiet"
        why = plain(self.mask(hunk.why), style, width=max(8, int(width * _WHY_SHARE)))
        where = f"{hunk.path}:{hunk.line}" if hunk.line else hunk.path
        room = max(8, width - 8 - why.cell_length)
        return spread(Content.assemble(mark, "  ", Content(tail(where, room))), why, width)


def _obstacles(board: Board) -> Iterator[list[ObstacleRow]]:
    for kind, found in groupby(board.obstacles, key=lambda one: one.kind):
        obstacles, group = list(found), _TITLES[kind]
        rows = [_heading(f"kind {kind.value}", group, len(obstacles))]
        for one in obstacles:
            finding = board.finding(one.id) if kind is ObstacleKind.FINDING else None
            place = place_text(finding) if finding else ""
            rows.append(ObstacleRow(key=f"{kind.value} {one.id}", group=group, kind=kind, obstacle=one, place=place))
        yield rows


def _hunks(hunks: Sequence[Hunk]) -> Iterator[list[ObstacleRow]]:
    """What no longer guards comes first."""
    for guards, group in _SINCE.items():
        found = [one for one in hunks if (one.what == GUARD) is guards]
        if found:
            rows = [_heading(f"since {guards}", group, len(found))]
            for number, one in enumerate(found[:_MOST_HUNKS]):
                rows.append(ObstacleRow(key=f"hunk {number} {one.path} {one.line}", group=group, hunk=one))
            yield rows


def _heading(key: str, group: str, total: int) -> ObstacleRow:
    return ObstacleRow(key=key, group=group, heading=True, stands=False, total=total)
