"""What stands in the way of a sign-off: not what need not be answered at all, but what became worse unseen."""

from __future__ import annotations

import pytest

from helpers.boards import ADA, BOB, TODAY, checklist, decided, finding, item, of_finding, of_item, result, state
from walkdown.checklist import Evidence, gather, index, readiness, why_open
from walkdown.checklist.readiness import is_worse, print_then, severity_then
from walkdown.model import Act, Actor, Decision, Finding, Gap, Reach, Severity, Subject, Verdict

STYLE = item("style", "types.any", blocking=False)
AGED = item("aged", blocking=False, reach=Reach.HUMAN, max_age_days=90)
OLD = "2026-01-01T10:00:00Z"


def seen(*findings: Finding) -> tuple[Evidence, ...]:
    return gather(checklist(STYLE, AGED), index(result(findings)))


def passed(name: str) -> Act:
    domain = {one.item.id: one.domain for one in seen()}[name]
    return decided(of_item(name), Verdict.PASS, domain=domain)


def told(*acts: Act | tuple[Act, Actor], time: str = "2026-11-20T10:00:00Z") -> tuple[dict[str, str], list[str]]:
    """Why each item is open, and which of them stand in the way, once a finding has come."""
    then, evidence = state(*acts, time=time), seen(finding("f1", "types.any", Severity.LOW))
    why = {one.item.id: why_open(one, then.decisions.get(of_item(one.item.id)), TODAY) for one in evidence}
    return why, [one.id for one in readiness(evidence, (), (), then, dirty=False, today=TODAY)]


def test_what_need_not_be_answered_need_not_be_answered_anew() -> None:
    why, obstacles = told(passed("style"), passed("aged"), time=OLD)
    assert why == {
        "style": "the evidence changed since it was decided",
        "aged": "decided more than 90 days ago",
    }
    assert obstacles == []


def test_a_quarrel_and_a_waiver_that_ended_are_told_on_the_first_page_whatever_they_are_about() -> None:
    quarrel = ((passed("style"), ADA), (decided(of_item("style"), Verdict.NEEDS_WORK), BOB))
    ended = decided(of_item("aged"), Verdict.WAIVED, until="2026-11-19", owner="Ada", reason="later")
    assert told(*quarrel)[1] == ["style"]
    assert told(ended)[1] == ["aged"]


def test_a_blocking_item_stands_in_the_way_for_whatever_reason_it_is_open() -> None:
    must = item("must", "types.any")
    evidence = gather(checklist(must), index(result()))

    def whys(*acts: Act) -> list[str]:
        return [one.why for one in readiness(evidence, (), (), state(*acts), dirty=False, today=TODAY)]

    assert whys() == ["undecided"]
    assert whys(decided(of_item("must"), Verdict.PASS, domain="other")) == ["the evidence changed since it was decided"]
    assert whys(decided(of_item("must"), Verdict.PASS, domain=evidence[0].domain)) == []


def in_the_way(verdict: Verdict, domain: str, severity: Severity) -> list[str]:
    then = state(decided(of_finding("f1"), verdict, domain=domain))
    serious = [finding("f1", severity=severity)]
    return [one.why for one in readiness((), serious, (), then, dirty=False, today=TODAY)]


@pytest.mark.parametrize(
    ("verdict", "domain", "now", "why"),
    [
        (Verdict.ACCEPTED, "print-f1:high", Severity.CRITICAL, ["became critical since it was accepted"]),
        (Verdict.FALSE_POSITIVE, "print-f1:low", Severity.HIGH, ["became high since it was called a false positive"]),
        (Verdict.ACCEPTED, "print-f1:high", Severity.HIGH, []),
        (Verdict.ACCEPTED, "print-f1:critical", Severity.HIGH, []),
        (Verdict.ACCEPTED, "print-f1", Severity.CRITICAL, []),
        (Verdict.ACCEPTED, "", Severity.CRITICAL, []),
        (Verdict.REAL, "print-f1:low", Severity.HIGH, ["high, real and not fixed"]),
    ],
)
def test_what_became_worse_since_it_was_set_aside_stands_in_the_way_again(
    verdict: Verdict, domain: str, now: Severity, why: list[str]
) -> None:
    assert in_the_way(verdict, domain, now) == why


@pytest.mark.parametrize(
    ("domain", "fingerprint", "severity"),
    [("ab12:medium", "ab12", Severity.MEDIUM), ("ab12", "ab12", None), ("a:b", "a:b", None), ("", "", None)],
)
def test_both_forms_of_what_a_decision_on_a_finding_rested_on_are_read(
    domain: str, fingerprint: str, severity: Severity | None
) -> None:
    decision = Decision(of_finding("f1"), Verdict.ACCEPTED, domain=domain)
    assert (print_then(decision), severity_then(decision)) == (fingerprint, severity)
    assert is_worse(finding("f1", severity=Severity.CRITICAL), decision) is (severity is not None)


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("2031-01-01T10:00:00Z", "decided on a day that cannot be: a clock was wrong"),
        ("2026-11-21T00:10:00Z", ""),
        ("2026-08-22T10:00:00Z", ""),
        ("2026-08-21T10:00:00Z", "decided more than 90 days ago"),
    ],
)
def test_a_clock_that_was_ahead_makes_no_answer_hold_for_years(time: str, why: str) -> None:
    assert told(passed("aged"), time=time)[0]["aged"] == why


BROKEN = Gap("g1", "bandit", "old.py", "syntax-error", "it cannot be parsed", content="as-it-is")


@pytest.mark.parametrize(
    ("let_go", "why"),
    [
        ((BROKEN.subject, "as-it-is"), []),
        ((BROKEN.subject, "as-it-was"), ["it changed since it was waived: it cannot be parsed"]),
        ((BROKEN.subject, ""), []),  # decided before that was kept
        ((BROKEN.class_subject, ""), []),
    ],
)
def test_who_let_a_file_go_unread_let_go_what_it_held_then(let_go: tuple[Subject, str], why: list[str]) -> None:
    subject, content = let_go
    then = state(decided(subject, Verdict.WAIVED, domain=content, until="2999-01-01"))
    assert [one.why for one in readiness((), (), (BROKEN,), then, dirty=False, today=TODAY)] == why


def test_a_waiver_for_the_class_holds_where_the_files_own_does_not() -> None:
    own = decided(BROKEN.subject, Verdict.WAIVED, domain="as-it-was", until="2999-01-01")
    group = decided(BROKEN.class_subject, Verdict.WAIVED, until="2999-01-01")
    assert readiness((), (), (BROKEN,), state(own, group), dirty=False, today=TODAY) == ()
