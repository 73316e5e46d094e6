"""What the app itself remembers from start to start: the theme, and that a person read what leaves the machine."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec


class Memory(msgspec.Struct, frozen=True):
    """`told`: the note on what leaves this machine was read and put away."""

    theme: str = ""
    told: bool = False


def recall(state: Path) -> Memory:
    """`state`: the user's state folder. What cannot be read is asked again: nothing in it matters more."""
    try:
        return msgspec.json.decode((state / "app.json").read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError):
        return Memory()


def keep(state: Path, memory: Memory) -> str:
    """Empty, or why it could not be kept."""
    part = state / f"app.json.{os.getpid()}.part"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_bytes(msgspec.json.encode(memory))
        part.replace(state / "app.json")
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        return f"That could not be kept for the next start ({error.strerror})."
    return ""
