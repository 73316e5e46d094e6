"""Putting files of a record into the target: as a whole or not at all, and never over something else."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from walkdown.errors import RecordError
from walkdown.record.files import GPG, MOST_BYTES, SSH, Seal
from walkdown.target.names import ATTRIBUTES, ATTRIBUTES_PATH
from walkdown.target.plain_read import read_at

FOLDER = Path(".walkdown", "signoffs")
NAME = r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}"
SEAL_NAME = re.compile(rf"({NAME})\.([A-Za-z0-9@_+-]{{1,100}})\.json")
SUFFIXES = {SSH: ".sig", GPG: ".asc"}
# Shaped like a record, so that one which a killed run left behind is no code; and like no countersignature.
_PART = re.compile(rf"{NAME}\.new\.part-[0-9a-f]{{12}}\.(?:md|json|sig|asc)")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def listing_of(folder: int) -> frozenset[str]:
    return frozenset(os.listdir(folder))


class Writer:
    """Writes into the record folder, and knows what of it is ours to take back."""

    def __init__(self, record: str) -> None:
        self.folder = -1
        self._record = record
        self._above: list[int] = []
        self._made: list[tuple[int, str]] = []
        self._folders: list[tuple[int, str]] = []

    def open(self, root: Path) -> None:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._above.append(descriptor)
        for part in FOLDER.parts:
            try:
                os.mkdir(part, dir_fd=descriptor)
                self._folders.append((descriptor, part))
            except FileExistsError:
                pass
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(part, flags, dir_fd=descriptor)
            self._above.append(descriptor)
        self.folder = descriptor
        if self._lock():
            self._sweep()
        attributes = Path(ATTRIBUTES_PATH).name
        if attributes not in listing_of(self._above[-2]):
            self._link(attributes, ATTRIBUTES, self._above[-2])

    def _lock(self) -> bool:
        """Others who sign at the same time wait; not every file system can do that, and then `link` must do."""
        try:
            fcntl.flock(self.folder, fcntl.LOCK_EX)
        except OSError:
            return False
        return True

    def _sweep(self) -> None:
        """Parts that a killed run left. Nobody else writes now, for we hold the lock."""
        for name in listing_of(self.folder):
            if _PART.fullmatch(name):
                os.unlink(name, dir_fd=self.folder)

    def put_seal(self, seal: Seal) -> None:
        """The signature first: a statement without one would look as if somebody had taken it away."""
        if seal.signature is None or SEAL_NAME.fullmatch(f"{self._record}.{seal.slug}.json") is None:
            raise RecordError("There is no signature to write down.", "Nothing was signed.")
        file = f"{self._record}.{seal.slug}.json"
        if file not in listing_of(self.folder):
            for suffix in SUFFIXES.values():  # of a killed run: no statement ever came to it
                with suppress(FileNotFoundError):
                    os.unlink(file + suffix, dir_fd=self.folder)
        self.put(file + seal.suffix, seal.signature)
        self.put(file, seal.statement)

    def put(self, name: str, data: bytes) -> None:
        try:
            self._link(name, data, self.folder)
        except FileExistsError:
            if read_at(self.folder, name, MOST_BYTES) != data:
                what = f"{FOLDER / name} is there already, and says something else."
                raise RecordError(what, "Nothing was signed.") from None

    def _link(self, name: str, data: bytes, folder: int) -> None:
        """Under its name there is nothing, or all of it, or what was there before."""
        part = f"{self._record}.new.part-{secrets.token_hex(6)}.{name.rpartition('.')[2]}"
        if _PART.fullmatch(part) is None:
            part = part.rpartition(".")[0] + ".md"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(part, flags, 0o666, dir_fd=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, name, src_dir_fd=self.folder, dst_dir_fd=folder)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                self._rename(part, name, folder)
            self._made.append((folder, name))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=self.folder)

    def _rename(self, part: str, name: str, folder: int) -> None:
        """For file systems without hard links; the lock keeps others away between the look and the step."""
        if name in os.listdir(folder):
            raise FileExistsError(errno.EEXIST, "there already", name)
        os.rename(part, name, src_dir_fd=self.folder, dst_dir_fd=folder)

    def take_back(self) -> None:
        for folder, name in reversed(self._made):
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
        for folder, name in reversed(self._folders):
            with suppress(OSError):  # somebody else put something into it
                os.rmdir(name, dir_fd=folder)

    def close(self) -> None:
        if self.folder >= 0:
            with suppress(OSError):  # the bytes are safe; not every file system syncs a folder
                os.fsync(self.folder)
        for descriptor in self._above:
            os.close(descriptor)


@contextmanager
def writing(root: Path, record: str) -> Iterator[Writer]:
    writer = Writer(record)
    try:
        writer.open(root)
        yield writer
    except BaseException as error:
        writer.take_back()
        if isinstance(error, OSError):
            raise _cannot(error) from error
        raise
    finally:
        writer.close()


def _cannot(error: OSError) -> RecordError:
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        return RecordError(
            f"{FOLDER} is no folder of this tree: a part of it is a file or a link.", "Nothing was signed."
        )
    return RecordError(f"The record cannot be written to {FOLDER}: {error.strerror}.", "Nothing was signed.")
