"""The rows of Gaps stay the same things while folds and decisions change, and a hundred thousand cost little."""

from __future__ import annotations

from helpers.boards import TODAY, checklist, gap, result, state
from helpers.patience import patience
from walkdown.model import Coverage, Ran, Report, Severity, SkipKind, Skipped
from walkdown.review import Board
from walkdown.review.board import board_of, look_at
from walkdown.tui.gap_rows import Folds, gap_rows, looked_at, quiet_rows, unfolded_for


def board(*gaps: Skipped, scope: int = 0) -> Board:
    left_out = tuple(Skipped(f"dist/{n}.js", SkipKind.SCOPE, "ignored", "Ignored by git.") for n in range(scope))
    looked = look_at(result(gaps=gaps, skipped=left_out), Severity.HIGH, fresh=True)
    return board_of(checklist(), state(), looked, TODAY)


def test_every_row_has_a_key_of_its_own() -> None:
    one = board(gap("a.py"), gap("a.py", "rule-timeout"), gap("b.py"), scope=3)
    folds = Folds().turn("section scope")
    assert one.looked is not None
    keys = [row.key for row in (*gap_rows(one, folds), *quiet_rows(one.looked, folds))]
    assert len(keys) == len(set(keys))


def test_unfolding_twice_leaves_it_open() -> None:
    many = board(*(gap(f"{number}.py") for number in range(50)))
    last = many.gaps[-1]
    once = unfolded_for(many, last, Folds())
    assert any(row.gap == last for row in gap_rows(many, once))
    assert unfolded_for(many, last, once) == once
    assert not any(row.gap for row in gap_rows(many, Folds()))


def test_reasons_of_one_file_and_class_are_one_gap_with_both_said() -> None:
    one = board(gap("a.py", reason="line 3"), gap("a.py", reason="line 9"))
    (row,) = [row for row in gap_rows(one, Folds()) if row.gap]
    assert row.gap is not None
    assert row.gap.reason == "line 3; line 9"


def test_scope_of_a_large_tree_costs_nothing_while_it_is_folded() -> None:
    large = board(gap("a.py"), scope=100_000)
    assert large.looked is not None
    assert [row.key for row in quiet_rows(large.looked, Folds())] == ["blank section scope", "section scope"]
    folds = Folds().turn("section scope").turn("class scope target/ignored")
    with patience():
        rows = quiet_rows(large.looked, folds)
    assert len(rows) > 100_000


def test_a_scanner_with_gaps_is_not_said_to_have_seen_all() -> None:
    unread = (Skipped("bun.lock", SkipKind.GAP, "npm-unread", "Nothing reads it yet."),)
    assert looked_at(Report("pip-audit", "2.9", Ran(), Coverage(0, 0, unread))) == "pip-audit 2.9  ran, 1 gap"
    assert looked_at(Report("bandit", "1.8", Ran(), Coverage(2, 1, unread))) == "bandit 1.8  1 of 2, 1 gap"
    assert looked_at(Report("bandit", "1.8", Ran(), Coverage(2, 2))) == "bandit 1.8  2 of 2"
