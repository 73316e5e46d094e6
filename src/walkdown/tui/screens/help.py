"""`?`: what this screen is for, its keys as they are now, and what the shapes and words mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from walkdown.model import Severity, Verdict
from walkdown.tui.keymap import grouped, keys_now
from walkdown.tui.keys import Key
from walkdown.tui.text import WORDS, join, quiet, severity, shape

_PAGE_WIDE, _PAGE_EDGE, _BETWEEN = 104, 3, 6
_TWO_COLUMNS = 96
_VERDICTS = (None, Verdict.PASS, Verdict.NEEDS_WORK, Verdict.WAIVED, Verdict.NOT_APPLICABLE)
_MACHINE = (
    ("against 4", "$high", "4 things speak against it"),
    ("for 1", "$quiet", "1 thing speaks for it"),
    ("gap 2", "$medium", "2 places nobody could look at"),
)


class HelpScreen(ModalScreen[None]):
    """`about` is our own text; `ids`: the keys that apply on the screen behind."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 70%; }
    HelpScreen #help-body { width: 104; max-width: 100%; height: auto; max-height: 100%; }
    HelpScreen #help-body { padding: 1 3; background: $panel; }
    HelpScreen #help-about { max-width: 88; margin-bottom: 1; }
    HelpScreen #help-columns { height: auto; }
    HelpScreen #help-columns > Static { width: 1fr; height: auto; }
    HelpScreen #help-right { margin-left: 4; }
    HelpScreen.-narrow #help-columns { layout: vertical; }
    HelpScreen.-narrow #help-columns > Static { width: 100%; margin: 0 0 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "close", "Close", tooltip="Back to the screen behind"),
        Binding("j,down", "scroll('down')", "Down", show=False),
        Binding("k,up", "scroll('up')", "Up", show=False),
    ]

    def __init__(self, title: str, about: str, ids: Iterable[str], mapped: Mapping[str, str]) -> None:
        super().__init__()
        self._heading = title
        self._about = about
        self._ids = tuple(ids)
        self._mapped = dict(mapped)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-body"):
            yield Static(Content.styled(self._heading, "bold $accent"))
            yield Static(Content(self._about.strip()), id="help-about")
            with Horizontal(id="help-columns"):
                yield Static(id="help-left")
                yield Static(id="help-right")
        yield Footer(show_command_palette=False)

    def on_resize(self) -> None:
        """Two columns where there is room; written out here, so that what goes on hangs under what it goes on with."""
        narrow = self.size.width < _TWO_COLUMNS
        self.set_class(narrow, "-narrow")
        room = min(_PAGE_WIDE, self.size.width) - 2 * _PAGE_EDGE
        width = room if narrow else (room - _BETWEEN) // 2
        groups = [self._group(title, keys, width) for title, keys in grouped(self._ids)]
        half = (len(groups) + 1) // 2
        self.query_one("#help-left", Static).update(Content("\n\n").join(groups[:half]))
        right = [*groups[half:], legend()]
        self.query_one("#help-right", Static).update(Content("\n\n").join(right))

    def _group(self, title: str, keys: Sequence[Key], width: int) -> Content:
        named = [(keys_now(one, self._mapped), one.help) for one in keys]
        wide = max(len(name) for name, _ in named) + 2
        lines = [Content.styled(title, "bold")]
        for name, help_text in named:
            first, *rest = wrap(help_text, max(20, width - wide))
            lines.append(join(Content.styled(name.ljust(wide), "$accent"), first))
            lines += [Content(" " * wide + line) for line in rest]
        return Content("\n").join(lines)

    def action_close(self) -> None:
        self.dismiss()

    def action_scroll(self, way: str) -> None:
        body = self.query_one("#help-body", VerticalScroll)
        (body.scroll_down if way == "down" else body.scroll_up)(animate=False)


def legend() -> Content:
    """The shapes and words that every screen uses."""
    lines = [Content.styled("Shapes and words", "bold")]
    lines += [join(shape(verdict), f"  {WORDS[verdict]}") for verdict in _VERDICTS]
    lines += [join(Content.styled(word.ljust(11), style), quiet(meaning)) for word, style, meaning in _MACHINE]
    lines.append(Content(" ").join(join(severity(level)).rstrip() for level in Severity))
    return Content("\n").join(lines)
