"""The whole way on the demo, in a real terminal: scan, decide, kill -9, and go on where it was left."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from helpers import tmux
from helpers.command import Command, compiled_rules
from walkdown.model import Verdict
from walkdown.record.wire_walk import WireFindingList, WireGapList, WireItemList, WireStatus

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not tmux.is_here(), reason=tmux.WHY_NOT),
    pytest.mark.xdist_group("demo"),
]
DEMO = ("demo", "--offline", "--as", "Ada <ada@example.org>")
ASIDE, NEEDS_WORK, WAIVED, PASSED, TAKEN_BACK = (
    "Rules hold on the server", "Requests set only named fields", "SQL has parameters", "HTML is escaped",
    "Input never becomes code",
)  # fmt: skip
"""In the order of the list."""
HINT = "2026-12-31"
"""How a date looks, where none was given yet."""


@pytest.fixture
def walkdown(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    return Command(tmp_path / "home", compiled=compiled_rules(tmp_path_factory))


def test_what_was_decided_stands_again_after_kill_9(walkdown: Command) -> None:
    with tmux.Terminals(walkdown.env) as terminals:
        first = terminals.open("first", *DEMO)
        first.shows("Begin the walk", "Scanned just now")
        decide_items(first)
        decide_others(first)
        take_back(first)
        tree = str(next(walkdown.temporary.glob("walkdown-demo-*/corner-shop")))  # left behind by the one we kill
        before, told = seen(first), status_of(walkdown, tree)

        first.kill()
        again = terminals.open("again", *DEMO)
        again.shows("Go on with", "Scanned", "questions decided, last by Ada")
        assert seen(again) == before

    assert status_of(walkdown, tree) == told
    assert_kept(walkdown, tree, told)


def decide_items(terminal: tmux.Terminal) -> None:
    terminal.press("Enter")
    to_item(terminal, ASIDE)
    terminal.press("d")
    terminal.shows(f"Does not apply: {ASIDE}")
    terminal.write("there are no prices")
    terminal.press("Enter")
    terminal.shows("Written down: does not apply", "\u2013 does not apply by Ada")

    to_item(terminal, NEEDS_WORK)
    terminal.press("x")
    terminal.shows("Written down: needs work", "✗ needs work by Ada")

    to_item(terminal, WAIVED)
    terminal.press("w")
    fill(terminal, f"Waive: {WAIVED}", "only staff can reach it")
    terminal.shows("Written down: waived until", "“only staff can reach it”")

    to_item(terminal, PASSED)
    terminal.press("p")
    terminal.shows("There are findings against it: press o", "none yet · evidence not opened")
    terminal.press("o")
    terminal.shows("none yet · opened 1 of 1")
    terminal.press("p")
    terminal.shows("Written down: pass", "● pass by Ada")
    terminal.press("Escape")  # from the evidence back to the list
    terminal.until(lambda screen: screen.count("▸ ") == 2, "the list again")  # one is the line of code


def decide_others(terminal: tmux.Terminal) -> None:
    """A finding, and a whole class of gaps."""
    terminal.press("2")
    terminal.shows("undecided · by file")
    terminal.press("p")
    terminal.shows("False positive:")
    terminal.write("the value is ours")
    terminal.press("Enter")
    terminal.shows("undecided · by file", "\u2013 false positive")

    terminal.press("3")
    terminal.shows("open", "semgrep/partly-parsed")
    terminal.press("W")
    fill(terminal, "Waive: semgrep/partly-parsed", "read by hand")
    terminal.shows("1 waived  ·", "◐ scripts/backfill_totals.py")


def take_back(terminal: tmux.Terminal) -> None:
    terminal.press("1")
    to_item(terminal, TAKEN_BACK)
    terminal.press("x")
    terminal.shows("✗ needs work by Ada")
    terminal.press("u")
    terminal.shows("Taken back: needs work", "none yet")


def to_item(terminal: tmux.Terminal, title: str) -> None:
    """Along the undecided ones."""
    terminal.shows("▸")
    while title not in (at := chosen_row(terminal.screen)):
        terminal.press("]")
        terminal.until(lambda screen, at=at: chosen_row(screen) != at, f"away from {at}")  # type: ignore[misc]


def chosen_row(screen: str) -> str:
    row = re.search(r"^ *▸ . (.{34})", screen, re.MULTILINE)
    return row[1] if row else ""


def fill(terminal: tmux.Terminal, title: str, reason: str) -> None:
    """A dialog that asks for reason, owner and end: a month from now by one key."""
    terminal.shows(title, "Until")
    terminal.write(reason)
    for field in ("Owner", "Until"):
        terminal.press("Enter")
        terminal.until(lambda _, field=field: field in terminal.line, f"on to {field}")  # type: ignore[misc]
    terminal.press("m")
    terminal.until(lambda _: re.search(r"20\d\d-\d\d-\d\d", terminal.line) and HINT not in terminal.line, "an end")
    terminal.press("Enter")
    terminal.until(lambda screen: title not in screen, "the dialog goes")


def seen(terminal: tmux.Terminal) -> tuple[str, ...]:
    """The lists as they stand on each screen, from the top."""
    shown = []
    for key, words in (("1", "Pre-deploy"), ("2", "undecided · by file"), ("3", "Gaps ")):
        terminal.press(key)
        terminal.shows(words)
        terminal.press("Home")
        terminal.until(lambda screen: "▸" in "\n".join(screen.splitlines()[:8]), "the first row")
        shown.append("\n".join(line[:50].rstrip() for line in terminal.screen.splitlines()[1:38]))
    terminal.press("4")
    screen = terminal.shows("Not ready:", "Decided by")
    shown += re.findall(r"Not ready: \d+ things|Decided by Ada \d+", screen)
    return tuple(shown)


def status_of(walkdown: Command, tree: str) -> WireStatus:
    return msgspec.json.decode(said(walkdown, "status", tree), type=WireStatus)


def said(walkdown: Command, *arguments: str) -> str:
    answer = walkdown(*arguments, "--offline", "--format", "json")
    assert answer.code in (0, 1), answer.err
    return answer.out


def assert_kept(walkdown: Command, tree: str, told: WireStatus) -> None:
    """What the screens showed is what the commands say."""
    assert not told.ready
    counts = told.counts
    assert (counts.items.passed, counts.items.needs_work, counts.items.waived, counts.items.not_applicable) == (
        1, 1, 1, 1,
    )  # fmt: skip
    assert counts.items.total - counts.items.undecided == 4
    assert (counts.findings.false_positive, counts.gaps.waived) == (1, 1)
    assert (told.session.last_by, told.session.fresh) == ("Ada", True)

    items = msgspec.json.decode(said(walkdown, "item", "list", tree), type=WireItemList).items
    decided = {item.title: item.decision for item in items if item.decision is not None}
    assert {title: one.verdict for title, one in decided.items()} == {
        PASSED: Verdict.PASS,
        NEEDS_WORK: Verdict.NEEDS_WORK,
        WAIVED: Verdict.WAIVED,
        ASIDE: Verdict.NOT_APPLICABLE,
    }
    waived = decided[WAIVED]
    assert (waived.reason, waived.owner, waived.by) == ("only staff can reach it", "Ada", "Ada")
    in_a_month = datetime.now(timezone.utc).date() + timedelta(days=28)
    assert in_a_month.isoformat() <= waived.until
    assert decided[ASIDE].reason == "there are no prices"

    found = msgspec.json.decode(said(walkdown, "finding", "list", tree), type=WireFindingList).findings
    assert [one.decision.reason for one in found if one.decision] == ["the value is ours"]
    gaps = msgspec.json.decode(said(walkdown, "gap", "list", tree), type=WireGapList).gaps
    assert [one.decision.reason for one in gaps if one.decision] == ["read by hand"]
