"""What stands in the way of a sign-off, as a list to jump along: under each kind its things, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from textual.content import Content

from walkdown.checklist import Obstacle, ObstacleKind
from walkdown.review import Board
from walkdown.tui.text import place_text, plain, pointer, quiet, tail
from walkdown.tui.widgets.row_list import ListRow, RowList, spread

_TITLES = {
    ObstacleKind.SCAN: "The scan",
    ObstacleKind.ITEM: "Items",
    ObstacleKind.FINDING: "Findings",
    ObstacleKind.GAP: "Gaps",
    ObstacleKind.TREE: "The files",
}
_WHY_SHARE = 0.5


class ObstacleRow(ListRow, frozen=True, kw_only=True):
    """A kind with its number, or one thing of it. `place`: where a finding is, untrusted."""

    kind: ObstacleKind
    obstacle: Obstacle | None = None
    place: str = ""
    total: int = 0


def obstacle_rows(board: Board) -> list[ObstacleRow]:
    return list(_rows(board))


class ObstacleList(RowList[ObstacleRow]):
    def __init__(self) -> None:
        super().__init__(id="obstacle-list")
        self.mask: Callable[[str], str] = lambda text: text

    def draw(self, row: ObstacleRow, width: int, *, here: bool) -> Content:
        mark = Content.styled(f"{pointer()} " if here else "  ", "$accent")
        if row.obstacle is None:
            word = _TITLES[row.kind] if row.total else ""
            return spread(Content.assemble("  ", word), quiet(str(row.total) if row.total > 1 else ""), width)
        obstacle = row.obstacle
        title = plain(self.mask(obstacle.title), width=max(12, int(width * 0.62)))
        if row.kind is ObstacleKind.GAP:  # of a path the end says most
            title = Content(tail(obstacle.title, max(12, int(width * _WHY_SHARE))))
        room = max(8, width - 8 - title.cell_length)
        why = plain(self.mask(obstacle.why), "$quiet", width=min(room, int(width * _WHY_SHARE)))
        between = room - why.cell_length - 1
        place = Content.styled(tail(row.place, between), "$quiet") if row.place and between > 8 else Content("")
        return spread(Content.assemble(mark, "  ", title, "  ", place), why, width)


def _rows(board: Board) -> Iterator[ObstacleRow]:
    for at, (kind, group) in enumerate(groupby(board.obstacles, key=lambda one: one.kind)):
        obstacles = list(group)
        if at:
            yield ObstacleRow(key=f"blank {kind.value}", kind=kind, stands=False)
        head = f"kind {kind.value}"
        yield ObstacleRow(key=head, kind=kind, heading=True, stands=False, total=len(obstacles))
        for one in obstacles:
            finding = board.finding(one.id) if kind is ObstacleKind.FINDING else None
            place = place_text(finding) if finding else ""
            yield ObstacleRow(key=f"{kind.value} {one.id}", kind=kind, obstacle=one, place=place)
