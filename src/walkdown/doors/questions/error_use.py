"""What becomes of the error that a call gives back: `const { error } = await db.from("orders").insert(row);`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from walkdown.doors.questions.code import Code, Site
from walkdown.doors.questions.code_parts import fails_in, own_values, within
from walkdown.doors.visits import Did
from walkdown.syntax.program import (
    Await,
    Call,
    Const,
    Do,
    Expr,
    If,
    Leave,
    Let,
    Loop,
    Member,
    Name,
    Return,
    Stmt,
    Throw,
    Try,
    With,
)

_LOGS = re.compile(r"^(?:log|debug|trace|warn|print)(?=[A-Z_]|$)", re.IGNORECASE)
_LOGGERS = frozenset({"console", "logger", "log", "winston", "pino", "_logger", "debug"})
_ALL = frozenset({"all", "allSettled"})


class Use(Enum):
    """LOGGED: somebody may find it in a log, and all goes on as if nothing had been. ASIDE: the same, but some of what
    follows is done only where it worked. LEFT: the function is left, and nobody looks at what it gives back."""

    STOPS = "stops"
    LOGGED = "logged"
    ASIDE = "aside"
    LEFT = "left"
    UNREAD = "unread"


def use_of(code: Code, did: Did) -> Use | None:  # noqa: PLR0911 - each shape has an answer of its own
    """None where it cannot be seen."""
    site = code.site(did.spot)
    if site is None or site.rescues or _throws(site):
        return None
    if isinstance(site.stmt, Do):
        return Use.UNREAD if is_awaited(site) else None
    if not isinstance(site.stmt, Let) or not is_awaited(site):
        return None
    names = site.stmt.names
    error = next((one.name for one in names if one.way == ("error",)), None)
    if error is not None:
        return _of(code, did, site, error, whole=False)
    if names and all(bound.way[:1] in (("data",), ("count",)) for bound in names):
        return Use.UNREAD
    if len(names) == 1 and not names[0].way:
        return _of(code, did, site, names[0].name, whole=True)
    return None


def _throws(site: Site) -> bool:
    return any(isinstance(one, Member) and one.name == "throwOnError" for one in within(site.call))


def is_awaited(site: Site) -> bool:
    """The statement waits for it, alone or among others, and that is all."""
    value = site.stmt.value if isinstance(site.stmt, (Do, Let)) else None
    inner = value.of if isinstance(value, Await) else None
    return inner is site.call or (isinstance(site.stmt, Do) and isinstance(inner, Call) and _is_all(inner))


def _is_all(call: Call) -> bool:
    """`Promise.all([…])`: what comes back of each is dropped with the list."""
    callee = call.callee
    return (
        isinstance(callee, Member)
        and isinstance(callee.of, Name)
        and callee.of.name == "Promise"
        and callee.name in _ALL
    )


# -- what is done with it afterwards ----------------------------------------------------------------------------------


def _of(  # noqa: PLR0911 - each shape has an answer of its own
    code: Code, did: Did, site: Site, name: str, *, whole: bool
) -> Use | None:
    """`whole`: the name holds all that came back, of which `error` is a part."""
    function = code.function(did.spot.path, site.function)
    after = _after(function.body, site.stmt)
    if after is None:
        return None
    for inner in code.programs[did.spot.path].functions:
        if function.line <= inner.line and inner.end_line <= function.end_line and inner is not function:
            here = inner.line >= site.stmt.line and any(_names(one, name) for one in _all_values(inner.body))
            if here:
                return Use.STOPS
    uses = [one for stmt in after for one in _uses(stmt, name, whole)]
    if not uses:
        if whole:  # handed on, or never looked at again
            handed = any(_names(value, name) for stmt in after for value in _all_values([stmt]))
            return None if handed else Use.UNREAD
        return Use.UNREAD
    if Use.STOPS in uses:
        return Use.STOPS
    if Use.LEFT not in uses:
        return Use.ASIDE if Use.ASIDE in uses else Use.LOGGED
    return Use.LEFT if is_dropped_by_callers(code, did) else Use.STOPS


def is_dropped_by_callers(code: Code, did: Did) -> bool:
    """The function it stands in was called by a statement that keeps nothing of it."""
    if len(did.way) < 2:
        return False
    site = code.site(did.way[-1].spot)
    return site is not None and isinstance(site.stmt, Do) and is_awaited(site)


def _after(body: Sequence[Stmt], stmt: Stmt) -> Sequence[Stmt] | None:
    """What comes after a statement in its own block: as far as the names live that it makes."""
    for at, one in enumerate(body):
        if one is stmt:
            return body[at + 1 :]
        for block in blocks(one):
            found = _after(block, stmt)
            if found is not None:
                return found
    return None


def blocks(stmt: Stmt) -> tuple[Sequence[Stmt], ...]:
    if isinstance(stmt, If):
        return (stmt.yes, stmt.no)
    if isinstance(stmt, Try):
        return (stmt.body, stmt.handler, stmt.final)
    return (stmt.body,) if isinstance(stmt, (Loop, With)) else ()


def _uses(stmt: Stmt, name: str, whole: bool) -> Iterator[Use]:
    for value in own_values(stmt):
        if not any(_is_error(one, name, whole) for one in within(value)):
            continue
        if isinstance(stmt, If):
            yield _asked(stmt, name, whole)
        elif not (isinstance(stmt, Do) and is_log(value)):
            yield Use.STOPS
    for block in blocks(stmt):
        if isinstance(stmt, Try) and block is stmt.handler and stmt.caught == name:
            continue
        for inner in block:
            yield from _uses(inner, name, whole)


def _asked(stmt: If, name: str, whole: bool) -> Use:
    """What is done where there is one."""
    if not fails_in(stmt.test, lambda one: _is_error(one, name, whole)):
        return Use.STOPS
    if any(isinstance(inner, Return) for inner in stmt.no):
        return Use.STOPS
    rest = [one for one in stmt.yes if not (isinstance(one, Do) and is_log(one.value))]
    if not rest:
        return Use.ASIDE if any(not (isinstance(one, Do) and is_log(one.value)) for one in stmt.no) else Use.LOGGED
    left = len(rest) == 1 and isinstance(rest[0], Return) and (rest[0].value is None or _is_empty(rest[0].value))
    return Use.LEFT if left else Use.STOPS


def _is_empty(value: Expr) -> bool:
    return isinstance(value, Const) and value.value in ("null", "undefined", "false")


def _is_error(one: Any, name: str, whole: bool) -> bool:
    if whole:
        return isinstance(one, Member) and one.name == "error" and isinstance(one.of, Name) and one.of.name == name
    return isinstance(one, Name) and one.name == name


def _names(value: Any, name: str) -> bool:
    return any(isinstance(one, Name) and one.name == name for one in within(value))


def _all_values(body: Sequence[Stmt]) -> Iterator[Any]:
    for stmt in body:
        yield from own_values(stmt)
        for block in blocks(stmt):
            yield from _all_values(block)


def is_log(value: Any) -> bool:
    waits = isinstance(value, Await)  # a call that is waited for tells somebody: a chat, a service
    value = value.of if isinstance(value, Await) else value
    callee = value.callee if isinstance(value, Call) else None
    if isinstance(callee, Name):
        return not waits and _LOGS.search(callee.name) is not None
    if not isinstance(callee, Member):
        return False
    of = callee.of.name if isinstance(callee.of, (Name, Member)) else ""
    return of.lower() in _LOGGERS


def only_logs(body: Sequence[Stmt]) -> bool:
    return bool(body) and all(isinstance(stmt, Do) and is_log(stmt.value) for stmt in body)


def leaves(body: Sequence[Stmt]) -> bool:
    return any(isinstance(stmt, (Return, Leave, Throw)) for stmt in body)
