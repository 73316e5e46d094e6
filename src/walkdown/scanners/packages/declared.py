"""What the lists of a project declare, by ecosystem and by folder, and what they declare without naming it."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.scanners.packages.project import Project
from walkdown.scanners.packages.uses import Use


class Nameless(msgspec.Struct, frozen=True):
    """Python packages that stand in a list by their address alone. `names`: what they are probably called. `guessed`:
    not all of these names are those of a package's own archive. `untold`: the line of one whose address tells no
    name, so that it may give any module; "" where there is none."""

    names: frozenset[str]
    guessed: bool = False
    untold: str = ""


def nameless(manifests: Iterable[Manifest], project: Project) -> Nameless:
    python = [one for manifest in manifests if manifest.ecosystem == "PyPI" for one in manifest.dependencies]
    names = frozenset(name for one in python for name in one.perhaps)
    found = [one for one in python if not one.name]
    untold = next((f"{one.path}:{one.line}" for one in found if not one.perhaps and _is_out_of_sight(one, project)), "")
    return Nameless(names, any(one.perhaps for one in found), untold)


def _is_out_of_sight(one: Dependency, project: Project) -> bool:
    """Code of the project itself tells its modules, wherever it lies."""
    return one.pin is Pin.URL or (one.pin is Pin.LOCAL and one.specifier not in project.folders)


def names_of(manifests: Iterable[Manifest]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {"PyPI": set(), "npm": set()}
    for manifest in manifests:
        names.setdefault(manifest.ecosystem, set()).update(_names(manifest))
    return names


def by_folder(manifests: Sequence[Manifest], project: Project) -> dict[str, dict[str, set[str]]]:
    """What is declared in each folder; present and empty where a list exists and names nothing."""
    folders: dict[str, dict[str, set[str]]] = {"PyPI": defaultdict(set), "npm": defaultdict(set)}
    for manifest in manifests:
        if manifest.ecosystem in folders and not (manifest.lock and manifest.ecosystem == "npm"):
            folders[manifest.ecosystem][posixpath.dirname(manifest.path)].update(_names(manifest))
    for folder, peers in project.peers.items():
        folders["npm"][folder].update(peers)
    return folders


def _names(manifest: Manifest) -> set[str]:
    return {name for one in manifest.dependencies if (name := one.alias or one.name)}


def together(uses: Iterable[Use]) -> list[list[Use]]:
    by_name: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in uses:
        by_name[use.ecosystem, use.name].append(use)
    return [sorted(found, key=lambda use: (use.path, use.line)) for _, found in sorted(by_name.items())]
