"""What a scanner read of a target it is told again next time, unless something of the target stayed unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from helpers.package_scan import packages_scanned
from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    Command,
    Finding,
    Job,
    Parsed,
    Printed,
    SkipKind,
    Skipped,
    Sources,
    Tool,
    Where,
)


class Reader:
    """Reads nothing by a child, and remembers one word."""

    name = "reader"
    title = "A reader"

    def __init__(self, gap: str) -> None:
        self._gap = gap
        self.told: list[bytes | None] = []

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset()

    def find(self, where: Where) -> tuple[Tool, ...]:
        return (Tool(self.name, "1", ()),)

    def key(self, tool: Tool) -> str:
        return tool.version

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        return ()

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job]:
        self.told.append(remembered)
        gaps = (Skipped("", SkipKind.GAP, self._gap, "why"),) if self._gap else ()
        return (Job("all", "", ("a",), settled=Parsed(looked=frozenset({"a"}), skipped=gaps)),)

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:
        raise ScannerError("There is no child.")

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:
        raise ScannerError("There is no child.")

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:
        return b"read"


@pytest.mark.parametrize(
    ("gap", "second"),
    [("", b"read"), ("no-index-npm", b"read"), ("stale-data", b"read"), ("unreadable", None)],
)
def test_data_of_ours_that_are_missing_make_nothing_be_read_twice(
    tmp_path: Path, gap: str, second: bytes | None
) -> None:
    reader = Reader(gap)
    for _ in range(2):
        packages_scanned(tmp_path, reader, (), offline=True)
    assert reader.told == [None, second]
