"""One flaw that several doors lead to is told once: by its worst door, the others named beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import msgspec

from walkdown.doors.supabase_access import Access
from walkdown.doors.visits import Did
from walkdown.model.finding import Finding

Key = TypeVar("Key")
_MOST = 20


class Grouped(Generic[Key]):
    def __init__(self) -> None:
        self._kept: dict[Key, Finding] = {}

    def add(self, key: Key, finding: Finding) -> None:
        """The worst is kept; where the doors stand that lead to it as well is kept with it."""
        before = self._kept.get(key)
        if before is None:
            self._kept[key] = finding
            return
        worse, other = sorted((before, finding), key=lambda one: (one.severity.rank, one.confidence.rank))
        starts = [one.steps[0].place for one in (other,) if one.steps] + list(other.places)
        own = {worse.place, *(one.place for one in worse.steps[:1])}
        places = dict.fromkeys((*worse.places, *(place for place in starts if place not in own)))
        self._kept[key] = msgspec.structs.replace(worse, places=tuple(places)[:_MOST])

    def findings(self) -> Iterator[Finding]:
        return iter(self._kept.values())


def of_access(access: Iterable[Access]) -> list[list[Did]]:
    """What the browser does, by the function that does it: the one that a click or an answer calls."""
    groups: dict[tuple[str, str, int], list[Did]] = {}
    for one in access:
        if one.within:
            first = one.did.way[0].spot if one.did.way else one.did.spot
            groups.setdefault((first.path, one.within, first.line), []).append(one.did)
    return list(groups.values())
