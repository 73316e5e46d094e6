"""One line to narrow a list with."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from walkdown.tui.keys import bindings


class FilterInput(Input):
    """Leaving it keeps what was typed. The focus goes to its list at once: the next key may be on its way already."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("filter.leave", "filter.down", "filter.clear")
    DEFAULT_CSS = """
    FilterInput { width: 1fr; background: $surface; }
    FilterInput > .input--placeholder { color: $quiet; }
    """

    def __init__(self, narrows: type[Widget], *, placeholder: str, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False, id=id)
        self._narrows = narrows

    def action_leave(self) -> None:
        self.screen.set_focus(self.screen.query_one(self._narrows))

    def action_clear(self) -> None:
        self.value = ""
        self.action_leave()
