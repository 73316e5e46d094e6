"""The calls of one function, and what each stands in: branches, tries, tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from walkdown.doors.questions.code_parts import FIELDS, is_failure, own_values, parts
from walkdown.syntax.program import Call, Choice, Expr, If, Leave, Loop, Name, Op, Return, Stmt, Text, Throw, Try, With

BODY, HANDLER, FINAL = "body", "handler", "final"
_LOGIC = frozenset({"&&", "||", "??"})
NO_CALL = Call(Name(""), (), 0)


@dataclass(frozen=True, slots=True)
class Site:
    """A call, and what it stands in. `branches`: (which, side), outermost first; `tries`: with the part of each."""

    function: int
    stmt: Stmt
    call: Call
    branches: tuple[tuple[int, int], ...] = ()
    tries: tuple[tuple[Try, str], ...] = ()
    tests: tuple[Expr, ...] = ()

    @property
    def rescues(self) -> bool:
        """It runs only where something failed before."""
        return any(part == HANDLER for _, part in self.tries)

    def said(self, same: bool) -> Iterator[tuple[Expr, str]]:
        """What has to be which word for it to run, `type === "deposit"`; or which it must not be."""
        for test, (_, side) in zip(self.tests, self.branches, strict=True):
            if side == 0:
                yield from _words(test, ("===", "==") if same else ("!==", "!="))

    @property
    def mends(self) -> bool:
        """It runs only where an error came back."""
        return any(side == 0 and is_failure(test) for test, (_, side) in zip(self.tests, self.branches, strict=True))


def _words(test: Expr, signs: tuple[str, str]) -> Iterator[tuple[Expr, str]]:
    if isinstance(test, Op) and test.op == "&&":
        yield from _words(test.left, signs)
        yield from _words(test.right, signs)
    elif isinstance(test, Op) and test.op in signs and isinstance(test.right, Text):
        yield test.left, test.right.value


@dataclass(slots=True)
class Body:
    """One function: its calls by line, and the branches that are left for good."""

    sites: dict[int, list[Site]]
    leaving: set[tuple[int, int]]


class Walk:
    def __init__(self, function: int) -> None:
        self.sites: dict[int, list[Site]] = {}
        self.leaving: set[tuple[int, int]] = set()
        self.function = function
        self.branches = 0

    def block(self, body: Sequence[Stmt], at: Site) -> bool:
        """True where no way leads past its end."""
        left = False
        for stmt in body:
            inner = Site(at.function, stmt, at.call, at.branches, at.tries, at.tests)
            left = self._statement(stmt, inner) or left
        return left

    def _statement(self, stmt: Stmt, at: Site) -> bool:
        for value in own_values(stmt):
            self._value(value, at)
        if isinstance(stmt, If):
            return self._if(stmt, at)
        if isinstance(stmt, (Loop, With)):
            self.block(stmt.body, at)
        elif isinstance(stmt, Try):
            left = self.block(stmt.body, replace(at, tries=(*at.tries, (stmt, BODY))))
            handled = self.block(stmt.handler, replace(at, tries=(*at.tries, (stmt, HANDLER))))
            final = self.block(stmt.final, replace(at, tries=(*at.tries, (stmt, FINAL))))
            return final or (left and (handled or not stmt.catches))
        return isinstance(stmt, (Throw, Leave)) or (isinstance(stmt, Return) and not stmt.give)

    def _if(self, stmt: If, at: Site) -> bool:
        yes, no = self._sides(at, stmt.test)
        left = [self.block(stmt.yes, yes), self.block(stmt.no, no)]
        self.leaving |= {side.branches[-1] for side, leaves in zip((yes, no), left, strict=True) if leaves}
        return all(left)

    def _sides(self, at: Site, test: Expr) -> tuple[Site, Site]:
        self.branches += 1
        tests = (*at.tests, test)
        return (
            replace(at, branches=(*at.branches, (self.branches, 0)), tests=tests),
            replace(at, branches=(*at.branches, (self.branches, 1)), tests=tests),
        )

    def _value(self, value: Any, at: Site) -> None:
        if isinstance(value, Call):
            site = Site(at.function, at.stmt, value, at.branches, at.tries, at.tests)
            self.sites.setdefault(value.line, []).append(site)
        if isinstance(value, Choice):
            self._value(value.test, at)
            yes, no = self._sides(at, value.test)
            self._value(value.yes, yes)
            self._value(value.no, no)
        elif isinstance(value, Op) and value.op in _LOGIC:
            self._value(value.left, at)
            self._value(value.right, self._sides(at, value.left)[0])
        else:
            for inner in parts(value):
                if type(inner) in FIELDS:
                    self._value(inner, at)
