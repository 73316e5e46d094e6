"""A quiet label and what it is about, side by side; not there at all where there is nothing to say."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static


class Labelled(Horizontal):
    DEFAULT_CSS = """
    Labelled { height: auto; margin-bottom: 1; }
    Labelled > .label { width: 11; color: $quiet; }
    Labelled > .what { width: 1fr; height: auto; max-width: 88; }
    """

    def __init__(self, name: str, label: str) -> None:
        super().__init__(id=name)
        self._label = label
        self._said = Static(classes="what")

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="label")
        yield self._said

    def say(self, content: Content | None) -> None:
        self.display = content is not None
        if content is not None:
            self._said.update(content)
