"""What all main screens share: the bar above, the keys below, and following the board only while they are seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from walkdown.tui.scanning import Scanning
from walkdown.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from walkdown.review import Board
    from walkdown.tui.app import WalkdownApp


class ModeScreen(Screen[None]):
    """A screen of its own key. Says in `body` what it shows, and in `show_board` what a new board changes."""

    BINDINGS: ClassVar[list[BindingType]] = []
    HELP_TEXT: ClassVar[str] = ""
    """Two or three sentences for `?`: what this screen is for, and how one usually goes through it."""

    narrow = 100
    """Below this width one pane is shown at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: Board | None = None

    @property
    def walkdown(self) -> WalkdownApp:
        return cast("WalkdownApp", self.app)

    def compose(self) -> ComposeResult:
        yield TopBar()
        yield from self.body()
        yield Footer(show_command_palette=False)

    def body(self) -> Iterable[Widget]:
        """The widgets between the bar and the keys."""
        raise NotImplementedError

    def show_board(self, board: Board) -> None:
        """Bring what is shown up to date. Called only while the screen is the one that is seen."""

    def show_scanning(self, scanning: Scanning) -> None:
        """The scan went on. A few times a second at most, only while the screen is seen."""

    def on_screen_resume(self) -> None:
        self.follow()

    def follow(self) -> None:
        """The app calls this when the board or the scan changed."""
        bar = next(iter(self.query(TopBar)), None)
        if bar is None:
            return  # not put together yet, or taken apart already
        bar.show(self.walkdown)
        board = self.walkdown.board
        if board is not None and board is not self._seen:
            self._seen = board
            self.show_board(board)
        self.show_scanning(self.walkdown.scanning)

    def on_resize(self) -> None:
        self.set_class(self.size.width < self.narrow, "-narrow")
