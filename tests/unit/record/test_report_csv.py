"""Findings for a spreadsheet, which must show them and never run them."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.hostile import PIECES, SURROGATES
from helpers.predicates import rewritten, sample_predicate
from walkdown.record.report_csv import HEAD, report_csv
from walkdown.record.statement import Predicate

SAMPLE = sample_predicate()
SMALL = msgspec.structs.replace(SAMPLE, findings=SAMPLE.findings[:5])
STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"


def rows(predicate: Predicate, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(report_csv(predicate)), newline=""), delimiter=delimiter))


def test_every_finding_is_a_line_the_worst_first() -> None:
    head, *found = rows(SAMPLE)
    assert tuple(head) == HEAD
    assert len(found) == 30
    assert [row[0] for row in found] == sorted(
        (row[0] for row in found), key=["critical", "high", "medium", "low", "info"].index
    )
    line = dict(zip(head, found[0], strict=True))
    assert line["title"] == "SQL is built from what a user sent"
    assert (line["path"], line["line"], line["sources"]) == ("api/pay.py", "10", "semgrep:input.sql-built bandit:B608")
    assert (line["decision"], line["by"], line["mail"]) == ("real", "Ada Lovelace", "ada@example.org")
    assert line["open"] == "critical, real and not fixed"


def test_what_nobody_decided_says_so() -> None:
    head, *found = rows(SAMPLE)
    undecided = [dict(zip(head, row, strict=True)) for row in found if row[HEAD.index("decision")] == "undecided"]
    assert len(undecided) == sum(line.said is None for line in SAMPLE.findings)
    assert {(line["by"], line["reason"]) for line in undecided} == {("", "")}


@pytest.mark.parametrize(
    "piece",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", '"=1', "'=1", "x;=1", 'x";"=1',
        "x\t=1",
        "x,=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example")', "a\n=1", "|=1", ";;@x", "; +1",
        *PIECES.values(), *SURROGATES.values(),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(piece: str) -> None:
    made = rewritten(SMALL, lambda _: piece)
    assert {len(row) for row in rows(made)} == {len(HEAD)}
    for delimiter in ",;\t|":  # as the reader's country has it
        for cell in (cell for row in rows(made, delimiter) for cell in row):
            assert not cell.lstrip(" \t\r\n\"'")[:1] or cell.lstrip(" \t")[:1] not in STARTS
            assert cell.strip(' \t"')[:1] not in STARTS or cell.strip(' \t"') == ""


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="=+-@;,|\t\r\n\"' ax1\uff1d", max_size=12))
def test_no_cell_whatever_is_a_formula(piece: str) -> None:
    for delimiter in ",;\t|":
        for cell in (cell for row in rows(rewritten(SMALL, lambda _: piece), delimiter) for cell in row):
            assert not cell.strip(' \t"').startswith(tuple(STARTS))


def test_ordinary_text_stays_as_it_is() -> None:
    made = rewritten(SMALL, lambda _: "a-b, c@d = e; f + g (1.5)")
    assert rows(made)[1][HEAD.index("title")] == "a-b, c@d = e; f + g (1.5)"
