"""Names of files and fields of objects that a door gives other values: a client that is made when it is first asked
for, what was read once and is kept. Each door begins with what there was when the program started."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from walkdown.doors.scopes import Scope
from walkdown.doors.values import Instance, Value
from walkdown.doors.visits import Visit

Holder: TypeAlias = Scope | Instance


class Cell(msgspec.Struct, frozen=True):
    """`value`: what it held when it was read; None for nothing. `wrote`: it was given a value instead."""

    holder: Holder
    name: str
    value: Value | None = None
    wrote: bool = False

    @property
    def key(self) -> tuple[int, str]:
        return id(self.holder), self.name

    def now(self) -> Value | None:
        return _in(self.holder).get(self.name)


class Cells:
    """Those that are known to change. `names`: what they are called, for few have such names."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._first: dict[tuple[int, str], Cell] = {}
        self._written: dict[tuple[int, str], Cell] = {}
        self._visit: Visit | None = None

    def enter(self, visit: Visit) -> None:
        """Another door: what the last one left behind is gone."""
        if self._visit is not visit:
            self._visit = visit
            for key in self._written:
                _put(self._first[key], self._first[key].value)
            self._written.clear()

    def read(self, holder: Holder, name: str, visit: Visit) -> None:
        if visit.asked is not None and (id(holder), name) in self._first:
            visit.asked.append((Cell(holder, name, _in(holder).get(name)), -1))

    def write(self, holder: Holder, name: str, before: Value | None, visit: Visit) -> bool:
        """True where nobody knew that it changes."""
        cell = Cell(holder, name, before)
        is_new = cell.key not in self._first
        if is_new:
            self.names.add(name)
            self._first[cell.key] = cell
        self._written[cell.key] = cell
        if visit.asked is not None:
            visit.asked.append((Cell(holder, name, before), -1))
            visit.asked.append((Cell(holder, name, wrote=True), -1))
        return is_new

    def write_again(self, cells: Sequence[Cell], visit: Visit) -> None:
        for cell in cells:
            self.write(cell.holder, cell.name, cell.now(), visit)
            _put(cell, cell.value)


def _in(holder: Holder) -> dict[str, Value]:
    return holder.names() if isinstance(holder, Scope) else holder.fields


def _put(cell: Cell, value: Value | None) -> None:
    if value is None:
        _in(cell.holder).pop(cell.name, None)
    else:
        _in(cell.holder)[cell.name] = value
