"""Pipfile and Pipfile.lock."""

from __future__ import annotations

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.target.manifests.includes import inside
from walkdown.target.manifests.lines import Finder
from walkdown.target.manifests.locked import Locked, read_locked
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.reading import (
    PYPI,
    Reading,
    Unreadable,
    check_length,
    decode_json,
    decode_toml,
    exact_version,
    from_requirement,
    normalised,
)

_NOT_PACKAGES = frozenset({"source", "requires", "scripts", "pipenv", "build-system", "pipfile", "_meta"})
_PRODUCTION = frozenset({"packages", "default"})


class _Wanted(msgspec.Struct, frozen=True):
    version: str = ""
    git: str = ""
    hg: str = ""
    svn: str = ""
    file: str = ""
    path: str = ""
    markers: str = ""
    extras: list[str] = []
    hashes: list[str] = []


def read(path: str, data: bytes) -> Reading:
    tables, text = decode_toml(data, dict[str, object])
    finder = Finder(text)
    dependencies: list[Dependency] = []
    listed = _packages(tables)
    check_length(sum(map(len, listed.values())))
    for table, packages in listed.items():
        after = finder.header(table)
        for name, wanted in packages.items():
            one = _Wanted(version=wanted) if isinstance(wanted, str) else wanted
            dependencies.append(_dependency(name, one, path, finder.key(name, after), _group(table)))
    return Reading(Manifest(path, "pipfile", PYPI, dependencies=tuple(dependencies)))


def read_lock(path: str, data: bytes) -> Reading:
    tables, text = decode_json(data, dict[str, object])
    finder = Finder(text)
    locked: list[Locked] = []
    for table, packages in _packages(tables).items():
        after = finder.key(table)
        for name, wanted in packages.items():
            one = _Wanted(version=wanted) if isinstance(wanted, str) else wanted
            pin = _pin(one)
            locked.append(
                Locked(
                    name=name,
                    version=one.version.removeprefix("=="),
                    line=finder.key(name, after - 1),
                    pin=pin,
                    specifier=one.path if pin is Pin.LOCAL else "",
                    marker=one.markers,
                    hashed=bool(one.hashes),
                    group=_group(table),
                )
            )
    return read_locked(path, "pipfile-lock", locked)


def _packages(tables: dict[str, object]) -> dict[str, dict[str, str | _Wanted]]:
    """All tables of packages: besides the two usual ones, pipenv lets a project name its own."""
    try:
        return {
            name: msgspec.convert(table, dict[str, str | _Wanted], strict=False)
            for name, table in tables.items()
            if name not in _NOT_PACKAGES
        }
    except msgspec.ValidationError as error:
        raise Unreadable("it does not have the usual form") from error


def _group(table: str) -> str:
    return "" if table in _PRODUCTION else {"dev-packages": "dev", "develop": "dev"}.get(table, table)


def _pin(wanted: _Wanted) -> Pin:
    if wanted.git or wanted.hg or wanted.svn or wanted.file:
        return Pin.URL
    return Pin.LOCAL if wanted.path else Pin.EXACT


def _dependency(name: str, wanted: _Wanted, path: str, line: int, group: str) -> Dependency:
    pin, specifier, version = _pin(wanted), wanted.version, ""
    if pin is Pin.LOCAL:
        folder = inside(folder_of(path), wanted.path)
        pin, specifier = (Pin.URL, "") if folder is None else (Pin.LOCAL, folder)
    elif pin is Pin.EXACT:
        fits_all = wanted.version in ("", "*")
        known = None if fits_all else from_requirement(f"x{wanted.version}", path, line)
        version = known.version if known else ""
        pin = Pin.ANY if fits_all else Pin.EXACT if exact_version(version) else Pin.RANGE
    else:
        specifier = ""
    return Dependency(
        PYPI, normalised(name), version=version, pin=pin, specifier=specifier, marker=wanted.markers,
        extras=tuple(sorted(wanted.extras)), path=path, line=line, group=group,
    )  # fmt: skip
