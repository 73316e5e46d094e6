"""The names that code sees while it is followed: those of a function, of the functions around it, and of its file."""

from __future__ import annotations

import itertools

from walkdown.doors.values import SETTLED, Value, either

clock = itertools.count(1).__next__


class Scope:
    """`unit`: path of the file. A name that is set twice may be either value. `born`: when it was made; settled where
    it is no part of a door that is being followed."""

    __slots__ = ("_depths", "_names", "born", "parent", "unit")

    def __init__(self, unit: str, parent: Scope | None = None, born: int | None = None) -> None:
        self.born: int = born if born is not None else parent.born if parent is not None else SETTLED
        self.unit = unit
        self.parent = parent
        self._names: dict[str, Value] = {}
        self._depths: dict[str, int] = {}

    def find(self, name: str) -> Value | None:
        scope: Scope | None = self
        while scope is not None:
            value = scope._names.get(name)
            if value is not None:
                return value
            scope = scope.parent
        return None

    def bind(self, name: str, value: Value, depth: int = 0) -> None:
        """`depth`: how many branches lead to where it gets its value."""
        self._names[name] = value
        self._depths[name] = depth

    def seen_fresh(self, name: str) -> Value | None:
        """What it is in the functions around that are being followed; None where a file or nobody has it."""
        scope: Scope | None = self
        while scope is not None and scope.born != SETTLED:
            value = scope._names.get(name)
            if value is not None:
                return value
            scope = scope.parent
        return None

    def settled(self) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and scope.born != SETTLED:
            scope = scope.parent
        return scope

    def depth(self, name: str) -> int:
        scope = self.holder(name)
        return scope._depths.get(name, 0) if scope is not None else 0

    def holder(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope._names:
            scope = scope.parent
        return scope

    def assign(self, name: str, value: Value, *, surely: bool) -> None:
        """`surely`: what was there before is gone; else it may be what is there still."""
        scope: Scope | None = self
        while scope is not None and name not in scope._names:
            scope = scope.parent
        scope = scope or self
        before = scope._names.get(name)
        scope._names[name] = value if surely or before is None else either((before, value))

    def names(self) -> dict[str, Value]:
        return self._names
