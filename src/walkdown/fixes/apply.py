"""The one writer to the files of the target: a whole file at once, and only if it is still what the person saw.

The target is hostile: its folders are gone down one at a time, no link is followed, and what is replaced has to be a
regular file inside of it, none of git's and none of the records.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator

from walkdown.errors import TargetError
from walkdown.target.names import is_record
from walkdown.target.plain_read import NotRegularError, TooLargeError, open_folder, read_at

MOST = 4 * 1024 * 1024
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def read_file(root: str, name: str) -> bytes | None:
    """The file as it is now; None where there is none. TargetError where it is nothing that may be replaced."""
    with _refusing(name), _folder(root, name) as folder:
        return _current(folder, _last(name))


def replace_file(root: str, name: str, old: bytes | None, new: bytes) -> None:
    """`old`: what the person saw there, None where there was no file. All of it is written, or nothing is changed."""
    with _refusing(name), _folder(root, name) as folder:
        last = _last(name)
        if _current(folder, last) != old:
            raise TargetError(f"{name} changed meanwhile; nothing was written.", "Look at the difference again.")
        before = None if old is None else os.stat(last, dir_fd=folder, follow_symlinks=False)
        mode = 0o666 if before is None else stat.S_IMODE(before.st_mode) & 0o777
        part = f".{last[:100]}.walkdown-{secrets.token_hex(6)}"
        try:
            _write(folder, part, new, mode, exactly=before is not None)
            _move(folder, part, last, before)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part, dir_fd=folder)
        os.fsync(folder)


def check_name(name: str) -> None:
    """A relative path to a file of the project, written plainly."""
    parts = name.split("/")
    if not name or "\0" in name or name.startswith("/") or any(part in ("", ".", "..") for part in parts):
        raise TargetError(f"{name!r} is no path inside the project.", "Name a file below its top, as docs/AGENTS.md.")
    if any(part.casefold() == ".git" for part in parts) or is_record(name):
        raise TargetError(f"{name} is not a file to write into.", "Name another one, as AGENTS.md.")


@contextlib.contextmanager
def _refusing(name: str) -> Iterator[None]:
    check_name(name)
    try:
        yield
    except NotRegularError as error:
        raise TargetError(f"{name} is a link or no file; nothing was written.", "Name the file itself.") from error
    except TooLargeError as error:
        raise TargetError(f"{name} holds more than {MOST // 1024**2} MB; nothing was written.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise TargetError(f"{name} cannot be written: {reason}.", "Nothing was changed.") from error


@contextlib.contextmanager
def _folder(root: str, name: str) -> Iterator[int]:
    descriptor = open_folder(root, name.rpartition("/")[0])
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _current(folder: int, name: str) -> bytes | None:
    try:
        return read_at(folder, name, MOST)
    except FileNotFoundError:
        return None


def _write(folder: int, part: str, data: bytes, mode: int, *, exactly: bool) -> None:
    descriptor = os.open(part, _FLAGS, mode, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        if exactly:
            os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move(folder: int, part: str, name: str, before: os.stat_result | None) -> None:
    """In one step. Where somebody was faster, theirs stays."""
    if before is None:
        try:
            os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError as error:
            raise TargetError(f"{name} came up meanwhile; nothing was written.", "Look at it again.") from error
        return
    now = os.stat(name, dir_fd=folder, follow_symlinks=False)
    same = (now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)
    if not same or not stat.S_ISREG(now.st_mode):
        raise TargetError(f"{name} changed meanwhile; nothing was written.", "Look at the difference again.")
    os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
