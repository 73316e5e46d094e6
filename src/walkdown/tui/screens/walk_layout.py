"""Where things stand on the walk's screen: list and item side by side, or one of them where it is narrow."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from walkdown.tui.base import ModeScreen
from walkdown.tui.widgets.item_list import ItemList
from walkdown.tui.widgets.item_page import ItemPage


class WalkLayout(ModeScreen):
    """On a narrow screen the class `-listing` shows the list, and the item otherwise."""

    DEFAULT_CSS = """
    WalkLayout #fold { display: none; height: 1; background: $surface; padding: 0 1; }
    WalkLayout #left { width: 50; background: $surface; padding: 0 1; }
    WalkLayout #list-head { height: 1; margin-bottom: 1; }
    WalkLayout #list-title { width: 1fr; }
    WalkLayout #list-count { width: auto; }
    WalkLayout #item-page { padding-left: 1; }
    WalkLayout.-narrow #left { display: none; width: 1fr; }
    WalkLayout.-narrow #item-page { padding-left: 0; }
    WalkLayout.-narrow #fold { display: block; }
    WalkLayout.-narrow.-listing #left { display: block; }
    WalkLayout.-opening #item-page { display: none; }
    WalkLayout.-narrow.-listing #fold, WalkLayout.-narrow.-listing #item-page { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.items = ItemList()
        self.page = ItemPage()

    def body(self) -> Iterable[Widget]:
        yield Static(id="fold")
        with Horizontal():
            with Vertical(id="left"):
                with Horizontal(id="list-head"):
                    yield Static(id="list-title")
                    yield Static(id="list-count")
                yield self.items
            yield self.page

    def on_resize(self) -> None:
        super().on_resize()
        narrow = self.has_class("-narrow")
        self.page.fit(self.size.height, folded=narrow)
        # Textual forgets that a widget grew while the first layout was under way.
        self.call_after_refresh(self.page.grow)
        if narrow and not self.has_class("-listing") and self.focused in (self.items, None):
            self.page.reading.focus(scroll_visible=False)
        elif not narrow and self.focused in (self.page.reading, None):
            self.items.focus()

    def action_evidence(self) -> None:
        """Look at what the item rests on."""

    def action_open(self) -> None:
        """One step further in: from the list to the page, from there to the evidence."""
        if self.has_class("-narrow", "-listing"):
            self._to_page()
        else:
            self.action_evidence()

    def action_back(self) -> None:
        """One step out."""
        if self.has_class("-narrow") and not self.page.evidence.has_focus:
            self._to_list()
        elif self.has_class("-narrow"):
            self.page.reading.focus(scroll_visible=False)
        else:
            self.items.focus()

    def action_other_pane(self) -> None:
        if not self.has_class("-narrow"):
            self.focus_next()
        elif self.has_class("-listing"):
            self._to_page()
        else:
            self._to_list()

    def _to_page(self) -> None:
        self.remove_class("-listing")
        self.page.reading.focus(scroll_visible=False)

    def _to_list(self) -> None:
        self.add_class("-listing")
        self.items.focus()

    def action_page_down(self) -> None:
        self.page.reading.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.page.reading.scroll_page_up(animate=False)
