"""What is known and left as it is for a time: waived items, accepted findings, gaps let go; with who answers for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from walkdown.model.event import Verdict
from walkdown.record.paper_blocks import Block, Code, Line, Strong, Table, Title, Words
from walkdown.record.paper_words import FOLD, gap_class, is_past, person, place
from walkdown.record.statement import Predicate, Said

_LEFT = {Verdict.WAIVED, Verdict.ACCEPTED}


class _Waiver(msgspec.Struct, frozen=True):
    """`sort`: the same for what differs in its place only. `whole`: it is about a class, and told once."""

    sort: str
    kind: str
    what: str
    where: Line
    said: Said
    whole: bool = False


def waivers(record: Predicate) -> Iterator[Block]:
    groups: dict[tuple[str, ...], list[_Waiver]] = {}
    for one in _all(record):
        decision = one.said.decision
        groups.setdefault((one.sort, decision.owner, decision.until, decision.reason), []).append(one)
    if not groups:
        return
    yield Title(2, (f"Waived and accepted ({sum(map(len, groups.values())):,})",))
    yield Words(("Known, left as it is for a time, and somebody answers for it.",))
    rows = [row for group in groups.values() for row in _rows(group, record.made)]
    yield Table("waivers", ("Kind", "What", "Where", "Owner", "Until", "Reason"), tuple(rows))


def _all(record: Predicate) -> Iterator[_Waiver]:
    for item in record.items:
        if item.said and item.said.decision.verdict in _LEFT:
            yield _Waiver(f"item {item.id}", "item", item.title, (), item.said)
    for found in record.findings:
        if found.said and found.said.decision.verdict in _LEFT:
            rule = f"finding {found.tool} {found.rule}"
            yield _Waiver(rule, "finding", found.title, place(found.place), found.said)
    for gap in record.gaps:
        if gap.said:
            name = gap_class(gap)
            yield _Waiver(f"gap {name}", "gap", name, (Code(gap.path),) if gap.path else (), gap.said, gap.by_class)


def _rows(group: Sequence[_Waiver], made: str) -> Iterator[tuple[Line, ...]]:
    """All gaps of a class that was waived as one are one line, and so are many findings of one rule."""
    by_class = [one for one in group if one.whole]
    single = [one for one in group if not one.whole]
    for many in (by_class, single if len(single) > FOLD else []):
        if len(many) > 1:
            where: Line = (f"{len(many):,} places, named in the table of {many[0].kind}s below",)
            yield _row(msgspec.structs.replace(many[0], where=where), made, f"{len(many):,} times")
    for one in (*(by_class if len(by_class) == 1 else ()), *(single if len(single) <= FOLD else ())):
        yield _row(one, made)


def _row(one: _Waiver, made: str, times: str = "") -> tuple[Line, ...]:
    decision = one.said.decision
    what: Line = (Strong(times), f" {one.what}") if times else (one.what,)
    owner: Line = (decision.owner,) if decision.owner else person(one.said.by)
    until: Line = (decision.until or "no end given",)
    if is_past(decision.until, made):
        until = (*until, " ", Strong("over", "bad"))
    return (one.kind,), what, one.where, owner, until, (decision.reason,)
