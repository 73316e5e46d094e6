"""What `status` ends with, for every mix of what can stand in the way."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from helpers.boards import TODAY, checklist, decided, finding, gap, item, of_finding, of_item, result, state
from walkdown.cli.status import status_code
from walkdown.cli.walk_json import state_of
from walkdown.model import Act, Finding, Kind, Severity, Skipped, Subject, Verdict
from walkdown.model.gap import CLASS, gap_id
from walkdown.review import Board
from walkdown.review.board import board_of, look_at
from walkdown.review.summary import expired, summary_of

FLAW = finding("W-A")
GAP = Subject(Kind.GAP, gap_id("semgrep", "a.py", "syntax-error"))
OF_CLASS = Subject(Kind.GAP, CLASS + "semgrep/syntax-error")
PAST, FUTURE = "2026-01-01", "2027-01-01"


def board(
    *acts: Act, found: Sequence[Finding] = (), gaps: Sequence[Skipped] = (), items: bool = False, narrowed: bool = False
) -> Board:
    looked = look_at(result(found, gaps, narrowed=narrowed), Severity.HIGH, fresh=True)
    return board_of(checklist(*([item("one")] if items else [])), state(*acts), looked, TODAY)


def waived(subject: Subject, until: str) -> Act:
    verdict = Verdict.ACCEPTED if subject.kind is Kind.FINDING else Verdict.WAIVED
    act: Act = decided(subject, verdict, reason="x", owner="Ada", until=until)
    return act


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (board(), 0),
        (board(items=True), 1),
        (board(found=[FLAW]), 1),
        (board(gaps=[gap("a.py")]), 3),
        (board(found=[FLAW], gaps=[gap("a.py")]), 1),
        (board(narrowed=True), 3),
        (board(waived(GAP, FUTURE), gaps=[gap("a.py")]), 0),
        (board(waived(OF_CLASS, FUTURE), gaps=[gap("a.py")]), 0),
        (board(waived(GAP, PAST), gaps=[gap("a.py")]), 8),
        (board(waived(OF_CLASS, PAST), gaps=[gap("a.py")]), 8),
        (board(waived(of_finding("W-A"), PAST), found=[FLAW]), 8),
        (board(waived(of_finding("W-A"), FUTURE), found=[FLAW]), 0),
        (board(waived(of_item("one"), PAST), items=True, found=[FLAW]), 8),
    ],
)
def test_the_worst_of_all_that_holds(one: Board, code: int) -> None:
    assert status_code(one) == code


def test_what_another_waiver_covers_has_not_run_out() -> None:
    one = board(waived(GAP, PAST), waived(OF_CLASS, FUTURE), gaps=[gap("a.py")])
    assert (expired(one), status_code(one)) == ((), 0)


def test_a_waiver_of_something_that_is_gone_stands_in_nobody_s_way() -> None:
    one = board(waived(GAP, PAST), waived(of_finding("W-Z"), PAST))
    assert (expired(one), status_code(one), summary_of(one).excuses) == ((), 0, ())


def test_an_acceptance_that_ran_out_is_open_again() -> None:
    assert state_of(FLAW, board(waived(of_finding("W-A"), FUTURE), found=[FLAW])) == "accepted"
    assert state_of(FLAW, board(waived(of_finding("W-A"), PAST), found=[FLAW])) == "open"


def test_the_counts_add_up() -> None:
    found = [FLAW, finding("W-B", severity=Severity.LOW), finding("W-C")]
    one = board(decided(of_finding("W-B"), Verdict.REAL), waived(GAP, FUTURE), found=found, gaps=[gap("a.py")])
    told = summary_of(one)
    assert told.findings == {Verdict.REAL: 1, None: 2}
    assert told.severities == {Severity.HIGH: 2, Severity.LOW: 1}
    assert (told.gaps, told.gaps_waived, told.expired) == (1, 1, 0)
    assert [(actor.name, number) for actor, number in told.people] == [("Ada", 2)]
    assert [excuse.title for excuse in told.excuses] == ["a.py"]
