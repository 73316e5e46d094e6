"""Asks for what a decision needs: a reason, an owner, an end. Never decides by itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from walkdown.model import Verdict
from walkdown.review import Terms


class DecideDialog(ModalScreen[Terms | None]):
    """`title` names what is decided (untrusted). Gives None where the person goes back."""

    def __init__(self, title: str, verdict: Verdict, *, owner: str) -> None:
        super().__init__()
        self._title = title
        self._verdict = verdict
        self._owner = owner

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Reason")
