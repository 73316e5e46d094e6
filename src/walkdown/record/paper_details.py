"""The detail behind the first page: every item, every finding, every gap, and the tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from walkdown.model.severity import Severity
from walkdown.record.paper_blocks import Block, Bullets, Code, Line, Strong, Table, Title, Words
from walkdown.record.paper_words import (
    Twins,
    count,
    days_between,
    decided_by,
    evidence,
    gap_class,
    moment,
    place,
    seen_by,
    short,
    verdict,
    why,
)
from walkdown.record.statement import FindingLine, GapLine, ItemLine, Predicate, ToolLine

_STATES = {
    "ran": "ran to its end",
    "nothing": "nothing to scan",
    "missing": "missing",
    "failed": "failed",
    "timed-out": "timed out",
    "cancelled": "stopped",
}
_WHOLE = {"ran", "nothing"}
_UNSURE = {"likely": "likely", "unsure": "not sure"}


def items(record: Predicate, twins: Twins) -> Iterator[Block]:
    yield Title(2, (f"Items ({len(record.items):,})",))
    sections: dict[str, list[ItemLine]] = {}
    for line in record.items:
        sections.setdefault(line.section, []).append(line)
    for section, lines in sections.items():
        yield Title(3, (section or "Without a section",))
        yield Table(
            "items", ("Item", "Decision", "By", "Evidence", "Why"), tuple(map(partial(_item, twins=twins), lines))
        )
    if not record.items:
        yield Words(("None.",))


def _item(line: ItemLine, twins: Twins) -> tuple[Line, ...]:
    title: Line = (line.title, " ", Code(line.id))
    if not line.blocking:
        title = (*title, ", not blocking")
    return (
        title,
        verdict(line.said, matters=bool(line.open) and line.blocking),
        decided_by(line.said, twins),
        evidence(line),
        why(line),
    )


def findings(record: Predicate, twins: Twins) -> Iterator[Block]:
    yield Title(2, (f"Findings ({len(record.findings):,})",))
    by_severity: dict[Severity, list[FindingLine]] = {severity: [] for severity in Severity}
    for line in record.findings:
        by_severity[line.severity].append(line)
    for severity, lines in by_severity.items():
        if lines:
            name = severity.value.capitalize()
            yield Title(3, (Strong(f"{name} ({len(lines):,})", severity.value),))
            head = (f"{name}: what", "Where", "Seen by", "Decision", "By", "Why")
            yield Table("findings", head, tuple(map(partial(_finding, twins=twins), lines)))
    if not record.findings:
        yield Words(("None.",))


def _finding(line: FindingLine, twins: Twins) -> tuple[Line, ...]:
    unsure = _UNSURE.get(line.confidence)
    title = f"{line.title or line.rule}{f' ({unsure})' if unsure else ''}"
    return (
        (title,),
        place(line.place),
        seen_by(line),
        _decided(line),
        decided_by(line.said, twins),
        why(line),
    )


def _decided(line: FindingLine) -> Line:
    if line.aside and line.said is None:
        return ("◐ set aside by what was said of its door",)
    return verdict(line.said, matters=bool(line.open))


def gaps(record: Predicate, twins: Twins) -> Iterator[Block]:
    """What should have been looked at and was not; then what nobody could have looked at."""
    missed = [line for line in record.gaps if line.kind == "gap"]
    limits = [line for line in record.gaps if line.kind != "gap"]
    yield Title(2, (f"Gaps ({len(missed):,})",))
    if missed:
        yield Words(("Should have been looked at and was not. Nothing is known about these.",))
        head = ("Class", "Where", "Why nobody looked", "Waived by")
        yield Table("gaps", head, tuple(_gap(line, twins) for line in _by_class(missed)))
    else:
        yield Words(("None: all that should be looked at was looked at.",))
    if limits:
        yield Title(3, (f"Cannot be known from here ({len(limits):,})",))
        rows = tuple(_gap(line, twins)[:3] for line in _by_class(limits))
        yield Table("limits", ("Class", "Where", "Why"), rows)


def _by_class(lines: Sequence[GapLine]) -> list[GapLine]:
    return sorted(lines, key=gap_class)


def _gap(line: GapLine, twins: Twins) -> tuple[Line, ...]:
    where: Line = (Code(line.path),) if line.path else ("all of it",)
    if line.said is None:
        waived: Line = (Strong("nobody", "bad"),)
    else:
        reason = f": {line.said.decision.reason}" if line.said.decision.reason else ""
        together = ", with its class" if line.by_class else ""
        until = f", until {line.said.decision.until}" if line.said.decision.until else ""
        waived = (*decided_by(line.said, twins), f"{together}{until}{reason}")
    return (Code(gap_class(line)),), where, (line.reason,), waived


def left_out(record: Predicate) -> Iterator[Block]:
    if record.scope:
        yield Title(2, ("Left out on purpose",))
        yield Bullets(tuple((one,) for one in record.scope))


def tools(record: Predicate) -> Iterator[Block]:
    yield Title(2, ("Tools",))
    head = ("Tool", "Version", "How it ended", "Files", "Gaps", "Rules", "Data")
    yield Table("tools", head, tuple(_tool(line, record.made) for line in record.tools))
    yield Words(("Digests of 12 characters stand whole in the JSON beside this file.",))


def _tool(line: ToolLine, made: str) -> tuple[Line, ...]:
    state = _STATES.get(line.state)
    ended: Line = (Strong(state, "bad"),) if state and line.state not in _WHOLE else (state or line.state,)
    if line.detail:
        ended = (*ended, f": {line.detail}")
    files = f"{line.files:,} of {line.asked:,}"
    rules: Line = (short(line.rules),) if line.rules else ()
    return (line.scanner,), (line.version,), ended, (files,), (f"{line.gaps:,}",), rules, _data(line, made)


def _data(line: ToolLine, made: str) -> Line:
    if not line.data_at:
        return (line.data,) if line.data else ()
    age = days_between(line.data_at, made)
    old = f", {count(age, 'day')} old" if age else ""
    return (f"{line.data}, of {moment(line.data_at)}{old}".lstrip(", "),)
