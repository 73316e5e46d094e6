"""Signing off and checking sign-offs: from a scan and its decisions to files that anyone can verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from walkdown import __version__
from walkdown.checklist import Evidence
from walkdown.errors import UsageError
from walkdown.model import Actor, Kind, Severity, State, Subject
from walkdown.record.folder import newest_record, write_countersignature, write_record
from walkdown.record.paper import paper
from walkdown.record.signature import sign_with_ssh
from walkdown.record.statement import (
    Countersignature,
    Counts,
    Digest,
    ItemLine,
    Predicate,
    RecordSubject,
    Statement,
    sha256,
)
from walkdown.record.verify import Verification, verify
from walkdown.review.review import Review
from walkdown.review.session import Session


class How(msgspec.Struct, frozen=True):
    """How it is signed: `exceptions` although something stands open, `machine` without a person at a terminal."""

    exceptions: bool = False
    machine: bool = False


class Made(msgspec.Struct, frozen=True):
    """A record on disk, and what stood open when it was made."""

    path: Path
    verdict: str
    open: tuple[str, ...]


def make_record(session: Session, how: How) -> Made:
    # Read again: between the question and the typed word somebody else may have decided, or a day may have passed.
    review, board = session.review, session.refresh()
    if board.looked is None:
        raise UsageError("There is nothing to sign yet.", "Scan first.")
    result, state = board.looked.result, board.state
    open_points = tuple(f"{one.title}: {one.why}" for one in board.obstacles)
    if open_points and not how.exceptions:
        raise UsageError("Not signed: something stands open by now.", f"{open_points[0]}. See: walkdown status")
    verdict = _verdict(open_points, how)
    made = _now()
    counts = Counter(finding.severity for finding in result.findings)
    about = RecordSubject(
        result.target.root if result.target.root != "." else review.target.facts.name,
        Digest(result.target.head, result.target.tree, result.target.looked),
    )
    items = tuple(_line(view.evidence, state) for view in board.items)
    tally = Counts(**{severity.value: counts[severity] for severity in Severity})
    text = paper(about, made=made, verdict=verdict, items=items, counts=tally, gaps=len(board.gaps))
    predicate = Predicate(
        walkdown=__version__,
        made=made,
        verdict=verdict,
        dirty=result.target.dirty,
        items=items,
        findings=tally,
        finding_ids=tuple(finding.id for finding in result.findings),
        reports=result.reports,
        gaps=tuple(skip for _, skip in result.gaps),
        settings_digest=result.settings_digest,
        markdown_sha256=sha256(text.encode()),
    )
    path = write_record(Path(review.target.root), Statement((about,), predicate), text)
    return Made(path, verdict, open_points)


def sign_record(record: Path, actor: Actor, role: str, key: Path) -> Path:
    """A countersignature of this person, signed with their key; the record itself stays as it is."""
    signer = Countersignature(sha256(record.read_bytes()), actor.name, actor.mail, role, _now())
    return sign_with_ssh(write_countersignature(record, signer), key)


def verify_record(review: Review, record: Path | None, allowed_signers: Path | None) -> Verification:
    target = review.target
    now = Digest(target.facts.head, target.tree, target.looked)
    return verify(record or newest_record(Path(target.root)), now, allowed_signers)


def _verdict(open_points: Sequence[str], how: How) -> str:
    who = "Signed by a machine" if how.machine else "Signed"
    if open_points:
        return f"{who} with {len(open_points)} exceptions"
    return f"{who}: nothing stands open"


def _line(one: Evidence, state: State) -> ItemLine:
    standing = state.decisions.get(Subject(Kind.ITEM, one.item.id))
    line = ItemLine(one.item.id, one.item.title, one.item.section, one.standpoint.value, len(one.against), one.domain)
    if standing is None:
        return line
    event = standing.event
    return msgspec.structs.replace(
        line, decision=standing.decision, by=event.actor, at=event.time, channel=event.channel
    )


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
