"""The journal on disk: events appended to SQLite, each holding the hash of the one before. Nothing is ever rewritten.

`append` returns after the disk has it (WAL, synchronous=FULL): what the screen shows was kept first.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from walkdown.errors import JournalError
from walkdown.journal import chain
from walkdown.journal.chain import Mark, Row
from walkdown.journal.database import advice, open_database
from walkdown.model import Act, Actor, Channel, Event

_NOT_KEPT = "It is NOT kept."
_WAIT_SECONDS = 10.0


class Journal:
    """One repo's journal. Several processes may write to it at once, and several threads of one."""

    def __init__(self, path: Path, *, wait: float = _WAIT_SECONDS) -> None:
        self._path = path
        self._where = f"the journal {path}"
        self._lock = threading.RLock()
        self._read_to = Mark()
        try:
            self._db = open_database(path, wait)
            self._file = _identity(path)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"The journal {path} cannot be opened: {_words(error)}.", advice(error)) from error

    def append(self, act: Act, actor: Actor, channel: Channel, *, now: Callable[[], datetime] | None = None) -> Event:
        return self.append_all((act,), actor, channel, now=now)[0]

    def append_all(
        self, acts: Iterable[Act], actor: Actor, channel: Channel, *, now: Callable[[], datetime] | None = None
    ) -> tuple[Event, ...]:
        """One after the other with nothing in between; all of them, or none."""
        time = (now or _now)().strftime("%Y-%m-%dT%H:%M:%SZ")
        events: list[Event] = []
        with self._writing("The decision") as last:
            mark = last
            for act in acts:
                event, row = chain.linked(mark, act, actor, channel, time)
                self._insert(row)
                mark = chain.mark_of(row)
                events.append(event)
        return tuple(events)

    def adopt(self, rows: Sequence[Row]) -> int:
        """Take over a chain of which ours is the beginning; gives how many events were new. Nothing is written where
        ours went another way."""
        with self._writing("The imported session"):
            ours = self.rows()
            same = common(ours, rows)
            if same < min(len(ours), len(rows)):
                raise JournalError(
                    f"The two sessions part after event {same}: {len(ours) - same} were written here"
                    f" and {len(rows) - same} there.",
                    "They cannot be made one without changing what somebody wrote.",
                )
            for row in rows[len(ours) :]:
                self._insert(row)
        return max(0, len(rows) - len(ours))

    def events(self) -> tuple[Event, ...]:
        """All events, in order, after checking that none is missing or altered."""
        return tuple(event for event, _ in self._checked(Mark()))

    def rows(self) -> tuple[Row, ...]:
        """All events as they are kept, checked likewise."""
        return tuple(row for _, row in self._checked(Mark()))

    def new_events(self, after: int) -> tuple[Event, ...]:
        """What came after the event with this number, from whichever process. Cheap enough to be asked all the time."""
        with self._lock:
            return tuple(event for event, _ in self._checked(self._mark(after)))

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _checked(self, after: Mark) -> list[tuple[Event, Row]]:
        found: list[tuple[Event, Row]] = []
        with self._reading():
            select = "SELECT seq, hash, body FROM events WHERE seq > ? ORDER BY seq"
            for seq, digest, body in self._db.execute(select, (after.seq,)).fetchall():
                row = Row(int(seq), str(digest), body if isinstance(body, bytes) else str(body).encode())
                found.append((chain.read(row, after, self._where), row))
                after = chain.mark_of(row)
            if after.seq > self._read_to.seq:
                self._read_to = after
        return found

    def _mark(self, seq: int) -> Mark:
        """Where somebody stopped reading, if the journal still says the same about that place."""
        if seq == 0:
            return Mark()
        with self._reading():
            row = self._db.execute("SELECT hash FROM events WHERE seq = ?", (seq,)).fetchone()
        if row is None or (seq == self._read_to.seq and str(row[0]) != self._read_to.hash):
            raise JournalError(
                f"Event {seq} was read from {self._where}, and now it is gone or another.",
                "Was the file replaced? Close walkdown, bring the file back, and open it again.",
            )
        return Mark(seq, str(row[0]))

    def _insert(self, row: Row) -> None:
        self._db.execute("INSERT INTO events(seq, hash, body) VALUES (?, ?, ?)", (row.seq, row.hash, row.body))

    @contextlib.contextmanager
    def _writing(self, what: str) -> Iterator[Mark]:
        """Holds the journal against all other writers; on disk when it is left, or nothing of it is there."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")  # the next number is ours alone until we commit
                row = self._db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
                yield Mark(int(row[0]), str(row[1])) if row else Mark()
                self._check_in_place()
                self._db.execute("COMMIT")
            except (OSError, sqlite3.Error) as error:
                self._take_back()
                told = f"{what} could not be written to {self._path}: {_words(error)}. {_NOT_KEPT}"
                raise JournalError(told, advice(error)) from error
            except BaseException:
                self._take_back()
                raise

    def _take_back(self) -> None:
        # Where even this fails the connection is done for, and SQLite leaves out by itself what was not committed.
        with contextlib.suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _check_in_place(self) -> None:
        """A file that was deleted or moved while it is open can still be written to, for nobody to find again."""
        try:
            same = _identity(self._path) == self._file
        except FileNotFoundError:
            same = False
        if not same:
            raise JournalError(
                f"The journal {self._path} was moved or deleted while it was open. {_NOT_KEPT}",
                "Bring it back, or close walkdown and open it again.",
            )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise JournalError(f"The journal {self._path} cannot be read: {error}.", advice(error)) from error


def common(ours: Sequence[Row], theirs: Sequence[Row]) -> int:
    """How many events two chains have in common. A hash stands for everything before it, too."""
    return next(
        (at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one.hash != other.hash),
        min(len(ours), len(theirs)),
    )


def _identity(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_dev, about.st_ino


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")


def _now() -> datetime:
    return datetime.now(timezone.utc)
