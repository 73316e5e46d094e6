"""On the very first run nothing goes out before its person has read what would."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from walkdown.settings import Settings


class Held:
    """Stands between the flags and the settings: offline until `told`. Asked anew at each scan, in a thread."""

    def __init__(self, adjust: Callable[[Settings], Settings], *, told: bool) -> None:
        self._adjust = adjust
        self.told = told
        self.back = False
        """The review that is open now was held back; what the person asked for is not offline."""

    def adjust(self, settings: Settings) -> Settings:
        asked = self._adjust(settings)
        self.back = not self.told and not asked.offline
        return msgspec.structs.replace(asked, offline=asked.offline or self.back)
