"""Statement after statement on a database in the making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from walkdown.doors.sql import statements as said
from walkdown.doors.sql.dynamic import EVERY
from walkdown.doors.sql.expressions import Call, Expr, Select, inside
from walkdown.doors.sql.order import Group
from walkdown.doors.sql.read_objects import asks_as_reader
from walkdown.doors.sql.rights import Rights
from walkdown.doors.sql.state import (
    BucketState,
    Database,
    FunctionState,
    Granted,
    PolicyState,
    Spot,
    Table,
    TriggerState,
)  # fmt: skip


@dataclass
class _Table:
    """A table while it is being changed."""

    name: str
    spot: Spot
    kind: str = "table"
    columns: dict[str, said.Column] = field(default_factory=dict)
    keys: list[said.Key] = field(default_factory=list)
    row_security: Spot | None = None
    switched_off: Spot | None = None
    policies: dict[str, PolicyState] = field(default_factory=dict)
    triggers: dict[str, TriggerState] = field(default_factory=dict)
    published: Spot | None = None
    select: Select | None = None
    invoker: bool = False
    complete: bool = True
    unsure: list[str] = field(default_factory=list)
    unseen: bool = False

    def frozen(self, grants: tuple[Granted, ...]) -> Table:
        return Table(
            self.name, self.spot, self.kind, tuple(self.columns.values()), tuple(self.keys), self.row_security,
            self.switched_off, tuple(self.policies.values()), tuple(self.triggers.values()), grants, self.published,
            self.select, self.invoker, self.complete, tuple(dict.fromkeys(self.unsure)), self.unseen,
        )  # fmt: skip


class Player:
    def __init__(self, *, supabase: bool) -> None:
        self._supabase = supabase
        self._tables: dict[str, _Table] = {}
        self._functions: dict[tuple[str, tuple[str, ...]], FunctionState] = {}
        self._buckets: dict[str, BucketState] = {}
        self._renamed: list[tuple[str, str]] = []
        self._columns_renamed: list[tuple[str, str, str]] = []
        self._unsure: list[tuple[Spot, str]] = []
        self._rights = Rights(supabase=supabase)
        self._path: tuple[str, ...] = ("public",)
        self._all_published: Spot | None = None
        if supabase:
            self._built_in()

    def _built_in(self) -> None:
        """What every Supabase project has from its first day."""
        nowhere = Spot("", 0)
        objects = _Table("storage.objects", nowhere, row_security=nowhere)
        for name, kind in (("id", "uuid"), ("bucket_id", "text"), ("name", "text"), ("owner", "uuid"),
                           ("owner_id", "text"), ("path_tokens", "text[]"), ("metadata", "jsonb"),
                           ("created_at", "timestamptz")):  # fmt: skip
            objects.columns[name] = said.Column(name, kind)
        buckets = _Table("storage.buckets", nowhere, row_security=nowhere)
        for name in ("id", "name", "public", "owner"):
            buckets.columns[name] = said.Column(name, "boolean" if name == "public" else "text")
        users = _Table("auth.users", nowhere, row_security=nowhere)
        for name in ("id", "email", "role", "raw_user_meta_data", "raw_app_meta_data", "created_at", "phone"):
            users.columns[name] = said.Column(name, "uuid" if name == "id" else "text", primary=name == "id")
        self._tables = {one.name: one for one in (objects, buckets, users)}
        for one in (objects, buckets):
            self._rights.created(one.name)

    def file(self, path: str, facts: said.SqlFacts) -> None:
        self._path = ("public",)
        for one in facts.statements:
            handler = _HANDLERS.get(type(one))
            if handler is not None:
                handler(self, one, Spot(path, one.line))

    def database(self, group: Group, broken: tuple[tuple[Spot, str], ...]) -> Database:
        if self._all_published is not None:
            for one in self._tables.values():
                one.published = one.published or self._all_published
        return Database(
            group.root, group.tool, group.sure, self._supabase, group.paths, group.aside,
            tuple(one.frozen(self._rights.of_table(one.name)) for one in self._tables.values()),
            tuple(
                FunctionState(one.name, one.spot, one.function, self._rights.of_function(one.name))
                for one in self._functions.values()
            ),
            tuple(self._buckets.values()), self._rights.exposed(), tuple(self._renamed), tuple(self._columns_renamed),
            tuple(self._unsure[:500]), broken,
        )  # fmt: skip

    # -- names ---------------------------------------------------------------------------------------------------------

    def _full(self, name: str) -> str:
        """The name with its schema, as the search path has it at this moment."""
        if "." in name:
            return name
        return next(
            (f"{one}.{name}" for one in self._path if f"{one}.{name}" in self._tables), f"{self._path[0]}.{name}"
        )

    def _function_name(self, name: str) -> str:
        return name if "." in name else f"{self._path[0]}.{name}"

    def _named(self, name: str) -> list[_Table]:
        if name.rpartition(".")[2] == EVERY:
            return [one for one in self._tables.values() if one.name.startswith("public.") and one.kind == "table"]
        found = self._tables.get(self._full(name))
        return [found] if found is not None else []

    # -- tables --------------------------------------------------------------------------------------------------------

    def create_table(self, one: said.CreateTable, spot: Spot) -> None:
        name = self._made(one.name)
        if one.temporary or not one.name or (one.careful and name in self._tables):
            return
        made = _Table(name, spot, keys=list(one.keys), complete=not one.filled)
        for other in one.like:
            for base in self._named(other):
                made.columns.update(base.columns)
        made.columns.update({column.name: column for column in one.columns})
        self._tables[name] = made
        self._rights.created(name)

    def _unseen(self, name: str, spot: Spot) -> _Table:
        """Made elsewhere (a dashboard, another tool): what is known of it begins here."""
        full = self._full(name)
        made = _Table(full, spot, complete=False, unsure=["it is not made in any of the files"], unseen=True)
        self._tables[full] = made
        self._rights.created(full)
        return made

    def beside(self, path: str, facts: said.SqlFacts) -> None:
        """A script that may have been run by hand: where it guards a table, nothing certain is said of that."""
        for one in facts.statements:
            guards = isinstance(one, said.AlterTable) and any(
                change.what == "rls" and change.value == "enable" for change in one.changes
            )
            if guards and isinstance(one, said.AlterTable):
                for table in self._named(one.name):
                    if table.row_security is None:
                        table.unsure.append(
                            f"a script outside the migrations switches row security on ({path}:{one.line})"
                        )

    def _made(self, name: str) -> str:
        return name if "." in name else f"{self._path[0]}.{name}"

    def alter_table(self, one: said.AlterTable, spot: Spot) -> None:
        found = self._named(one.name)
        if not found and any(change.what == "rls" for change in one.changes) and one.name:
            found = [self._unseen(one.name, spot)]
        for table in found:
            for change in one.changes:
                self._change(table, change, spot)

    def _change(self, table: _Table, change: said.Change, spot: Spot) -> None:
        column = change.column
        if change.what == "rls":
            if change.value == "enable":
                table.row_security, table.switched_off = spot, None
            elif change.value == "disable":
                table.row_security, table.switched_off = None, spot
        elif change.what == "add" and column is not None:
            table.columns.setdefault(column.name, column)
        elif change.what == "drop" and column is not None:
            table.columns.pop(column.name, None)
        elif change.what == "key" and change.key is not None:
            table.keys.append(change.key)
        elif change.what == "option":
            asks = asks_as_reader(change.value)
            table.invoker = table.invoker if asks is None else asks

    def rename(self, one: said.Rename, spot: Spot) -> None:  # noqa: PLR0912 - one branch for each kind
        if one.what == "policy":
            for table in self._named(one.on):
                if policy := table.policies.pop(one.name, None):
                    table.policies[one.new] = PolicyState(policy.spot, replace(policy.policy, name=one.new))
        elif one.what == "column":
            for table in self._named(one.on):
                if column := table.columns.pop(one.name, None):
                    table.columns[one.new] = replace(column, name=one.new)
                    self._columns_renamed.append((table.name, one.name, one.new))
        elif one.what in ("table", "view", "materialized view"):
            for table in self._named(one.name):
                self._called(table, f"{table.name.partition('.')[0]}.{one.new}")
        elif one.what == "function":
            for key, held in list(self._functions.items()):
                if key[0] == self._function_name(one.name):
                    del self._functions[key]
                    new = f"{key[0].partition('.')[0]}.{one.new}"
                    self._functions[new, key[1]] = FunctionState(new, spot, held.function)
                    self._rights.function(new)
        elif one.what == "schema":
            for table in [held for held in self._tables.values() if held.name.startswith(f"{one.name}.")]:
                self._called(table, f"{one.new}.{table.name.partition('.')[2]}")

    def _called(self, table: _Table, new: str) -> None:
        self._renamed.append((table.name, new))
        self._tables.pop(table.name, None)
        self._rights.renamed(table.name, new)
        table.name = new
        self._tables[new] = table

    def move(self, one: said.Move, _: Spot) -> None:
        for table in self._named(one.name):
            self._called(table, f"{one.schema}.{table.name.partition('.')[2]}")

    def drop(self, one: said.Drop, _: Spot) -> None:
        if one.what == "policy":
            for table in self._named(one.on):
                for name in one.names:
                    table.policies.pop(name, None)
        elif one.what == "trigger":
            for table in self._named(one.on):
                for name in one.names:
                    table.triggers.pop(name, None)
        elif one.what in ("table", "view", "materialized view"):
            for name in one.names:
                self._tables.pop(self._full(name), None)
        elif one.what == "function":
            for name in one.names:
                self._drop_function(self._function_name(name), cascade=one.cascade)
        elif one.what == "schema" and one.cascade:
            for name in one.names:
                self._tables = {key: held for key, held in self._tables.items() if not key.startswith(f"{name}.")}
                self._functions = {
                    key: held for key, held in self._functions.items() if not key[0].startswith(f"{name}.")
                }

    def _drop_function(self, name: str, *, cascade: bool) -> None:
        for key in [key for key in self._functions if key[0] == name]:
            del self._functions[key]
        if not cascade:
            return
        # what rests on it goes with it: the policies that ask it, the triggers that run it
        for table in self._tables.values():
            table.policies = {key: held for key, held in table.policies.items() if not self._asks(held.policy, name)}
            table.triggers = {key: held for key, held in table.triggers.items() if held.function != name}

    def _asks(self, policy: said.Policy, name: str) -> bool:
        exprs: list[Expr] = [one for one in (policy.using, policy.check) if one is not None]
        return any(
            isinstance(part, Call) and self._function_name(part.name) == name for one in exprs for part in inside(one)
        )

    # -- access --------------------------------------------------------------------------------------------------------

    def policy(self, one: said.Policy, spot: Spot) -> None:
        found = self._named(one.table)
        if not found and one.table:
            found = [self._unseen(one.table, spot)]
        for table in found:
            table.policies[one.name] = PolicyState(spot, one)

    def alter_policy(self, one: said.AlterPolicy, spot: Spot) -> None:
        for table in self._named(one.table):
            held = table.policies.get(one.name)
            if held is not None:
                old = held.policy
                changed = replace(
                    old,
                    roles=one.roles or old.roles,
                    using=one.using if one.using is not None else old.using,
                    check=one.check if one.check is not None else old.check,
                )
                table.policies[one.name] = PolicyState(spot, changed)

    def grant(self, one: said.Grant, _: Spot) -> None:
        if one.what == "function":
            names = (
                [key[0] for key in self._functions] if one.everything else [self._function_name(n) for n in one.names]
            )
            if one.everything:
                names = [name for name in names if name.partition(".")[0] in one.names]
            for name in names:
                self._rights.on_function(name, one.roles, revoke=one.revoke)
        elif one.what == "schema" and not one.everything:
            self._rights.on_schema(one.names, one.roles, revoke=one.revoke)
        elif one.what in ("table", "schema"):
            names = [name for name in self._tables if name.partition(".")[0] in one.names] if one.everything else [
                table.name for name in one.names for table in self._named(name)
            ]  # fmt: skip
            for name in names:
                self._rights.on_table(name, one)

    def default_grant(self, one: said.DefaultGrant, _: Spot) -> None:
        self._rights.by_default(one)

    # -- functions, views, the rest ------------------------------------------------------------------------------------

    def function(self, one: said.Function, spot: Spot) -> None:
        name = self._function_name(one.name)
        types = tuple(argument.type for argument in one.arguments if not argument.out)
        new = (name, types) not in self._functions
        self._functions[name, types] = FunctionState(name, spot, one)
        if new:
            self._rights.function(name)

    def alter_function(self, one: said.AlterFunction, _: Spot) -> None:
        for key, held in list(self._functions.items()):
            if key[0] != self._function_name(one.name):
                continue
            old = held.function
            changed = replace(
                old,
                definer=old.definer if one.definer is None else one.definer,
                search_path=old.search_path if one.search_path is None else one.search_path,
            )
            self._functions[key] = FunctionState(held.name, held.spot, changed)

    def view(self, one: said.View, spot: Spot) -> None:
        name = self._made(one.name)
        kind = "materialized" if one.materialized else "view"
        known = name in self._tables
        self._tables[name] = _Table(name, spot, kind, select=one.select, invoker=one.invoker, complete=False)
        if not known:
            self._rights.created(name)

    def trigger(self, one: said.Trigger, spot: Spot) -> None:
        for table in self._named(one.table):
            table.triggers[one.name] = TriggerState(spot, one, self._function_name(one.function))

    def bucket(self, one: said.Bucket, spot: Spot) -> None:
        names = list(self._buckets) if one.ids == ("*",) else list(one.ids)
        for name in names:
            if one.gone:
                self._buckets.pop(name, None)
            elif one.public is None and name[:1] in "+-":
                self._buckets[name[1:]] = BucketState(name[1:], spot, name[0] == "+")
            else:
                self._buckets[name] = BucketState(name, spot, bool(one.public))

    def publish(self, one: said.Publish, spot: Spot) -> None:
        if one.everything:
            self._all_published = spot
        for name in one.tables:
            for table in self._named(name):
                table.published = None if one.remove else spot

    def search_path(self, one: said.SearchPath, _: Spot) -> None:
        self._path = tuple(part for part in one.schemas if part and part != "$user") or ("public",)

    def opaque(self, one: said.Opaque, spot: Spot) -> None:
        self._unsure.append((spot, f"{one.kind}: {one.why}"))
        for mention in one.mentions:
            table = self._tables.get(self._full(mention))
            if table is not None:
                table.unsure.append(f"a statement about it was not understood ({spot.path}:{spot.line})")


_HANDLERS: dict[type[Any], Callable[..., None]] = {
    said.CreateTable: Player.create_table,
    said.AlterTable: Player.alter_table,
    said.Rename: Player.rename,
    said.Move: Player.move,
    said.Drop: Player.drop,
    said.Policy: Player.policy,
    said.AlterPolicy: Player.alter_policy,
    said.Grant: Player.grant,
    said.DefaultGrant: Player.default_grant,
    said.Function: Player.function,
    said.AlterFunction: Player.alter_function,
    said.View: Player.view,
    said.Trigger: Player.trigger,
    said.Bucket: Player.bucket,
    said.Publish: Player.publish,
    said.SearchPath: Player.search_path,
    said.Opaque: Player.opaque,
}

__all__ = ["Player"]
