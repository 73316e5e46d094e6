"""Puts an index of package names in the place of the one in use: only a sound one, and only one likely to follow it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from walkdown.advisories import bloom
from walkdown.advisories.build import locked
from walkdown.advisories.names import ECOSYSTEMS, SHIPPED, NameIndex, check_day, file_name, is_name, normalise
from walkdown.errors import AdvisoryError

MOST_LOST = 0.2  # of an index's names, in one change
_MOST_ODD = 0.01
_LONGEST_LINE = 1_000
_CLOCKS_DIFFER = dt.timedelta(days=1)
_LOCK = "names.lock"


class Weighed(msgspec.Struct, frozen=True):
    """An index that may take the place of the one in use; `data` is empty where that one stays, being as new."""

    header: bloom.Header
    data: bytes = b""


class Taken(msgspec.Struct, frozen=True):
    """`header` is of the index that counts from now on. `kept`: it is the one that was here before."""

    header: bloom.Header
    kept: bool = False


def make(ecosystem: str, names: Iterable[str], as_of: str, source: str, *, least: int = 1) -> bytes:
    """An index of these names. A list shorter than `least` is only a part of the list."""
    check_day(as_of)
    counts = {"odd": 0, "good": 0}
    data = bloom.build(ecosystem, _checked(ecosystem, names, counts), as_of, source)
    if counts["good"] < least:
        raise AdvisoryError(
            f"The list has only {counts['good']:,} names of {ecosystem}; the whole has more than {least:,}.",
            "The index in use was left as it is. Try again later.",
        )
    if counts["odd"] > _MOST_ODD * counts["good"]:
        raise AdvisoryError(f"{counts['odd']:,} entries of the list cannot be names of {ecosystem} packages.")
    return data


def weigh(folder: Path, data: bytes, *, force: bool, now: dt.datetime, shipped: Path | None = SHIPPED) -> Weighed:
    """Hold a new index against the one in use. AdvisoryError where it is not sound, or not likely to follow that."""
    new = bloom.decode(data, Path("that was brought")).header
    if new.ecosystem not in ECOSYSTEMS:
        raise AdvisoryError(f"The index of names is of {new.ecosystem[:20]!r}, which walkdown does not know.")
    if check_day(new.as_of) > now + _CLOCKS_DIFFER:
        raise AdvisoryError(
            f"The index of {new.ecosystem} names says it is of {new.as_of[:10]}, which is still to come.",
            "Look at the clock of this machine, and of the one that made the index.",
        )
    here = NameIndex.open(folder, shipped).header(new.ecosystem)
    if here is None:
        return Weighed(new, data)
    if here.as_of > new.as_of or here.digest == new.digest:
        return Weighed(here)
    if new.names < (1 - MOST_LOST) * here.names and not force:
        raise AdvisoryError(
            f"The new index has only {new.names:,} names of {new.ecosystem}; the one here has {here.names:,}.",
            "A part of the list would make real packages look invented. If it is what you want: --force",
        )
    return Weighed(new, data)


def put(folder: Path, weighed: Weighed) -> Taken:
    """In one step: there is a whole index at every moment."""
    if not weighed.data:
        return Taken(weighed.header, kept=True)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(folder / _LOCK):
            name = file_name(weighed.header.ecosystem)
            for left in folder.glob(f".{name}.*"):  # by a run that was killed
                left.unlink(missing_ok=True)
            return Taken(bloom.write(folder / name, weighed.data).header)
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror or error}. The index of names stays as it was."
        raise AdvisoryError(what, "Make room or mend the permissions, and run it again.") from error


def in_lines(file: IO[bytes]) -> Iterator[str]:
    while line := file.readline(_LONGEST_LINE):
        name = line.decode("utf-8", "replace").strip()
        if name and not name.startswith("#"):
            yield name


def _checked(ecosystem: str, names: Iterable[str], counts: dict[str, int]) -> Iterator[str]:
    before = ""
    for name in itertools.chain(names):
        plain = normalise(ecosystem, name)
        if not is_name(ecosystem, plain):
            counts["odd"] += 1
        elif plain != before:
            counts["good"] += 1
            yield plain
        before = plain
