"""The terminal handed over to another program: an editor, or what asks for a passphrase."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from walkdown.errors import UsageError

if TYPE_CHECKING:
    from walkdown.tui.app import WalkdownApp

_SETTLING_SECONDS = 0.3
T = TypeVar("T")


async def put_aside(app: WalkdownApp, work: Callable[[], T]) -> T:
    """Run this in a thread, for a scan may be under way behind it; nothing is painted until it has ended."""
    if app.aside:
        raise UsageError("The terminal is with another program.", "End that one first.")
    app.aside = True
    try:
        with app.batch_update(), app.suspend():
            # Textual comes back only where nothing is raised in here.
            came_of_it = await asyncio.to_thread(_caught, work)
    finally:
        # Where Ctrl-C ended the other program, we may hear of that only now.
        app.set_timer(_SETTLING_SECONDS, lambda: setattr(app, "aside", False))
    if isinstance(came_of_it, _Raised):
        raise came_of_it.error
    return came_of_it


class _Raised:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _caught(work: Callable[[], T]) -> T | _Raised:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - it is raised again once the screen is back
        return _Raised(error)
