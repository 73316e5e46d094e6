"""The questions a review asks, what speaks for and against each, and what still stands in the way of a sign-off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkdown.checklist.evidence import NOTHING_SEEN, Evidence, Index, Standpoint, gather, index
from walkdown.checklist.readiness import Obstacle, ObstacleKind, dismissed, is_over, readiness, waived, why_open

if TYPE_CHECKING:
    from walkdown.checklist.load import Checklist, load_folder, shipped

__all__ = [
    "NOTHING_SEEN",
    "Checklist",
    "Evidence",
    "Index",
    "Obstacle",
    "ObstacleKind",
    "Standpoint",
    "dismissed",
    "gather",
    "index",
    "is_over",
    "load_folder",
    "readiness",
    "shipped",
    "waived",
    "why_open",
]

_READING = ("Checklist", "load_folder", "shipped")


def __getattr__(name: str) -> object:
    """Reading lists brings the target along; the app's first paint, which knows item states only, does not wait."""
    if name not in _READING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from walkdown.checklist import load

    return getattr(load, name)
