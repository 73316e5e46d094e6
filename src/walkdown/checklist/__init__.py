"""The questions a review asks, what speaks for and against each, and what still stands in the way of a sign-off."""

from walkdown.checklist.evidence import Evidence, Index, Standpoint, gather, index
from walkdown.checklist.load import Checklist, load_folder, shipped
from walkdown.checklist.readiness import Obstacle, ObstacleKind, dismissed, is_over, readiness, waived, why_open

__all__ = [
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
