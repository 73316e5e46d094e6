"""Tables as the migrations leave them, in the shape that questions ask about."""

from __future__ import annotations

from collections.abc import Iterable

from walkdown.doors.sql.state import Database
from walkdown.doors.sql.state import Table as SqlTable
from walkdown.doors.tables import Column, Table


def tables_of(databases: Iterable[Database]) -> tuple[Table, ...]:
    """Tables that stand in no file of the repository are left out: nothing is known of their columns."""
    return tuple(
        _table(table) for one in databases for table in one.tables if table.spot.path and table.kind == "table"
    )


def _table(table: SqlTable) -> Table:
    columns = tuple(
        Column(one.name, one.type, one.unique or one.primary, one.refers.table if one.refers else "")
        for one in table.columns
    )
    keys = tuple(one.columns for one in table.keys if one.kind in ("primary", "unique"))
    return Table(table.short, table.spot.path, table.spot.line, "sql", table.name, columns, keys)
