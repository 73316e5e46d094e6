"""What the names in a condition stand for: the caller, a cell of this row or of another, a constant, an input."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from walkdown.doors.sql.state import Database, FunctionState, Table


class Caller(msgspec.Struct, frozen=True):
    """The id of who asks, or another thing that only this person has (`what`)."""

    what: str = "id"


class Claim(msgspec.Struct, frozen=True):
    """`kind`: role (the database role in the token), user (written by the user), app (written by the server), other."""

    kind: str
    key: str = ""


class Cell(msgspec.Struct, frozen=True):
    """A column of a row; frame 0 is the row that is asked for."""

    frame: int
    column: str


class Const(msgspec.Struct, frozen=True):
    value: str


class Given(msgspec.Struct, frozen=True):
    """What who calls a function hands over."""

    name: str


class Dunno(msgspec.Struct, frozen=True):
    why: str


Term: TypeAlias = Caller | Claim | Cell | Const | Given | Dunno


class Eq(msgspec.Struct, frozen=True):
    left: Term
    right: Term


class Other(msgspec.Struct, frozen=True):
    """Any other comparison, of these terms. `op`: `<>` and the like."""

    op: str
    terms: tuple[Term, ...]


class Held(msgspec.Struct, frozen=True):
    """A value that has to be true, or not null."""

    term: Term
    null: bool = False


class Looked(msgspec.Struct, frozen=True):
    """A row of another table. `free`: row security does not apply to who looks."""

    frame: int
    table: str
    free: bool


class Via(msgspec.Struct, frozen=True):
    """A helper function it went through."""

    name: str


class Never(msgspec.Struct, frozen=True):
    """Cannot hold."""


class Unread(msgspec.Struct, frozen=True):
    """`denied`: a `not` before something that cannot be turned around; it can only take rights away."""

    why: str
    denied: bool = False


Atom: TypeAlias = Eq | Other | Held | Looked | Via | Never | Unread


def moved(atom: Atom, by: int) -> Atom:
    """The same, with the rows that are looked up under other numbers."""

    def on(term: Term) -> Term:
        return Cell(term.frame + by, term.column) if isinstance(term, Cell) and term.frame else term

    if isinstance(atom, Eq):
        return Eq(on(atom.left), on(atom.right))
    if isinstance(atom, Other):
        return Other(atom.op, tuple(on(one) for one in atom.terms))
    if isinstance(atom, Held):
        return Held(on(atom.term), atom.null)
    return Looked(atom.frame + by, atom.table, atom.free) if isinstance(atom, Looked) else atom


class World:
    """A database, quick to ask by name."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tables = {one.name: one for one in database.tables}
        self._renamed = dict(database.renamed)
        self._columns = {(table, old): new for table, old, new in database.renamed_columns}
        self._functions: dict[str, list[FunctionState]] = {}
        for one in database.functions:
            self._functions.setdefault(one.name, []).append(one)
        self._identities: dict[tuple[str, str], tuple[str, str] | None] = {}  # asked for again and again

    def table(self, name: str) -> Table | None:
        full = name if "." in name else f"public.{name}"
        for _ in range(10):
            if full in self._tables:
                return self._tables[full]
            if full not in self._renamed:
                break
            full = self._renamed[full]
        if "." in name:
            return None
        return next((one for key, one in self._tables.items() if key.partition(".")[2] == name), None)

    def column(self, table: str, name: str) -> str:
        """Today's name of a column that was renamed after the condition was written."""
        return self._columns.get((table, name), name)

    def functions(self, name: str, count: int) -> list[FunctionState]:
        full = name if "." in name else f"public.{name}"
        found = self._functions.get(full, [])
        if not found and "." not in name:
            found = next((held for key, held in self._functions.items() if key.partition(".")[2] == name), [])
        fitting = [one for one in found if sum(not held.out for held in one.function.arguments) == count]
        return (fitting or found)[-1:]

    def identity(self, table: str, column: str) -> tuple[str, str] | None:
        """Whose id a column holds: the key it points at in the end, or itself where it is the key."""
        asked = (table, column)
        if asked not in self._identities:
            self._identities[asked] = self._identity(table, column)
        return self._identities[asked]

    def _identity(self, table: str, column: str) -> tuple[str, str] | None:
        for _ in range(8):
            held = self.table(table)
            if held is None:
                return (table, column) if table == "auth.users" else None
            target = _points_at(held, column)
            if target is None:
                return (held.name, column) if _is_key(held, column) else None
            table, column = target
        return None

    def invented(self, table: str, column: str) -> bool:
        """True where the database makes up the id, so that it can be nobody's login."""
        held = self.table(table)
        found = held.column(column) if held is not None else None
        if found is None:
            return False
        made = ("gen_random_uuid", "uuid_generate", "nextval", "uuidv7", "nanoid")
        return (
            found.made or any(one in found.default.lower() for one in made)
            or found.type.startswith(("serial", "bigserial", "int", "bigint", "smallint"))
        )  # fmt: skip


def _points_at(table: Table, column: str) -> tuple[str, str] | None:
    held = table.column(column)
    if held is not None and held.refers is not None:
        return held.refers.table, held.refers.column or "id"
    for key in table.keys:
        if key.kind == "foreign" and key.columns == (column,):
            return key.table, key.refers[0] if key.refers else "id"
    return None


def _is_key(table: Table, column: str) -> bool:
    held = table.column(column)
    return (held is not None and held.primary) or any(
        key.kind == "primary" and key.columns == (column,) for key in table.keys
    )
