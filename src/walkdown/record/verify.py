"""Does a record still speak for this tree? Answers offline, without a scanner, from the files and the tree alone."""

from __future__ import annotations

import re
from datetime import datetime

from walkdown.errors import RecordError
from walkdown.record import verified_words as words
from walkdown.record.differences import Differences
from walkdown.record.files import RecordFiles
from walkdown.record.reading import is_canonical, read_json, statement_of, time_of
from walkdown.record.sealed import JSON, NAME, SKEW, ahead_of, check_seals
from walkdown.record.staleness import EXPIRY, Stale, staleness
from walkdown.record.statement import Predicate, Statement, sha256
from walkdown.record.tree import Tree
from walkdown.record.trust import Trust
from walkdown.record.verification import (
    EXPIRED,
    STALE,
    TAMPERED,
    UNREADABLE,
    Problem,
    Verification,
    Vouched,
    worst,
)

MARKDOWN = "Markdown"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([0-9a-f]{8,64})")
_MARK = b"\xef\xbb\xbf"


def verify(files: RecordFiles, tree: Tree, trust: Trust, now: datetime, stale: Stale | None = None) -> Verification:
    """`stale`: what a fresh scan says no longer stands, where there was one. All that is wrong is told, the worst in
    the line."""
    file = f"{files.name}.json"
    try:
        value = read_json(files.json, file)
        statement = statement_of(value, file)
        canonical = is_canonical(value, files.json, file)
    except RecordError as error:
        unread = Problem(UNREADABLE, f"Unreadable: {error}", (JSON,))
        return Verification(files.name, UNREADABLE, unread.line, problems=(unread, *_name(files, "")))
    problems = [] if canonical else [_edited(file)]
    predicate = statement.predicate
    problems += _name(files, predicate.made[:10])
    fault, ending = _paper(files, predicate)
    sealed = check_seals(files, predicate, trust, now)
    made = time_of(predicate.made)
    problems += [*fault, *sealed.problems, *([ahead_of(f"{file} was made", made, now)] if made > now + SKEW else [])]
    other = _another_repository(statement, tree)
    stale = Stale() if other else stale or staleness(statement, tree, now)
    problems += [*other, *_no_longer(stale, statement, sealed.signers)]
    dirty = ["It was signed with uncommitted changes in the tree."] if predicate.dirty else []
    return Verification(
        files.name,
        worst(tuple(problems)),
        words.line(problems, statement, sealed.signers, stale.differs),
        statement=statement,
        problems=tuple(problems),
        signers=sealed.signers,
        reopened=stale.reopened,
        changed=stale.differs.changes.paths,
        notes=(*ending, *sealed.notes, *dirty, *stale.notes, *_cannot_know(statement, tree, stale.differs)),
    )


def faults_of(files: RecordFiles, statement: Statement) -> tuple[Problem, ...]:
    """What of the record itself was changed after it was made, whoever signed it."""
    file = f"{files.name}.json"
    edited = [] if is_canonical(read_json(files.json, file), files.json, file) else [_edited(file)]
    fault, _ = _paper(files, statement.predicate)
    return (*edited, *_name(files, statement.predicate.made[:10]), *fault)


def _edited(file: str) -> Problem:
    return _tampered(f"{file} was edited: it is not in canonical form", JSON)


def _name(files: RecordFiles, day: str) -> list[Problem]:
    """A record is named by its day and its bytes."""
    found = _NAME.fullmatch(files.name)
    if found is None:
        return [_tampered(f"{files.name} is not what walkdown names a record; it was renamed", NAME)]
    if not sha256(files.json).startswith(found[2]):
        return [_tampered(f"{files.name}.json does not hold the bytes that it is named after", NAME, JSON)]
    if day and found[1] != day:
        return [_tampered(f"{files.name}.json was made on {day}, and is named after another day", NAME, JSON)]
    return []


def _paper(files: RecordFiles, predicate: Predicate) -> tuple[list[Problem], list[str]]:
    """The Markdown's faults; and what became of its line endings, where that is all."""
    file, text = f"{files.name}.md", files.markdown
    if text is None:
        return [_tampered(f"{file} is missing", MARKDOWN)], []
    if sha256(text) == predicate.markdown_sha256:
        return [], []
    if sha256(text.removeprefix(_MARK).replace(b"\r\n", b"\n")) == predicate.markdown_sha256:
        return [], [f"The line endings of {file} were turned; its words are the same."]
    return [_tampered(f"{file} is not the text that {files.name}.json was made with", MARKDOWN, JSON)], []


def _another_repository(statement: Statement, tree: Tree) -> list[Problem]:
    """Equal content is the same wherever it lies."""
    if statement.about.digest.looked == tree.looked:
        return []
    then, now = statement.predicate.repo, tree.roots
    if then.roots and now.commits and not set(then.roots).intersection(now.commits):
        line = f"Unreadable here: it is a record of another repository ({statement.about.name})."
        return [Problem(UNREADABLE, line, (JSON,))]
    if tree.head and (then.roots or statement.about.digest.git_commit) and then.prefix != now.prefix:
        line = f"Unreadable here: it is a record of {_folder(then.prefix)}, and this is {_folder(now.prefix)}."
        return [Problem(UNREADABLE, line, (JSON,))]
    return []


def _folder(prefix: str) -> str:
    return f"the folder {prefix}" if prefix else "the whole repository"


def _no_longer(stale: Stale, statement: Statement, signers: tuple[Vouched, ...]) -> list[Problem]:
    """What ended, and what went stale: one problem each."""
    problems = []
    if any(one.cause == EXPIRY for one in stale.reopened):
        problems.append(Problem(EXPIRED, words.expired(stale.reopened)))
    rest = [one for one in stale.reopened if one.cause != EXPIRY]
    if rest:
        problems.append(Problem(STALE, words.stale(rest, statement, signers, stale.differs)))
    return problems


def _cannot_know(statement: Statement, tree: Tree, differs: Differences) -> list[str]:
    if differs.same or (statement.predicate.repo.roots and tree.roots.commits):
        return []
    return ["Whether it was made of this very repository cannot be checked: its first commits are not known here."]


def _tampered(what: str, *parts: str) -> Problem:
    return Problem(TAMPERED, f"Tampered: {what}.", parts)
