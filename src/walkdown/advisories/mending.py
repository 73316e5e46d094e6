"""Which version to advise: of all flaws of a package the same one, where one version mends them all."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from walkdown.advisories.flaws import Flaw
from walkdown.advisories.osv import Advisory
from walkdown.advisories.versions import VersionError, affects, fixed_in, in_order, is_finished

_MOST_TRIED = 500


class Package(msgspec.Struct, frozen=True):
    """`about`: every advisory on the package, also those that speak of other versions only."""

    ecosystem: str
    name: str
    version: str
    about: tuple[Advisory, ...]


class _Mends(msgspec.Struct, frozen=True):
    """The fixed versions that the advisories of a flaw name; none is one that the same advisory says is affected."""

    flaw: Flaw
    fixes: tuple[tuple[str, ...], ...]


def mended_by(package: Package, flaws: Sequence[Flaw]) -> tuple[str, ...]:
    """The version to advise against each flaw, "" where none is known. The nearest that mends all which can be mended,
    and brings no other flaw that is on record; else the nearest for each."""
    each = [_Mends(flaw, tuple(found for one in flaw.advisories if (found := _fixes(package, one)))) for flaw in flaws]
    fixable = [one for one in each if one.fixes and not one.flaw.malicious]
    if not fixable:
        return ("",) * len(flaws)
    tried = _candidates(package)
    hopeless = [one.flaw for one in each if not one.fixes and not one.flaw.malicious]
    left = [one for one in package.about if not any(one in flaw.advisories for flaw in hopeless)]
    after = _after_all(package, [fixes for one in fixable for fixes in one.fixes], tried)
    own = [advisory for one in fixable for advisory in one.flaw.advisories]
    common = _first_clear(package, after, left) or _first_clear(package, after, own)
    return tuple(
        (common or _first_clear(package, _after_all(package, one.fixes, tried), one.flaw.advisories))
        if one in fixable
        else ""
        for one in each
    )


def _fixes(package: Package, advisory: Advisory) -> tuple[str, ...]:
    try:
        return fixed_in(advisory, package.ecosystem, package.name, package.version)
    except VersionError:
        return ()  # listed as it is, and nobody knows what comes after it


def _candidates(package: Package) -> list[str]:
    """Every version above that mended something, nearest first, and finished ones before those that are not. None that
    was made to do harm."""
    named = {fix for one in package.about for fix in _fixes(package, one)}
    harmful = [one for one in package.about if one.id.startswith("MAL-")]
    ordered = [one for one in in_order(package.ecosystem, named) if _first_clear(package, (one,), harmful)]
    return sorted(ordered, key=lambda one: not is_finished(package.ecosystem, one))[:_MOST_TRIED]


def _after_all(package: Package, fixes: Sequence[Sequence[str]], tried: Sequence[str]) -> list[str]:
    """Of each advisory at least the nearest: what lies between may only have been forgotten in its list."""
    least = in_order(package.ecosystem, {one[0] for one in fixes})[-1]
    place = {version: number for number, version in enumerate(in_order(package.ecosystem, {*tried, least}))}
    return [version for version in tried if place[version] >= place[least]]


def _first_clear(package: Package, tried: Sequence[str], advisories: Sequence[Advisory]) -> str:
    """What stood in the way of one version mostly does so for the next one: it is asked first."""
    ordered = list(advisories)
    for version in tried:
        against = next((one for one in ordered if _speaks_of(package, one, version)), None)
        if against is None:
            return version
        ordered.remove(against)
        ordered.insert(0, against)
    return ""


def _speaks_of(package: Package, advisory: Advisory, version: str) -> bool:
    try:
        return affects(advisory, package.ecosystem, package.name, version)
    except VersionError:
        return False  # nobody can tell, and its fixed version was named by somebody
