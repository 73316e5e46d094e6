"""Walks through one file of a screen: what stands behind a question for a role, and where names are used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from walkdown.doors.questions.role_words import asked, is_asking_hook, last, wraps, wraps_by_name
from walkdown.doors.questions.screen_parts import handed, inside, is_lazy, leaves
from walkdown.doors.visits import Spot
from walkdown.syntax.program import (
    Call,
    Choice,
    Do,
    Expr,
    Func,
    If,
    Let,
    Loop,
    Markup,
    Member,
    Name,
    Op,
    Program,
    Return,
    Stmt,
    Throw,
    Try,
    With,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """`words`: what it asks."""

    spot: Spot
    words: str


@dataclass(frozen=True, slots=True)
class Use:
    """`check`: what is asked right there; none where the functions `around` it decide, innermost first."""

    check: Check | None
    around: tuple[int, ...]


@dataclass(slots=True)
class File:
    """`functions`: those that ask, or stand behind something that does. `used`: where names are used, also as
    `api.remove`. `held_by`: the name of what a function was handed to, as in `const remove = useMutation({ … })`."""

    functions: dict[int, Check] = field(default_factory=dict)
    held_by: dict[int, str] = field(default_factory=dict)
    used: dict[str, list[Use]] = field(default_factory=dict)
    named: dict[str, list[int]] = field(default_factory=dict)


class Walk:
    def __init__(self, path: str, program: Program) -> None:
        self.path = path
        self.program = program
        self.file = File()
        self._line = 0
        self._around: list[int] = []
        for at, one in enumerate(program.functions):
            self.file.named.setdefault(one.name, []).append(at)

    def all(self) -> None:
        self._stmts(self.program.body, None)
        for one in self.program.exports:
            if one.value is not None:
                self._value(one.value, None)
        for at, function in enumerate(self.program.functions):
            if function.owner >= 0 and function.inside < 0:
                self._function(at, None)

    def _function(self, at: int, check: Check | None) -> None:
        """A check that leaves early counts for the whole screen: what was written above it waits for a click."""
        function = self.program.functions[at]
        check = check or self._leaving(function.body)
        if check is not None:
            self.file.functions.setdefault(at, check)
        self._around.append(at)
        self._stmts(function.body, check)
        self._around.pop()

    def _leaving(self, body: Iterable[Stmt]) -> Check | None:
        for stmt in body:
            if isinstance(stmt, If):
                yes, no = asked(stmt.test)
                if no and leaves(stmt.yes):
                    return Check(Spot(self.path, stmt.line), no)
                if yes and stmt.no and leaves(stmt.no):
                    return Check(Spot(self.path, stmt.line), yes)
            elif isinstance(stmt, (Do, Let)) and isinstance(stmt.value, Call):
                name = last(stmt.value.callee)
                if is_asking_hook(name):
                    return Check(Spot(self.path, stmt.line), name)
                if name in ("useEffect", "useLayoutEffect") and stmt.value.args:
                    first = stmt.value.args[0].value
                    found = self._leaving(self.program.functions[first.at].body) if isinstance(first, Func) else None
                    if found is not None:
                        return found
        return None

    def _stmts(self, body: Iterable[Stmt], check: Check | None) -> None:
        for stmt in body:
            self._line = stmt.line
            if isinstance(stmt, If):
                self._value(stmt.test, check)
                yes, no = asked(stmt.test)
                here = Spot(self.path, stmt.line)
                self._stmts(stmt.yes, Check(here, yes) if yes and check is None else check)
                self._stmts(stmt.no, Check(here, no) if no and check is None else check)
            elif isinstance(stmt, Loop):
                for value in (stmt.over, stmt.test):
                    if value is not None:
                        self._value(value, check)
                self._stmts(stmt.body, check)
            elif isinstance(stmt, Try):
                for part in (stmt.body, stmt.handler, stmt.final):
                    self._stmts(part, check)
            elif isinstance(stmt, With):
                self._stmts(stmt.body, check)
            elif isinstance(stmt, (Let, Do, Return, Throw)) and stmt.value is not None:
                if isinstance(stmt, Let) and is_lazy(stmt.value, self.program):
                    continue
                if isinstance(stmt, Let) and isinstance(stmt.value, Call) and stmt.names:
                    for at in handed(stmt.value):
                        self.file.held_by[at] = stmt.names[0].name
                self._value(stmt.value, check)

    def _value(self, value: Expr, check: Check | None) -> None:
        if isinstance(value, Func):
            self._function(value.at, check)
        elif isinstance(value, Name):
            self._use(value.name, check)
        elif isinstance(value, Member) and isinstance(value.of, Name):
            self._use(value.of.name, check)
            self._use(f"{value.of.name}.{value.name}", check)
        elif isinstance(value, Op) and value.op == "&&":
            self._value(value.left, check)
            yes = asked(value.left)[0]
            self._value(value.right, check or (self._here(yes) if yes else None))
        elif isinstance(value, Choice):
            yes, no = asked(value.test)
            self._value(value.test, check)
            self._value(value.yes, check or (self._here(yes) if yes else None))
            self._value(value.no, check or (self._here(no) if no else None))
        elif isinstance(value, Markup):
            self._markup(value, check)
        elif isinstance(value, Call):
            wrapped = wraps_by_name(last(value.callee))
            self._line = value.line or self._line
            self._value(value.callee, check)
            for arg in value.args:
                self._value(arg.value, check or (self._here(last(value.callee)) if wrapped else None))
        else:
            for one in inside(value):
                self._value(one, check)

    def _markup(self, value: Markup, check: Check | None) -> None:
        self._line = value.line
        self._use(value.name.partition(".")[0], check)
        around = wraps(value)
        inner = check or (Check(Spot(self.path, value.line), around) if around else None)
        for entry in value.given:
            # `<Route element={<AdminRoute />}>`: what stands in it asks for all routes below
            if entry.key in ("element", "component") and isinstance(entry.value, Markup) and inner is None:
                below = wraps(entry.value)
                inner = Check(Spot(self.path, entry.value.line), below) if below and not entry.value.inner else None
            self._value(entry.value, check if entry.key == "fallback" else check or _own(around, inner))
        for one in value.inner:
            self._value(one, inner)

    def _use(self, name: str, check: Check | None) -> None:
        self.file.used.setdefault(name, []).append(Use(check, tuple(reversed(self._around))))

    def _here(self, words: str) -> Check:
        return Check(Spot(self.path, self._line), words)


def _own(around: str, inner: Check | None) -> Check | None:
    return inner if around else None
