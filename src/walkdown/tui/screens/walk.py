"""Walk: the checklist item by item, with its evidence; here a person decides."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from walkdown.model import Decided, Finding, Kind, Subject, Verdict
from walkdown.review import Board, ItemView, Session
from walkdown.tui import item_words as words
from walkdown.tui.keys import bindings
from walkdown.tui.scanning import Scanning
from walkdown.tui.screens.walk_layout import WalkLayout
from walkdown.tui.stopwatch import Stopwatch
from walkdown.tui.telling import Telling, subject_of, told, way_back
from walkdown.tui.text import WORDS, join, machine_view, plain, quiet, shape
from walkdown.tui.widgets.evidence_list import EvidenceList
from walkdown.tui.widgets.item_list import ItemList


class WalkScreen(WalkLayout):
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "evidence.open", "item.pass", "item.needs-work", "item.waive", "item.n-a", "item.n-a-all", "item.note",
        "move.next-open", "move.last-open", "undo", "redo", "move.open", "move.back", "move.pane",
        "move.page-down", "move.page-up",
    )  # fmt: skip
    HELP_TEXT = """\
The checklist. Each item says why it matters, what the scanners saw, and what to look at yourself. You decide; the \
machine never does.

Open the evidence first, where there is some: an item with findings, or one that only a person can answer, cannot be \
passed before. Then decide. You stay where you are, so that you see what was written and can take it back; the next \
undecided item is one key away.
"""

    def __init__(self) -> None:
        super().__init__()
        self.stopwatch = Stopwatch()
        self._confirmed = Content("")
        self._confirmed_at = ""
        self._telling = Telling()
        self._going_back = False
        self._scan_shown: bool | None = None

    def on_mount(self) -> None:
        self.add_class("-opening")
        self.query_one("#list-title", Static).update(quiet("The repository is being opened…"))
        self.items.focus()

    # --- what is shown -----------------------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        # What was written on other screens was told there.
        if self.walkdown.board is not None:
            self._telling.skip(self.walkdown.board)
        self.stopwatch.look_at(self.items.selected)

    def on_screen_suspend(self) -> None:
        self._confirmed = Content("")
        self.stopwatch.look_at("")

    def follow(self) -> None:
        super().follow()
        wanted, self.walkdown.wanted_item = self.walkdown.wanted_item, ""
        if wanted:
            self.items.select(wanted)
            self.remove_class("-listing")

    def show_board(self, board: Board) -> None:
        if not board.items:
            self.query_one("#list-title", Static).update(quiet("This checklist asks nothing."))
        self._tell_what_is_new(board)
        self.items.show(board, scanning=self.walkdown.scanning.on)
        self._show_item()

    def show_scanning(self, scanning: Scanning) -> None:
        board = self.walkdown.board
        if board is not None and scanning.on is not self._scan_shown:
            self._scan_shown = scanning.on
            self.items.show(board, scanning=scanning.on)
            self._show_item()

    def on_resize(self) -> None:
        super().on_resize()
        self._show_item()

    def on_item_list_selected(self, event: ItemList.Selected) -> None:
        if self.is_current:
            self.stopwatch.look_at(event.item_id)
        if event.item_id != self._confirmed_at:
            self._confirmed = Content("")
        self._show_item()

    def on_evidence_list_moved(self, event: EvidenceList.Moved) -> None:
        self._show_code(event.finding)

    def on_evidence_list_wanted(self, event: EvidenceList.Wanted) -> None:
        self.walkdown.go_to_finding(event.finding.id)

    def on_key(self) -> None:
        self.stopwatch.touch()

    def on_mouse_down(self) -> None:
        self.stopwatch.touch()

    @property
    def view(self) -> ItemView | None:
        """The item that is looked at."""
        board = self.walkdown.board
        return board.item(self.items.selected) if board else None

    def _show_item(self) -> None:
        board, view = self.walkdown.board, self.view
        if board is None or view is None or not self.page.is_mounted:
            return
        self.remove_class("-opening")
        session, scanning = self.walkdown.session, self.walkdown.scanning.on
        self.page.show(view, board, session.review if session else None, scanning=scanning)
        self.page.say_next(self._confirmed or words.next_step(view, board, scanning=scanning))
        self._show_counts(board, view)

    def _show_counts(self, board: Board, view: ItemView) -> None:
        done = f"{sum(map(words.is_settled, board.items))}/{len(board.items)}"
        self.query_one("#list-title", Static).update(plain(board.checklist.title, "bold $accent"))
        self.query_one("#list-count", Static).update(quiet(done))
        item = view.evidence.item
        fold = (quiet(done), join(shape(view.verdict), " ", plain(item.title)), machine_view(view), quiet("tab: list"))
        self.query_one("#fold", Static).update(Content("  ").join(part for part in fold if part))

    def _show_code(self, finding: Finding) -> None:
        session, board = self.walkdown.session, self.walkdown.board
        if board is not None:
            review = session.review if session else None
            self.page.show_code(finding, board, review, scanning=self.walkdown.scanning.on)

    def _tell_what_is_new(self, board: Board) -> None:
        """Say what went to disk since the last board, and go to where an undo changed something."""
        event = self._telling.latest(board)
        if event is None:
            return
        mine, subject = event.actor == self.walkdown.actor, subject_of(event, board)
        if self._going_back and subject is not None and subject.kind is Kind.ITEM:
            self.items.select(subject.id)
        if mine and subject is not None and isinstance(event.act, Decided):
            self.stopwatch.start_again(subject.id)
        self._confirm(join(told(event, board, self.items.selected, mine=mine), quiet(way_back(event) if mine else "")))

    def _confirm(self, content: Content) -> None:
        """Stands at the bottom until another item is looked at."""
        self._confirmed, self._confirmed_at = content, self.items.selected

    # --- what a person does ------------------------------------------------------------------------------------------

    def action_pass(self) -> None:
        view, board = self.view, self.walkdown.board
        if view is None or board is None:
            return
        if board.looked is not None and view.needs_opening:
            only = "Only a person can answer this" if not view.evidence.against else "There are findings against it"
            self._remark(f"{only}: press o and look before you pass it.")
            return
        self._decide(Verdict.PASS)

    def action_needs_work(self) -> None:
        self._decide(Verdict.NEEDS_WORK)

    def action_waive(self) -> None:
        self._decide(Verdict.WAIVED)

    def action_not_applicable(self) -> None:
        self._decide(Verdict.NOT_APPLICABLE)

    def action_all_not_applicable(self) -> None:
        """All that the machine would call so, each by its name, with one reason: one decision, and one undo."""
        views = words.proposed_not_applicable(self.walkdown.board) if self.walkdown.board else []
        if not views:
            self._remark("There is no undecided item of which the machine says that it does not apply.")
            return
        listed = [f"{one.evidence.item.title}  ({', '.join(one.evidence.item.applies[:3])})" for one in views]
        title = f"{words.count(len(views), 'item')} about something that was not seen here"
        self.walkdown.decide([one.subject for one in views], Verdict.NOT_APPLICABLE, title, listed=listed)

    def _decide(self, verdict: Verdict) -> None:
        """The cursor stays: one sees what was written, and a key held too long decides nothing else."""
        view, board = self.view, self.walkdown.board
        if view is None or board is None:
            return
        if self._stands_already(view, verdict, board):
            self._remark(f"That is what stands already: {WORDS[verdict]}.")
            return
        seconds = self.stopwatch.seconds(view.id)
        self.walkdown.decide([view.subject], verdict, view.evidence.item.title, seconds=seconds)

    def _stands_already(self, view: ItemView, verdict: Verdict, board: Board) -> bool:
        """The same again by the same person says nothing, unless the first one is in doubt."""
        standing = view.standing
        return (
            verdict in (Verdict.PASS, Verdict.NEEDS_WORK)
            and standing is not None
            and standing.decision.verdict is verdict
            and standing.event.actor == self.walkdown.actor
            and not words.is_open(view, board.today)
        )

    def action_note(self) -> None:
        if (view := self.view) is None:
            return
        from walkdown.tui.dialogs.note import NoteDialog

        actor = self.walkdown.actor  # who asked, also if somebody else drives by then

        def answered(text: str | None) -> None:
            if text is not None:
                self.walkdown.act(lambda session: session.note(view.subject, text, actor))

        self.walkdown.push_screen(NoteDialog(view.evidence.item.title, view.note.text if view.note else ""), answered)

    def action_evidence(self) -> None:
        """Look at it, deliberately: first the item's evidence as a whole, then finding after finding."""
        view = self.view
        if view is None:
            return
        self.remove_class("-listing")
        found, at_it = self.page.evidence, self.page.evidence.has_focus
        acts = [view.subject] if not view.opened else []
        if not view.evidence.against:
            self._write_opened(acts)
            self.page.to_look()
            self._remark("This is what to look at. Then decide." if acts else "")
            return
        if at_it and not found.next_unseen():
            self._remark(f"Opened all {len(view.evidence.against)}. enter shows more about one.")
        found.focus(scroll_visible=False)
        self.page.reading.scroll_to_widget(found, animate=False)
        if found.selected is not None:
            acts.append(Subject(Kind.FINDING, found.selected.id))
            self._show_code(found.selected)
        self._write_opened(acts)

    def _write_opened(self, subjects: list[Subject]) -> None:
        """Each once for the same evidence; the session knows."""
        actor, board = self.walkdown.actor, self.walkdown.board

        def write(session: Session) -> None:
            for subject in subjects:
                session.opened(subject, actor, board)

        if subjects:
            self.walkdown.act(write)

    def action_next_open(self) -> None:
        self._go_to_open(1)

    def action_last_open(self) -> None:
        self._go_to_open(-1)

    def _go_to_open(self, step: int) -> None:
        """The next one that waits for a person, around the end of the list."""
        board = self.walkdown.board
        if board is None or not board.items:
            return
        order = self.items.order
        at = order.index(self.items.selected) if self.items.selected in order else 0
        for far in range(1, len(order) + 1):
            view = board.item(order[(at + step * far) % len(order)])
            if view is not None and words.is_open(view, board.today):
                if view.id == self.items.selected:
                    self._remark("This is the last one that is undecided.")
                self.items.select(view.id)
                return
        self._remark("Every item is decided. 4 shows what still stands in the way.")

    def action_undo(self) -> None:
        self._going_back = True
        self.walkdown.action_undo()
        self._going_back = False

    def action_redo(self) -> None:
        self._going_back = True
        self.walkdown.action_redo()
        self._going_back = False

    def _remark(self, text: str) -> None:
        """A kind word at the bottom, until the next item."""
        if text:
            self._confirm(Content.styled(text, "$medium"))
            self.page.say_next(self._confirmed)
