"""Whether an advisory speaks of a version, and which versions mend it, evaluated as the OSV format prescribes."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from packaging.version import InvalidVersion, Version

from walkdown.advisories.npm_versions import NpmVersion, NpmVersionError
from walkdown.advisories.osv import NPM, PYPI, Advisory, Affected, Event, Range
from walkdown.errors import AdvisoryError

# What stands before every version; OSV writes it as an introduction in "0".
_BEGINNING = "0"
_UNLIMITED = "*"
_SHORTENED = re.compile(r"v?[0-9]+(?:\.[0-9]+)?")
_UNUSUAL = "This version is not written as its ecosystem has them, so no advisory can be held against it."

_Parsed: TypeAlias = Version | NpmVersion


class VersionError(AdvisoryError):
    """A version that cannot be put in order: of the package asked about, or of the advisory. Neither yes nor no."""


def affects(advisory: Advisory, ecosystem: str, name: str, version: str) -> bool:
    """True where one of the lists or ranges for this package has the version. VersionError where nobody can tell."""
    entries = [one for one in advisory.affected if (one.ecosystem, one.name) == (ecosystem, name)]
    if any(version in one.versions for one in entries):
        return True
    used = _parsed(ecosystem, version)
    if any(_is_listed(used, ecosystem, one.versions) for one in entries):
        return True
    return _is_in_any(used, ecosystem, [part for one in entries for part in one.ranges])


def _is_in_any(used: _Parsed, ecosystem: str, ranges: Sequence[Range]) -> bool:
    """A range that cannot be compared leaves the question open only where no other one answers it."""
    unclear: VersionError | None = None
    for part in ranges:
        try:
            if _is_in(used, ecosystem, part):
                return True
        except VersionError as error:
            unclear = error
    if unclear is not None:
        raise unclear
    return False


def fixed_in(advisory: Advisory, ecosystem: str, name: str, version: str) -> tuple[str, ...]:
    """The versions above this one that an advisory calls fixed, nearest first; one a branch. None that it also calls
    affected, in its list of versions say: it contradicts itself there, and the wrong half helps nobody."""
    used = _parsed(ecosystem, version)
    above: dict[_Parsed, str] = {}
    for text in _fixes(advisory.affected, ecosystem, name):
        try:
            fixed = _written(ecosystem, text)
        except VersionError:
            continue  # it cannot be recommended, and no other is worse for it
        if _is_after(fixed, used) and fixed not in above and not _is_still_affected(advisory, ecosystem, name, text):
            above[fixed] = _spelled_out(ecosystem, text)
    return tuple(above[fixed] for fixed in sorted(above, key=functools.cmp_to_key(_compare)))


def _is_still_affected(advisory: Advisory, ecosystem: str, name: str, fixed: str) -> bool:
    try:
        return affects(advisory, ecosystem, name, _spelled_out(ecosystem, fixed))
    except VersionError:
        return False  # another range of it cannot be compared, and this one can


def in_order(ecosystem: str, versions: Iterable[str]) -> list[str]:
    """Versions as `fixed_in` gives them, nearest first."""
    placed = functools.cmp_to_key(_compare)
    return sorted(versions, key=lambda text: placed(_parsed(ecosystem, text)))


def is_finished(ecosystem: str, version: str) -> bool:
    parsed = _parsed(ecosystem, version)
    return parsed.finished if isinstance(parsed, NpmVersion) else not parsed.is_prerelease


def _fixes(affected: Sequence[Affected], ecosystem: str, name: str) -> Iterator[str]:
    for one in affected:
        if (one.ecosystem, one.name) == (ecosystem, name):
            yield from (event.fixed for part in one.ranges for event in part.events if event.fixed)


def _is_listed(used: _Parsed, ecosystem: str, versions: Sequence[str]) -> bool:
    """Under another spelling, `1.0` for `1.0.0` say. What is listed and no version can only be meant literally."""
    for text in versions:
        try:
            if _parsed(ecosystem, text) == used:
                return True
        except VersionError:
            continue
    return False


def _is_in(used: _Parsed, ecosystem: str, part: Range) -> bool:
    """Events are gone through in the order of their versions; the last one that the version has reached decides."""
    limits = [event.limit for event in part.events if event.limit and event.limit != _UNLIMITED]
    if limits and not any(_is_after(_written(ecosystem, limit), used) for limit in limits):
        return False
    affected = False
    for event in _in_order(ecosystem, part.events):
        if event.introduced:
            affected = affected or _has_reached(used, ecosystem, event.introduced)
        elif event.fixed:
            affected = affected and _is_after(_written(ecosystem, event.fixed), used)
        elif event.last_affected:
            affected = affected and not _is_after(used, _written(ecosystem, event.last_affected))
    return affected


def _has_reached(used: _Parsed, ecosystem: str, start: str) -> bool:
    return start == _BEGINNING or not _is_after(_written(ecosystem, start), used)


def _in_order(ecosystem: str, events: Sequence[Event]) -> list[Event]:
    """Sorted by version; at the same one, as they are written."""

    def compare(one: Event, other: Event) -> int:
        first, second = one.introduced == _BEGINNING, other.introduced == _BEGINNING
        if first or second:
            return second - first
        return _compare(_written(ecosystem, _at(one)), _written(ecosystem, _at(other)))

    placed = [event for event in events if _at(event)]
    return sorted(placed, key=functools.cmp_to_key(compare))


def _at(event: Event) -> str:
    return event.introduced or event.fixed or event.last_affected


def _compare(one: _Parsed, other: _Parsed) -> int:
    return _is_after(one, other) - _is_after(other, one)


def _is_after(one: _Parsed, other: _Parsed) -> bool:
    if isinstance(one, Version) and isinstance(other, Version):
        return one > other
    if isinstance(one, NpmVersion) and isinstance(other, NpmVersion):
        return one > other
    raise VersionError("Versions of two ecosystems have no order.")


def _written(ecosystem: str, text: str) -> _Parsed:
    """A version as an advisory writes it."""
    return _parsed(ecosystem, _spelled_out(ecosystem, text))


def _spelled_out(ecosystem: str, text: str) -> str:
    """People leave out zeros at the end, which no registry of npm packages does."""
    if ecosystem == NPM and _SHORTENED.fullmatch(text):
        return f"{text}.0" if "." in text else f"{text}.0.0"
    return text


@functools.lru_cache(maxsize=20_000)
def _parsed(ecosystem: str, text: str) -> _Parsed:
    try:
        if ecosystem == NPM:
            return NpmVersion.parse(text)
        if ecosystem == PYPI:
            return Version(text)
    except (InvalidVersion, NpmVersionError) as error:
        raise VersionError(_UNUSUAL) from error
    raise VersionError(f"There is no order of versions for {ecosystem[:40]}.")
