"""What stands between a review and its sign-off, told from a scan, a checklist and decisions."""

from __future__ import annotations

import msgspec
import pytest

from helpers.boards import (
    ADA,
    BOB,
    TODAY,
    checklist,
    decided,
    finding,
    gap,
    item,
    of_finding,
    of_item,
    result,
    state,
)
from walkdown.errors import UsageError
from walkdown.model import (
    Act,
    Actor,
    Cancelled,
    Channel,
    Coverage,
    Finding,
    Kind,
    Missing,
    Opened,
    Outcome,
    Ran,
    Reach,
    Report,
    Severity,
    SkipKind,
    Skipped,
    Subject,
    Verdict,
)
from walkdown.review.board import Board, board_of, look_at
from walkdown.review.terms import Terms, check

SQL, RESTORE, STYLE = (
    item("sql", "input.sql-built", reach=Reach.DECIDES),
    item("restore", reach=Reach.HUMAN, max_age_days=90),
    item("style", "types.any", blocking=False),
)
ALL = checklist(SQL, RESTORE, STYLE)


def board(
    *acts: Act | tuple[Act, Actor],
    findings: tuple[Finding, ...] = (),
    gaps: tuple[Skipped, ...] = (),
    time: str = "2026-11-20T10:00:00Z",
    **target: object,
) -> Board:
    looked = look_at(result(findings, gaps, **target), Severity.HIGH, fresh=True)
    return board_of(ALL, state(*acts, time=time), looked, TODAY)


def standing(one: Board) -> list[tuple[str, str]]:
    return [(obstacle.id or obstacle.title, obstacle.why) for obstacle in one.obstacles]


def settled(one: Board, item_id: str) -> tuple[Act, ...]:
    """A pass on exactly the evidence that this board shows."""
    view = one.item(item_id)
    assert view is not None
    return (decided(of_item(item_id), Verdict.PASS, domain=view.evidence.domain),)


def test_undecided_blocking_items_stand_in_the_way_and_others_do_not() -> None:
    assert standing(board()) == [("sql", "undecided"), ("restore", "undecided")]


def test_everything_passed_on_todays_evidence_is_ready() -> None:
    empty = board()
    ready = board(*settled(empty, "sql"), *settled(empty, "restore"))
    assert ready.ready
    assert standing(ready) == []


def test_new_evidence_reopens_what_was_passed_and_only_that() -> None:
    acts = (*settled(board(), "sql"), *settled(board(), "restore"))
    low = finding("f1", severity=Severity.LOW)
    assert standing(board(*acts, findings=(low,))) == [("sql", "the evidence changed since it was decided")]


def test_the_machine_says_needs_work_by_itself_but_never_pass() -> None:
    seen = board(findings=(finding("f1"), finding("f2", line=2)))
    assert ("sql", "needs work: 2 findings") in standing(seen)
    assert [view.proposal for view in seen.items] == [Verdict.NEEDS_WORK, None, None]
    assert all(view.proposal is not Verdict.PASS for view in board().items)


@pytest.mark.parametrize(
    ("verdict", "why"),
    [(None, "high, undecided"), (Verdict.REAL, "high, real and not fixed"), (Verdict.FALSE_POSITIVE, None)],
)
def test_serious_findings_stand_in_the_way_until_set_aside(verdict: Verdict | None, why: str | None) -> None:
    acts = (decided(of_finding("f1"), verdict),) if verdict else ()
    shown = dict(standing(board(*acts, findings=(finding("f1"), finding("f2", severity=Severity.MEDIUM)))))
    assert shown.get("f1") == why
    assert "f2" not in shown, "below the threshold"


def test_a_finding_set_aside_no_longer_speaks_against_its_item_but_is_not_forgotten() -> None:
    seen = board(decided(of_finding("f1"), Verdict.FALSE_POSITIVE), findings=(finding("f1"), finding("f2", line=2)))
    view = seen.item("sql")
    assert view is not None
    assert [one.id for one in view.evidence.against] == ["f2"]
    assert [one.id for one in view.evidence.dismissed] == ["f1"]


def test_an_acceptance_holds_to_the_end_of_its_last_day() -> None:
    def shown(until: str) -> str | None:
        accepted = decided(of_finding("f1"), Verdict.ACCEPTED, until=until)
        return dict(standing(board(accepted, findings=(finding("f1"),)))).get("f1")

    assert shown("2026-11-20") is None
    assert shown("2026-11-19") == "high, accepted until 2026-11-19"


def test_a_waiver_that_ended_and_an_answer_that_is_too_old_open_the_item_again() -> None:
    empty = board()
    domain = {view.id: view.evidence.domain for view in empty.items}
    over = decided(of_item("sql"), Verdict.WAIVED, until="2026-11-19", domain=domain["sql"])
    old = decided(of_item("restore"), Verdict.PASS, domain=domain["restore"])
    assert standing(board(over, old, time="2026-08-01T10:00:00Z")) == [
        ("sql", "the waiver ended on 2026-11-19"),
        ("restore", "decided more than 90 days ago"),
    ]


def test_gaps_are_waived_one_by_one_or_as_a_class() -> None:
    gaps = (gap("a.py"), gap("b.py"), gap("c.py", "rule-timeout"))
    seen = board(gaps=gaps)
    first = seen.gaps[0]
    assert [one for one, _ in standing(seen)][2:] == [one.id for one in seen.gaps]
    one = board(decided(first.subject, Verdict.WAIVED, until="2026-12-01"), gaps=gaps)
    assert [one.waived(each) is not None for each in one.gaps] == [True, False, False]
    whole = board(decided(first.class_subject, Verdict.WAIVED, until="2026-12-01"), gaps=gaps)
    assert [whole.waived(each) is not None for each in whole.gaps] == [True, True, False]


def test_a_scanner_that_never_ran_is_a_gap_beside_the_manifest_it_could_not_read() -> None:
    broken = gap("requirements.txt", "unreadable")
    absent = Report("pip-audit", "", Missing("It is not here.", "pip install pip-audit"), Coverage(0, 0, (broken,)))
    looked = look_at(msgspec.structs.replace(result(), reports=(absent,)), Severity.HIGH, fresh=True)
    assert {one.code for one in looked.gaps} == {"unreadable", "missing"}


def test_what_was_set_aside_and_counts_again_reopens_what_was_passed_meanwhile() -> None:
    """Or else: set it aside, pass without a look, take the first one back."""
    low = (finding("f1", severity=Severity.LOW),)
    aside = decided(of_finding("f1"), Verdict.ACCEPTED, until="2026-11-20")
    view = board(aside, findings=low).item("sql")
    assert view is not None
    assert not view.needs_opening
    passed = decided(of_item("sql"), Verdict.PASS, domain=view.evidence.domain, rests_on=view.evidence.rests_on)
    assert "sql" not in dict(standing(board(aside, passed, findings=low)))
    assert dict(standing(board(passed, findings=low)))["sql"] == "the evidence changed since it was decided"
    again = board(passed, findings=low).item("sql")
    assert again is not None
    assert again.needs_opening


def test_a_finding_that_another_person_calls_real_is_not_set_aside() -> None:
    real, aside = (decided(of_finding("f1"), one) for one in (Verdict.REAL, Verdict.FALSE_POSITIVE))
    view = board((real, BOB), (aside, ADA), findings=(finding("f1", severity=Severity.LOW),)).item("sql")
    assert view is not None
    assert [one.id for one in view.evidence.against] == ["f1"]


def test_no_script_sets_aside_what_nobody_saw_and_passes_the_rest() -> None:
    aside = decided(of_finding("f1"), Verdict.FALSE_POSITIVE)
    seen = board(aside, findings=(finding("f1"),))
    assert "Nobody opened the evidence" in refused(seen, of_item("sql"), Verdict.PASS, Channel.SCRIPT)
    check(of_item("sql"), Verdict.PASS, Terms(), seen, Channel.APP)
    opened = Opened(of_item("sql"), seen.items[0].evidence.domain)
    check(of_item("sql"), Verdict.PASS, Terms(), board(opened, aside, findings=(finding("f1"),)), Channel.SCRIPT)


def test_code_goes_elsewhere_only_where_the_secret_scan_read_it_to_the_end() -> None:
    def knows(outcome: Outcome, *gaps: Skipped) -> bool:
        made = msgspec.structs.replace(result(), reports=(Report("kingfisher", "1", outcome, Coverage(3, 2, gaps)),))
        return look_at(made, Severity.HIGH, fresh=True).knows_secrets("a.py")

    assert knows(Ran())
    assert knows(Ran(), gap("b.py"))
    assert not knows(Ran(), gap("a.py"))
    assert not knows(Cancelled())
    left_out = Skipped("", SkipKind.SCOPE, "scanner", "kingfisher was left out on purpose")
    assert not look_at(result(skipped=(left_out,)), Severity.HIGH, fresh=True).knows_secrets("a.py")


def test_an_answer_that_is_too_old_is_looked_at_anew_before_it_is_given_again() -> None:
    domain = board().items[1].evidence.domain
    looked = Opened(of_item("restore"), domain)
    passed = decided(of_item("restore"), Verdict.PASS, domain=domain)
    fresh, old = "2026-11-19T10:00:00Z", "2026-08-01T10:00:00Z"
    assert [board(looked, passed, time=when).items[1].opened for when in (fresh, old)] == [True, False]
    assert board(looked, passed, looked, time=old).items[1].opened


def test_days_that_nobody_can_read_are_over() -> None:
    waiver = decided(of_item("sql"), Verdict.WAIVED, until="soon", domain=board().items[0].evidence.domain)
    passed = decided(of_item("restore"), Verdict.PASS, domain=board().items[1].evidence.domain)
    assert standing(board(waiver, passed, time="today")) == [
        ("sql", "the waiver ended on soon"),
        ("restore", "decided on a day that cannot be: a clock was wrong"),
    ]


def test_only_what_sets_a_finding_aside_takes_it_out_of_the_way() -> None:
    odd = decided(of_finding("f1"), Verdict.PASS)
    assert "f1" in dict(standing(board(odd, findings=(finding("f1"),))))


def test_many_reasons_about_one_file_are_one_gap() -> None:
    rules = tuple(gap("a.py", "rule-timeout", f"rule {number} gave up") for number in range(5))
    (only,) = board(gaps=rules).gaps
    assert only.reason == "rule 0 gave up; rule 1 gave up; rule 2 gave up; and 2 more"


def test_two_people_at_once_both_show_until_one_decides_over_both() -> None:
    empty = board()
    view = empty.item("sql")
    assert view is not None
    domain = view.evidence.domain
    first = (decided(of_item("sql"), Verdict.PASS, domain=domain), ADA)
    second = (decided(of_item("sql"), Verdict.NEEDS_WORK, domain=domain), BOB)
    assert ("sql", "Bob and Ada decided differently") in standing(board(first, second))
    knowing = (decided(of_item("sql"), Verdict.PASS, domain=domain, over=2), ADA)
    assert "sql" not in dict(standing(board(first, second, knowing)))


def test_no_scan_a_part_of_one_or_a_dirty_tree_is_never_ready() -> None:
    nothing = board_of(ALL, state(), None, TODAY)
    assert ("No scan", "nothing was scanned yet") in standing(nothing)
    assert "Only a part was scanned" in dict(standing(board(narrowed=True)))
    assert "Uncommitted changes" in dict(standing(board(dirty=True)))
    old = board_of(ALL, state(), look_at(result(), Severity.HIGH, fresh=False), TODAY)
    assert "The scan is not of now" in dict(standing(old))


def refused(one: Board, subject: Subject, verdict: Verdict, channel: Channel = Channel.APP, /, **terms: str) -> str:
    with pytest.raises(UsageError) as error:
        check(subject, verdict, Terms(**terms), one, channel)  # type: ignore[arg-type]
    return str(error.value)


def test_what_cannot_be_decided_says_why() -> None:
    seen = board(findings=(finding("f1"),), gaps=(gap("a.py"),))
    assert "cannot be decided as real" in refused(seen, of_item("sql"), Verdict.REAL)
    assert "needs a reason" in refused(seen, of_finding("f1"), Verdict.FALSE_POSITIVE, reason="  ")
    assert "owner and an end" in refused(seen, of_finding("f1"), Verdict.ACCEPTED, reason="r")
    terms = {"reason": "r", "owner": "Ada"}
    assert "is no date" in refused(seen, of_item("sql"), Verdict.WAIVED, until="soon", **terms)
    assert "is over already" in refused(seen, of_item("sql"), Verdict.WAIVED, until="2026-11-19", **terms)
    assert "There is no item nope" in refused(seen, of_item("nope"), Verdict.PASS)
    assert "There is no finding nope" in refused(seen, of_finding("nope"), Verdict.REAL)
    assert "There is no class of gaps nope" in refused(
        seen, Subject(Kind.GAP, "class:nope"), Verdict.WAIVED, until="2026-12-01", **terms
    )


def test_nothing_is_passed_unseen_and_no_script_passes_what_only_a_person_can_tell() -> None:
    found = (finding("f1"),)
    seen = board(findings=found)
    assert "Nobody opened the evidence" in refused(seen, of_item("sql"), Verdict.PASS)
    assert "Nobody opened the evidence" in refused(seen, of_item("restore"), Verdict.PASS)
    view = seen.item("sql")
    assert view is not None
    opened = Opened(of_item("sql"), view.evidence.domain)
    check(of_item("sql"), Verdict.PASS, Terms(), board(opened, findings=found), Channel.SCRIPT)
    more = board(opened, findings=(*found, finding("f2", line=2)))
    assert "Nobody opened the evidence" in refused(more, of_item("sql"), Verdict.PASS), "other evidence than was opened"
    human = board(Opened(of_item("restore"), seen.items[1].evidence.domain), findings=found)
    check(of_item("restore"), Verdict.PASS, Terms(), human, Channel.TERMINAL)
    assert "Only a person" in refused(human, of_item("restore"), Verdict.PASS, Channel.SCRIPT)
    alone = board_of(checklist(item("owner", "auth.object-level")), state(), human.looked, TODAY)
    assert "Nobody opened" in refused(alone, of_item("owner"), Verdict.PASS, Channel.SCRIPT), "no rule looks for it"
    check(of_item("owner"), Verdict.PASS, Terms(), alone, Channel.APP)
    unscanned = board_of(ALL, state(), None, TODAY)
    assert "before the scan" in refused(unscanned, of_item("style"), Verdict.PASS)
