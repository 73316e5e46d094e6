"""Where a name in a condition is looked up: the rows it can mean, the arguments it can be."""

from __future__ import annotations

import msgspec

from walkdown.doors.sql.state import Table
from walkdown.doors.sql.terms import Cell, Dunno, Term, World


class TooMuch(Exception):  # noqa: N818 - no error: the answer is "not known"
    """A condition with more ways than can be looked at."""


class Frame(msgspec.Struct, frozen=True):
    """One source of rows that names can mean. `cells`: what the columns of a select in brackets stand for."""

    number: int
    alias: str
    table: Table | None = None
    cells: tuple[tuple[str, Term], ...] = ()
    single: Term | None = None


class Scope(msgspec.Struct, frozen=True):
    """`frames`: innermost last. `free`: row security does not apply (owner-rights function). `given`: arguments."""

    frames: tuple[tuple[Frame, ...], ...] = ()
    given: tuple[tuple[str, Term], ...] = ()
    free: bool = False
    path: tuple[str, ...] = ()
    function: str = ""
    arguments_first: bool = False


def column(parts: tuple[str, ...], scope: Scope, world: World) -> Term:
    """What a name that was written down stands for."""
    if len(parts) == 1:
        return _plain(parts[0], scope, world)
    owner, name = parts[-2], parts[-1]
    for level in reversed(scope.frames):
        for frame in level:
            if owner == frame.alias and (len(parts) == 2 or frame.table is not None):
                return _cell(frame, name, world) or Cell(frame.number, name)
    if owner == scope.function:
        return dict(scope.given).get(name, Dunno(name))
    return Dunno(".".join(parts))


def _plain(name: str, scope: Scope, world: World) -> Term:
    given = dict(scope.given)
    if scope.arguments_first and name in given:
        return given[name]
    unsure: Term | None = None
    for level in reversed(scope.frames):
        for frame in level:
            found = _cell(frame, name, world)
            if found is not None and unsure is None:
                return found
            if frame.table is None or not frame.table.complete:
                unsure = unsure or Cell(frame.number, name)
    if name in given:
        return given[name]
    if unsure is not None:
        return unsure
    outer = scope.frames[0][0] if scope.frames and scope.frames[0] else None
    if outer is not None and outer.number == 0:
        return Cell(0, name)  # Postgres took the policy, so the row must have it
    return Dunno(f"the column {name}, which no table here has")


def _cell(frame: Frame, name: str, world: World) -> Term | None:
    if frame.single is not None:
        return frame.single
    for known, term in frame.cells:
        if known == name:
            return term
    if frame.table is None:
        return None
    current = world.column(frame.table.name, name)
    return Cell(frame.number, current) if frame.table.column(current) is not None else None
