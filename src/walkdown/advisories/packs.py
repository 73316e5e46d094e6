"""Taking in what a person brought: an OSV all.zip, a folder of JSON files, package names, or a pack of `db export`."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from walkdown.advisories.build import Builder, Origin, building
from walkdown.advisories.export import MANIFEST, Manifest, member_of, read_manifest
from walkdown.advisories.moments import read_moment, stamp
from walkdown.advisories.names import SHIPPED
from walkdown.advisories.names_import import is_names_file, names_in_folder, names_in_pack, read_names
from walkdown.advisories.names_store import Taken, put, weigh
from walkdown.advisories.osv import MOST_BYTES, Advisory, decode
from walkdown.advisories.store import About, is_enough, is_whole
from walkdown.advisories.zips import MOST_ENTRIES, MOST_UNPACKED, leads_out, opened, read_entry
from walkdown.errors import AdvisoryError

MOST_BAD = 0.2
_CLOCKS_DIFFER = dt.timedelta(days=1)
Progress = Callable[[int, int], None]  # done, of how many


class Tally(msgspec.Struct):
    """What became of the files that were there."""

    read: int = 0
    bad: int = 0
    nested: int = 0
    odd: int = 0
    foreign: int = 0
    twice: int = 0
    first_fault: str = ""

    def told(self) -> tuple[str, ...]:
        """A sentence for each kind of thing that was left out."""
        said = (
            (self.bad, f"could not be read as an advisory and were left out; the first: {self.first_fault}"),
            (self.nested, "were archives inside the archive; they were not opened."),
            (self.odd, "had names that lead out of the archive; they were not read."),
            (self.foreign, "are about neither PyPI nor npm and were left out."),
            (self.twice, "were there twice; the newer one counts."),
        )
        return tuple(f"{number:,} {what}" for number, what in said if number)


class Fetched(msgspec.Struct, frozen=True):
    """What a download is known to be. `as_of`: when its server says that it was made, "" where it does not say."""

    ecosystem: str
    source: str
    as_of: str = ""


_ANY = Fetched("", "")


class Imported(msgspec.Struct, frozen=True):
    about: About
    told: tuple[str, ...] = ()


class Brought(msgspec.Struct, frozen=True):
    """What a person's file or folder gave. `about` is None where there were only names in it."""

    about: About | None
    told: tuple[str, ...] = ()
    names: tuple[Taken, ...] = ()


def quiet(_done: int, _of: int) -> None:
    """Nobody watches."""


def import_from(
    path: Path,
    store: Path,
    *,
    force: bool,
    now: dt.datetime,
    progress: Progress = quiet,
    shipped: Path | None = SHIPPED,
) -> Brought:
    """Replace the advisories of each ecosystem that is in there by what is in there, and each index of names. Names are
    judged first: where they are refused, no advisory was changed either."""
    try:
        with _looked_into(path) as found:
            names = [weigh(store.parent, data, force=force, now=now, shipped=shipped) for data in found.indexes]
            done = None
            if found.pack is not None:
                done = _import_pack(*found.pack, store, force=force, now=now, progress=progress)
            elif found.files is not None:
                done = _import_loose(found.files, path.name, store, force=force, now=now, progress=progress)
            taken = tuple(put(store.parent, one) for one in names)
            return Brought(done.about, done.told, taken) if done else Brought(None, (), taken)
    except OSError as error:
        raise AdvisoryError(f"{path} cannot be read: {error.strerror}.", "Mend its permissions.") from error


class _Found(NamedTuple):
    """What a path holds: indexes of names, and a pack, loose files, or no advisories."""

    indexes: tuple[bytes, ...] = ()
    files: Iterator[_File | _Left] | None = None
    pack: tuple[zipfile.ZipFile, Manifest] | None = None


@contextlib.contextmanager
def _looked_into(path: Path) -> Iterator[_Found]:
    if path.is_dir():
        indexes = names_in_folder(path)
        yield _Found(indexes, None if indexes and not _holds_advisories(path) else _files(path))
    elif not path.is_file():
        what = f"{path} is neither a file nor a folder."
        raise AdvisoryError(what, "Name an OSV all.zip, a folder, a list of names, or a pack.")
    elif is_names_file(path):
        yield _Found((read_names(path),))
    else:
        with opened(path) as archive:
            if MANIFEST in archive.namelist():
                manifest = read_manifest(archive)
                yield _Found(names_in_pack(archive, manifest.names), pack=(archive, manifest))
            else:
                yield _Found(files=_entries(archive))


def _holds_advisories(folder: Path) -> bool:
    return any(name.lower().endswith(".json") for _, _, names in os.walk(folder, onerror=_refuse) for name in names)


def import_fetched(
    path: Path, store: Path, fetched: Fetched, *, force: bool, now: dt.datetime, progress: Progress = quiet
) -> Imported:
    """Replace one ecosystem by the all.zip that was downloaded for it."""
    with opened(path) as archive:
        files = _entries(archive)
        return _import_loose(files, fetched.source, store, force=force, now=now, progress=progress, fetched=fetched)


class Intake:
    """Advisories on their way into a builder, with a tally of what was no advisory and the newest date by ecosystem."""

    def __init__(self, builder: Builder, now: dt.datetime, only: str = "") -> None:
        self.tally = Tally()
        self.newest: dict[str, str] = {}
        self._builder = builder
        self._latest = stamp(now + _CLOCKS_DIFFER)
        self._only = only

    def take(self, data: bytes) -> Advisory | None:
        self.tally.read += 1
        try:
            advisory = decode(data)
        except AdvisoryError as error:
            self.bad(error)
            return None
        ecosystems = {one.ecosystem for one in advisory.affected}
        if not ecosystems:
            self.tally.foreign += 1
        self._builder.add(advisory, self._only)
        for ecosystem in ecosystems if advisory.modified <= self._latest else ():  # a date to come says nothing
            self.newest[ecosystem] = max(self.newest.get(ecosystem, ""), advisory.modified)
        return advisory

    def bad(self, error: AdvisoryError) -> None:
        self.tally.bad += 1
        self.tally.first_fault = self.tally.first_fault or error.what

    def settle(self, name: str, *, force: bool) -> dict[str, int]:
        """The counts by ecosystem, if enough of it was fit to be used."""
        counts, tally = self._builder.counts(), self.tally
        if not counts:
            why = f" {tally.bad:,} files were no advisory; the first: {tally.first_fault}" if tally.bad else ""
            raise AdvisoryError(
                f"{name} holds no advisory about PyPI or npm.{why} Nothing was changed.",
                "Name an OSV all.zip, a folder of OSV files, or a pack made by: walkdown db export",
            )
        if tally.bad > MOST_BAD * tally.read and not force:
            raise AdvisoryError(
                f"{tally.bad:,} of the {tally.read:,} files in {name} are no advisories; the first:"
                f" {tally.first_fault} Nothing was changed.",
                "If the rest is what you want: --force",
            )
        return counts


def _import_loose(
    files: Iterator[_File | _Left],
    name: str,
    store: Path,
    *,
    force: bool,
    now: dt.datetime,
    progress: Progress,
    fetched: Fetched = _ANY,
) -> Imported:
    with building(store) as builder:
        intake = Intake(builder, now, fetched.ecosystem)
        as_published = True  # every file is named after its advisory and lies in no folder: so does OSV hand out all
        for number, found in enumerate(files):
            if isinstance(found, _File):
                advisory = intake.take(found.data)
                as_published &= advisory is None or found.name == f"{advisory.id}.json"
            else:
                found.count(intake)
            if number % 500 == 0:
                progress(number, 0)
        counts = intake.settle(name, force=force)
        intake.tally.twice = builder.added - sum(counts.values())
        unread, day = intake.tally.bad + intake.tally.odd, stamp(now)
        by_the_way = _by_the_way(builder.before, counts)
        for one in by_the_way:
            builder.leave_out(one)
        origins = {
            one: Origin(
                fetched.as_of or intake.newest.get(one, _NEVER), name[:200], unread, day,
                whole=(as_published or bool(fetched.ecosystem)) and is_enough(one, count),
            )
            for one, count in counts.items()
            if one not in by_the_way
        }  # fmt: skip
        also = (
            f"{counts[one]:,} are about {one} as well; all that is known of it is here and stays." for one in by_the_way
        )
        told = (*builder.told(), *intake.tally.told(), *also)
        return Imported(builder.finish(origins, force=force, now=now), told)


def _by_the_way(before: About | None, counts: dict[str, int]) -> tuple[str, ...]:
    """An advisory may be about packages of both, so that the archive of one ecosystem holds a few of the other. They
    are no reason to lose the others."""
    whole = {part.ecosystem for part in (before.parts if before else ()) if is_whole(part)}
    few = tuple(one for one, count in counts.items() if not is_enough(one, count))
    return tuple(one for one in few if one in whole) if len(few) < len(counts) else ()


_NEVER = "1970-01-01T00:00:00.000000Z"  # no believable date in any of them: as old as can be


class _File(NamedTuple):
    """What was read, with its name from the top of the archive or folder."""

    name: str
    data: bytes


class _Left(msgspec.Struct, frozen=True):
    """A file that was not read, and why."""

    kind: str
    error: AdvisoryError | None = None

    def count(self, intake: Intake) -> None:
        if self.error is not None:
            intake.tally.read += 1
            intake.bad(self.error)
        elif self.kind == "nested":
            intake.tally.nested += 1
        else:
            intake.tally.odd += 1


def _entries(archive: zipfile.ZipFile) -> Iterator[_File | _Left]:
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        if leads_out(entry.filename):
            yield _Left("odd")
        elif entry.filename.lower().endswith((".zip", ".gz", ".tar", ".tgz", ".xz", ".bz2", ".7z")):
            yield _Left("nested")
        elif entry.file_size > MOST_BYTES:
            yield _Left("bad", AdvisoryError("An advisory is larger than 8 MiB."))
        else:
            yield _File(entry.filename, read_entry(archive, entry, MOST_BYTES))


def _files(folder: Path) -> Iterator[_File | _Left]:
    """Every `.json` file below. Links are not followed, and nothing but a plain file is opened."""
    total = count = 0
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(".zip"):
                yield _Left("nested")
            if not name.lower().endswith(".json"):
                continue
            file = Path(place, name)
            data = _plain(file)
            count, total = count + 1, total + (len(data) if isinstance(data, bytes) else 0)
            if count > MOST_ENTRIES or total > MOST_UNPACKED:
                raise AdvisoryError(f"{folder} holds more than advisories ever were; it is refused.")
            yield _File(str(file.relative_to(folder)), data) if isinstance(data, bytes) else data


def _plain(path: Path) -> bytes | _Left:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return _Left("bad", AdvisoryError("One is no plain file."))
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        return _Left("bad", AdvisoryError(f"One cannot be read ({error.strerror})."))


def _refuse(error: OSError) -> None:
    raise AdvisoryError(f"{error.filename} cannot be read: {error.strerror}.", "Mend its permissions.") from error


def _import_pack(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    store: Path,
    *,
    force: bool,
    now: dt.datetime,
    progress: Progress,
) -> Imported:
    """A pack is ours, made from checked data: one bad line, or a digest that differs, and none of it is taken."""
    with building(store) as builder:
        intake, total = Intake(builder, now), sum(part.advisories for part in manifest.about.parts)
        for part in manifest.about.parts:
            for line in _lines(archive, member_of(part.ecosystem)):
                advisory = intake.take(line)
                if advisory is None or {one.ecosystem for one in advisory.affected} != {part.ecosystem}:
                    raise AdvisoryError(f"The pack is damaged: {intake.tally.first_fault}", "Copy the pack anew.")
                if intake.tally.read % 500 == 0:
                    progress(intake.tally.read, total)
        intake.settle("The pack", force=force)
        return Imported(builder.finish(_origins(manifest, now), force=force, now=now), builder.told())


def _origins(manifest: Manifest, now: dt.datetime) -> dict[str, Origin]:
    """As of the day the pack says; a day still to come would make the data look fresh for ever."""
    for part in manifest.about.parts:
        if read_moment(part.as_of) > now + _CLOCKS_DIFFER:
            raise AdvisoryError(
                f"The pack says it is of {part.as_of[:10]}, which is still to come. Nothing was changed.",
                "Look at the clock of this machine, and of the one that made the pack.",
            )
    return {
        part.ecosystem: Origin(part.as_of, part.source[:200], part.unread, part.full, part.digest, part.whole)
        for part in manifest.about.parts
    }


def _lines(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    try:
        stream = archive.open(member)
    except KeyError as error:
        raise AdvisoryError(f"The pack is damaged: {member} is missing.", "Copy the pack anew.") from error
    with stream:
        while line := stream.readline(MOST_BYTES + 1):
            if not line.endswith(b"\n"):
                raise AdvisoryError("The pack is damaged: a line in it has no end.", "Copy the pack anew.")
            yield line[:-1]
