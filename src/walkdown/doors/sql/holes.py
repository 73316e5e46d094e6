"""`execute` with a text whose tables stand in it: values that are put in are read as if the statement stood there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.doors.sql.acts import Read, in_rows, read_act, replaced
from walkdown.doors.sql.expressions import Call, Expr, Lit, Mix
from walkdown.doors.sql.statements import Act

_HOLE = re.compile(r"%(?:(\d+)\$)?([sIL%])")
_GIVEN = re.compile(r"\$(\d+)")
_NAME = "hole__{0}"


def fixed(sql: Expr, using: Sequence[Expr]) -> tuple[str, tuple[Expr, ...]] | None:
    """The statement, with a name in place of each value, and the values; none where more than values is put in."""
    values: list[Expr] = []
    text = _written(sql, values)
    if text is None:
        return None

    def name(found: re.Match[str]) -> str:
        at = int(found[1][:3]) - 1
        if not 0 <= at < len(using):
            return found[0]
        values.append(using[at])
        return _NAME.format(len(values) - 1)

    return _GIVEN.sub(name, text), tuple(values)


def read_fixed(text: str, values: tuple[Expr, ...], line: int, guard: Expr) -> Read:
    def held(parts: tuple[str, ...]) -> Expr | None:
        found = parts[0].removeprefix("hole__")
        known = len(parts) == 1 and found != parts[0] and found.isdigit() and int(found) < len(values)
        return values[int(found)] if known else None

    read = read_act(text, line, guard)
    acts = tuple(
        Act(one.command, one.table, one.line, one.guard, in_rows(one.rows, held),
            tuple((name, replaced(value, held)) for name, value in one.sets))
        for one in read.acts
    )  # fmt: skip
    return Read(acts, None, (), False)  # what is not understood here is asked about as SQL that is put together


def _written(sql: Expr, values: list[Expr]) -> str | None:
    if isinstance(sql, Lit) and sql.kind == "s":
        return sql.value
    if isinstance(sql, Mix) and sql.what == "||":
        parts = [_written(one, values) for one in sql.items]
        return None if None in parts else "".join(one or "" for one in parts)
    if not isinstance(sql, Call):
        return None
    called = sql.name.rpartition(".")[2]
    if called in ("quote_literal", "quote_nullable") and sql.args:
        values.append(sql.args[0])
        return _NAME.format(len(values) - 1)
    if called == "format" and sql.args and isinstance(sql.args[0], Lit):
        return _formatted(sql.args[0].value, sql.args[1:], values)
    return None


def _formatted(text: str, args: Sequence[Expr], values: list[Expr]) -> str | None:
    at = 0
    good = True

    def fill(found: re.Match[str]) -> str:
        nonlocal at, good
        if found[2] == "%":
            return "%"
        at = int(found[1][:3]) if found[1] else at + 1
        value = args[at - 1] if 0 < at <= len(args) else None
        if value is None:
            good = False
            return ""
        if found[2] == "L":
            values.append(value)
            return _NAME.format(len(values) - 1)
        good = good and isinstance(value, Lit) and value.kind == "s"
        return value.value if isinstance(value, Lit) else ""

    made = _HOLE.sub(fill, text)
    return made if good else None


__all__ = ["fixed", "read_fixed"]
