"""How bad a finding would be, and how sure we are of it: two questions that are never mixed."""

from __future__ import annotations

from enum import Enum


class Severity(Enum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst, so that sorting by rank puts what matters first."""
        return _ORDER[self]

    def at_least(self, threshold: Severity) -> bool:
        return self.rank <= threshold.rank


_ORDER = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(Enum):
    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"

    @property
    def rank(self) -> int:
        return _SURENESS[self]


_SURENESS = {confidence: rank for rank, confidence in enumerate(Confidence)}
