"""What the policies of a repository's databases say of a table or bucket, by the name the code has for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from walkdown.doors.sql.answers import Answer, Answers, Reason
from walkdown.doors.sql.ask_storage import bucket_ways
from walkdown.doors.sql.state import Database, Table
from walkdown.doors.sql.who import Way, Who
from walkdown.model.door import Operation

STORAGE = "storage:"
COMMANDS: dict[Operation, tuple[str, ...]] = {
    Operation.READ: ("select",), Operation.INSERT: ("insert",), Operation.UPDATE: ("update",),
    Operation.UPSERT: ("insert", "update"), Operation.DELETE: ("delete",),
}  # fmt: skip
_OF_FILES = {
    "upload": ("insert",), "uploadToSignedUrl": (), "update": ("update",), "remove": ("delete",),
    "move": ("update",), "copy": ("insert",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """`table`: none for a bucket. `answer`: who may."""

    database: Database
    table: Table | None
    answer: Answer


class Policies:
    """Asks each database once. Where several hold the name, the one whose files lie nearest counts."""

    def __init__(self, databases: Iterable[Database]) -> None:
        self.asked = [Answers(one) for one in databases if one.supabase]

    def of(self, name: str, command: str, near: str = "") -> Told | None:
        """Nothing where no file of the repository makes it."""
        if name.startswith(STORAGE):
            return self._bucket(name.removeprefix(STORAGE), command, near)
        whole = name if "." in name else f"public.{name}"
        for asked in self._by_distance(near):
            table = asked.world.table(whole)
            if table is not None and not table.unseen:
                return Told(asked.database, table, asked.of(table, command))
        return None

    def has_function(self, name: str) -> bool:
        whole = name if "." in name else f"public.{name}"
        return any(one.name == whole for asked in self.asked for one in asked.database.functions)

    def _by_distance(self, near: str) -> list[Answers]:
        return sorted(self.asked, key=lambda one: -_in_common(one.database.root, near))

    def _bucket(self, bucket: str, command: str, near: str) -> Told | None:
        for asked in self._by_distance(near):
            objects = asked.world.table("storage.objects")
            made = next((one for one in asked.database.buckets if one.id == bucket), None)
            found = bucket_ways(asked, objects, bucket, command) if objects is not None else []
            if made is None and not found:
                continue
            ways: dict[tuple[str, int], list[Way]] = {}
            names: dict[tuple[str, int], Reason] = {}
            for held, way in found:
                key = (held.spot.path, held.spot.line)
                ways.setdefault(key, []).append(way)
                names[key] = Reason(held.spot, held.policy.name)
            reasons = [Reason(one.spot, one.name, tuple(ways[key])) for key, one in names.items()]
            if made is not None and made.public and command == "select":
                reasons.append(Reason(made.spot, "a public bucket", (Way(Who.ANYONE),)))
            return Told(asked.database, None, _widest(bucket, command, reasons))
        return None


def _in_common(root: str, near: str) -> int:
    """How many folders lead to both."""
    count = 0
    for one, other in zip(root.split("/"), near.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


def _widest(bucket: str, command: str, reasons: list[Reason]) -> Answer:
    ways = [way for one in reasons for way in one.ways]
    widest = min(ways, key=lambda way: (way.who.rank, way.some, not way.tied), default=Way(Who.SERVICE))
    name = f"{STORAGE}{bucket}"
    return Answer(name, command, widest.who, widest.some, widest.tied, tuple(reasons))


def commands_of(operation: Operation, columns: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The commands of the database that an operation needs. `columns`: what is done, for files."""
    if operation is Operation.FILE:
        return _OF_FILES.get(columns[0] if columns else "", ("select",))
    return COMMANDS.get(operation, ())
