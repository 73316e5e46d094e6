"""What all manifest readers share: their result, how they give up, and careful decoding of text, TOML and JSON."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.manifests.names import ecosystem_of, folder_of
from walkdown.target.manifests.tree import Tree

PYPI = "PyPI"

_T = TypeVar("_T")

MOST_ENTRIES = 20_000

# TOML parsers need quadratic time for a key of many parts; no honest manifest has a hundred.
_DOTTED = re.compile(rb"(?:\.[\w \t\"'-]{0,80})+")
_MOST_PARTS = 100


class Unreadable(Exception):  # noqa: N818
    """A manifest is not what its name says. The text ends up in a gap: it names no content of the file."""


class Reference(msgspec.Struct, frozen=True):
    """A file that a manifest asks to be read as well, as it is written there."""

    target: str
    line: int
    kind: str


class Reading(msgspec.Struct, frozen=True):
    """`tree`: who needs whom, where a lock says it. `unmarked`: no tool says that it wrote this lock."""

    manifest: Manifest
    references: tuple[Reference, ...] = ()
    tree: Tree | None = None
    unmarked: bool = False


def broken(path: str, kind: str, code: str, reason: str) -> Reading:
    """The reading of a file that could not be read: a manifest whose only content is the gap."""
    gap = Skipped(path, SkipKind.GAP, code, f"Its packages were not checked: {reason}.")
    return Reading(Manifest(path, kind, ecosystem_of(kind), covers=folder_of(path), skipped=(gap,)))


def gap(path: str, code: str, reason: str) -> Skipped:
    return Skipped(path, SkipKind.GAP, code, reason)


def check_length(entries: int) -> None:
    """A list made to keep us busy is no list of packages."""
    if entries > MOST_ENTRIES:
        raise Unreadable(f"it lists more than {MOST_ENTRIES} packages")


def decode_text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8 text") from error


def takes_for_ever(toml: bytes) -> bool:
    """A key that any TOML parser would need minutes for."""
    return any(run.group().count(b".") > _MOST_PARTS for run in _DOTTED.finditer(toml))


def decode_toml(data: bytes, shape: type[_T]) -> tuple[_T, str]:
    """The typed content and the text it was read from, which is where lines are looked up."""
    text = decode_text(data)
    if takes_for_ever(data):
        raise Unreadable("it has a key of more parts than any reader should have to take")
    try:
        return msgspec.toml.decode(text, type=shape, strict=False), text
    except msgspec.ValidationError as error:
        raise Unreadable(f"it does not have the usual form ({_where(error)})") from error
    except msgspec.DecodeError as error:
        raise Unreadable("it is not valid TOML") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def decode_json(data: bytes, shape: type[_T]) -> tuple[_T, str]:
    text = decode_text(data)
    try:
        return msgspec.json.decode(text, type=shape, strict=False), text
    except msgspec.ValidationError as error:
        raise Unreadable(f"it does not have the usual form ({_where(error)})") from error
    except msgspec.DecodeError as error:
        raise Unreadable("it is not valid JSON") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def normalised(name: str) -> str:
    """The name as the index knows it; empty where it cannot be a package's name."""
    try:
        return canonicalize_name(name, validate=True)
    except InvalidName:
        return ""


def exact_version(text: str) -> str:
    """The version in its normal form; empty where it is none."""
    try:
        return str(Version(text))
    except InvalidVersion:
        return ""


def from_requirement(text: str, path: str, line: int, group: str = "") -> Dependency | None:
    """A dependency written as PEP 508 has it; None where it is not understood."""
    try:
        wanted = Requirement(text)
    except (InvalidRequirement, RecursionError):
        return None
    name = normalised(wanted.name)
    if not name:
        return None
    version = _pinned_to(wanted)
    if wanted.url is not None:
        # The address may hold a password, so only the fact that there is one is kept.
        pin, specifier = Pin.URL, ""
    elif version:
        pin, specifier = Pin.EXACT, str(wanted.specifier)
    else:
        pin, specifier = (Pin.RANGE if wanted.specifier else Pin.ANY), str(wanted.specifier)
    return Dependency(
        PYPI, name, version=version if pin is Pin.EXACT else "", pin=pin, specifier=specifier,
        marker=str(wanted.marker or ""), extras=tuple(sorted(wanted.extras)), path=path, line=line, group=group,
    )  # fmt: skip


def _pinned_to(wanted: Requirement) -> str:
    for one in wanted.specifier:
        if one.operator in ("==", "===") and not one.version.endswith(".*"):
            return exact_version(one.version)
    return ""


def _where(error: msgspec.ValidationError) -> str:
    """The place a decoder names in its message, without the value it quotes."""
    found = re.search(r"at `\$([\w.\[\]-]{0,80})`", str(error))
    return f"at {found.group(1).lstrip('.')}" if found and found.group(1) else "at its top"
