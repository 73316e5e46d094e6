"""The journal's file: made whole or not at all, opened so that what was written stays, its faults put into words."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from walkdown.errors import JournalError
from walkdown.journal.upgrades import bring_up_to_date

_ENDINGS = ("", "-wal", "-shm", "-journal")
_BACK = "Nothing in it was changed. Bring it back from a backup, or from an export: walkdown session import FILE"
# SQLite's words, and what a person can do. The first that fits counts.
_ADVICE = (
    ("locked", "Another program holds it. End that one, or wait, and try again."),
    ("no space", "Make room on that disk and try again."),
    ("full", "Make room on that disk and try again."),
    ("readonly", "Make it writable, or set WALKDOWN_STATE_DIR to a folder that is."),
    ("read-only", "Make it writable, or set WALKDOWN_STATE_DIR to a folder that is."),
    ("denied", "Mend its permissions, or set WALKDOWN_STATE_DIR to a folder of yours."),
    ("malformed", _BACK),
    ("not a database", _BACK),
    ("i/o error", "Is the disk full, or broken? Mend that and try again."),
    ("unable to open", "Mend the permissions of its folder, or set WALKDOWN_STATE_DIR to another one."),
)


def open_database(path: Path, wait: float) -> sqlite3.Connection:
    """`wait`: how many seconds another process may hold it before that is an error."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path, wait)
    if path.stat().st_size == 0:
        # SQLite would take it for a new one, and throw away the log beside it that may hold every decision.
        raise JournalError(f"The journal {path} is empty: it was cut off.", _BACK)
    db = _connect(path, wait)
    try:
        bring_up_to_date(db, path)
    except BaseException:
        db.close()
        raise
    return db


def advice(error: Exception) -> str:
    words = str(error).lower()
    return next((do for part, do in _ADVICE if part in words), "Set WALKDOWN_STATE_DIR to another folder.")


def files_of(path: Path) -> tuple[Path, ...]:
    """The database and what SQLite keeps beside it."""
    return tuple(Path(f"{path}{ending}") for ending in _ENDINGS)


def is_in_use(path: Path) -> bool:
    """Whether somebody has it open now. Who does holds a share of it, and the mode cannot be changed over that."""
    try:
        with contextlib.closing(_connect(path, 0)) as db:
            mode = db.execute("PRAGMA journal_mode").fetchone()[0]
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute(f"PRAGMA journal_mode = {mode}")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False  # damaged: nobody works with it
    return False


def _make(path: Path, wait: float) -> None:
    """Under another name first: a file that is there was once whole, so an empty one is a damaged one."""
    with _alone(path.with_name(f"{path.name}.making")):
        if path.exists():
            return  # another process was faster
        part = path.with_name(f"{path.name}.new")
        for leftover in files_of(part):
            leftover.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(_connect(part, wait, make=True)) as db:
            bring_up_to_date(db, path)
            # Only now, while it is ours alone: two processes that change the mode at once lock one another out.
            db.execute("PRAGMA journal_mode = WAL")
        part.replace(path)
        _keep_name(path.parent)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _keep_name(folder: Path) -> None:
    """A new name is on disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connect(path: Path, wait: float, *, make: bool = False) -> sqlite3.Connection:
    # By URI, for only so SQLite can be kept from making a file where there is none.
    name = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(name, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        mode = "delete" if make else str(db.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        # Without WAL, which some network folders cannot do, FULL is not enough: after a power cut the old journal file
        # could come back and roll back the last decision. EXTRA waits for its removal, too.
        db.execute(f"PRAGMA synchronous = {'FULL' if mode == 'wal' else 'EXTRA'}")
        db.execute("PRAGMA fullfsync = ON")  # on macOS, a plain fsync leaves data in the drive's own memory
        db.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        db.close()
        raise
    return db
