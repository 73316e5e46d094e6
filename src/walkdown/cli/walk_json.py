"""From a board to the published shapes of the walk. Free text of others is masked here; JSON takes care of the rest."""

from __future__ import annotations

from collections.abc import Callable

from walkdown.checklist import is_over
from walkdown.model import Finding, Gap, Kind, Severity, Standing, Subject, Verdict, line_of, path_of
from walkdown.record.scan_json import wire_fact, wire_finding
from walkdown.record.wire_walk import (
    FINDING_LIST,
    FINDING_VIEW,
    GAP_LIST,
    ITEM_LIST,
    ITEM_VIEW,
    STATUS,
    WireCounts,
    WireDecision,
    WireDoorCounts,
    WireFindingCounts,
    WireFindingLine,
    WireFindingList,
    WireFindingView,
    WireGap,
    WireGapCounts,
    WireGapList,
    WireItem,
    WireItemCounts,
    WireItemList,
    WireItemView,
    WireObstacle,
    WireSession,
    WireSignoff,
    WireStatus,
)
from walkdown.review import Board, ItemView, Session
from walkdown.review.summary import Summary, summary_of

Words = Callable[[str], str]
OPEN, ASIDE = "open", "aside"


def status(session: Session) -> WireStatus:
    board, words = session.board, session.review.masker.mask_text
    standing = tuple(WireObstacle(one.kind.value, one.id, words(one.title), words(one.why)) for one in board.obstacles)
    return WireStatus(STATUS, board.ready, standing, counts(board, summary_of(board)), _session(session))


def counts(board: Board, summary: Summary) -> WireCounts:
    items, found, severe = summary.items, summary.findings, summary.severities
    return WireCounts(
        WireItemCounts(
            total=len(board.items),
            undecided=items.get(None, 0),
            passed=items.get(Verdict.PASS, 0),
            needs_work=items.get(Verdict.NEEDS_WORK, 0),
            waived=items.get(Verdict.WAIVED, 0),
            not_applicable=items.get(Verdict.NOT_APPLICABLE, 0),
        ),
        WireFindingCounts(
            total=len(board.findings),
            critical=severe.get(Severity.CRITICAL, 0),
            high=severe.get(Severity.HIGH, 0),
            medium=severe.get(Severity.MEDIUM, 0),
            low=severe.get(Severity.LOW, 0),
            info=severe.get(Severity.INFO, 0),
            undecided=found.get(None, 0),
            real=found.get(Verdict.REAL, 0),
            false_positive=found.get(Verdict.FALSE_POSITIVE, 0),
            accepted=found.get(Verdict.ACCEPTED, 0),
        ),
        WireGapCounts(total=summary.gaps, waived=summary.gaps_waived),
        expired=summary.expired,
        doors=WireDoorCounts(
            total=len(board.doors),
            unguarded=sum(row.guard is None for row in board.doors),
            decided=sum(not row.open for row in board.doors),
        ),
    )


def item_list(session: Session) -> WireItemList:
    return WireItemList(ITEM_LIST, tuple(_item(view, session.board) for view in session.board.items))


def item_view(session: Session, view: ItemView) -> WireItemView:
    evidence, words, code_of = view.evidence, session.review.masker.mask_text, code_of_now(session)
    item = evidence.item
    return WireItemView(
        ITEM_VIEW,
        _item(view, session.board),
        item.why,
        item.do,
        item.look,
        item.references,
        tuple(wire_finding(one, code_of, words) for one in evidence.against),
        tuple(wire_finding(one, code_of, words) for one in evidence.dismissed),
        tuple(wire_fact(one, words) for one in evidence.facts),
    )


def finding_list(session: Session, found: tuple[Finding, ...]) -> WireFindingList:
    board, words = session.board, session.review.masker.mask_text
    return WireFindingList(FINDING_LIST, len(board.findings), tuple(_line(one, board, words) for one in found))


def finding_view(session: Session, finding: Finding) -> WireFindingView:
    board, words = session.board, session.review.masker.mask_text
    subject = Subject(Kind.FINDING, finding.id)
    note = board.state.notes.get(subject)
    return WireFindingView(
        FINDING_VIEW,
        wire_finding(finding, code_of_now(session), words),
        state_of(finding, board),
        decision_of(board.standing(subject), board),
        board.state.has_opened(subject, finding.fingerprint),
        note.text if note else "",
        aside_of(finding, board),
    )


def gap_list(session: Session) -> WireGapList:
    board, words = session.board, session.review.masker.mask_text
    looked = board.looked
    limits, scope = (looked.limits, looked.scope) if looked else ((), ())
    lists = [tuple(_gap(one, board, words) for one in some) for some in (board.gaps, limits, scope)]
    return WireGapList(GAP_LIST, *lists)


def state_of(finding: Finding, board: Board) -> str:
    """As `finding list --state` takes it."""
    standing = board.standing(Subject(Kind.FINDING, finding.id))
    if standing is None and finding.id in board.asides:
        return ASIDE
    if standing is None or standing.disputed or is_over(standing, board.today):
        return OPEN
    return standing.decision.verdict.value


def aside_of(finding: Finding, board: Board) -> str:
    """Why it is set aside though nobody decided about it by itself."""
    aside = board.asides.get(finding.id)
    return aside.words if aside else ""


def waiver_of(gap: Gap, board: Board) -> Standing | None:
    """What excuses it, or the waiver that did until it ran out."""
    return board.waived(gap) or board.standing(gap.subject) or board.standing(gap.class_subject)


def code_of_now(session: Session) -> Callable[[Finding], str]:
    """No code beside findings of other content: its lines are elsewhere by now, and so are its secrets."""
    looked = session.board.looked
    return session.review.code_of if looked and looked.fresh else _nothing


def _nothing(_finding: Finding) -> str:
    return ""


def _session(session: Session) -> WireSession:
    board = session.board
    facts, events = session.review.target.facts, board.state.events
    result = board.looked.result if board.looked else None
    return WireSession(
        repo=facts.name,
        head=facts.head,
        branch=session.review.masker.mask_text(facts.branch),
        dirty=result.target.dirty if result else False,
        looked=result.target.looked if result else "",
        scanned=result.finished if result else "",
        fresh=board.looked is not None and board.looked.fresh,
        events=len(events),
        last_by=events[-1].actor.name if events else "",
        last_at=events[-1].time if events else "",
        checklist=board.checklist.name,
        checklist_version=board.checklist.version,
        checklist_digest=board.checklist.digest,
        threshold=session.review.settings.fail_on,
        signoff=_signoff(board),
    )


def _signoff(board: Board) -> WireSignoff | None:
    since = board.since
    if since is None:
        return None
    return WireSignoff(since.record, since.made, since.commit, since.by, since.reopened, since.hunks)


def _item(view: ItemView, board: Board) -> WireItem:
    evidence = view.evidence
    item = evidence.item
    return WireItem(
        id=item.id,
        title=item.title,
        section=item.section,
        reach=item.reach,
        blocking=item.blocking,
        standpoint=evidence.standpoint.value,
        against=len(evidence.against),
        dismissed=len(evidence.dismissed),
        facts=len(evidence.facts),
        decision=decision_of(view.standing, board),
        why=view.why,
        opened=view.opened,
        note=view.note.text if view.note else "",
    )


def _line(finding: Finding, board: Board, words: Words) -> WireFindingLine:
    tools = tuple(dict.fromkeys(source.tool for source in finding.sources)) or (finding.rule.tool,)
    return WireFindingLine(
        id=finding.id,
        severity=finding.severity,
        confidence=finding.confidence,
        title=words(finding.rule.title),
        tools=tools,
        hazard=finding.rule.hazard,
        path=path_of(finding.place),
        line=line_of(finding.place),
        state=state_of(finding, board),
        decision=decision_of(board.standing(Subject(Kind.FINDING, finding.id)), board),
        aside=aside_of(finding, board),
    )


def _gap(gap: Gap, board: Board, words: Words) -> WireGap:
    return WireGap(
        id=gap.id,
        group=gap.group,
        kind=gap.kind,
        scanner=gap.scanner,
        path=gap.path,
        code=gap.code,
        reason=words(gap.reason),
        waived=board.waived(gap) is not None,
        decision=decision_of(waiver_of(gap, board), board),
    )


def decision_of(standing: Standing | None, board: Board) -> WireDecision | None:
    if standing is None:
        return None
    decision, event = standing.decision, standing.event
    return WireDecision(
        verdict=decision.verdict,
        reason=decision.reason,
        owner=decision.owner,
        until=decision.until,
        note=decision.note,
        event=event.seq,
        by=event.actor.name,
        mail=event.actor.mail,
        at=event.time,
        channel=event.channel,
        over=is_over(standing, board.today),
        disputed=tuple(one.seq for one in standing.disputed),
        origin=standing.origin,
    )
