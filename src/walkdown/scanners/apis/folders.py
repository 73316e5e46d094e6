"""A folder of installed packages, read as hostile data: regular files only, no link followed, never without a bound."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from walkdown.target.plain_read import open_folder, read_at

MOST_BYTES = 2 * 1024 * 1024
ALL_BYTES = 400 * 1024 * 1024
MOST_READS = 60_000
MOST_ENTRIES = 50_000
_FOLDER, _FILE, _LINK = "folder", "file", "link"


class Budget:
    """What may be read of all folders together. `spent` says that something was left unread for its sake."""

    def __init__(self, most_bytes: int = ALL_BYTES, most_reads: int = MOST_READS) -> None:
        self._bytes = most_bytes
        self._reads = most_reads
        self.spent = False

    def take(self, size: int = 0) -> bool:
        self._reads -= 1
        self._bytes -= size
        if self._reads < 0 or self._bytes < 0:
            self.spent = True
        return not self.spent


class Folder:
    """Everything is asked by a path relative to `root`, which is itself a real folder."""

    def __init__(self, root: str, budget: Budget) -> None:
        self.root = root
        self._budget = budget
        self._entries: dict[str, Mapping[str, str]] = {}

    def read(self, path: str, most: int = MOST_BYTES) -> bytes | None:
        """None where there is no such file, or none that may be read."""
        if not self.is_file(path) or not self._budget.take():
            return None
        parent, _, name = path.rpartition("/")
        try:
            folder = open_folder(self.root, parent)
            try:
                data = read_at(folder, name, most)
            finally:
                os.close(folder)
        except OSError:
            return None  # whoever asks takes "cannot be read" for "cannot be known"
        return data if self._budget.take(len(data)) else None

    def entries(self, path: str) -> Mapping[str, str]:
        """Name to kind of what lies in a folder; nothing where there is no such folder."""
        if path not in self._entries:
            self._entries[path] = self._list(path)
        return self._entries[path]

    def is_file(self, path: str) -> bool:
        return self._kind(path) == _FILE

    def is_folder(self, path: str) -> bool:
        return path == "" or self._kind(path) == _FOLDER

    def is_link(self, path: str) -> bool:
        return self._kind(path) == _LINK

    def files(self, path: str, suffixes: tuple[str, ...], *, most: int, without: frozenset[str]) -> Iterator[str]:
        """Files below a folder, the nearest first; folders named in `without` are left out."""
        waiting = [path]
        while waiting and most > 0:
            folder = waiting.pop(0)
            for name, kind in sorted(self.entries(folder).items()):
                inner = f"{folder}/{name}" if folder else name
                if kind == _FOLDER and name not in without:
                    waiting.append(inner)
                elif kind == _FILE and name.endswith(suffixes):
                    most -= 1
                    yield inner

    def _kind(self, path: str) -> str:
        parent, _, name = path.rpartition("/")
        return self.entries(parent).get(name, "")

    def _list(self, path: str) -> Mapping[str, str]:
        # A folder is opened only where the folder above names it as one, so that no name is looked up twice.
        if path and self._kind(path) != _FOLDER:
            return {}
        if not self._budget.take():
            return {}
        found: dict[str, str] = {}
        try:
            descriptor = open_folder(self.root, path)
            try:
                with os.scandir(descriptor) as listing:
                    for entry in listing:
                        if len(found) >= MOST_ENTRIES:
                            break
                        found[entry.name] = _kind_of(entry)
            finally:
                os.close(descriptor)
        except OSError:
            return {}
        return found


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return _LINK
    if entry.is_dir(follow_symlinks=False):
        return _FOLDER
    return _FILE if entry.is_file(follow_symlinks=False) else ""
