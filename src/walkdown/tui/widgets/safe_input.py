"""Fields for typing that take no byte a terminal would act on, also not from the clipboard."""

from __future__ import annotations

from textual import events
from textual.widgets import Input, TextArea

from walkdown.safetext import for_terminal


class SafeInput(Input):
    """One line. `value` at the start may be untrusted."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(for_terminal(value), placeholder=placeholder, id=id, compact=True)

    def _on_paste(self, event: events.Paste) -> None:
        # Runs before the base class's own, which inserts the first line of what it is given.
        event.text = for_terminal(" ".join(event.text.split("\n")).strip())


class SafeTextArea(TextArea):
    """Several lines. `text` at the start may be untrusted."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(for_terminal(text, single_line=False), id=id, compact=True, soft_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = for_terminal(event.text, single_line=False)
