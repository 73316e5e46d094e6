"""Where installed packages lie: virtual environments and node_modules in the target, directly beside it, or given."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from walkdown.scanners.apis.folders import Budget, Folder
from walkdown.scanners.apis.python_library import Library

MODULES = "node_modules"
_USUAL = (".venv", "venv", "env", ".env", "virtualenv", ".virtualenv")
_MOST_BASES = 200
_MOST_ENVIRONMENTS = 20
_MOST_CHILDREN = 500


class Environments:
    """`root`: the target's own folder. `given`: environments, or folders that hold one."""

    def __init__(self, root: Path | None, given: Sequence[Path], budget: Budget) -> None:
        self._root = None if root is None else os.path.realpath(root)
        self._given = [os.path.realpath(one) for one in given]
        self._budget = budget
        self._modules: dict[str, Folder | None] = {}

    def python(self, bases: Iterable[str]) -> list[Library]:
        """`bases`: folders of the target in which an environment may lie, relative to its root."""
        found: dict[str, Library] = {}
        for place in (*self._given, *self._inside(bases), *self._beside()):
            for site in _sites(place):
                if site not in found and len(found) < _MOST_ENVIRONMENTS:
                    found[site] = Library(Folder(site, self._budget))
        return list(found.values())

    def node(self, path: str) -> Iterator[Folder]:
        """The node_modules that a file of the target is served from, the nearest first."""
        if self._root is not None:
            folder = posixpath.dirname(path)
            while folder:
                yield from self._node_at(f"{self._root}/{folder}/{MODULES}")
                folder = posixpath.dirname(folder)
            yield from self._node_at(f"{self._root}/{MODULES}")
            yield from self._node_at(f"{posixpath.dirname(self._root)}/{MODULES}")
        for given in self._given:
            yield from self._node_at(given if posixpath.basename(given) == MODULES else f"{given}/{MODULES}")

    def has_node(self, bases: Iterable[str]) -> bool:
        return any(True for base in ("", *bases) for _ in self.node(f"{base}/x" if base else "x"))

    def above(self, folder: Folder) -> Iterator[Folder]:
        """The node_modules further up that a package in this one is also served from."""
        place = posixpath.dirname(posixpath.dirname(folder.root))
        while self._root is not None and place.startswith(posixpath.dirname(self._root)) and place != "/":
            yield from self._node_at(f"{place}/{MODULES}")
            place = posixpath.dirname(place)

    def follow(self, folder: Folder, path: str) -> tuple[Folder, str] | None:
        """Where a link leads that a package manager put there; None where it leaves every folder of packages."""
        goal = os.path.realpath(f"{folder.root}/{path}")
        for known in list(self._modules.values()):
            if known is not None and goal.startswith(f"{known.root}/"):
                return known, goal[len(known.root) + 1 :]
        return None

    def _node_at(self, place: str) -> Iterator[Folder]:
        if place not in self._modules:
            real = _is_real_folder(place) and os.path.realpath(place) == place
            self._modules[place] = Folder(place, self._budget) if real else None
        if (known := self._modules[place]) is not None:
            yield known

    def _inside(self, bases: Iterable[str]) -> Iterator[str]:
        if self._root is None:
            return
        for base in dict.fromkeys(("", *list(bases)[:_MOST_BASES])):
            place = f"{self._root}/{base}" if base else self._root
            if os.path.realpath(place) == place:
                yield from _environments_in(place, every=True)

    def _beside(self) -> Iterator[str]:
        if self._root is not None and posixpath.dirname(self._root) != self._root:
            name = posixpath.basename(self._root)
            above = posixpath.dirname(self._root)
            yield from _environments_in(above, every=False)
            yield from (f"{above}/{one}" for one in (f"{name}-venv", f"{name}.venv", f".venv-{name}", f"venv-{name}"))


def _environments_in(place: str, *, every: bool) -> Iterator[str]:
    yield from (f"{place}/{name}" for name in _USUAL)
    if every:
        yield from (f"{place}/{name}" for name in _names(place)[:_MOST_CHILDREN] if name not in _USUAL)


def _sites(place: str) -> Iterator[str]:
    """The folders of packages in an environment; none where it is none. Links count as nothing."""
    if not _is_real_folder(place):
        return
    if posixpath.basename(place) == "site-packages":
        yield place
        return
    if not stat.S_ISREG(_mode(f"{place}/pyvenv.cfg")):
        yield from (site for name in _USUAL for site in _sites(f"{place}/{name}") if name not in place)
        return
    pythons = [f"{place}/lib/{name}" for name in _names(f"{place}/lib") if name.startswith("python")]
    candidates = [f"{place}/Lib", *pythons]
    for candidate in candidates:
        site = f"{candidate}/site-packages"
        if _is_real_folder(candidate) and _is_real_folder(site):
            yield site


def _is_real_folder(place: str) -> bool:
    """A folder that may be looked at, and no link to one."""
    return stat.S_ISDIR(_mode(place))


def _mode(place: str) -> int:
    try:
        return os.lstat(place).st_mode
    except (OSError, ValueError):
        return 0


def _names(place: str) -> list[str]:
    """The folders in a folder; none where it cannot be read."""
    try:
        with os.scandir(place) as listing:
            return sorted(entry.name for entry in listing if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
