"""A `switch` as the chain of `if`s it means."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.syntax.program import (
    Bound,
    Const,
    Do,
    Expr,
    If,
    Index,
    Leave,
    Let,
    Member,
    Name,
    Number,
    Op,
    Return,
    Stmt,
    Text,
    Throw,
    Unknown,
)  # fmt: skip
from walkdown.syntax.script_reader import Reader, line_of

_MOST_FALLING = 30  # statements that a case without a break runs of the next
_MOST_AGAIN = 200  # the same for all cases of a switch
_LONGEST_CHAIN = 40


def switch(reader: Reader, node: Node, into: list[Stmt]) -> None:
    line = line_of(node)
    asked = reader.value(node.child_by_field_name("value"))
    if not isinstance(asked, (Name, Const, Number, Text)) and not _is_path(asked):
        # Asked once, so it is said once: under a name nobody can write.
        name = f"switch:{line}"
        into.append(Let((Bound(name),), asked, line))
        asked = Name(name)
    reader.switches += 1
    cases = _cases(reader, node.child_by_field_name("body"), asked)
    reader.switches -= 1
    otherwise: tuple[Stmt, ...] = next((body for test, body, _ in cases if test is None), ())
    told = [(test, body, at) for test, body, at in cases if test is not None]
    far = told[_LONGEST_CHAIN:]
    if far:
        # Side by side, which is as true for them; that none of them held is not known then.
        otherwise = (
            *(If(test, body, (), at) for test, body, at in far),
            *((If(Unknown(), otherwise, (), line),) if otherwise else ()),
        )
    for test, body, at in reversed(told[:_LONGEST_CHAIN]):
        otherwise = (If(test, body, otherwise, at),)
    into.extend(otherwise)


def _is_path(value: Expr) -> bool:
    while isinstance(value, (Member, Index)):
        if isinstance(value, Index) and not isinstance(value.key, (Name, Number, Text)):
            return False
        value = value.of
    return isinstance(value, Name)


def _cases(reader: Reader, body: Node | None, asked: Expr) -> list[tuple[Expr | None, tuple[Stmt, ...], int]]:
    """Tests and statements of each case, those it falls through to included; the default has no test."""
    read: list[tuple[list[Expr], bool, tuple[Stmt, ...], int]] = []
    tests: list[Expr] = []
    is_default = False
    for case in reader.named(body) if body is not None else ():
        if case.type not in ("switch_case", "switch_default"):
            continue
        value = case.child_by_field_name("value")
        if value is not None:
            tests.append(Op("===", asked, reader.value(value)))
        is_default = is_default or value is None
        own: list[Stmt] = []
        statements = [child for child in reader.named(case) if value is None or child.id != value.id]
        for child in statements:
            reader.statement(child, own)
        if statements:
            read.append((tests, is_default, tuple(own), line_of(case)))
            tests, is_default = [], False
    return _fallen(read, is_nested=reader.switches > 1)


def _fallen(
    read: list[tuple[list[Expr], bool, tuple[Stmt, ...], int]], *, is_nested: bool
) -> list[tuple[Expr | None, tuple[Stmt, ...], int]]:
    """What a case falls through to is said in both places, within bounds: else it is Unknown what follows."""
    found: list[tuple[Expr | None, tuple[Stmt, ...], int]] = []
    after: tuple[Stmt, ...] = ()
    said_again = 0
    for tests, is_default, own, line in reversed(read):
        body = own
        if after and not _ends(own):
            is_much = is_nested or len(after) > _MOST_FALLING or said_again > _MOST_AGAIN
            said_again += len(after)
            body = (*own, Do(Unknown(), line)) if is_much else (*own, *after)
        after = body
        kept = body[:-1] if body and isinstance(body[-1], Leave) and body[-1].word == "break" else body
        found.append((None if is_default or not tests else _any(tests), kept, line))
    return found[::-1]


def _ends(body: tuple[Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], (Leave, Return, Throw)) and not getattr(body[-1], "give", False)


def _any(tests: list[Expr]) -> Expr:
    whole = tests[0]
    for test in tests[1:]:
        whole = Op("||", whole, test)
    return whole
