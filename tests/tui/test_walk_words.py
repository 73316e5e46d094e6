"""What is said of an item, and which items wait for a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import msgspec
import pytest

from tui.helpers import ADA, BEN, ITEMS, LOOKS, MISSING, REPORTS, findings
from walkdown.checklist import Checklist
from walkdown.journal import fold
from walkdown.model import (
    Actor,
    Channel,
    Decided,
    Decision,
    Event,
    Kind,
    ScanResult,
    Severity,
    StackPart,
    Subject,
    TargetFacts,
    Verdict,
)
from walkdown.review import Board, ItemView
from walkdown.review.board import board_of, look_at
from walkdown.tui import item_words as words

NOW = datetime(2026, 11, 20, 23, 5, tzinfo=timezone.utc)
TODAY = NOW.date()
SCAN = ScanResult(TargetFacts(stack=(StackPart("language", "python"),)), REPORTS, findings(), looks=LOOKS)


def event(seq: int, decision: Decision, actor: Actor = ADA, *, days_ago: int = 0) -> Event:
    time = (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Event(seq, time, actor, Channel.APP, "", Decided(decision))


def board(*events: Event, scan: ScanResult | None = SCAN, today: date = TODAY) -> Board:
    looked = look_at(scan, Severity.HIGH, fresh=True) if scan is not None else None
    return board_of(Checklist("core", "Pre-deploy", "1", ITEMS, digest="0"), fold(events), looked, today)


def view(on: Board, item_id: str) -> ItemView:
    found = on.item(item_id)
    assert found is not None
    return found


def on_item(item_id: str, verdict: Verdict, **more: str) -> Decision:
    now = view(board(), item_id).evidence
    made = Decision(Subject(Kind.ITEM, item_id), verdict, rests_on=now.rests_on, domain=now.domain)
    return msgspec.structs.replace(made, **more)


def test_an_item_waits_until_it_is_decided_on_the_evidence_of_today() -> None:
    assert words.is_open(view(board(), "input.uploads"), TODAY)
    passed = on_item("input.uploads", Verdict.PASS)
    assert not words.is_open(view(board(event(1, passed)), "input.uploads"), TODAY)
    elsewhere = msgspec.structs.replace(passed, domain="of another day")
    assert words.is_open(view(board(event(1, elsewhere)), "input.uploads"), TODAY)


def test_what_needs_work_waits_again_when_the_evidence_changed() -> None:
    """Somebody mended it, perhaps: then it is to be looked at, though `needs work` stands."""
    said = on_item("input.sql", Verdict.NEEDS_WORK)
    assert not words.is_open(view(board(event(1, said)), "input.sql"), TODAY)
    mended = board(event(1, said), scan=msgspec.structs.replace(SCAN, findings=findings()[1:]))
    assert words.is_open(view(mended, "input.sql"), TODAY)


def test_an_old_answer_and_an_ended_waiver_wait_again_and_say_why() -> None:
    answered = event(1, on_item("ops.rollback", Verdict.PASS), days_ago=31)
    old = board(answered)
    assert words.is_open(view(old, "ops.rollback"), TODAY)
    assert "more than 30 days ago" in words.decision(view(old, "ops.rollback"), old, NOW).plain
    waived = event(1, on_item("input.sql", Verdict.WAIVED, reason="soon", owner="Ben", until="2026-11-19"))
    ended = board(waived)
    assert words.is_open(view(ended, "input.sql"), TODAY)
    assert "The waiver has ended" in words.decision(view(ended, "input.sql"), ended, NOW).plain


def test_a_decision_names_who_when_through_what_and_its_terms() -> None:
    decided = on_item("input.sql", Verdict.WAIVED, reason="the proxy stops it", owner="Ben", until="2026-12-20")
    on = board(event(1, msgspec.structs.replace(decided, seconds=42), days_ago=3))
    text = words.decision(view(on, "input.sql"), on, NOW).plain
    assert "waived by Ada, 3 days ago, in the app, after 42 s" in text
    assert "“the proxy stops it”" in text
    assert "Owner Ben, until 2026-12-20, 30 days left" in text


def test_both_sides_of_a_disagreement_are_named() -> None:
    mine = event(1, on_item("input.uploads", Verdict.PASS))
    theirs = event(2, on_item("input.uploads", Verdict.NEEDS_WORK), BEN)
    on = board(mine, theirs)
    text = words.decision(view(on, "input.uploads"), on, NOW).plain
    assert "pass by Ada" in text
    assert "needs work by Ben" in text
    assert "disagree" in text
    assert words.is_open(view(on, "input.uploads"), TODAY)


def test_evidence_counts_how_many_findings_were_opened() -> None:
    assert "evidence not opened" in words.decision(view(board(), "error.timeouts"), board(), NOW).plain


@pytest.mark.parametrize(
    ("item_id", "says"),
    [
        ("input.sql", "would say: needs work, because of 1 finding"),
        ("error.timeouts", "points at 3 findings"),
        ("ops.rollback", "has nothing to say"),
        ("web.csp", "would say: does not apply. It is about rails"),
        ("input.uploads", "could not look everywhere"),
    ],
)
def test_the_machine_says_what_it_saw_and_never_that_all_is_well(item_id: str, says: str) -> None:
    assert says in words.machine_says(view(board(), item_id), board(), scanning=False).plain


def test_the_machine_does_not_speak_before_it_looked() -> None:
    nothing = board(scan=None)
    assert words.machine_says(view(nothing, "input.sql"), nothing, scanning=True).plain == "still looking…"
    assert words.machine_says(view(nothing, "input.sql"), nothing, scanning=False).plain == "has not looked yet"


def test_what_was_looked_at_counts_gaps_and_names_missing_tools() -> None:
    on = board(scan=msgspec.structs.replace(SCAN, reports=(*REPORTS[:2], MISSING)))
    text = words.coverage(on)
    assert text is not None
    assert "semgrep all 4" in text.plain
    assert "bandit 1 of 2" in text.plain
    assert "pip-audit missing" in text.plain
    assert "2 gaps nobody looked at" in text.plain


def test_what_a_person_set_aside_is_still_told() -> None:
    finding = findings()[0]
    aside = Decision(Subject(Kind.FINDING, finding.id), Verdict.FALSE_POSITIVE, reason="a constant")
    on = board(event(1, aside))
    told = words.dismissed(view(on, "input.sql"), on.state)
    assert told is not None
    assert told.plain == "1 more set aside by a person: 1 false positive"


def test_the_next_step_is_named_until_nothing_is_left() -> None:
    on = board()
    assert words.next_step(view(on, "input.sql"), on, scanning=False).plain.startswith("o opens the evidence")
    ids = [item.id for item in ITEMS]
    done = board(*(event(n, on_item(one, Verdict.PASS)) for n, one in enumerate(ids, 1)))
    assert "4 shows what is left" in words.next_step(view(done, "input.sql"), done, scanning=False).plain


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (90, "1 minute ago"), (7300, "2 hours ago"), (86400 * 3, "3 days ago"), (-30, "just now")],
)
def test_times_are_told_as_one_would_say_them(seconds: int, said: str) -> None:
    then = (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert words.ago(then, NOW) == said


def test_text_broken_into_lines_by_its_file_flows_again() -> None:
    assert words.flow("one\ntwo\n\nthree  \nfour") == "one two\n\nthree four"
