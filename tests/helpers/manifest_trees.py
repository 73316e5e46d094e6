"""Small trees in memory for the tests of the manifest readers."""

from __future__ import annotations

from collections.abc import Mapping

from walkdown.model import Dependency, Manifest, SourceFile
from walkdown.target.manifests import read_manifests


def manifests_of(tree: Mapping[str, str | bytes], *, opened: list[str] | None = None) -> dict[str, Manifest]:
    """Reads a tree given as path and content. `opened` gets every path that was read."""
    files = {path: data.encode() if isinstance(data, str) else data for path, data in tree.items()}

    def read(path: str) -> bytes:
        if opened is not None:
            opened.append(path)
        return files[path]

    sources = [SourceFile(path, "content", len(data)) for path, data in files.items()]
    return {manifest.path: manifest for manifest in read_manifests(sources, read)}


def one(path: str, data: str | bytes) -> Manifest:
    return manifests_of({path: data})[path]


def by_name(manifest: Manifest) -> dict[str, Dependency]:
    return {dependency.name: dependency for dependency in manifest.dependencies}


def codes(manifest: Manifest) -> list[str]:
    return [skip.code for skip in manifest.skipped]
