"""What a statement of SQL in the code does: table, operation, which columns it asks by and writes.

Dialects differ; this reads the shape that they share. What it cannot tell it leaves out, and says that it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from walkdown.doors.libraries.sql_clauses import (
    AFTER_WHERE,
    COMPARES,
    MOST,
    OWN,
    SIGNS,
    SUMS,
    TRANSACTION,
    UNKNOWN_TABLE,
    Ref,
    Said,
    aliases,
    by_id,
    clause,
    column_in,
    find,
    named_by,
    qualified,
    ref_in,
    split_at,
    table_in,
    unsure,
    unwrapped,
)
from walkdown.doors.libraries.sql_words import Word, split, words_of
from walkdown.doors.values import replace
from walkdown.model.door import Operation


def read_statements(text: str) -> list[Said]:
    """All that a text does, at most the first of very many."""
    found: list[Said] = []
    for part in split(words_of(text), sign=";")[:MOST]:
        found.extend(_Reader().statement(part))
    return found[:MOST]


@dataclass(slots=True)
class _Reader:
    """`named`: what stands in `with name as (...)`."""

    named: dict[str, Said] = field(default_factory=dict)

    def statement(self, words: tuple[Word, ...]) -> Iterator[Said]:
        words = unwrapped(words)
        if not words:
            return
        first = words[0]
        if first.says("with"):
            yield from self._with(words)
        elif first.says("select"):
            yield from self._select(words)
        elif first.says("insert", "replace", "merge"):
            yield from self._insert(words)
        elif first.says("update"):
            yield self._update(words)
        elif first.says("delete", "truncate"):
            yield self._delete(words)
        elif first.says("call", "exec", "execute"):
            yield Said(table_in(words[1:])[0], Operation.RPC)
        elif first.kind == "word" and first.value in TRANSACTION:
            yield Said(word=TRANSACTION[first.value])
        elif first.says("explain"):
            yield from self.statement(words[1:])

    def _with(self, words: tuple[Word, ...]) -> Iterator[Said]:
        at = 2 if len(words) > 1 and words[1].says("recursive") else 1
        while at + 2 < len(words):
            group = next((n for n in range(at, len(words)) if words[n].kind == "group" and words[n - 1].says(
                "as", "materialized")), -1)  # fmt: skip
            if group < 0:
                return
            for said in self.statement(words[group].inner):
                if said.operation is not Operation.READ:
                    yield said
                self.named.setdefault(words[at].name.lower(), said)
            if group + 1 >= len(words) or not words[group + 1].sign(","):
                yield from self.statement(words[group + 1 :])
                return
            at = group + 2

    def _select(self, words: tuple[Word, ...]) -> Iterator[Said]:
        parts = split_at(words, "union", "intersect", "except")
        for part in parts[:MOST]:
            said = self._one_select(unwrapped(part))
            if said is not None:
                yield said

    def _one_select(self, words: tuple[Word, ...]) -> Said | None:
        at = find(words, "from")
        if at < 0:
            called = next(
                (n for n in range(1, len(words) - 1) if words[n].kind == "word" and words[n + 1].kind == "group"), -1
            )
            if called < 0 or words[called].value in OWN:
                return None
            return Said(words[called].name, Operation.RPC)
        picked = words[1:at]
        table, under = self._source(words[at + 1 :])
        where = self._conditions(clause(words, "where", AFTER_WHERE))
        joined = (
            self._conditions(clause(words, "on", frozenset({"where", *AFTER_WHERE}))) if find(words, "join") > 0 else ()
        )
        names = tuple(name for part in split(picked) if (name := column_in(part)))
        sums = any(one.kind == "word" and one.value in SUMS for one in picked) and find(words, "group") < 0
        limited = find(words, "limit", "fetch", "top") > 0 or sums
        said = Said(
            table,
            Operation.READ,
            named_by((*where, *joined), words),
            columns=names if len(names) == len(split(picked)) else (),
            bounded=limited or by_id(clause(words, "where", AFTER_WHERE), aliases(words)),
            ordered=find(words, "order") > 0,
        )
        if table == UNKNOWN_TABLE:
            said = replace(said, why="Which table it asks is put in by the code.")
        if under is not None:
            said = replace(said, filters=(*under.filters, *said.filters), bounded=said.bounded or under.bounded)
        return said

    def _source(self, words: tuple[Word, ...]) -> tuple[str, Said | None]:
        """The table of a `from`, and what it stands for where it is a select of its own."""
        if words and words[0].kind == "group":
            inner = next(iter(self.statement(words[0].inner)), None)
            if inner is not None:
                return inner.table, inner
            return self._source(words[0].inner)
        table, _ = table_in(words)
        known = self.named.get(table.lower())
        return (known.table, known) if known is not None else (table, None)

    def _insert(self, words: tuple[Word, ...]) -> Iterator[Said]:
        at = find(words, "into")
        table, end = table_in(words[at + 1 :] if at > 0 else words[1:])
        rest = words[(at if at > 0 else 0) + 1 + end :]
        columns: list[str] = []
        if rest and rest[0].kind == "group" and rest[0].inner and not rest[0].inner[0].says("select", "with"):
            columns = [column_in(part) or "*" for part in split(rest[0].inner)]
            rest = rest[1:]
        upsert = words[0].says("replace", "merge") or find(words, "duplicate") > 0 or (
            find(words, "conflict") > 0 and find(words, "nothing") < 0)  # fmt: skip
        operation = Operation.UPSERT if upsert or any(one.says("replace") for one in words[:3]) else Operation.INSERT
        values = find(rest, "values", "value")
        sets: tuple[tuple[str, Ref], ...] = ()
        given: Ref | None = None
        if values >= 0 and len(rest) > values + 1:
            row = rest[values + 1]
            sets = tuple(
                (name, ref)
                for name, part in zip(columns, split(row.inner))  # noqa: B905 - as many as both have
                if (ref := ref_in(part)) is not None
            )
            if row.kind in ("hole", "param"):
                given = Ref(row.kind, row.value)
        elif find(rest, "set") >= 0:
            sets, given = self._assigned(rest[find(rest, "set") + 1 :])
        elif rest and rest[0].kind == "hole":
            given = Ref("hole", rest[0].value)
        yield Said(table, operation, sets=sets, given=given, columns=tuple(columns), why=unsure(table))
        select = find(rest, "select", "with")
        if select >= 0:
            yield from self.statement(rest[select:])

    def _update(self, words: tuple[Word, ...]) -> Said:
        table, _ = table_in(words[1:])
        sets, given = self._assigned(clause(words, "set", frozenset({"where", "from", "returning", "limit", "order"})))
        where = self._conditions(clause(words, "where", AFTER_WHERE))
        return Said(table, Operation.UPDATE, named_by(where, words), sets, given, why=unsure(table))

    def _assigned(self, words: tuple[Word, ...]) -> tuple[tuple[tuple[str, Ref], ...], Ref | None]:
        sets: list[tuple[str, Ref]] = []
        given: Ref | None = None
        for part in split(words):
            at = next((n for n, one in enumerate(part) if one.sign("=")), -1)
            name = column_in(part[:at]) if at > 0 else ""
            ref = ref_in(part[at + 1 :]) if at > 0 else None
            if name:
                sets.append((name, ref or Ref("constant")))
            elif part[0].kind in ("param", "hole"):
                given = Ref(part[0].kind, part[0].value)
        return tuple(sets), given

    def _delete(self, words: tuple[Word, ...]) -> Said:
        at = find(words, "from", "table")
        table, _ = table_in(words[at + 1 :] if at > 0 else words[1:])
        return Said(
            table,
            Operation.DELETE,
            named_by(self._conditions(clause(words, "where", AFTER_WHERE)), words),
            why=unsure(table),
        )

    # -- conditions ----------------------------------------------------------------------------------------------------

    def _conditions(self, words: tuple[Word, ...], deep: int = 0) -> tuple[tuple[str, Ref], ...]:
        found: list[tuple[str, Ref]] = []
        for part in split_at(words, "and", "or", "on"):
            found.extend(self._condition(part, deep))
        return tuple(found)[:40]

    def _condition(self, words: tuple[Word, ...], deep: int) -> Iterable[tuple[str, Ref]]:
        negated = len(words) > 2 and any(one.says("not") for one in words[:-2])
        words = tuple(one for one in words if not one.says("not"))
        at = next((n for n, one in enumerate(words) if one.sign(*SIGNS) or one.says(*COMPARES)), -1)
        if deep > 12 or not words:
            return
        if at < 0:
            if len(words) == 1 and words[0].kind == "hole":
                yield "*", Ref("hole", words[0].value)
            for one in words:
                if one.kind == "group":
                    yield from self._nested(one.inner, deep)
            return
        left, right = words[:at], words[at + 1 :]
        name = qualified(left)
        if not name and column_in(right):
            name, right = qualified(right), left
        if not name:
            return
        name = f"not {name}" if negated or words[at].sign("<>", "!=", "!~") else name
        yield from ((name, ref) for ref in self._refs(right, deep))

    def _nested(self, words: tuple[Word, ...], deep: int) -> Iterable[tuple[str, Ref]]:
        if words and words[0].says("select", "with"):
            for said in self.statement(words):
                yield from ((f"{said.table}.{name}", ref) for name, ref in said.filters)
        else:
            yield from self._conditions(words, deep + 1)

    def _refs(self, words: tuple[Word, ...], deep: int) -> Iterable[Ref]:
        """The values on one side of a comparison; those a select in it asks by."""
        ref = ref_in(words)
        if ref is not None:
            yield ref
            return
        for one in words:
            if one.kind == "group" and deep < 12:
                if one.inner and one.inner[0].says("select", "with"):
                    yield from (ref for said in self.statement(one.inner) for _, ref in said.filters)
                else:
                    yield from self._refs(one.inner, deep + 1)
