"""The record's files in the target: `.walkdown/signoffs/`, the only thing walkdown ever writes there but fixes.

The folder belongs to whoever wrote the tree. So it is read as a stranger's: regular files of bounded size and number,
no link followed. What is written comes as a whole or not at all, and never over something else.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import msgspec

from walkdown.errors import RecordError
from walkdown.record.files import MOST_BYTES, MOST_SIGNATURES, RecordFiles, Seal
from walkdown.record.writer import FOLDER, NAME, SEAL_NAME, SUFFIXES, listing_of, writing
from walkdown.target.plain_read import open_folder, read_at

__all__ = ["FOLDER", "all_records", "find_record", "publish", "publish_seal", "readable_slug", "slug_of"]

MOST_RECORDS = 1000
_MOST_IN_ALL = 4 * MOST_BYTES
_MOST_OF_A_SEAL = 1024 * 1024
_JSON = re.compile(rf"({NAME})\.json")
_OF_A_RECORD = re.compile(rf"({NAME})(?:\..*)?")
_PLAIN_MAIL = re.compile(r"[a-z0-9]{1,40}@[a-z0-9]{1,40}(?:\.[a-z0-9]{1,20}){1,4}")


class _When(msgspec.Struct, frozen=True):
    made: str = ""


class _Dated(msgspec.Struct, frozen=True):
    predicate: _When = _When()


class _Listing:
    """What lies in the folder, gone through once: somebody may have put very much there."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.slugs: dict[str, list[str]] = {}
        for found in filter(None, map(SEAL_NAME.fullmatch, names)):
            self.slugs.setdefault(found[1], []).append(found[2])


def slug_of(mail: str, name: str) -> str:
    """The signer's part of the file names. Two mails never share one: what was lost in making it plain is made good
    with a digest."""
    mail = mail.lower()
    if _PLAIN_MAIL.fullmatch(mail):
        return readable_slug(mail)
    whole = hashlib.sha256((mail or f"name:{name}").encode("utf-8", "surrogatepass")).hexdigest()
    return f"{readable_slug(mail or name)}_{whole[:10]}"


def readable_slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:80].strip("-") or "signer"


def find_record(root: Path, named: str) -> RecordFiles:
    """`named`: a record's name, or the path of one of its files, in the tree or elsewhere; empty for the newest."""
    if named:
        return _named(root, named)
    record = _newest(root)
    if record is not None:
        return record
    raise RecordError(f"There is no record in {FOLDER}.", "Make one: walkdown sign")


def all_records(root: Path) -> tuple[RecordFiles, ...]:
    """Newest first; without those that cannot be read, and without the oldest where there is too much of them. They
    are where the next walk may start; what is wrong with one is told when it is verified."""
    found: list[RecordFiles] = []
    left = _MOST_IN_ALL
    try:
        with _opened(root) as folder:
            listing = _Listing(listing_of(folder))
            for name in sorted(_records(listing.names), reverse=True)[:MOST_RECORDS]:
                with suppress(RecordError):
                    record = _read(folder, name, listing, FOLDER)
                    left -= _size(record)
                    if left < 0:
                        break
                    found.append(record)
    except (FileNotFoundError, RecordError):
        return ()
    return tuple(sorted(found, key=_age, reverse=True))


def _newest(root: Path) -> RecordFiles | None:
    """By their dates; those of the same day by the time in them. One is held at a time, and only of the newest day."""
    try:
        with _opened(root) as folder:
            listing = _Listing(listing_of(folder))
            names = _records(listing.names)
            newest = max(names, default="")[:10]
            same_day = (_read(folder, name, listing, FOLDER) for name in names if name[:10] == newest)
            return max(same_day, key=_age, default=None)
    except FileNotFoundError:
        return None


def _age(record: RecordFiles) -> tuple[str, str, str]:
    try:
        made = msgspec.json.decode(record.json, type=_Dated).predicate.made
    except (msgspec.MsgspecError, RecursionError):
        made = ""  # it is told when this record is verified
    return record.name[:10], made, record.name


def _size(record: RecordFiles) -> int:
    seals = sum(len(one.statement) + len(one.signature or b"") for one in record.seals)
    return len(record.json) + len(record.markdown or b"") + seals


def _named(root: Path, named: str) -> RecordFiles:
    last = Path(named).name
    found = _OF_A_RECORD.fullmatch(last)
    if found is None:
        what = f"{named} is no name of a record: they are called <date>-<12 characters>."
        raise RecordError(what, f"Look for them in {FOLDER}.")
    # A name is looked for in the tree. A path starts where the person stands, or else at the tree.
    beside = Path(named).parent
    ways = [(beside, ""), (root / beside, "")] if last != named else [(root, FOLDER.as_posix()), (beside, "")]
    for start, below in ways:
        try:
            with _opened(start, below) as folder:
                return _read(folder, found[1], _Listing(listing_of(folder)), start / below)
        except FileNotFoundError:
            continue
    raise RecordError(f"There is no record {named}.", f"Look for its name in {FOLDER}.")


@contextmanager
def _opened(start: Path, below: str = FOLDER.as_posix()) -> Iterator[int]:
    try:
        folder = open_folder(str(start), below)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            what = f"{start / below} is no folder, or is reached by a link."
            raise RecordError(what, "Records are not looked for behind links.") from error
        raise RecordError(f"{start / below} cannot be read: {error.strerror}.", "Mend its permissions.") from error
    try:
        yield folder
    finally:
        os.close(folder)


def _records(listing: frozenset[str]) -> list[str]:
    return [found[1] for one in listing if (found := _JSON.fullmatch(one)) and _is_date(found[1][:10])]


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _read(folder: int, name: str, listing: _Listing, place: Path) -> RecordFiles:
    if f"{name}.json" not in listing.names:
        raise FileNotFoundError(errno.ENOENT, "no such record", name)
    markdown = _bytes(folder, f"{name}.md", MOST_BYTES, place) if f"{name}.md" in listing.names else None
    slugs = sorted(listing.slugs.get(name, ()))
    if len(slugs) > MOST_SIGNATURES:
        raise RecordError(f"{name} has more than {MOST_SIGNATURES} signatures.", "Remove those that do not count.")
    seals = tuple(seal for slug in slugs for seal in _seals(folder, name, slug, listing.names, place))
    return RecordFiles(name, _bytes(folder, f"{name}.json", MOST_BYTES, place), markdown, seals)


def _seals(folder: int, name: str, slug: str, listing: frozenset[str], place: Path) -> list[Seal]:
    """Usually one: the statement with its signature, or without one."""
    file = f"{name}.{slug}.json"
    statement = _bytes(folder, file, _MOST_OF_A_SEAL, place)
    kinds = [kind for kind, suffix in SUFFIXES.items() if file + suffix in listing]
    signed = [
        Seal(slug, statement, _bytes(folder, file + SUFFIXES[kind], _MOST_OF_A_SEAL, place), kind) for kind in kinds
    ]
    return signed or [Seal(slug, statement, None)]


def _bytes(folder: int, name: str, most: int, place: Path) -> bytes:
    try:
        return read_at(folder, name, most)
    except OSError as error:
        what = f"{place / name} cannot be read: {error.strerror}."
        raise RecordError(what, "A record's files are regular files of sensible size.") from error


def publish(root: Path, files: RecordFiles) -> Path:
    """All of it or nothing; the JSON comes last, for without it the others are no record."""
    if _JSON.fullmatch(f"{files.name}.json") is None or files.markdown is None:
        raise RecordError(f"{files.name} is no complete record.", "Nothing was signed.")
    with writing(root, files.name) as writer:
        writer.put(f"{files.name}.md", files.markdown)
        for seal in files.seals:
            writer.put_seal(seal)
        writer.put(f"{files.name}.json", files.json)
    return root / FOLDER / f"{files.name}.json"


def publish_seal(root: Path, record: str, seal: Seal) -> Path:
    """A countersignature more beside a record that is there."""
    with writing(root, record) as writer:
        listing = listing_of(writer.folder)
        if record not in _records(listing):
            raise RecordError(f"There is no record {record} in {FOLDER}.", "Nothing was signed.")
        if f"{record}.{seal.slug}.json" in listing:
            what = f"{record}.{seal.slug}.json is there already: this person has signed."
            raise RecordError(what, "Nothing was changed. To take it back, remove that file and its signature.")
        count = sum((found := SEAL_NAME.fullmatch(one)) is not None and found[1] == record for one in listing)
        if count >= MOST_SIGNATURES:
            raise RecordError(f"{record} has {count} signatures; more are not read.", "Nothing was signed.")
        writer.put_seal(seal)
    return root / FOLDER / f"{record}.{seal.slug}.json"
