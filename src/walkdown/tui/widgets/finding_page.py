"""All that is known of one finding, the code included, and what people decided about it."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from walkdown.model import Finding, Kind, Subject, line_of, path_of
from walkdown.model.place import FilePlace, PackagePlace
from walkdown.review import Board, Looked, Review
from walkdown.tui import finding_words as words
from walkdown.tui.keys import bindings
from walkdown.tui.origin_words import offer_for
from walkdown.tui.text import join, plain
from walkdown.tui.widgets.code import CodeView
from walkdown.tui.widgets.labelled import Labelled
from walkdown.tui.widgets.scrolled import Scrolled

_ASK_GIT_SECONDS = 0.4


class FindingPage(VerticalScroll, Scrolled, can_focus=True, inherit_bindings=False):
    """Scrolled as a whole. `read` of another finding starts at its top again."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "move.down", "move.up", "move.page-down", "move.page-up", "move.first", "move.last",
    )  # fmt: skip
    DEFAULT_CSS = """
    FindingPage {
        background: $surface; padding: 1 2; scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 4%; }
        #title { text-style: bold; max-width: 98; height: auto; margin-bottom: 1; }
        #facts { max-width: 98; height: auto; }
        #place { max-width: 98; height: auto; margin-bottom: 1; }
        CodeView { margin-bottom: 1; }
        #no-code { color: $quiet; max-width: 98; height: auto; margin-bottom: 1; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._finding: Finding | None = None
        self._writers: words.Writers = {}
        self._asking: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="title")
        yield Static("", id="facts")
        yield Static("", id="place")
        yield Labelled("decision", "Decision")
        yield Labelled("why", "Why")
        yield CodeView("", id="code")
        yield Static("", id="no-code")
        yield Labelled("do", "Do")
        yield Labelled("way", "The way")
        yield Labelled("places", "Also at")
        yield Labelled("silenced", "Silenced")
        yield Labelled("seen", "Seen by")
        yield Labelled("written", "Written")
        yield Labelled("more", "More")

    def read(self, finding: Finding | None, board: Board, review: Review, *, may_ask: bool) -> None:
        """Show a finding, its code, and a little later who wrote it. `may_ask`: git has nothing more urgent to do."""
        another = finding != self._finding
        self._finding = finding
        if self._asking is not None:
            self._asking.stop()
        if another:
            self._writers = {}
            self.scroll_home(animate=False)
        if finding is None:
            self._clear()
            return
        subject = Subject(Kind.FINDING, finding.id)
        self._show(finding, board, subject)
        first, code = code_of(finding, board.looked, review)
        self._show_code(finding, first, code, "" if code else _why_no_code(finding, board.looked))
        self._show_writers(finding)
        if code and may_ask and not self._writers:
            self._asking = self.set_timer(_ASK_GIT_SECONDS, lambda: self._ask(finding, review))

    def _show(self, finding: Finding, board: Board, subject: Subject) -> None:
        rule, standing = finding.rule, board.standing(subject) if finding.id else None
        self._static("title", plain(rule.title))
        self._static("facts", words.facts(finding))
        self._static("place", words.place(finding))
        self._say("decision", words.decision(finding, standing, board.today, offer_for(board, subject)))
        self._say("why", plain(rule.message, lines=True))
        self._say("do", plain(rule.fix, lines=True))
        self._say("way", words.way(finding))
        self._say("places", words.other_places(finding))
        self._say("seen", words.seen_by(finding))
        self._say("more", plain(rule.url))

    def _show_code(self, finding: Finding, first_line: int, text: str, why_not: str) -> None:
        view, reason = self.query_one(CodeView), self.query_one("#no-code", Static)
        view.show(path_of(finding.place), first_line, text, line_of(finding.place))
        view.display = bool(text)
        reason.update(Content(why_not))
        reason.display = bool(why_not)

    def _ask(self, finding: Finding, review: Review) -> None:
        async def ask() -> None:
            writers = await asyncio.to_thread(review.written_by, finding)
            if self._finding == finding:
                self._writers = dict(writers)
                self._show_writers(finding)

        self.run_worker(ask(), group="writers", exclusive=True)

    def _show_writers(self, finding: Finding) -> None:
        self._say("silenced", words.silenced(finding, self._writers))
        self._say("written", words.written(finding, self._writers))

    def _clear(self) -> None:
        for name in ("title", "facts", "place", "no-code"):
            self._static(name, Content(""))
        for part in self.query(Labelled):
            part.say(None)
        self.query_one(CodeView).update("")

    def _static(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(join(content))

    def _say(self, name: str, lines: Content | list[Content]) -> None:
        """Nothing to say takes no room."""
        content = lines if isinstance(lines, Content) else Content("\n").join(lines)
        self.query_one(f"#{name}", Labelled).say(content or None)


def code_of(finding: Finding, looked: Looked | None, review: Review) -> tuple[int, str]:
    """The lines around it and the number of the first; empty where they could be other lines than those scanned."""
    return review.code_around(finding) if looked is not None and looked.fresh else (0, "")


def _why_no_code(finding: Finding, looked: Looked | None) -> str:
    if not isinstance(finding.place, FilePlace | PackagePlace) or not finding.place.line:
        return ""
    if looked is None:
        return "The code is shown when the scan has ended: only then it is known what in it is secret."
    if not looked.fresh:
        return "Found by an earlier scan; the code is shown when this one has ended."
    return "The file is no longer what was scanned, so its code is not shown. r scans again."
