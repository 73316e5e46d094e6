"""What the page says of a finding: the decision, its doubts, and how sure anybody is."""

from __future__ import annotations

import msgspec

from helpers.boards import ADA, BOB, TODAY, decided, events, finding
from walkdown.journal import fold
from walkdown.model import Confidence, Kind, Silence, Standing, Subject, Verdict
from walkdown.tui import finding_words as words

ONE = finding("f1")
SUBJECT = Subject(Kind.FINDING, "f1")


def _said(standing: Standing | None) -> str:
    return "\n".join(line.plain for line in words.decision(ONE, standing, TODAY))


def _standing(**more: object) -> Standing:
    state = fold(events((decided(SUBJECT, Verdict.ACCEPTED, reason="Known.", owner="Cy", **more), ADA)))
    return state.decisions[SUBJECT]


def test_nobody_decided() -> None:
    assert _said(None) == "○ undecided"


def test_who_when_why_who_looks_after_it_and_how_long() -> None:
    text = _said(_standing(until="2026-12-31", domain=ONE.fingerprint))
    assert "accepted · Ada, 2026-11-20 10:00, in the app" in text
    assert "Known." in text
    assert "Cy looks after it, until 2026-12-31" in text
    assert "over" not in text
    assert "changed" not in text


def test_an_end_that_is_over_and_code_that_changed_are_said() -> None:
    text = _said(_standing(until="2026-11-01", domain="another"))
    assert "That day is over" in text
    assert "The code changed since" in text


def test_both_are_named_where_two_decided_at_once() -> None:
    real = (decided(SUBJECT, Verdict.REAL), ADA)
    other = (decided(SUBJECT, Verdict.FALSE_POSITIVE, reason="A test."), BOB)
    text = _said(fold(events(real, other)).decisions[SUBJECT])
    assert "Ada" in text
    assert "Bob" in text
    assert "A test." in text
    assert "Decide again to settle it." in text


def test_how_sure_and_who_asked_for_silence() -> None:
    unsure = msgspec.structs.replace(ONE, confidence=Confidence.UNSURE, silenced=Silence("# nosec", 4, "Old", "2020"))
    assert "unsure" in words.facts(unsure).plain
    assert "by Old on 2020" in words.silenced(unsure, {}).plain
    assert "by New on 2026-01-02" in words.silenced(unsure, {4: ("New", "2026-01-02T10:00:00+00:00")}).plain
    assert not words.silenced(ONE, {})


def test_several_are_named_by_what_they_share() -> None:
    twins = [finding("a"), finding("b", line=2)]
    assert words.several(twins) == f"2 findings: {ONE.rule.title}"
    assert words.several([*twins, finding("c", "input.xss")]) == "3 findings"
    assert words.several([ONE]) == f"{ONE.rule.title}  app.py:1"
