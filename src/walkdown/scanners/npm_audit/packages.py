"""From manifests to the npm packages that will be installed: each version with everything that brings it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.target.manifests import nearest_lock
from walkdown.target.manifests.names import is_development, side_folder
from walkdown.target.manifests.npm_graph import NPM, OVERRIDES, PEER


class Use(msgspec.Struct, frozen=True):
    """A line that brings a package in. `sure`: this very version is what will be installed. `via`: the packages through
    which it comes, where nobody asks for it by itself. `direct`: a person asks for it on this very line."""

    path: str
    line: int
    sure: bool = True
    development: bool = False
    lock: bool = False
    via: tuple[str, ...] = ()
    direct: bool = False


class Package(msgspec.Struct, frozen=True):
    """A package in one version, and everything that brings it, the place to mend it first."""

    name: str
    version: str
    uses: tuple[Use, ...]

    @property
    def development(self) -> bool:
        return all(use.development for use in self.uses)

    @property
    def fixed_by(self) -> tuple[str, ...]:
        """The files that say which version it is: the locks where there are any."""
        locks = {use.path for use in self.uses if use.lock}
        return tuple(sorted(locks or {use.path for use in self.uses}))


def pinned(manifests: Sequence[Manifest]) -> tuple[Package, ...]:
    """Every npm package with a fixed version, also those that only another platform installs."""
    ours = [manifest for manifest in manifests if manifest.ecosystem == NPM]
    lines = _lines_of_locks(ours)
    uses: dict[tuple[str, str], set[Use]] = defaultdict(set)
    for manifest in ours:
        for dependency in manifest.dependencies:
            if dependency.pin is Pin.EXACT:
                uses[dependency.name, dependency.version].update(_uses(manifest, dependency, lines))
    return tuple(Package(*key, tuple(sorted(found, key=_first_to_mend))) for key, found in sorted(uses.items()))


_Lines = dict[tuple[str, str], list[tuple[Manifest, Dependency]]]


def _lines_of_locks(manifests: Sequence[Manifest]) -> _Lines:
    """For each lock and name, the lines of package.json that ask for it."""
    lines: _Lines = defaultdict(list)
    locks = [manifest for manifest in manifests if manifest.lock]
    for manifest in manifests:
        lock = None if manifest.lock else nearest_lock(manifest, locks)
        if lock is not None:
            for dependency in manifest.dependencies:
                if dependency.group != OVERRIDES:
                    lines[lock.path, dependency.name].append((manifest, dependency))
    return lines


def _uses(manifest: Manifest, dependency: Dependency, lines: _Lines) -> Iterator[Use]:
    development = is_development(dependency.group) or bool(side_folder(manifest.path))
    # What is forced on others, or left to whoever uses this package, installs nothing by itself.
    sure = manifest.lock or dependency.group not in (OVERRIDES, PEER)
    direct = sure and not manifest.lock
    yield Use(dependency.path, dependency.line, sure, development, manifest.lock, dependency.via, direct)
    asked_for = dependency.via[0] if dependency.via else dependency.name
    written = lines.get((manifest.path, asked_for), ()) if manifest.lock else ()
    fitting = [one for one in written if is_development(one[1].group) <= development]
    # What is listed for development alone, while production gets it through others, still is to be mended on that line.
    for where, line in fitting or (() if dependency.via else written):
        # What a person wrote comes before what a tool made of it.
        yield Use(where.path, line.line, sure, development, lock=False, via=dependency.via, direct=not dependency.via)


def _first_to_mend(use: Use) -> tuple[bool, bool, bool, str, int, tuple[str, ...]]:
    return (not use.sure, use.development, use.lock, use.path, use.line, use.via)
