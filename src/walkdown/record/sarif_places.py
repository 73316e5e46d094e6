"""Our places as SARIF locations: relative, percent-encoded, and never without a file, which GitHub would refuse."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, Place, RepoPlace
from walkdown.record.sarif_shape import (
    ROOT,
    ArtifactLocation,
    Location,
    LogicalLocation,
    PhysicalLocation,
    Region,
    Text,
)
from walkdown.safetext import for_json, for_terminal


def location(place: Place, role: str = "", *, line: int = 0, number: int = -1) -> Location:
    """`line` points to another line of the same file; `number` is the location's id among related ones."""
    about = for_terminal(_about(place))
    said = ": ".join(text for text in (role, about) if text)
    return Location(
        physical_location=PhysicalLocation(_artifact(place), Region(line) if line else _region(place)),
        logical_locations=_logical(place),
        message=Text(said) if said else None,
        id=number,
    )


def related(places: Iterable[Place]) -> tuple[Location, ...]:
    return tuple(location(place, number=number) for number, place in enumerate(places))


def uri(path: str) -> str:
    """A relative reference, whatever the name: neither a colon nor a slash at its start may make it an absolute one."""
    return quote(for_json(path).lstrip("/"), safe="/") or "."


def _artifact(place: Place) -> ArtifactLocation:
    """What belongs to no file belongs to the folder itself."""
    return ArtifactLocation(uri("" if isinstance(place, RepoPlace) else place.path), ROOT)


def _region(place: Place) -> Region | None:
    """None for a place in an old commit: its line counts there, not in the file as it is today."""
    if isinstance(place, RepoPlace | CommitPlace) or place.line < 1:
        return None
    if isinstance(place, PackagePlace):
        return Region(place.line)
    end_line = place.end_line if place.end_line >= place.line else 0
    if place.column < 1:
        return Region(place.line, end_line=end_line)
    return Region(place.line, place.column, end_line, place.end_column if end_line else 0)


def _about(place: Place) -> str:
    match place:
        case FilePlace():
            return ""
        case CommitPlace(commit=commit, line=line):
            return f"in commit {commit}, line {line}" if line else f"in commit {commit}"
        case PackagePlace(name=name, version=version):
            return f"{name} {version}".strip()
        case RepoPlace(about=about):
            return about


def _logical(place: Place) -> tuple[LogicalLocation, ...]:
    match place:
        case FilePlace(symbol=symbol) if symbol:
            return (LogicalLocation(for_json(symbol), "function"),)
        case PackagePlace(ecosystem=ecosystem, name=name, version=version):
            return (LogicalLocation(for_json(name), "package", for_json(f"{ecosystem}:{name}@{version}")),)
        case _:
            return ()
