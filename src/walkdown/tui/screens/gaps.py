"""Gaps: what nobody looked at and why; here it is waived, one by one or a class at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from walkdown.model import Gap, SkipKind, Subject, Verdict
from walkdown.review import Board, Looked
from walkdown.review.summary import title_of_gap
from walkdown.tui.base import ModeScreen
from walkdown.tui.gap_rows import Folds, GapRow, gap_rows, key_of, quiet_rows, unfolded_for
from walkdown.tui.keys import bindings
from walkdown.tui.scanning import Scanning
from walkdown.tui.text import quiet
from walkdown.tui.widgets.gap_list import GapList
from walkdown.tui.widgets.gap_page import GapPage

_OF_A_GAP = frozenset({"waive", "waive_class"})
_OF_A_PLACE = frozenset({"editor", "copy_place"})


class GapsScreen(ModeScreen):
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "gap.waive", "gap.waive-class", "move.next-open", "move.last-open", "place.editor", "place.copy", "undo",
        "redo", "move.back",
    )  # fmt: skip
    HELP_TEXT = """\
What should have been looked at and was not: a file that could not be parsed, a tool that is missing, a package nobody \
knows. None of it is bad by itself, but nothing can be said about it, so it keeps the review open.

Best is to get it looked at; each class says how. What cannot be, is waived: with a reason, a name and an end, one by \
one or as a class. Limits and scope stand below, folded, for you to know. There is nothing to decide about them.
"""
    DEFAULT_CSS = """
    GapsScreen #gaps-head { height: 2; padding: 0 2; }
    GapsScreen #gap-list { width: 1fr; height: 1fr; }
    GapsScreen #gap-page { width: 1fr; max-width: 104; }
    GapsScreen.-narrow #gaps-split { layout: vertical; }
    GapsScreen.-narrow #gap-page { width: 100%; max-width: 100%; height: 10; padding: 0 2; }
    GapsScreen.-narrow #gap-page Labelled { margin: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows = GapList()
        self.page = GapPage(id="gap-page")
        self._folds = Folds()
        self._quiet: tuple[Looked, Folds, list[GapRow]] | None = None

    def body(self) -> Iterable[Widget]:
        with Vertical():
            yield Static(id="gaps-head")
            with Horizontal(id="gaps-split"):
                yield self.rows
                yield self.page

    def on_mount(self) -> None:
        self.rows.focus()

    # --- what is shown -----------------------------------------------------------------------------------------------

    def follow(self) -> None:
        super().follow()
        board, wanted = self.walkdown.board, self.walkdown.wanted_gap
        if wanted and board is not None and board.looked is not None:
            self.walkdown.wanted_gap = ""
            self._go_to(board, wanted)

    def show_board(self, board: Board) -> None:
        session = self.walkdown.session
        if session is not None:
            self.rows.mask = session.review.masker.mask_text
        self.query_one("#gaps-head", Static).update(_head(board, scanning=self.walkdown.scanning.on))
        self.rows.show([*gap_rows(board, self._folds), *self._quiet_rows(board)])

    def show_scanning(self, scanning: Scanning) -> None:
        board = self.walkdown.board
        if board is None or board.looked is None:
            self.query_one("#gaps-head", Static).update(_head(board, scanning=scanning.on))

    def on_row_list_moved(self) -> None:
        self.page.show(self.rows.row, self.walkdown.session)
        self.refresh_bindings()

    def on_row_list_chosen(self) -> None:
        """A head folds and unfolds; a gap's reason is beside it already, in full."""
        row = self.rows.row
        if row is None or row.gap is not None:
            self.page.focus()
            return
        self._folds = self._folds.turn(row.key)
        if self.walkdown.board is not None:
            self.show_board(self.walkdown.board)

    def _quiet_rows(self, board: Board) -> list[GapRow]:
        looked = board.looked
        if looked is None:
            return []
        if self._quiet is None or self._quiet[0] is not looked or self._quiet[1] != self._folds:
            self._quiet = (looked, self._folds, quiet_rows(looked, self._folds))
        return self._quiet[2]

    def _go_to(self, board: Board, gap_id: str) -> None:
        gap = board.gap(gap_id)
        if gap is not None:
            self._folds = unfolded_for(board, gap, self._folds)
            self.show_board(board)
            self.rows.go_to(key_of(gap))
            self.rows.focus()

    # --- what is done ------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _OF_A_GAP:
            row = self.rows.row
            return row is not None and row.kind is SkipKind.GAP and bool(row.group)
        if action in _OF_A_PLACE:
            return bool((gap := self._gap) and gap.path)
        return super().check_action(action, parameters)

    @property
    def _gap(self) -> Gap | None:
        return self.rows.row.gap if self.rows.row else None

    def action_waive(self) -> None:
        gap = self._gap
        if gap is None:
            self.action_waive_class()
        else:
            self._waive(gap.subject, title_of_gap(gap))

    def action_waive_class(self) -> None:
        row = self.rows.row
        some = (row.gap or row.first) if row else None
        board = self.walkdown.board
        if some is None or board is None:
            return
        many = sum(gap.group == some.group for gap in board.gaps)
        gaps = "1 gap" if many == 1 else f"{many} gaps"
        self._waive(some.class_subject, f"{some.group}: {gaps}, and any that join the class later")

    def _waive(self, subject: Subject, title: str) -> None:
        self.walkdown.decide([subject], Verdict.WAIVED, title)

    def action_next_open(self) -> None:
        self._next(1)

    def action_last_open(self) -> None:
        self._next(-1)

    def _next(self, step: int) -> None:
        if not self.rows.next_that(lambda row: row.is_open, step):
            self.walkdown.say("No gap is open here.")

    def action_editor(self) -> None:
        if self._gap is not None:
            self.walkdown.open_editor(self._gap.path)

    def action_copy_place(self) -> None:
        if self._gap is not None:
            self.walkdown.copy(self._gap.path, "the path")

    def action_back(self) -> None:
        self.rows.focus()


def _head(board: Board | None, *, scanning: bool) -> Content:
    looked = board.looked if board else None
    if board is None or looked is None:
        wait = "The scan is under way; what it cannot look at is listed when it ends."
        return quiet(wait if scanning else "Nothing was scanned yet.")
    waived = sum(board.waived(gap) is not None for gap in board.gaps)
    many = len(board.gaps)
    parts = [Content.styled(f"Gaps {many}" if many else "No gaps", "bold")]
    if waived:
        parts.append(Content.styled(f"{waived} waived", "$waived"))
    if many - waived:
        parts.append(Content(f"{many - waived} open"))
    if not looked.fresh:
        parts.append(Content.styled("as an earlier scan saw them", "$medium"))
    return Content("  ·  ").join(parts)
