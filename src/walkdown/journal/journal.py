"""The journal on disk: events appended to SQLite, each holding the hash of the one before. Nothing is ever rewritten.

`append` returns after the disk has it (WAL, synchronous=FULL): what the screen shows was kept first.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from walkdown.errors import JournalError
from walkdown.model import Act, Actor, Channel, Event, Signed

_SCHEMA = 1
_START = "0" * 64


class Journal:
    """One repo's journal. Several processes may write to it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"The journal {path} cannot be opened: {error}.", "Set WALKDOWN_STATE_DIR.") from error

    def append(self, act: Act, actor: Actor, channel: Channel, *, now: Callable[[], datetime] | None = None) -> Event:
        time = (now or _now)().strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            self._db.execute("BEGIN IMMEDIATE")  # the next number is ours alone until we commit
            row = self._db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
            seq, before = (int(row[0]) + 1, str(row[1])) if row else (1, _START)
            event = Event(seq, time, actor, channel, before, act)
            body = msgspec.json.encode(event)
            digest = hashlib.sha256(body).hexdigest()
            self._db.execute("INSERT INTO events(seq, hash, body) VALUES (?, ?, ?)", (seq, digest, body))
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            what = f"The decision could not be written to {self._path}: {error}."
            raise JournalError(what, "It is NOT kept. Free some space and decide again.") from error
        return event

    def events(self) -> tuple[Event, ...]:
        """All events, in order, after checking that none is missing or altered."""
        events: list[Event] = []
        before = _START
        for seq, digest, body in self._db.execute("SELECT seq, hash, body FROM events ORDER BY seq"):
            event = self._read(seq, digest, body)
            if event.before != before or event.seq != len(events) + 1:
                raise JournalError(
                    f"The journal {self._path} has a hole before event {seq}.", "Restore it from a backup or export."
                )
            before = str(digest)
            events.append(event)
        return tuple(events)

    def _read(self, seq: object, digest: object, body: object) -> Event:
        if not isinstance(body, bytes) or hashlib.sha256(body).hexdigest() != digest:
            raise JournalError(f"Event {seq} of the journal {self._path} was altered.", "Restore it from a backup.")
        try:
            return msgspec.json.decode(body, type=Event)
        except msgspec.MsgspecError as error:
            raise JournalError(
                f"Event {seq} of the journal {self._path} cannot be read: {error}.", "Is this walkdown older than it?"
            ) from error

    def close(self) -> None:
        self._db.close()


def can_be_undone(event: Event) -> bool:
    return not isinstance(event.act, Signed)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > _SCHEMA:
        db.close()
        raise JournalError(f"{path} was written by a newer walkdown.", "Upgrade walkdown: pip install -U walkdown")
    db.execute("CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, body BLOB NOT NULL)")
    db.execute(f"PRAGMA user_version = {_SCHEMA}")
    return db
