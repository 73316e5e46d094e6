"""What is asked only when somebody waits for it: a query that was put together before, alone or among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkdown.doors.library import Calling
from walkdown.doors.values import Items, Thing, Value, either, replace
from walkdown.doors.visits import Spot, Visit

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower


def awaited(follower: Follower, value: Value, visit: Visit, spot: Spot) -> Value:
    things = [shape for shape in value.shapes() if isinstance(shape, Thing)]
    if not things:
        return value
    calling = Calling((), spot, visit, follower)
    results = [
        found
        for thing in things
        for one in follower.answering("awaited")
        if (found := one.awaited(thing, calling)) is not None
    ]
    return either(results) if results else value


def all_awaited(follower: Follower, value: Value, visit: Visit, spot: Spot) -> Value:
    """`Promise.all` of a list."""
    shape = value.shape
    if not isinstance(shape, Items):
        return value
    known = tuple(awaited(follower, one, visit, spot) for one in shape.known)
    each = shape.each
    if each is not None:
        with visit.looping():
            each = awaited(follower, each, visit, spot)
    return replace(value, shape=Items(known, each))
