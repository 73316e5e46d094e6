"""The only way into the store: a new one is built beside it, checked, and moved into its place as a whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from walkdown.advisories.moments import read_moment, stamp
from walkdown.advisories.osv import ECOSYSTEMS, Advisory, encode
from walkdown.advisories.store import (
    APPLICATION,
    SCHEMA,
    About,
    Part,
    Store,
    about_of,
    address,
    digest_of,
)
from walkdown.errors import AdvisoryError

MOST_LOST = 0.2  # of an ecosystem's advisories, in one update
_KEPT_AT_ONCE = 500
_TABLES = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
PRAGMA temp_store = MEMORY;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA};
CREATE TABLE about(said BLOB NOT NULL);
CREATE TABLE advisories(n INTEGER PRIMARY KEY, ecosystem TEXT NOT NULL, id TEXT NOT NULL, modified TEXT NOT NULL,
    withdrawn INTEGER NOT NULL, line BLOB NOT NULL, UNIQUE(ecosystem, id));
CREATE TABLE names(ecosystem TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(ecosystem, name, n))
    WITHOUT ROWID;
"""
_ADD = """
INSERT INTO advisories(ecosystem, id, modified, withdrawn, line) VALUES (?, ?, ?, ?, ?)
ON CONFLICT(ecosystem, id) DO UPDATE SET modified = excluded.modified, withdrawn = excluded.withdrawn,
    line = excluded.line WHERE excluded.modified >= advisories.modified
"""
_LOST = """
SELECT count(*) FROM before.advisories AS old WHERE ecosystem = ? AND withdrawn = 0 AND NOT EXISTS (
    SELECT 1 FROM main.advisories AS new WHERE new.ecosystem = old.ecosystem AND new.id = old.id AND new.withdrawn = 0)
"""


class Origin(msgspec.Struct, frozen=True):
    """What is said of an ecosystem's new advisories. `digest`: what they must add up to, where that is known. `whole`:
    whether they are all there are, where that is known."""

    as_of: str
    source: str
    unread: int = 0
    full: str = ""
    digest: str = ""
    whole: bool | None = None


class _Names(msgspec.Struct):
    """Of a line of ours, only what it is looked up by; the rest is skipped, which is quick."""

    affected: tuple[_Of, ...] = ()


class _Of(msgspec.Struct):
    package: _Name


class _Name(msgspec.Struct):
    name: str


class Builder:
    """A store in the making. Nothing of it counts before `finish`; killed half-way it leaves the old one as it was."""

    def __init__(self, path: Path, db: sqlite3.Connection, before: About | None, *, dropped: bool = False) -> None:
        self.path = path
        self.before = before
        self.dropped = dropped  # there was data, and it was damaged
        self.added = 0
        self._db = db
        self._waiting: list[tuple[str, str, str, int, bytes]] = []
        self._from_before: set[str] = set()

    def add(self, advisory: Advisory, only: str = "") -> None:
        """Take an advisory in, for each ecosystem it is about. Of two with one id the later modified one stays."""
        for ecosystem in ECOSYSTEMS:
            affected = tuple(one for one in advisory.affected if one.ecosystem == ecosystem)
            if affected and only in ("", ecosystem):
                line = encode(msgspec.structs.replace(advisory, affected=affected))
                row = (ecosystem, advisory.id, advisory.modified, int(bool(advisory.withdrawn)), line)
                self._waiting.append(row)
                self.added += 1
        if len(self._waiting) >= _KEPT_AT_ONCE:
            self._write()

    def keep(self, ecosystem: str) -> None:
        """Begin with what the old store has of an ecosystem."""
        if self.before is not None and self.before.part(ecosystem) is not None:
            self._from_before.add(ecosystem)
            self._db.execute(
                "INSERT INTO main.advisories(ecosystem, id, modified, withdrawn, line) SELECT ecosystem, id, modified,"
                " withdrawn, line FROM before.advisories WHERE ecosystem = ?",
                (ecosystem,),
            )

    def leave_out(self, ecosystem: str) -> None:
        """Nothing that was added about it counts; what the old store has stays."""
        self._write()
        self._db.execute("DELETE FROM main.advisories WHERE ecosystem = ?", (ecosystem,))

    def told(self) -> tuple[str, ...]:
        """What a person should know about the data that was there before."""
        return ("The advisory data that was here was damaged and could not be kept.",) if self.dropped else ()

    def counts(self) -> dict[str, int]:
        """Advisories by ecosystem, so far."""
        self._write()
        return dict(self._db.execute("SELECT ecosystem, count(*) FROM main.advisories GROUP BY ecosystem"))

    def finish(self, origins: dict[str, Origin], *, force: bool, now: dt.datetime) -> About:
        """Put the new store into the old one's place, if it is sound and the change is a likely one. What no origin
        is given for stays as it was."""
        for ecosystem in ECOSYSTEMS:
            if ecosystem not in origins and ecosystem not in self._from_before:
                self.keep(ecosystem)
        counts = self.counts()
        if not force:
            for ecosystem, origin in origins.items():
                self._doubt(ecosystem, origin)
        about = about_of(tuple(self._part(ecosystem, origins, now) for ecosystem in counts))
        self._db.execute("INSERT INTO about VALUES (?)", (msgspec.json.encode(about),))
        self._db.commit()
        self._db.close()
        _sync(_new(self.path))
        _prove(_new(self.path))
        _swap(self.path)
        return about

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._db.executemany(_ADD, waiting)

    def _part(self, ecosystem: str, origins: dict[str, Origin], now: dt.datetime) -> Part:
        digest, count = digest_of(self._indexed(ecosystem))
        origin = origins.get(ecosystem)
        if origin is None:
            part = self.before.part(ecosystem) if self.before else None
            if part is None or part.digest != digest:
                raise AdvisoryError(f"The {ecosystem} advisories on this machine are damaged.", "walkdown db update")
            return part
        if origin.digest and origin.digest != digest:
            raise AdvisoryError(f"The {ecosystem} advisories are not the ones that were packed.", "Copy the pack anew.")
        made = stamp(now)
        return Part(
            ecosystem, count, digest, origin.as_of, made, origin.source, origin.unread, origin.full, origin.whole
        )  # fmt: skip

    def _indexed(self, ecosystem: str) -> Iterator[bytes]:
        """The lines by id; on the way each is entered under the names of the packages it is about."""
        decoder = msgspec.json.Decoder(_Names)
        rows = self._db.execute(
            "SELECT n, withdrawn, line FROM main.advisories WHERE ecosystem = ? ORDER BY id", (ecosystem,)
        )
        for n, withdrawn, line in rows:
            if not withdrawn:
                names = {of.package.name for of in decoder.decode(line).affected}
                entries = [(ecosystem, name, n) for name in names]
                self._db.executemany("INSERT INTO main.names VALUES (?, ?, ?)", entries)
            yield line

    def _doubt(self, ecosystem: str, origin: Origin) -> None:
        """A change that takes much away, or goes back in time, is more likely a mishap than news."""
        part = self.before.part(ecosystem) if self.before else None
        if part is None:
            return
        lost = int(self._db.execute(_LOST, (ecosystem,)).fetchone()[0])
        if lost > MOST_LOST * part.advisories:
            raise AdvisoryError(
                f"{lost:,} of {part.advisories:,} {ecosystem} advisories would be lost. Nothing was changed.",
                "If that is what you want: --force",
            )
        if read_moment(origin.as_of) < read_moment(part.as_of):
            raise AdvisoryError(
                f"These {ecosystem} advisories are of {origin.as_of[:10]}, older than those here of {part.as_of[:10]}."
                " Nothing was changed.",
                "If that is what you want: --force",
            )


@contextlib.contextmanager
def building(path: Path) -> Iterator[Builder]:
    """A builder for the store at `path`; one at a time on this machine."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(path.with_suffix(".lock")):
            _tidy(path)
            with _started(path) as builder:
                yield builder
    except sqlite3.Error as error:
        raise AdvisoryError(f"The new advisory data could not be written ({error}).", _ROOM) from error
    except OSError as error:
        named = error.filename or path.parent
        raise AdvisoryError(f"{named}: {error.strerror or error}. The advisory data stays as it was.", _ROOM) from error


_ROOM = "Make room or mend the permissions, or set WALKDOWN_STATE_DIR, and run it again."


@contextlib.contextmanager
def _started(path: Path) -> Iterator[Builder]:
    new = _new(path)
    try:
        before = _present(path)
        db = sqlite3.connect(f"{new.absolute().as_uri()}?mode=rwc", uri=True)
        try:
            db.executescript(_TABLES)
            if before is not None:
                db.execute("ATTACH ? AS before", (address(path),))
            yield Builder(path, db, before, dropped=before is None and path.exists())
        finally:
            db.close()
    finally:
        new.unlink(missing_ok=True)


def _present(path: Path) -> About | None:
    """What is there now, read to the end. A broken store is as good as none: its place is free."""
    try:
        with Store.open(path) as store:
            store.check()
            return store.about
    except AdvisoryError:
        return None


@contextlib.contextmanager
def locked(lock: Path) -> Iterator[IO[bytes]]:
    """One at a time; whoever is killed lets go. Who comes second is told, not kept waiting."""
    with lock.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            what = "Another walkdown is changing the advisory data right now."
            raise AdvisoryError(what, "Wait until it is done, then run this again.") from error
        yield handle


def _tidy(path: Path) -> None:
    """After a kill: half a new store goes; a kept old one goes too, or comes back where the new one cannot be read."""
    _new(path).unlink(missing_ok=True)
    if _old(path).exists():
        if _present(path) is None and _present(_old(path)) is not None:
            _old(path).replace(path)
        _old(path).unlink(missing_ok=True)


def _prove(path: Path) -> None:
    with Store.open(path) as store:
        store.check()


def _swap(path: Path) -> None:
    """There is a store at `path` at every moment, and the old one is kept until the new one opened in its place."""
    if path.exists():
        _link(path, _old(path))
    _new(path).replace(path)
    try:
        Store.open(path).close()
    except AdvisoryError:
        if _old(path).exists():
            _old(path).replace(path)
        raise
    _sync(path.parent)
    _old(path).unlink(missing_ok=True)


def _link(path: Path, other: Path) -> None:
    other.unlink(missing_ok=True)
    try:
        os.link(path, other)
    except OSError:  # a file system without links
        shutil.copyfile(path, other)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _old(path: Path) -> Path:
    return path.with_name(path.name + ".old")
