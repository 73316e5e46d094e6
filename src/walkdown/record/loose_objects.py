"""New objects of ours into a repository's object folder: each whole or not at all, never over one that is there.

The folder is a stranger's: it is gone down one level at a time, and no link is followed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable

from walkdown.target.plain_read import open_folder, read_below

_MOST = 512 * 1024 * 1024
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}


def lay_objects(source: str, common: str, names: Iterable[str]) -> None:
    """In the given order, so that whatever is there leans on nothing that is not. Those that `source` does not hold
    are in the repository already."""
    for name in names:
        folder, rest = name[:2], name[2:]
        try:
            data = read_below(source, f"{folder}/{rest}", _MOST)
        except FileNotFoundError:
            continue
        descriptor = open_or_make(common, f"objects/{folder}")
        try:
            _lay(descriptor, rest, data)
        finally:
            os.close(descriptor)


def open_or_make(root: str, relative: str) -> int:
    """A descriptor of a folder below `root`, with the folders on the way made where they are missing."""
    at = ""
    for part in relative.split("/"):
        parent = open_folder(root, at)
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o777, dir_fd=parent)
        finally:
            os.close(parent)
        at = f"{at}/{part}" if at else part
    return open_folder(root, relative)


def _lay(folder: int, name: str, data: bytes) -> None:
    # git's own name for such a file: should we be killed here, its housekeeping takes the rest away.
    part = f"tmp_obj_{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(part, flags, 0o444, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _name(folder, part, name)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part, dir_fd=folder)
    os.fsync(folder)


def _name(folder: int, part: str, name: str) -> None:
    """An object of that name has that content, or is damaged and not ours to mend: it stays."""
    try:
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
