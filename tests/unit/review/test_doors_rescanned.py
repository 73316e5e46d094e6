"""`verify --rescan` and doors: what a fresh map is sure of, and what it leaves open where no map was made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from helpers.boards import TODAY, decided, events
from helpers.mapped import LIST, door, guard, of_door, of_guard, scanned
from helpers.records import NOW, statement_for
from helpers.repos import commit, make_repo, write
from walkdown.journal import fold
from walkdown.model import Act, Coverage, Missing, Outcome, Ran, Report, ScanResult, Severity, Verdict
from walkdown.model.door import Checks, Door
from walkdown.record.tree import Tree
from walkdown.record.verification import Reopened
from walkdown.review import Review
from walkdown.review.board import board_of, look_at
from walkdown.review.door_lines import door_lines, guard_lines
from walkdown.review.rescanned import rescanned
from walkdown.review.session import _decided_on, _rests_on

LOGIN = guard("login", Checks.LOGIN)
THEN = (door("D-1", LOGIN), door("D-2", guard()))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    return make_repo(tmp_path, {"routes.ts": "one();\n", "auth.ts": "two();\n"})


def lines() -> dict[str, object]:
    """A login that is meant, and a guard that somebody said asks for the owner."""
    looked = look_at(scanned(THEN), Severity.HIGH, fresh=True)
    board = board_of(LIST, fold(()), looked, TODAY)
    acts: list[Act] = [
        decided(subject, verdict, domain=_decided_on(subject, board), rests_on=_rests_on(subject, board))
        for subject, verdict in ((of_door("D-1"), Verdict.GUARDED), (of_guard(), Verdict.OWNER_GUARD))
    ]
    signed = board_of(LIST, fold(events(*acts)), looked, TODAY)
    return {"doors": door_lines(signed, str), "guards": guard_lines(signed, str)}


def scan(doors: Sequence[Door], outcome: Outcome | None = None, guards: str = "1" * 64) -> ScanResult:
    made = scanned(doors, files={"auth.ts": guards})
    return msgspec.structs.replace(made, reports=(Report("doors", "1", outcome or Ran(), Coverage(2, 2)),))


def reopened(repo: Path, today: ScanResult) -> dict[str, Reopened]:
    statement = statement_for(repo, items=(), more=lines())
    write(repo, {"routes.ts": "changed();\n"})
    commit(repo)
    with Review.open(str(repo)) as review:
        found = rescanned(statement, review, Tree(review.target), today, NOW).reopened
    return {one.id: one for one in found if one.kind in ("door", "guard")}


def test_a_map_that_is_the_same_reopens_nothing_though_files_changed(repo: Path) -> None:
    assert reopened(repo, scan(THEN)) == {}


def test_a_door_that_lost_its_guard_is_surely_open_again(repo: Path) -> None:
    (one,) = reopened(repo, scan((door("D-1"), THEN[1]))).values()

    assert (one.kind, one.id, one.sure, one.cause) == ("door", "D-1", True, "code")
    assert one.why == "guarded by a login when it was decided, by nothing now"
    assert one.paths == ("routes.ts",)


def test_a_guard_of_other_content_is_asked_about_again(repo: Path) -> None:
    found = reopened(repo, scan(THEN, guards="2" * 64))

    assert {one.kind: (one.id, one.sure) for one in found.values()} == {"guard": ("auth.ts#mine", True)}


def test_a_door_that_is_gone_is_no_question(repo: Path) -> None:
    assert reopened(repo, scan(())) == {}


@pytest.mark.parametrize("outcome", [Missing("It is not here.", "get it"), None])
def test_without_a_map_what_changed_may_reopen(repo: Path, outcome: Outcome | None) -> None:
    today = scan((), outcome) if outcome else msgspec.structs.replace(scan(()), reports=())

    found = reopened(repo, today)

    assert {one.id: one.sure for one in found.values() if one.kind == "door"} == {"D-1": False}
