"""Start: what this is, what is known of it, what stands in the way, and the one key that goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from walkdown.tui.base import ModeScreen
from walkdown.tui.keys import bindings
from walkdown.tui.leaves import LeavesNote
from walkdown.tui.origin_words import last_signoff
from walkdown.tui.scan_rows import of_reports
from walkdown.tui.scanning import Row, Scanning
from walkdown.tui.start_words import (
    checklist_words,
    counted,
    following,
    in_the_way,
    last_time,
    lists_words,
    notes_words,
    now,
    stack_words,
    tools_words,
)
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.when import ago

if TYPE_CHECKING:  # the first paint does not wait for them
    from walkdown.review import Board
    from walkdown.review.about import About

_NAME_WIDE = 60
_VALUE_WIDE, _BESIDE = 92, 19
"""A value's most columns, and what stands beside it: the word, the edges, a scrollbar."""


class Line(Horizontal):
    """A word of ours, and beside it what is known; not there while nothing is."""

    DEFAULT_CSS = """
    Line { height: auto; margin-bottom: 1; }
    Line > .label { width: 13; color: $quiet; }
    Line > .value { width: 1fr; max-width: 92; height: auto; }
    """

    def __init__(self, label: str, name: str) -> None:
        super().__init__(id=name)
        self._label_text = label

    def compose(self) -> ComposeResult:
        yield Static(Content(self._label_text), classes="label")
        yield Static(classes="value")

    def show(self, value: Content | None) -> None:
        self.display = value is not None
        if value is not None:
            self.query_one(".value", Static).update(value)


class StartScreen(ModeScreen):
    HELP_TEXT = (
        "Where one begins, and comes back to: the repository as it is now, the tools that look at it, what was decided"
        " before, and what still stands in the way. Enter goes on with the walk; the scan goes on by itself meanwhile."
    )
    DEFAULT_CSS = """
    StartScreen #start-page { padding: 1 2 0 2; scrollbar-size-vertical: 1; }
    StartScreen #start-title { height: auto; margin-bottom: 1; }
    StartScreen #start-next { height: auto; padding: 1 2; margin: 0 0 1 0; background: $panel; max-width: 105; }
    StartScreen.-narrow #start-next { padding: 0 2; }
    StartScreen.-narrow LeavesNote { padding: 0 2; }
    StartScreen.-narrow Line { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("start.walk", "start.put-away"),
        *bindings("move.down", "move.up"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._told: About | None = None

    def body(self) -> Iterable[Widget]:
        with VerticalScroll(id="start-page", can_focus=False):
            yield Static(id="start-title")
            yield Static(id="start-next")
            yield LeavesNote()
            yield Line("In the way", "start-way")
            yield Line("Last time", "start-last")
            yield Line("Sign-off", "start-signoff")
            yield Line("Checklist", "start-list")
            yield Line("Also there", "start-lists")
            yield Line("Looks with", "start-tools")
            yield Line("Made of", "start-stack")
            yield Line("Note", "start-notes")

    def on_mount(self) -> None:
        self.show_all()

    def show_board(self, _board: Board) -> None:
        self.show_all()

    def show_scanning(self, scanning: Scanning) -> None:
        if self.walkdown.about is not self._told:
            self.show_all()
            return
        self._next()
        self._line("start-tools", tools_words(scanning.rows or self._rows_of_earlier()))

    def show_all(self) -> None:
        board, about = self.walkdown.board, self.walkdown.about
        self._told = about
        self.query_one("#start-title", Static).update(self._title())
        self._next()
        self.query_one(LeavesNote).show(self.walkdown)
        self._line("start-way", in_the_way(board) if board else None)
        self._line("start-last", last_time(board) if board else None)
        self._line("start-list", checklist_words(board) if board else None)
        self._stack()
        self._line("start-lists", lists_words(about.lists) if about else None)
        self._line("start-signoff", self._signoff())
        self._line("start-notes", notes_words(about.notes) if about else None)
        self._line("start-tools", tools_words(self.walkdown.scanning.rows or self._rows_of_earlier()))
        self.refresh_bindings()

    def on_resize(self) -> None:
        super().on_resize()
        self._stack()

    def _stack(self) -> None:
        about, wide = self.walkdown.about, min(_VALUE_WIDE, self.size.width - _BESIDE)
        self._line("start-stack", stack_words(about.stack, wide) if about else None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "put_away":
            return self.query_one(LeavesNote).display
        return super().check_action(action, parameters)

    def action_walk(self) -> None:
        """Begin, or go on where it was left."""
        board = self.walkdown.board
        nearest = following(board) if board else None
        if nearest is None:
            self.walkdown.switch_mode("record" if board and board.ready else "walk")
        else:
            self.walkdown.go_to_item(nearest.id)

    def action_down(self) -> None:
        self.query_one("#start-page").scroll_down(animate=False)

    def action_up(self) -> None:
        self.query_one("#start-page").scroll_up(animate=False)

    def action_put_away(self) -> None:
        self.walkdown.put_note_away()
        self.show_all()

    def _line(self, name: str, value: Content | None) -> None:
        self.query_one(f"#{name}", Line).show(value)

    def _title(self) -> Content:
        app = self.walkdown
        if app.session is None:
            return join(plain(app.opening.path, "bold", width=_NAME_WIDE), quiet("   is being opened"))
        facts, about = app.session.review.target.facts, app.about
        where = " · ".join(
            part for part in (facts.branch or ("detached" if facts.head else ""), facts.head[:7]) if part
        )
        parts = [
            plain(facts.name, "bold", width=_NAME_WIDE),
            plain(where or "no commit yet", "$quiet", width=_NAME_WIDE),
        ]
        if about is not None and not about.git:
            parts[1] = Content.styled("no git here: a plain folder", "$medium")
        elif about is not None:
            changed = Content.styled("changed since the commit", "$medium")
            parts.append(changed if about.changed else quiet("as committed"))
        if about is not None:
            parts.append(quiet(f"{about.files:,} files"))
        return Content("   ").join(parts)

    def _next(self) -> None:
        self.query_one("#start-next", Static).update(self._step())

    def _step(self) -> Content:
        app, board = self.walkdown, self.walkdown.board
        if board is None:
            return quiet("One moment.")
        nearest = following(board)
        if nearest is None and board.ready:
            step = Content.styled("Nothing stands in the way: see the record", "bold")
        elif nearest is None:
            step = Content.styled("Every question is answered; see what is left", "bold")
        else:
            begun = any(view.verdict for view in board.items)
            title = plain(nearest.evidence.item.title, "bold")
            step = join(Content.styled("Go on with: " if begun else "Begin the walk: ", "bold"), title)
        return join(
            Content.styled("enter  ", "bold $accent"), step, "\n", quiet("       "), self._scan_words(app.scanning)
        )

    def _scan_words(self, scanning: Scanning) -> Content:
        board = self.walkdown.board
        if scanning.on:
            return quiet(f"The scan runs meanwhile: {scanning.share:.0%}, {scanning.found:,} found so far (s shows it)")
        if scanning.failed:
            return join(
                Content.styled("The scan broke off: ", "$bad"), plain(scanning.failed, "$bad", width=_NAME_WIDE)
            )
        if board is None or board.looked is None:
            return quiet("Nothing was scanned yet.")
        when = ago(board.looked.result.finished, now())
        found, gaps = counted(len(board.findings), "finding"), counted(len(board.gaps), "gap")
        return quiet(f"Scanned {when}: {found}, {gaps}; r looks again")

    def _rows_of_earlier(self) -> tuple[Row, ...]:
        looked = self.walkdown.board.looked if self.walkdown.board else None
        return of_reports(looked.result.reports, ()) if looked else ()

    def _signoff(self) -> Content | None:
        about, board = self.walkdown.about, self.walkdown.board
        if board is not None and (trusted := last_signoff(board)):
            return trusted
        if about is None or about.signoff is None:
            return None
        one = about.signoff
        if one.unread:
            return join(plain(one.file, width=_NAME_WIDE), quiet(f"   {one.unread}"))
        who = ", ".join(one.signers) or "nobody"
        words = plain(f"{one.when}, signed by {who}", width=_NAME_WIDE)
        return join(words, "\n", quiet("As the tree says, unchecked. Whether it holds: walkdown verify"))
