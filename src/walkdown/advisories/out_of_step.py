"""Where a lock no longer fits the manifest it answers for: what is asked for is not in it, or in a version that is not
allowed. Whoever installs from it gets something else than the manifest says, or an error."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from walkdown.advisories.npm_ranges import NpmRange
from walkdown.advisories.npm_versions import NpmVersionError
from walkdown.advisories.osv import NPM
from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.target.manifests.npm_graph import OVERRIDES, PEER

# Locks that hold every group and extra, for every platform; the others hold what somebody chose to lock.
_WHOLE = frozenset({"poetry-lock", "uv-lock", "package-lock", "pnpm-lock", "yarn-lock", "bun-lock"})
_POETRY = re.compile(r"([\^~])\s*(\d+(?:\.\d+)*)\S*")


class Step(msgspec.Struct, frozen=True):
    """`asked`: the line of the manifest. `locked`: the versions that the lock has in its place, none where it is not
    in there."""

    asked: Dependency
    locked: tuple[str, ...]


def out_of_step(manifest: Manifest, lock: Manifest, forced: Collection[str] = ()) -> tuple[Step, ...]:
    """`forced`: packages on which another manifest of the project forces a version. What cannot be compared is no
    claim: a lock that was not read whole, a tag in place of a range."""
    if manifest.ecosystem != lock.ecosystem or lock.skipped or not lock.lock:
        return ()
    locked: dict[str, list[Dependency]] = defaultdict(list)
    for one in lock.dependencies:
        for name in {one.name, one.alias or one.name}:  # where a catalogue says so, only the lock tells what is meant
            locked[name].append(one)
    overridden = {*forced, *(one.name for one in manifest.dependencies if one.group == OVERRIDES)}
    steps = []
    for asked in manifest.dependencies:
        if asked.pin in (Pin.LOCAL, Pin.URL) or asked.group in (OVERRIDES, PEER) or asked.name in overridden:
            continue
        found = locked.get(asked.name, [])
        if not found and _may_lack(asked, lock):
            continue
        versions = _versions(found, lock)
        if not found or (versions and not any(_fits(asked, version) for version in versions)):
            steps.append(Step(asked, versions))
    return tuple(steps)


def _versions(found: Sequence[Dependency], lock: Manifest) -> tuple[str, ...]:
    """What the project itself asks for, where the lock tells; what comes from an address has no version to compare."""
    if any(one.pin is not Pin.EXACT for one in found):
        return ()
    # In a workspace what one member asks for may have come in first through what another one needs.
    shared = any(one.pin is Pin.LOCAL for one in lock.dependencies)
    direct = [one for one in found if not one.via and not shared]
    return tuple(dict.fromkeys(one.version for one in direct or found))


def _may_lack(asked: Dependency, lock: Manifest) -> bool:
    if not asked.name:
        return True
    return lock.kind not in _WHOLE and bool(asked.group or asked.marker)


def _fits(asked: Dependency, version: str) -> bool:
    if asked.pin is Pin.ANY:
        return True
    return _npm_fits(asked, version) if asked.ecosystem == NPM else _python_fits(asked, version)


def _npm_fits(asked: Dependency, version: str) -> bool:
    try:
        return NpmRange.parse(asked.specifier).allows(version)
    except NpmVersionError:
        return True  # a tag, or a catalogue: what it stands for is written elsewhere


def _python_fits(asked: Dependency, version: str) -> bool:
    try:
        found = Version(version)
        if asked.pin is Pin.EXACT:
            return Version(Version(asked.version).public) == Version(found.public)
        return _specifiers(asked.specifier).contains(found, prereleases=True)
    except (InvalidVersion, InvalidSpecifier):
        return True  # Poetry knows forms of its own beyond the usual ones


def _specifiers(written: str) -> SpecifierSet:
    """Poetry's `^1.2` and `~1.2` spelled out; all else as PEP 440 has it."""
    parts = []
    for part in written.split(","):
        match = _POETRY.fullmatch(part.strip())
        parts.append(f">={part.strip()[1:].strip()},<{_next(*match.groups())}" if match else part.strip())
    return SpecifierSet(",".join(parts))


def _next(sign: str, release: str) -> str:
    """The first version that is too far: `^` allows what leaves the first number other than 0 as it is, `~` the last
    but one."""
    numbers = [int(number) for number in release.split(".")]
    if sign == "~":
        place = min(1, len(numbers) - 1)
    else:
        place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1]))
