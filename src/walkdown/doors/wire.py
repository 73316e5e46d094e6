"""What the app and the two children of this room say to each other: one reads files, the other links what was read.

Both are asked through a file. The reading child answers file by file into another one, each answer whole before the
next file is opened, so that what it had said outlives it; the linking child answers once, on standard output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from walkdown.errors import ScannerError
from walkdown.model.door import Door
from walkdown.model.finding import Fact, Finding
from walkdown.model.outcome import Skipped

SQL = "sql"
_LENGTH = 4
_ENDS = "Scan again; if it stays so, this is a fault of walkdown that we would like to hear of."


class Around(msgspec.Struct, frozen=True, array_like=True):
    """`paths`: everything the target holds. `copies`: of files that linking reads as they are, path and the file that
    holds our copy."""

    paths: tuple[str, ...]
    copies: tuple[tuple[str, str], ...] = ()


class WasRead(msgspec.Struct, frozen=True, array_like=True):
    """What the reading child gave for one content, and where that content lies."""

    paths: tuple[str, ...]
    extension: str
    data: bytes


class Linked(msgspec.Struct, frozen=True, array_like=True):
    """`skipped`: what could not be read, or is not read yet."""

    doors: tuple[Door, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def write(out: BinaryIO, part: Around | WasRead) -> None:
    data = msgspec.msgpack.encode(part)
    out.write(len(data).to_bytes(_LENGTH, "big"))
    out.write(data)


def read_around(file: BinaryIO) -> Around:
    return msgspec.msgpack.decode(_next(file), type=Around)


def read_parts(file: BinaryIO) -> Iterator[WasRead]:
    while data := _next(file):
        yield msgspec.msgpack.decode(data, type=WasRead)


def _next(file: BinaryIO) -> bytes:
    return file.read(int.from_bytes(file.read(_LENGTH), "big"))


def linked(printed: bytes) -> Linked:
    try:
        return msgspec.msgpack.decode(printed, type=Linked)
    except msgspec.MsgspecError as error:
        raise ScannerError("The map of doors came back in a form nobody knows.", _ENDS) from error


def own_modules(folders: Sequence[Path]) -> Iterator[Path]:
    """Our own sources in these folders, or files, in a lasting order."""
    for folder in folders:
        yield from sorted(folder.rglob("*.py")) if folder.is_dir() else (folder,)
