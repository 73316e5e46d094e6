"""What the scanner and its child say to one another: the questions in a file, the answers on standard output."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec

PYPI, NPM = "PyPI", "npm"
LONGEST_REASON = 400

_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_REASON)]


class State(Enum):
    FOUND = "found"
    UNKNOWN = "unknown"  # the index says that it has no such package
    UNANSWERED = "unanswered"


class Why(Enum):
    """Why there is no answer: words of ours, never the server's."""

    NONE = ""
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MOVED = "moved"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    NO_INDEX = "no-index"
    DOUBTFUL = "doubtful"


class Question(msgspec.Struct, frozen=True):
    ecosystem: str
    name: str


class Work(msgspec.Struct, frozen=True):
    """`seconds`: for all of it; what has no answer by then has none."""

    pypi: str
    npm: str
    seconds: float
    questions: tuple[Question, ...]


class Withdrawn(msgspec.Struct, frozen=True):
    """Versions that were yanked or deprecated for one reason, which is a stranger's words."""

    reason: _Text
    versions: tuple[str, ...]


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an index tells about a package. `first`, `last`: when a version was published, ISO 8601 in UTC, empty where
    the index does not say. `empty`: there is nothing to install. `status`: archived, deprecated or quarantined."""

    first: str = ""
    last: str = ""
    latest: str = ""
    empty: bool = False
    status: str = ""
    reason: _Text = ""
    withdrawn: tuple[Withdrawn, ...] = ()

    def reason_for(self, version: str) -> str | None:
        """None where the version stands."""
        return next((one.reason for one in self.withdrawn if version in one.versions), None)


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    ecosystem: str
    name: str
    state: State
    why: Why = Why.NONE
    known: Known = Known()
