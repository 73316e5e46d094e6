"""Checks that are passed over where the secret they compare with is not configured:
`if (secret && header !== secret) return 401`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from walkdown.doors.assemble import Followed
from walkdown.doors.visits import Spot
from walkdown.syntax.program import (
    Await,
    Call,
    Expr,
    Function,
    If,
    Member,
    Name,
    Not,
    Op,
    Program,
    Return,
    Stmt,
    Template,
    Text,
    Throw,
    Try,
)

_SECRET = re.compile(
    r"secret|(?:cron|webhook|hook|api|service|admin|internal|auth)_?\w*(?:token|key|password)|signing_?key", re.I
)
_DIFFERS = frozenset({"!==", "!="})


class Skipped:
    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs
        self._files: dict[str, list[tuple[Function, int]]] = {}

    def of(self, one: Followed) -> Spot | None:
        """Where such a check stands on the way into the door: in the handler, in a helper of its file, in a guard."""
        for spot in _spots(one):
            for function, line in self._in(spot.path):
                if function.line <= spot.line <= function.end_line or function.line <= line == spot.line:
                    return Spot(spot.path, line)
        names = {name for function in self._around(one) for name in called(function.body)}
        for function, line in self._in(one.door.file):
            if function.name and function.name in names:
                return Spot(one.door.file, line)
        return None

    def _around(self, one: Followed) -> Iterator[Function]:
        program = self._programs.get(one.door.file)
        line = one.door.line
        if program is not None:
            yield from (each for each in program.functions if each.line <= line <= each.end_line)

    def _in(self, path: str) -> list[tuple[Function, int]]:
        known = self._files.get(path)
        if known is None:
            program = self._programs.get(path)
            functions = program.functions if program is not None else ()
            found = ((function, line) for function in functions for line in _skips(function.body))
            known = self._files[path] = list(found)
        return known


def _spots(one: Followed) -> Iterator[Spot]:
    yield Spot(one.door.file, one.door.line)
    for before in one.entrance.before:
        path, _, _ = before.home.rpartition("#")
        yield Spot(path, before.spot.line) if path == before.spot.path else before.spot
    for did in one.visit.did:
        yield from (frame.spot for frame in did.way[:1])


def _skips(body: Iterable[Stmt]) -> Iterator[int]:
    for stmt in body:
        if isinstance(stmt, If):
            if _leaves(stmt.yes) and _is_missing(stmt.test):
                return  # where none is configured nobody gets by
            if (_leaves(stmt.yes) and _is_skipped(stmt.test)) or (
                _is_secret(stmt.test) and not stmt.no and any(_compares(inner) for inner in stmt.yes)
            ):
                yield stmt.line
            else:
                yield from _skips((*stmt.yes, *stmt.no))
        elif isinstance(stmt, Try):
            yield from _skips(stmt.body)


def _is_missing(test: Expr) -> bool:
    """`!secret`, `!secret || header !== secret`."""
    if isinstance(test, Op) and test.op == "||":
        return _is_missing(test.left) or _is_missing(test.right)
    return isinstance(test, Not) and _is_secret(test.of)


def _is_skipped(test: Expr) -> bool:
    """`secret && header !== secret`."""
    return isinstance(test, Op) and test.op == "&&" and _is_secret(test.left) and _is_difference(test.right)


def _compares(stmt: Stmt) -> bool:
    return isinstance(stmt, If) and _leaves(stmt.yes) and _is_difference(stmt.test)


def _is_difference(test: Expr) -> bool:
    if isinstance(test, Not):
        return isinstance(test.of, Call) and any(_names_secret(arg.value) for arg in test.of.args)
    if isinstance(test, Op) and test.op in ("||", "&&"):
        return _is_difference(test.left) or _is_difference(test.right)
    return isinstance(test, Op) and test.op in _DIFFERS and (_names_secret(test.left) or _names_secret(test.right))


def _names_secret(value: Expr) -> bool:
    if isinstance(value, Template):
        return any(_is_secret(part) for part in value.parts)
    if isinstance(value, Op) and value.op == "+":
        return _names_secret(value.left) or _names_secret(value.right)
    return _is_secret(value)


def _is_secret(value: Expr) -> bool:
    """What is configured: `process.env.CRON_SECRET`, `Deno.env.get("HOOK_TOKEN")`, a name of such a thing."""
    if isinstance(value, Await):
        return _is_secret(value.of)
    if isinstance(value, Name):
        return _SECRET.search(value.name) is not None
    if isinstance(value, Member):
        return _SECRET.search(value.name) is not None and not _is_row(value.of)
    if isinstance(value, Call) and isinstance(value.callee, Member) and value.callee.name == "get":
        return any(isinstance(arg.value, Text) and _SECRET.search(arg.value.value) is not None for arg in value.args)
    return False


def _is_row(of: Expr) -> bool:
    """A link or a room may have a password or none: that is settled by whoever made it."""
    return not (
        (isinstance(of, Member) and of.name == "env")
        or (isinstance(of, Name) and re.search(r"env|config|settings|secrets", of.name, re.IGNORECASE) is not None)
    )


def _leaves(body: tuple[Stmt, ...]) -> bool:
    return any(isinstance(stmt, (Return, Throw)) for stmt in body)


def called(body: Iterable[Stmt]) -> Iterator[str]:
    """The names of what is called there."""
    waiting: list[object] = list(body)
    for _ in range(3000):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, Call) and isinstance(one.callee, (Name, Member)):
            yield one.callee.name
        if isinstance(one, (tuple, list)):
            waiting.extend(one)
        else:
            waiting.extend(getattr(one, field) for field in getattr(one, "__struct_fields__", ()))
