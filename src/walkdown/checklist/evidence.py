"""What a scan says about each item: what speaks against it, what for it, and where nobody could look."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum

import msgspec

from walkdown.checklist.load import Checklist
from walkdown.model import Fact, Finding, Item, Report, is_whole


class Standpoint(Enum):
    """The machine's view; never the decision."""

    AGAINST = "against"
    FOR = "for"
    SILENT = "silent"
    COULD_NOT_LOOK = "could-not-look"
    DOES_NOT_APPLY = "does-not-apply"


class Evidence(msgspec.Struct, frozen=True):
    item: Item
    against: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    gaps: int
    standpoint: Standpoint

    @property
    def rests_on(self) -> tuple[str, ...]:
        return tuple(sorted(finding.id for finding in self.against))

    @property
    def domain(self) -> str:
        """Changes when anything changes that a decision on this item rested on."""
        facts = sorted(f"{fact.rule.id} {fact.place}" for fact in self.facts)
        text = "\n".join((*self.rests_on, "--", *facts, "--", str(self.gaps)))
        return hashlib.sha256(text.encode()).hexdigest()


def gather(
    checklist: Checklist,
    findings: Sequence[Finding],
    facts: Sequence[Fact],
    reports: Sequence[Report],
    stack: frozenset[str],
) -> tuple[Evidence, ...]:
    gaps = sum(len(report.coverage.gaps) or not is_whole(report.outcome) for report in reports)
    return tuple(_evidence(item, findings, facts, gaps, stack) for item in checklist.items)


def _evidence(
    item: Item, findings: Sequence[Finding], facts: Sequence[Fact], gaps: int, stack: frozenset[str]
) -> Evidence:
    against = tuple(finding for finding in findings if finding.rule.hazard in item.hazards)
    good = tuple(fact for fact in facts if fact.rule.hazard in (*item.hazards, *item.evidence))
    return Evidence(item, against, good, gaps, _standpoint(item, against, good, gaps, stack))


def _standpoint(
    item: Item, against: Sequence[Finding], good: Sequence[Fact], gaps: int, stack: frozenset[str]
) -> Standpoint:
    if item.applies and not stack.intersection(item.applies) and not against:
        return Standpoint.DOES_NOT_APPLY
    if against:
        return Standpoint.AGAINST
    if gaps:
        return Standpoint.COULD_NOT_LOOK
    return Standpoint.FOR if good else Standpoint.SILENT
