"""The published shape of a scan, `walkdown.scan/1`: what `walkdown scan --format json` prints, field by field.

Other programs read this. Fields may be added; none is renamed, removed or given another meaning under the same name.
Every field is always there, so that nobody has to guess what a missing one means.
"""

from __future__ import annotations

import msgspec

from walkdown.model.finding import Silence, Source
from walkdown.model.outcome import SkipKind
from walkdown.model.place import Place
from walkdown.model.result import StackPart
from walkdown.model.severity import Confidence, Severity

SCHEMA = "walkdown.scan/1"


class WireRule(msgspec.Struct, frozen=True):
    tool: str
    id: str
    title: str
    url: str


class WireStep(msgspec.Struct, frozen=True):
    place: Place
    role: str


class WireSkip(msgspec.Struct, frozen=True):
    """`code` is the class of reason, one word; `reason` is the sentence for people."""

    path: str
    kind: SkipKind
    code: str
    reason: str


class WireCoverage(msgspec.Struct, frozen=True):
    asked: int
    files: int
    skipped: tuple[WireSkip, ...]


class WireOutcome(msgspec.Struct, frozen=True):
    """`state`: ran, nothing, missing, failed, timed-out or cancelled. `detail`: why, and what to do about it."""

    scanner: str
    version: str
    state: str
    detail: str
    complete: bool
    seconds: float
    cached_files: int
    coverage: WireCoverage
    notes: tuple[str, ...]


class WireTarget(msgspec.Struct, frozen=True):
    root: str
    head: str
    branch: str
    dirty: bool
    tree: str
    looked: str
    stack: tuple[StackPart, ...]
    skipped: tuple[WireSkip, ...]
    notes: tuple[str, ...]
    narrowed: bool


class WireFinding(msgspec.Struct, frozen=True):
    """`path` to `end_column` repeat the main place where it lies in a file of the tree, else they are empty or 0."""

    id: str
    rule: WireRule
    sources: tuple[Source, ...]
    hazard: str
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]
    place: Place
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    places: tuple[Place, ...]
    steps: tuple[WireStep, ...]
    message: str
    code: str
    silenced: Silence | None
    fix: str


class WireFact(msgspec.Struct, frozen=True):
    rule: WireRule
    hazard: str
    confidence: Confidence
    place: Place
    path: str
    line: int
    message: str


class WireScan(msgspec.Struct, frozen=True):
    """`walkdown` is the version that wrote it; times are UTC. `complete` is false where anything was not looked at.
    `doors`: how many entrances were found; `walkdown doors` tells them."""

    schema: str
    walkdown: str
    started: str
    finished: str
    settings_digest: str
    complete: bool
    doors: int
    target: WireTarget
    outcomes: tuple[WireOutcome, ...]
    findings: tuple[WireFinding, ...]
    facts: tuple[WireFact, ...]
