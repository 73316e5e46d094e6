"""Events on their way to another machine: word for word, each with its hash, checked before anything believes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from walkdown.journal import chain
from walkdown.journal.chain import Mark, Row
from walkdown.model import Event

_Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class CarriedEvent(msgspec.Struct, frozen=True):
    """`body` is text, not JSON inside JSON: a program that writes the file anew must not change what was hashed."""

    hash: _Hash
    body: str


def pack(rows: Iterable[Row]) -> tuple[CarriedEvent, ...]:
    return tuple(CarriedEvent(row.hash, row.body.decode()) for row in rows)


def unpack(carried: Sequence[CarriedEvent], where: str) -> tuple[tuple[Row, ...], tuple[Event, ...]]:
    """The rows as they were kept, and what they say; an error where one is missing, altered or unknown."""
    rows: list[Row] = []
    events: list[Event] = []
    mark = Mark()
    for number, one in enumerate(carried, start=1):
        row = Row(number, one.hash, one.body.encode("utf-8", "surrogatepass"))
        events.append(chain.read(row, mark, where))
        rows.append(row)
        mark = chain.mark_of(row)
    return tuple(rows), tuple(events)
