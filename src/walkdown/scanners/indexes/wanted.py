"""Which names the indexes are asked about: what the project declares, in the versions that its locks give.

Names that may be the project's own, or from an index of its own, never leave the machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from walkdown.advisories.names import ECOSYSTEMS, NameIndex, is_name, normalise
from walkdown.advisories.popular import is_well_used
from walkdown.model.dependency import Manifest, Pin
from walkdown.model.place import PackagePlace
from walkdown.target.manifests import nearest_lock
from walkdown.target.manifests.names import is_development, side_folder
from walkdown.target.manifests.npm_graph import OVERRIDES

MOST_NAMES = 1_500
_MOST_VERSIONS = 20


class Around(Protocol):
    """What the project says of itself: its own names, and the indexes of its own."""

    def is_own(self, ecosystem: str, name: str) -> bool: ...
    def is_private(self, ecosystem: str, name: str) -> bool: ...


class Use(msgspec.Struct, frozen=True):
    """A line that asks for the package, and the versions that are installed because of it, where that is known.
    `guessed`: it is no declaration, so the name itself may be wrong."""

    path: str
    line: int
    versions: tuple[str, ...] = ()
    development: bool = False
    guessed: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """`listed`: what the index of names on this machine says, None where there is none. `well_used`: it is among those
    that many thousands install."""

    ecosystem: str
    name: str
    uses: tuple[Use, ...]
    listed: bool | None = None
    well_used: bool = False

    @property
    def development(self) -> bool:
        return all(use.development for use in self.uses)

    @property
    def guessed(self) -> bool:
        return all(use.guessed for use in self.uses)


class Gathered(msgspec.Struct, frozen=True):
    """`withheld`: names that may be the project's own, and are not asked about. `too_many`: how many were left out."""

    wanted: tuple[Wanted, ...]
    withheld: tuple[tuple[str, str], ...] = ()
    too_many: int = 0


def gather(
    manifests: Sequence[Manifest],
    also: Iterable[PackagePlace],
    around: Around,
    index: NameIndex,
    *,
    public: Collection[str],
    is_fixture: Callable[[str], bool],
) -> Gathered:
    """`public`: the ecosystems whose public index is the one that would be asked."""
    uses: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for ecosystem, name, use in (*_declared(manifests, is_fixture), *_elsewhere(also)):
        if ecosystem in ECOSYSTEMS and is_name(ecosystem, name) and not around.is_own(ecosystem, name):
            uses[ecosystem, name].append(use)
    wanted: list[Wanted] = []
    withheld: list[tuple[str, str]] = []
    for (ecosystem, name), found in sorted(uses.items()):
        used = is_well_used(ecosystem, name)
        listed = used or index.knows(ecosystem, name)
        if not listed and ecosystem in public and around.is_private(ecosystem, name):
            withheld.append((ecosystem, name))
        else:
            ordered = tuple(sorted(set(found), key=_first_to_mend))
            wanted.append(Wanted(ecosystem, name, ordered, listed, used))
    return Gathered(tuple(wanted[:MOST_NAMES]), tuple(withheld), max(0, len(wanted) - MOST_NAMES))


def _declared(manifests: Sequence[Manifest], is_fixture: Callable[[str], bool]) -> Iterator[tuple[str, str, Use]]:
    locks = [one for one in manifests if one.lock]
    fixed = {lock.path: _versions(lock) for lock in locks}
    for manifest in manifests:
        if (manifest.lock and not manifest.by_hand) or manifest.kind == "constraints" or is_fixture(manifest.path):
            continue
        lock = nearest_lock(manifest, locks)
        for one in manifest.dependencies:
            if one.pin in (Pin.LOCAL, Pin.URL) or one.perhaps:  # from elsewhere, which is no index's business
                continue
            if one.specifier.startswith("jsr:") or one.group == OVERRIDES:
                continue
            versions: tuple[str, ...] = (one.version,) if one.pin is Pin.EXACT else ()
            if not versions and lock is not None:
                versions = tuple(sorted(fixed[lock.path].get(one.name, ())))[:_MOST_VERSIONS]
            development = is_development(one.group) or bool(side_folder(manifest.path))
            yield manifest.ecosystem, one.name, Use(one.path, one.line, versions, development)


def _versions(lock: Manifest) -> dict[str, set[str]]:
    """Of what the project asks for itself, where the lock tells that apart."""
    own: dict[str, set[str]] = defaultdict(set)
    every: dict[str, set[str]] = defaultdict(set)
    for one in lock.dependencies:
        if one.pin is Pin.EXACT:
            every[one.name].add(one.version)
            if not one.via:
                own[one.name].add(one.version)
    return {name: own.get(name) or versions for name, versions in every.items()}


def _elsewhere(also: Iterable[PackagePlace]) -> Iterator[tuple[str, str, Use]]:
    for place in also:
        yield place.ecosystem, normalise(place.ecosystem, place.name), Use(place.path, place.line, guessed=True)


def _first_to_mend(use: Use) -> tuple[bool, bool, str, int]:
    return (use.guessed, use.development, use.path, use.line)
