"""The published shape of a check, `walkdown.verify/1`: what `walkdown verify --format json` prints, field by field.

As with the scan's shape: fields may be added, none is renamed, removed or given another meaning under the same name.
"""

from __future__ import annotations

import msgspec

from walkdown.record.statement import ExceptionLine, Statement
from walkdown.record.verification import Problem, Reopened, Verification, Vouched

VERIFY = "walkdown.verify/1"


class WireRecord(msgspec.Struct, frozen=True):
    """What the record says of itself. `commit`, `tree`, `looked`: what was signed; empty where there was no git."""

    subject: str
    commit: str
    tree: str
    looked: str
    made: str
    verdict: str
    by_machine: bool
    dirty: bool
    exceptions: tuple[ExceptionLine, ...]


class WireVerify(msgspec.Struct, frozen=True):
    """`code`: the exit code. `about` is null where the record cannot be read. `reopened`: what no longer stands
    (`sure`), or may not. `changed`: the files that git can name. `rescanned`: a scan took part."""

    schema: str
    record: str
    code: int
    valid: bool
    line: str
    about: WireRecord | None
    problems: tuple[Problem, ...]
    signers: tuple[Vouched, ...]
    reopened: tuple[Reopened, ...]
    changed: tuple[str, ...]
    notes: tuple[str, ...]
    rescanned: bool


def wire_of(one: Verification, *, rescanned: bool) -> WireVerify:
    return WireVerify(
        VERIFY, one.record, one.code, one.code == 0, one.line, _about(one.statement), one.problems, one.signers,
        one.reopened, one.changed, one.notes, rescanned,
    )  # fmt: skip


def _about(statement: Statement | None) -> WireRecord | None:
    if statement is None:
        return None
    digest, predicate = statement.about.digest, statement.predicate
    return WireRecord(
        statement.about.name, digest.git_commit, digest.git_tree, digest.looked, predicate.made, predicate.verdict,
        predicate.by_machine, predicate.dirty, predicate.exceptions,
    )  # fmt: skip
