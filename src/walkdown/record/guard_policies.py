"""Policies and row level security in SQL files: which of them today's files no longer hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from walkdown.record import guard_words as words
from walkdown.record.guard_words import REMOVED, Versions, clean, suffix_of
from walkdown.record.statement import Hunk


class _Sql(msgspec.Struct, frozen=True):
    """What some files say of tables and their policies."""

    policies: frozenset[tuple[str, str]]
    dropped: frozenset[tuple[str, str]]
    made: frozenset[str]
    gone: frozenset[str]
    on: frozenset[str]
    off: frozenset[str]


def policies(files: Sequence[Versions]) -> Iterator[Hunk]:
    """A table's policies are what all of the files say together: one that only moved is none that was removed."""
    sql = [one for one in files if suffix_of(one.path) == "sql"]
    now = _sql("\n".join(one.after or "" for one in sql))
    for one in sql:
        yield from _policies_gone(one, now)
        yield from _policies_dropped(one, now)


def _policies_gone(one: Versions, now: _Sql) -> Iterator[Hunk]:
    # Old migrations are cleaned up with their tables; where a table stays, its policies should.
    before, line = _sql(one.before or ""), 1 if one.after else 0
    left = now.gone | (before.made - now.made)
    still = {table for _, table in now.policies}
    for table in sorted({table for name, table in before.policies if (name, table) not in now.policies}):
        if table not in left and table not in still:
            yield Hunk(REMOVED, one.path, line, f"a policy of {table} is gone")
    for table in sorted(before.on - now.on - left):
        yield Hunk(REMOVED, one.path, line, f"row level security of {table} is no longer switched on")


def _policies_dropped(one: Versions, now: _Sql) -> Iterator[Hunk]:
    before, text = _sql(one.before or ""), _bare(one.after or "")
    for match in words.DROP_POLICY.finditer(text):
        name = _policy(match)
        again = any(table == name[1] for _, table in _sql(text[match.end() :]).policies)
        if name not in before.dropped and not again and name[1] not in now.gone:
            yield Hunk(REMOVED, one.path, _line_at(text, match.start()), f"a policy of {name[1]} is dropped")
    for match in words.ROW_LEVEL.finditer(text):
        table = _table(match[1])
        if match[2].lower() == "disable" and table not in before.off and table not in now.gone:
            why = f"row level security of {table} is switched off"
            yield Hunk(REMOVED, one.path, _line_at(text, match.start()), why)


def _sql(text: str) -> _Sql:
    text = _bare(text)
    level = [(_table(one[1]), one[2].lower()) for one in words.ROW_LEVEL.finditer(text)]
    return _Sql(
        policies=frozenset(_policy(one) for one in words.CREATE_POLICY.finditer(text)),
        dropped=frozenset(_policy(one) for one in words.DROP_POLICY.finditer(text)),
        made=frozenset(_table(one[1]) for one in words.TABLE_MADE.finditer(text)),
        gone=frozenset(_table(one[1]) for one in words.TABLE_GONE.finditer(text)),
        on=frozenset(table for table, how in level if how == "enable"),
        off=frozenset(table for table, how in level if how == "disable"),
    )


def _bare(text: str) -> str:
    """Without comments, each place kept."""
    return re.sub(r"--[^\n]*", lambda found: " " * len(found[0]), text)


def _policy(match: re.Match[str]) -> tuple[str, str]:
    return match[1].strip('"').lower(), _table(match[2])


def _table(name: str) -> str:
    return clean(re.sub(r"[\s\"]", "", name).lower().removeprefix("public."))


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
