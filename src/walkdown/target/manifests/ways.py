"""By which packages a package of a Python lock comes in: from what the project asks for itself down to its parent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.target.manifests.names import by_weight
from walkdown.target.manifests.reading import normalised
from walkdown.target.manifests.tree import Need, Node, Root, Tree

_LONGEST_WAY = 12
_MOST_FORKS = 20  # entries of one name that a reference without a version can mean
_WRITTEN = frozenset({"pyproject", "setup-cfg"})

_Key = tuple[str, str, Pin]


class _Reached(msgspec.Struct, frozen=True):
    """`parent`: -1 where the project itself asks for it, if only for development while production gets it through
    others."""

    group: str
    parent: int


def with_ways(lock: Manifest, tree: Tree, manifests: Iterable[Manifest]) -> Manifest:
    """Adds the way to each package, and its group where the lock does not say it. `manifests`: the ones that the lock
    answers for."""
    reached = _reached(tree.nodes, _asked_for(manifests) if tree.roots is None else tree.roots)
    entries: dict[_Key, list[int]] = defaultdict(list)
    for place in reached:
        node = tree.nodes[place]
        entries[node.name, node.version, node.pin].append(place)
    told = tuple(_told(one, entries, tree.nodes, reached) for one in lock.dependencies)
    return msgspec.structs.replace(lock, dependencies=told)


def _told(
    one: Dependency, entries: Mapping[_Key, Sequence[int]], nodes: Sequence[Node], reached: Mapping[int, _Reached]
) -> Dependency:
    """Of a package with several entries (one for each extra, say) the one that production needs most directly."""
    ways = [
        (reached[place].group, _way(nodes, reached, place), nodes[place].grouped)
        for place in entries.get((one.name, one.version, one.pin), ())
    ]
    if not ways:
        return one
    group, via, grouped = min(ways, key=lambda way: (by_weight(way[0]), len(way[1])))
    return msgspec.structs.replace(one, via=via, group=one.group if grouped else group)


def _asked_for(manifests: Iterable[Manifest]) -> tuple[Root, ...]:
    return tuple(
        Root(Need(one.name), one.group)
        for manifest in manifests
        if manifest.kind in _WRITTEN
        for one in manifest.dependencies
    )


def _way(nodes: Sequence[Node], reached: Mapping[int, _Reached], place: int) -> tuple[str, ...]:
    names: list[str] = []
    while (place := reached[place].parent) >= 0 and len(names) < _LONGEST_WAY:
        names.append(nodes[place].name)
    return tuple(reversed(names))


def _reached(nodes: Sequence[Node], roots: Sequence[Root]) -> dict[int, _Reached]:
    """Who brings each entry: what production asks for goes first, and what only extras bring comes last."""
    places = _places(nodes)
    needs = [_found(node.needs, places) for node in nodes]
    may_need = [_found(node.may_need, places) for node in nodes]
    reached: dict[int, _Reached] = {}
    for group in sorted({root.group for root in roots}, key=by_weight):
        starts = [(place, -1) for place in _found([root.need for root in roots if root.group == group], places)]
        while starts:
            new = _spread(starts, group, needs, reached)
            starts = [(child, place) for place in new for child in may_need[place]]
    for place in _found([root.need for root in roots], places):
        reached[place] = _Reached(reached[place].group, -1)
    return reached


def _spread(
    starts: list[tuple[int, int]], group: str, needs: Sequence[Sequence[int]], reached: dict[int, _Reached]
) -> list[int]:
    """Layer by layer, so that each gets its shortest way. What was reached before stays as it is."""
    new: list[int] = []
    while starts:
        following: list[tuple[int, int]] = []
        for place, parent in starts:
            if place not in reached:
                reached[place] = _Reached(group, parent)
                new.append(place)
                following.extend((child, place) for child in needs[place])
        starts = following
    return new


def _places(nodes: Sequence[Node]) -> dict[Need, list[int]]:
    """Each entry by its name alone, and by name and version."""
    places: dict[Need, list[int]] = defaultdict(list)
    for place, node in enumerate(nodes):
        for key in (Need(node.name), Need(node.name, node.written)):
            if len(places[key]) < _MOST_FORKS:
                places[key].append(place)
    return places


def _found(needs: Iterable[Need], places: Mapping[Need, Sequence[int]]) -> list[int]:
    keys = dict.fromkeys(Need(normalised(need.name), need.version) for need in needs)
    return [place for key in keys for place in places.get(key, ())]
