"""What one file of SQL does, statement by statement: small, frozen, ready to be kept and played."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from walkdown.doors.sql.expressions import Call, Expr, Select


class Stated(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    line: int


class Reference(msgspec.Struct, frozen=True, array_like=True, gc=False):
    table: str
    column: str = ""


class Column(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`default`: the start of its text. `made`: the database makes the value itself."""

    name: str
    type: str = ""
    default: str = ""
    primary: bool = False
    unique: bool = False
    required: bool = False
    made: bool = False
    refers: Reference | None = None


class Key(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`kind`: primary, unique, foreign."""

    kind: str
    columns: tuple[str, ...]
    table: str = ""
    refers: tuple[str, ...] = ()


class CreateTable(Stated, frozen=True, array_like=True, tag="table"):
    """`like`: tables whose columns it takes over. `filled`: made from a select, so its columns are not known."""

    name: str
    columns: tuple[Column, ...] = ()
    keys: tuple[Key, ...] = ()
    careful: bool = False
    like: tuple[str, ...] = ()
    filled: bool = False
    temporary: bool = False


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`what`: add, drop, default, type, key, rls, option, other."""

    what: str
    column: Column | None = None
    key: Key | None = None
    value: str = ""


class AlterTable(Stated, frozen=True, array_like=True, tag="alter"):
    name: str
    changes: tuple[Change, ...] = ()


class Rename(Stated, frozen=True, array_like=True, tag="rename"):
    """`what`: table, column, policy, function, view, schema, other. `on`: the table a column or policy belongs to."""

    what: str
    name: str
    new: str
    on: str = ""


class Move(Stated, frozen=True, array_like=True, tag="move"):
    what: str
    name: str
    schema: str


class Drop(Stated, frozen=True, array_like=True, tag="drop"):
    what: str
    names: tuple[str, ...]
    on: str = ""
    cascade: bool = False


class Policy(Stated, frozen=True, array_like=True, tag="policy"):
    """`command`: all, select, insert, update, delete. `wrong`: a part of it was not understood."""

    name: str
    table: str
    command: str = "all"
    permissive: bool = True
    roles: tuple[str, ...] = ("public",)
    using: Expr | None = None
    check: Expr | None = None
    wrong: bool = False


class AlterPolicy(Stated, frozen=True, array_like=True, tag="alter-policy"):
    name: str
    table: str
    roles: tuple[str, ...] = ()
    using: Expr | None = None
    check: Expr | None = None


class Privilege(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`name`: select, insert, update, delete, execute, usage, all, other."""

    name: str
    columns: tuple[str, ...] = ()


class Grant(Stated, frozen=True, array_like=True, tag="grant"):
    """`what`: table, function, schema, other. `everything`: all of that kind in the schemas named."""

    revoke: bool
    privileges: tuple[Privilege, ...]
    what: str
    names: tuple[str, ...]
    roles: tuple[str, ...]
    everything: bool = False


class DefaultGrant(Stated, frozen=True, array_like=True, tag="default-grant"):
    revoke: bool
    privileges: tuple[Privilege, ...]
    what: str
    schemas: tuple[str, ...]
    roles: tuple[str, ...]


class Argument(msgspec.Struct, frozen=True, array_like=True, gc=False):
    name: str
    type: str
    out: bool = False


class Act(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One operation on data in a function's body: where it stands, what had to hold to come there (`guard`), which rows
    (`rows`) and which columns get which values (`sets`)."""

    command: str
    table: str
    line: int
    guard: Expr
    rows: Select
    sets: tuple[tuple[str, Expr], ...] = ()


class Answered(msgspec.Struct, frozen=True, array_like=True, gc=False):
    guard: Expr
    value: Expr


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """SQL that is put together while the function runs: `sql` is what it is put together from."""

    line: int
    sql: Expr
    guard: Expr


class Body(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`watched`: columns of the new row that a trigger checks or sets. `dynamic`: SQL that is made up while it runs.
    `asked`: the functions it calls, with the line and what had to hold. `must`: what has to hold, or it fails.
    `calls`: the calls that are statements by themselves, with what is handed over."""

    acts: tuple[Act, ...] = ()
    returns: tuple[Answered, ...] = ()
    asked: tuple[tuple[str, int, Expr], ...] = ()
    watched: tuple[str, ...] = ()
    dynamic: tuple[Run, ...] = ()
    wrong: bool = False
    must: Expr | None = None
    calls: tuple[tuple[Call, int, Expr], ...] = ()


class Function(Stated, frozen=True, array_like=True, tag="function"):
    """`search_path`: none where it is not set. `body`: none where it is not SQL or PL/pgSQL."""

    name: str
    arguments: tuple[Argument, ...] = ()
    returns: str = ""
    many: bool = False
    language: str = ""
    definer: bool = False
    search_path: str | None = None
    body: Body | None = None


class AlterFunction(Stated, frozen=True, array_like=True, tag="alter-function"):
    name: str
    types: tuple[str, ...] | None = None
    definer: bool | None = None
    search_path: str | None = None


class View(Stated, frozen=True, array_like=True, tag="view"):
    """`invoker`: it asks as the one who reads it, so that row security holds."""

    name: str
    select: Select
    materialized: bool = False
    invoker: bool = False


class Trigger(Stated, frozen=True, array_like=True, tag="trigger"):
    name: str
    table: str
    function: str
    before: bool = False
    events: tuple[str, ...] = ()


class Bucket(Stated, frozen=True, array_like=True, tag="bucket"):
    """`public`: none where it was not said. `gone`: it was deleted."""

    ids: tuple[str, ...]
    public: bool | None = None
    gone: bool = False


class Publish(Stated, frozen=True, array_like=True, tag="publish"):
    tables: tuple[str, ...]
    remove: bool = False
    everything: bool = False


class Kind(Stated, frozen=True, array_like=True, tag="type"):
    name: str
    labels: tuple[str, ...] = ()


class Index(Stated, frozen=True, array_like=True, tag="index"):
    table: str
    columns: tuple[str, ...]
    unique: bool = False


class SearchPath(Stated, frozen=True, array_like=True, tag="path"):
    schemas: tuple[str, ...]


class Made(Stated, frozen=True, array_like=True, tag="made"):
    """A schema, extension or role."""

    what: str
    name: str


class Opaque(Stated, frozen=True, array_like=True, tag="?"):
    """Something that may decide who gets in, and was not understood. `mentions`: the names it holds."""

    kind: str
    why: str
    mentions: tuple[str, ...] = ()


Statement: TypeAlias = (
    CreateTable | AlterTable | Rename | Move | Drop | Policy | AlterPolicy | Grant | DefaultGrant | Function
    | AlterFunction | View | Trigger | Bucket | Publish | Kind | Index | SearchPath | Made | Opaque
)  # fmt: skip


class Trouble(msgspec.Struct, frozen=True, array_like=True, gc=False):
    line: int
    why: str


class SqlFacts(msgspec.Struct, frozen=True, array_like=True):
    """All of a file. `dialect`: postgres, or the one it is written in instead. `cut`: not read to the end.
    `supabase`: it speaks of what only Supabase has."""

    statements: tuple[Statement, ...] = ()
    broken: tuple[Trouble, ...] = ()
    dialect: str = "postgres"
    cut: bool = False
    supabase: bool = False
