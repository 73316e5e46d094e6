"""From manifests to the flat lists that pip-audit is asked about: each with one version of a package at most."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from packaging.version import Version

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.scanner import Job
from walkdown.target.manifests import answers
from walkdown.target.manifests.names import is_development, side_folder
from walkdown.target.manifests.reading import PYPI

KEEP_SECONDS = 3600.0  # an index learns of advisories all day; an hour old is fresh enough for a second look
_MOST = 80  # packages in a list: pip-audit asks one after the other, so several lists side by side are faster
_WRITTEN = frozenset({"pyproject", "setup-cfg", "pipfile"})


class Use(msgspec.Struct, frozen=True):
    """A line that brings a package in. `sure`: this very version is what will be installed. `via`: the packages through
    which it comes, where it is not asked for by itself. `direct`: a person asks for it on this very line."""

    path: str
    line: int
    sure: bool = True
    development: bool = False
    lock: bool = False
    via: tuple[str, ...] = ()
    direct: bool = False


class Told(msgspec.Struct, frozen=True):
    """An advisory that must come back for a package. `severity` is empty where nobody rated it. `mended`: the version
    to advise, "" where none is known."""

    id: str
    severity: str = ""
    mended: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """A package in one version, and everything that brings it, the place to mend it first. `told`: from data of ours,
    what the answer must hold at least."""

    name: str
    version: str
    uses: tuple[Use, ...]
    told: tuple[Told, ...] = ()

    @property
    def development(self) -> bool:
        return all(use.development for use in self.uses)

    @property
    def fixed_by(self) -> tuple[str, ...]:
        """The files that say which version it is: the locks where there are any. A gap about it stands there, once."""
        locks = {use.path for use in self.uses if use.lock}
        return tuple(sorted(locks or {use.path for use in self.uses}))


def pinned(manifests: Sequence[Manifest]) -> tuple[Asked, ...]:
    """Every PyPI package with a fixed version, whatever its marker: production may be the platform this is not."""
    uses: dict[tuple[str, str], set[Use]] = defaultdict(set)
    for manifest in manifests:
        lines = _lines(manifest, manifests)
        for dependency in manifest.dependencies:
            if dependency.ecosystem == PYPI and dependency.pin is Pin.EXACT:
                version = Version(dependency.version)
                uses[dependency.name, version.public].update(_uses(manifest, dependency, version, lines))
    return tuple(Asked(*key, tuple(sorted(found, key=_first_to_mend))) for key, found in sorted(uses.items()))


_Lines = Mapping[str, Sequence[tuple[Manifest, Dependency]]]


def _lines(lock: Manifest, manifests: Sequence[Manifest]) -> _Lines:
    """For each name, the lines that ask for it in what a person wrote and this lock answers for."""
    lines: dict[str, list[tuple[Manifest, Dependency]]] = defaultdict(list)
    for manifest in manifests:
        if _is_written(manifest) and answers(lock, manifest):
            for dependency in manifest.dependencies:
                lines[dependency.name].append((manifest, dependency))
    return lines


def _uses(manifest: Manifest, dependency: Dependency, version: Version, lines: _Lines) -> Iterator[Use]:
    development = _is_aside(manifest, dependency)
    # `2.1.0+cu118` is somebody's build of 2.1.0, perhaps mended; a constraint installs nothing itself.
    sure = version.local is None and manifest.kind != "constraints"
    direct = _is_written(manifest)
    lock = manifest.lock and not manifest.by_hand  # nothing writes that one anew
    yield Use(dependency.path, dependency.line, sure, development, lock, dependency.via, direct)
    asked_for = dependency.via[0] if dependency.via else dependency.name
    written = lines.get(asked_for, ())
    fitting = [one for one in written if _is_aside(*one) <= development]
    # What is listed for development alone, while production gets it through others, still is to be mended on that line.
    for where, line in fitting or (() if dependency.via else written):
        # What a person wrote comes before what a tool made of it.
        yield Use(where.path, line.line, sure, development, lock=False, via=dependency.via, direct=not dependency.via)


def _is_written(manifest: Manifest) -> bool:
    """By a person, and so what the project asks for by itself; a plain list of pins may hold all the rest as well."""
    return manifest.kind in _WRITTEN or (manifest.kind == "requirements" and manifest.path.endswith(".in"))


def _is_aside(manifest: Manifest, dependency: Dependency) -> bool:
    return is_development(dependency.group) or bool(side_folder(manifest.path))


def make_jobs(asked: Sequence[Asked], list_name: str, keep_seconds: float | None) -> tuple[Job, ...]:
    lists = [part for one in _consistent(asked) for part in _parts(one)]
    told: set[str] = set()
    jobs: list[Job] = []
    for number, packages in enumerate(lists, 1):
        paths = {use.path for one in packages for use in one.uses}
        flat = "".join(f"{one.name}=={one.version}\n" for one in packages).encode()
        context = msgspec.json.encode(packages)
        jobs.append(
            Job(
                name=f"{len(packages)} packages, list {number} of {len(lists)}",
                # The answer names files and lines, so it depends on them as well.
                key=hashlib.sha256(flat + b"\0" + context).hexdigest(),
                # A manifest is asked about once, though its packages may be spread over several lists.
                asked=tuple(sorted(paths - told)),
                inputs=((list_name, flat),),
                context=context,
                keep_seconds=keep_seconds,
            )
        )
        told |= paths
    return tuple(jobs)


def decode_asked(context: bytes) -> tuple[Asked, ...]:
    return msgspec.json.decode(context, type=tuple[Asked, ...])


def _first_to_mend(use: Use) -> tuple[bool, bool, bool, str, int, tuple[str, ...]]:
    return (not use.sure, use.development, use.lock, use.path, use.line, use.via)


def _consistent(asked: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Two versions of one package in a list would make pip-audit refuse the whole list."""
    sets: list[list[Asked]] = []
    seen: dict[str, int] = defaultdict(int)
    for one in asked:
        place = seen[one.name]
        seen[one.name] += 1
        if place == len(sets):
            sets.append([])
        sets[place].append(one)
    yield from sets


def _parts(packages: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    count = -(-len(packages) // _MOST)
    size = -(-len(packages) // count)
    for start in range(0, len(packages), size):
        yield packages[start : start + size]
