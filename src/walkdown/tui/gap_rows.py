"""The rows of the Gaps screen: gaps under their classes, then limits and scope, folded until somebody wants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

import msgspec

from walkdown.model import Gap, Missing, NothingToScan, Report, SkipKind, Standing, is_whole
from walkdown.review import Board, Looked
from walkdown.tui.widgets.row_list import ListRow

if TYPE_CHECKING:
    from walkdown.review.origin import Offer

_MANY = 20
"""A class with more than these starts folded: its head says how many there are."""


class GapRow(ListRow, frozen=True, kw_only=True):
    """A section, a class in it (`group`), a gap (`gap`), or a line of ours (`text`). `standing`: the waiver that holds,
    or that ran out (`over`). `offer`: what a record nobody trusts says of it."""

    kind: SkipKind = SkipKind.GAP
    group: str = ""
    gap: Gap | None = None
    first: Gap | None = None
    text: str = ""
    total: int = 0
    open: int = 0
    folded: bool = False
    standing: Standing | None = None
    over: bool = False
    offer: Offer | None = None

    @property
    def is_open(self) -> bool:
        return self.gap is not None and self.kind is SkipKind.GAP and (self.standing is None or self.over)


class Folds(msgspec.Struct, frozen=True):
    """What a person folded or unfolded, other than it starts."""

    turned: Set[str] = frozenset()

    def turn(self, key: str) -> Folds:
        return Folds(self.turned ^ {key})

    def unfold(self, key: str, *, at_first: bool) -> Folds:
        return self.turn(key) if self.is_folded(key, at_first=at_first) else self

    def is_folded(self, key: str, *, at_first: bool) -> bool:
        return at_first != (key in self.turned)


def gap_rows(board: Board, folds: Folds) -> list[GapRow]:
    """What is to be decided, or what was looked at where nothing is. Empty while no scan has ended."""
    if board.looked is None:
        return []
    return list(_gaps(board, folds)) if board.gaps else list(_nothing_missed(board.looked.result.reports))


def quiet_rows(looked: Looked, folds: Folds) -> list[GapRow]:
    """What nobody decides about. There may be a hundred thousand, and no decision changes them: made once a scan."""
    sections = ((SkipKind.LIMIT, looked.limits), (SkipKind.SCOPE, looked.scope))
    return [row for kind, quiet in sections for row in _quiet_section(kind, quiet, folds)]


def unfolded_for(board: Board, gap: Gap, folds: Folds) -> Folds:
    """So that this gap has a row."""
    many = sum(one.group == gap.group for one in board.gaps) > _MANY
    return folds.unfold(_class_key(gap), at_first=many)


def key_of(gap: Gap) -> str:
    return f"{gap.kind.value} {gap.id}"


def _gaps(board: Board, folds: Folds) -> Iterator[GapRow]:
    for at, (group, gaps) in enumerate(by_class(board.gaps).items()):
        if at:
            yield GapRow(key=f"blank {group}", stands=False)
        rows = [_gap_row(gap, board) for gap in gaps]
        key = _class_key(gaps[0])
        folded = folds.is_folded(key, at_first=len(gaps) > _MANY)
        undecided = sum(row.is_open for row in rows)
        yield GapRow(key=key, heading=True, group=group, first=gaps[0], total=len(gaps), open=undecided, folded=folded)
        if not folded:
            yield from rows


def _gap_row(gap: Gap, board: Board) -> GapRow:
    waived = board.waived(gap)
    standing = waived or board.standing(gap.subject) or board.standing(gap.class_subject)
    offer = board.offers.get(gap.subject) or board.offers.get(gap.class_subject)
    over = bool(standing and not waived)
    return GapRow(key=key_of(gap), gap=gap, group=gap.group, standing=standing, over=over, offer=offer)


def _quiet_section(kind: SkipKind, gaps: Sequence[Gap], folds: Folds) -> Iterator[GapRow]:
    if not gaps:
        return
    key = f"section {kind.value}"
    folded = folds.is_folded(key, at_first=True)
    yield GapRow(key=f"blank {key}", stands=False)
    yield GapRow(key=key, heading=True, kind=kind, total=len(gaps), folded=folded)
    if folded:
        return
    for group, some in by_class(gaps).items():
        of_class = _class_key(some[0])
        closed = folds.is_folded(of_class, at_first=len(some) > _MANY)
        yield GapRow(key=of_class, heading=True, kind=kind, group=group, first=some[0], total=len(some), folded=closed)
        if not closed:
            yield from (GapRow(key=key_of(gap), kind=kind, group=group, gap=gap) for gap in some)


def _nothing_missed(reports: Iterable[Report]) -> Iterator[GapRow]:
    """Nothing is only ever nothing of something: it says what was looked at."""
    yield GapRow(key="nothing", text="Nothing was missed", heading=True, stands=False)
    for report in reports:
        yield GapRow(key=f"report {report.scanner}", text=looked_at(report), stands=False)


def looked_at(report: Report) -> str:
    """What a scanner read, in a few words."""
    name = f"{report.scanner} {report.version}".strip()
    if isinstance(report.outcome, NothingToScan):
        return f"{name}  nothing to look at here"
    if isinstance(report.outcome, Missing):
        return f"{name}  is not on this machine"
    if not is_whole(report.outcome):
        return f"{name}  did not end well"
    coverage = report.coverage
    gaps = len(coverage.gaps)
    but = f", {gaps} {'gap' if gaps == 1 else 'gaps'}" if gaps else ""
    return (f"{name}  {coverage.files} of {coverage.asked}" if coverage.asked else f"{name}  ran") + but


def by_class(gaps: Iterable[Gap]) -> dict[str, list[Gap]]:
    groups: dict[str, list[Gap]] = {}
    for gap in gaps:
        groups.setdefault(gap.group, []).append(gap)
    return groups


def _class_key(gap: Gap) -> str:
    return f"class {gap.kind.value} {gap.group}"
