"""The advisories of this machine: one SQLite file that is only ever read, and replaced as a whole."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import msgspec

from walkdown.advisories.moments import read_moment
from walkdown.advisories.osv import NPM, PYPI, Advisory, decode, normal_name
from walkdown.errors import AdvisoryError
from walkdown.settings import Folders

SCHEMA = 1
APPLICATION = 0x77646F77  # "wdow", so that another program's file is told apart
GET_SOME = "Get it anew: walkdown db update, or walkdown db import FILE"
DAYS_ONLINE, DAYS_OFFLINE = 7, 30
FEWEST = {PYPI: 2_000, NPM: 3_000}  # less than this cannot be all that is known of an ecosystem; it only ever grows
_CLOCKS_DIFFER = dt.timedelta(days=1)
_SAMPLES = 25


class Part(msgspec.Struct, frozen=True):
    """One ecosystem. `digest` is the SHA-256 of its advisories, a line each, by id. `unread` could not be taken in.
    `whole`: they came as all there are; None in data from before this was noted."""

    ecosystem: str
    advisories: int
    digest: str
    as_of: str
    made: str
    source: str
    unread: int = 0
    full: str = ""  # when it was last taken in as a whole; since then only what changed
    whole: bool | None = None


class About(msgspec.Struct, frozen=True):
    """What the store is. `as_of`, in ISO UTC, is the day of the oldest part: no part is older than it says."""

    digest: str
    as_of: str
    made: str
    source: str
    counts: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...] = ()

    def part(self, ecosystem: str) -> Part | None:
        return next((part for part in self.parts if part.ecosystem == ecosystem), None)


def about_of(parts: tuple[Part, ...]) -> About:
    """What a store of these parts is, all told."""
    parts = tuple(sorted(parts, key=lambda part: part.ecosystem))
    together = "".join(f"{part.digest}  {part.ecosystem}\n" for part in parts)
    return About(
        digest=hashlib.sha256(together.encode()).hexdigest(),
        as_of=min((part.as_of for part in parts), default=""),
        made=max((part.made for part in parts), default=""),
        source=", ".join(dict.fromkeys(part.source for part in parts)),
        counts=tuple((part.ecosystem, part.advisories) for part in parts),
        parts=parts,
    )


def store_path(folders: Folders) -> Path:
    return folders.state / "advisories" / "store.sqlite"


def freshness(about: About, now: dt.datetime, *, offline: bool, days: int | None = None, ecosystem: str = "") -> str:
    """Why the data is too old to go by, "" where it is not. Asked for one ecosystem, only that one counts."""
    part = about.part(ecosystem)
    as_of = part.as_of if part else about.as_of
    limit = days if days is not None else DAYS_OFFLINE if offline else DAYS_ONLINE
    age = now - read_moment(as_of)
    if age < -_CLOCKS_DIFFER:
        return f"The advisory data says it is of {as_of[:10]}, which is still to come: this clock or the data is wrong."
    if age > dt.timedelta(days=limit):
        return f"The advisory data is of {as_of[:10]}, {age.days} days old; the limit is {limit}."
    return ""


def is_whole(part: Part) -> bool:
    """Whether an empty answer from it means anything. Where nothing was noted, their number alone speaks."""
    return is_enough(part.ecosystem, part.advisories) if part.whole is None else part.whole


def is_enough(ecosystem: str, advisories: int) -> bool:
    return advisories >= FEWEST.get(ecosystem, 1)


def partial(about: About, ecosystem: str) -> str:
    """Why an empty answer about a package of that ecosystem may be wrong, "" where everything was taken in."""
    part = about.part(ecosystem)
    return " ".join(why for why in (_unread(part), lacking(part)) if why) if part else ""


def _unread(part: Part) -> str:
    if not part.unread:
        return ""
    what = "advisory was" if part.unread == 1 else "advisories were"
    return (
        f"{part.unread:,} {part.ecosystem} {what} unreadable when the data were taken in; what they are about is "
        "unknown."
    )


def lacking(part: Part) -> str:
    """What to say of data that are not all there are, "" of those that are."""
    if is_whole(part):
        return ""
    number = "1 advisory is" if part.advisories == 1 else f"{part.advisories:,} advisories are"
    why = "did not come as the whole of them" if is_enough(part.ecosystem, part.advisories) else "cannot be all"
    return (
        f"Only {number} here for {part.ecosystem}, which {why}, so that known flaws would go unseen. All of them: "
        f"walkdown db update --only {part.ecosystem}, or walkdown db import with OSV's all.zip."
    )


class Store:
    """Open, ask, close. Several threads may ask. Whoever has it open keeps the answers of that day while a new one is
    moved into its place."""

    def __init__(self, path: Path, db: sqlite3.Connection, about: About) -> None:
        self.path = path
        self.about = about
        self._db = db
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Store:
        """AdvisoryError where there is none, or it is broken, empty, or of another version of walkdown."""
        if not path.is_file():
            do = "walkdown db update, or walkdown db import FILE"
            raise AdvisoryError("There is no advisory data on this machine.", do)
        db: sqlite3.Connection | None = None
        try:
            db = connect_read_only(path)
            return cls(path, db, _read_about(db, path))
        except (sqlite3.Error, msgspec.DecodeError, OSError) as error:
            if db is not None:
                db.close()
            raise _broken(path, error) from error
        except AdvisoryError:
            if db is not None:
                db.close()
            raise

    def affecting(self, ecosystem: str, name: str) -> tuple[Advisory, ...]:
        """Every advisory on that package that was not withdrawn, of whatever version, by id."""
        rows = self._rows(
            "SELECT CAST(line AS BLOB) FROM names JOIN advisories USING (n)"
            " WHERE names.ecosystem = ? AND name = ? ORDER BY id",
            (ecosystem, normal_name(ecosystem, name)),
        )
        return tuple(decode(line) for (line,) in rows)

    def covers(self, ecosystem: str) -> bool:
        """Whether an empty answer means anything there."""
        return any(name == ecosystem and count > 0 for name, count in self.about.counts)

    def lines(self, ecosystem: str) -> Iterator[bytes]:
        """Every advisory of an ecosystem as one line of JSON, by id, withdrawn ones too."""
        last = ""
        while rows := self._rows(
            "SELECT id, CAST(line AS BLOB) FROM advisories WHERE ecosystem = ? AND id > ? ORDER BY id LIMIT 2000",
            (ecosystem, last),
        ):
            yield from (line for _, line in rows)
            last = rows[-1][0]

    def modified(self, ecosystem: str) -> dict[str, str]:
        """When each advisory was last changed, by id."""
        return dict(self._rows("SELECT id, modified FROM advisories WHERE ecosystem = ?", (ecosystem,)))

    def check(self) -> None:
        """Read all of it: pages, counts, digests, and whether lookups find what is there. AdvisoryError if not."""
        if self._rows("PRAGMA quick_check(1)") != [("ok",)]:
            raise _broken(self.path, ValueError("its pages do not fit together"))
        if about_of(self.about.parts) != self.about:
            raise _broken(self.path, ValueError("what it says of itself does not add up"))
        for part in self.about.parts:
            digest, count = digest_of(self.lines(part.ecosystem))
            if (digest, count) != (part.digest, part.advisories):
                raise _broken(self.path, ValueError(f"the {part.ecosystem} advisories are not the ones it was made of"))
            self._sample(part.ecosystem)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _sample(self, ecosystem: str) -> None:
        """Advisories from all over the ecosystem must be found by the name of what they are about."""
        count = sum(number for name, number in self.about.counts if name == ecosystem)
        for place in range(0, count, max(1, count // _SAMPLES)):
            rows = self._rows(
                "SELECT CAST(line AS BLOB) FROM advisories WHERE ecosystem = ? ORDER BY id LIMIT 1 OFFSET ?",
                (ecosystem, place),
            )
            advisory = decode(rows[0][0])
            for one in () if advisory.withdrawn else advisory.affected[:3]:
                if advisory not in self.affecting(ecosystem, one.name):
                    raise _broken(self.path, ValueError(f"{advisory.id} is not found by its package's name"))

    def _rows(self, question: str, values: tuple[object, ...] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise _broken(self.path, error) from error


def digest_of(lines: Iterator[bytes]) -> tuple[str, int]:
    """SHA-256 over the lines, and how many they are. The same as of that ecosystem's file in a pack."""
    digest, count = hashlib.sha256(), 0
    for line in lines:
        digest.update(line + b"\n")
        count += 1
    return digest.hexdigest(), count


def address(path: Path) -> str:
    """Immutable: no lock, no journal, nothing written beside it, also in a folder that cannot be written."""
    return f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"


def connect_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(address(path), uri=True, check_same_thread=False, isolation_level=None)


def _read_about(db: sqlite3.Connection, path: Path) -> About:
    marks = [int(db.execute(f"PRAGMA {mark}").fetchone()[0]) for mark in ("application_id", "user_version")]
    if marks != [APPLICATION, SCHEMA]:
        raise AdvisoryError(f"{path} is not advisory data of this version of walkdown.", GET_SOME)
    row = db.execute("SELECT said FROM about").fetchone()
    about = msgspec.json.decode(row[0] if row else b"", type=About)
    if not any(count for _, count in about.counts):
        raise AdvisoryError("The advisory data on this machine is empty.", GET_SOME)
    return about


def _broken(path: Path, error: Exception) -> AdvisoryError:
    return AdvisoryError(f"The advisory data in {path} is damaged ({error}).", GET_SOME)
