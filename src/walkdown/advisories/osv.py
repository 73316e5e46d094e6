"""What is kept of an advisory in the OSV format: decoded once, checked and bounded; all else in it is dropped."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

import msgspec

from walkdown.advisories.moments import stamp
from walkdown.advisories.rating import worded, worst
from walkdown.errors import AdvisoryError

PYPI, NPM = "PyPI", "npm"
ECOSYSTEMS = (PYPI, NPM)
MOST_BYTES = 8 * 1024 * 1024  # the largest real ones list some thousand versions in less than 1 MiB
_MOST_AFFECTED, _MOST_EVENTS, _MOST_VERSIONS, _MOST_ALIASES = 50_000, 50_000, 200_000, 200
_LONGEST_NAME, _LONGEST_VERSION, _LONGEST_SUMMARY = 300, 256, 300
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}\Z")
_SEPARATORS = re.compile(r"[-_.]+")
# Spelled out: what Python calls printable differs from version to version, and a pack must read the same everywhere.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff]")
_KINDS = ("ECOSYSTEM", "SEMVER")  # GIT ranges speak of commits, which no lock file names


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of these is set. Events of a range stand in no particular order in the data."""

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class Range(msgspec.Struct, frozen=True):
    type: str
    events: tuple[Event, ...] = ()


class Affected(msgspec.Struct, frozen=True):
    """`name` is normalised: PEP 503 for PyPI, as it is for npm."""

    ecosystem: str
    name: str
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()


class Advisory(msgspec.Struct, frozen=True):
    """`summary` is one line of a stranger's text: bounded, printable, and still nothing to show unmasked."""

    id: str
    modified: str
    published: str = ""
    withdrawn: str = ""
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: str = ""
    affected: tuple[Affected, ...] = ()


class _Rating(msgspec.Struct):
    score: str = ""


class _Package(msgspec.Struct):
    ecosystem: str = ""
    name: str = ""


class _Range(msgspec.Struct):
    type: str = ""
    events: tuple[Event, ...] | None = None


class _Affected(msgspec.Struct, omit_defaults=True):
    package: _Package | None = None
    ranges: tuple[_Range, ...] | None = None
    versions: tuple[str, ...] | None = None
    severity: tuple[_Rating, ...] | None = None


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    severity: str = ""


class _Wire(msgspec.Struct, omit_defaults=True):
    """The parts of the format that are looked at."""

    id: str
    modified: dt.datetime
    published: dt.datetime | None = None
    withdrawn: dt.datetime | None = None
    aliases: tuple[str, ...] | None = None
    summary: str | None = None
    details: str | None = None
    severity: tuple[_Rating, ...] | None = None
    affected: tuple[_Affected, ...] | None = None
    database_specific: msgspec.Raw = msgspec.Raw()


class _Written(msgspec.Struct, omit_defaults=True):
    """The same, as we write it: what `decode` turns into an equal advisory."""

    id: str
    modified: str
    published: str = ""
    withdrawn: str = ""
    aliases: tuple[str, ...] = ()
    summary: str = ""
    affected: tuple[_Affected, ...] = ()
    database_specific: _Said = _Said()


_DECODER = msgspec.json.Decoder(_Wire)
_SAID = msgspec.json.Decoder(_Said)
_ENCODER = msgspec.json.Encoder()


def decode(data: bytes) -> Advisory:
    """An advisory out of its JSON. AdvisoryError says what is wrong with anything that is none."""
    if len(data) > MOST_BYTES:
        raise AdvisoryError("An advisory is larger than 8 MiB.")
    try:
        wire = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AdvisoryError(f"This is no OSV advisory: {str(error)[:200]}.") from error
    if not _ID.match(wire.id):
        raise AdvisoryError("An advisory has an id that is none.")
    return Advisory(
        id=wire.id,
        modified=stamp(wire.modified),
        published=_day(wire.published),
        withdrawn=_day(wire.withdrawn),
        aliases=_labels(wire.aliases or ()),
        summary=_line(wire.summary or wire.details or ""),
        severity=_severity(wire),
        affected=tuple(_affected(wire)),
    )


def encode(advisory: Advisory) -> bytes:
    """One line of OSV JSON that says what we kept and nothing else; the severity stands as a word."""
    affected = tuple(
        _Affected(
            _Package(one.ecosystem, one.name),
            tuple(_Range(part.type, part.events) for part in one.ranges) or None,
            one.versions or None,
        )
        for one in advisory.affected
    )
    return _ENCODER.encode(
        _Written(
            advisory.id, advisory.modified, advisory.published, advisory.withdrawn, advisory.aliases, advisory.summary,
            affected, _Said(advisory.severity.upper()),
        )
    )  # fmt: skip


def normal_name(ecosystem: str, name: str) -> str:
    return _SEPARATORS.sub("-", name).lower() if ecosystem == PYPI else name


def is_id(text: str) -> bool:
    return _ID.match(text) is not None


def _severity(wire: _Wire) -> str:
    """Top-level vectors, else those of the packages, else the database's word. Nobody rates malicious packages, and
    there is nothing to weigh: whoever has one installed runs a stranger's code."""
    vectors = [rating.score for rating in wire.severity or ()]
    if not vectors:
        vectors = [rating.score for one in (wire.affected or ())[:100] for rating in one.severity or ()]
    return worst(vectors[:100]) or _database_word(wire) or ("critical" if wire.id.startswith("MAL-") else "")


def _database_word(wire: _Wire) -> str:
    if not bytes(wire.database_specific):
        return ""
    try:
        return worded(_SAID.decode(wire.database_specific).severity)
    except (msgspec.DecodeError, RecursionError):
        return ""  # free form: another database keeps something else under that name


def _affected(wire: _Wire) -> Iterator[Affected]:
    """Only the ecosystems we answer for, each package with the ranges that speak of versions."""
    entries = wire.affected or ()
    _bound(len(entries), _MOST_AFFECTED, "packages")
    for entry in entries:
        package = entry.package
        if package is None or package.ecosystem not in ECOSYSTEMS:
            continue
        if not 0 < len(package.name) <= _LONGEST_NAME or _UNSEEN.search(package.name):
            raise AdvisoryError(f"{wire.id} names a package that cannot be one.")
        yield Affected(
            package.ecosystem,
            normal_name(package.ecosystem, package.name),
            tuple(_ranges(entry.ranges or (), wire.id)),
            _versions(entry.versions or (), wire.id),
        )


def _ranges(ranges: Iterable[_Range], advisory: str) -> Iterator[Range]:
    for one in ranges:
        if one.type in _KINDS:
            events = one.events or ()
            _bound(len(events), _MOST_EVENTS, "events")
            for event in events:
                _versions((event.introduced, event.fixed, event.last_affected, event.limit), advisory)
            yield Range(one.type, events)


def _versions(versions: tuple[str, ...], advisory: str) -> tuple[str, ...]:
    _bound(len(versions), _MOST_VERSIONS, "versions")
    if any(len(version) > _LONGEST_VERSION or _UNSEEN.search(version) for version in versions):
        raise AdvisoryError(f"{advisory} names a version that cannot be one.")
    return versions


def _bound(count: int, most: int, what: str) -> None:
    if count > most:
        raise AdvisoryError(f"An advisory lists more than {most:,} {what}.")


def _labels(aliases: tuple[str, ...]) -> tuple[str, ...]:
    """Other names of the same flaw. What cannot be an id is of no use for telling that two are one."""
    return tuple(dict.fromkeys(alias for alias in aliases[:_MOST_ALIASES] if _ID.match(alias)))


def _line(text: str) -> str:
    words = " ".join(_UNSEEN.sub(" ", text[: 4 * _LONGEST_SUMMARY]).split())
    return words[:_LONGEST_SUMMARY].rstrip()


def _day(moment: dt.datetime | None) -> str:
    """As OSV writes it; a fraction only where there is one."""
    return stamp(moment).replace(".000000Z", "Z") if moment else ""
