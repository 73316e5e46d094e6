"""Poetry: its section in pyproject.toml and its lock file, in the forms of versions 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from walkdown.model.dependency import Dependency, Pin
from walkdown.target.manifests.includes import inside
from walkdown.target.manifests.lines import Finder, table_lines
from walkdown.target.manifests.locked import Locked, read_locked
from walkdown.target.manifests.names import by_weight, folder_of
from walkdown.target.manifests.reading import PYPI, Reading, check_length, decode_toml, exact_version, normalised
from walkdown.target.manifests.tree import Need


class Wanted(msgspec.Struct, frozen=True):
    """One package as a table; every key is Poetry's."""

    version: str = ""
    git: str = ""
    url: str = ""
    path: str = ""
    file: str = ""
    markers: str = ""
    extras: list[str] = []


_Constraint = str | Wanted | list[Wanted]


class _Group(msgspec.Struct, frozen=True):
    dependencies: dict[str, _Constraint] = {}


class Section(msgspec.Struct, frozen=True, rename="kebab"):
    """`[tool.poetry]`."""

    dependencies: dict[str, _Constraint] = {}
    dev_dependencies: dict[str, _Constraint] = {}
    group: dict[str, _Group] = {}


class _Source(msgspec.Struct, frozen=True):
    type: str = ""
    url: str = ""


class _Package(msgspec.Struct, frozen=True):
    name: str
    version: str
    optional: bool = False
    category: str = ""
    groups: list[str] = []
    markers: str | dict[str, str] = ""
    files: list[dict[str, str]] = []
    source: _Source | None = None
    dependencies: dict[str, object] = {}


class _Metadata(msgspec.Struct, frozen=True):
    files: dict[str, list[dict[str, str]]] = {}
    hashes: dict[str, list[str]] = {}


class _Lock(msgspec.Struct, frozen=True):
    package: list[_Package] = []
    metadata: _Metadata = _Metadata()


def from_section(section: Section, path: str, finder: Finder) -> Iterator[Dependency]:
    parts = [("tool.poetry.dependencies", "", section.dependencies)]
    parts.append(("tool.poetry.dev-dependencies", "dev", section.dev_dependencies))
    for name, group in section.group.items():
        header = f"tool.poetry.group.{name}.dependencies"
        parts.append((header, "" if name == "main" else name, group.dependencies))
    check_length(sum(len(wanted) for _, _, wanted in parts))
    for header, group_name, wanted in parts:
        after = finder.header(header)
        for name, constraint in wanted.items():
            if name.lower() == "python":
                continue
            line = finder.key(name, after)
            each = constraint if isinstance(constraint, list) else [constraint]
            for one in each:
                yield _dependency(name, Wanted(version=one) if isinstance(one, str) else one, path, line, group_name)


def _dependency(name: str, wanted: Wanted, path: str, line: int, group: str) -> Dependency:
    version, pin, specifier = "", Pin.ANY, wanted.version
    if wanted.git or wanted.url:
        pin, specifier = Pin.URL, ""
    elif wanted.path or wanted.file:
        folder = inside(folder_of(path), wanted.path or wanted.file)
        pin, specifier = (Pin.URL, "") if folder is None else (Pin.LOCAL, folder)
    elif wanted.version not in ("", "*"):
        # Without an operator Poetry means exactly this version.
        version = exact_version(wanted.version.removeprefix("==").removeprefix("=").strip())
        pin = Pin.EXACT if version else Pin.RANGE
    return Dependency(
        PYPI, normalised(name), version=version, pin=pin, specifier=specifier, marker=wanted.markers,
        extras=tuple(sorted(wanted.extras)), path=path, line=line, group=group,
    )  # fmt: skip


def read(path: str, data: bytes) -> Reading:
    lock, text = decode_toml(data, _Lock)
    lines = table_lines(text, "package", [package.name for package in lock.package])
    hashes = lock.metadata.files or lock.metadata.hashes
    locked = [
        Locked(
            name=package.name,
            version=package.version,
            line=line,
            pin=_pin(package),
            specifier=package.source.url if package.source and package.source.type == "directory" else "",
            marker=package.markers if isinstance(package.markers, str) else "",
            hashed=bool(package.files or hashes.get(package.name)),
            group=_group(package),
            needs=tuple(Need(name) for name, wanted in package.dependencies.items() if not _is_optional(wanted)),
            may_need=tuple(Need(name) for name, wanted in package.dependencies.items() if _is_optional(wanted)),
        )
        for package, line in zip(lock.package, lines, strict=True)
    ]
    return read_locked(path, "poetry-lock", locked)


def _is_optional(wanted: object) -> bool:
    """A version as text, a table, or a list of tables; an extra has to be asked for."""
    tables = wanted if isinstance(wanted, list) else [wanted]
    return all(isinstance(table, dict) and table.get("optional") is True for table in tables)


def _pin(package: _Package) -> Pin:
    kind = package.source.type if package.source else ""
    if kind in ("git", "url", "file"):
        return Pin.URL
    return Pin.LOCAL if kind == "directory" else Pin.EXACT


def _group(package: _Package) -> str | None:
    """Poetry 1.5 to 1.8 does not write it."""
    if package.groups and "main" not in package.groups:
        return min(package.groups, key=by_weight)
    if package.category not in ("", "main"):
        return package.category
    if package.optional:
        return "optional"
    return "" if package.groups or package.category else None
