"""What a scan says of an item: silence counts only where somebody looked."""

from __future__ import annotations

import msgspec
import pytest

from helpers.boards import checklist, finding, gap, item, result
from walkdown.checklist import Evidence, Standpoint, gather, index
from walkdown.model import Looks, Missing, Report, ScanResult

LOOKED_FOR, UNKNOWN = item("sql", "input.sql-built"), item("owner", "auth.object-level")


def told(scan: ScanResult, *items: str) -> list[Standpoint]:
    every = {one.item.id: one for one in gather(checklist(LOOKED_FOR, UNKNOWN), index(scan))}
    return [every[name].standpoint for name in items]


def of(scan: ScanResult, name: str) -> Evidence:
    return next(one for one in gather(checklist(LOOKED_FOR, UNKNOWN), index(scan)) if one.item.id == name)


def test_silence_is_told_apart_from_nobody_looking() -> None:
    assert told(result(), "sql", "owner") == [Standpoint.SILENT, Standpoint.NOBODY_LOOKS]


def test_a_finding_counts_wherever_it_comes_from() -> None:
    imported = finding("f1", "auth.object-level")
    assert told(result((imported,)), "owner") == [Standpoint.AGAINST]


def test_a_gap_counts_for_what_its_scanner_looks_for_and_nothing_else() -> None:
    scan = result(gaps=(gap("a.py"),))
    assert told(scan, "sql", "owner") == [Standpoint.COULD_NOT_LOOK, Standpoint.NOBODY_LOOKS]
    assert (of(scan, "sql").gaps, of(scan, "owner").gaps) == (1, 0)
    assert of(scan, "owner").domain == of(result(), "owner").domain, "a gap elsewhere reopens nothing"
    assert of(scan, "sql").domain != of(result(), "sql").domain


def test_a_scanner_that_is_missing_is_no_silence() -> None:
    absent = Report("semgrep", "", Missing("Semgrep is not installed.", "pip install semgrep"))
    assert told(msgspec.structs.replace(result(), reports=(absent,)), "sql") == [Standpoint.COULD_NOT_LOOK]


@pytest.mark.parametrize("looks", [(), (Looks("semgrep", ()),)])
def test_rules_for_another_language_are_nobody_looking(looks: tuple[Looks, ...]) -> None:
    assert told(msgspec.structs.replace(result(), looks=looks), "sql") == [Standpoint.NOBODY_LOOKS]
