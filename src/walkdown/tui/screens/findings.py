"""Every finding in one list: narrow it, read one, decide one or many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from walkdown.model import Finding, Kind, Subject, Verdict, line_of, path_of
from walkdown.model.place import FilePlace, PackagePlace
from walkdown.review import Board, Looked
from walkdown.review.brief import brief
from walkdown.tui.base import ModeScreen
from walkdown.tui.finding_words import several
from walkdown.tui.keys import bindings
from walkdown.tui.listing import Listing
from walkdown.tui.scanning import Scanning
from walkdown.tui.text import place_text, quiet
from walkdown.tui.widgets.filter_input import FilterInput
from walkdown.tui.widgets.finding_list import FindingList
from walkdown.tui.widgets.finding_page import FindingPage, code_of

_READ_SECONDS = 0.06
_HOW = "words, high, path:api, tool:bandit, state:open …"
_ON_ONE = ("real", "false_positive", "accept", "mark", "mark_all", "evidence", "editor", "copy_place", "brief")
_OWN = (*_ON_ONE, "next_open", "last_open", "filter", "group")
_UNNAMED = "It can be decided when the scan has ended: only then it has a name that lasts."


class FindingsScreen(ModeScreen):
    AUTO_FOCUS = "FindingList"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "finding.real", "finding.false", "finding.accept", "move.next-open", "move.last-open", "list.filter",
        "list.mark", "list.mark-all", "list.group", "finding.open", "place.editor", "place.copy", "finding.brief",
        "move.pane", "move.back",
    )  # fmt: skip
    HELP_TEXT = (
        "Everything the scanners found, the worst group first. Read one with enter, then say what it is: a real flaw, "
        "a false positive, or one you accept for a time. ] goes to the next that nobody decided. Nothing is fixed by "
        "deciding: a finding goes when a new scan no longer sees it.\n"
        "The filter takes words and: high, sev:, tool:, path: or a pattern like *.ts, hazard:, cwe:89, "
        "state:open|real|false|accepted, and -word to leave out."
    )
    DEFAULT_CSS = """
    FindingsScreen {
        #line { height: 1; padding: 0 1; background: $surface; }
        #sign { width: 2; color: $accent; }
        #counts { width: auto; height: 1; padding-left: 2; }
        #panes { height: 1fr; }
        FindingList { width: 5fr; }
        FindingPage { width: 6fr; }
        &.-narrow FindingList { width: 1fr; }
        &.-narrow FindingPage { width: 1fr; display: none; }
        &.-narrow.-reading FindingPage { display: block; }
        &.-narrow.-reading FindingList { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._listing = Listing()
        self._looked: Looked | None = None
        self._reading: Timer | None = None
        self._keys_for = (False, False)

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="line"):
            yield Static("/", id="sign")
            yield FilterInput(FindingList, placeholder=_HOW, id="filter")
            yield Static("", id="counts")
        with Horizontal(id="panes"):
            yield FindingList(id="list")
            yield FindingPage(id="page")

    def follow(self) -> None:
        super().follow()
        self._go_to_wanted()

    def show_board(self, board: Board) -> None:
        if board.looked is not self._looked:
            self._looked = board.looked
            self._listing.take(board.findings)
        self._refill()
        self._read()

    def show_scanning(self, scanning: Scanning) -> None:
        """While the first scan runs, what it found so far is shown. Sorted anew only when it is worth it."""
        fresh = self.walkdown.fresh_findings
        if scanning.on and self._looked is None and len(fresh) > len(self._listing.columns) * 1.1:
            self._listing.take(tuple(fresh))
            self._refill()

    def _refill(self) -> None:
        """Filter and draw the list anew; the cursor stays with its finding."""
        self._list.show(self._listing.rows(self.walkdown.board), self._nothing())
        self._show_marks()
        self._apply_keys()

    def _show_marks(self) -> None:
        self._list.mark(self._listing.marked)
        self.query_one("#counts", Static).update(self._listing.counts(self._list.rows.lines))

    def _nothing(self) -> Content:
        """Why the list is empty."""
        app = self.walkdown
        if len(self._listing.columns):
            return quiet("   Nothing fits the filter. Esc takes it away.")
        if app.board is None or app.board.looked is None:
            running = "   Nothing found so far; the scan is running."
            return quiet(running if app.scanning.on else "   Nothing was scanned yet. r scans.")
        return quiet("   No finding. What was not looked at stands under Gaps (3).")

    @property
    def _list(self) -> FindingList:
        return self.query_one(FindingList)

    @property
    def _page(self) -> FindingPage:
        return self.query_one(FindingPage)

    @property
    def _filter(self) -> FilterInput:
        return self.query_one(FilterInput)

    # --- the page -----------------------------------------------------------------------------------------------------

    @on(FindingList.Moved)
    def _moved(self) -> None:
        """A key held down passes many; reading each one's file would make it stutter."""
        if self._reading is None:
            self._reading = self.set_timer(_READ_SECONDS, self._read)
        self._apply_keys()

    def _read(self) -> None:
        self._reading = None
        board, session = self.walkdown.board, self.walkdown.session
        if board is not None and session is not None and self.is_mounted:
            self._page.read(self._list.finding, board, session.review, may_ask=not self.walkdown.scanning.on)

    # --- moving about -------------------------------------------------------------------------------------------------

    def _go_to_wanted(self) -> None:
        wanted, board = self.walkdown.wanted_finding, self.walkdown.board
        finding = board.finding(wanted) if wanted and board else None
        if finding is None or self._looked is None:
            return
        self.walkdown.wanted_finding = ""
        if not self._list.go_to(finding):
            self._filter.value = ""
            self._typed()
            self._list.go_to(finding)
        self.set_focus(self._list)

    @on(FindingList.Chosen)
    def action_evidence(self) -> None:
        """Look at it on purpose: that is written down, once for what it is now."""
        finding, board = self._list.finding, self.walkdown.board
        if finding is None:
            return
        self._show_page(True)
        if board is None or not finding.id or board.looked is None or not board.looked.fresh:
            return
        subject, actor = _subject(finding), self.walkdown.actor
        if not board.state.has_opened(subject, finding.fingerprint):
            self.walkdown.act(lambda session: session.opened(subject, actor, board))

    def _show_page(self, shown: bool) -> None:
        """Also in the narrow layout, where there is room for one of the two."""
        self.set_class(shown, "-reading")
        self.set_focus(self._page if shown else self._list)

    def action_other_pane(self) -> None:
        self._show_page(self.focused is self._list)

    def action_back(self) -> None:
        if self.focused is self._page or self.has_class("-reading"):
            self._show_page(False)
        elif self._listing.marked:
            self._listing.marked.clear()
            self._show_marks()
        else:
            self._filter.value = ""

    def action_next_open(self) -> None:
        self._to_undecided(1)

    def action_last_open(self) -> None:
        self._to_undecided(-1)

    def _to_undecided(self, step: int) -> None:
        if not self._list.next_undecided(step):
            self.walkdown.say("All that is listed is decided.")

    def action_filter(self) -> None:
        self.set_class(False, "-reading")
        self.set_focus(self._filter)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._listing.narrow(self._filter.value)
        self._refill()

    def action_group(self) -> None:
        self._listing.group_otherwise()
        self._refill()

    # --- marks and decisions ------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        finding = self._list.finding
        if finding is None:
            return
        if not finding.id:
            self.walkdown.say(_UNNAMED)
            return
        self._listing.marked ^= {finding.id}
        self._show_marks()
        self._list.action_down()

    def action_mark_all(self) -> None:
        self._listing.mark_all(self._list.rows)
        self._show_marks()

    def action_real(self) -> None:
        self._decide(Verdict.REAL)

    def action_false_positive(self) -> None:
        self._decide(Verdict.FALSE_POSITIVE)

    def action_accept(self) -> None:
        self._decide(Verdict.ACCEPTED)

    def _decide(self, verdict: Verdict) -> None:
        chosen = self._listing.chosen(self._list.finding)
        if not all(one.id for one in chosen):
            self.walkdown.say(_UNNAMED)
        else:
            self.walkdown.decide([_subject(one) for one in chosen], verdict, several(chosen))

    def action_editor(self) -> None:
        finding = self._list.finding
        if finding is None:
            return
        if isinstance(finding.place, FilePlace | PackagePlace) and path_of(finding.place):
            self.walkdown.open_editor(path_of(finding.place), line_of(finding.place))
        else:
            self.walkdown.say("This finding is in no file that could be opened.")

    def action_copy_place(self) -> None:
        if (finding := self._list.finding) is not None:
            self.walkdown.copy(place_text(finding), "the place")

    def action_brief(self) -> None:
        finding, session = self._list.finding, self.walkdown.session
        if finding is not None and session is not None:
            first, code = code_of(finding, self._looked, session.review)
            what = "a brief for an assistant"
            if code and self._looked is not None and not self._looked.knows_secrets(path_of(finding.place)):
                first, code, what = 0, "", f"{what}, without the code: nobody looked for secrets in it"
            self.walkdown.copy(brief(finding, first, code, masker=session.review.masker), what)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action not in _OWN or not self.query(FindingList):  # asked already before there is anything
            return True
        if isinstance(self.focused, FilterInput):
            return False
        if action in _ON_ONE:
            return self._list.finding is not None
        if action in ("next_open", "last_open"):
            return self._list.rows.lines.undecided > 0
        return True

    def _apply_keys(self) -> None:
        """The footer is made anew only when other keys apply: that costs more than moving the cursor."""
        now = (self._list.finding is not None, self._list.rows.lines.undecided > 0)
        if now != self._keys_for:
            self._keys_for = now
            self.refresh_bindings()


def _subject(finding: Finding) -> Subject:
    return Subject(Kind.FINDING, finding.id)
