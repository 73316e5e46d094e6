"""The journal's tables, version by version. What is in the events never changes: their fields only ever gain defaults.

A step is never edited once it went out; a change to the tables is one more step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from walkdown.errors import JournalError

Step: TypeAlias = Callable[[sqlite3.Connection], None]


def _first(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, body BLOB NOT NULL)")


def _append_only(db: sqlite3.Connection) -> None:
    """What was written can no longer be changed or deleted by a slip, ours or that of somebody with a database tool."""
    for act in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER events_keep_{act.lower()} BEFORE {act} ON events"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )


# The step that leads from a version to the next one. Version 0 is an empty file.
UPGRADES: Mapping[int, Step] = {0: _first, 1: _append_only}
VERSION = len(UPGRADES)


def bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    """All missing steps in one transaction: a kill or a full disk in between leaves the old version whole. So does an
    error here, for the caller closes what it could not open."""
    if _version(db, path) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    # Asked again, now that nobody else can: another process may have done it while we waited.
    for version in range(_version(db, path), VERSION):
        UPGRADES[version](db)
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _version(db: sqlite3.Connection, path: Path) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise JournalError(f"{path} was written by a newer walkdown.", "Upgrade walkdown: pip install -U walkdown")
    tables = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables != {"events"} and (version or tables):
        raise JournalError(f"{path} is no journal of walkdown.", "Move it away, or set WALKDOWN_STATE_DIR.")
    return version
