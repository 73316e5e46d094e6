"""The last scan of a repo, kept so that opening it again shows at once what was known. Places and hashes, no code."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from walkdown.model import (
    Confidence,
    Door,
    Fact,
    Finding,
    Looks,
    Place,
    Report,
    Rule,
    ScanResult,
    Severity,
    Silence,
    Source,
    Step,
    TargetFacts,
    Topics,
)

_SHAPE = 5
_FILE = "last.msgpack"


class _Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A finding with its rule and sources as numbers: a hundred thousand findings share a few dozen of each."""

    rule: int
    severity: Severity
    confidence: Confidence
    place: Place
    id: str
    sources: int
    places: tuple[Place, ...]
    steps: tuple[Step, ...]
    silenced: Silence | None
    fingerprint: str
    context: str
    secret: str
    keyed: str
    preview: str


class _Kept(msgspec.Struct, frozen=True):
    shape: int
    target: TargetFacts
    reports: tuple[Report, ...]
    facts: tuple[Fact, ...]
    rules: tuple[Rule, ...]
    sources: tuple[tuple[Source, ...], ...]
    rows: tuple[_Row, ...]
    version: str
    settings_digest: str
    started: str
    finished: str
    asked: str = ""
    looks: tuple[Looks, ...] = ()
    topics: Topics = Topics()
    unread: Mapping[str, str] = {}
    doors: tuple[Door, ...] = ()
    guard_files: Mapping[str, str] = {}


class _Shaped(msgspec.Struct, frozen=True):
    shape: int


class Last(msgspec.Struct, frozen=True):
    """`asked`: what the scan went by; another question has another answer."""

    result: ScanResult
    asked: str


def forget(folder: Path) -> None:
    """It speaks of findings by names that no longer count."""
    (folder / _FILE).unlink(missing_ok=True)


def load(folder: Path) -> Last | None:
    """None where there is none that can be read: the scan that runs anyway makes a new one."""
    try:
        data = (folder / _FILE).read_bytes()
        if msgspec.msgpack.decode(data, type=_Shaped).shape != _SHAPE:
            return None
        with _undisturbed():
            return _opened(msgspec.msgpack.decode(data, type=_Kept))
    except (OSError, msgspec.MsgspecError, IndexError):
        return None


def save(folder: Path, result: ScanResult, asked: str) -> str:
    """Empty, or why it could not be kept."""
    part = folder / f"{_FILE}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_bytes(msgspec.msgpack.encode(_kept(result, asked)))
        part.replace(folder / _FILE)
    except (OSError, UnicodeEncodeError) as error:
        with contextlib.suppress(OSError):
            part.unlink()
        why = error.strerror if isinstance(error, OSError) else "a name in it is no text"
        return f"This scan could not be kept for the next start ({why})."
    return ""


def _kept(result: ScanResult, asked: str) -> _Kept:
    rules: dict[Rule, int] = {}
    sources: dict[tuple[Source, ...], int] = {}
    rows = tuple(
        _Row(
            rules.setdefault(one.rule, len(rules)),
            one.severity,
            one.confidence,
            one.place,
            one.id,
            sources.setdefault(one.sources, len(sources)),
            one.places,
            one.steps,
            one.silenced,
            one.fingerprint,
            one.context,
            one.secret,
            one.keyed,
            one.preview,
        )
        for one in result.findings
    )
    return _Kept(
        shape=_SHAPE,
        target=result.target,
        reports=result.reports,
        facts=result.facts,
        rules=tuple(rules),
        sources=tuple(sources),
        rows=rows,
        version=result.version,
        settings_digest=result.settings_digest,
        started=result.started,
        finished=result.finished,
        asked=asked,
        looks=result.looks,
        topics=result.topics,
        unread=result.unread,
        doors=result.doors,
        guard_files=result.guard_files,
    )


def _opened(kept: _Kept) -> Last:
    return Last(
        ScanResult(
            target=kept.target,
            reports=kept.reports,
            findings=tuple(_findings(kept.rows, kept.rules, kept.sources)),
            facts=kept.facts,
            version=kept.version,
            settings_digest=kept.settings_digest,
            started=kept.started,
            finished=kept.finished,
            looks=kept.looks,
            topics=kept.topics,
            unread=kept.unread,
            doors=kept.doors,
            guard_files=kept.guard_files,
        ),
        kept.asked,
    )


def _findings(rows: Sequence[_Row], rules: Sequence[Rule], sources: Sequence[tuple[Source, ...]]) -> Iterator[Finding]:
    for row in rows:
        yield Finding(
            rules[row.rule],
            row.severity,
            row.confidence,
            row.place,
            row.id,
            sources[row.sources],
            row.places,
            row.steps,
            row.silenced,
            row.fingerprint,
            row.context,
            row.secret,
            row.keyed,
            row.preview,
        )


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Python would look through all the new objects again and again for cycles that cannot be there."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
