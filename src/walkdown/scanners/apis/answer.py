"""What can be said of a name in an installed package."""

from __future__ import annotations

from enum import Enum

import msgspec


class Answer(Enum):
    HAS = "has"
    LACKS = "lacks"
    UNKNOWN = "unknown"  # also: it may be there, by a way that nobody can read
    ABSENT = "absent"  # no such package here


class Installed(msgspec.Struct, frozen=True):
    """A package as it lies in an environment; `version` is empty where it does not say."""

    name: str
    version: str = ""
