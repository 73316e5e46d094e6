"""Starts the app, for `cli`."""

from __future__ import annotations

from walkdown.model import Actor
from walkdown.settings import Settings
from walkdown.tui.app import Opening, WalkdownApp


def run(path: str, people: tuple[Actor, ...], *, offline: bool, theme: str = "") -> int:
    import msgspec

    def adjust(settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, offline=settings.offline or offline)

    app = WalkdownApp(Opening(path, adjust, people, theme))
    return app.run() or 0
