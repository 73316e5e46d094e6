"""The sign-off as data: an in-toto Statement in canonical JSON, so that equal content always has equal bytes.

It holds all that the Markdown shows. Every text in it was masked before: no secret, no path of the signer's machine.
"""

from __future__ import annotations

import hashlib
from typing import cast

import msgspec
import rfc8785

from walkdown.model import Actor, Channel, Decision, Place, Severity, Source, Topics

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:walkdown:signoff:1"
COUNTERSIGNATURE_TYPE = "urn:walkdown:countersignature:1"


class Digest(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`git_commit` and `git_tree` as in-toto names them; `looked` is our hash over everything that was scanned."""

    git_commit: str = ""
    git_tree: str = ""
    looked: str = ""


class RecordSubject(msgspec.Struct, frozen=True):
    name: str
    digest: Digest


class Counts(msgspec.Struct, frozen=True):
    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    info: int = 0


class Repo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What tells a record of this repository from one of another. `roots`: its first commits; none without git, and
    none from a shallow clone. `prefix`: the folder of the repository that was looked at, empty for all of it."""

    roots: tuple[str, ...] = ()
    prefix: str = ""
    branch: str = ""


class Occasion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the sign-off is for, as the signer says."""

    environment: str = ""
    release: str = ""
    ticket: str = ""


class ListLine(msgspec.Struct, frozen=True):
    name: str
    title: str
    version: str
    digest: str


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """A decision that stood when it was signed, and who made it, when, through which channel. `origin`: the earlier
    record it was carried over from. `disputed`: who decided otherwise at the same time."""

    decision: Decision
    by: Actor
    at: str
    channel: Channel
    origin: str = ""
    disputed: tuple[Actor, ...] = ()


class ItemLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item. `open`: why it did not count as settled, empty where it did. `found`: ids of the findings that spoke
    against it or were set aside. `facts`: digest of what spoke for it. `topics`: what kinds of files bear on it;
    `looked`: whether a scanner looks for its hazards, so that a scan can tell that nothing changed."""

    id: str
    title: str
    section: str
    question: str
    reach: str
    blocking: bool
    standpoint: str
    domain: str
    against: int = 0
    speaking_for: int = 0
    dismissed: int = 0
    gaps: int = 0
    found: tuple[str, ...] = ()
    facts: str = ""
    topics: tuple[str, ...] = ()
    looked: bool = False
    max_age_days: int | None = None
    opened: bool = False
    note: str = ""
    said: Said | None = None
    open: str = ""


class FindingLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """`file`: content id of the file it is in. `family` to `context`: how it is recognised elsewhere; hashes, no code.
    `keyed`: a secret's value counts too, which only a machine that has the file can tell."""

    id: str
    title: str
    tool: str
    rule: str
    hazard: str
    severity: Severity
    confidence: str
    place: Place
    sources: tuple[Source, ...] = ()
    file: str = ""
    family: str = ""
    fingerprint: str = ""
    context: str = ""
    keyed: bool = False
    said: Said | None = None
    note: str = ""
    open: str = ""
    aside: str = ""

    # aside: why it is set aside though nobody decided about it by itself: a door or a guard answers it, says somebody.


class GapLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that nobody looked at. `kind`: gap or limit. `said`: a person let it go; `by_class`: with its kind."""

    id: str
    scanner: str
    path: str
    code: str
    reason: str
    kind: str = "gap"
    by_class: bool = False
    said: Said | None = None


class CheckLine(msgspec.Struct, frozen=True):
    """A guard at a door, and what it asks as far as that was read or said."""

    name: str
    checks: str


class DoorLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entrance of the application. `guard`: what holds in effect, empty where nothing does. `writes`: the tables
    behind it that it writes to. `found`: ids of the findings about it. `files`: what a decision about it rests on, the
    door's own file first. `open`: why it did not count as settled, empty where it did."""

    id: str
    kind: str
    method: str
    path: str
    file: str
    line: int
    guard: str = ""
    checks: tuple[CheckLine, ...] = ()
    validated: str = "none"
    limiter: str = ""
    writes: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    said: Said | None = None
    note: str = ""
    open: str = ""

    @property
    def title(self) -> str:
        return " ".join(part for part in (self.method or self.kind, self.path) if part)


class GuardLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A guard of which somebody said what it asks. `read`: what the map itself read in it. `doors`: how many it stands
    before. `content`: of its file. `open`: why what was said did not count, empty where it did."""

    id: str
    name: str
    path: str
    line: int
    read: str
    doors: int
    said: Said
    content: str = ""
    open: str = ""


class ToolLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one scanner ended. `rules`: digest of version and rules. `data`: what it asked beside its rules, and when."""

    scanner: str
    version: str
    state: str
    detail: str = ""
    asked: int = 0
    files: int = 0
    gaps: int = 0
    rules: str = ""
    data: str = ""
    data_at: str = ""


class ExceptionLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that stood open and was signed over. `kind`: scan, item, finding, gap, door, guard or tree."""

    kind: str
    id: str
    title: str
    why: str
    place: str = ""


class Hunk(msgspec.Struct, frozen=True, omit_defaults=True):
    """Changed lines that bear on security. `what`: guard-removed or must-read; `why` names the topic or the guard."""

    what: str
    path: str
    line: int
    why: str


class Since(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changed since an earlier sign-off. `told`: why something of it could not be told."""

    record: str
    sha256: str
    made: str
    commit: str
    by: tuple[str, ...] = ()
    changed: int = 0
    added: int = 0
    removed: int = 0
    new_findings: int = 0
    gone_findings: int = 0
    reopened: tuple[str, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    told: str = ""


class Signer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who made the record, as they say themselves; the signatures beside it prove it."""

    name: str
    mail: str = ""
    role: str = ""


class Predicate(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """`by_machine`: no person typed anything. `files`: how many were scanned. `scope`: what was left out on purpose.
    `lists`: the checklists that were walked. `since`: against the newest sign-off with a trusted signature. `doors`:
    the map of entrances; `guards`: what people said of those that stand there."""

    walkdown: str
    made: str
    verdict: str
    by_machine: bool
    signer: Signer
    unsigned: bool
    repo: Repo
    occasion: Occasion
    dirty: bool
    threshold: Severity
    offline: bool
    settings_digest: str
    scanned: str
    files: int
    lists: tuple[ListLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    items: tuple[ItemLine, ...]
    findings: tuple[FindingLine, ...]
    counts: Counts
    gaps: tuple[GapLine, ...]
    tools: tuple[ToolLine, ...]
    topics: Topics
    stack: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    since: Since | None = None
    markdown_sha256: str = ""
    doors: tuple[DoorLine, ...] = ()
    guards: tuple[GuardLine, ...] = ()


class Statement(msgspec.Struct, frozen=True):
    subject: tuple[RecordSubject, ...]
    predicate: Predicate
    predicate_type: str = msgspec.field(name="predicateType", default=PREDICATE_TYPE)
    type: str = msgspec.field(name="_type", default=STATEMENT_TYPE)

    @property
    def about(self) -> RecordSubject:
        return self.subject[0]


class Countersignature(msgspec.Struct, frozen=True, rename="camel"):
    """What a signer really signs: which record, as whom, in which role, when, and whether a person did it."""

    record_sha256: str
    record: str
    name: str
    mail: str
    role: str
    time: str
    by_machine: bool = False
    type: str = msgspec.field(name="_type", default=COUNTERSIGNATURE_TYPE)


def canonical(value: Statement | Countersignature) -> bytes:
    """RFC 8785, with a newline at the end so that editors and git leave it alone."""
    return canonical_json(msgspec.to_builtins(value))


def canonical_json(value: object) -> bytes:
    """Of any JSON value: an older or newer walkdown's record is in canonical form, too."""
    # JSON types only; the library's own type for them is not exported.
    return rfc8785.dumps(cast("dict[str, str]", value)) + b"\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
