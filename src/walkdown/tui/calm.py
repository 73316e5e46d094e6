"""An app that stays calm: short lines at the edge, and a fault of ours that ends in a few words, without values."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual.app import App
from textual.worker import WorkerFailed

from walkdown.errors import WalkdownError
from walkdown.safetext import Masker, for_terminal
from walkdown.settings import Folders

_MOST_SAID = 600
"""Columns of a line at the edge, which wraps."""


class CalmApp(App[int]):
    """Textual prints local variables where something fails, and with them code and secrets. Here nothing of it is left:
    whatever goes unhandled, in a screen, a worker or a timer, goes through `_handle_exception`."""

    most_pasted = 20_000
    """Characters. A file that was pasted by mistake should not make the next key stutter."""

    last_words = ""
    """After a fault of ours: what to say once the screen is gone."""

    @property
    def masker(self) -> Masker:
        return Masker()

    def say(self, text: str, *, severity: str = "information") -> None:
        """A short line at the edge. May quote what is untrusted."""
        shown = for_terminal(self.masker.mask_text(text), width=_MOST_SAID)
        self.notify(shown, severity=severity, markup=False)  # type: ignore[arg-type]

    async def on_event(self, event: events.Event) -> None:
        """What is pasted may come from anywhere; no field, not even Textual's own, gets a byte that acts."""
        if isinstance(event, events.Paste) and not event.is_forwarded:
            if len(event.text) > self.most_pasted:
                self.say(f"Only the first {self.most_pasted:,} characters were pasted.", severity="warning")
            event.text = for_terminal(event.text[: self.most_pasted], single_line=False)
        await super().on_event(event)

    def described(self, error: BaseException) -> str:
        """Write a report, and say where it lies."""
        from walkdown.tui.crash import short

        path = self._report(error)
        return f"It is described in {short(path)}." if path else "Its description could not be written down."

    def _handle_exception(self, error: Exception) -> None:
        from walkdown.tui.crash import last_words

        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.last_words = last_words(error, self._report(error))
        self._return_code = WalkdownError.code
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._handle_exception(RuntimeError("Textual gave up"))

    def panic(self, *_renderables: object) -> None:
        """Textual's thread that reads the terminal ends like this."""
        self._handle_exception(RuntimeError("the terminal could no longer be read"))

    def _report(self, error: BaseException) -> Path | None:
        from walkdown.tui.crash import write_report

        about = f"mode {self.current_mode} · {self.size.width}x{self.size.height} · theme {self.theme}"
        return write_report(error, Folders.of_user().state / "reports", self.masker, about)
