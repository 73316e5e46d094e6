"""Asks for a remark."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from walkdown.tui.keys import bindings
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.widgets.safe_input import SafeTextArea

_NEW_LINE = ("ctrl+j", "shift+enter", "alt+enter")


class _Remark(SafeTextArea):
    """Enter keeps it, as in the other dialogs; a new line takes a key more."""

    class Done(Message):
        """It is to be kept as it is."""

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.post_message(self.Done())
        elif event.key in _NEW_LINE:
            self.insert("\n")
        else:
            return
        event.prevent_default()
        event.stop()


class NoteDialog(ModalScreen[str | None]):
    """`title` and `text` are untrusted. Gives None where nothing is to be written: the person goes back, or it is what
    it was. An empty text takes the note away."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("move.back")
    DEFAULT_CSS = """
    NoteDialog {
        align: center middle;
        & > #dialog { width: 78; max-width: 100%; height: auto; max-height: 100%; background: $panel; padding: 1 2; }
        & #what { text-style: bold; margin-bottom: 1; max-height: 2; }
        & TextArea { height: 8; background: $surface; }
        & TextArea:focus { background: $background; }
        & #hint { margin-top: 1; }
    }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._about = title
        self._before = text
        self._shown_first = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(join("Note: ", plain(self._about, width=140)), id="what")
            yield _Remark(self._before, id="text")
            yield Static(id="hint")

    def on_mount(self) -> None:
        area = self.query_one("#text", _Remark)
        area.move_cursor(area.document.end)
        area.focus()
        self._shown_first = area.text
        self._tell()

    def on_text_area_changed(self) -> None:
        self._tell()

    def on__remark_done(self) -> None:
        text = self.query_one("#text", _Remark).text
        self.dismiss(None if text.strip() == self._shown_first.strip() else text.strip())

    def action_back(self) -> None:
        self.dismiss(None)

    def _tell(self) -> None:
        gone = self._before.strip() and not self.query_one("#text", _Remark).text.strip()
        enter = "enter takes the note away" if gone else "enter keeps it"
        self.query_one("#hint", Static).update(quiet(f"{enter} · ctrl+j new line · esc goes back, nothing written"))
