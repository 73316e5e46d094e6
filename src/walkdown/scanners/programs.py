"""Finds the programs that scanners run: by absolute path, and never one that the target could have planted.

Walkdown's own environment comes first and is taken as it is: whoever can write there already runs as walkdown. Anything
else must lie outside the target, in a folder named absolutely, where not everybody on the machine may write.
"""

from __future__ import annotations

import importlib.metadata
import os
import site
import stat
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from walkdown.errors import ProcessError
from walkdown.process import Limits, clean_environment, run_now

_NEWER_PYTHONS = 8  # minor versions ahead of our own that are looked for
_MOST_FOLDERS = 64  # of each kind of folder below, so that a crowded home stays cheap

# Where people's installers put interpreters and tools that need not be on the PATH.
_PYTHON_HOMES = (
    ".pyenv/versions/*/bin",
    ".local/share/uv/python/*/bin",
    ".local/share/uv/tools/*/bin",
    ".local/share/pipx/venvs/*/bin",
    ".local/pipx/venvs/*/bin",
)


class Programs:
    """Implements `Where`. Remembers every answer; make a new one for each scan."""

    def __init__(
        self,
        target: Path | str,
        *,
        own: Sequence[Path] | None = None,
        path: str | None = None,
        home: Path | None = None,
    ) -> None:
        self._target = Path(target).resolve()
        self._own = _own_folders() if own is None else tuple(own)
        self._path = os.environ.get("PATH", "") if path is None else path
        self._home = home
        self._scripts: dict[str, str | None] = {}
        self._versions: dict[str, str] = {}
        self._answers: dict[tuple[str, ...], bytes | None] = {}
        self._pythons: tuple[tuple[str, str], ...] | None = None

    def script(self, name: str) -> str | None:
        """The absolute path of a program: walkdown's own environment first, then the PATH."""
        if not name or Path(name).name != name:
            raise ValueError(f"a bare program name is needed, not {name!r}")
        if name not in self._scripts:
            self._scripts[name] = self._find_script(name)
        return self._scripts[name]

    def python_module(self, module: str) -> tuple[str, ...] | None:
        """How to run a top-level module of our own environment, isolated; None where an isolated child has none."""
        if "." in module:
            raise ValueError(f"a top-level module is needed, not {module!r}")
        # Not find_spec(): that would look along sys.path, which can hold the folder walkdown was started in.
        if PathFinder.find_spec(module, _package_folders()) is None:
            return None
        return (str(Path(sys.executable).absolute()), "-I", "-m", module)

    def version_of(self, distribution: str) -> str:
        """The version of an installed distribution; empty if our environment does not have it."""
        if distribution not in self._versions:
            found = importlib.metadata.distributions(name=distribution, path=_package_folders())
            self._versions[distribution] = next((one.version for one in found), "")
        return self._versions[distribution]

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        """Interpreters newer than our own, as (path, "3.13"), newest first. By their names: none of them is run."""
        if self._pythons is None:
            self._pythons = tuple(self._find_pythons())
        return self._pythons

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        """What a program prints, or None if it cannot be run or fails. Not for use inside an event loop."""
        key = tuple(argv)
        if not key or not Path(key[0]).is_absolute():
            raise ValueError(f"an absolute program is needed, not {key[:1]!r}")
        if key not in self._answers:
            self._answers[key] = _ask(key, seconds)
        return self._answers[key]

    def _find_script(self, name: str) -> str | None:
        own = (folder / name for folder in self._own)
        for candidate in own:
            if _is_program(candidate):
                return str(candidate)
        for folder in self._path_folders():
            candidate = folder / name
            if _is_program(candidate) and self._is_safe(candidate):
                return str(candidate)
        return None

    def _find_pythons(self) -> Iterator[tuple[str, str]]:
        folders = [*self._path_folders(), *self._home_folders()]
        major, own = sys.version_info[:2]
        seen: set[Path] = set()
        for minor in range(own + _NEWER_PYTHONS, own, -1):
            for folder in folders:
                candidate = folder / f"python{major}.{minor}"
                if not _is_program(candidate) or _is_launcher(candidate) or not self._is_safe(candidate):
                    continue
                identity = _identity(candidate)
                if identity not in seen:
                    seen.add(identity)
                    yield str(candidate), f"{major}.{minor}"

    def _path_folders(self) -> list[Path]:
        entries = dict.fromkeys(self._path.split(os.pathsep))
        # A relative or empty entry means the working directory, which may be the target.
        return [Path(entry) for entry in entries if Path(entry).is_absolute()]

    def _home_folders(self) -> Iterator[Path]:
        try:
            home = self._home or Path.home()
        except RuntimeError:  # no home folder: then there is nothing of the user's to look through
            return
        for pattern in _PYTHON_HOMES:
            yield from sorted(home.glob(pattern))[:_MOST_FOLDERS]

    def _is_safe(self, program: Path) -> bool:
        """Neither the name nor what it points to lies in the target or where everybody may write."""
        named, real = program.parent.resolve() / program.name, program.resolve()
        return not any(one.is_relative_to(self._target) or _open_to_all(one) for one in {named, real})


def _ask(argv: tuple[str, ...], seconds: float) -> bytes | None:
    with tempfile.TemporaryDirectory(prefix="walkdown-ask-") as scratch:
        environment = clean_environment(scratch, scratch)
        try:
            finished = run_now(argv, cwd=scratch, env=environment, limits=Limits(seconds=seconds))
        except ProcessError:
            return None
    return finished.stdout if finished.code == 0 else None


def _own_folders() -> tuple[Path, ...]:
    """Where our own environment keeps programs; not resolved, since a virtual environment links to its Python."""
    return tuple(dict.fromkeys((Path(sys.executable).absolute().parent, Path(sysconfig.get_path("scripts")))))


def _package_folders() -> list[str]:
    """Where an isolated child of our interpreter looks for packages: no working directory, no user site."""
    return list(dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]))


def _is_program(path: Path) -> bool:
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:  # a folder of the PATH that we may not even look into
        return False


def _is_launcher(path: Path) -> bool:
    """pyenv and its like put shell scripts named python3.X on the PATH, which choose by working directory."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:  # executable but not readable: nothing can be said for it
        return True


def _identity(python: Path) -> Path:
    """One interpreter under several names is one; but a virtual environment is more than the program it links to."""
    folder = python.parent.resolve()
    return folder / python.name if (folder.parent / "pyvenv.cfg").is_file() else python.resolve()


def _open_to_all(program: Path) -> bool:
    """Could any user of this machine replace it? A sticky folder such as /tmp protects what its owner put there."""
    if _mode(program) & stat.S_IWOTH or _mode(program.parent) & stat.S_IWOTH:
        return True
    return any(_mode(folder) & stat.S_IWOTH and not _mode(folder) & stat.S_ISVTX for folder in program.parents)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:  # gone or hidden between two looks: treat it as the worst case
        return stat.S_IWOTH
