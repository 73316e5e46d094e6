"""Asks what a guard asks: said once, and every door behind it follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from walkdown.model import Verdict
from walkdown.review.doors import GuardRow
from walkdown.tui.door_words import guard_word
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.widgets.row_list import ListRow, RowList, spread

_ANSWERS = {
    "o": (Verdict.OWNER_GUARD, "whose it is"),
    "r": (Verdict.ROLE_GUARD, "a role"),
    "l": (Verdict.LOGIN_GUARD, "a login"),
    "s": (Verdict.SECRET_GUARD, "a secret"),
    "n": (Verdict.NO_GUARD, "nothing"),
}
_MOST_LINES = 10


class GuardLine(ListRow, frozen=True, kw_only=True):
    guard: GuardRow


class _Guards(RowList[GuardLine]):
    def draw(self, row: GuardLine, width: int, *, here: bool) -> Content:
        mark = Content.styled("▸ " if here else "  ", "$accent")
        said = "" if row.guard.said is None or row.guard.open else " as somebody said"
        many = len(row.guard.doors)
        right = quiet(f"{guard_word(row.guard.means)}{said} · {many} door{'s' if many > 1 else ''}")
        room = max(8, width - 4 - right.cell_length)
        return spread(Content.assemble(mark, plain(row.guard.guard.name, width=room)), right, width)


class GuardMeansDialog(ModalScreen[tuple[int, Verdict] | None]):
    """Gives the number of the guard and what it means; nothing where the person goes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("move.back")
    DEFAULT_CSS = """
    GuardMeansDialog {
        align: center middle;
        & > #dialog { width: 78; max-width: 100%; height: auto; max-height: 100%; background: $panel; padding: 1 2; }
        & #what { text-style: bold; }
        & #means { color: $quiet; margin-bottom: 1; }
        & _Guards { height: auto; margin-bottom: 1; background: $panel; }
    }
    """

    def __init__(self, guards: Sequence[GuardRow], *, by: str) -> None:
        super().__init__()
        self._guards = tuple(guards)
        self._by = by

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("What does this guard ask?", id="what")
            means = f"Every door behind it follows, and the record says that {self._by or 'you'} said so."
            yield Static(plain(means), id="means")
            yield _Guards(id="guards")
            yield Static(_choices())

    def on_mount(self) -> None:
        guards = self.query_one(_Guards)
        guards.styles.height = min(_MOST_LINES, len(self._guards))
        guards.show([GuardLine(key=one.id, guard=one) for one in self._guards])
        guards.focus()

    def on_key(self, event: events.Key) -> None:
        answer = _ANSWERS.get(event.character or "")
        row = self.query_one(_Guards).row
        if answer is not None and row is not None:
            event.stop()
            self.dismiss((self._guards.index(row.guard), answer[0]))

    def action_back(self) -> None:
        self.dismiss(None)


def _choices() -> Content:
    told = [join(Content.styled(key, "bold $accent"), f" {words}") for key, (_, words) in _ANSWERS.items()]
    return Content("   ").join([*told, join(Content.styled("esc", "bold $accent"), quiet(" back"))])
