"""What is remembered of findings from scan to scan, so that each keeps its name. Hashes and places, no code."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from walkdown.model import Finding
from walkdown.scan.identity import Known, assign

_SHAPE = 1
_MOST_GONE = 20_000


class Memory(msgspec.Struct, frozen=True):
    """`live`: the findings of the last whole scan. `gone`: earlier ones, so that a branch switch brings names back.
    `head`: the commit of that scan, from which renames are told."""

    live: tuple[Known, ...] = ()
    gone: tuple[Known, ...] = ()
    head: str = ""
    shape: int = _SHAPE


class Store:
    """One repo's memory on disk. Losing it costs names, never decisions' text; so its faults are notes."""

    def __init__(self, folder: Path) -> None:
        self.notes: list[str] = []
        self._path = folder / "known.msgpack"

    def load(self) -> Memory:
        try:
            memory = msgspec.msgpack.decode(self._path.read_bytes(), type=Memory)
        except FileNotFoundError:
            return Memory()
        except (OSError, msgspec.MsgspecError) as error:
            self.notes.append(f"What was known of earlier findings cannot be read ({error}); names may change.")
            return Memory()
        return memory if memory.shape == _SHAPE else Memory()

    def save(self, memory: Memory) -> None:
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_bytes(msgspec.msgpack.encode(memory))
            part.replace(self._path)
        except OSError as error:
            self.notes.append(f"The names of these findings could not be kept ({error.strerror}).")
            with contextlib.suppress(OSError):
                part.unlink()


def name(
    findings: Sequence[Finding], memory: Memory, renames: Mapping[str, str], *, head: str, whole: bool
) -> tuple[list[Finding], Memory]:
    """Give every finding its lasting name. A scan that was narrowed takes nothing away from what is known."""
    named, seen = assign(findings, memory.live, renames, taken=[one.id for one in memory.gone])
    back = _back(seen, memory)
    named = [msgspec.structs.replace(one, id=back[one.id]) if one.id in back else one for one in named]
    seen = [msgspec.structs.replace(one, id=back[one.id]) if one.id in back else one for one in seen]
    ids = {one.id for one in seen}
    missing = [one for one in memory.live if one.id not in ids]
    gone = [one for one in memory.gone if one.id not in ids]
    if not whole:
        return named, Memory((*seen, *missing), tuple(gone), memory.head or head)
    return named, Memory(tuple(seen), (*missing, *gone)[:_MOST_GONE], head)


def _back(seen: Sequence[Known], memory: Memory) -> dict[str, str]:
    """New names to old ones, where exactly what was gone is there again, neighbours and all."""
    live = {one.id for one in memory.live}
    gone: dict[tuple[str, ...], list[str]] = {}
    for one in memory.gone:
        gone.setdefault(_whole(one), []).append(one.id)
    back = {}
    for one in seen:
        if one.id not in live and gone.get(_whole(one)):
            back[one.id] = gone[_whole(one)].pop(0)
    return back


def _whole(one: Known) -> tuple[str, ...]:
    return (one.path, one.symbol, one.fingerprint, one.secret, one.context)


def secret_key(state: Path) -> tuple[bytes, str]:
    """This machine's key for hashing secrets, and a note where it cannot be kept."""
    path = state / "secret.key"
    try:
        key = path.read_bytes()
        if len(key) == 32:
            return key, ""
    except FileNotFoundError:
        pass
    except OSError as error:
        return secrets.token_bytes(32), f"{path} cannot be read ({error.strerror}); secrets get new names this time."
    key = secrets.token_bytes(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
    except OSError as error:
        return key, f"{path} cannot be written ({error.strerror}); secrets get new names each time."
    return key, ""
