"""Whether the code on the way to an operation compares an owner at all.

A check that is one of two ways (`row.userId !== me && !isSupport(me)`) makes sure of nothing where the other way was
not understood. That it stands there says that somebody thought of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from walkdown.doors.tables import points_to_owner
from walkdown.doors.visits import Did, Spot
from walkdown.syntax.program import (
    Call,
    Choice,
    Entry,
    Function,
    If,
    Leave,
    Loop,
    Member,
    Name,
    Number,
    Op,
    Program,
    Return,
    Stmt,
    Text,
    Try,
)

_BEGAN = re.compile(
    r"(?:requester|requestedby|applicant|submitter|submittedby|reporter|initiator)(?:_?id)?$", re.IGNORECASE
)
_SAME = frozenset({"===", "!==", "==", "!="})
_ENDS = frozenset({"id", "_id", "toString", "toHexString", "valueOf", "uid"})
_ASKERS = frozenset(
    {"req", "request", "ctx", "context", "session", "auth", "c", "res", "socket", "currentuser", "token"}
)
_ASKS = frozenset({"equals", "includes", "some", "isEqual", "eq"})


class Compared:
    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs
        self._known: dict[tuple[str, int], bool] = {}

    def on_the_way(self, did: Did) -> bool:
        return any(self.around(spot) for spot in (did.spot, *(frame.spot for frame in did.way)))

    def around(self, spot: Spot) -> bool:
        program = self._programs.get(spot.path)
        if program is None:
            return False
        return any(
            self._asks(spot.path, at, one)
            for at, one in enumerate(program.functions)
            if one.line <= spot.line <= one.end_line
        )

    def _asks(self, path: str, at: int, function: Function) -> bool:
        known = self._known.get((path, at))
        if known is None:
            known = any(_is_about_owner(one) for test in _tests(function.body) for one in _within(test))
            known = known or any(_loads_own(one) for value in _values(function.body) for one in _within(value))
            known = known or any(self._picks(one, at) for one in self._programs[path].functions)
            self._known[path, at] = known
        return known

    @staticmethod
    def _picks(function: Function, around: int) -> bool:
        """`team.users.some((member) => member.userId === me)`."""
        if function.inside != around or len(function.body) > 1:
            return False
        return any(
            _is_about_owner(one)
            for stmt in function.body
            if isinstance(stmt, Return) and stmt.value is not None
            for one in _within(stmt.value)
        )


def _values(body: tuple[Stmt, ...]) -> Iterator[Any]:
    for stmt in body:
        if isinstance(stmt, If):
            yield from _values((*stmt.yes, *stmt.no))
        elif isinstance(stmt, Try):
            yield from _values((*stmt.body, *stmt.handler, *stmt.final))
        elif isinstance(stmt, Loop):
            yield from _values(stmt.body)
        elif not isinstance(stmt, Leave) and stmt.value is not None:
            yield stmt.value


def _loads_own(value: Any) -> bool:
    """`include: { users: { where: { userId } } }`: whether the asker is among them is looked at afterwards."""
    if not isinstance(value, Entry) or value.key not in ("include", "select"):
        return False
    wheres = [one for one in _within(value.value) if isinstance(one, Entry) and one.key == "where"]
    return any(isinstance(one, Entry) and points_to_owner(one.key) for where in wheres for one in _within(where.value))


def _tests(body: tuple[Stmt, ...]) -> Iterator[Any]:
    for stmt in body:
        if isinstance(stmt, If):
            yield stmt.test
            yield from _tests((*stmt.yes, *stmt.no))
        elif isinstance(stmt, Try):
            yield from _tests((*stmt.body, *stmt.handler, *stmt.final))
        elif isinstance(stmt, Loop):
            yield from _tests(stmt.body)
        elif not isinstance(stmt, Leave) and stmt.value is not None:
            yield from (
                one.test if isinstance(one, Choice) else one
                for one in _within(stmt.value)
                if isinstance(one, (Choice, Op))
            )


def _is_about_owner(value: Any) -> bool:
    if isinstance(value, Op) and value.op in _SAME:
        return _names_owner(value.left) or _names_owner(value.right)
    if isinstance(value, Call) and isinstance(value.callee, Member) and value.callee.name in _ASKS:
        return _names_owner(value.callee.of) or any(_names_owner(arg.value) for arg in value.args)
    return False


def _names_owner(value: Any) -> bool:
    """`order.userId`, `order.user._id.toString()`; who is asking (`req.user.id`) is no owner of anything."""
    names: list[str] = []
    while not isinstance(value, Name):
        if isinstance(value, Call):
            value = value.args[0].value if isinstance(value.callee, Name) and value.args else value.callee
        elif isinstance(value, Member):
            names.append(value.name)
            value = value.of
        else:
            return False
    own = [name for name in names if name not in _ENDS]
    if not own:
        return False
    return (value.name.lower() not in _ASKERS and points_to_owner(own[0])) or _BEGAN.match(own[0]) is not None


def _within(value: Any, deep: int = 0) -> Iterator[Any]:
    yield value
    if deep > 12 or isinstance(value, (Name, Text, Number)):
        return
    for field in getattr(value, "__struct_fields__", ()):
        inner = getattr(value, field)
        for one in inner if isinstance(inner, tuple) else (inner,):
            if hasattr(one, "__struct_fields__"):
                yield from _within(one, deep + 1)
