"""pyproject.toml: dependencies, extras and groups (PEP 621, PEP 735), and those of Poetry, PDM and uv."""

from __future__ import annotations

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.manifests.includes import inside
from walkdown.target.manifests.lines import Finder
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.poetry import Section as PoetrySection
from walkdown.target.manifests.poetry import from_section
from walkdown.target.manifests.reading import (
    PYPI,
    Reading,
    Reference,
    check_length,
    decode_toml,
    from_requirement,
    gap,
    normalised,
)


class _Project(msgspec.Struct, frozen=True, rename="kebab"):
    dependencies: list[str] = []
    optional_dependencies: dict[str, list[str]] = {}
    dynamic: list[str] = []


class _IncludeGroup(msgspec.Struct, frozen=True, rename="kebab"):
    include_group: str = ""


class _Files(msgspec.Struct, frozen=True):
    file: str | list[str] = []


class _Dynamic(msgspec.Struct, frozen=True, rename="kebab"):
    dependencies: _Files | None = None
    optional_dependencies: dict[str, _Files] = {}


class _Setuptools(msgspec.Struct, frozen=True):
    dynamic: _Dynamic | None = None


class _WithGroups(msgspec.Struct, frozen=True, rename="kebab"):
    dev_dependencies: list[str] | dict[str, list[str]] = []


class _Source(msgspec.Struct, frozen=True):
    """Where uv takes a package from in place of an index."""

    git: str = ""
    url: str = ""
    path: str = ""
    workspace: bool = False


class _Uv(_WithGroups, frozen=True, rename="kebab"):
    sources: dict[str, _Source | list[_Source]] = {}


class _Tools(msgspec.Struct, frozen=True):
    poetry: PoetrySection | None = None
    pdm: _WithGroups | None = None
    uv: _Uv | None = None
    setuptools: _Setuptools | None = None


class _Pyproject(msgspec.Struct, frozen=True, rename="kebab"):
    project: _Project | None = None
    dependency_groups: dict[str, list[str | _IncludeGroup]] = {}
    tool: _Tools | None = None


class _Listed(msgspec.Struct, frozen=True):
    """An array of requirements: under which header and key it is written, and the group it makes."""

    texts: tuple[str, ...]
    header: str
    key: str
    group: str


def read(path: str, data: bytes) -> Reading:
    content, text = decode_toml(data, _Pyproject)
    finder = Finder(text)
    tool = content.tool or _Tools()
    dependencies: list[Dependency] = []
    unclear: list[str] = []
    every = [*_project(content.project), *_groups(content), *_tool_groups(tool)]
    check_length(sum(len(listed.texts) for listed in every))
    for listed in every:
        header = finder.header(listed.header)
        start = finder.key(listed.key, header) or header
        for written in listed.texts:
            line = finder.value(written, start - 1)
            dependency = from_requirement(written, path, line, listed.group)
            if dependency is None:
                unclear.append(f"line {line}" if line else listed.key)
            else:
                dependencies.append(dependency)
    sources = _sources(tool.uv)
    dependencies = [_placed(one, sources.get(one.name)) for one in dependencies]
    if tool.poetry is not None:
        dependencies.extend(from_section(tool.poetry, path, finder))
    references, skipped = _dynamic(path, content, finder)
    if unclear:
        skipped += (gap(path, "unclear-line", f"Not understood as a requirement: {', '.join(unclear[:8])}."),)
    return Reading(Manifest(path, "pyproject", PYPI, dependencies=tuple(dependencies), skipped=skipped), references)


def _project(project: _Project | None) -> list[_Listed]:
    if project is None:
        return []
    extras = project.optional_dependencies.items()
    return [
        _Listed(tuple(project.dependencies), "project", "dependencies", ""),
        *(_Listed(tuple(texts), "project.optional-dependencies", extra, extra) for extra, texts in extras),
    ]


def _groups(content: _Pyproject) -> list[_Listed]:
    """Each group gives what it lists itself; what it includes from another group is that group's, and read there."""
    return [
        _Listed(tuple(entry for entry in entries if isinstance(entry, str)), "dependency-groups", group, group)
        for group, entries in content.dependency_groups.items()
    ]


def _tool_groups(tool: _Tools) -> list[_Listed]:
    listed: list[_Listed] = []
    for name, section in (("pdm", tool.pdm), ("uv", tool.uv)):
        groups = section.dev_dependencies if section is not None else []
        if isinstance(groups, dict):
            header = f"tool.{name}.dev-dependencies"
            listed.extend(_Listed(_not_editable(texts), header, group, group) for group, texts in groups.items())
        else:
            listed.append(_Listed(_not_editable(groups), f"tool.{name}", "dev-dependencies", "dev"))
    return listed


def _sources(uv: _Uv | None) -> dict[str, _Source]:
    """Where a package comes from an index on some platforms, it is one of that index."""
    found: dict[str, _Source] = {}
    for name, written in (uv.sources if uv else {}).items():
        each = written if isinstance(written, list) else [written]
        if each and all(one.git or one.url or one.path or one.workspace for one in each):
            found[normalised(name)] = each[0]
    return found


def _placed(dependency: Dependency, source: _Source | None) -> Dependency:
    if source is None:
        return dependency
    folder = inside(folder_of(dependency.path), source.path) if source.path else None
    local = source.workspace or folder is not None
    return msgspec.structs.replace(
        dependency, version="", pin=Pin.LOCAL if local else Pin.URL, specifier=folder or ""
    )  # fmt: skip


def _not_editable(texts: list[str]) -> tuple[str, ...]:
    """PDM lets a group install code of the project itself as `-e path`."""
    return tuple(text for text in texts if not text.startswith("-e "))


def _dynamic(path: str, content: _Pyproject, finder: Finder) -> tuple[tuple[Reference, ...], tuple[Skipped, ...]]:
    """Dependencies that are written elsewhere: in files that setuptools is told of, or in code that we do not run."""
    setuptools = content.tool.setuptools if content.tool else None
    dynamic = setuptools.dynamic if setuptools else None
    named = [*(dynamic.optional_dependencies.values() if dynamic else ())]
    if dynamic and dynamic.dependencies:
        named.append(dynamic.dependencies)
    files = [file for entry in named for file in ([entry.file] if isinstance(entry.file, str) else entry.file)]
    references = tuple(Reference(file, finder.value(file), "requirements") for file in files)
    asked = content.project.dynamic if content.project else []
    if "dependencies" in asked and not files:
        reason = "Its dependencies are worked out by its build, which is never run; what they are cannot be known here."
        return references, (Skipped(path, SkipKind.LIMIT, "built-list", reason),)
    return references, ()
