"""Verifications for tests of the gate, without a record behind them."""

from __future__ import annotations

from datetime import datetime, timezone

from walkdown.model import Severity, Topics
from walkdown.record.statement import (
    Counts,
    Digest,
    ExceptionLine,
    Occasion,
    Predicate,
    RecordSubject,
    Repo,
    Signer,
    Statement,
)
from walkdown.record.verification import VALID, Reopened, Verification, Vouched

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)
RECORD = "2026-11-20-abcdef123456"
TREE = ExceptionLine("tree", "", "Uncommitted changes", "the tree is not what a commit says")
OPEN = ExceptionLine("item", "auth.guards", "Endpoints are guarded", "undecided")


def signer(
    name: str = "Ada", mail: str = "ada@example.org", *, key: str = "", machine: bool = False, trusted: bool = True
) -> Vouched:
    key = key or f"SHA256:{name}"
    return Vouched(f"{RECORD}.{name}.json", name, mail, "reviewer", "2026-11-20T11:00:00Z", machine, trusted, key)


def verification(
    code: int = VALID,
    line: str = "Valid: Ada signed exactly what lies here.",
    *,
    signers: tuple[Vouched, ...] | None = None,
    made: str = "2026-11-20T11:00:00Z",
    exceptions: tuple[ExceptionLine, ...] = (),
    dirty: bool = False,
    changed: tuple[str, ...] = (),
    reopened: tuple[Reopened, ...] = (),
    readable: bool = True,
    notes: tuple[str, ...] = (),
) -> Verification:
    predicate = Predicate(
        walkdown="0.1.0", made=made, verdict="Signed", by_machine=False, signer=Signer("Ada"), unsigned=False,
        repo=Repo(), occasion=Occasion(), dirty=dirty, threshold=Severity.HIGH, offline=True, settings_digest="",
        scanned=made, files=1, lists=(), exceptions=exceptions, items=(), findings=(), counts=Counts(), gaps=(),
        tools=(), topics=Topics(),
    )  # fmt: skip
    statement = Statement((RecordSubject("shop", Digest("a" * 40, "b" * 40, "c" * 64)),), predicate)
    return Verification(
        RECORD, code, line, statement if readable else None, signers=(signer(),) if signers is None else signers,
        reopened=reopened, changed=changed, notes=notes,
    )  # fmt: skip
