"""What a scan says about each item: what speaks against it, what for it, and where nobody could look."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

import msgspec

from walkdown.model import (
    Fact,
    FilePlace,
    Finding,
    Item,
    PackagePlace,
    Reach,
    ScanResult,
    SkipKind,
    TopicDigest,
    Topics,
    is_whole,
    path_of,
)
from walkdown.model.bearing import topics_of_hazards, topics_of_item

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
    what those scanners missed that look for such hazards. `topics`: which kinds of files bear on it. `looked`: a
    scanner looks for it, so that a scan may tell that nothing changed though such a file did. `by_eye`: how all files
    are now that bear on what only eyes can tell."""

    item: Item
    against: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    gaps: int
    standpoint: Standpoint
    dismissed: tuple[Finding, ...] = ()
    topics: tuple[str, ...] = ()
    looked: bool = False
    by_eye: Topics = Topics()

    @property
    def rests_on(self) -> tuple[str, ...]:
        """What spoke against it and was seen so; what was set aside may count again one day, and then was not."""
        return tuple(sorted(finding.id for finding in self.against))

    @property
    def domain(self) -> str:
        """Changes when anything changes that a decision on this item rested on: what a scan found, the question itself,
        and where no scan can tell, any file that bears on it."""
        item = self.item
        facts = sorted(map(_told, self.facts))
        found = sorted(finding.id for finding in (*self.against, *self.dismissed))
        topics = [(one.name, one.digest) for one in self.by_eye.digests]
        parts = (item.title, item.look, item.reach.value, found, facts, self.gaps, self.by_eye.rules, topics)
        # json spells out what is no text; a name of a file may hold that.
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def changed_by_eye(evidence: Evidence, then: Topics) -> tuple[str, ...]:
    """Those topics of which files changed, came or went since `then`, and of which no scan can tell whether it matters.
    All of them where topics were told by other rules then."""
    if then.rules != evidence.by_eye.rules:
        return tuple(one.name for one in evidence.by_eye.digests)
    were = {one.name: one.digest for one in then.digests}
    return tuple(one.name for one in evidence.by_eye.digests if were.get(one.name, "") != one.digest)


def _told(fact: Fact) -> tuple[str, str, str]:
    """What is said for it, and where; not in which line, which any edit above it changes."""
    place = fact.place
    within = place.symbol if isinstance(place, FilePlace) else ""
    if isinstance(place, PackagePlace):
        within = f"{place.name} {place.version}"
    return fact.rule.id, path_of(place), within


class Index(msgspec.Struct, frozen=True):
    """A scan's findings and facts by hazard, made once a scan: there may be a hundred thousand of them."""

    findings: Mapping[str, Sequence[Finding]]
    facts: Mapping[str, Sequence[Fact]]
    looks: Mapping[str, frozenset[str]]
    gaps: Mapping[str, int]
    stack: frozenset[str]
    seen: frozenset[str] = frozenset()
    topics: Mapping[str, TopicDigest] = {}
    topic_rules: str = ""

    # looks: the hazards that each scanner has rules for. gaps: what each missed; under an empty name, what none was
    # offered because the target could not be read. seen: the hazards that a scanner looked for which ran to its end.
    # topics: one digest for each, over all files about it. topic_rules: digest of what tells topics.

    def lookers(self, item: Item) -> tuple[str, ...]:
        """The scanners whose silence about this item means something."""
        return tuple(name for name, hazards in self.looks.items() if hazards.intersection(item.hazards))

    def gaps_of(self, item: Item) -> int:
        names = self.lookers(item)
        return sum(self.gaps.get(name, 0) for name in ("", *names)) if names else 0

    def unseen(self, item: Item) -> tuple[str, ...]:
        """Its hazards that were left to people's eyes."""
        return item.hazards if item.reach is Reach.HUMAN else tuple(one for one in item.hazards if one not in self.seen)

    def by_eye(self, hazards: Sequence[str]) -> Topics:
        """How the files are now that bear on these hazards; a topic of no file is told too, for one may come."""
        names = topics_of_hazards(hazards)
        none = {name: TopicDigest(name, "", 0) for name in names}
        return (
            Topics(self.topic_rules, tuple(self.topics.get(name, none[name]) for name in names)) if names else Topics()
        )


NOTHING_SEEN = Index({}, {}, {}, {}, frozenset())


def index(result: ScanResult) -> Index:
    # As a person decides about them: how many rules gave up on a file is one thing today and another tomorrow.
    missed = {one.scanner: {(skip.path, skip.code) for skip in one.coverage.gaps} for one in result.reports}
    gaps = {one.scanner: len(missed[one.scanner]) or int(not is_whole(one.outcome)) for one in result.reports}
    whole = {one.scanner for one in result.reports if is_whole(one.outcome)}
    own = sum(skip.kind is SkipKind.GAP for skip in result.target.skipped)
    return Index(
        findings=_by_hazard(result.findings),
        facts=_by_hazard(result.facts),
        looks={one.scanner: frozenset(one.hazards) for one in result.looks},
        gaps={**gaps, "": own},
        stack=frozenset(part.name for part in result.target.stack),
        seen=frozenset(hazard for one in result.looks if one.scanner in whole for hazard in one.hazards),
        topics={one.name: one for one in result.topics.digests},
        topic_rules=result.topics.rules,
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
    unseen = looked.unseen(item)
    return Evidence(
        item=item,
        against=against,
        facts=good,
        gaps=gaps,
        standpoint=_standpoint(item, against, good, gaps, looked),
        dismissed=aside,
        topics=topics_of_item(item),
        looked=len(unseen) < len(item.hazards),
        by_eye=looked.by_eye(unseen),
    )


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
