"""One look at the names in a project: read what it declares, imports and installs, and judge all of it."""

from __future__ import annotations

import msgspec

from walkdown.advisories.names import NameIndex
from walkdown.model.finding import Finding
from walkdown.model.outcome import Skipped
from walkdown.model.scanner import Sources
from walkdown.scanners.packages.judge import Judge
from walkdown.scanners.packages.pinning import Pinning
from walkdown.scanners.packages.project import read_project
from walkdown.scanners.packages.uses import Memory, read_uses


class Seen(msgspec.Struct, frozen=True):
    """`asked_of`: the ecosystems whose names were asked for. `memory`: what the next look need not read again."""

    findings: tuple[Finding, ...]
    looked: frozenset[str]
    skipped: tuple[Skipped, ...]
    asked_of: frozenset[str]
    memory: bytes


def look(index: NameIndex, sources: Sources, remembered: bytes | None) -> Seen:
    project = read_project(sources)
    read = read_uses(sources, project, _recall(remembered))
    judge = Judge(index, project, sources.manifests(), read, sources)
    findings = (*judge.findings(), *Pinning(sources.manifests(), sources, index.knows).findings())
    memory = msgspec.msgpack.encode(Memory(read.memory))
    return Seen(findings, frozenset(judge.looked), tuple(judge.skipped), frozenset(judge.asked_of), memory)


def _recall(remembered: bytes | None) -> Memory:
    if not remembered:
        return Memory()
    try:
        return msgspec.msgpack.decode(remembered, type=Memory)
    except msgspec.MsgspecError:
        return Memory()  # of another version of walkdown: everything is read again
