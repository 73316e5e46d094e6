"""What the keys for moving do on a page that is read, not chosen from."""

from __future__ import annotations

from textual.widget import Widget


class Scrolled(Widget):
    """Behind the widget that scrolls, whose styles count: `class Page(VerticalScroll, Scrolled)`."""

    def action_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self.scroll_end(animate=False)
