"""What was not looked at, as a list: a class, its gaps with path and reason, and who lets which go until when."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from walkdown.model import SkipKind, Verdict
from walkdown.safetext import columns, for_terminal
from walkdown.tui.gap_rows import GapRow
from walkdown.tui.text import plain, pointer, quiet, shape, tail
from walkdown.tui.widgets.row_list import RowList, spread

_SECTIONS = {SkipKind.GAP: "Gaps", SkipKind.LIMIT: "Limits", SkipKind.SCOPE: "Scope"}
_SHORT = {
    SkipKind.GAP: "",
    SkipKind.LIMIT: "cannot be known from here",
    SkipKind.SCOPE: "left out on purpose",
}
_PATH_SHARE, _REASON_WIDTH = 0.55, 30


class GapList(RowList[GapRow]):
    def __init__(self) -> None:
        super().__init__(id="gap-list")
        self.mask: Callable[[str], str] = lambda text: text
        """A reason may quote what a scanner choked on: secrets in it are hidden first."""

    def draw(self, row: GapRow, width: int, *, here: bool) -> Content:
        mark = Content.styled(f"{pointer()} " if here else "  ", "$accent")
        if row.gap is not None:
            return self._gap(row, mark, width)
        if row.group:
            return _class(row, mark, width)
        if row.total:
            word = _SECTIONS[row.kind]
            right = quiet(f"{_SHORT[row.kind]}  {row.total}")
            return spread(Content.assemble(mark, _fold(row), word), right, width)
        return Content.assemble("  ", plain(row.text, "" if row.heading else "$quiet", width=max(1, width - 3)))

    def _gap(self, row: GapRow, mark: Content, width: int) -> Content:
        gap = row.gap
        if gap is None:
            return mark
        reason = self.mask(gap.reason)
        if row.kind is not SkipKind.GAP:
            head = Content.assemble(mark, "      ")
            right = Content("")
        else:
            head = Content.assemble(mark, "  ", shape(Verdict.WAIVED if row.standing and not row.over else None), " ")
            right = _excuse(row, width)
        room = max(8, width - 4 - head.cell_length - right.cell_length)
        if not gap.path:
            return spread(Content.assemble(head, plain(reason, width=room)), right, width)
        # The reason stands beside the list as well; who it is about only here.
        most = room if row.standing else max(int(room * _PATH_SHARE), room - _REASON_WIDTH)
        path = tail(gap.path, max(8, most))
        left = Content.assemble(head, path, "  ")
        rest = room - columns(path) - 2
        return spread(Content.assemble(left, plain(reason, "$quiet", width=rest) if rest > 8 else ""), right, width)


def _class(row: GapRow, mark: Content, width: int) -> Content:
    waived = row.total - row.open
    if row.kind is not SkipKind.GAP:
        said = quiet(str(row.total))
    elif not row.open:
        said = Content.assemble(Content.styled("all waived", "$waived"), quiet(f"  {row.total}"))
    elif waived:
        said = Content.assemble(Content.styled(f"{waived} waived", "$waived"), f"  {row.open} of {row.total} open")
    else:
        said = Content(f"{row.total} open")
    deeper = "" if row.kind is SkipKind.GAP else "  "
    name = plain(row.group, width=max(8, width - 8 - said.cell_length))
    left = Content.assemble(mark, deeper, _fold(row), name)
    return spread(left, said, width)


def _fold(row: GapRow) -> str:
    return "+ " if row.folded else "- "


def _excuse(row: GapRow, width: int) -> Content:
    """Who lets it go until when; a waiver that ran out is marked by its word, too."""
    if row.standing is None:
        return Content("")
    decision = row.standing.decision
    if row.over:
        return Content.styled(f"ended {for_terminal(decision.until, width=12)}", "$bad")
    owner = plain(f"{decision.owner} ", "$waived", width=16) if width >= 60 else Content("")
    return Content.assemble(owner, plain(f"until {decision.until}", "$waived", width=18))
