"""A look at the package names of a small tree in memory, against indexes that hold a few names."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from walkdown.advisories import bloom
from walkdown.advisories.names import NameIndex, file_name
from walkdown.model import Finding, History, Manifest, SourceFile
from walkdown.scanners.packages.look import Seen, look
from walkdown.target.manifests import read_manifests

DAY = dt.datetime(2026, 11, 17, tzinfo=dt.timezone.utc).isoformat().replace("+00:00", "Z")


class Tree:
    identity = "it"
    offline = True
    history: History | None = None

    def __init__(self, files: Mapping[str, str]) -> None:
        self._data = {path: text.encode() for path, text in files.items()}
        self.files: Sequence[SourceFile] = [
            SourceFile(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in sorted(self._data.items())
        ]

    def read(self, path: str) -> bytes:
        return self._data[path]

    def manifests(self) -> Sequence[Manifest]:
        return read_manifests(self.files, self.read)


def index_of(folder: Path, names: Mapping[str, Iterable[str]]) -> NameIndex:
    for ecosystem, each in names.items():
        bloom.write(folder / file_name(ecosystem), bloom.build(ecosystem, iter(each), DAY))
    return NameIndex.open(folder, shipped=None)


def looked_at(index: NameIndex, files: Mapping[str, str]) -> Seen:
    return look(index, Tree(files), None)


def about_names(seen: Seen) -> list[Finding]:
    """Without what is said about versions."""
    return [one for one in seen.findings if one.rule.hazard != "dep.unpinned"]
