"""Everything a screen or a command shows of a review, at one moment. Frozen; a decision or a scan makes a new one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from walkdown.checklist import (
    NOTHING_SEEN,
    Checklist,
    Evidence,
    Index,
    Obstacle,
    ObstacleKind,
    Standpoint,
    dismissed,
    gather,
    index,
    readiness,
    waived,
    why_open,
)
from walkdown.checklist.readiness import is_too_old
from walkdown.model import (
    Cancelled,
    Failed,
    Finding,
    Gap,
    Kind,
    Missing,
    Note,
    Opened,
    Reach,
    Report,
    ScanResult,
    Severity,
    SkipKind,
    Skipped,
    Standing,
    State,
    Subject,
    TimedOut,
    Verdict,
    gap_id,
    is_whole,
)
from walkdown.record.statement import Said, Since, Statement
from walkdown.review.door_gate import door_obstacles
from walkdown.review.doors import Aside, DoorRow, GuardRow, KnownDoors, asides, guard_rows, know_doors, rows_of

_REASONS_SHOWN = 3
_KINGFISHER = "kingfisher"
_NOT_RUN = "not-run"  # what a scan says of files that a scanner never came to


class Offer(msgspec.Struct, frozen=True):
    """A decision in a record that nobody vouches for: a proposal, never applied by itself."""

    said: Said
    record: str


class Origin(msgspec.Struct, frozen=True):
    """A record that this walk may start from. `by`: who signed it, or says so where it is not `trusted`."""

    name: str
    sha256: str
    statement: Statement
    by: tuple[str, ...]
    trusted: bool


class Memory(msgspec.Struct, frozen=True):
    """What earlier sign-offs bring along. `origin`: the one whose decisions are carried. `notes`: records that could
    not be used, and why."""

    origin: Origin | None = None
    offers: Mapping[Subject, Offer] = {}
    since: Since | None = None
    notes: tuple[str, ...] = ()


NO_MEMORY = Memory()


class ItemView(msgspec.Struct, frozen=True):
    """`why`: why it does not count as settled, empty where it does. `proposal`: what the machine would say; it never
    passes anything. `opened`: somebody looked at today's evidence. `offer`: what an untrusted record says of it."""

    evidence: Evidence
    standing: Standing | None
    note: Note | None
    why: str
    opened: bool
    proposal: Verdict | None
    offer: Offer | None = None

    @property
    def id(self) -> str:
        return self.evidence.item.id

    @property
    def subject(self) -> Subject:
        return Subject(Kind.ITEM, self.id)

    @property
    def verdict(self) -> Verdict | None:
        return self.standing.decision.verdict if self.standing else None

    @property
    def needs_opening(self) -> bool:
        """It may not be passed unseen."""
        evidence = self.evidence
        return not self.opened and (evidence.item.reach is Reach.HUMAN or bool(evidence.against))


class Looked(msgspec.Struct, frozen=True):
    """What follows from a scan alone, made once for it however many decisions come after."""

    result: ScanResult
    index: Index
    gaps: tuple[Gap, ...]
    limits: tuple[Gap, ...]
    scope: tuple[Gap, ...]
    serious: tuple[Finding, ...]
    by_id: Mapping[str, Finding]
    gap_by_id: Mapping[str, Gap]
    fresh: bool
    doors: KnownDoors = KnownDoors()

    # fresh: of the content as it is now, and whole. Otherwise code cannot be shown beside it.

    def knows_secrets(self, path: str) -> bool:
        """Whether the secret scan read this file to its end: only then its code may go elsewhere, masked."""
        for report in self.result.reports:
            if report.scanner == _KINGFISHER:
                return is_whole(report.outcome) and path not in {skip.path for skip in report.coverage.gaps}
        return all(skip.code != "scanner" for skip in self.result.target.skipped)  # it may have been left out


class Board(msgspec.Struct, frozen=True):
    checklist: Checklist
    state: State
    items: tuple[ItemView, ...]
    obstacles: tuple[Obstacle, ...]
    looked: Looked | None
    today: date
    memory: Memory = NO_MEMORY
    doors: tuple[DoorRow, ...] = ()
    guards: tuple[GuardRow, ...] = ()
    asides: Mapping[str, Aside] = {}

    # doors, guards: the map as people decide about it. asides: findings that it answers, by id.

    @property
    def origin(self) -> Origin | None:
        """The sign-off that this walk started from."""
        return self.memory.origin

    @property
    def offers(self) -> Mapping[Subject, Offer]:
        """Decisions of a newer record that nobody vouches for: proposals."""
        return self.memory.offers

    @property
    def since(self) -> Since | None:
        """What changed since `origin`; None until somebody asked."""
        return self.memory.since

    @property
    def ready(self) -> bool:
        return not self.obstacles

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.looked.result.findings if self.looked else ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.looked.gaps if self.looked else ()

    def item(self, item_id: str) -> ItemView | None:
        return next((view for view in self.items if view.id == item_id), None)

    def finding(self, finding_id: str) -> Finding | None:
        return self.looked.by_id.get(finding_id) if self.looked else None

    def gap(self, gap_id: str) -> Gap | None:
        return self.looked.gap_by_id.get(gap_id) if self.looked else None

    def door(self, door_id: str) -> DoorRow | None:
        at = self.looked.doors.order.get(door_id) if self.looked else None
        return self.doors[at] if at is not None else None

    def guard(self, guard_id: str) -> GuardRow | None:
        return next((row for row in self.guards if row.id == guard_id), None)

    def standing(self, subject: Subject) -> Standing | None:
        return self.state.decisions.get(subject)

    def waived(self, gap: Gap) -> Standing | None:
        return waived(gap, self.state, self.today)


def look_at(result: ScanResult, threshold: Severity, *, fresh: bool) -> Looked:
    """Sort out a scan once."""
    skips = [("", skip) for skip in result.target.skipped]
    skips += [(report.scanner, skip) for report in result.reports for skip in report.coverage.skipped]
    gaps = _gaps((*skips, *_not_run(result.reports)), SkipKind.GAP, result.unread)
    return Looked(
        result=result,
        index=index(result),
        gaps=gaps,
        limits=_gaps(skips, SkipKind.LIMIT, {}),
        scope=_gaps(skips, SkipKind.SCOPE, {}),
        serious=tuple(one for one in result.findings if one.severity.at_least(threshold)),
        by_id={one.id: one for one in result.findings},
        gap_by_id={one.id: one for one in gaps},
        fresh=fresh,
        doors=know_doors(result),
    )


def board_of(
    checklist: Checklist, state: State, looked: Looked | None, today: date, memory: Memory = NO_MEMORY
) -> Board:
    seen = looked.index if looked else NOTHING_SEEN
    known = looked.doors if looked else KnownDoors()
    guards = guard_rows(known, state)
    rows = rows_of(known, state, guards)
    answered = asides(known, state, rows, guards)
    evidence = gather(checklist, seen, dismissed(state, today).union(answered))
    found = _obstacles(evidence, looked, answered, state, today)
    in_the_way = {one.id for one in found if one.kind is ObstacleKind.FINDING}
    return Board(
        checklist=checklist,
        state=state,
        items=tuple(_view(one, state, today, memory, scanned=looked is not None) for one in evidence),
        obstacles=_with_doors(found, tuple(door_obstacles(rows, guards, in_the_way))),
        looked=looked,
        today=today,
        memory=memory,
        doors=rows,
        guards=guards,
        asides=answered,
    )


def _with_doors(found: tuple[Obstacle, ...], doors: tuple[Obstacle, ...]) -> tuple[Obstacle, ...]:
    """Before the gaps and the state of the tree."""
    after = (ObstacleKind.GAP, ObstacleKind.TREE)
    return (
        *(one for one in found if one.kind not in after),
        *doors,
        *(one for one in found if one.kind in after),
    )


def _obstacles(
    evidence: Sequence[Evidence], looked: Looked | None, answered: Collection[str], state: State, today: date
) -> tuple[Obstacle, ...]:
    if looked is None:
        nothing = Obstacle(ObstacleKind.SCAN, "", "No scan", "nothing was scanned yet")
        return (nothing, *readiness(evidence, (), (), state, dirty=False, today=today))
    dirty = looked.result.target.dirty
    serious = [one for one in looked.serious if one.id not in answered] if answered else looked.serious
    found = readiness(evidence, serious, looked.gaps, state, dirty=dirty, today=today)
    if looked.result.target.narrowed:
        part = Obstacle(ObstacleKind.SCAN, "", "Only a part was scanned", "flags left out files or scanners")
        return (part, *found)
    if not looked.fresh:
        why = "files changed since, a tool was missing, or the last scan broke off"
        return (Obstacle(ObstacleKind.SCAN, "", "The scan is not of now", why), *found)
    return found


def _view(evidence: Evidence, state: State, today: date, memory: Memory, *, scanned: bool) -> ItemView:
    subject = Subject(Kind.ITEM, evidence.item.id)
    standing = state.decisions.get(subject)
    return ItemView(
        evidence=evidence,
        standing=standing,
        note=state.notes.get(subject),
        why=why_open(evidence, standing, today),
        # The domain is a digest over all findings of the item: not made where nobody opened anything.
        opened=subject in state.opened and _is_opened(evidence, standing, state, today),
        proposal=_proposal(evidence) if scanned else None,
        offer=memory.offers.get(subject),
    )


def _is_opened(evidence: Evidence, standing: Standing | None, state: State, today: date) -> bool:
    """Once is enough for the same evidence, except where an answer is too old: it is to be looked at anew."""
    subject = Subject(Kind.ITEM, evidence.item.id)
    if not state.has_opened(subject, evidence.domain):
        return False
    if standing is None or not is_too_old(evidence, standing, today):
        return True
    # What was carried over from a record is no event here; its time tells what came later.
    since = standing.event
    later = state.events[since.seq :] if since.seq else (one for one in state.events if one.time > since.time)
    looked = Opened(subject, evidence.domain)
    return any(event.act == looked for event in later if isinstance(event.act, Opened))


def _proposal(evidence: Evidence) -> Verdict | None:
    if evidence.item.reach is Reach.DECIDES and evidence.against:
        return Verdict.NEEDS_WORK
    return Verdict.NOT_APPLICABLE if evidence.standpoint is Standpoint.DOES_NOT_APPLY else None


def _gaps(skips: Iterable[tuple[str, Skipped]], kind: SkipKind, contents: Mapping[str, str]) -> tuple[Gap, ...]:
    """One for each place and class of reason: ten rules that gave up on a file are one thing to decide."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for scanner, skip in skips:
        if skip.kind is kind:
            reasons.setdefault((scanner, skip.path, skip.code), []).append(skip.reason)
    return tuple(
        Gap(gap_id(scanner, path, code), scanner, path, code, _said(said), kind, contents.get(path, ""))
        for (scanner, path, code), said in reasons.items()
    )


def _said(reasons: Sequence[str]) -> str:
    different = list(dict.fromkeys(reasons))
    more = len(different) - _REASONS_SHOWN
    return "; ".join(different[:_REASONS_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _not_run(reports: Iterable[Report]) -> Iterable[tuple[str, Skipped]]:
    """A scanner that did not run to its end is a gap of its own, whatever else it could not read: who waives a broken
    manifest has not waived that nobody audits the others."""
    for report in reports:
        told = any(skip.code == _NOT_RUN for skip in report.coverage.gaps)
        if not is_whole(report.outcome) and not told:
            code, reason = _ending(report)
            yield report.scanner, Skipped("", SkipKind.GAP, code, reason)


def _ending(report: Report) -> tuple[str, str]:
    outcome = report.outcome
    if isinstance(outcome, Missing):
        return "missing", f"{outcome.what} Get it with: {outcome.how}"
    if isinstance(outcome, Failed):
        return "failed", outcome.error
    if isinstance(outcome, TimedOut):
        return "timed-out", f"it was given {outcome.seconds:g} seconds and did not end"
    if isinstance(outcome, Cancelled):
        return "stopped", "a person stopped it"
    return "not-run", "it did not run"
