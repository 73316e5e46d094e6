"""Grants: who holds which privilege on what, beginning with what Supabase gives by itself."""

from __future__ import annotations

from walkdown.doors.sql.state import Granted
from walkdown.doors.sql.statements import DefaultGrant, Grant

COMMANDS = ("select", "insert", "update", "delete")
_STRANGERS = ("anon", "authenticated")


class Rights:
    def __init__(self, *, supabase: bool) -> None:
        # (schema, kind) -> role -> privileges that new objects get
        self._defaults: dict[tuple[str, str], dict[str, set[str]]] = {}
        self._tables: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
        self._functions: dict[str, set[str]] = {}
        self._usage: dict[str, set[str]] = {}
        if supabase:
            self._defaults["public", "table"] = {role: set(COMMANDS) for role in _STRANGERS}
            self._defaults["public", "function"] = {role: {"execute"} for role in _STRANGERS}
            self._defaults["storage", "table"] = {role: set(COMMANDS) for role in _STRANGERS}
            self._usage["public"] = set(_STRANGERS)

    def created(self, table: str) -> None:
        given = self._defaults.get((table.partition(".")[0], "table"), {})
        self._tables[table] = {(role, one): () for role, held in given.items() for one in held}

    def function(self, name: str) -> None:
        """Postgres lets everyone run a new function."""
        given = self._defaults.get((name.partition(".")[0], "function"), {})
        general = self._defaults.get(("", "function"), {}).get("public", {"execute"})
        self._functions[name] = {role for role, held in given.items() if "execute" in held}
        if "execute" in general and "none" not in given.get("public", set()):
            self._functions[name].add("public")

    def renamed(self, old: str, new: str) -> None:
        self._tables[new] = self._tables.pop(old, {})

    def on_table(self, name: str, one: Grant) -> None:
        held = self._tables.setdefault(name, {})
        for role in one.roles:
            for privilege in one.privileges:
                for command in COMMANDS if privilege.name == "all" else (privilege.name,):
                    if not one.revoke:
                        before = held.get((role, command))
                        # what was given for the whole table stays so
                        held[role, command] = () if before == () or not privilege.columns else (
                            *(before or ()), *privilege.columns,
                        )  # fmt: skip
                    elif not privilege.columns:
                        held.pop((role, command), None)

    def on_function(self, name: str, roles: tuple[str, ...], *, revoke: bool) -> None:
        held = self._functions.setdefault(name, {"public"})
        for role in roles:
            if revoke:
                held.discard(role)
            else:
                held.add(role)

    def on_schema(self, names: tuple[str, ...], roles: tuple[str, ...], *, revoke: bool) -> None:
        for name in names:
            held = self._usage.setdefault(name, set())
            for role in roles:
                if revoke:
                    held.discard(role)
                else:
                    held.add(role)

    def by_default(self, one: DefaultGrant) -> None:
        names = {command for privilege in one.privileges for command in (
            (*COMMANDS, "execute") if privilege.name == "all" else (privilege.name,)
        )}  # fmt: skip
        for schema in one.schemas or ("",):
            held = self._defaults.setdefault((schema, one.what), {})
            for role in one.roles:
                have = held.setdefault(role, set())
                if one.revoke:
                    have -= names
                    if role == "public" and one.what == "function":
                        have.add("none")
                else:
                    have |= names
                    have.discard("none")

    def of_table(self, name: str) -> tuple[Granted, ...]:
        return tuple(Granted(role, one, columns) for (role, one), columns in sorted(self._tables.get(name, {}).items()))

    def of_function(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(self._functions.get(name, {"public"})))

    def exposed(self) -> tuple[str, ...]:
        found = {name for name, roles in self._usage.items() if roles & {*_STRANGERS, "public"}}
        return tuple(sorted({"public", *found} - {"auth", "storage", "extensions", "vault", "graphql", "pgsodium"}))
