"""Asks for all a signature needs, and for a typed word. Enter alone never signs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Static

from walkdown.model import Actor
from walkdown.record.statement import Occasion
from walkdown.tui.background import start
from walkdown.tui.keys import bindings
from walkdown.tui.signing import KeyAtHand, Order, find_key
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.widgets.safe_input import SafeInput

WORD, WORD_WITH_EXCEPTIONS = "sign", "sign with exceptions"
_NAMED = 4
_LONGEST = 200
_OCCASION = (
    ("environment", "For", "e.g. production"),
    ("release", "Release", "e.g. 1.4"),
    ("ticket", "Ticket", "e.g. OPS-12"),
)
_ROLE = ("role", "Role", "e.g. release manager")
_TWO_KINDS = "An SSH key file, or gpg: and a GPG key id."
_UNSIGNED = "Unsigned: nobody vouches for it, and every check says so"


class _Unsigned(Checkbox):
    """Also without colours one sees whether it is on."""

    @property
    def _button(self) -> Content:
        return Content.styled("[x] " if self.value else "[ ] ", "$accent")


class SignDialog(ModalScreen[Order | None]):
    """`exceptions`: what stands open, each in a line (untrusted). `record`: named where a record that exists is signed
    by one more person; then there is no occasion and no unsigned. None where one goes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("move.back")
    DEFAULT_CSS = """
    SignDialog {
        align: center middle;
        & > #dialog { width: 80; max-width: 100%; height: auto; max-height: 100%; background: $panel; padding: 1 2; }
        & #what { text-style: bold; max-height: 2; }
        & #as { height: 1; }
        & #open { height: auto; max-height: 6; margin-bottom: 1; }
        & .field { height: 1; }
        & .label { width: 9; color: $quiet; }
        & Input { width: 1fr; background: $surface; }
        & Input > .input--placeholder { color: $faint; }
        & Input:focus { background: $background; }
        & Input:disabled { opacity: 60%; }
        & #release-label { padding-left: 2; width: 11; }
        & #ticket-label { padding-left: 2; width: 10; }
        & .fault { height: auto; max-height: 2; padding-left: 9; color: $medium; }
        & #key-fault.-fine { color: $quiet; }
        & #unsigned { margin-left: 9; background: $panel; border: none; padding: 0; height: 1; }
        & #unsigned:focus { border: none; background: $background; }
        & #ask { margin-top: 1; height: 1; }
        & #buttons { height: 1; margin-top: 1; }
        & Button { margin-right: 2; min-width: 8; }
        & #hint { width: 1fr; text-align: right; }
    }
    """

    def __init__(
        self, actor: Actor, key: KeyAtHand, before: Order, exceptions: Sequence[str] = (), *, record: str = ""
    ) -> None:
        super().__init__()
        self._actor = actor
        self._found = key
        self._before = before
        self._exceptions = tuple(exceptions)
        self._again = record
        self._checking = False
        self.word = WORD_WITH_EXCEPTIONS if exceptions and not record else WORD
        """What has to be typed."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title(), id="what")
            yield Static(join("As ", self._who()), id="as")
            yield Static(Content("\n").join(self._open()), id="open")
            yield from self._fields()
            yield Static(join('Type "', Content.styled(self.word, "bold $accent"), '" to sign it.'), id="ask")
            yield _field("Word", SafeInput(id="word"))
            yield Static(id="word-fault", classes="fault")
            with Horizontal(id="buttons"):
                yield Button("Sign", id="write", compact=True, disabled=True)
                yield Button("Back", id="back", compact=True)
                yield Static(quiet("enter goes on · esc goes back, nothing signed"), id="hint")

    def _title(self) -> Content:
        return join("Countersign ", plain(self._again, width=60)) if self._again else Content("Sign the record")

    def _who(self) -> Content:
        mail = plain(f" <{self._actor.mail}>", "$quiet", width=40) if self._actor.mail else Content("")
        return join(plain(self._actor.name, width=34), mail)

    def _open(self) -> Iterator[Content]:
        if self._again:
            yield quiet("The record stays as it is; your signature lies beside the others.")
            return
        many = len(self._exceptions)
        if not many:
            yield Content.styled("Nothing stands open.", "$good")
            return
        each = "named on the first page" if many == 1 else "each named on the first page"
        yield Content.styled(f"Signed with {many:,} {'exception' if many == 1 else 'exceptions'}, {each}:", "$medium")
        for one in self._exceptions[:_NAMED]:
            yield plain(f"  {one}", width=74)
        if many > _NAMED:
            yield quiet(f"  and {many - _NAMED:,} more")

    def _fields(self) -> Iterator[Widget]:
        name, label, example = _ROLE
        yield _field(label, SafeInput(self._before.role, placeholder=example, id=name))
        if not self._again:
            parts: list[Widget] = []
            for name, label, example in _OCCASION:
                said = getattr(self._before.occasion, name)
                parts.append(Static(label, classes="label", id=f"{name}-label"))
                parts.append(SafeInput(said, placeholder=example, id=name))
            yield Horizontal(*parts, classes="field")
        yield _field("Key", SafeInput(self._before.named or self._found.named, placeholder=_TWO_KINDS, id="key"))
        yield Static(id="key-fault", classes="fault")
        if not self._again:
            yield _Unsigned(Content(_UNSIGNED), id="unsigned", compact=True)

    def on_mount(self) -> None:
        for field in self.query(SafeInput):
            field.max_length = _LONGEST
        self._tell_key("")
        self.query_one("#role" if self._found.key else "#key").focus()

    @property
    def unsigned(self) -> bool:
        return not self._again and self.query_one(_Unsigned).value

    def _said(self, name: str) -> str:
        found = self.query(f"#{name}")
        return found.first(SafeInput).value.strip() if found else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "key":
            self._tell_key("")
        if event.input.id == "word":
            self.query_one("#word-fault", Static).update("")
        self._enable()

    def on_checkbox_changed(self) -> None:
        self.query_one("#key", SafeInput).disabled = self.unsigned
        self._tell_key("")
        self._enable()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """To the next field; on the word itself, if that is right, it is signed."""
        if event.input.id == "word":
            self._sign()
            return
        order = [field for field in self.query(SafeInput) if not field.disabled]
        order[order.index(self.query_one(f"#{event.input.id}", SafeInput)) + 1].focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "write":
            self._sign()
        else:
            self.dismiss(None)

    def action_back(self) -> None:
        self.dismiss(None)

    def _is_typed(self) -> bool:
        return self._said("word") == self.word

    def _enable(self) -> None:
        self.query_one("#write", Button).disabled = self._checking or not self._is_typed()

    def _tell_key(self, fault: str) -> None:
        """Under the key: what is wrong with it, or where it was found."""
        line = self.query_one("#key-fault", Static)
        untouched = self._said("key") == self._found.named
        line.set_class(not fault and (self._found.key is not None or self.unsigned), "-fine")
        if self.unsigned:
            line.update(quiet("not used"))
        elif fault:
            line.update(plain(fault, width=140))
        elif self._found.key is not None and untouched:
            line.update(plain(self._found.told, "$quiet", width=66))
        elif untouched:
            line.update(plain(self._found.trouble or "No key was found: name one.", width=140))
        else:
            line.update("")

    def _sign(self) -> None:
        if not self._is_typed():
            fault = f'Nothing is signed before you type "{self.word}".'
            self.query_one("#word-fault", Static).update(Content(fault))
            self.query_one("#word").focus()
        elif self.unsigned:
            self._leave(None)
        elif not self._checking:
            self._checking = True
            self._enable()
            start(self, partial(self._with_key, self._said("key")), "key", exclusive=True)

    async def _with_key(self, named: str) -> None:
        """The one that was found, or what is typed, looked at first."""
        found = self._found if named == self._found.named else await asyncio.to_thread(find_key, named)
        self._checking = False
        self._enable()
        if found.key is None:
            self._tell_key(found.trouble or "No key was found: name one.")
            self.query_one("#key").focus()
        elif named == self._said("key") and self._is_typed():  # else they typed on meanwhile
            self._leave(found)

    def _leave(self, found: KeyAtHand | None) -> None:
        occasion = Occasion(**{name: self._said(name) for name, _, _ in _OCCASION})
        self.dismiss(Order(self._said("role"), occasion, found.key if found else None, self._said("key")))


def _field(label: str, *widgets: Widget) -> Horizontal:
    return Horizontal(Static(label, classes="label"), *widgets, classes="field")
