"""Whether anything changed since the last look: the code, or what is installed. Then the answer stands as it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from walkdown.model.scanner import Parsed, Sources
from walkdown.scanners.apis.environments import Environments

_MOST_PACKAGES = 20_000


class Kept(msgspec.Struct, frozen=True, array_like=True):
    state: str
    parsed: Parsed


def state_of(sources: Sources, environments: Environments, bases: Sequence[str], version: str) -> str:
    """A package manager writes a package's own folder anew when it installs another version of it. What somebody
    edits by hand inside of one is not seen."""
    found = hashlib.sha256(version.encode())
    for file in sources.files:
        found.update(f"{file.content} {file.path}\n".encode("utf-8", "surrogatepass"))
    for manifest in sources.manifests():
        found.update(f"{manifest.path} {len(manifest.dependencies)}\n".encode("utf-8", "surrogatepass"))
    for line in _installed(environments, bases):
        found.update(line.encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def recall(remembered: bytes | None, state: str) -> Parsed | None:
    if not remembered:
        return None
    try:
        kept = msgspec.msgpack.decode(remembered, type=Kept)
    except msgspec.MsgspecError:
        return None  # of another version of walkdown: everything is read again
    return kept.parsed if kept.state == state else None


def keep(state: str, parsed: Parsed) -> bytes:
    return msgspec.msgpack.encode(Kept(state, parsed))


def _installed(environments: Environments, bases: Sequence[str]) -> Iterator[str]:
    roots = dict.fromkeys(library.folder.root for library in environments.python(bases))
    modules = dict.fromkeys(
        folder.root for base in ("", *bases) for folder in environments.node(f"{base}/x" if base else "x")
    )
    for root in (*roots, *modules):
        yield from _packages_in(root)


def _packages_in(root: str) -> Iterator[str]:
    names = sorted(_names(root))
    scoped = [f"{name}/{inner}" for name in names if name.startswith("@") for inner in sorted(_names(f"{root}/{name}"))]
    for name in [*names, *scoped][:_MOST_PACKAGES]:
        try:
            seen = os.lstat(f"{root}/{name}")
        except OSError:
            continue  # gone between the two looks: then the next look differs
        yield f"{root}/{name} {seen.st_mtime_ns} {seen.st_ino}\n"


def _names(folder: str) -> Iterable[str]:
    try:
        with os.scandir(folder) as listing:
            return [entry.name for entry in listing]
    except OSError:
        return []
