"""A zip from a stranger, read in memory only: no name in it is ever used as a path, and all of it has a bound."""

from __future__ import annotations

import contextlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from walkdown.errors import AdvisoryError

MIB = 1024 * 1024
MOST_ARCHIVE = 2048 * MIB
MOST_ENTRIES = 600_000
MOST_UNPACKED = 4096 * MIB
_MOST_DIRECTORY = 48 * MIB  # a list of that many entries; Python holds it in memory, at some 400 bytes each
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_END, _END_SIZE = b"PK\x05\x06", 22
_FAR, _FAR_SIZE = b"PK\x06\x06", 56  # the same for large ones (zip64)
_SAID_FAR = 0xFFFFFFFF
_COPY = "Copy or download it again."


class DamagedError(AdvisoryError):
    """The file is not what was packed: another copy of it may be."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, once it is clear that reading it cannot cost more than we are willing to pay."""
    name = path.name
    try:
        with path.open("rb") as file:
            _bound(os.fstat(file.fileno()).st_size, MOST_ARCHIVE, name, "bytes long")
            _bound(_directory_size(file), _MOST_DIRECTORY, name, "bytes of file names long")
            file.seek(0)
            with zipfile.ZipFile(file) as archive:
                _look_over(archive, name)
                yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, UnicodeDecodeError) as error:
        raise DamagedError(
            f"{name} is damaged or is no zip ({str(error)[:120] or type(error).__name__}).", _COPY
        ) from error


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """One entry, whole; its checksum is checked by reading to the end."""
    with archive.open(entry) as stream:
        data = stream.read(most + 1)
        if len(data) <= most:
            stream.read(1)
    if len(data) > most:
        raise AdvisoryError(f"An entry is larger than {most // MIB} MiB.")
    return data


def leads_out(name: str) -> bool:
    """Whether a name would leave the folder it is unpacked to. Nothing is unpacked here; it is no honest archive's."""
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or (len(parts[0]) == 2 and parts[0][1] == ":")


def _look_over(archive: zipfile.ZipFile, name: str) -> None:
    entries = archive.infolist()
    _bound(len(entries), MOST_ENTRIES, name, "entries long")
    _bound(sum(entry.file_size for entry in entries), MOST_UNPACKED, name, "bytes large when unpacked")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise AdvisoryError(f"{name} is encrypted.", "Unpack it, pack it without a password, and import that.")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise AdvisoryError(f"{name} is packed in an unusual way.", "Pack it with plain zip (deflate).")


def _directory_size(file: IO[bytes]) -> int:
    """How long the archive says its list of entries is. Asked before zipfile reads the whole of it into memory. Of
    several records that could be the end's, the largest counts: a decoy can only make us refuse."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - 0xFFFF - _END_SIZE - 20 - _FAR_SIZE))
    tail = file.read()
    near = [int(struct.unpack_from("<L", tail, at + 12)[0]) for at in _places(tail, _END, _END_SIZE)]
    far = [int(struct.unpack_from("<Q", tail, at + 40)[0]) for at in _places(tail, _FAR, _FAR_SIZE)]
    if not near:
        raise zipfile.BadZipFile("its end is missing")
    return max([0, *far, *(size for size in near if size != _SAID_FAR)])


def _places(tail: bytes, mark: bytes, size: int) -> Iterator[int]:
    at = tail.find(mark)
    while 0 <= at <= len(tail) - size:
        yield at
        at = tail.find(mark, at + 1)


def _bound(number: int, most: int, name: str, what: str) -> None:
    if number > most:
        raise AdvisoryError(f"{name} is {number:,} {what}; more than {most:,} is refused.")
