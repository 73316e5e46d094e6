"""Reading single files of a hostile tree: regular files only, no link followed, never waiting, never without a bound.

Paths may be longer than the system takes in one call, and a folder may turn into a link while we look at it. So a path
is opened one folder at a time, each relative to the one before.
"""

from __future__ import annotations

import errno
import os
import stat

_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_CHUNK = 1024 * 1024
KEPT_OPEN = 64


class NotRegularError(OSError):
    """It is a link, a pipe, a socket, a device or a folder."""


class TooLargeError(OSError):
    """It holds more than the caller wants to read."""

    def __init__(self, size: int) -> None:
        super().__init__(errno.EFBIG, "larger than the limit")
        self.size = size


class UnsteadyError(OSError):
    """It changed while it was being read, twice in a row."""


def open_folder(root: str, relative: str = "") -> int:
    """A descriptor of the folder; the caller closes it. `root` itself may be a link, nothing below it is followed."""
    return _descend(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), relative)


def _descend(descriptor: int, relative: str) -> int:
    """Go down from an open folder, which is closed on the way."""
    for part in relative.split("/") if relative else ():
        try:
            below = os.open(part, _FOLDER_FLAGS, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


class Folders:
    """Opens the folders of a walk one after the other. The newest ones above stay open, so that a folder is reached
    from its parent however deep it lies."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._open: list[tuple[str, int]] = []

    def open(self, folder: str) -> int:
        """A descriptor that stays open until a folder elsewhere is asked for."""
        while self._open and not _holds(self._open[-1][0], folder):
            os.close(self._open.pop()[1])
        if self._open:
            above, descriptor = self._open[-1]
            descriptor = _descend(os.dup(descriptor), folder[len(above) :].strip("/"))
        else:
            descriptor = open_folder(self._root, folder)
        self._open.append((folder, descriptor))
        if len(self._open) > KEPT_OPEN:
            os.close(self._open.pop(0)[1])
        return descriptor

    def close(self) -> None:
        while self._open:
            os.close(self._open.pop()[1])


def _holds(above: str, folder: str) -> bool:
    return above == "" or folder.startswith(f"{above}/")


def read_at(folder: int, name: str, most: int) -> bytes:
    """The bytes of a file in an open folder, as they were at one moment."""
    try:
        descriptor = os.open(name, _FILE_FLAGS, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
            raise NotRegularError(error.errno, "not a regular file") from error
        raise
    try:
        for _ in range(2):
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise NotRegularError(errno.EINVAL, "not a regular file")
            data = _read_all(descriptor, before.st_size, most)
            after = os.fstat(descriptor)
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                return data
            os.lseek(descriptor, 0, os.SEEK_SET)
    finally:
        os.close(descriptor)
    raise UnsteadyError(errno.EAGAIN, "it changed while it was being read")


def _read_all(descriptor: int, size: int, most: int) -> bytes:
    if size > most:
        raise TooLargeError(size)
    # One byte more than promised, so that the usual file is done in a single call and growth is noticed.
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    parts, total = [data], len(data)
    while data and total <= most:
        data = os.read(descriptor, _CHUNK)
        parts.append(data)
        total += len(data)
    if total > most:
        raise TooLargeError(total)
    return b"".join(parts)


def read_below(root: str, relative: str, most: int) -> bytes:
    """The bytes of a file below a folder, however long its path."""
    parent, _, name = relative.rpartition("/")
    folder = open_folder(root, parent)
    try:
        return read_at(folder, name, most)
    finally:
        os.close(folder)


def read_if_there(path: str, most: int) -> bytes | None:
    """A file by its full path; None where there is none. What is no regular file counts as an error."""
    parent, _, name = path.rpartition("/")
    try:
        return read_below(parent, name, most)
    except (FileNotFoundError, NotADirectoryError):
        return None
