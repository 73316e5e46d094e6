"""Who decided, how much, and through which channel: once on the first page, so that names alone do elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from walkdown.model.event import Actor, Channel
from walkdown.record.paper_blocks import Block, Code, Table, Title
from walkdown.record.paper_words import CHANNELS, Twins, as_read
from walkdown.record.statement import Predicate, Said

People = Mapping[Actor, Counter[Channel]]


def people_of(record: Predicate) -> People:
    """Everybody who is named with a decision; who only disputes one has none that stands."""
    people: dict[Actor, Counter[Channel]] = {}
    for said in _decisions(record):
        people.setdefault(said.by, Counter())[said.channel] += 1
        for other in said.disputed:
            people.setdefault(other, Counter())
    return people


def _decisions(record: Predicate) -> Iterator[Said]:
    all_of_them = (
        *(line.said for line in record.items),
        *(line.said for line in record.findings),
        *(line.said for line in record.gaps),
        *(line.said for line in record.doors),
        *(line.said for line in record.guards),
    )
    return (said for said in all_of_them if said)


def twins_of(people: People) -> Twins:
    names = Counter(as_read(actor.name) for actor in people)
    return frozenset(name for name, number in names.items() if number > 1)


def deciders(people: People) -> Iterator[Block]:
    if not people:
        return
    yield Title(2, (f"Who decided ({len(people):,})",))
    rows = tuple(
        (
            (actor.name,),
            (Code(actor.mail),) if actor.mail else (),
            (f"{sum(channels.values()):,}",),
            (", ".join(f"{channels[channel]:,} {name}" for channel, name in CHANNELS.items() if channels[channel]),),
        )
        for actor, channels in people.items()
    )
    yield Table("people", ("Name", "Mail", "Decisions", "Made"), rows)
