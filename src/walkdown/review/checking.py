"""Checking a record against the repository under review: without a scan, or with one that makes sure."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from walkdown.errors import RecordError, UsageError, WalkdownError
from walkdown.model import ScanResult
from walkdown.record.files import RecordFiles
from walkdown.record.folder import find_record
from walkdown.record.git_note import find as find_note
from walkdown.record.reading import read_statement
from walkdown.record.staleness import Stale
from walkdown.record.tree import Tree
from walkdown.record.trust import Allowed, Trust, find_trust
from walkdown.record.verification import Verification
from walkdown.record.verify import verify
from walkdown.review.review import Review
from walkdown.target.changes import bytes_at

ALLOWED_SIGNERS = ".walkdown/allowed_signers"


def check_record(review: Review, named: str, trust: Trust, *, rescan: ScanResult | None = None) -> Verification:
    """`named`: a name or a path; empty for the newest, in the folder or in a git note on the commit.
    RecordError where there is no record at all; one that cannot be read is a verification too."""
    files = record_of(review, named)
    tree, now = Tree(review.target), datetime.now(timezone.utc)
    return verify(files, tree, trust, now, _by_scan(files, review, tree, rescan, now) if rescan is not None else None)


def record_of(review: Review, named: str) -> RecordFiles:
    """Where nobody named one, the newer of the folder's and the commit's: an old record must not hide a new note."""
    try:
        found = find_record(Path(review.target.root), named)
    except RecordError:
        noted = find_note(review.target)
        if noted is None or named not in ("", noted.name):
            raise
        return noted
    noted = None if named else _note(review)
    return noted if noted is not None and _made(noted) > _made(found) else found


def _note(review: Review) -> RecordFiles | None:
    try:
        return find_note(review.target)
    except WalkdownError:
        return None  # a note that nobody can read takes nothing from the record in the folder


def _made(files: RecordFiles) -> str:
    """Empty where it cannot be read: that is told by whoever checks it."""
    try:
        return read_statement(files.json, files.name).predicate.made
    except RecordError:
        return ""


def trust_for(review: Review, allowed_signers: str, ref: str) -> Trust:
    """`allowed_signers`: a file that the person named. `ref`: a commit whose list of signers they believe."""
    from_ref = signers_at(review, ref) if ref else None
    return find_trust(allowed_signers, review.settings.allowed_signers, from_ref, tree=review.target.root)


def signers_at(review: Review, ref: str) -> Allowed:
    """Who may sign, as a commit says that the person trusts. Never the commit under review: whoever wrote that could
    have named themselves."""
    target, history = review.target, review.target.history
    if history is None or not target.facts.head:
        raise UsageError("--trust-ref needs git's history, and there is none here.", "Name a file: --allowed-signers")
    commit = history.commit_of(ref)
    if commit == target.facts.head:
        what = f"{ref} is the very commit that is verified: it cannot say whom to trust about itself."
        raise UsageError(what, "Name one that was reviewed before, such as the branch it goes into: --trust-ref main")
    lines = bytes_at(target, commit, ALLOWED_SIGNERS)
    if lines is None:
        raise UsageError(f"There is no {ALLOWED_SIGNERS} in {ref}.", "It holds lines of: mail key-type key")
    return Allowed(lines, f"{ref}:{ALLOWED_SIGNERS}")


def _by_scan(files: RecordFiles, review: Review, tree: Tree, scan: ScanResult, now: datetime) -> Stale | None:
    try:
        statement = read_statement(files.json, files.name)
    except RecordError:
        return None  # that is what the verification will say
    from walkdown.review.rescanned import rescanned  # a check without a scan needs no checklist

    return rescanned(statement, review, tree, scan, now)
