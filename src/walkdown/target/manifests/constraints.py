"""Constraints (`-c`): where a requirement leaves its version open and a constraint of the same installation fixes it,
that is the version that will run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.target.manifests.includes import Include


def apply_constraints(manifests: Mapping[str, Manifest], includes: Sequence[Include]) -> dict[str, Manifest]:
    """pip holds a constraint against the whole installation, so files that name each other share their constraints."""
    done = dict(manifests)
    constraining = {include.path for include in includes if include.kind == "constraints"}
    for group in _connected(includes):
        pins = _pins([manifests[path] for path in group if path in constraining])
        for path in group:
            if pins and path not in constraining:
                fixed = tuple(_fix(dependency, pins) for dependency in manifests[path].dependencies)
                done[path] = msgspec.structs.replace(manifests[path], dependencies=fixed)
    return done


def _pins(constraints: Sequence[Manifest]) -> dict[str, str]:
    """Only names with one fixed version: where two constraints disagree, neither is known to win."""
    seen: dict[str, set[str]] = defaultdict(set)
    for manifest in constraints:
        for dependency in manifest.dependencies:
            if dependency.pin is Pin.EXACT:
                seen[dependency.name].add(dependency.version)
    return {name: versions.pop() for name, versions in seen.items() if len(versions) == 1}


def _fix(dependency: Dependency, pins: Mapping[str, str]) -> Dependency:
    if dependency.pin in (Pin.RANGE, Pin.ANY) and dependency.name in pins:
        return msgspec.structs.replace(dependency, pin=Pin.EXACT, version=pins[dependency.name])
    return dependency


def _connected(includes: Sequence[Include]) -> list[list[str]]:
    near: dict[str, set[str]] = defaultdict(set)
    for include in includes:
        near[include.source].add(include.path)
        near[include.path].add(include.source)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for start in sorted(near):
        if start in seen:
            continue
        group, waiting = [], [start]
        while waiting:
            path = waiting.pop()
            if path not in seen:
                seen.add(path)
                group.append(path)
                waiting.extend(near[path] - seen)
        groups.append(sorted(group))
    return groups
