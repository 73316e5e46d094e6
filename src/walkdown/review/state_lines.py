"""A board as the lines of a record: every text masked, with what tells things again elsewhere; no code, no secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from walkdown import __version__
from walkdown.checklist import Obstacle, ObstacleKind
from walkdown.errors import GitError
from walkdown.model import (
    Finding,
    Gap,
    Kind,
    Place,
    Report,
    Severity,
    SkipKind,
    Skipped,
    Subject,
    line_of,
    path_of,
)
from walkdown.model.place import FilePlace, PackagePlace, RepoPlace
from walkdown.record.plain import detail_of, in_order, state_of
from walkdown.record.statement import (
    Counts,
    ExceptionLine,
    FindingLine,
    GapLine,
    ItemLine,
    ListLine,
    Occasion,
    Predicate,
    Repo,
    Signer,
    Since,
    ToolLine,
)
from walkdown.review.board import Board, ItemView, Looked
from walkdown.review.door_lines import door_lines, guard_lines
from walkdown.review.origin import facts_digest, question_of
from walkdown.review.review import Review
from walkdown.review.said_lines import Words, said_line
from walkdown.review.session import Session
from walkdown.safetext import for_json
from walkdown.scan.families import family_of

# Whom a scanner asks that has no data of ours.
_ASKED = {"pip-audit": "the advisories of the package index, asked then"}
_SCOPE_MOST = 200


def predicate_of(
    session: Session,
    board: Board,
    *,
    made: str,
    verdict: str,
    by_machine: bool,
    unsigned: bool,
    signer: Signer,
    occasion: Occasion,
    exceptions: tuple[ExceptionLine, ...],
) -> Predicate:
    """All of the record but the Markdown's digest."""
    review, looked = session.review, _looked(board)
    result, words = looked.result, _cleaner(session.review.masker.mask_text)
    open_findings = {one.id: one.why for one in board.obstacles if one.kind is ObstacleKind.FINDING}
    counts = Counter(finding.severity for finding in result.findings)
    return Predicate(
        walkdown=__version__,
        made=made,
        verdict=verdict,
        by_machine=by_machine,
        signer=Signer(words(signer.name), words(signer.mail), words(signer.role)),
        unsigned=unsigned,
        repo=_repo(review, words),
        occasion=Occasion(words(occasion.environment), words(occasion.release), words(occasion.ticket)),
        dirty=result.target.dirty,
        threshold=review.settings.fail_on,
        offline=review.settings.offline,
        settings_digest=result.settings_digest,
        scanned=result.finished,
        files=len(review.target.files),
        lists=_lists(session, words),
        exceptions=exceptions,
        items=tuple(_item(view, words) for view in board.items),
        findings=tuple(
            _finding(one, board, review, words, open_findings.get(one.id, "")) for one in in_order(result.findings)
        ),
        counts=Counts(**{severity.value: counts[severity] for severity in Severity}),
        gaps=(*(_gap(gap, board, words) for gap in looked.gaps), *(_limit(one, words) for one in looked.limits)),
        tools=tuple(
            _tool(report, words, offline=review.settings.offline, at=result.finished) for report in result.reports
        ),
        topics=result.topics,
        stack=tuple(dict.fromkeys(words(part.name) for part in result.target.stack)),
        scope=_scope(looked, words),
        since=_since(board.since, words),
        doors=door_lines(board, words),
        guards=guard_lines(board, words),
    )


def exceptions_of(board: Board, mask: Words) -> tuple[ExceptionLine, ...]:
    words = _cleaner(mask)
    return tuple(
        ExceptionLine(one.kind.value, words(one.id), words(one.title), words(one.why), words(_where(one, board)))
        for one in board.obstacles
    )


def _cleaner(mask: Words) -> Words:
    """The same paths and reasons come a thousand times."""
    return lru_cache(16_384)(lambda text: for_json(mask(text)) if text else "")


def _looked(board: Board) -> Looked:
    if board.looked is None:  # `prepare` has refused that already
        raise AssertionError("nothing was scanned")
    return board.looked


def _where(obstacle: Obstacle, board: Board) -> str:
    finding = board.finding(obstacle.id) if obstacle.kind is ObstacleKind.FINDING else None
    if finding is None:
        return ""
    path, line = path_of(finding.place), line_of(finding.place)
    return f"{path}:{line}" if line else path


def _repo(review: Review, words: Words) -> Repo:
    facts, history = review.target.facts, review.target.history
    roots: tuple[str, ...] = ()
    if history is not None and facts.head:
        try:
            roots = history.roots()
        except GitError:
            roots = ()  # a damaged history: the record is then known again by its content alone
    return Repo(roots, words(facts.prefix), words(facts.branch))


def _lists(session: Session, words: Words) -> tuple[ListLine, ...]:
    one = session.checklist
    return (ListLine(words(one.name), words(one.title), words(one.version), one.digest),)


def _item(view: ItemView, words: Words) -> ItemLine:
    evidence = view.evidence
    item = evidence.item
    return ItemLine(
        id=item.id,
        title=words(item.title),
        section=words(item.section),
        question=question_of(item),
        reach=item.reach.value,
        blocking=item.blocking,
        standpoint=evidence.standpoint.value,
        domain=evidence.domain,
        against=len(evidence.against),
        speaking_for=len(evidence.facts),
        dismissed=len(evidence.dismissed),
        gaps=evidence.gaps,
        found=tuple(sorted(one.id for one in (*evidence.against, *evidence.dismissed))),
        facts=facts_digest(evidence),
        topics=evidence.topics,
        looked=evidence.looked,
        max_age_days=item.max_age_days,
        opened=view.opened,
        note=words(view.note.text) if view.note else "",
        said=said_line(view.standing, words),
        open=words(view.why) or ("undecided" if view.standing is None else ""),
    )


def _finding(one: Finding, board: Board, review: Review, words: Words, why: str) -> FindingLine:
    subject = Subject(Kind.FINDING, one.id)
    note = board.state.notes.get(subject)
    # What was found in other content than lies here now is not said to be in this one.
    of_now = board.looked is not None and board.looked.fresh and isinstance(one.place, FilePlace)
    file = review.target.inventory.by_path.get(path_of(one.place)) if of_now else None
    return FindingLine(
        id=one.id,
        title=words(one.rule.title),
        tool=words(one.rule.tool),
        rule=words(one.rule.id),
        hazard=words(one.rule.hazard),
        severity=one.severity,
        confidence=one.confidence.value,
        place=_place(one.place, words),
        sources=tuple(msgspec.structs.replace(s, tool=words(s.tool), rule=words(s.rule)) for s in one.sources),
        file=file.content if file else "",
        family=words(family_of(one)),
        fingerprint=one.fingerprint,
        context=one.context,
        keyed=bool(one.secret or one.keyed),
        said=said_line(board.standing(subject), words),
        note=words(note.text) if note else "",
        open=words(why),
        aside=words(board.asides[one.id].words) if one.id in board.asides else "",
    )


def _place(place: Place, words: Words) -> Place:
    if isinstance(place, RepoPlace):
        return RepoPlace(words(place.about))
    if isinstance(place, FilePlace):
        return msgspec.structs.replace(place, path=words(place.path), symbol=words(place.symbol))
    if isinstance(place, PackagePlace):
        return msgspec.structs.replace(place, path=words(place.path), name=words(place.name))
    return msgspec.structs.replace(place, path=words(place.path))


def _gap(gap: Gap, board: Board, words: Words) -> GapLine:
    standing = board.waived(gap)
    return GapLine(
        id=gap.id,
        scanner=words(gap.scanner),
        path=words(gap.path),
        code=words(gap.code),
        reason=words(gap.reason),
        kind=SkipKind.GAP.value,
        by_class=standing is not None and standing.decision.subject == gap.class_subject,
        said=said_line(standing, words),
    )


def _limit(one: Gap, words: Words) -> GapLine:
    return GapLine(
        one.id, words(one.scanner), words(one.path), words(one.code), words(one.reason), kind=SkipKind.LIMIT.value
    )


def _tool(report: Report, words: Words, *, offline: bool, at: str) -> ToolLine:
    coverage = report.coverage
    data, data_at = f"advisory data {report.data}" if report.data else "", report.data_at
    if not data and not offline and coverage.files and report.scanner in _ASKED:
        data, data_at = _ASKED[report.scanner], at
    return ToolLine(
        scanner=words(report.scanner),
        version=words(report.version),
        state=state_of(report.outcome),
        detail=words(detail_of(report.outcome)),
        asked=coverage.asked,
        files=coverage.files,
        gaps=len(coverage.gaps),
        rules=report.rules,
        data=data,
        data_at=data_at,
    )


def _since(since: Since | None, words: Words) -> Since | None:
    """Who signed the last one is told by its countersignatures, which are other people's words."""
    if since is None:
        return None
    return msgspec.structs.replace(since, by=tuple(map(words, since.by)), told=words(since.told))


def _scope(looked: Looked, words: Words) -> tuple[str, ...]:
    said = list(dict.fromkeys(_scoped(looked, words)))
    more = len(said) - _SCOPE_MOST
    return (*said[:_SCOPE_MOST], *((f"and {more} more",) if more > 0 else ()))


def _scoped(looked: Looked, words: Words) -> Iterator[str]:
    """Reasons where there is no path, else how many files of which kind were left out."""
    skips: list[Skipped] = [*looked.result.target.skipped]
    skips += [skip for report in looked.result.reports for skip in report.coverage.skipped]
    scope = [skip for skip in skips if skip.kind is SkipKind.SCOPE]
    yield from (words(skip.reason) for skip in scope if not skip.path)
    kinds = Counter(skip.code for skip in scope if skip.path)
    yield from (f"{words(code)}: {number} file{'s' if number > 1 else ''}" for code, number in sorted(kinds.items()))
