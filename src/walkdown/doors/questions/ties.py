"""Whether a row that is asked for is tied to who is asking: by a filter, by a check of the row or of one above it, by a
row of the asker's own that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from walkdown.doors.guards import checks_of
from walkdown.doors.questions.asker import facts_at, facts_of
from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.values import Fact, Source, Value
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Checks, Origin

_ROUNDS = 4
_OFTEN = frozenset({"length", "size", "count", "status", "state", "type", "role", "createdAt", "updatedAt", "password"})


class Ties:
    """What belongs to who is asking, where some facts hold: rows by the number of their operation, and what came in."""

    def __init__(self, did: Sequence[Did], facts: Iterable[Fact]) -> None:
        self._did = did
        self.rows: set[int] = set()
        self.inputs: set[tuple[str, ...]] = set()
        known = [flat for fact in facts for flat in _flat(fact, did)]
        for _ in range(_ROUNDS):
            before = len(self.rows), len(self.inputs)
            for fact in known:
                self._learn(fact)
            for number, one in enumerate(did):
                if number not in self.rows and any(self.has(value) for name, value in one.filters if _asks(name)):
                    self.rows.add(number)
            if before == (len(self.rows), len(self.inputs)):
                break

    def has(self, value: Value) -> bool:
        return any(self._has(source) for source in value.sources)

    def binds(self, did: Did) -> bool:
        """Only rows of who is asking are reached by it."""
        return any(self.has(value) for name, value in did.filters if _asks(name))

    def _has(self, source: Source) -> bool:
        if source.origin is Origin.IDENTITY:
            return True
        if source.origin is Origin.ROW:
            return source.row in self.rows
        return source.origin is Origin.INPUT and _is_in(source.path, self.inputs)

    def _learn(self, fact: Fact) -> None:
        if fact.kind == "there":
            self._there(fact)
        elif fact.kind in ("equal", "among"):
            for one, other in ((fact.left, fact.right), (fact.right, fact.left)):
                if any(self._has(source) and not _is_plain(source) for source in one):
                    self._tie(other)

    def _there(self, fact: Fact) -> None:
        """A membership of the asker's own was found: what it was asked for with belongs to them. An unknown check that
        was given both who asks and what is asked for is taken for one."""
        for source in fact.left:
            if source.origin in (Origin.ROW, Origin.IDENTITY) and 0 <= source.row < len(self._did):
                filters = [value for name, value in self._did[source.row].filters if _asks(name)]
                if any(self.has(value) for value in filters):
                    for value in filters:
                        self._tie(value.sources)
        origins = {source.origin for source in fact.left}
        if Origin.IDENTITY in origins and origins & {Origin.INPUT, Origin.ROW}:
            self._tie(fact.left)

    def _tie(self, sources: Iterable[Source]) -> None:
        for source in sources:
            if source.origin is Origin.ROW and source.row >= 0 and not _is_plain(source):
                self.rows.add(source.row)
                if source.row < len(self._did):
                    self._by_key(self._did[source.row])
            elif source.origin is Origin.INPUT and source.path and source.path[0] not in CREDENTIALS:
                self.inputs.add(source.path)

    def _by_key(self, did: Did) -> None:
        """The row is the asker's: so is the id by which it was found."""
        named = [value for name, value in did.filters if _asks(name)]
        if len(named) == 1:
            self._inputs(named[0])
            return
        for name, value in did.filters:
            if _asks(name) and name.lower().endswith(("id", "slug", "code", "key", "number")):
                self._inputs(value)

    def _inputs(self, value: Value) -> None:
        for source in value.sources:
            if source.origin is Origin.INPUT and source.path:
                self.inputs.add(source.path)
            elif source.origin is Origin.ROW and source.row >= 0:
                self.rows.add(source.row)


def _flat(fact: Fact, did: Sequence[Did]) -> Iterator[Fact]:
    if fact.kind != "any":
        yield fact
    elif checks_of(fact, list(did)) in (Checks.OWNER, Checks.ROLE):
        for way in fact.ways:
            for inner in way:
                yield from _flat(inner, did)


def _asks(name: str) -> bool:
    return not name.startswith("not ")


def _is_plain(source: Source) -> bool:
    """That two rows have the same state says nothing of whose they are."""
    return bool(source.path) and source.path[-1] in _OFTEN


def _is_in(path: tuple[str, ...], known: Iterable[tuple[str, ...]]) -> bool:
    return any(path[: len(one)] == one for one in known)


def ties_at(visit: Visit, did: Did) -> Ties:
    """What holds when the operation runs."""
    return Ties(visit.did, facts_at(did))


def ties_of(visit: Visit) -> Ties:
    """What is made sure of anywhere, before or after: for rows that are read first and looked at then."""
    return Ties(visit.did, facts_of(visit))
