"""Scan."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from walkdown.review import Board
from walkdown.tui.base import ModeScreen


class ScanScreen(ModeScreen):
    def body(self) -> Iterable[Widget]:
        yield Static("Scan", id="body")

    def show_board(self, board: Board) -> None:
        self.query_one("#body", Static).update(f"{len(board.items)} items, {len(board.findings)} findings")
