"""The palette (ctrl+p): every action that applies now with its key, themes, and a way to any item by its title.

Textual's palette reads plain strings as markup, and a title may come from a stranger's list: so all that is shown here
is made of `Content`, and the help line is always ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import FuzzySearch

from walkdown.safetext import for_terminal
from walkdown.tui.keymap import spoken
from walkdown.tui.keys import KEYS
from walkdown.tui.themes import THEMES

if TYPE_CHECKING:
    from walkdown.tui.app import WalkdownApp

_TITLE_WIDE = 70
_THEME = "Theme: "
_OUR_THEMES = 1.5  # before Textual's that are called alike: `theme light` is ours
_MOVES = ("move",)
_EVERYWHERE = ("mode", "undo", "redo", "pair", "help", "quit")


class Entry(msgspec.Struct, frozen=True):
    """`title` may be untrusted; `help` is ours and shown as it is."""

    title: str
    help: str
    run: Callable[[], object]
    key: str = ""
    discovered: bool = True
    weight: float = 1.0


class WalkdownCommands(Provider):
    async def discover(self) -> Hits:
        for entry in self._entries():
            if entry.discovered:
                text = _words(entry.title)
                yield DiscoveryHit(_shown(text, (), entry.key), entry.run, text, entry.help)

    async def search(self, query: str) -> Hits:
        fuzzy = FuzzySearch()
        for entry in self._entries():
            text = _words(entry.title)
            score, offsets = fuzzy.match(query, text)
            if score > 0:
                yield Hit(score * entry.weight, _shown(text, offsets, entry.key), entry.run, text, entry.help)

    def _entries(self) -> Iterator[Entry]:
        yield from self._actions()
        yield from self._themes()
        yield from self._items()

    def _actions(self) -> Iterator[Entry]:
        """Each once, with the key it has now; what this screen does comes before what all of them do."""
        active: dict[str, tuple[str, Callable[[], object]]] = {}
        for key, one in self.screen.active_bindings.items():
            if one.enabled and one.binding.id:
                act = partial(self.app.run_action, one.binding.action, one.node)
                active.setdefault(one.binding.id, (key, act))
        for known in sorted(KEYS, key=lambda one: one.id.partition(".")[0] in _EVERYWHERE):
            if known.id in active and known.id != "palette":
                key, run = active[known.id]
                moves = (
                    known.id.partition(".")[0] in _MOVES
                )  # found when searched, but nobody walks through a menu for it
                yield Entry(known.label, known.help, run, spoken(key), discovered=not moves)

    def _themes(self) -> Iterator[Entry]:
        for name in self.app.available_themes:
            now = "  (now)" if name == self.app.theme else ""
            choose = partial(self._app.choose_theme, name)
            ours = _OUR_THEMES if name in {one.name for one in THEMES} else 1.0
            yield Entry(f"{_THEME}{name}{now}", "Change the colours", choose, discovered=False, weight=ours)

    def _items(self) -> Iterator[Entry]:
        board = self._app.board
        for view in board.items if board else ():
            item = view.evidence.item
            run = partial(self._app.go_to_item, item.id)
            yield Entry(item.title, "Go to this item of the checklist", run, discovered=False)

    @property
    def _app(self) -> WalkdownApp:
        return cast("WalkdownApp", self.app)


def _words(title: str) -> str:
    return for_terminal(title, width=_TITLE_WIDE)


def _shown(text: str, offsets: Sequence[int], key: str) -> Content:
    """`text` is safe already; what was found in it is marked. The key stands beside it: in the help, `[` is markup."""
    content = Content(text)
    for offset in offsets:
        if not text[offset].isspace():
            content = content.stylize("bold underline", offset, offset + 1)
    return Content.assemble(content, "   ", (key, "$accent")) if key else content
