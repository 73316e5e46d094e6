"""One file a screen; each is imported when it is first shown."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from textual.screen import Screen


def every(name: str) -> Screen[Any]:
    module = import_module(f"walkdown.tui.screens.{name}")
    screen: Screen[Any] = getattr(module, f"{name.title()}Screen")()
    return screen
