"""Findings as CSV for a spreadsheet, which must not take any of them for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from walkdown.model.place import CommitPlace, PackagePlace, Place, RepoPlace, line_of, path_of
from walkdown.record.statement import FindingLine, Predicate
from walkdown.safetext import for_terminal

# What spreadsheets take for the start of a formula, also written wide, behind blanks or quotes, or behind a character
# that they may take for the end of a cell where the reader's country writes lists with it.
_FORMULA = re.compile(r"""(^|[;,\t\r\n|])(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212])""")

HEAD = (
    "severity", "confidence", "title", "path", "line", "place", "tool", "rule", "hazard", "sources", "decision", "by",
    "mail", "at", "channel", "reason", "owner", "until", "remark", "note", "open", "id", "fingerprint",
)  # fmt: skip
_Row: TypeAlias = tuple[str, ...]


def report_csv(predicate: Predicate) -> Iterator[str]:
    """A line for each finding, as RFC 4180 writes them, the worst first."""
    yield csv_line(HEAD)
    for line in sorted(predicate.findings, key=lambda one: one.severity.rank):
        yield csv_line((*_found(line), *_decided(line), line.note, line.open, line.id, line.fingerprint))


def _found(line: FindingLine) -> _Row:
    number = line_of(line.place)
    return (
        line.severity.value,
        line.confidence,
        line.title,
        path_of(line.place),
        str(number) if number else "",
        _about(line.place),
        line.tool,
        line.rule,
        line.hazard,
        " ".join(f"{one.tool}:{one.rule}" for one in line.sources),
    )


def _about(place: Place) -> str:
    match place:
        case CommitPlace(commit=commit):
            return f"commit {commit}"
        case PackagePlace(ecosystem=ecosystem, name=name, version=version):
            return f"{ecosystem} {name} {version}".strip()
        case RepoPlace(about=about):
            return about
        case _:
            return ""


def _decided(line: FindingLine) -> _Row:
    said = line.said
    if said is None:
        return ("undecided", *("",) * 8)
    decision = said.decision
    return (
        decision.verdict.value,
        said.by.name,
        said.by.mail,
        said.at,
        said.channel.value,
        decision.reason,
        decision.owner,
        decision.until,
        decision.note,
    )


def csv_line(row: Sequence[str]) -> str:
    """Quoted, and with nothing in it that a spreadsheet would run."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([*map(_cell, row)])
    return out.getvalue()


# The same titles, rules and reasons come many thousand times.
@lru_cache(16_384)
def _cell(text: str) -> str:
    """A leading apostrophe makes it text in every spreadsheet, and is plain to see in everything else."""
    return _FORMULA.sub(r"\1'", for_terminal(text))
