"""The sign-off as data: an in-toto Statement in canonical JSON, so that equal content always has equal bytes."""

from __future__ import annotations

import hashlib
from typing import cast

import msgspec
import rfc8785

from walkdown.errors import RecordError
from walkdown.model import Actor, Channel, Decision, Report, Skipped

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:walkdown:signoff:1"


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


class ItemLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item with the decision that stood when it was signed; Without one, `by`, `at`, `channel` are empty."""

    id: str
    title: str
    section: str
    standpoint: str
    against: int
    domain: str
    decision: Decision | None = None
    by: Actor | None = None
    at: str = ""
    channel: Channel | None = None


class Predicate(msgspec.Struct, frozen=True, rename="camel"):
    walkdown: str
    made: str
    verdict: str
    dirty: bool
    items: tuple[ItemLine, ...]
    findings: Counts
    finding_ids: tuple[str, ...]
    reports: tuple[Report, ...]
    gaps: tuple[Skipped, ...]
    settings_digest: str
    markdown_sha256: str


class Statement(msgspec.Struct, frozen=True):
    subject: tuple[RecordSubject, ...]
    predicate: Predicate
    predicate_type: str = msgspec.field(name="predicateType", default=PREDICATE_TYPE)
    type: str = msgspec.field(name="_type", default=STATEMENT_TYPE)


class Countersignature(msgspec.Struct, frozen=True, rename="camel"):
    """What a signer really signs: which record, as whom, in which role, when."""

    record_sha256: str
    name: str
    mail: str
    role: str
    time: str
    type: str = msgspec.field(name="_type", default="urn:walkdown:countersignature:1")


def canonical(value: Statement | Countersignature) -> bytes:
    """RFC 8785, with a newline at the end so that editors and git leave it alone."""
    # JSON types only come out of to_builtins; the library's own type for them is not exported.
    return rfc8785.dumps(cast("dict[str, str]", msgspec.to_builtins(value))) + b"\n"


def read_statement(data: bytes, name: str) -> Statement:
    try:
        statement = msgspec.json.decode(data, type=Statement)
    except msgspec.MsgspecError as error:
        raise RecordError(f"{name} is no walkdown record: {error}.", "Name the .json file of a record.") from error
    if statement.type != STATEMENT_TYPE or statement.predicate_type != PREDICATE_TYPE:
        raise RecordError(f"{name} is a {statement.predicate_type}, no walkdown record.", "Name another file.")
    return statement


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
