"""Two people, two terminals, one journal: each sees what the other decides, and nobody's word is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from helpers import tmux
from helpers.command import Command
from helpers.repos import make_repo
from walkdown.model import Channel, Coverage, Kind, Ran, Report, ScanResult, Subject, TargetFacts, Verdict
from walkdown.record.wire_walk import WireItem, WireItemList
from walkdown.review import Session, last

pytestmark = pytest.mark.skipif(not tmux.is_here(), reason=tmux.WHY_NOT)

ADA, BEN, CLEO = "Ada <ada@example.org>", "Ben <ben@example.org>", "Cleo <cleo@example.org>"
SOON = 5.0
"""Seconds; asked for is one, and on an idle machine it is well under that. Busy ones get some air."""
FIRST, SECOND = "Input is checked at the edge", "Rules hold on the server"
FIRST_ID, SECOND_ID = "input.checked-at-edge", "input.server-rules"


class Two:
    """Ada's and Ben's app on one repository, both before the first question."""

    def __init__(self, walkdown: Command, tree: Path, terminals: tmux.Terminals) -> None:
        self.walkdown, self.tree = walkdown, tree
        self.ada, self.ben = (terminals.open(who[:3], str(tree), "--offline", "--as", who) for who in (ADA, BEN))
        for terminal in (self.ada, self.ben):
            terminal.shows("Scanned just now")
            terminal.press("1")
            terminal.shows(f"▸ ○ {FIRST}", "Decision   none yet")

    def item(self, item_id: str) -> WireItem:
        said = self.walkdown("item", "list", str(self.tree), "--offline", "--format", "json")
        items = msgspec.json.decode(said.out, type=WireItemList).items
        return next(item for item in items if item.id == item_id)


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    walkdown = Command(tmp_path / "home")
    tree = make_repo(tmp_path, {"app.py": "print('a shop')\n"}, name="shop")
    for name in ("config", "cache", "state"):
        monkeypatch.setenv(f"WALKDOWN_{name.upper()}_DIR", walkdown.env[f"WALKDOWN_{name.upper()}_DIR"])
    as_if_scanned(tree)
    with tmux.Terminals(walkdown.env) as terminals:
        yield Two(walkdown, tree, terminals)


def as_if_scanned(tree: Path) -> None:
    """No scanner runs here: this is about people."""
    with Session.open(
        str(tree), Channel.SCRIPT, lambda settings: msgspec.structs.replace(settings, offline=True)
    ) as it:
        target, now = it.review.target, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = TargetFacts("shop", target.facts.head, "main", looked=target.looked, tree=target.tree)
        reports = tuple(Report(name, "1.0", Ran(), Coverage(1, 1)) for name in it.review.scanner_names)
        result = ScanResult(facts, reports, (), started=now, finished=now)
        assert last.save(it.review.state_folder, result, it._asked()) == ""
        assert it.recall()


def seconds_until(terminal: tmux.Terminal, *words: str) -> float:
    began = time.monotonic()
    terminal.shows(*words)
    return time.monotonic() - began


def test_what_one_decides_the_other_sees_at_once(two: Two) -> None:
    two.ada.press("x")
    there = seconds_until(two.ben, "✗ needs work by Ada", f"▸ ✗ {FIRST}", "Ada: needs work")
    two.ben.press("]")
    two.ben.shows(f"▸ ○ {SECOND}")
    two.ben.press("x")
    back = seconds_until(two.ada, "Ben: needs work for Rules hold on the server", f"✗ {SECOND}")
    print(f"seen by the other after {there:.2f} s and {back:.2f} s")
    assert max(there, back) < SOON
    assert "▸ ✗ " + FIRST in two.ada.screen, "her cursor stays where it was"


def test_a_decision_from_the_command_line_is_seen_by_both(two: Two) -> None:
    said = two.walkdown(
        "item", "decide", FIRST_ID, "n-a", "--reason", "no input at all",
        "--repo", str(two.tree), "--as", CLEO, "--offline",
    )  # fmt: skip
    assert said.code == 0, said.err
    for terminal in (two.ada, two.ben):
        assert seconds_until(terminal, "\u2013 does not apply by Cleo", "by a script", "no input at all") < SOON


def test_two_who_decide_otherwise_at_the_same_time_both_stand_on_both_screens(two: Two) -> None:
    # Ben's dialog is open while Ada decides: he does not see hers before he has written his own.
    two.ben.press("w")
    two.ben.shows(f"Waive: {FIRST}", "Until")
    two.ben.write("the shop is closed")
    two.ada.press("x")
    two.ada.shows("✗ needs work by Ada")
    fill_rest(two.ben)
    for terminal in (two.ada, two.ben):
        terminal.shows("waived by Ben", "At the same time:", "needs work by Ada", f"▸ ◐ {FIRST}")

    item = two.item(FIRST_ID)
    assert item.decision is not None
    assert (item.decision.verdict, item.decision.by) == (Verdict.WAIVED, "Ben")
    assert len(item.decision.disputed) == 1
    assert item.why != ""

    # Whoever decides with both in view settles it, on both screens.
    two.ada.press("x")
    for terminal in (two.ada, two.ben):
        terminal.until(lambda screen: "At the same time:" not in screen and f"▸ ✗ {FIRST}" in screen, "it is settled")
    with Session.open(str(two.tree), Channel.SCRIPT) as session:
        state = session.board.state
        written = [event for event in state.events if getattr(event.act, "decision", None) is not None]
        assert [event.actor.name for event in written] == ["Ada", "Ben", "Ada"]
        assert state.decisions[Subject(Kind.ITEM, FIRST_ID)].decision.verdict is Verdict.NEEDS_WORK


def fill_rest(terminal: tmux.Terminal) -> None:
    for field in ("Owner", "Until"):
        terminal.press("Enter")
        terminal.until(lambda _, field=field: field in terminal.line, f"on to {field}")  # type: ignore[misc]
    terminal.press("w")
    terminal.until(lambda _: "Until" in terminal.line and "2026-12-31" not in terminal.line, "an end")
    terminal.press("Enter")
