"""What is remembered of findings from scan to scan, so that each keeps its name. Hashes and places, no code."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from walkdown.model import Finding
from walkdown.scan.identity import Known, assign

_SHAPE = 1
_MOST_GONE = 20_000
_KEY_BYTES = 32


class Memory(msgspec.Struct, frozen=True):
    """`live`: the findings of the last whole scan. `gone`: earlier ones, so that a branch switch brings names back.
    `head`: the commit of that scan, from which renames are told."""

    live: tuple[Known, ...] = ()
    gone: tuple[Known, ...] = ()
    head: str = ""
    shape: int = _SHAPE


class _Shaped(msgspec.Struct, frozen=True):
    """All that may be asked of a memory before it is known to be of ours."""

    shape: int


class Store:
    """One repo's memory on disk. Losing it costs names, never decisions' text; so its faults are notes."""

    def __init__(self, folder: Path) -> None:
        self.notes: list[str] = []
        self._path = folder / "known.msgpack"

    def load(self) -> Memory:
        try:
            data = self._path.read_bytes()
            shape = msgspec.msgpack.decode(data, type=_Shaped).shape
            if shape == _SHAPE:
                return msgspec.msgpack.decode(data, type=Memory)
        except FileNotFoundError:
            return Memory()
        except (OSError, msgspec.MsgspecError) as error:
            self.notes.append(f"What was known of earlier findings cannot be read ({error}); names may change.")
            return Memory()
        self._set_aside(shape)
        return Memory()

    def _set_aside(self, shape: int) -> None:
        """Another walkdown's memory: that one may want it back."""
        aside = self._path.with_name(f"{self._path.name}.{shape}")
        try:
            self._path.replace(aside)
            kept = f"it is kept as {aside.name}"
        except OSError as error:
            kept = f"it could not be kept beside the new one ({error.strerror})"
        self.notes.append(
            f"What was known of earlier findings comes from another version of walkdown; {kept}, and names may change."
        )

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
    findings: Sequence[Finding],
    memory: Memory,
    renames: Mapping[str, str],
    *,
    head: str,
    looked: Callable[[str], bool] | None,
) -> tuple[list[Finding], Memory]:
    """Give every finding its lasting name. A scan that was narrowed takes nothing away from what is known.

    `looked`: whether this scan can tell what a path holds now, or that it is gone; None where it can for all of them.
    """
    stays = None if looked is None else _unanswered(looked, renames)
    named, seen = assign(findings, memory.live, renames, taken=[one.id for one in memory.gone], stays=stays)
    back = _back(seen, memory)
    named = [msgspec.structs.replace(one, id=back[one.id]) if one.id in back else one for one in named]
    seen = [msgspec.structs.replace(one, id=back[one.id]) if one.id in back else one for one in seen]
    ids = {one.id for one in seen}
    missing = [one for one in memory.live if one.id not in ids]
    gone = [one for one in memory.gone if one.id not in ids]
    if looked is not None:
        return named, Memory((*seen, *missing), tuple(gone), memory.head or head)
    return named, Memory(tuple(seen), (*missing, *gone)[:_MOST_GONE], head)


def _unanswered(looked: Callable[[str], bool], renames: Mapping[str, str]) -> Callable[[Known], bool]:
    """Which known findings may well be where they were, or where git says they went: that was not looked at."""

    def stays(one: Known) -> bool:
        # No file's content says whether a package, a commit or the repository was asked about.
        return one.fileless or not looked(one.path) or not looked(renames.get(one.path, one.path))

    return stays


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
    """This machine's key for hashing secrets, and a note where it had to be replaced or cannot be kept."""
    path = state / "secret.key"
    try:
        if key := _kept_key(path):
            return key, ""
    except OSError as error:
        return _new_key(), f"{path} cannot be read ({error.strerror}); secrets get new names this time."
    key = _new_key()
    try:
        with _alone(path):
            # Two first scans at once: the later one takes the earlier one's key.
            if kept := _kept_key(path):
                return kept, ""
            damaged = path.exists()
            _write_key(path, key)
    except OSError as error:
        return key, f"{path} cannot be written ({error.strerror}); secrets get new names each time."
    return key, f"{path} was damaged and is replaced by a new key; secrets get new names." if damaged else ""


def _new_key() -> bytes:
    return secrets.token_bytes(_KEY_BYTES)


def _kept_key(path: Path) -> bytes:
    """Empty where there is none, or one of a wrong length, which is no key of ours."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return b""
    return key if len(key) == _KEY_BYTES else b""


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other walkdown writes this file meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_key(path: Path, key: bytes) -> None:
    """Whole or not at all: who reads without waiting must never see half a key."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
