"""Whose the rows of a table are: what schemas declare, and what the application itself shows by asking for the owner
elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, is_known
from walkdown.doors.tables import Table, points_to_owner
from walkdown.doors.values import Value
from walkdown.doors.visits import Did
from walkdown.model.door import WRITES, Checks, Operation, Origin

# What is somebody's private matter wherever it is kept.
_PERSONAL = re.compile(
    r"order|payment|invoice|message|booking|appointment|transaction|patient|medical|prescription|diagnos|notification|"
    r"address|card|customer|client|employee|lead|contact|session|token|document|chat|conversation|salar|payroll|wallet|"
    r"account|loan|claim|cart|applicant|application|enrol|subscription|reservation|expense|budget|income|note|journal|"
    r"inquir|submission|resume|contract|ticket|log|user|member|profile|health|record|file|attachment|balance|"
    r"withdraw|deposit|bank|report|task|project|goal|habit|workout|meal|diary",
    re.IGNORECASE,
)
_USERS = re.compile(
    r"^(?:app_?|auth_?|tbl_?)?(?:user|account|member|customer|admin|profile|people|person)s?(?:_?model)?$",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"user|account|payment|order|invoice|wallet|transaction|balance|withdraw|payout|credential", re.IGNORECASE
)
# What no application shows to strangers.
_PRIVATE = re.compile(
    r"order(?!_?status)|payment|invoice|message|booking|appointment|transaction|patient|medical|prescription|diagnos|"
    r"salar|payroll|wallet|loan|chat|conversation|credential|api_?key|bank|withdraw|deposit|expense|contract|"
    r"customer|client(?!s?_?logo)|employee|cart(?!_?egor)|address|inquir|submission|applicant|lead(?!er)|subscriber|audit",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"categor|countr|cit(?:y|ies)|region|currenc|tag|brand|plan|setting|config|role|permission|language|template|banner|"
    r"faq|page|feature|product|service|course|lesson|event|post|article|blog|review|comment|like|follow|rating|menu|"
    r"restaurant|store|shop|hotel|room|movie|game|recipe|property|listing|media|news|gallery|testimonial|partner|quiz|"
    r"question|faq|team|company|compan|vendor|seller|school|subject|skill",
    re.IGNORECASE,
)


_WROTE = re.compile(r"created|uploaded|author|creator|employee|assign", re.IGNORECASE)


class Owned:
    """`columns`: those that say whose a row is, by table. `kept`: tables whose rows the application asks for by who is
    asking. `looked`: those that a stranger may read on purpose, as far as the application shows."""

    def __init__(self, found: Map) -> None:
        self._tables = found.tables
        self._names = {table.name.lower(): table for table in found.tables.all}
        self.columns: dict[str, set[str]] = defaultdict(set)
        self.kept: set[str] = set()
        self.ruled: set[str] = set()
        self.roles = False
        for one in found.doors:
            if not askable(one):
                continue
            self.roles = self.roles or one.door.guard is Checks.ROLE
            seen: set[tuple[object, ...]] = set()  # the same call, followed several times
            for did in one.visit.did:
                key = (did.spot.line, did.table, did.operation, *(name for name, _ in did.filters))
                if key not in seen:
                    seen.add(key)
                    self._learn(did)
                if did.operation in WRITES and one.door.guard is Checks.ROLE:
                    self.ruled.add(did.table.lower())

    def _learn(self, did: Did) -> None:
        low = did.table.lower()
        if did.operation is not Operation.INSERT:
            for name, value in did.filters:
                if _is_asker(value) and not name.startswith("not "):
                    self.columns[low].add(name)
                    self.kept.add(low)
        if did.operation in (Operation.INSERT, Operation.UPSERT):
            for name, value in did.sets:
                if _is_asker(value) and points_to_owner(name):
                    self.columns[low].add(name)

    def table(self, name: str) -> Table | None:
        return self._tables.find(name)

    def owners(self, name: str) -> frozenset[str]:
        """Columns that say whose a row is, declared or seen in use."""
        low = name.lower()
        table = self.table(name)
        declared = frozenset(table.owners) if table is not None else frozenset()
        return declared | frozenset(self.columns.get(low, ()))

    def parent(self, name: str) -> str:
        """The table of one's own that its rows hang on: the order of a line."""
        table = self.table(name)
        for column in table.columns if table is not None else ():
            above = column.refers if column.refers not in ("", "?") else _stem(column.name)
            other = self._names.get(above.lower()) or self._plural(above)
            if other is not None and other.name.lower() != name.lower() and other.name.lower() in self.kept:
                return other.name
        return ""

    def _plural(self, stem: str) -> Table | None:
        low = stem.lower()
        return (
            next((one for end in ("s", "es") if (one := self._names.get(low + end)) is not None), None) if low else None
        )

    def is_kept(self, name: str) -> bool:
        """The application itself asks for its rows by who is asking, somewhere."""
        return name.lower() in self.kept

    def is_signed_only(self, name: str) -> bool:
        """Its columns say who wrote a row, not whose it is: in a team that is often everybody's."""
        return not is_users(name) and all(_WROTE.search(column) for column in self.owners(name))

    def is_owned(self, name: str) -> bool:
        return is_users(name) or bool(self.owners(name))


def _stem(column: str) -> str:
    found = re.fullmatch(r"(\w+?)_?(?:[iI]d|ID|uuid)", column)
    return found[1].rstrip("_") if found is not None else ""


def _is_asker(value: Value) -> bool:
    return any(source.origin is Origin.IDENTITY for source in value.sources)


def is_personal(table: str) -> bool:
    return _PERSONAL.search(table) is not None and _SHARED.search(table) is None


def is_private(table: str) -> bool:
    return _PRIVATE.search(table) is not None and _SHARED.search(table) is None


def is_shared(table: str) -> bool:
    """What is often shown to all who may come in."""
    return _SHARED.search(table) is not None


def is_users(table: str) -> bool:
    return _USERS.match(table.rpartition(".")[2]) is not None


def is_money(table: str) -> bool:
    return _MONEY.search(table) is not None


def secrets_of(table: Table | None, columns: Iterable[str]) -> tuple[str, ...]:
    """Secret columns that are read by it."""
    if table is None:
        return ()
    read = set(columns)
    return tuple(name for name in table.secrets if (not read or name in read) and not table.column(name).hidden)  # type: ignore[union-attr]


__all__ = ["Owned", "is_known", "is_money", "is_personal", "is_private", "is_shared", "is_users", "secrets_of"]
