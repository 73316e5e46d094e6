"""What expressions and statements are made of, and what they reckon with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from walkdown.syntax.program import (
    Arg,
    Arr,
    Assign,
    Await,
    Bound,
    Call,
    Choice,
    Const,
    Do,
    Entry,
    Expr,
    If,
    Index,
    Let,
    Loop,
    Many,
    Markup,
    Member,
    Name,
    Not,
    Obj,
    Op,
    Return,
    Stmt,
    Template,
    Text,
    Throw,
    Try,
    Unknown,
    With,
)

_SUMS = frozenset({"+", "-", "*", "/"})
_STEPS = frozenset({"increment", "decrement", "$inc", "inc", "incrementBy", "decrementBy"})
_ADDS = re.compile(r"\b([a-z_]\w*)\"?\s*=\s*(?:coalesce\()?\"?(?:\w+\.)?\"?\1\b[^=,]{0,20}[-+]", re.IGNORECASE)
_ERROR = re.compile(r"^(?:e|ex|err|error)\d*$|(?:Err|Error|_error|_err)\d*$")
CHANGES = frozenset({"+=", "-=", "*=", "/="})


# The fields that hold expressions, of each kind; those that are not here hold none.
_ONE: dict[type, tuple[str, ...]] = {
    Member: ("of",), Index: ("of", "key"), Arg: ("value",), Entry: ("value", "computed"), Call: ("callee",),
    Await: ("of",), Op: ("left", "right"), Not: ("of",), Choice: ("test", "yes", "no"), Assign: ("target", "value"),
    Template: ("tag",), Many: ("value", "over", "test"), Bound: ("default",),
}  # fmt: skip
_SEVERAL: dict[type, tuple[str, ...]] = {
    Call: ("args",), Obj: ("entries",), Arr: ("items",), Template: ("parts",), Markup: ("given", "inner"),
    Unknown: ("parts",),
}  # fmt: skip


FIELDS = {kind: (_ONE.get(kind, ()), _SEVERAL.get(kind, ())) for kind in (*_ONE, *_SEVERAL)}


def parts(value: Any) -> list[Any]:
    """What an expression is made of, one level down; functions in it are told apart."""
    fields = FIELDS.get(type(value))
    if fields is None:
        return []
    found = [inner for field in fields[0] if (inner := getattr(value, field)) is not None]
    for field in fields[1]:
        found.extend(getattr(value, field))
    return found


def within(value: Any) -> Iterator[Any]:
    """An expression and all that lies in it, in the order it is written."""
    left = [value]
    while left:
        one = left.pop()
        yield one
        fields = FIELDS.get(type(one))
        if fields is None:
            continue
        for field in fields[1][::-1]:
            left.extend(reversed(getattr(one, field)))
        for field in fields[0][::-1]:
            inner = getattr(one, field)
            if inner is not None:
                left.append(inner)


def own_values(stmt: Stmt) -> Iterator[Expr]:
    if isinstance(stmt, (Let, Do, Return, Throw, With)):
        if stmt.value is not None:
            yield stmt.value
    elif isinstance(stmt, If):
        yield stmt.test
    elif isinstance(stmt, Loop):
        yield from (one for one in (stmt.over, stmt.test) if one is not None)


def values(stmt: Stmt) -> Iterator[Any]:
    for value in own_values(stmt):
        yield from within(value)


def statements(body: Sequence[Stmt]) -> Iterator[Stmt]:
    for stmt in body:
        yield stmt
        if isinstance(stmt, If):
            yield from statements((*stmt.yes, *stmt.no))
        elif isinstance(stmt, Try):
            yield from statements((*stmt.body, *stmt.handler, *stmt.final))
        elif isinstance(stmt, (Loop, With)):
            yield from statements(stmt.body)


def is_sum_of(one: Any, name: str) -> bool:
    if not isinstance(one, Op) or one.op not in ("+", "-"):
        return False
    inner = (part for side in (one.left, one.right) for part in within(side))
    return any(isinstance(part, Member) and part.name == name for part in inner)


def is_step(one: Any) -> bool:
    if isinstance(one, Entry):
        return one.key in _STEPS
    if isinstance(one, Member):
        return one.name in _STEPS
    if isinstance(one, Text):
        return _ADDS.search(one.value) is not None
    return isinstance(one, Template) and _is_added(one)


def _is_added(one: Template) -> bool:
    """sql`${table.stock} - ${amount}`."""
    return one.tag is not None and any(isinstance(part, Text) and part.value.strip() in _SUMS for part in one.parts)


def reckoned(values: Iterator[Any]) -> Iterator[str]:
    for one in values:
        if isinstance(one, Op) and one.op in _SUMS:
            for side in (one.left, one.right):
                yield from _names(side)
        elif isinstance(one, Assign) and one.op in CHANGES and isinstance(one.target, Member):
            yield one.target.name


def _names(value: Any) -> Iterator[str]:
    """`Number(row.stock ?? 0)` is about `stock`."""
    if isinstance(value, (Member, Name)):
        yield value.name
    elif isinstance(value, (Call, Arg, Op, Not, Await)):
        inner = value.args if isinstance(value, Call) else tuple(parts(value))
        for one in inner:
            yield from _names(one)


# -- tests of what came back


def fails_in(test: Any, is_error: Any) -> bool:
    """Whether a test holds where there is an error: `error`, `error || !data`, `error !== null`."""
    if is_error(test):
        return True
    if isinstance(test, Op) and test.op in ("&&", "||"):
        return fails_in(test.left, is_error) or fails_in(test.right, is_error)
    if isinstance(test, Op) and test.op in ("!==", "!="):
        return bool(is_error(test.left)) and isinstance(test.right, Const)
    return isinstance(test, Not) and test.op == "!" and isinstance(test.of, Not) and is_error(test.of.of)


def is_failure(test: Any) -> bool:
    """The same, of any error by its name: `if (stockError)`, `if (result.error)`, `if (!response.ok)`."""
    if any(isinstance(one, Member) and one.name in ("code", "details") for one in within(test)):
        return False  # which error it is: that nothing was found is none
    return fails_in(test, _sounds_failed)


def _sounds_failed(one: Any) -> bool:
    if isinstance(one, Not) and one.op == "!":
        return isinstance(one.of, Member) and one.of.name in ("ok", "success")
    return isinstance(one, (Name, Member)) and _ERROR.search(one.name) is not None
