"""How results lie in the cache: findings and facts of one file without its path, so that a moved file finds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from walkdown import __version__
from walkdown.model import Door, Fact, FilePlace, Finding, Place, Rule, Skipped

# Counts up when the shape of an entry or what `describe` puts into findings changes.
_SHAPE = 1


class FileEntry(msgspec.Struct, frozen=True, array_like=True):
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]


class JobEntry(msgspec.Struct, frozen=True, array_like=True):
    """`at`: when the answer was given; answers about the outside world age."""

    at: float
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    looked: tuple[str, ...]
    skipped: tuple[Skipped, ...]


class LinkEntry(msgspec.Struct, frozen=True, array_like=True):
    """The map of a whole target, as it came of exactly these contents."""

    doors: tuple[Door, ...]
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    skipped: tuple[Skipped, ...]


class Memory(msgspec.Struct, frozen=True, array_like=True):
    """What a JobScanner asked to be told again next time."""

    data: bytes


_encoder = msgspec.msgpack.Encoder()
_files = msgspec.msgpack.Decoder(FileEntry)
_jobs = msgspec.msgpack.Decoder(JobEntry)
_links = msgspec.msgpack.Decoder(LinkEntry)
_memories = msgspec.msgpack.Decoder(Memory)


def cache_key(secret_key: bytes, scanner_key: str, *parts: str) -> bytes:
    """Keyed, because what is kept holds hashes made with that key. Another walkdown may read a tool's output better."""
    text = "\0".join((__version__, str(_SHAPE), scanner_key, *parts))
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=20, key=secret_key).digest()


def rules_digest(scanner_key: str) -> str:
    """Tells in a report whether the same tool with the same rules looked; empty where none got that far."""
    return hashlib.sha256(scanner_key.encode("utf-8", "surrogatepass")).hexdigest()[:16] if scanner_key else ""


def encode_file(path: str, findings: Iterable[Finding], facts: Iterable[Fact]) -> bytes:
    kept = tuple(relocate(finding, path, "") for finding in findings)
    return _encoder.encode(FileEntry(kept, tuple(relocate_fact(fact, path, "") for fact in facts)))


class Reader:
    """Reads entries back. One Rule object serves all findings of the rule; else 50,000 of them would hold its text."""

    def __init__(self) -> None:
        self._rules: dict[Rule, Rule] = {}

    def file(self, data: bytes, path: str) -> FileEntry | None:
        """None where the entry cannot be understood: it is then as good as not there."""
        try:
            entry = _files.decode(data)
        except msgspec.MsgspecError:
            return None
        return FileEntry(
            tuple(relocate(self.share(finding), "", path) for finding in entry.findings),
            tuple(relocate_fact(fact, "", path) for fact in entry.facts),
        )

    def job(self, data: bytes) -> JobEntry | None:
        try:
            return _jobs.decode(data)
        except msgspec.MsgspecError:
            return None

    def link(self, data: bytes) -> LinkEntry | None:
        try:
            return _links.decode(data)
        except msgspec.MsgspecError:
            return None

    def share(self, finding: Finding) -> Finding:
        rule = self._rules.setdefault(finding.rule, finding.rule)
        return finding if rule is finding.rule else msgspec.structs.replace(finding, rule=rule)


def encode_job(entry: JobEntry) -> bytes:
    return _encoder.encode(entry)


def encode_link(entry: LinkEntry) -> bytes:
    return _encoder.encode(entry)


def encode_memory(data: bytes) -> bytes:
    return _encoder.encode(Memory(data))


def decode_memory(data: bytes) -> bytes | None:
    try:
        return _memories.decode(data).data
    except msgspec.MsgspecError:
        return None


def by_path(items: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings by the file of their main place; those that lie in no file come under an empty path."""
    groups: dict[str, list[Finding]] = {}
    for item in items:
        path = item.place.path if isinstance(item.place, FilePlace) else ""
        groups.setdefault(path, []).append(item)
    return groups


def relocate(finding: Finding, old: str, new: str) -> Finding:
    if old == new:
        return finding
    if not finding.places and not finding.steps:
        return msgspec.structs.replace(finding, place=_moved(finding.place, old, new))
    return msgspec.structs.replace(
        finding,
        place=_moved(finding.place, old, new),
        places=tuple(_moved(place, old, new) for place in finding.places),
        steps=tuple(msgspec.structs.replace(step, place=_moved(step.place, old, new)) for step in finding.steps),
    )


def relocate_fact(fact: Fact, old: str, new: str) -> Fact:
    return fact if old == new else msgspec.structs.replace(fact, place=_moved(fact.place, old, new))


def _moved(place: Place, old: str, new: str) -> Place:
    """Only the file itself loses its name; a step into another file keeps that one's."""
    if isinstance(place, FilePlace) and place.path == old:
        return msgspec.structs.replace(place, path=new)
    return place
