"""Queries that are put together step by step: one operation, changed by the calls that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walkdown.doors.libraries.shared import Fields, Row, as_row, within
from walkdown.doors.library import Calling
from walkdown.doors.rows import read_by
from walkdown.doors.values import UNKNOWN, Shape, Thing, Value, replace
from walkdown.doors.visits import Did, Visit


@dataclass(slots=True, eq=False)
class Query:
    """An operation that is changed by the calls that follow it. `extra`: what its library wants to remember."""

    number: int
    visit: Visit
    branches: int
    many: bool
    kind: str
    row_kind: str = ""
    row: Row | None = None
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def did(self) -> Did | None:
        return self.visit.did[self.number] if 0 <= self.number < len(self.visit.did) else None

    def change(self, **changes: object) -> None:
        did = self.did
        if did is not None:
            self.visit.did[self.number] = replace(did, **changes)

    def ask(self, fields: Sequence[tuple[str, Value]]) -> None:
        """One more filter; in a branch that need not be taken it may be missing."""
        did = self.did
        if did is None:
            return
        if self.visit.branches > self.branches:
            fields = [(name, replace(value, maybe=True)) for name, value in fields]
        self.visit.did[self.number] = replace(did, filters=tuple(dict.fromkeys((*did.filters, *fields))))

    def set(self, fields: Fields, given: Value | None) -> None:
        did = self.did
        if did is not None:
            self.visit.did[self.number] = replace(did, sets=(*did.sets, *fields), given=given or did.given)

    def value(self, *, maybe: bool = True, plain: bool = False) -> Value:
        """What it reads, on which more can be called. `plain`: it is done, nothing more can be."""
        did = self.did
        if did is None:  # it does more than is listed
            return UNKNOWN if plain else Value(shape=Thing(self.kind, "", self))
        value = read_by(self.number, did, many=self.many, maybe=maybe)
        thing: Shape = Thing(self.kind, did.table, self)
        if not plain and not self.many:
            return replace(value, shape=thing)
        if self.row_kind and self.row is not None:
            value = as_row(value, self.row_kind, self.row)
        return value if plain else replace(value, others=(thing,))


def ask(
    calling: Calling, did: Did, kind: str, *, many: bool, row: tuple[str, Row] | None = None, transaction: int = 0
) -> Query:
    with within(calling.visit, transaction or calling.visit.transaction):
        number = calling.visit.do(did)
    row_kind, of = row if row is not None else ("", None)
    return Query(number, calling.visit, calling.visit.branches, many, kind, row_kind, of)


def query_in(thing: Thing, kind: str) -> Query | None:
    return thing.data if thing.kind == kind and isinstance(thing.data, Query) else None
