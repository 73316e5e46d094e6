"""Indexes and lists of package names that a person brought: as a file, in a folder, or in a pack of `db export`."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from walkdown.advisories import bloom
from walkdown.advisories.moments import now_utc
from walkdown.advisories.names import ECOSYSTEMS, SHIPPED, file_name
from walkdown.advisories.names_store import in_lines, make, put, weigh
from walkdown.advisories.zips import read_entry
from walkdown.errors import AdvisoryError

MOST_BYTES = 512 * 1024 * 1024
_FIRST = 1_000
_ENDINGS = (".bin", ".txt")
_HEAD = re.compile(r"# walkdown names (PyPI|npm) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s*\n")
_BEGINS = (bloom.MAGIC, b"# walkdown names ")


def is_names_file(path: Path) -> bool:
    """Whether a file says that it is an index or a list of names."""
    with _readable(path) as file:
        return file.read(_FIRST).startswith(_BEGINS)


def names_in_folder(folder: Path) -> tuple[bytes, ...]:
    """An index for each file of names right in the folder. Links are not followed."""
    plain = (path for path in sorted(folder.iterdir()) if path.suffix in _ENDINGS and _is_plain(path))
    return tuple(read_names(path) for path in plain if is_names_file(path))


def _is_plain(path: Path) -> bool:
    return not path.is_symlink() and path.is_file()


def names_in_pack(archive: zipfile.ZipFile, headers: tuple[bloom.Header, ...]) -> tuple[bytes, ...]:
    """The indexes that the pack says it holds, each the one that was packed."""
    found = []
    for header in headers:
        name = file_name(header.ecosystem)
        try:
            data = read_entry(archive, archive.getinfo(name), bloom.MOST_BYTES)
        except KeyError as error:
            raise AdvisoryError(f"The pack is damaged: {name} is missing.", "Copy the pack anew.") from error
        if bloom.decode(data, Path(name)).header != header:
            raise AdvisoryError(f"The pack is damaged: {name} is not the one that was packed.", "Copy the pack anew.")
        found.append(data)
    return tuple(found)


def import_names(
    path: Path,
    folder: Path,
    *,
    ecosystem: str = "",
    as_of: str = "",
    now: dt.datetime | None = None,
    force: bool = False,
    shipped: Path | None = SHIPPED,
) -> bloom.Header:
    """Take in one file; the header is of the index that counts from then on."""
    data = read_names(path, ecosystem=ecosystem, as_of=as_of)
    return put(folder, weigh(folder, data, force=force, now=now or now_utc(), shipped=shipped)).header


def read_names(path: Path, *, ecosystem: str = "", as_of: str = "") -> bytes:
    """A finished index, or a list: one name a line under `# walkdown names npm 2026-11-20T00:00:00Z`, or a JSON array
    of names, whose ecosystem and day must then be told."""
    with _readable(path) as file:
        first = file.read(_FIRST)
        file.seek(0)
        if first.startswith(bloom.MAGIC):
            return _finished(file, path)
        if head := _HEAD.match(first.decode("utf-8", "replace")):
            ecosystem, as_of = head.groups()
        if ecosystem not in ECOSYSTEMS or not as_of:
            raise AdvisoryError(
                f"{path.name} does not say of which index it is and of which day.",
                "Begin it with a line such as: # walkdown names npm 2026-11-20T00:00:00Z",
            )
        names = _in_array(file) if first.lstrip().startswith(b"[") else in_lines(file)
        return make(ecosystem, names, as_of, "a file")


def _finished(file: IO[bytes], path: Path) -> bytes:
    data = file.read(bloom.MOST_BYTES + 1)
    if len(data) > bloom.MOST_BYTES:
        raise AdvisoryError(f"{path.name} is larger than an index of names can be.")
    bloom.decode(data, path)
    return data


def _in_array(file: IO[bytes]) -> Iterator[str]:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise AdvisoryError("The list of names is larger than any should be.")
    try:
        yield from msgspec.json.decode(data, type=list[str])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AdvisoryError("The list of names is no JSON array of names.") from error


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    """A plain file: nobody is kept waiting by a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise AdvisoryError(f"{path.name} is no plain file.", "Name an existing file.")
            if status.st_size > MOST_BYTES:
                raise AdvisoryError(f"{path.name} is larger than any list of names should be.")
            yield file
    except OSError as error:
        raise AdvisoryError(f"{path.name} cannot be read.", "Name an existing file.") from error
