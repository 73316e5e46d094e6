"""Asks for what a decision needs: a reason, an owner, an end. Never decides by itself."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from walkdown.errors import UsageError
from walkdown.model import Verdict
from walkdown.review import Terms
from walkdown.review.terms import NEEDS_OWNER, check_terms
from walkdown.tui.item_words import now
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.widgets.safe_input import SafeInput

_TITLES = {
    Verdict.WAIVED: "Waive",
    Verdict.NOT_APPLICABLE: "Does not apply",
    Verdict.FALSE_POSITIVE: "False positive",
    Verdict.ACCEPTED: "Accept",
    Verdict.PUBLIC: "Public",
}
_MEANS = {
    Verdict.WAIVED: "You go on for a while although this is open. After the last day it stands in the way again.",
    Verdict.NOT_APPLICABLE: "It does not concern this project. Say why, so that the next reader need not ask.",
    Verdict.FALSE_POSITIVE: "It is no flaw and speaks against nothing any more. The record shows your reason.",
    Verdict.ACCEPTED: "A true flaw that you live with for a while. After the last day it stands in the way again.",
    Verdict.PUBLIC: "Everybody may come in here. Say why that is meant, so that the next reader need not ask.",
}
_LONGEST_REASON = 2000
_QUICK = {"w": "1 week", "m": "1 month", "q": "3 months"}


def quick_date(key: str, today: date) -> date:
    """What one of the quick keys stands for. A month later is the same day, or the last one of that month."""
    if key == "w":
        return today + timedelta(days=7)
    month = today.month - 1 + (1 if key == "m" else 3)
    year, month = today.year + month // 12, month % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def faults(verdict: Verdict, terms: Terms, today: date, title: str) -> dict[str, str]:
    """For each field what is wrong with it; empty where the decision can be written down."""
    found: dict[str, str] = {}
    if not terms.reason.strip():
        found["reason"] = "Say why: it stands in the record beside your name."
    if verdict in NEEDS_OWNER:
        if not terms.owner.strip():
            found["owner"] = "Name who looks after it until then."
        if not terms.until.strip():
            found["until"] = "Name the last day it holds: w, m or q, or a date as 2026-12-31."
    if set(found) == {"reason", "owner", "until"}:
        return found
    # Whether the rest can stand is said by the same rule that decides it in the end.
    stand_in = Terms(terms.reason.strip() or "-", terms.owner.strip() or "-", terms.until.strip() or today.isoformat())
    try:
        check_terms(verdict, stand_in, today, title)
    except UsageError as error:
        found.setdefault("until" if verdict in NEEDS_OWNER else "reason", error.what)
    return found


class _Until(SafeInput):
    """A date, typed or by one key."""

    class Quick(Message):
        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def on_key(self, event: events.Key) -> None:
        if event.character in _QUICK:
            event.prevent_default()
            event.stop()
            self.post_message(self.Quick(event.character))


class _Choice(Static):
    """One of the quick ends, for the mouse."""

    def __init__(self, key: str) -> None:
        super().__init__(join(Content.styled(key, "bold $accent"), quiet(f" {_QUICK[key]}")))
        self._key_meant = key

    def on_click(self) -> None:
        self.post_message(_Until.Quick(self._key_meant))


class DecideDialog(ModalScreen[Terms | None]):
    """`title` names what is decided, `listed` each of it where it is many (untrusted). None where one goes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("move.back")
    DEFAULT_CSS = """
    DecideDialog {
        align: center middle;
        & > #dialog { width: 78; max-width: 100%; height: auto; max-height: 100%; background: $panel; padding: 1 2; }
        & #what { text-style: bold; max-height: 2; }
        & #means { color: $quiet; margin-bottom: 1; }
        & #listed { height: auto; max-height: 9; margin-bottom: 1; scrollbar-size-vertical: 1; }
        & #listed:focus { background: $surface; }
        & .field { height: 1; }
        & .label { width: 9; color: $quiet; }
        & Input { width: 1fr; background: $surface; }
        & Input > .input--placeholder { color: $quiet; }
        & Input:focus { background: $background; }
        & #until { width: 16; max-width: 16; }
        & _Choice { width: auto; margin-left: 2; }
        & .fault { height: 1; padding-left: 9; color: $medium; }
        & #buttons { height: 1; margin-top: 1; }
        & Button { margin-right: 2; min-width: 8; }
        & #hint { width: 1fr; text-align: right; }
    }
    """

    def __init__(
        self, title: str, verdict: Verdict, *, owner: str, today: date | None = None, listed: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._listed = tuple(listed)
        self._about = title
        self._verdict = verdict
        self._owner = owner
        self._today = today or now().date()
        self._names = ("reason", "owner", "until") if verdict in NEEDS_OWNER else ("reason",)
        self._touched: set[str] = set()

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(join(_TITLES[self._verdict], ": ", plain(self._about, width=140)), id="what")
            yield Static(_MEANS[self._verdict], id="means")
            if self._listed:
                with VerticalScroll(id="listed", can_focus=True):
                    yield Static(Content("\n").join(plain(one, width=72) for one in self._listed))
            yield from self._fields()
            with Horizontal(id="buttons"):
                yield Button(_TITLES[self._verdict], id="write", compact=True, disabled=True)
                yield Button("Back", id="back", compact=True)
                yield Static(self._hint(), id="hint")

    def _fields(self) -> Iterator[Horizontal | Static]:
        yield _field("Reason", SafeInput(placeholder="why this is right", id="reason"))
        yield Static(id="reason-fault", classes="fault")
        if "until" in self._names:
            yield _field("Owner", SafeInput(self._owner, placeholder="who looks after it", id="owner"))
            yield Static(id="owner-fault", classes="fault")
            choices = [_Choice(key) for key in _QUICK]
            yield _field("Until", _Until(placeholder="2026-12-31", id="until"), *choices)
            yield Static(id="until-fault", classes="fault")

    def _hint(self) -> Content:
        return quiet("enter goes on · esc goes back, nothing written")

    def on_mount(self) -> None:
        if "until" in self._names:
            self.query_one("#until", SafeInput).restrict = r"[0-9-]{0,10}"
        self.query_one("#reason", SafeInput).max_length = _LONGEST_REASON
        self.query_one("#reason", SafeInput).focus()

    @property
    def terms(self) -> Terms:
        """What the fields say now."""
        reason, owner, until = (self._said(name) for name in ("reason", "owner", "until"))
        return Terms(reason, owner, until)

    def _said(self, name: str) -> str:
        return self.query_one(f"#{name}", SafeInput).value.strip() if name in self._names else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        name = event.input.id or ""
        if event.value != (self._owner if name == "owner" else ""):
            self._touched.add(name)
        self._check()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._touched.add(event.input.id or "")
        if event.input.id == self._names[-1]:
            self._write()
            return
        self._check()
        self.query_one(f"#{self._names[self._names.index(event.input.id or '') + 1]}").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "write":
            self._write()
        else:
            self.dismiss(None)

    def on__until_quick(self, event: _Until.Quick) -> None:
        until = self.query_one("#until", SafeInput)
        until.value = quick_date(event.key, self._today).isoformat()
        until.cursor_position = len(until.value)
        until.focus()

    def action_back(self) -> None:
        self.dismiss(None)

    def _check(self) -> dict[str, str]:
        """Says under each field that was touched what is wrong with it."""
        found = faults(self._verdict, self.terms, self._today, self._about)
        for name in self._names:
            fault = found.get(name, "") if name in self._touched else ""
            self.query_one(f"#{name}-fault", Static).update(plain(fault))
        self.query_one("#write", Button).disabled = bool(found)
        return found

    def _write(self) -> None:
        """Only what is complete leaves the dialog; otherwise to the first thing that is missing."""
        self._touched.update(self._names)
        found = self._check()
        if found:
            self.query_one(f"#{next(name for name in self._names if name in found)}").focus()
        else:
            self.dismiss(self.terms)


def _field(label: str, *widgets: Input | Static) -> Horizontal:
    return Horizontal(Static(label, classes="label"), *widgets, classes="field")
