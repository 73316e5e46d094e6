"""The use-cases: open a repo, scan it, decide, sign. What the commands and the app call, and all they call."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walkdown.review.actor import actor_of
    from walkdown.review.board import Board, ItemView, Looked
    from walkdown.review.review import Review, identity_of, project_config, tools_at_hand
    from walkdown.review.session import Session
    from walkdown.review.terms import Terms

__all__ = [
    "Board",
    "ItemView",
    "Looked",
    "Review",
    "Session",
    "Terms",
    "actor_of",
    "identity_of",
    "project_config",
    "tools_at_hand",
]

# Each is imported when it is first used: together they bring every scanner along, and the app paints before that.
_HOMES = {
    "actor_of": "actor",
    "Board": "board",
    "ItemView": "board",
    "Looked": "board",
    "Review": "review",
    "identity_of": "review",
    "project_config": "review",
    "tools_at_hand": "review",
    "Session": "session",
    "Terms": "terms",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
