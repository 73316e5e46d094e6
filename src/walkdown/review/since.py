"""What changed since an earlier sign-off: files, findings, items that are asked again, guards, and lines to read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from walkdown.errors import GitError, WalkdownError
from walkdown.record.guard_words import Versions
from walkdown.record.guards import hunks_of
from walkdown.record.statement import Hunk, Since
from walkdown.review.board import Board, Looked, Origin
from walkdown.review.origin import ids_in
from walkdown.review.review import Review
from walkdown.safetext import for_json
from walkdown.target.changes import Changes, changes_from, old_bytes

MOST_FILES = 400
MOST_BYTES = 1024 * 1024
_LATER = (".md", ".rst", ".txt", ".lock", ".json", ".svg", ".css", ".scss", ".po", ".snap")


def since_of(
    review: Review, origin: Origin, looked: Looked, reopened: Sequence[str], ids: Mapping[str, str] | None = None
) -> Since:
    """`reopened`: ids of the items that the record settled and that are asked again. `ids`: names of the record's
    findings to those of today, where they are known already. Asks git and reads what changed: not for the thread that
    paints."""
    statement = origin.statement
    ids = ids_in(review, origin, looked) if ids is None else ids
    still = set(ids.values())
    commit = statement.about.digest.git_commit
    since = Since(
        record=origin.name,
        sha256=origin.sha256,
        made=statement.predicate.made,
        commit=commit,
        by=origin.by,
        new_findings=sum(one.id not in still for one in looked.result.findings),
        gone_findings=sum(one.id not in ids for one in statement.predicate.findings),
        reopened=tuple(reopened),
    )
    if statement.about.digest.looked == looked.result.target.looked:
        return since
    if not commit:
        return msgspec.structs.replace(since, told="It was made without git: which files changed cannot be told.")
    try:
        changes = changes_from(review.target, commit)
        hunks, told = _hunks(review, commit, changes)
    except (GitError, OSError) as error:
        return msgspec.structs.replace(since, told=f"Which files changed cannot be told: {error}")
    if statement.predicate.dirty:
        told = f"It was signed with uncommitted changes, which are counted as made since. {told}".strip()
    return msgspec.structs.replace(
        since,
        changed=len(changes.changed),
        added=len(changes.added),
        removed=len(changes.removed),
        hunks=hunks,
        told=told,
    )


def reopened_in(board: Board, origin: Origin) -> tuple[str, ...]:
    """The items that were settled in the record and are not settled now."""
    settled = {line.id for line in origin.statement.predicate.items if line.said and not line.open}
    return tuple(view.id for view in board.items if view.why and view.id in settled)


def _hunks(review: Review, commit: str, changes: Changes) -> tuple[tuple[Hunk, ...], str]:
    renames = _renames(review, commit, changes)
    paths = [path for path in changes.paths if path not in renames]
    paths.sort(key=lambda path: (path.lower().endswith(_LATER), path))
    chosen = paths[:MOST_FILES]
    source = {new: old for old, new in renames.items()}
    before = old_bytes(review.target, commit, [source.get(path, path) for path in chosen])
    large: list[str] = []
    versions = list(_versions(review, chosen, before, source, large))
    found = tuple(_masked(review, one) for one in hunks_of(versions))
    rest = len(paths) - len(chosen)
    told = [f"{rest} of {len(paths)} changed files were not looked at for guards."] if rest else []
    told += [f"{len(large)} changed files are too large to be looked at for guards."] if large else []
    return found, " ".join(told)


def _renames(review: Review, commit: str, changes: Changes) -> Mapping[str, str]:
    if not (changes.added and changes.removed):
        return {}
    try:
        found = review.target.renames_since(commit)
    except GitError:
        return {}  # then a moved file is one that went and one that came
    gone, come = set(changes.removed), set(changes.added)
    return {old: new for old, new in found.items() if old in gone and new in come}


def _versions(
    review: Review, paths: Collection[str], before: Mapping[str, bytes], source: Mapping[str, str], large: list[str]
) -> Iterator[Versions]:
    for path in paths:
        then, now = before.get(source.get(path, path)), _now(review, path)
        if len(then or b"") > MOST_BYTES or len(now or b"") > MOST_BYTES:
            large.append(path)
        elif then is not None or now is not None:
            yield Versions(path, _text(then), _text(now))


def _now(review: Review, path: str) -> bytes | None:
    try:
        return review.target.read(path)
    except WalkdownError:
        return None  # gone, or nothing that is looked at


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace").replace("\r\n", "\n")


def _masked(review: Review, hunk: Hunk) -> Hunk:
    """Paths and names come from the target, and go into a record."""
    mask = review.masker.mask_text
    return msgspec.structs.replace(hunk, path=for_json(mask(hunk.path)), why=for_json(mask(hunk.why)))
