"""Results by content: what was scanned once is never scanned again. Losing it costs time, nothing else.

Values are opaque bytes with a checksum in front. A broken file is dropped and begun anew; where the disk is full or
read-only the scan goes on without. Either is said once, through `notes`.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from walkdown.errors import CacheError

_SCHEMA = 1
_CHECK = 8
_DAY = 86_400
_MOST_BYTES = 512 * 1024 * 1024
_KEYS_A_QUERY = 500


class Cache:
    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.notes: list[str] = []
        self._path = folder / "results.sqlite"
        self._most_bytes = most_bytes
        self._why = ""
        self._db: sqlite3.Connection | None = None
        self._lock = threading.RLock()  # one connection, used by the threads of several scanners
        with self._guard("opened"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = self._open()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The entries that are there and whole."""
        found: dict[bytes, bytes] = {}
        wanted = list(keys)
        with self._guard("read"):
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                found.update(self._get_some(wanted[start : start + _KEYS_A_QUERY]))
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        today = int(time.time()) // _DAY
        rows = [(key, _checked(value), today) for key, value in entries.items()]
        self._write("INSERT OR REPLACE INTO entries(key, value, used) VALUES (?, ?, ?)", rows)

    def touch(self, keys: Iterable[bytes]) -> None:
        """Remember that these were of use today, so that trimming takes others first."""
        today = int(time.time()) // _DAY
        rows = [(today, key, today) for key in keys]
        self._write("UPDATE entries SET used = ? WHERE key = ? AND used < ?", rows)

    def close(self) -> None:
        with self._guard("trimmed"):
            if self._db is not None:
                self._trim(self._db)
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def size(self) -> tuple[int, int]:
        """Entries and bytes on disk."""
        with self._insisting("read") as db:
            row = db.execute("SELECT count(*) FROM entries").fetchone()
            return int(row[0]), sum(part.stat().st_size for part in self._parts() if part.is_file())

    def clear(self) -> None:
        with self._insisting("cleared") as db:
            with db:
                db.execute("DELETE FROM entries")
            db.execute("VACUUM")

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._guard("written"):
            if self._db is not None and rows:
                with self._db:
                    self._db.executemany(statement, rows)

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only: not damaged
                raise
            self._drop()
            self.notes.append("The cache was damaged; it was dropped and is being built anew.")
            return _connect(self._path)

    def _get_some(self, keys: list[bytes]) -> dict[bytes, bytes]:
        if self._db is None:
            return {}
        marks = ",".join("?" * len(keys))
        # Only question marks are put into the text; the keys themselves travel as parameters.
        rows = self._db.execute(f"SELECT key, value FROM entries WHERE key IN ({marks})", keys)  # noqa: S608
        return {key: value[_CHECK:] for key, value in rows if _is_whole(value)}

    def _trim(self, db: sqlite3.Connection) -> None:
        pages, size = (int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
        if pages * size <= self._most_bytes:
            return
        with db:
            db.execute(
                "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used"
                " LIMIT (SELECT count(*) / 3 FROM entries))"
            )
        db.execute("VACUUM")

    def _drop(self) -> None:
        for part in self._parts():
            part.unlink(missing_ok=True)

    def _parts(self) -> list[Path]:
        return [Path(f"{self._path}{ending}") for ending in ("", "-wal", "-shm", "-journal")]

    @contextlib.contextmanager
    def _guard(self, done: str) -> Iterator[None]:
        """A cache that fails is put away for the rest of the run, with one note; a damaged one is dropped as well."""
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                self._put_away(error)
                self.notes.append(f"The cache could not be {done} ({_words(error)}); this scan goes on without it.")

    @contextlib.contextmanager
    def _insisting(self, done: str) -> Iterator[sqlite3.Connection]:
        """For who came for the cache itself: there a fault is the answer, not a note."""
        advice = f"Look at {self._path}, or set WALKDOWN_CACHE_DIR to another folder."
        with self._lock:
            if self._db is None:
                raise CacheError(f"The cache cannot be used ({self._why}).", advice)
            try:
                yield self._db
            except (sqlite3.Error, OSError) as error:
                self._put_away(error)
                raise CacheError(f"The cache could not be {done} ({_words(error)}).", advice) from error

    def _put_away(self, error: Exception) -> None:
        self._why = _words(error)
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = None
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            with contextlib.suppress(OSError):
                self._drop()


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=10, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version not in (0, _SCHEMA):
            db.execute("DROP TABLE IF EXISTS entries")
        db.execute(
            "CREATE TABLE IF NOT EXISTS entries(key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL)"
        )
        db.execute(f"PRAGMA user_version = {_SCHEMA}")
        db.execute("SELECT used FROM entries LIMIT 1").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


def _words(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _checked(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_CHECK).digest() + value


def _is_whole(value: object) -> bool:
    return isinstance(value, bytes) and value[:_CHECK] == hashlib.blake2b(value[_CHECK:], digest_size=_CHECK).digest()
