"""What the npm locks have in common: packages that need packages. Who asks for one, and whether production does,
follows from going through them from the project's own lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import Skipped
from walkdown.target.manifests.npm_words import exact_version, package_name
from walkdown.target.manifests.reading import check_length, gap

NPM = "npm"
OPTIONAL, PEER, DEV = "optional", "peer", "dev"
OVERRIDES = "overrides"  # versions forced on packages that others ask for; they bring nothing by themselves

_LONGEST_WAY = 12


class Entry(msgspec.Struct, frozen=True):
    """One entry of a lock. `needs`: the places of other entries that come with it; `may_need`: those that are left out
    where they do not fit the machine. `group`: where the lock itself says it. `specifier`: a local one's folder."""

    name: str
    version: str = ""
    line: int = 0
    pin: Pin = Pin.EXACT
    specifier: str = ""
    alias: str = ""
    hashed: bool = False
    scripts: bool = False
    group: str | None = None
    needs: tuple[int, ...] = ()
    may_need: tuple[int, ...] = ()


class Root(msgspec.Struct, frozen=True):
    """An entry that the project itself asks for."""

    entry: int
    group: str = ""


class Graph(msgspec.Struct, frozen=True):
    """`requests`: which entry answers a line of package.json, for locks that do not repeat that list themselves:
    `name@specifier` as the lock writes it. `listed`: it does repeat it."""

    path: str
    kind: str
    entries: tuple[Entry, ...]
    roots: tuple[Root, ...] = ()
    requests: Mapping[str, int] = {}
    listed: bool = True
    skipped: tuple[Skipped, ...] = ()


def settle(graph: Graph, written: Sequence[Manifest]) -> Manifest:
    """`written`: the package.json files that this lock answers for."""
    check_length(len(graph.entries))
    roots = [*graph.roots, *_asked_for(graph, written)]
    groups, parents = _reached(graph.entries, roots)
    found: dict[tuple[str, str, Pin, str], Dependency] = {}
    unclear: list[int] = []
    for place, entry in enumerate(graph.entries):
        if not _is_usable(entry):
            unclear.append(entry.line)
            continue
        group = entry.group if entry.group is not None else (groups[place] or "")
        one = Dependency(
            NPM, entry.name, version=entry.version if entry.pin is Pin.EXACT else "", pin=entry.pin,
            specifier=entry.specifier, hashed=entry.hashed, path=graph.path, line=entry.line, group=group,
            via=_way(graph.entries, parents, place), alias=entry.alias, scripts=entry.scripts,
        )  # fmt: skip
        key = (one.name, one.version, one.pin, one.specifier)
        first = found.get(key)
        if first is None or _rank(one) < _rank(first):
            found[key] = one
    skipped = graph.skipped
    if unclear:
        lines = ", ".join(str(line) for line in unclear[:8])
        many = f"{len(unclear)} entries have" if len(unclear) > 1 else "One entry has"
        skipped = (*skipped, gap(graph.path, "unclear-line", f"{many} no usable name and version (lines {lines})."))
    return Manifest(graph.path, graph.kind, NPM, lock=True, dependencies=tuple(found.values()), skipped=skipped)


def _is_usable(entry: Entry) -> bool:
    if entry.pin is Pin.EXACT:
        return bool(package_name(entry.name) and exact_version(entry.version))
    return not entry.name or bool(package_name(entry.name))


def _rank(one: Dependency) -> tuple[int, int]:
    """Of several copies of a package the one that production needs most directly speaks for all."""
    return (_ORDER.get(one.group, 1), len(one.via))


_ORDER = {"": 0, PEER: 2, OPTIONAL: 1, DEV: 3}


def _asked_for(graph: Graph, written: Iterable[Manifest]) -> list[Root]:
    if graph.listed:
        return []
    single: dict[str, int] = {}
    for place, entry in enumerate(graph.entries):
        name = entry.alias or entry.name
        single[name] = -1 if name in single else place
    roots = []
    for manifest in written:
        for one in manifest.dependencies:
            if one.group == OVERRIDES:
                continue
            name = one.alias or one.name
            aliased = f"{name}@npm:{one.name}@{one.specifier}"
            keys = (aliased, f"{name}@{one.specifier}", f"{name}@npm:{one.specifier}", name)
            place = next((graph.requests[key] for key in keys if key in graph.requests), single.get(name, -1))
            if place >= 0:
                roots.append(Root(place, one.group))
    return roots


def _reached(entries: Sequence[Entry], roots: Sequence[Root]) -> tuple[list[str | None], list[int]]:
    """The group and the parent of each entry: what production needs first, then what it may do without, then the rest.
    -1: asked for by the project itself, if only for development while production gets it through others."""
    groups: list[str | None] = [None] * len(entries)
    parents = [-1] * len(entries)

    def spread(starts: Iterable[tuple[int, int]], group: str, *, firm: bool) -> None:
        waiting = list(starts)
        while waiting:
            following: list[tuple[int, int]] = []
            for place, parent in waiting:
                if groups[place] is not None:
                    continue
                groups[place], parents[place] = group, parent
                entry = entries[place]
                following.extend((child, place) for child in entry.needs)
                if not firm:
                    following.extend((child, place) for child in entry.may_need)
            waiting = following

    spread(((root.entry, -1) for root in roots if not root.group), "", firm=True)
    extras = [(root.entry, -1) for root in roots if root.group == OPTIONAL]
    needed = [place for place, group in enumerate(groups) if group == ""]
    spread([*extras, *((child, place) for place in needed for child in entries[place].may_need)], OPTIONAL, firm=False)
    for group in (PEER, *sorted({root.group for root in roots} - {"", OPTIONAL, PEER})):
        spread(((root.entry, -1) for root in roots if root.group == group), group, firm=False)
    for root in roots:
        parents[root.entry] = -1
    return groups, parents


def _way(entries: Sequence[Entry], parents: Sequence[int], place: int) -> tuple[str, ...]:
    names: list[str] = []
    while (place := parents[place]) >= 0 and len(names) < _LONGEST_WAY:
        names.append(entries[place].name)
    return tuple(reversed(names))
