"""Where a report goes: to standard output, or whole into a file that was named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from walkdown.errors import UsageError


def check_output(name: str | None) -> None:
    """Before the scan, not after it: a folder that is not there would cost the person all of its time."""
    if name is None:
        return
    path = Path(name)
    if not path.parent.is_dir():
        raise UsageError(f"{name} cannot be written: there is no folder {path.parent}.", "Name another --output.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"{name} cannot be written: no permission.", "Name another --output.")


def write_output(name: str | None, pieces: Iterable[bytes]) -> None:
    if name is None:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return
    try:
        _to_file(Path(name), pieces)
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}.", "Name another --output.") from error


def _to_file(path: Path, pieces: Iterable[bytes]) -> None:
    if path.exists() and not path.is_file():  # a pipe or a device
        with path.open("wb") as file:
            file.writelines(pieces)
        return
    # Written beside and moved into place: never half a report, and never through a link that the target planted.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            file.writelines(pieces)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
