"""What a scan says about each item: what speaks against it, what for it, and where nobody could look."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import TypeVar

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
    """`against` still stands; `dismissed` was found too, and a person said that it is no flaw or accepted it."""

    item: Item
    against: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    gaps: int
    standpoint: Standpoint
    dismissed: tuple[Finding, ...] = ()

    @property
    def rests_on(self) -> tuple[str, ...]:
        return tuple(sorted(finding.id for finding in (*self.against, *self.dismissed)))

    @property
    def domain(self) -> str:
        """Changes when anything changes that a decision on this item rested on."""
        facts = sorted(f"{fact.rule.id} {fact.place}" for fact in self.facts)
        text = "\n".join((*self.rests_on, "--", *facts, "--", str(self.gaps)))
        return hashlib.sha256(text.encode()).hexdigest()


class Index(msgspec.Struct, frozen=True):
    """A scan's findings and facts by hazard, made once a scan: there may be a hundred thousand of them."""

    findings: Mapping[str, Sequence[Finding]]
    facts: Mapping[str, Sequence[Fact]]
    gaps: int
    stack: frozenset[str]


def index(findings: Iterable[Finding], facts: Iterable[Fact], reports: Iterable[Report], stack: Iterable[str]) -> Index:
    gaps = sum(len(report.coverage.gaps) or not is_whole(report.outcome) for report in reports)
    return Index(_by_hazard(findings), _by_hazard(facts), gaps, frozenset(stack))


def gather(checklist: Checklist, looked: Index, dismissed: Collection[str] = ()) -> tuple[Evidence, ...]:
    """`dismissed`: ids of findings that a person set aside."""
    return tuple(_evidence(item, looked, dismissed) for item in checklist.items)


def _evidence(item: Item, looked: Index, dismissed: Collection[str]) -> Evidence:
    found = [finding for hazard in item.hazards for finding in looked.findings.get(hazard, ())]
    against = tuple(finding for finding in found if finding.id not in dismissed)
    good = tuple(
        fact for hazard in dict.fromkeys((*item.hazards, *item.evidence)) for fact in looked.facts.get(hazard, ())
    )
    aside = tuple(finding for finding in found if finding.id in dismissed)
    return Evidence(item, against, good, looked.gaps, _standpoint(item, against, good, looked), aside)


def _standpoint(item: Item, against: Sequence[Finding], good: Sequence[Fact], looked: Index) -> Standpoint:
    if item.applies and not looked.stack.intersection(item.applies) and not against:
        return Standpoint.DOES_NOT_APPLY
    if against:
        return Standpoint.AGAINST
    if looked.gaps:
        return Standpoint.COULD_NOT_LOOK
    return Standpoint.FOR if good else Standpoint.SILENT


_Seen = TypeVar("_Seen", Finding, Fact)


def _by_hazard(things: Iterable[_Seen]) -> dict[str, list[_Seen]]:
    groups: dict[str, list[_Seen]] = {}
    for thing in things:
        groups.setdefault(thing.rule.hazard, []).append(thing)
    return groups
