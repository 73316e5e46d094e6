"""A set of names in 1.5 bytes each, kept in a file.

It may take an unknown name for a known one (about 3 in 1,000), never a known one for unknown: a name that it does not
have is certain not to be in the list it was made from.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from array import array
from collections.abc import Iterable
from pathlib import Path

import msgspec

from walkdown.errors import AdvisoryError

MAGIC = b"walkdown names 1\n"
BITS_A_NAME = 12
HASHES = 8
MOST_NAMES = 20_000_000
MOST_BYTES = 64 * 1024 * 1024
_MOST_HEADER = 4096
_PERSON = b"walkdown-names"
_LENGTH = 4  # bytes that say how long the header is
_LOW = 0xFFFFFFFF


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`as_of`: the day the list speaks for, ISO 8601 in UTC. `digest`: over the other fields and the bits."""

    ecosystem: str
    as_of: str
    names: int
    bits: int
    hashes: int
    source: str = ""
    digest: str = ""


class Filter:
    """The opened file. A lookup takes a few microseconds."""

    __slots__ = ("_bits", "header")

    def __init__(self, header: Header, bits: bytes) -> None:
        self.header = header
        self._bits = bits

    def __contains__(self, name: str) -> bool:
        bits, size = self._bits, self.header.bits
        seed = _seed(name)
        at, step = seed & _LOW, (seed >> 32) | 1
        for _ in range(self.header.hashes):
            spot = at % size
            if not bits[spot >> 3] >> (spot & 7) & 1:
                return False
            at += step
        return True


def build(ecosystem: str, names: Iterable[str], as_of: str, source: str = "") -> bytes:
    """The whole file. Names are taken as they come; 8 bytes are held for each until all have been seen."""
    seeds = array("Q")
    for name in names:
        seeds.append(_seed(name))
        if len(seeds) > MOST_NAMES:
            raise AdvisoryError(f"A list of more than {MOST_NAMES:,} names is no list of packages.")
    if not seeds:
        raise AdvisoryError("The list of names is empty.", "An index without names would call every package invented.")
    size = max(64, -(-len(seeds) * BITS_A_NAME // 8) * 8)
    bits = bytearray(size // 8)
    for seed in seeds:
        at, step = seed & _LOW, (seed >> 32) | 1
        for _ in range(HASHES):
            spot = at % size
            bits[spot >> 3] |= 1 << (spot & 7)
            at += step
    header = Header(ecosystem, as_of, len(seeds), size, HASHES, source)
    header = msgspec.structs.replace(header, digest=_digest(header, bytes(bits)))
    told = msgspec.json.encode(header)
    return MAGIC + len(told).to_bytes(_LENGTH, "little") + told + bytes(bits)


def read(path: Path) -> Filter:
    """Raises AdvisoryError where the file is not whole, or its bits do not fit what it says of itself."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise AdvisoryError(f"The index of names {path.name} cannot be read.", "Try: walkdown db update") from error
    if len(data) > MOST_BYTES:
        raise _broken(path, "it is too large")
    return decode(data, path)


def decode(data: bytes, path: Path) -> Filter:
    if not data.startswith(MAGIC):
        raise _broken(path, "it is not one")
    start = len(MAGIC) + _LENGTH
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    if length > _MOST_HEADER:
        raise _broken(path, "its header is too long")
    try:
        header = msgspec.json.decode(data[start : start + length], type=Header)
    except msgspec.DecodeError as error:
        raise _broken(path, "its header cannot be read") from error
    bits = data[start + length :]
    if not (1 <= header.hashes <= 16 and 1 <= header.names <= MOST_NAMES and header.bits == len(bits) * 8 > 0):
        raise _broken(path, "it is cut short or its numbers do not fit")
    if header.digest != _digest(header, bits):
        raise _broken(path, "its checksum is wrong")
    _check_fill(path, header, bits)
    return Filter(header, bits)


def write(path: Path, data: bytes) -> Filter:
    """Puts the file in place of an older one, in one step and only if it proves to be sound."""
    made = decode(data, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise AdvisoryError(f"The index of names could not be written to {path.name}.", "Is the disk full?") from error
    return made


def _check_fill(path: Path, header: Header, bits: bytes) -> None:
    """A filter of ones knows every name, one of zeros none: neither comes from a list of names."""
    expected = 1 - math.exp(-header.hashes * header.names / header.bits)
    ones = int.from_bytes(bits, "little").bit_count()
    share = ones / header.bits
    # Each name sets as many bits as there are hashes, or fewer; with few names the share alone says little.
    many = ones > header.hashes * header.names
    if expected > 0.6 or many or (header.names >= 1000 and abs(share - expected) > 0.1):
        raise _broken(path, "it is not filled as a list of that many names would fill it")


def _seed(name: str) -> int:
    data = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8, person=_PERSON).digest(), "little")


def _digest(header: Header, bits: bytes) -> str:
    told = msgspec.json.encode(msgspec.structs.replace(header, digest=""))
    return hashlib.sha256(told + b"\0" + bits).hexdigest()


def _broken(path: Path, why: str) -> AdvisoryError:
    return AdvisoryError(f"The index of names {path.name} cannot be used: {why}.", "Try: walkdown db update")
