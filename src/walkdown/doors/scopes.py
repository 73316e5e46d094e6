"""The names that code sees while it is followed: those of a function, of the functions around it, and of its file."""

from __future__ import annotations

from walkdown.doors.values import Value, either


class Scope:
    """`unit`: path of the file. A name that is set twice may be either value."""

    __slots__ = ("_depths", "_names", "parent", "unit")

    def __init__(self, unit: str, parent: Scope | None = None) -> None:
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

    def change(self, name: str, value: Value) -> None:
        """What is bound to it was changed where it is: an entry more, an element more."""
        scope = self._holder(name)
        if scope is not None:
            scope._names[name] = value

    def depth(self, name: str) -> int:
        scope = self._holder(name)
        return scope._depths.get(name, 0) if scope is not None else 0

    def _holder(self, name: str) -> Scope | None:
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
