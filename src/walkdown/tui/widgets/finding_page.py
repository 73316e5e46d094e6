"""All that is known of one finding, the code included, and what people decided about it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from walkdown.model import Finding, Standing, line_of, path_of
from walkdown.tui import finding_words as words
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, plain
from walkdown.tui.widgets.code import CodeView
from walkdown.tui.widgets.labelled import Labelled


class FindingPage(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Scrolled as a whole. `show` for another finding starts at its top again."""

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

    def show(self, finding: Finding | None, standing: Standing | None, today: date) -> None:
        """Everything but the code, which `show_code` brings."""
        another = finding != self._finding
        self._finding = finding
        self.set_class(finding is None, "-empty")
        if finding is None:
            self._clear()
            return
        rule = finding.rule
        self._static("title", plain(rule.title))
        self._static("facts", words.facts(finding))
        self._static("place", words.place(finding))
        self._say("decision", words.decision(finding, standing, today))
        self._say("why", plain(rule.message, lines=True))
        self._say("do", plain(rule.fix, lines=True))
        self._say("way", words.way(finding))
        self._say("places", words.other_places(finding))
        self._say("seen", words.seen_by(finding))
        self._say("more", plain(rule.url))
        self.show_writers({})
        if another:
            self.scroll_home(animate=False)

    def show_code(self, first_line: int, text: str, why_not: str) -> None:
        """`why_not`: said where there is no code to show."""
        view, finding = self.query_one(CodeView), self._finding
        if finding is not None and text:
            view.show(path_of(finding.place), first_line, text, line_of(finding.place))
        view.display = bool(text)
        reason = self.query_one("#no-code", Static)
        reason.update(Content(why_not))
        reason.display = bool(why_not)

    def show_writers(self, writers: words.Writers) -> None:
        finding = self._finding
        self._say("silenced", words.silenced(finding, writers) if finding else Content(""))
        self._say("written", words.written(finding, writers) if finding else Content(""))

    def _clear(self) -> None:
        for name in ("title", "facts", "place"):
            self._static(name, Content(""))
        for part in self.query(Labelled):
            part.say(None)
        self.show_code(0, "", "")

    def _static(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(join(content))

    def _say(self, name: str, lines: Content | list[Content]) -> None:
        """Nothing to say takes no room."""
        content = lines if isinstance(lines, Content) else Content("\n").join(lines)
        self.query_one(f"#{name}", Labelled).say(content or None)

    def action_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self.scroll_end(animate=False)
