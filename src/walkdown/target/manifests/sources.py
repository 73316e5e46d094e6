"""Whether a list with every version and hash was made from another one, or is what a person wrote."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from walkdown.model.dependency import Manifest
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.reading import PYPI

_WRITTEN = frozenset({"pyproject", "pipfile", "setup-cfg"})


def with_author(lock: Manifest, manifests: Mapping[str, Manifest]) -> Manifest:
    """A list in which no tool left its mark. With nothing beside it that asks for any of its packages, it is itself
    what the project asks for. A program beside it (setup.py) cannot be asked, and more often reads the list."""
    names = {one.name for one in lock.dependencies}
    asked = any(
        not names.isdisjoint(dependency.name for dependency in one.dependencies)
        for one in manifests.values()
        if _may_be_source(one, lock)
    )
    return lock if asked else msgspec.structs.replace(lock, by_hand=True)


def _may_be_source(one: Manifest, lock: Manifest) -> bool:
    written = one.kind in _WRITTEN or (one.kind == "requirements" and one.path.endswith(".in"))
    return written and one.ecosystem == PYPI and folder_of(one.path) in _folders(lock.path)


def _folders(path: str) -> set[str]:
    """Lists often lie in a folder of their own, below what they were made from."""
    folder = folder_of(path)
    above, name = posixpath.split(folder)
    return {folder, above} if name == "requirements" else {folder}
