"""Which package names exist, by the index of a given day. PyPI's is shipped, npm's comes by `walkdown db update`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

from walkdown.advisories import bloom
from walkdown.advisories.popular import popular
from walkdown.errors import AdvisoryError
from walkdown.settings import Folders

ECOSYSTEMS = ("PyPI", "npm")
SHIPPED = Path(__file__).parent / "data"
LONGEST_NAME = 214  # npm's own limit; PyPI has none, and no name near it

_RUNS = re.compile(r"[-_.]+")
_PYPI = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
# Old npm names may hold capitals and a few signs; new ones may not.
_NPM = re.compile(r"(?:@[A-Za-z0-9~*'!()._-]+/)?[A-Za-z0-9~*'!()_.-]+")


def normalise(ecosystem: str, name: str) -> str:
    """The one spelling the index keeps: PEP 503 for PyPI; npm tells capitals apart, so its names stay as they are."""
    return _RUNS.sub("-", name).lower() if ecosystem == "PyPI" else name


def is_name(ecosystem: str, name: str) -> bool:
    """False for what no index would take as a name; `name` is normalised."""
    if len(name) > LONGEST_NAME:
        return False
    return bool((_PYPI if ecosystem == "PyPI" else _NPM).fullmatch(name))


def file_name(ecosystem: str) -> str:
    return f"{ecosystem.lower()}-names.bin"


def names_folder(folders: Folders) -> Path:
    """Where the indexes of this machine lie: beside the store of advisories."""
    return folders.state / "advisories"


def index_files(folder: Path) -> tuple[Path, ...]:
    """Where the index of each ecosystem lies in a folder, whether or not it is there."""
    return tuple(folder / file_name(ecosystem) for ecosystem in ECOSYSTEMS)


class NameIndex:
    """`problems`: files that were there and could not be used, in sentences; the caller turns them into gaps."""

    def __init__(
        self,
        filters: Mapping[str, bloom.Filter],
        problems: tuple[str, ...] = (),
        paths: Mapping[str, Path] | None = None,
    ) -> None:
        self._filters = dict(filters)
        self._paths = dict(paths or {})
        self.problems = problems

    @classmethod
    def open(cls, folder: Path, shipped: Path | None = SHIPPED) -> NameIndex:
        """Of each ecosystem the newest index, from the person's folder or from the package."""
        found: dict[str, bloom.Filter] = {}
        paths: dict[str, Path] = {}
        problems: list[str] = []
        for place in (folder, shipped):
            for path in index_files(place) if place else ():
                if not path.is_file():
                    continue
                try:
                    one = _dated(bloom.read(path), path)
                except AdvisoryError as error:
                    problems.append(str(error))
                    continue
                held = found.get(one.header.ecosystem)
                if held is None or held.header.as_of < one.header.as_of:
                    found[one.header.ecosystem], paths[one.header.ecosystem] = one, path
        return cls(found, tuple(problems), paths)

    @property
    def as_of(self) -> str:
        """The day of the oldest index in use; empty where there is none."""
        return min((one.header.as_of for one in self._filters.values()), default="")

    @property
    def headers(self) -> tuple[bloom.Header, ...]:
        return tuple(self._filters[ecosystem].header for ecosystem in sorted(self._filters))

    def dated(self, ecosystem: str) -> str:
        one = self._filters.get(ecosystem)
        return one.header.as_of if one else ""

    def header(self, ecosystem: str) -> bloom.Header | None:
        one = self._filters.get(ecosystem)
        return one.header if one else None

    def path(self, ecosystem: str) -> Path | None:
        """The file that counts."""
        return self._paths.get(ecosystem)

    def is_shipped(self, ecosystem: str) -> bool:
        """Whether the index in use is the snapshot that came with walkdown."""
        path = self._paths.get(ecosystem)
        return path is not None and path.parent == SHIPPED

    def knows(self, ecosystem: str, name: str) -> bool | None:
        """None: there is no index of that ecosystem, so nothing can be said."""
        one = self._filters.get(ecosystem)
        return None if one is None else normalise(ecosystem, name) in one

    def popular(self, ecosystem: str) -> tuple[str, ...]:
        return popular(ecosystem)


def _dated(one: bloom.Filter, path: Path) -> bloom.Filter:
    """The index must be of the ecosystem its file is named for, and of a day."""
    if file_name(one.header.ecosystem) != path.name:
        raise AdvisoryError(f"The index of names {path.name} is one of {one.header.ecosystem[:20]!r}.")
    check_day(one.header.as_of)
    return one


def check_day(as_of: str) -> dt.datetime:
    """ISO 8601 in UTC, as in `2026-11-20T00:00:00Z`."""
    try:
        return dt.datetime.strptime(as_of, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.timezone.utc)
    except ValueError as error:
        raise AdvisoryError(f"The index of names gives no usable date: {as_of[:40]!r}.") from error
