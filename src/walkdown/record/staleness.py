"""Which decisions of a record no longer stand, or may no longer stand, for the tree that lies here today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from walkdown.model import CommitPlace, Skipped, gap_id, path_of
from walkdown.record.differences import Differences, differences
from walkdown.record.reading import time_of
from walkdown.record.statement import FindingLine, ItemLine, Predicate, Said, Statement
from walkdown.record.tree import Tree
from walkdown.record.verification import Reopened

CODE, RULES, AGE, EXPIRY = "code", "rules", "age", "expiry"
PATHS_NAMED = 5
_NAMED = 3
# What a clone lacks, or what this machine may not read, says nothing about the code.
_OF_CONTENT = frozenset(("wide-text", "binary-source", "too-large", "too-deep", "link-outside", "link-unread"))
_UNSEEN, _UNASKED = "changed-unseen", "not-asked"


class Stale(msgspec.Struct, frozen=True):
    """`reopened`: by changes, by age and by expiry."""

    reopened: tuple[Reopened, ...] = ()
    differs: Differences = Differences()
    notes: tuple[str, ...] = ()


def staleness(statement: Statement, tree: Tree, now: datetime) -> Stale:
    """Without a scan: what changes bear on may reopen; what is too old, or has run out, surely does."""
    differs = differences(statement, tree)
    predicate = statement.predicate
    timed = tuple(by_time(predicate, now.date()))
    over = {(one.kind, one.id) for one in timed}
    items = [one for item in predicate.items if (one := _by_code(item, differs, tree))]
    findings = [one for line in predicate.findings if (one := _finding_by_code(line, differs, tree))]
    doors = [*_doors_by_code(predicate, differs), *_guards_by_code(predicate, tree)]
    changed = [one for one in (*items, *findings, *doors) if (one.kind, one.id) not in over]
    gaps, notes = new_gaps(predicate, tree)
    told = {gap.title for gap in gaps}
    unasked = [one for one in (*_unseen(differs), *_unasked(predicate, differs, tree)) if one.title not in told]
    passed = _passed_by(tree.passed_by(statement.about.digest.git_commit))
    return Stale((*timed, *changed, *gaps, *unasked), differs, (*differs.notes, *_told_of(differs), *passed, *notes))


def by_time(predicate: Predicate, today: date) -> Iterator[Reopened]:
    """What ended, and what was decided too long ago. What stood open when it was signed was signed over as it was."""
    for item in predicate.items:
        if item.said is None or item.open:
            continue
        if over := _ended("item", item.id, item.title, item.said, today):
            yield over
        elif is_too_old(item, today):
            why = f"it was decided on {item.said.at[:10]}, more than {item.max_age_days} days ago"
            yield Reopened("item", item.id, item.title, why, AGE, sure=True)
    for finding in predicate.findings:
        if (
            finding.said
            and not finding.open
            and (one := _ended("finding", finding.id, finding.title, finding.said, today))
        ):
            yield one
    for gap in predicate.gaps:
        if gap.said and (one := _ended("gap", gap.id, gap.path or gap.scanner or "the target", gap.said, today)):
            yield one


def is_too_old(item: ItemLine, today: date) -> bool:
    if item.max_age_days is None or item.said is None:
        return False
    try:
        decided = time_of(item.said.at).date()
        return decided + timedelta(days=item.max_age_days) < today
    except (ValueError, OverflowError):
        return True


def _ended(kind: str, id_: str, title: str, said: Said, today: date) -> Reopened | None:
    until = said.decision.until
    try:
        if not until or date.fromisoformat(until) >= today:
            return None
        ended = until
    except ValueError:
        ended = f"{until[:20]}, which is no date"
    owner = f"; {said.decision.owner} answers for it" if said.decision.owner else ""
    return Reopened(
        kind,
        id_,
        title,
        f"its {_WORDS.get(said.decision.verdict.value, 'decision')} held until {ended}{owner}",
        EXPIRY,
        sure=True,
    )


_WORDS = {"waived": "waiver", "accepted": "acceptance"}


def _by_code(item: ItemLine, differs: Differences, tree: Tree) -> Reopened | None:
    if item.said is None or not item.topics or differs.same:
        return None
    if differs.bear_on(item.topics):
        paths = differs.paths_of(item.topics)
        return Reopened("item", item.id, item.title, _why(item.topics, paths, differs), CODE, paths=paths[:PATHS_NAMED])
    if not tree.known_topics.issuperset(item.topics):
        why = "files changed, and this version of walkdown does not know what bears on it"
        return Reopened("item", item.id, item.title, why, CODE)
    return None


def _why(topics: Sequence[str], paths: Sequence[str], differs: Differences) -> str:
    if paths:
        return named(paths) + (" bears on it" if len(paths) == 1 else " bear on it")
    if differs.unknown:
        return "files changed, and which ones cannot be told"
    kinds = sorted(set(topics).intersection(differs.topics))
    return f"files about {', '.join(kinds[:_NAMED])} changed"


def named(paths: Sequence[str]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _finding_by_code(line: FindingLine, differs: Differences, tree: Tree) -> Reopened | None:
    path = path_of(line.place)
    if line.said is None or differs.same or not path or isinstance(line.place, CommitPlace) or path in differs.harmless:
        return None
    if not has_changed(line, differs, tree):
        return None
    return Reopened("finding", line.id, line.title, f"{path} changed", CODE, paths=(path,))


def has_changed(line: FindingLine, differs: Differences, tree: Tree) -> bool:
    """Whether the finding's file is another one now. One that is gone or moved took the finding along."""
    path = path_of(line.place)
    if line.file:
        return tree.content(path) not in ("", line.file)
    return path in differs.changes.changed or differs.unknown or (bool(differs.topics) and not differs.changes.paths)


def _doors_by_code(predicate: Predicate, differs: Differences) -> Iterator[Reopened]:
    """A door is as it was where no file changed that it leads through. Only a scan can tell the map anew."""
    touched = set(differs.changes.paths) - differs.harmless
    untold = differs.unknown or (bool(differs.topics) and not differs.changes.paths)
    if differs.same or not (touched or untold):
        return
    for line in predicate.doors:
        paths = tuple(path for path in line.files if path in touched)
        if line.said and not line.open and (paths or untold):
            why = f"{named(paths)} changed" if paths else "files changed, and which ones cannot be told"
            yield Reopened("door", line.id, line.title, why, CODE, paths=paths[:PATHS_NAMED])


def _guards_by_code(predicate: Predicate, tree: Tree) -> Iterator[Reopened]:
    """What was said of a guard was said of its file as it was then."""
    for line in predicate.guards:
        if not line.open and line.content and tree.content(line.path) not in ("", line.content):
            why = f"{line.path} changed since somebody said what it means"
            yield Reopened("guard", line.id, line.name, why, CODE, sure=True, paths=(line.path,))


def new_gaps(predicate: Predicate, tree: Tree) -> tuple[list[Reopened], list[str]]:
    """Files that nobody could look at today and that the record does not speak of."""
    known = {gap.id for gap in predicate.gaps}
    new = [skip for skip in tree.gaps if gap_id("", skip.path, skip.code) not in known]
    elsewhere = [skip for skip in new if skip.code not in _OF_CONTENT]
    notes = [f"{len(elsewhere)} paths cannot be looked at here, such as {_gap(elsewhere[0])}"] if elsewhere else []
    return [
        Reopened(
            "gap", gap_id("", skip.path, skip.code), skip.path, f"nobody could look at it: {skip.reason}", CODE, True
        )
        for skip in new
        if skip.code in _OF_CONTENT
    ], notes


def _gap(skip: Skipped) -> str:
    return f"{skip.path}: {skip.reason}"


def _unseen(differs: Differences) -> Iterator[Reopened]:
    """Links, submodules and built programs: they change what runs, and a scan would say nothing of it."""
    for path in differs.unseen:
        why = "it changed, it may change what runs, and no scanner can look at it"
        yield Reopened("gap", gap_id("", path, _UNSEEN), path, why, CODE, sure=True, paths=(path,))
    if differs.hidden:
        why = f"they differ, and which ones cannot be told: {differs.hidden}"
        yield Reopened("gap", gap_id("", "", _UNSEEN), "links, pictures or built programs", why, CODE)


def _unasked(predicate: Predicate, differs: Differences, tree: Tree) -> Iterator[Reopened]:
    """What changed and what no answered question bears on: a short list must not make a green light of silence."""
    asked = {topic for item in predicate.items if item.said is not None for topic in item.topics}
    if not tree.known_topics.issuperset(asked):
        return  # those items reopen whatever changed
    covered = set(differs.paths_of(asked))
    paths = tuple(path for path in differs.paths_of(differs.topics) if path not in covered)
    untold = differs.unknown or any(not some for some in differs.topics.values())
    if paths or (untold and not differs.bear_on(asked)):
        what, why = named(paths) or "the changes", "no question that was answered bears on it"
        yield Reopened("gap", gap_id("", "", _UNASKED), what, why, CODE, sure=True, paths=paths[:PATHS_NAMED])


def _told_of(differs: Differences) -> Iterator[str]:
    if differs.unread:
        yield f"No scanner reads {named(differs.unread)}, which changed; a person has to know that."
    if differs.changes.modes:
        yield f"What {named(differs.changes.modes)} may do as a file (its mode) changed, not what it holds."


def _passed_by(paths: Sequence[str]) -> list[str]:
    """A secret that was committed and taken out again is in the history all the same."""
    if not paths:
        return []
    return [f"Versions of {named(paths)} came and went since in the history; only a scan looks for secrets in them."]
