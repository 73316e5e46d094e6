"""What all lock files have in common: a list of packages with one version each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import Skipped
from walkdown.target.manifests.includes import inside
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.reading import PYPI, Reading, check_length, exact_version, gap, normalised
from walkdown.target.manifests.tree import Need, Node, Root, Tree


class Locked(msgspec.Struct, frozen=True):
    """One entry of a lock, as written. `specifier`: the folder, where the package is code of the project. `group`: None
    where the lock leaves it to be found out. `needs`: what comes along with it; `may_need`: only with an extra."""

    name: str
    version: str = ""
    line: int = 0
    pin: Pin = Pin.EXACT
    specifier: str = ""
    marker: str = ""
    hashed: bool = False
    group: str | None = ""
    needs: tuple[Need, ...] = ()
    may_need: tuple[Need, ...] = ()


def read_locked(path: str, kind: str, entries: Sequence[Locked], roots: Iterable[Root] | None = None) -> Reading:
    """Entries that are no package and version become one gap; repeated ones (extras of one package) one entry. `roots`:
    what the project asks for itself, where the lock says it."""
    dependencies: dict[tuple[str, str, Pin], Dependency] = {}
    nodes: list[Node] = []
    unclear: list[int] = []
    check_length(len(entries))
    for entry in entries:
        dependency = _dependency(path, entry)
        if dependency is None:
            unclear.append(entry.line)
            continue
        key = (dependency.name, dependency.version, dependency.pin)
        nodes.append(Node(*key, entry.version, entry.group is not None, entry.needs, entry.may_need))
        first = dependencies.setdefault(key, dependency)
        if first.group and not dependency.group:
            dependencies[key] = dependency
    skipped: tuple[Skipped, ...] = ()
    if unclear:
        lines = ", ".join(str(line) for line in unclear[:8])
        many = f"{len(unclear)} entries have" if len(unclear) > 1 else "One entry has"
        skipped = (gap(path, "unclear-line", f"{many} no usable name and version (lines {lines})."),)
    manifest = Manifest(path, kind, PYPI, lock=True, dependencies=tuple(dependencies.values()), skipped=skipped)
    return Reading(manifest, tree=Tree(tuple(nodes), None if roots is None else tuple(roots)))


def _dependency(path: str, entry: Locked) -> Dependency | None:
    name = normalised(entry.name)
    version = exact_version(entry.version) if entry.pin is Pin.EXACT else ""
    if not name or (entry.pin is Pin.EXACT and not version):
        return None
    pin, specifier = entry.pin, ""
    if pin is Pin.LOCAL:
        folder = inside(folder_of(path), entry.specifier or ".")
        pin, specifier = (Pin.URL, "") if folder is None else (Pin.LOCAL, folder)
    return Dependency(
        PYPI, name, version=version, pin=pin, specifier=specifier, marker=entry.marker, hashed=entry.hashed,
        path=path, line=entry.line, group=entry.group or "",
    )  # fmt: skip
