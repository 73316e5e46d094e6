"""What a scan says about each item: what speaks against it, what for it, and where nobody could look."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

import msgspec

from walkdown.model import Fact, Finding, Item, ScanResult, SkipKind, is_whole

if TYPE_CHECKING:
    from walkdown.checklist.load import Checklist


class Standpoint(Enum):
    """The machine's view; never the decision."""

    AGAINST = "against"
    FOR = "for"
    SILENT = "silent"
    COULD_NOT_LOOK = "could-not-look"
    NOBODY_LOOKS = "nobody-looks"
    DOES_NOT_APPLY = "does-not-apply"


class Evidence(msgspec.Struct, frozen=True):
    """`against` still stands; `dismissed` was found too, and a person said that it is no flaw or accepted it. `gaps`:
    what those scanners missed that look for such hazards."""

    item: Item
    against: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    gaps: int
    standpoint: Standpoint
    dismissed: tuple[Finding, ...] = ()

    @property
    def rests_on(self) -> tuple[str, ...]:
        """What spoke against it and was seen so; what was set aside may count again one day, and then was not."""
        return tuple(sorted(finding.id for finding in self.against))

    @property
    def domain(self) -> str:
        """Changes when anything changes that a decision on this item rested on."""
        facts = sorted(f"{fact.rule.id} {fact.place}" for fact in self.facts)
        found = sorted(finding.id for finding in (*self.against, *self.dismissed))
        text = "\n".join((*found, "--", *facts, "--", str(self.gaps)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Index(msgspec.Struct, frozen=True):
    """A scan's findings and facts by hazard, made once a scan: there may be a hundred thousand of them."""

    findings: Mapping[str, Sequence[Finding]]
    facts: Mapping[str, Sequence[Fact]]
    looks: Mapping[str, frozenset[str]]
    gaps: Mapping[str, int]
    stack: frozenset[str]

    # looks: the hazards that each scanner has rules for. gaps: what each missed; under an empty name, what none was
    # offered because the target could not be read.

    def lookers(self, item: Item) -> tuple[str, ...]:
        """The scanners whose silence about this item means something."""
        return tuple(name for name, hazards in self.looks.items() if hazards.intersection(item.hazards))

    def gaps_of(self, item: Item) -> int:
        names = self.lookers(item)
        return sum(self.gaps.get(name, 0) for name in ("", *names)) if names else 0


NOTHING_SEEN = Index({}, {}, {}, {}, frozenset())


def index(result: ScanResult) -> Index:
    gaps = {one.scanner: len(one.coverage.gaps) or int(not is_whole(one.outcome)) for one in result.reports}
    own = sum(skip.kind is SkipKind.GAP for skip in result.target.skipped)
    return Index(
        findings=_by_hazard(result.findings),
        facts=_by_hazard(result.facts),
        looks={one.scanner: frozenset(one.hazards) for one in result.looks},
        gaps={**gaps, "": own},
        stack=frozenset(part.name for part in result.target.stack),
    )


def gather(checklist: Checklist, looked: Index, dismissed: Collection[str] = ()) -> tuple[Evidence, ...]:
    """`dismissed`: ids of findings that a person set aside."""
    return tuple(_evidence(item, looked, dismissed) for item in checklist.items)


def _evidence(item: Item, looked: Index, dismissed: Collection[str]) -> Evidence:
    found = [finding for hazard in item.hazards for finding in looked.findings.get(hazard, ())]
    against = tuple(finding for finding in found if finding.id not in dismissed) if dismissed else tuple(found)
    good = tuple(
        fact for hazard in dict.fromkeys((*item.hazards, *item.evidence)) for fact in looked.facts.get(hazard, ())
    )
    aside = tuple(finding for finding in found if finding.id in dismissed) if dismissed else ()
    gaps = looked.gaps_of(item)
    return Evidence(item, against, good, gaps, _standpoint(item, against, good, gaps, looked), aside)


def _standpoint(item: Item, against: Sequence[Finding], good: Sequence[Fact], gaps: int, looked: Index) -> Standpoint:
    if item.applies and not looked.stack.intersection(item.applies) and not against:
        return Standpoint.DOES_NOT_APPLY
    if against:
        return Standpoint.AGAINST
    if gaps:
        return Standpoint.COULD_NOT_LOOK
    if not good and not looked.lookers(item):
        return Standpoint.NOBODY_LOOKS
    return Standpoint.FOR if good else Standpoint.SILENT


_Seen = TypeVar("_Seen", Finding, Fact)


def _by_hazard(things: Iterable[_Seen]) -> dict[str, list[_Seen]]:
    groups: dict[str, list[_Seen]] = {}
    for thing in things:
        groups.setdefault(thing.rule.hazard, []).append(thing)
    return groups
