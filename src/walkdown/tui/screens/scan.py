"""Scan: a live row for each scanner, what it missed and why; one can be stopped, all can be started again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from walkdown.review import Board, Looked
from walkdown.tui.base import ModeScreen
from walkdown.tui.keys import bindings
from walkdown.tui.scan_rows import is_running, of_reports, row_text
from walkdown.tui.scanning import Row, Scanning
from walkdown.tui.start_words import counted
from walkdown.tui.text import join, plain, pointer, quiet

_NOTES_SHOWN = 8
_AROUND = 12
"""Lines for what stands above and below the list."""


class ScannerList(OptionList):
    """Rows of two or three lines each; there are never many."""

    DEFAULT_CSS = """
    ScannerList { height: auto; max-height: 1fr; border: none; padding: 0; margin: 0 2; background: $background; }
    ScannerList:focus { border: none; background-tint: 0%; }
    ScannerList > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: none; }
    ScannerList:focus > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("move.down", "move.up")

    def __init__(self) -> None:
        super().__init__(id="scanners", compact=True)
        self._names: tuple[str, ...] = ()
        self._rows: tuple[Content, ...] = ()

    @property
    def chosen(self) -> str:
        """The scanner the cursor is on."""
        return self._names[self.highlighted] if self.highlighted is not None and self._names else ""

    def show(self, rows: tuple[Row, ...], now: float) -> None:
        """Only what changed is drawn anew, and the cursor stays where it is."""
        width, height = self.screen.size.width - 8, self.screen.size.height - _AROUND
        texts = [row_text(row, now, width) for row in rows]
        lines = sum(text.plain.count("\n") + 1 for text in texts)
        between = "\n" if lines + len(texts) <= height else ""  # air, where there is room for it
        self._rows = tuple(join(text, between) for text in texts)
        names = tuple(row.scanner for row in rows)
        if names != self._names:
            chosen, self._names = self.chosen, names
            self.set_options([Option("") for _ in rows])
            self.highlighted = names.index(chosen) if chosen in names else (0 if names else None)
        self._draw()

    def watch_highlighted(self, highlighted: int | None) -> None:
        super().watch_highlighted(highlighted)
        self._draw()

    def _draw(self) -> None:
        """The cursor is a shape too, not a colour alone."""
        for number, text in enumerate(self._rows[: self.option_count]):
            mark = pointer() if number == self.highlighted else " "
            marked = join(mark, " ", text)
            if self.get_option_at_index(number).prompt != marked:
                self.replace_option_prompt_at_index(number, marked)

    def action_down(self) -> None:
        self.action_cursor_down()

    def action_up(self) -> None:
        self.action_cursor_up()


class ScanScreen(ModeScreen):
    HELP_TEXT = (
        "The scanners at work. Each row says how far it is, how many files it looked at, how many of those it knew"
        " already and what it found. A tool that is missing says how to get it; what nobody looked at becomes a gap."
        " You need not wait: the walk can begin while they run."
    )
    DEFAULT_CSS = """
    ScanScreen #scan-head { height: auto; padding: 1 2; }
    ScanScreen #scan-notes { height: auto; padding: 0 2; max-width: 96; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("scan.stop", "scan.again", shown=True)

    def __init__(self) -> None:
        super().__init__()
        self._earlier: tuple[Looked | None, tuple[Row, ...]] = (None, ())

    def body(self) -> Iterable[Widget]:
        yield Static(id="scan-head")
        yield ScannerList()
        yield Static(id="scan-notes")

    def show_board(self, _board: Board) -> None:
        self.show_scanning(self.walkdown.scanning)

    def show_scanning(self, scanning: Scanning) -> None:
        rows = scanning.rows or self._rows_of_earlier()
        self.query_one(ScannerList).show(rows, time.monotonic())
        self.query_one("#scan-head", Static).update(self._head(scanning))
        self.query_one("#scan-notes", Static).update(_notes(self._all_notes(scanning)))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self.walkdown.scanning.on and any(
                row.scanner == self.query_one(ScannerList).chosen and is_running(row)
                for row in self.walkdown.scanning.rows
            )
        if action == "scan":
            return not self.walkdown.scanning.on
        return super().check_action(action, parameters)

    def action_stop(self) -> None:
        name = self.query_one(ScannerList).chosen
        self.walkdown.stop_scanner(name)
        self.walkdown.say(f"{name} is stopped. What it did not look at becomes a gap; r goes on where it was.")

    def action_scan(self) -> None:
        self.walkdown.action_scan()

    def _head(self, scanning: Scanning) -> Content:
        if scanning.on:
            found = f"{scanning.found:,} found so far · the walk can begin meanwhile (1)"
            return join(Content.styled(f"Scanning  {scanning.share:.0%}", "bold $accent"), quiet(f"   {found}"))
        if scanning.failed:
            words = plain(scanning.failed, "$bad", lines=True)
            return join(Content.styled("The scan broke off", "bold $bad"), "\n", words, "\n", quiet("r tries again"))
        board = self.walkdown.board
        if board is None or board.looked is None:
            return quiet("The repository is being opened.")
        result = board.looked.result
        when = plain(f"{result.finished[:10]} {result.finished[11:16]} UTC", "$quiet")
        state = "" if board.looked.fresh else "  The files have changed since, or a tool was missing: r looks again."
        counts = f"{counted(len(board.findings), 'finding')} · {counted(len(board.gaps), 'gap')} · "
        return join(Content.styled("Scanned", "bold"), quiet(f"   {counts}"), when, Content.styled(state, "$medium"))

    def _rows_of_earlier(self) -> tuple[Row, ...]:
        """What is known of the last scan; counted once for it."""
        looked = self.walkdown.board.looked if self.walkdown.board else None
        if looked is not self._earlier[0]:
            self._earlier = (looked, of_reports(looked.result.reports, looked.result.findings) if looked else ())
        return self._earlier[1]

    def _all_notes(self, scanning: Scanning) -> tuple[str, ...]:
        if scanning.rows:
            return scanning.notes
        board = self.walkdown.board
        return board.looked.result.target.notes if board and board.looked else ()


def _notes(notes: tuple[str, ...]) -> Content:
    if not notes:
        return Content("")
    lines = [Content.styled("Notes", "bold"), *(plain(note, "$quiet") for note in notes[:_NOTES_SHOWN])]
    if len(notes) > _NOTES_SHOWN:
        lines.append(quiet(f"and {len(notes) - _NOTES_SHOWN} more"))
    return Content("\n").join(lines)
