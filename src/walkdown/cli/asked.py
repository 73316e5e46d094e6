"""What the flags of the walk change in the settings. Apart: the app needs it before it can afford the scanners."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from walkdown.cli.root import asked_lists
from walkdown.settings import Settings


def asked(*, offline: bool) -> Callable[[Settings], Settings]:
    """What the flags of every command of the walk change in the settings."""
    lists = asked_lists()

    def adjust(settings: Settings) -> Settings:
        return msgspec.structs.replace(
            settings, offline=settings.offline or offline, checklists=lists or settings.checklists
        )

    return adjust
