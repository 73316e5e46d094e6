"""What a check of a record comes to: one code from the table, one line for people, and everything behind it."""

from __future__ import annotations

import msgspec

from walkdown.record.statement import Statement

VALID, POLICY, UNREADABLE, INCOMPLETE = 0, 1, 2, 3
STALE, TAMPERED, UNKNOWN_SIGNER, UNSIGNED, EXPIRED = 4, 5, 6, 7, 8
# Where several hold, the first of these is the exit code.
RANK = (UNREADABLE, TAMPERED, UNKNOWN_SIGNER, UNSIGNED, EXPIRED, STALE, POLICY, INCOMPLETE, VALID)


class Vouched(msgspec.Struct, frozen=True):
    """One countersignature. `key`: fingerprint of the key that really signed. `why`: who vouches for that key, or why
    nobody does."""

    file: str
    name: str
    mail: str
    role: str
    time: str
    by_machine: bool
    trusted: bool
    key: str = ""
    why: str = ""


class Problem(msgspec.Struct, frozen=True):
    """`parts`: which of the files disagree."""

    code: int
    line: str
    parts: tuple[str, ...] = ()


class Reopened(msgspec.Struct, frozen=True):
    """Something decided that no longer stands. `sure`: a scan says so; otherwise changed files bear on it and it may.
    `cause`: code, rules, age or expiry. `paths`: the changed files that bear on it, where git can name them."""

    kind: str
    id: str
    title: str
    why: str
    cause: str
    sure: bool = False
    paths: tuple[str, ...] = ()


class Verification(msgspec.Struct, frozen=True):
    """`statement` is None where nothing readable was found. `changed`: files that differ from the record's, where git
    can name them. `notes`: what could not be checked here, and what else one should know."""

    record: str
    code: int
    line: str
    statement: Statement | None = None
    problems: tuple[Problem, ...] = ()
    signers: tuple[Vouched, ...] = ()
    reopened: tuple[Reopened, ...] = ()
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def trusted(self) -> tuple[Vouched, ...]:
        return tuple(one for one in self.signers if one.trusted)


def worst(problems: tuple[Problem, ...]) -> int:
    codes = {one.code for one in problems}
    return next((code for code in RANK if code in codes), VALID)
