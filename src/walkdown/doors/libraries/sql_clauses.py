"""The parts of a statement of SQL: its clauses, names of tables and columns, and the values that stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from walkdown.doors.libraries.sql_words import Word
from walkdown.model.door import Operation

UNKNOWN_TABLE = "(unknown)"
_ENDS = frozenset({
    "where", "group", "order", "limit", "having", "returning", "for", "union", "offset", "fetch", "on", "window",
    "set",
    "values", "intersect", "except", "join", "inner", "left", "right", "full", "cross", "natural", "using", "lateral",
    "when", "from", "select", "default", "output",
})  # fmt: skip
AFTER_WHERE = frozenset({
    "group", "order", "limit", "having", "returning", "for", "union", "offset", "fetch", "window", "intersect",
    "except",
})  # fmt: skip
COMPARES = frozenset({"like", "ilike", "in", "is", "between", "regexp", "similar"})
SIGNS = ("=", "<", ">", "<=", ">=", "<>", "!=", "~", "~*", "!~", "@>", "<@", "&&")
OWN = frozenset({
    "now", "current_timestamp", "version", "last_insert_id", "pg_sleep", "set_config", "current_setting", "count",
    "coalesce",
    "exists", "gen_random_uuid", "uuid_generate_v4", "database", "current_database", "nextval", "currval", "setval",
    "pg_advisory_lock", "pg_advisory_xact_lock", "pg_advisory_unlock", "to_regclass", "changes", "last_insert_rowid",
    "json_build_object", "row_to_json", "max", "min", "sum", "avg", "lower", "upper", "date", "concat",
})  # fmt: skip
SUMS = frozenset(
    {"count", "sum", "avg", "min", "max", "exists", "bool_or", "bool_and", "array_agg", "json_agg", "jsonb_agg"}
)
MOST = 20
TRANSACTION = {
    "begin": "begin", "start": "begin", "commit": "end", "rollback": "", "end": "end", "abort": "", "savepoint": "",
    "release": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ref:
    """A value in a statement. `kind`: param, hole, constant; `value`: its number, its name, or what it says."""

    kind: str
    value: str = ""


Fields: TypeAlias = "tuple[tuple[str, Ref], ...]"


@dataclass(frozen=True, slots=True)
class Said:
    """`given`: a row that is written as it comes (`SET ?`). `word`: begin or end, of a transaction."""

    table: str = UNKNOWN_TABLE
    operation: Operation | None = None
    filters: tuple[tuple[str, Ref], ...] = ()
    sets: tuple[tuple[str, Ref], ...] = ()
    given: Ref | None = None
    columns: tuple[str, ...] = ()
    bounded: bool = True
    ordered: bool = False
    word: str = ""
    why: str = ""


def unsure(table: str) -> str:
    return "Which table it writes is put in by the code." if table == UNKNOWN_TABLE else ""


def unwrapped(words: tuple[Word, ...]) -> tuple[Word, ...]:
    while len(words) == 1 and words[0].kind == "group":
        words = words[0].inner
    if words and words[0].kind == "group" and words[0].inner and words[0].inner[0].says("select"):
        return (*words[0].inner, *words[1:])
    return words


def find(words: tuple[Word, ...], *says: str) -> int:
    return next((at for at, one in enumerate(words) if one.says(*says)), -1)


def clause(words: tuple[Word, ...], starts: str, ends: frozenset[str]) -> tuple[Word, ...]:
    at = find(words, starts)
    if at < 0:
        return ()
    rest = words[at + 1 :]
    end = next((n for n, one in enumerate(rest) if one.kind == "word" and one.value in ends), len(rest))
    return rest[:end]


def split_at(words: tuple[Word, ...], *says: str) -> list[tuple[Word, ...]]:
    parts: list[list[Word]] = [[]]
    between = False
    for word in words:
        if between and word.says("and"):
            between = False
            parts[-1].append(word)
        elif word.says(*says):
            parts.append([])
        else:
            between = between or word.says("between")
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]


def table_in(words: tuple[Word, ...]) -> tuple[str, int]:
    """A name, maybe with its schema, and how many words it takes."""
    at = 0
    while at < len(words) and words[at].says("only", "into", "ignore", "low_priority", "table"):
        at += 1
    parts: list[str] = []
    while at < len(words) and words[at].kind in ("word", "name"):
        if words[at].kind == "word" and words[at].value in _ENDS and not parts:
            break
        parts.append(words[at].name)
        at += 1
        if at < len(words) and words[at].sign("."):
            at += 1
        else:
            break
    if not parts:
        return UNKNOWN_TABLE, at + 1 if at < len(words) and words[at].kind in ("hole", "param") else at
    kept = parts[-2:] if len(parts) > 1 and parts[-2] not in ("public", "dbo", "main") else parts[-1:]
    return ".".join(kept), at


def aliases(words: tuple[Word, ...]) -> dict[str, str]:
    """What tables are called in a statement: empty for the one that is asked, its name for one that is joined."""
    found: dict[str, str] = {}
    for at, word in enumerate(words):
        first = word.says("from", "update", "into") and not found
        if not first and not word.says("join", "using", "from"):
            continue
        table, end = table_in(words[at + 1 :])
        rest = words[at + 1 + end :]
        rest = rest[1:] if rest and rest[0].says("as") else rest
        named = rest[0] if rest and rest[0].kind in ("word", "name") else None
        for name in (
            table,
            table.rsplit(".", 1)[-1],
            named.name if named is not None and not named.says(*_ENDS) else "",
        ):
            if name:
                found.setdefault(name.lower(), "" if first else table)
    return found


def named_by(filters: Fields, words: tuple[Word, ...]) -> Fields:
    """Columns of the table itself by their names, those of others with theirs."""
    known = aliases(words)

    def name(column: str) -> str:
        negated = "not " if column.startswith("not ") else ""
        before, dot, last = column.removeprefix("not ").rpartition(".")
        if not dot:
            return column
        table = known.get(before.lower(), before)
        return f"{negated}{table}.{last}" if table else negated + last

    return tuple((name(column), ref) for column, ref in filters)


def by_id(words: tuple[Word, ...], known: dict[str, str]) -> bool:
    """`where id = $1 and ...`: there is one such row at most."""
    parts = split_at(words, "and")
    return any(
        len(part) in (3, 5)
        and column_in(part) in ("id", "uuid", "_id")
        and not known.get(qualified(part).rpartition(".")[0].lower(), "")
        and part[-2].sign("=")
        and ref_in(part[-1:]) is not None
        for part in parts
    )


def qualified(words: tuple[Word, ...]) -> str:
    """`o.user_id`, as it is written."""
    column = column_in(words)
    if column and len(words) > 2 and words[1].sign(".") and words[2].name == column:
        return f"{words[0].name}.{column}"
    return column


def column_in(words: tuple[Word, ...]) -> str:
    """`o.user_id`, `lower(email)`, `count(*) as total`; empty where it is no column."""
    if not words or words[0].kind not in ("word", "name"):
        return ""
    if len(words) > 1 and words[1].kind == "group":
        return column_in(words[1].inner) if words[0].says("lower", "upper", "trim", "date", "coalesce", "btrim") else ""
    at = 0
    while at + 2 < len(words) and words[at + 1].sign(".") and words[at + 2].kind in ("word", "name"):
        at += 2
    if words[at].says("null", "true", "false", "current_date", "interval"):
        return ""
    return words[at].name


def ref_in(words: tuple[Word, ...]) -> Ref | None:
    """The first value that is put in; else a constant; None where there is another column or a select."""
    for one in words:
        if one.kind in ("param", "hole"):
            return Ref(one.kind, one.value)
        if one.kind == "group" and not (one.inner and one.inner[0].says("select", "with")):
            inner = ref_in(one.inner)
            if inner is not None and inner.kind != "constant":
                return inner
    if any(one.kind == "group" and one.inner and one.inner[0].says("select", "with") for one in words):
        return None
    if words and (words[0].kind in ("text", "number", "group") or words[0].says("null", "true", "false", "not", "now",
                  "current_timestamp", "current_date", "interval", "default", "excluded")):  # fmt: skip
        return Ref("constant", words[0].value if words[0].kind != "group" else "")
    return None
