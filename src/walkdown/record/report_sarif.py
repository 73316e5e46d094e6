"""What people decided, as SARIF says it: a finding that somebody set aside is suppressed, by name and with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from walkdown.model.event import Verdict
from walkdown.record.paper_words import is_past
from walkdown.record.sarif_shape import Suppression
from walkdown.record.statement import FindingLine, Predicate

_SET_ASIDE = {Verdict.FALSE_POSITIVE: "false positive", Verdict.ACCEPTED: "accepted"}


def suppressions(predicate: Predicate) -> Mapping[str, Suppression]:
    """By the finding's id. What two people see differently is under review; what ran out is no longer suppressed."""
    return dict(_all(predicate))


def _all(predicate: Predicate) -> Iterator[tuple[str, Suppression]]:
    for line in predicate.findings:
        decision = line.said.decision if line.said else None
        if line.said and decision and decision.verdict in _SET_ASIDE and not is_past(decision.until, predicate.made):
            status = "underReview" if line.said.disputed else "accepted"
            yield line.id, Suppression("external", status, _why(line))


def _why(line: FindingLine) -> str:
    said = line.said
    if said is None:
        return ""
    decision = said.decision
    until = f" until {decision.until}, {decision.owner or said.by.name} answers for it" if decision.until else ""
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{_SET_ASIDE[decision.verdict]} by {said.by.name} on {said.at[:10]}{until}{reason}"
