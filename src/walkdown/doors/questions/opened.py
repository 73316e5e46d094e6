"""What stands behind a door at which nobody is asked: the operation, and how bad that is."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.visits import Did
from walkdown.model.door import Operation
from walkdown.model.finding import Rule
from walkdown.model.severity import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Open:
    did: Did
    rule: Rule
    severity: Severity
    confidence: Confidence
    last: str

    @property
    def rank(self) -> tuple[int, int, bool]:
        return self.severity.rank, self.confidence.rank, self.did.operation is Operation.READ
