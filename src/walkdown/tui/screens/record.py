"""Record: whether it can be signed, what stands in the way, one key from each to where it is settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from walkdown.checklist import ObstacleKind
from walkdown.model import Verdict
from walkdown.review import Board
from walkdown.review.summary import verdict_sentence
from walkdown.tui.base import ModeScreen
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, quiet, shape
from walkdown.tui.widgets.obstacle_list import ObstacleList, obstacle_rows
from walkdown.tui.widgets.record_preview import RecordPreview, how_to_sign


class RecordScreen(ModeScreen):
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "sign", "move.next-open", "move.last-open", "move.pane", "undo", "redo", "move.back"
    )
    HELP_TEXT = """\
Whether this can be signed, in one sentence. Below, everything that stands in the way: enter goes to where it is \
settled, and 4 comes back. Beside it what the record will say, as it is now: who decided how much, what was let go and \
until when, and what the scanners looked at.

The list is empty when every item is decided, every serious finding is judged, and every gap is closed or waived.
"""
    DEFAULT_CSS = """
    RecordScreen #record-head { height: auto; max-height: 4; padding: 0 2 1 2; }
    RecordScreen #obstacle-list { width: 1fr; height: 1fr; }
    RecordScreen #record-preview { width: 1fr; max-width: 104; }
    RecordScreen.-ready #obstacle-list { display: none; }
    RecordScreen.-narrow #record-preview { display: none; max-width: 100%; }
    RecordScreen.-narrow.-preview #record-preview, RecordScreen.-narrow.-ready #record-preview { display: block; }
    RecordScreen.-narrow.-preview #obstacle-list { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.obstacles = ObstacleList()
        self.preview = RecordPreview(id="record-preview")

    def body(self) -> Iterable[Widget]:
        with Vertical():
            yield Static(id="record-head")
            with Horizontal():
                yield self.obstacles
                yield self.preview

    def on_mount(self) -> None:
        self.obstacles.focus()

    def show_board(self, board: Board) -> None:
        session = self.walkdown.session
        if session is not None:
            self.obstacles.mask = session.review.masker.mask_text
        self._show_head()
        self.set_class(board.ready, "-ready")
        self.obstacles.show(obstacle_rows(board))
        self.preview.show(board, session)
        if board.ready:
            self.preview.focus()

    def on_resize(self) -> None:
        super().on_resize()
        self._show_head()

    def _show_head(self) -> None:
        if self.walkdown.board is not None:
            head = _head(self.walkdown.board, one_pane=self.has_class("-narrow"))
            self.query_one("#record-head", Static).update(head)

    def on_row_list_chosen(self) -> None:
        """To where it is settled."""
        row = self.obstacles.row
        if row is None or row.obstacle is None:
            return
        app, obstacle = self.walkdown, row.obstacle
        if row.kind is ObstacleKind.ITEM:
            app.go_to_item(obstacle.id)
        elif row.kind is ObstacleKind.FINDING:
            app.go_to_finding(obstacle.id)
        elif row.kind is ObstacleKind.GAP:
            app.go_to_gap(obstacle.id)
        elif row.kind is ObstacleKind.SCAN:
            app.switch_mode("scan")
        else:
            app.say("Commit your changes, or put them aside; then scan again. The record names one commit.")

    def action_sign(self) -> None:
        if self.walkdown.board is not None:
            self.walkdown.say(how_to_sign(self.walkdown.board))

    def action_next_open(self) -> None:
        self._next_kind(1)

    def action_last_open(self) -> None:
        self._next_kind(-1)

    def _next_kind(self, step: int) -> None:
        """From items to findings to gaps: each list may be long."""
        kind = self.obstacles.row.kind if self.obstacles.row else None
        self.obstacles.next_that(lambda row: row.kind is not kind, step)

    def action_other_pane(self) -> None:
        if self.has_class("-ready"):
            return
        other = self.obstacles if self.preview.has_focus else self.preview
        self.set_class(other is self.preview, "-preview")
        other.focus()

    def action_back(self) -> None:
        self.remove_class("-preview")
        if not self.has_class("-ready"):
            self.obstacles.focus()


def _head(board: Board, *, one_pane: bool) -> Content:
    sentence = verdict_sentence(board)
    if board.ready:
        return join(shape(Verdict.PASS), " ", Content.styled(sentence, "bold $good"))
    said = join(shape(Verdict.NEEDS_WORK), " ", Content.styled(sentence, "bold"))
    other = "Tab shows what the record will say." if one_pane else "What is settled leaves this list by itself."
    return join(said, "\n", quiet(f"  Enter goes to each. {other}"))
