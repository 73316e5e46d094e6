"""Signing off: from a scan and its decisions to a record on disk. Prepared first, sealed by a person, then published.

Nothing is written to the target before there is a signature, so that a key that fails leaves nothing half-done.
"""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import msgspec

from walkdown.errors import UsageError
from walkdown.model import Actor
from walkdown.record.files import MOST_BYTES, RecordFiles, Seal
from walkdown.record.folder import publish, publish_seal
from walkdown.record.paper import paper
from walkdown.record.statement import (
    Countersignature,
    Digest,
    ExceptionLine,
    Occasion,
    RecordSubject,
    Signer,
    Statement,
    canonical,
    sha256,
)
from walkdown.review.board import Board
from walkdown.review.review import Review
from walkdown.review.session import Session
from walkdown.review.state_lines import exceptions_of, predicate_of
from walkdown.safetext import Masker, for_json

_OCCASION_MOST = 200
MIB = 1024 * 1024


class How(msgspec.Struct, frozen=True):
    """How it is signed: `exceptions` although something stands open, `machine` without a person at a terminal,
    `unsigned` without a key, by whom as they say themselves, and what for."""

    exceptions: bool = False
    machine: bool = False
    unsigned: bool = False
    signer: Signer = Signer("")
    occasion: Occasion = Occasion()


class Prepared(msgspec.Struct, frozen=True):
    """A record that is not on disk yet. `exceptions`: what stands open. `board`: what it was made from."""

    files: RecordFiles
    statement: Statement
    exceptions: tuple[ExceptionLine, ...]
    board: Board


class Made(msgspec.Struct, frozen=True):
    """A record on disk. `signature`: its first signature, None where nobody signed."""

    path: Path
    verdict: str
    open: tuple[ExceptionLine, ...]
    signature: Path | None


def prepare(session: Session, how: How) -> Prepared:
    """The record as it would be signed now. Nothing is written."""
    # Read again: between the question and the typed word somebody else may have decided, a day may have passed, and
    # the person themselves may have mended something in another window.
    session.refresh()
    session.look_at_files()
    review, board = session.review, session.tell_since()
    if board.looked is None:
        raise UsageError("There is nothing to sign yet.", "Scan first.")
    exceptions = exceptions_of(board, session.review.masker.mask_text)
    if exceptions and not how.exceptions:
        first = exceptions[0]
        raise UsageError("Not signed: something stands open.", f"{first.title}: {first.why}. See: walkdown status")
    _check_words(how)
    target = board.looked.result.target
    name = for_json(review.masker.mask_text(review.target.facts.name))  # of a folder: anything may stand there
    about = RecordSubject(name, Digest(target.head, target.tree, target.looked))
    predicate = predicate_of(
        session,
        board,
        made=_now(),
        verdict=_verdict(exceptions, how),
        by_machine=how.machine,
        unsigned=how.unsigned,
        signer=how.signer,
        occasion=how.occasion,
        exceptions=exceptions,
    )
    text = paper(about, predicate).encode()
    statement = Statement((about,), msgspec.structs.replace(predicate, markdown_sha256=sha256(text)))
    data = canonical(statement)
    name = f"{predicate.made[:10]}-{sha256(data)[:12]}"
    return Prepared(RecordFiles(name, data, text), statement, exceptions, board)


def countersignature_of(files: RecordFiles, signer: Signer, *, machine: bool) -> Countersignature:
    """What this person signs: this record, as whom, in which role, when."""
    _check_size(files)  # before anybody is asked for a passphrase
    words = Masker().mask_text  # what is plainly a secret; in a record's own lines those of its files are hidden, too
    return Countersignature(
        record_sha256=sha256(files.json),
        record=files.name,
        name=words(signer.name),
        mail=words(signer.mail),
        role=words(signer.role),
        time=_now(),
        by_machine=machine,
    )


def finish(session: Session, prepared: Prepared, seal: Seal | None) -> Made:
    """Put it on disk with its first signature. Refused where somebody decided or wrote to a file while it was being
    signed: the record would say less than what stands."""
    _check_size(prepared.files)
    session.look_at_files()
    predicate, then, now = prepared.statement.predicate, prepared.board, session.refresh()
    if now.looked is not then.looked or now.state.decisions != then.state.decisions or now.today != then.today:
        raise UsageError(
            "Not signed: something was decided, scanned or changed meanwhile.", "Look at it, then sign again."
        )
    files = msgspec.structs.replace(prepared.files, seals=(seal,) if seal else ())
    path = publish(Path(session.review.target.root), files)
    signer = predicate.signer
    session.signed(files.name, sha256(files.json), Actor(signer.name, signer.mail))
    signature = path.with_name(f"{files.name}.{seal.slug}.json{seal.suffix}") if seal else None
    return Made(path, predicate.verdict, prepared.exceptions, signature)


def add_seal(review: Review, files: RecordFiles, seal: Seal) -> Path:
    """One more person's signature beside a record that stays as it is."""
    return publish_seal(Path(review.target.root), files.name, seal)


def _check_size(files: RecordFiles) -> None:
    if len(files.json) > MOST_BYTES:
        size = f"{len(files.json) // MIB + 1} MB"
        what = f"The record would hold {size}, and none larger than {MOST_BYTES // MIB} MB is read."
        raise UsageError(what, "Leave out generated files: exclude, in the project's or your config.")


def _check_words(how: How) -> None:
    for name, text in (("environment", how.occasion.environment), ("release", how.occasion.release),
                       ("ticket", how.occasion.ticket), ("role", how.signer.role)):  # fmt: skip
        if len(text) > _OCCASION_MOST or not text.isprintable():
            raise UsageError(f"The {name} is too long, or holds what cannot be printed.", "Use one short line.")
    if not how.signer.name.strip():
        raise UsageError("Nobody knows who signs.", 'Say who you are: --as "Name <mail>"')


def _verdict(exceptions: tuple[ExceptionLine, ...], how: How) -> str:
    who = "Not signed" if how.unsigned else "Signed by a machine" if how.machine else "Signed"
    many = len(exceptions)
    if many:
        return f"{who}, with {many} exception{'s' if many > 1 else ''}: not everything was settled"
    return f"{who}: nothing stands open"


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
