"""Which decisions of a record a fresh scan reopens. Sure where the scan could look, and only then.

Tells changes of code from changes of rules: where no file that bears on it changed, the scanners did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from walkdown.checklist import Evidence, gather, index
from walkdown.checklist.evidence import changed_by_eye
from walkdown.checklist.readiness import is_other_content
from walkdown.errors import WalkdownError
from walkdown.journal import fold
from walkdown.model import CommitPlace, FilePlace, Finding, Gap, ScanResult, is_whole, line_of, path_of
from walkdown.record.staleness import CODE, PATHS_NAMED, RULES, Stale, staleness
from walkdown.record.statement import FindingLine, ItemLine, Statement
from walkdown.record.tree import Tree
from walkdown.record.verification import Reopened
from walkdown.review.board import look_at
from walkdown.review.doors import guard_rows, rows_of
from walkdown.review.lists import chosen_list
from walkdown.review.origin import doors_carried, facts_digest, question_of
from walkdown.review.review import Review
from walkdown.review.told_again import Secrets, told_again

_MAP = "doors"
_SECRET = "a secret was signed here, and whether it is still the same one cannot be told"  # noqa: S105


def rescanned(statement: Statement, review: Review, tree: Tree, scan: ScanResult, now: datetime) -> Stale:
    """What is by time stays; what changed files may reopen is asked of the scan."""
    base = staleness(statement, tree, now)
    told = _Told(statement, review, scan, base)
    timed = [one for one in base.reopened if one.cause != CODE]
    over = {(one.kind, one.id) for one in timed}
    found = (*told.items(), *told.findings(), *told.gaps(), *told.doors())
    changed = [one for one in found if (one.kind, one.id) not in over]
    return Stale((*timed, *changed), base.differs, (*base.notes, *told.notes()))


class _Told:
    """A record and a scan, held against each other."""

    def __init__(self, statement: Statement, review: Review, scan: ScanResult, base: Stale) -> None:
        predicate = statement.predicate
        renames = _renames(review, statement.about.digest.git_commit)
        self._predicate, self._scan, self._differs = predicate, scan, base.differs
        self._may = {(one.kind, one.id): one for one in base.reopened if one.cause == CODE}
        # From the record's names of findings to today's, and back to its lines.
        self._ids = told_again(predicate.findings, scan.findings, renames, Secrets(review, statement).same)
        self._lines = {self._ids[line.id]: line for line in predicate.findings if line.id in self._ids}
        self._looked = look_at(scan, predicate.threshold, fresh=True)
        checklist = chosen_list(review.settings, review.target.root)
        self._evidence = {one.item.id: one for one in gather(checklist, index(scan))}
        self._unable = {one.scanner for one in scan.reports if not is_whole(one.outcome)}

    def items(self) -> Iterator[Reopened]:
        for line in self._predicate.items:
            if line.said is None:
                continue
            evidence = self._evidence.get(line.id)
            may = self._may.get(("item", line.id))
            if evidence is not None:
                one = self._item(line, evidence, may)
            else:
                one = may and msgspec.structs.replace(may, why=f"{may.why}; today's checklist does not ask it")
            if one is not None:
                yield one

    def _item(self, line: ItemLine, evidence: Evidence, may: Reopened | None) -> Reopened | None:
        today = {one.id: one for one in (*evidence.against, *evidence.dismissed)}
        then = {self._ids[one] for one in line.found if one in self._ids}
        new = [one for id_, one in today.items() if id_ not in then]
        if not new and self._unable and evidence.gaps > line.gaps:
            # Its scanner could not look, so that nobody knows more than the changed files say.
            return may
        reasons = tuple(_reasons(line, evidence, len(new), len(set(line.found)) - len(then.intersection(today))))
        if not reasons:
            # What can change by eye alone: `may` has left out what cannot bear on it, such as a typo in prose.
            by_eye = may is not None and changed_by_eye(evidence, self._predicate.topics)
            return msgspec.structs.replace(may, sure=True) if may is not None and by_eye else None
        in_code = self._differs.bear_on(line.topics) or any(map(self._is_in_changed, new))
        cause = CODE if in_code and line.question == question_of(evidence.item) else RULES
        paths = self._differs.paths_of(line.topics)[:PATHS_NAMED]
        return Reopened("item", line.id, line.title, ", ".join(reasons), cause, sure=True, paths=paths)

    def findings(self) -> Iterator[Reopened]:
        """New ones at or over the record's threshold; decided ones where nobody can tell."""
        least = self._predicate.threshold
        for finding in self._looked.serious:
            line = self._lines.get(finding.id)
            if line is None or not (line.said or line.open or line.severity.at_least(least)):
                yield self._new(finding)
        for line in self._predicate.findings:
            may = self._may.get(("finding", line.id))
            if may is not None and line.id not in self._ids and line.tool in self._unable:
                yield may

    def _new(self, finding: Finding) -> Reopened:
        path, line = path_of(finding.place), line_of(finding.place)
        where = f" in {path}:{line}" if path and line else f" in {path}" if path else ""
        sure = not self._may_be_known(finding)
        why = f"{finding.severity.value}, and new{where}" if sure else f"{finding.severity.value}{where}: {_SECRET}"
        cause = CODE if self._is_in_changed(finding) else RULES
        paths = (path,) if path else ()
        return Reopened("finding", finding.id, finding.rule.title, why, cause, sure=sure, paths=paths)

    def _may_be_known(self, finding: Finding) -> bool:
        """A secret's value can only be compared where its file is at hand as it was."""
        if not (finding.secret or finding.keyed):
            return False
        untold = (line for line in self._predicate.findings if line.keyed and line.id not in self._ids)
        return any(_is_home(line, finding) for line in untold)

    def gaps(self) -> Iterator[Reopened]:
        """What nobody could look at today, and could then. The target's own are known without a scan."""
        known = {one.id: one for one in self._predicate.gaps}
        yield from (may for (kind, _), may in self._may.items() if kind == "gap")
        for gap in self._looked.gaps:
            line = known.get(gap.id)
            if line is None and gap.scanner and gap.path:
                yield self._gap(gap, f"{gap.scanner} could not look at it: {gap.reason}")
            elif line and line.said and not line.by_class and is_other_content(gap, line.said.decision):
                yield self._gap(gap, f"it changed since it was waived: {gap.reason}")

    def _gap(self, gap: Gap, why: str) -> Reopened:
        cause = CODE if gap.path in self._differs.changes.paths else RULES
        return Reopened("gap", gap.id, gap.path, why, cause, sure=True, paths=(gap.path,))

    def doors(self) -> Iterator[Reopened]:
        """What was said of doors and guards, held against the map of today."""
        if _MAP in self._unable or all(one.scanner != _MAP for one in self._scan.reports):
            yield from (may for (kind, _), may in self._may.items() if kind in ("door", "guard"))
            return
        settled = {one.id for one in self._predicate.doors if not one.open}
        settled |= {one.id for one in self._predicate.guards if not one.open}
        carried = doors_carried(self._predicate, self._looked, self._ids, "")
        state = msgspec.structs.replace(fold(()), decisions={one.subject: one.standing for one in carried})
        guards = guard_rows(self._looked.doors, state)
        for row in rows_of(self._looked.doors, state, guards):
            if row.why and row.id in settled:
                yield self._door("door", row.id, row.door.title, row.why, row.door.file)
        for one in guards:
            if one.why and one.id in settled:
                yield self._door("guard", one.id, one.guard.name, one.why, one.guard.file)

    def _door(self, kind: str, id_: str, title: str, why: str, path: str) -> Reopened:
        may = self._may.get((kind, id_))
        cause = CODE if may or self._differs.unknown or self._differs.changes.paths else RULES
        return Reopened(kind, id_, title, why, cause, sure=True, paths=may.paths if may else (path,))

    def _is_in_changed(self, finding: Finding) -> bool:
        """Where single files cannot be told, any may have changed. Another history is another code as well."""
        if isinstance(finding.place, CommitPlace):
            return True
        if self._differs.same:
            return False
        paths = self._differs.changes.paths
        return not paths or not isinstance(finding.place, FilePlace) or finding.place.path in paths

    def notes(self) -> Iterator[str]:
        for name in sorted(self._unable):
            yield f"{name} did not run to its end; what it would say is only guessed from the files that changed."
        if self._scan.target.narrowed:
            yield "Only a part was scanned, as flags or settings asked for; nothing is sure of the rest."
        then = {one.scanner: one.rules for one in self._predicate.tools}
        other = [one.scanner for one in self._scan.reports if one.rules and then.get(one.scanner, "") != one.rules]
        if other:
            yield f"The rules of {', '.join(other)} are other ones than when it was signed."
        gone = sum(line.said is not None and line.id not in self._ids for line in self._predicate.findings)
        if gone:
            yield f"{gone} decided finding{'s are' if gone > 1 else ' is'} gone."


def _reasons(line: ItemLine, evidence: Evidence, new: int, gone: int) -> Iterator[str]:
    """Why an answer is to be given again, but for files that only a person can judge."""
    if line.question != question_of(evidence.item):
        yield "the question itself changed"
    if new:
        yield f"{new} new finding{'s' if new > 1 else ''}"
    if gone:
        yield f"{gone} finding{'s' if gone > 1 else ''} gone"
    if line.facts != facts_digest(evidence):
        yield "what spoke for it changed"
    if line.gaps != evidence.gaps:
        yield "what nobody could look at changed"
    if line.looked != evidence.looked:
        yield "scanners look for it now" if evidence.looked else "no scanner looks for it any more"


def _is_home(line: FindingLine, finding: Finding) -> bool:
    return line.fingerprint == finding.fingerprint and path_of(line.place) == path_of(finding.place)


def _renames(review: Review, commit: str) -> Mapping[str, str]:
    if not commit:
        return {}
    try:
        return review.target.renames_since(commit)
    except WalkdownError:
        return {}  # without them moved files are told by their findings, only less surely
