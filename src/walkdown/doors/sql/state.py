"""A database as it stands after all of its migrations."""

from __future__ import annotations

import msgspec

from walkdown.doors.sql.expressions import Select
from walkdown.doors.sql.statements import Column, Function, Key, Policy, Trigger


class Spot(msgspec.Struct, frozen=True):
    path: str
    line: int


class Granted(msgspec.Struct, frozen=True):
    """`columns`: empty where the whole table is meant."""

    role: str
    privilege: str
    columns: tuple[str, ...] = ()


class PolicyState(msgspec.Struct, frozen=True):
    spot: Spot
    policy: Policy


class TriggerState(msgspec.Struct, frozen=True):
    spot: Spot
    trigger: Trigger
    function: str


class Table(msgspec.Struct, frozen=True):
    """`kind`: table, view, materialized. `spot`: where it is made. `row_security`: where it was switched on, none where
    it is off. `unsure`: why it may be different in truth. `complete`: all of its columns are known. `unseen`: it is
    made in none of the files."""

    name: str
    spot: Spot
    kind: str = "table"
    columns: tuple[Column, ...] = ()
    keys: tuple[Key, ...] = ()
    row_security: Spot | None = None
    switched_off: Spot | None = None
    policies: tuple[PolicyState, ...] = ()
    triggers: tuple[TriggerState, ...] = ()
    grants: tuple[Granted, ...] = ()
    published: Spot | None = None
    select: Select | None = None
    invoker: bool = False
    complete: bool = True
    unsure: tuple[str, ...] = ()
    unseen: bool = False

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    @property
    def short(self) -> str:
        return self.name.partition(".")[2] if self.schema == "public" else self.name

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)


class FunctionState(msgspec.Struct, frozen=True):
    name: str
    spot: Spot
    function: Function
    grants: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        return self.name.removeprefix("public.")


class BucketState(msgspec.Struct, frozen=True):
    id: str
    spot: Spot
    public: bool


class Database(msgspec.Struct, frozen=True):
    """`sure`: the files have an order of their own. `exposed`: the schemas a stranger can reach over the network.
    `renamed`: (old, new) names of tables. `unsure`: statements that could not be followed."""

    root: str
    tool: str
    sure: bool
    supabase: bool
    paths: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    functions: tuple[FunctionState, ...] = ()
    buckets: tuple[BucketState, ...] = ()
    exposed: tuple[str, ...] = ("public",)
    renamed: tuple[tuple[str, str], ...] = ()
    renamed_columns: tuple[tuple[str, str, str], ...] = ()
    unsure: tuple[tuple[Spot, str], ...] = ()
    broken: tuple[tuple[Spot, str], ...] = ()
