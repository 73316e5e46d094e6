"""Record: whether it can be signed, what stands in the way, the paper as it will read, and the signing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from walkdown.checklist import Obstacle, ObstacleKind
from walkdown.errors import WalkdownError
from walkdown.model import Actor
from walkdown.review import Board, Session
from walkdown.tui import record_words, signing
from walkdown.tui.background import start
from walkdown.tui.keys import bindings
from walkdown.tui.screens.record_signing import SigningScreen
from walkdown.tui.signing import Order
from walkdown.tui.widgets.obstacle_list import ObstacleList, obstacle_rows
from walkdown.tui.widgets.paper_view import PaperView
from walkdown.tui.widgets.record_preview import RecordPreview


class RecordScreen(SigningScreen):
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "sign", "sign.again", "record.paper", "move.next-open", "move.last-open", "move.pane", "undo", "redo",
        "move.back", "place.editor",
    )  # fmt: skip
    HELP_TEXT = """\
Whether this can be signed, in one sentence. Below, everything that stands in the way: enter goes to where it is \
settled, and 4 comes back. Beside it what the record will say, as it is now: who decided how much, what was let go and \
until when, and what the scanners looked at. v shows the paper itself, as it will read.

S signs: with your own key, and with a typed word, never by Enter alone. Where something stands open, it is signed \
with exceptions, and each of them is named on the first page. A second person signs the same record with C.

The list is empty when every item is decided, every serious finding is judged, and every gap is closed or waived. What \
changed since the last sign-off and should be read stands below it; enter opens it in your editor.
"""
    DEFAULT_CSS = """
    RecordScreen #record-head { height: auto; max-height: 4; padding: 0 2 1 2; }
    RecordScreen #obstacle-list { width: 1fr; height: 1fr; }
    RecordScreen #record-preview { width: 1fr; max-width: 104; }
    RecordScreen #record-paper { display: none; }
    RecordScreen.-empty #obstacle-list { display: none; }
    RecordScreen.-narrow #record-preview { display: none; max-width: 100%; }
    RecordScreen.-narrow.-preview #record-preview, RecordScreen.-narrow.-empty #record-preview { display: block; }
    RecordScreen.-narrow.-preview #obstacle-list { display: none; }
    RecordScreen.-paper #record-sides { display: none; }
    RecordScreen.-paper #record-paper { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.obstacles = ObstacleList()
        self.preview = RecordPreview(id="record-preview")
        self.paper = PaperView(id="record-paper")
        self._paper_of: tuple[Board, Actor, Order, bool] | None = None

    def body(self) -> Iterable[Widget]:
        with Vertical():
            yield Static(id="record-head")
            with Horizontal(id="record-sides"):
                yield self.obstacles
                yield self.preview
            yield self.paper

    def on_mount(self) -> None:
        self.obstacles.focus()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.look_for_key()
        self.look_for_record(anew=True)

    def follow(self) -> None:
        super().follow()
        if self._seen is not None:
            self.look_who_signs()  # another person may have taken over
            self._show_paper()

    def show_board(self, board: Board) -> None:
        session = self.walkdown.session
        if session is not None:
            self.obstacles.mask = session.review.masker.mask_text
        rows = obstacle_rows(board)
        self.set_class(not rows, "-empty")
        self.obstacles.show(rows)
        self.preview.show(board, session)
        self.show_signing()
        self.look_for_record()
        if not rows and not self.has_class("-paper"):
            self.preview.focus()

    def on_resize(self) -> None:
        super().on_resize()
        self._show_head()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "countersign":
            return self.record is not None and not self.record.signed_by(self.walkdown.actor)
        if action == "editor":
            return self.obstacles.row is not None and self.obstacles.row.hunk is not None
        return super().check_action(action, parameters)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _show_head(self) -> None:
        board = self.walkdown.board
        if board is not None:
            paper, one_pane = self.has_class("-paper"), self.has_class("-narrow")
            head = record_words.head(board, self.record, self.trouble, paper=paper, one_pane=one_pane)
            self.query_one("#record-head", Static).update(head)

    def show_signing(self) -> None:
        if self._seen is None or not self.is_running or not self.preview.children:
            return  # nothing is shown yet, or no longer: the key was looked for while the screen came or went
        actor = self.walkdown.actor
        self.preview.say("signer", record_words.signer(actor, self.order.role, self.key))
        self.preview.say("signed", record_words.record_there(self.record, actor, self._seen))
        self._show_head()
        self._show_paper()
        self.refresh_bindings()

    def _show_paper(self) -> None:
        """Made anew only where something changed that it says."""
        session, board, actor = self.walkdown.session, self.walkdown.board, self.walkdown.actor
        if session is None or board is None or not self.has_class("-paper"):
            return
        unsigned = self.key is not None and self.key.key is None
        before, self._paper_of = self._paper_of, (board, actor, self.order, unsigned)
        if before is not None and before[0] is board and before[1:] == self._paper_of[1:]:
            return
        if before is None:
            self.paper.say("The paper is being written.")
        work = partial(self._write_paper, session, actor, self.order, unsigned=unsigned)
        start(self, work, "paper", exclusive=True)

    async def _write_paper(self, session: Session, actor: Actor, order: Order, *, unsigned: bool) -> None:
        try:
            text = await asyncio.to_thread(signing.paper_of, session, actor, order, unsigned=unsigned)
        except WalkdownError as error:
            self.paper.say(str(error))
        else:
            self.paper.read(text)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def on_row_list_chosen(self) -> None:
        """To where it is settled."""
        row = self.obstacles.row
        if row is None:
            return
        app, obstacle = self.walkdown, row.obstacle
        if obstacle is None:
            self.action_editor()
        elif row.kind is ObstacleKind.ITEM:
            app.go_to_item(obstacle.id)
        elif row.kind is ObstacleKind.FINDING:
            app.go_to_finding(obstacle.id)
        elif row.kind is ObstacleKind.GAP:
            app.go_to_gap(obstacle.id)
        elif row.kind in (ObstacleKind.DOOR, ObstacleKind.GUARD):
            app.go_to_door(_door_of(app.board, obstacle))
        elif row.kind is ObstacleKind.SCAN:
            app.switch_mode("scan")
        else:
            app.say("Commit your changes, or put them aside; then scan again. The record names one commit.")

    def on_row_list_moved(self) -> None:
        self.refresh_bindings()

    def action_editor(self) -> None:
        row = self.obstacles.row
        if row is not None and row.hunk is not None:
            self.walkdown.open_editor(row.hunk.path, row.hunk.line)

    def action_paper(self) -> None:
        self.toggle_class("-paper")
        shown = self.has_class("-paper")
        self._show_head()
        self._show_paper()
        other = self.preview if self.has_class("-empty") else self.obstacles
        (self.paper if shown else other).focus()

    def action_next_open(self) -> None:
        self._next_kind(1)

    def action_last_open(self) -> None:
        self._next_kind(-1)

    def _next_kind(self, step: int) -> None:
        """From items to findings to gaps, each list may be long; on the paper from heading to heading."""
        if self.has_class("-paper"):
            self.paper.next_heading(step)
            return
        group = self.obstacles.row.group if self.obstacles.row else ""
        self.obstacles.next_that(lambda row: row.group != group, step)

    def action_other_pane(self) -> None:
        if self.has_class("-empty") or self.has_class("-paper"):
            return
        other = self.obstacles if self.preview.has_focus else self.preview
        self.set_class(other is self.preview, "-preview")
        other.focus()

    def action_back(self) -> None:
        if self.has_class("-paper"):
            self.action_paper()
            return
        self.remove_class("-preview")
        if not self.has_class("-empty"):
            self.obstacles.focus()


def _door_of(board: Board | None, obstacle: Obstacle) -> str:
    """A guard is looked at on the first door behind it."""
    if obstacle.kind is ObstacleKind.DOOR or board is None:
        return obstacle.id
    return next((guard.doors[0] for guard in board.guards if guard.id == obstacle.id and guard.doors), "")
