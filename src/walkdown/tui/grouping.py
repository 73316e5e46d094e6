"""How findings stand in a list: in groups, the worst group first. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from enum import Enum
from itertools import groupby

import msgspec

from walkdown.model import Severity
from walkdown.model.hazards import HAZARDS
from walkdown.tui.filtering import OPEN, Columns

_LINE_BITS = 24
_SEVERITIES = tuple(Severity)


class Grouping(Enum):
    FILE = "file"
    RULE = "rule"
    HAZARD = "hazard"
    SEVERITY = "severity"

    @property
    def next(self) -> Grouping:
        every = tuple(Grouping)
        return every[(every.index(self) + 1) % len(every)]


class Order(msgspec.Struct, frozen=True):
    """All rows in their order, and for each row (by its own number) the number of its group."""

    rows: Sequence[int]
    group_of: Sequence[int]
    labels: Sequence[str]


class Group(msgspec.Struct, frozen=True):
    label: str
    count: int


class Lines(msgspec.Struct, frozen=True):
    """What the list draws: `lines` holds a row's number, or -1 - n for the heading of group n."""

    lines: Sequence[int]
    groups: Sequence[Group]
    shown: int
    undecided: int

    def row(self, line: int) -> int:
        """The row on a line, -1 on a heading or outside."""
        return max(-1, self.lines[line]) if 0 <= line < len(self.lines) else -1

    def group(self, line: int) -> Group | None:
        number = self.lines[line]
        return self.groups[-1 - number] if number < 0 else None

    def line_of(self, row: int) -> int:
        """Where a row stands, -1 where the filter left it out."""
        try:
            return self.lines.index(row)
        except ValueError:
            return -1


NOTHING = Lines(array("l"), (), 0, 0)


def order_by(columns: Columns, grouping: Grouping) -> Order:
    """Groups by their worst finding, then by name; inside a group the worst first, then by place."""
    labels, group_of = _groups(columns, grouping)
    worst = [len(_SEVERITIES)] * len(labels)
    for group, severity in zip(group_of, columns.severity, strict=True):
        worst[group] = min(worst[group], severity)
    by_name = _ranks([where.text for where in columns.wheres])
    ranks = _ranks([(worst[group], label.lower()) for group, label in enumerate(labels)])
    # One number for each row sorts several times faster than a tuple would.
    many = len(by_name) or 1
    keys = [
        (((ranks[group] * 8 + severity) * many + by_name[where]) << _LINE_BITS) + line
        for group, severity, where, line in zip(
            group_of, columns.severity, columns.where, columns.line, strict=True
        )
    ]  # fmt: skip
    rows = array("l", sorted(range(len(columns)), key=keys.__getitem__))
    return Order(rows, group_of, labels)


def lines_of(order: Order, rows: Sequence[int], states: Sequence[int]) -> Lines:
    """`rows`: those of the order that are shown."""
    lines = array("l")
    groups: list[Group] = []
    for group, members in groupby(rows, order.group_of.__getitem__):
        several = array("l", members)
        lines.append(-1 - len(groups))
        lines.extend(several)
        groups.append(Group(order.labels[group], len(several)))
    undecided = sum(states[row] == OPEN for row in rows)
    return Lines(lines, groups, len(rows), undecided)


def _groups(columns: Columns, grouping: Grouping) -> tuple[list[str], Sequence[int]]:
    if grouping is Grouping.SEVERITY:
        return [one.value for one in _SEVERITIES], columns.severity
    if grouping is Grouping.FILE:
        labels, number = _merged([where.path or "the repository" for where in columns.wheres])
        return labels, [number[where] for where in columns.where]
    if grouping is Grouping.RULE:
        labels, number = _merged([rule.title for rule in columns.rules])
    else:
        labels, number = _merged([_hazard(rule.hazard) for rule in columns.rules])
    return labels, [number[rule] for rule in columns.rule]


def _hazard(hazard_id: str) -> str:
    known = HAZARDS.get(hazard_id)
    return known.title if known else hazard_id or "other"


def _merged(names: Sequence[str]) -> tuple[list[str], list[int]]:
    """Each name once, and for each of them its number."""
    found: dict[str, int] = {}
    numbers = [found.setdefault(name, len(found)) for name in names]
    return list(found), numbers


def _ranks(keys: Sequence[str] | Sequence[tuple[int, str]]) -> list[int]:
    ranks = [0] * len(keys)
    for rank, number in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        ranks[number] = rank
    return ranks
