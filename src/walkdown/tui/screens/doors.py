"""Doors: every entrance of the application, who may come in, what it reaches; decided one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from walkdown.model import NothingToScan, Verdict
from walkdown.review import Board
from walkdown.review.doors import DoorRow
from walkdown.tui.base import ModeScreen
from walkdown.tui.door_rows import DoorLine, Group, door_lines, in_the_way
from walkdown.tui.keys import bindings
from walkdown.tui.scanning import Scanning
from walkdown.tui.text import quiet
from walkdown.tui.widgets.door_list import DoorList
from walkdown.tui.widgets.door_page import DoorPage
from walkdown.tui.widgets.filter_input import FilterInput
from walkdown.tui.widgets.row_list import RowList

_READ_SECONDS = 0.06
_HOW = "open, login, writes, against, undecided, a path, a table …"
_ON_ONE = (
    "guarded", "public", "flaw", "guard_means", "next_way", "evidence", "editor", "copy_place", "to_findings",
)  # fmt: skip
_OWN = (*_ON_ONE, "next_open", "last_open", "filter", "group")


class DoorsScreen(ModeScreen):
    AUTO_FOCUS = "DoorList"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "door.guarded", "door.public", "door.flaw", "door.guard", "door.way", "move.next-open", "move.last-open",
        "list.filter", "list.group", "door.open", "door.findings", "place.editor", "place.copy", "undo", "redo",
        "move.pane", "move.back",
    )  # fmt: skip
    HELP_TEXT = (
        "Every entrance of the application with who may come in and what it reaches, followed through the code. Read "
        "one with enter, look at the way it takes with n, then say what it is: guarded as meant, public on purpose "
        "with a reason, or a flaw. Where a guard of your own was not understood, t says once what it asks, and every "
        "door behind it follows.\n"
        "The filter takes words: open, login, role, owner, secret, unclear, writes, against, undecided, or a part of "
        "a path, file, table or guard; -word leaves out."
    )
    DEFAULT_CSS = """
    DoorsScreen {
        #line { height: 1; padding: 0 1; background: $surface; }
        #sign { width: 2; color: $accent; }
        #counts { width: auto; height: 1; padding-left: 2; }
        #panes { height: 1fr; }
        DoorList { width: 6fr; }
        DoorPage { width: 6fr; }
        &.-narrow DoorList { width: 1fr; }
        &.-narrow DoorPage { width: 1fr; display: none; }
        &.-narrow.-reading DoorPage { display: block; }
        &.-narrow.-reading DoorList { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._group = Group.KIND
        self._typed = ""
        self._reading: Timer | None = None

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="line"):
            yield Static("/", id="sign")
            yield FilterInput(DoorList, placeholder=_HOW, id="filter")
            yield Static("", id="counts")
        with Horizontal(id="panes"):
            yield DoorList(id="doors")
            yield DoorPage(id="door")

    # --- what is shown ------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        super().follow()
        wanted, board = self.walkdown.wanted_door, self.walkdown.board
        if wanted and board is not None and board.looked is not None:
            self.walkdown.wanted_door = ""
            if not self._list.go_to(wanted):
                self._filter.value = self._typed = ""
                self._refill()
                self._list.go_to(wanted)
            self.set_focus(self._list)

    def show_board(self, board: Board) -> None:  # noqa: ARG002 - it is read where it is needed
        self._refill()
        self._read()

    def show_scanning(self, scanning: Scanning) -> None:
        board = self.walkdown.board
        if board is None or board.looked is None:
            self._say_counts(quiet("the map is drawn when the scan ends" if scanning.on else ""))

    def _refill(self) -> None:
        rows = self._rows()
        board = self.walkdown.board
        asking = in_the_way(board) if board else frozenset()
        lines = door_lines(rows, self._typed, self._group, asking)
        shown = sum(line.row is not None for line in lines)
        self._list.show(lines or [_nothing(board, narrowed=bool(rows))])
        way = f"{len(asking):,} in the way · " if asking else ""
        self._say_counts(quiet(f"{shown:,} of {len(rows):,} · {way}by {self._group.value}" if rows else ""))
        self.refresh_bindings()

    def _rows(self) -> Sequence[DoorRow]:
        return self.walkdown.board.doors if self.walkdown.board else ()

    def _say_counts(self, content: Content) -> None:
        self.query_one("#counts", Static).update(content)

    @property
    def _list(self) -> DoorList:
        return self.query_one(DoorList)

    @property
    def _page(self) -> DoorPage:
        return self.query_one(DoorPage)

    @property
    def _filter(self) -> FilterInput:
        return self.query_one(FilterInput)

    @property
    def _row(self) -> DoorRow | None:
        return self._list.row.row if self._list.row else None

    @on(RowList.Moved)
    def _moved(self) -> None:
        """A key held down passes many; reading each one's files would make it stutter."""
        if self._reading is None:
            self._reading = self.set_timer(_READ_SECONDS, self._read)

    def _read(self) -> None:
        self._reading = None
        board, session = self.walkdown.board, self.walkdown.session
        if board is not None and session is not None and self.is_mounted:
            self._page.read(self._row, board, session.review)
            self.refresh_bindings()

    # --- moving about -------------------------------------------------------------------------------------------------

    @on(RowList.Chosen)
    def action_evidence(self) -> None:
        """Look at it on purpose: that is written down, once for what it is now."""
        row, board, actor = self._row, self.walkdown.board, self.walkdown.actor
        if row is None:
            return
        self._show_page(True)
        if board is not None and board.looked is not None and board.looked.fresh and not row.opened:
            self.walkdown.act(lambda session: session.opened(row.subject, actor, board))

    def _show_page(self, shown: bool) -> None:
        self.set_class(shown, "-reading")
        self.set_focus(self._page if shown else self._list)

    def action_other_pane(self) -> None:
        self._show_page(self.focused is self._list)

    def action_back(self) -> None:
        if self.focused is self._page or self.has_class("-reading"):
            self._show_page(False)
        else:
            self._filter.value = ""

    def action_next_open(self) -> None:
        self._to_undecided(1)

    def action_last_open(self) -> None:
        self._to_undecided(-1)

    def _to_undecided(self, step: int) -> None:
        """What the sign-off waits for first; the rest is for who wants to see all of them."""
        asks = any(line.asks for line in self._list.rows)
        if not self._list.next_that(lambda line: line.asks if asks else line.is_open, step):
            self.walkdown.say("All doors that are listed are decided.")

    def action_filter(self) -> None:
        self.set_class(False, "-reading")
        self.set_focus(self._filter)

    @on(Input.Changed)
    def _narrow(self) -> None:
        self._typed = self._filter.value
        self._refill()

    def action_group(self) -> None:
        self._group = self._group.next
        self._refill()

    def action_next_way(self) -> None:
        board, session = self.walkdown.board, self.walkdown.session
        if board is not None and session is not None:
            self._page.next_way(board, session.review)

    # --- deciding -----------------------------------------------------------------------------------------------------

    def action_guarded(self) -> None:
        self._decide(Verdict.GUARDED)

    def action_public(self) -> None:
        self._decide(Verdict.PUBLIC)

    def action_flaw(self) -> None:
        self._decide(Verdict.NEEDS_WORK)

    def _decide(self, verdict: Verdict) -> None:
        if (row := self._row) is not None:
            self.walkdown.decide([row.subject], verdict, row.door.title)

    def action_guard_means(self) -> None:
        """Say once what a guard asks; every door behind it follows."""
        row, board = self._row, self.walkdown.board
        if row is None or board is None:
            return
        ids = {one.id for one in row.door.guards}
        guards = [one for one in board.guards if one.id in ids]
        if not guards:
            self.walkdown.say("No guard stands here that could be told apart by a name of its own.")
            return
        from walkdown.tui.dialogs.guard_means import GuardMeansDialog

        actor = self.walkdown.actor

        def answered(said: tuple[int, Verdict] | None) -> None:
            if said is not None:
                chosen = guards[said[0]]
                self.walkdown.decide(
                    [chosen.subject], said[1], f"{chosen.guard.name}, before {len(chosen.doors)} doors"
                )

        self.app.push_screen(GuardMeansDialog(guards, by=actor.name), answered)

    def action_to_findings(self) -> None:
        if (row := self._row) is not None and row.findings:
            worst = min(row.findings, key=lambda one: one.severity.rank)
            self.walkdown.go_to_finding(worst.id)

    def action_editor(self) -> None:
        if (row := self._row) is not None:
            self.walkdown.open_editor(row.door.file, row.door.line)

    def action_copy_place(self) -> None:
        if (row := self._row) is not None:
            self.walkdown.copy(f"{row.door.file}:{row.door.line}", "the place")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action not in _OWN or not self.query(DoorList):  # asked already before there is anything
            return True
        if isinstance(self.focused, FilterInput):
            return False
        if action == "to_findings":
            return self._row is not None and bool(self._row.findings)
        if action == "next_way":
            return self._row is not None and len(self._row.door.reaches) > 1
        if action in _ON_ONE:
            return self._row is not None
        return bool(self._rows())


def _nothing(board: Board | None, *, narrowed: bool) -> DoorLine:
    """Why the list is empty. No door where nobody could look is no good news."""
    if narrowed:
        text = "No door fits the filter. Esc takes it away."
    elif board is None or board.looked is None:
        text = "Nothing was scanned yet, or the scan is under way."
    else:
        report = next((one for one in board.looked.result.reports if one.scanner == "doors"), None)
        if report is None:
            text = "The map was not drawn: the scanner doors was left out."
        elif isinstance(report.outcome, NothingToScan):
            text = "No code here that the map can read."
        elif report.coverage.gaps:
            text = "No door found, and not all could be read: see Gaps (3)."
        else:
            text = "No entrance found in the code that was read."
    return DoorLine(key="nothing", stands=False, text=text)
