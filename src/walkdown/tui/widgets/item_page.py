"""One item in full: why it matters, what speaks against and for it, the code, what to do; below, what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from walkdown.model import FilePlace, Finding, line_of, path_of
from walkdown.review import Board, ItemView, Review
from walkdown.tui import item_words as words
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.widgets.code import CodeView
from walkdown.tui.widgets.evidence_list import EvidenceList
from walkdown.tui.widgets.sheet import Entry, Sheet

_TALL, _VERY_TALL = 32, 50


class Reading(VerticalScroll):
    """The part that scrolls, by the arrows too when it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("move.down", "move.up")
    DEFAULT_CSS = """
    Reading {
        height: 1fr; padding: 0 1; scrollbar-size-vertical: 1;
        scrollbar-color: $faint 50%; scrollbar-background: $surface;
    }
    """

    def action_down(self) -> None:
        self.scroll_down(animate=False)

    def action_up(self) -> None:
        self.scroll_up(animate=False)


class ItemPage(Vertical):
    DEFAULT_CSS = """
    ItemPage { width: 1fr; height: 1fr; }
    ItemPage > #item-head { height: auto; padding: 0 1 1 1; }
    ItemPage.-short > #item-head { padding: 0 1; }
    ItemPage EvidenceList { margin-left: 11; }
    ItemPage.-short EvidenceList { margin-left: 9; }
    ItemPage #code-about, ItemPage #advice { margin-top: 1; }
    ItemPage > #item-decision { background: $surface; padding: 1 1; max-height: 12; }
    ItemPage.-short > #item-decision { padding: 0 1; max-height: 7; }
    """

    def __init__(self) -> None:
        super().__init__(id="item-page")
        self.evidence = EvidenceList()
        self.reading = Reading(id="reading")
        self._head = Static(id="item-head")
        self._case, self._about, self._advice = Sheet(id="case"), Sheet(id="code-about"), Sheet(id="advice")
        self._code = CodeView(id="code-lines")
        self._about.display = self._code.display = False
        self._below = Sheet(id="item-decision")
        self._decision = Content("")
        self._item_shown = ""
        self._code_shown: tuple[str, bool, int] | None = None
        self._around = 3
        self._titled = True
        self._short = False

    def compose(self) -> ComposeResult:
        yield self._head
        with self.reading:
            yield self._case
            yield self.evidence
            yield self._about
            yield self._code
            yield self._advice
        yield self._below

    def show(self, view: ItemView, board: Board, review: Review | None, *, scanning: bool) -> None:
        """The same item again keeps its place; another one starts at its top."""
        item, now = view.evidence.item, words.now()
        title = join(plain(item.title, "bold"), "\n") if self._titled else ""
        self._head.update(join(title, words.about(item)))
        self._case.show(_case(view, board, scanning=scanning))
        self.evidence.display = bool(view.evidence.against)
        self.evidence.show(view.evidence.against, board.state)
        self._advice.show(_advice(view, board))
        self._decision = words.decision(view, board, now)
        if item.id != self._item_shown:
            self._item_shown = item.id
            self.reading.scroll_home(animate=False)
        self.show_code(self.evidence.selected, board, review, scanning=scanning)

    def say_next(self, content: Content) -> None:
        """The line at the very bottom: what was just written, or what the next key does."""
        self._below.show([Entry(self._decision, "Decision"), Entry(content, "", apart=not self._short)])

    def show_code(self, finding: Finding | None, board: Board, review: Review | None, *, scanning: bool) -> None:
        """What the finding says, and its lines; or why they are not shown."""
        fresh = board.looked is not None and board.looked.fresh
        wanted = (finding.id, fresh, self._around) if finding else None
        if wanted == self._code_shown:
            return
        self._code_shown = wanted
        if finding is None:
            self._about.show([])
            self._code.display = False
            return
        first, text = 0, ""
        if review is not None and fresh:
            first, text = review.code_around(finding, self._around, self._around)
        where = plain(path_of(finding.place), "$quiet")
        why_not = quiet(_why_no_code(finding, fresh=fresh, scanning=scanning))
        self._about.show([Entry(plain(words.flow(finding.rule.message))), Entry(where if text else why_not)])
        self._code.display = bool(text)
        self._code.show(path_of(finding.place), first, text, line_of(finding.place))

    def fit(self, height: int, *, folded: bool) -> None:
        """How much room there is, as the screen has it. `folded`: the title stands above already."""
        self._titled = not folded
        self._short = height < _TALL
        self.set_class(self._short, "-short")
        for sheet in (self._case, self._about, self._advice, self._below):
            sheet.indent(9 if self._short else 11)
        self.evidence.limit(6 if self._short else 10 if height < _VERY_TALL else 16)
        self._around = 2 if self._short else 3 if height < _VERY_TALL else 6

    def grow(self) -> None:
        """Ask for the room again that the lines of code need now."""
        self._code.refresh(layout=True)

    def to_look(self) -> None:
        """Where there is no finding to open, what a person should look at is the evidence."""
        self.reading.focus(scroll_visible=False)
        self.reading.scroll_to(y=self._advice.virtual_region.y + self._advice.top_of("Look"), animate=False)


def _case(view: ItemView, board: Board, *, scanning: bool) -> list[Entry]:
    """Why it matters, and what speaks against it."""
    entries = [Entry(plain(words.flow(view.evidence.item.why), lines=True))]
    entries.append(Entry(words.machine_says(view, board, scanning=scanning), "Machine"))
    aside = words.dismissed(view, board.state)
    if view.evidence.against:
        against = words.against(view)
        entries.append(Entry(join(against, "\n", aside) if aside else against, "Against"))
    elif aside:
        entries.append(Entry(aside, "Against"))
    return entries


def _advice(view: ItemView, board: Board) -> list[Entry]:
    """What speaks for it, who looked, what to do and to look at."""
    item = view.evidence.item
    found = (
        ("For", words.facts(view)),
        ("Looked", words.coverage(board)),
        ("Do", plain(words.flow(item.do), lines=True)),
        ("Look", plain(words.flow(item.look), lines=True)),
        ("More", _lines(item.references)),
        ("Note", words.note(view, words.now())),
    )
    return [Entry(content, label) for label, content in found if content is not None]


def _lines(texts: Iterable[str]) -> Content | None:
    lines = [plain(text, "$quiet") for text in texts]
    return Content("\n").join(lines) if lines else None


def _why_no_code(finding: Finding, *, fresh: bool, scanning: bool) -> str:
    if not isinstance(finding.place, FilePlace):
        return "It is about more than a line of the files as they are: there is no code to show beside it."
    if not fresh:
        later = "shown when the scan has ended" if scanning else "not shown: r scans the files as they are now"
        return f"This is what the last scan found. The code is {later}."
    if not finding.place.line:
        return "It is about the file as a whole."
    return "The file changed since the scan: r scans again."
