"""Reads what PyPI's Simple API tells about one project: as JSON (PEP 691, 700, 792), or as a page of older mirrors."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from walkdown.advisories.moments import read_moment, stamp
from walkdown.errors import AdvisoryError
from walkdown.scanners.indexes.fetching import Index, NoAnswerError, Reply
from walkdown.scanners.indexes.pypi_page import read_page
from walkdown.scanners.indexes.wire import Known, Why
from walkdown.scanners.indexes.withdrawn import MOST_VERSIONS, bounded, gathered

MIB = 1024 * 1024
MOST = 24 * MIB
_MOST_HTML = 16 * MIB
_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1"
_STATES = ("archived", "deprecated", "quarantined")
_MOST_FILES = 200_000


class File(msgspec.Struct, frozen=True, rename="kebab"):
    """`yanked`: whether, or why. No time where the index does not say."""

    filename: str
    yanked: bool | str = False
    upload_time: str | None = None


class Status(msgspec.Struct, frozen=True):
    status: str = ""
    reason: str | None = None


class Project(msgspec.Struct, frozen=True, rename="kebab"):
    name: str
    files: tuple[File, ...]
    project_status: Status = Status()


def ask(index: Index, name: str, seconds: float) -> Known:
    return read(name, index.get(f"{name}/", _ACCEPT, most=MOST, seconds=seconds))


def read(name: str, reply: Reply) -> Known:
    project = _project(name, reply)
    if canonicalize_name(project.name) != name or len(project.files) > _MOST_FILES:
        raise NoAnswerError(Why.NO_INDEX)
    status = project.project_status
    times = [moment for file in project.files if (moment := _moment(file.upload_time))]
    return Known(
        first=min(times, default=""),
        last=max(times, default=""),
        empty=not project.files,
        status=status.status if status.status in _STATES else "",
        reason=bounded(status.reason or ""),
        withdrawn=gathered(_yanked(project.files).items()),
    )


def _project(name: str, reply: Reply) -> Project:
    kind = reply.kind.partition(";")[0].strip().lower()
    if kind.endswith("html"):
        if len(reply.body) > _MOST_HTML:
            raise NoAnswerError(Why.TOO_LARGE)
        files, status = read_page(name, reply.body)
        return Project(name, tuple(File(*one) for one in files), Status(*status))
    try:
        return msgspec.json.decode(reply.body, type=Project)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NoAnswerError(Why.NO_INDEX) from error


def _yanked(files: Iterable[File]) -> dict[str, str]:
    """The versions of which every file was taken back, with the reason of one of them."""
    found: dict[str, str] = {}
    files = tuple(files)
    for file in files:
        if file.yanked is not False and (version := version_of(file.filename)):
            found[version] = found.get(version) or (file.yanked if isinstance(file.yanked, str) else "")
    if found:
        # Names are slow to read, so those of what stands are read only where something was taken back.
        for file in files:
            if file.yanked is False and (version := version_of(file.filename)):
                found.pop(version, None)
    return dict(list(found.items())[:MOST_VERSIONS])


def version_of(filename: str) -> str:
    """Empty for what names no version, an installer of old for instance."""
    try:
        if filename.endswith(".whl"):
            return str(parse_wheel_filename(filename)[1])
        return str(parse_sdist_filename(filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return ""


def _moment(text: str | None) -> str:
    if not text:
        return ""
    try:
        return stamp(read_moment(text))
    except AdvisoryError:
        return ""
