"""What a gate says in the forms that machines read: JSON, JUnit and GitHub's workflow commands. SARIF: gate_sarif.

A record, and the files it names, may be a stranger's. Every text goes through `words` on its way out, so that it stays
on its line and starts no command of the CI system that reads the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import msgspec

from walkdown.record.gate_shape import FAILED, SKIPPED, Gate, Point
from walkdown.record.plain import json_bytes
from walkdown.record.verification import (
    EXPIRED,
    INCOMPLETE,
    POLICY,
    STALE,
    TAMPERED,
    UNKNOWN_SIGNER,
    UNREADABLE,
    UNSIGNED,
    Reopened,
    Verification,
    Vouched,
)
from walkdown.safetext import Masker, for_terminal

CHECK = "walkdown.check/1"
_MOST_ANNOTATIONS = 50
_MOST_PATHS = 20
# `##[group]`, `##vso[...]` and the like count anywhere in a line of the log.
_COMMAND = re.compile(r"##(?=\s{0,9}\w{0,30}\[)")
_MASKER = Masker()
_WHY = {
    POLICY: "policy not met",
    UNREADABLE: "no readable record",
    INCOMPLETE: "incomplete",
    STALE: "stale",
    TAMPERED: "tampered",
    UNKNOWN_SIGNER: "unknown signer",
    UNSIGNED: "unsigned",
    EXPIRED: "a waiver has expired",
}


class WireCheckRecord(msgspec.Struct, frozen=True):
    """Empty texts where nothing readable was found. `commit`: what was looked at when it was signed."""

    name: str
    made: str
    verdict: str
    commit: str
    by_machine: bool
    exceptions: int


class WireCheckPoint(msgspec.Struct, frozen=True):
    """`state`: passed, failed or skipped."""

    name: str
    state: str
    why: str


class WireCheckSigner(msgspec.Struct, frozen=True):
    name: str
    mail: str
    role: str
    time: str
    by_machine: bool
    trusted: bool
    key: str
    why: str


class WireCheckReopened(msgspec.Struct, frozen=True):
    """`sure`: a scan says so; otherwise files changed that bear on it, and it may."""

    kind: str
    id: str
    title: str
    why: str
    cause: str
    sure: bool
    paths: tuple[str, ...]


class WireCheck(msgspec.Struct, frozen=True):
    """What `walkdown check --format json` prints. `code` is the exit code, from the table in the README."""

    schema: str
    passed: bool
    code: int
    line: str
    reasons: tuple[str, ...]
    record: WireCheckRecord
    points: tuple[WireCheckPoint, ...]
    signers: tuple[WireCheckSigner, ...]
    reopened: tuple[WireCheckReopened, ...]
    changed: tuple[str, ...]
    notes: tuple[str, ...]


def words(text: str) -> str:
    """One line for a log: nothing in it acts on a terminal, and no CI system takes a part of it for a command."""
    return _COMMAND.sub("# #", for_terminal(_MASKER.mask_text(text))).strip()


def headline(gate: Gate, verification: Verification) -> str:
    """The first line of what people read."""
    said = "passed" if gate.passed else f"FAILED ({_WHY.get(gate.code, 'refused')}, exit {gate.code})"
    record = words(verification.record)
    return f"walkdown check: {said}" + (f", record {record}" if record else "")


def check_json(gate: Gate, verification: Verification) -> bytes:
    return json_bytes(_wire(gate, verification)) + b"\n"


def _wire(gate: Gate, verification: Verification) -> WireCheck:
    return WireCheck(
        schema=CHECK,
        passed=gate.passed,
        code=gate.code,
        line=words(verification.line),
        reasons=tuple(map(words, gate.reasons)),
        record=_record(verification),
        points=tuple(WireCheckPoint(one.name, one.state, words(one.why)) for one in gate.points),
        signers=tuple(map(_signer, verification.signers)),
        reopened=tuple(map(_reopened, verification.reopened)),
        changed=tuple(map(words, verification.changed)),
        notes=tuple(map(words, verification.notes)),
    )


def _signer(one: Vouched) -> WireCheckSigner:
    return WireCheckSigner(
        name=words(one.name),
        mail=words(one.mail),
        role=words(one.role),
        time=words(one.time),
        by_machine=one.by_machine,
        trusted=one.trusted,
        key=words(one.key),
        why=words(one.why),
    )


def _reopened(one: Reopened) -> WireCheckReopened:
    return WireCheckReopened(
        kind=words(one.kind),
        id=words(one.id),
        title=words(one.title),
        why=words(one.why),
        cause=words(one.cause),
        sure=one.sure,
        paths=tuple(map(words, one.paths)),
    )


def _record(verification: Verification) -> WireCheckRecord:
    name = words(verification.record)
    if verification.statement is None:
        return WireCheckRecord(name, "", "", "", by_machine=False, exceptions=0)
    predicate = verification.statement.predicate
    commit = verification.statement.about.digest.git_commit
    return WireCheckRecord(
        name,
        words(predicate.made),
        words(predicate.verdict),
        words(commit),
        by_machine=predicate.by_machine,
        exceptions=len(predicate.exceptions),
    )


# --- JUnit -----------------------------------------------------------------------------------------------------------


def check_junit(gate: Gate, verification: Verification) -> bytes:
    """One test case for each point. What is reopened is told with the tree."""
    failures = sum(point.state == FAILED for point in gate.points)
    skipped = sum(point.state == SKIPPED for point in gate.points)
    counts = f'tests="{len(gate.points)}" failures="{failures}" errors="0" skipped="{skipped}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'<testsuite name="walkdown check" {counts}>',
        *(line for point in gate.points for line in _case(point, verification)),
        f"<system-out>{_xml(verification.line)}</system-out>",
        "</testsuite>",
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _case(point: Point, verification: Verification) -> Iterator[str]:
    head = f'<testcase classname="walkdown.check" name="{_xml(point.name)}"'
    if point.state == FAILED:
        reopened = verification.reopened if point.name == "tree" else ()
        body = "\n".join(_xml(text) for text in (point.why, *map(reopened_line, reopened)))
        yield f'{head}><failure message="{_xml(point.why)}">{body}</failure></testcase>'
    elif point.state == SKIPPED:
        yield f'{head}><skipped message="{_xml(point.why)}"/></testcase>'
    else:
        yield f"{head}/>"


def _xml(text: str) -> str:
    """`words` spells out what XML cannot hold at all, such as control characters."""
    return escape(words(text), quote=True)


# --- GitHub ----------------------------------------------------------------------------------------------------------


def check_github(gate: Gate, verification: Verification) -> bytes:
    """Workflow commands, and one line that is none. https://docs.github.com/actions/reference/workflow-commands"""
    lines = [f"{headline(gate, verification)}. {words(verification.line)}"]
    within = verification.statement.predicate.repo.prefix if verification.statement else ""
    lines += [_command("error", "walkdown check", reason) for reason in gate.reasons]
    for one in verification.reopened[:_MOST_ANNOTATIONS]:
        path = "/".join(filter(None, (within, one.paths[0]))) if one.paths else ""
        lines.append(_command("error" if one.sure else "warning", "walkdown: reopened", reopened_line(one), path))
    more = len(verification.reopened) - _MOST_ANNOTATIONS
    if more > 0:
        lines.append(_command("warning", "walkdown: reopened", f"and {more} more"))
    lines += [_command("notice", "walkdown check", note) for note in verification.notes]
    return "".join(f"{line}\n" for line in lines).encode()


def _command(level: str, title: str, text: str, path: str = "") -> str:
    place = f"file={_property(path)},line=1," if path else ""
    return f"::{level} {place}title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return words(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def reopened_line(one: Reopened) -> str:
    """Not yet safe for a log."""
    sure = "reopened" if one.sure else "may reopen"
    about = one.id if one.title in ("", one.id) else f"{one.id} ({one.title})"
    paths = ", ".join(one.paths[:_MOST_PATHS]) + (" ..." if len(one.paths) > _MOST_PATHS else "")
    return f"{sure}: {one.kind} {about}: {one.why}" + (f" [{paths}]" if paths else "")
