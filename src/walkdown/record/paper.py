"""The sign-off as people read it: one page to be read alone, and the detail behind it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.record.paper_blocks import Block, FirstPageEnds
from walkdown.record.paper_details import findings, gaps, items, left_out, tools
from walkdown.record.paper_doors import doors
from walkdown.record.paper_first import exceptions, head
from walkdown.record.paper_markdown import markdown
from walkdown.record.paper_people import deciders, people_of, twins_of
from walkdown.record.paper_since import since
from walkdown.record.paper_verify import how_to_verify
from walkdown.record.paper_waivers import waivers
from walkdown.record.statement import Predicate, RecordSubject


def paper(about: RecordSubject, predicate: Predicate, *, report: bool = False) -> str:
    """As Markdown. `report`: how the review stands now, which nobody signs."""
    return markdown(tuple(blocks(about, predicate, report=report)))


def blocks(about: RecordSubject, predicate: Predicate, *, report: bool = False) -> Iterator[Block]:
    people = people_of(predicate)
    twins = twins_of(people)
    yield from head(about, predicate, report=report)
    yield from exceptions(predicate, report=report)
    yield from waivers(predicate)
    yield from deciders(people)
    yield from since(predicate)
    yield FirstPageEnds()
    yield from items(predicate, twins)
    yield from findings(predicate, twins)
    yield from doors(predicate, twins)
    yield from gaps(predicate, twins)
    yield from left_out(predicate)
    yield from tools(predicate)
    yield from how_to_verify(about, predicate, report=report)
