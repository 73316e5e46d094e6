"""Record: the verdict in a sentence, what stands in the way to jump along, and what the paper will say."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec
import pytest
from textual.pilot import Pilot

from helpers.repos import make_repo
from tui.helpers import ADA, BEN, FILES, HUGE, NARROW, REPORTS, WIDE, app_on, open_review, shown, to_mode, until
from walkdown.checklist import ObstacleKind
from walkdown.model import Kind, Subject, Verdict
from walkdown.model.gap import gap_id
from walkdown.review import Session, Terms
from walkdown.tui.screens.record import RecordScreen

GAP = Subject(Kind.GAP, gap_id("bandit", "api/pay.py", "syntax-error"))
SERIOUS = Subject(Kind.FINDING, "f000000")
TERMS = Terms("read by hand", "Ada", "2099-12-31")


async def record_of(pilot: Pilot[int]) -> RecordScreen:
    await to_mode(pilot, "record")
    return cast(RecordScreen, pilot.app.screen)


def settle(session: Session) -> None:
    """Everything that stands in the way but the gap."""
    for view in session.board.items:
        session.decide([view.subject], Verdict.WAIVED, TERMS, ADA)
    session.decide(
        [Subject(Kind.FINDING, one.id) for one in session.board.findings], Verdict.FALSE_POSITIVE, TERMS, BEN
    )
    for view in session.board.items:  # what was set aside is other evidence
        session.decide([view.subject], Verdict.WAIVED, TERMS, ADA)


async def stand_on(pilot: Pilot[int], screen: RecordScreen, kind: ObstacleKind, subject_id: str) -> None:
    assert screen.obstacles.go_to(f"{kind.value} {subject_id}")
    await pilot.pause()


async def test_it_says_how_many_things_stand_in_the_way_and_groups_them(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=HUGE) as pilot:
        await record_of(pilot)
        text = shown(app)
        assert f"Not ready: {len(review.board.obstacles)} things stand in the way." in text
        for title in ("Items", "Findings", "Gaps", "Uploads are bounded", "api/orders.py:3", "api/pay.py"):
            assert title in text


async def test_enter_jumps_to_where_each_is_settled(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        for kind, subject_id, mode in (
            (ObstacleKind.ITEM, "input.uploads", "walk"),
            (ObstacleKind.FINDING, SERIOUS.id, "findings"),
            (ObstacleKind.GAP, GAP.id, "gaps"),
        ):
            screen = await record_of(pilot)
            await stand_on(pilot, screen, kind, subject_id)
            screen.obstacles.action_open()
            await until(pilot, lambda mode=mode: app.current_mode == mode)  # type: ignore[misc]


async def test_what_is_settled_leaves_the_list_and_the_cursor_stays_near(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        await stand_on(pilot, screen, ObstacleKind.GAP, GAP.id)
        before = len(review.board.obstacles)
        app.act(lambda session: session.decide([GAP], Verdict.WAIVED, TERMS, ADA))
        await pilot.pause()
        assert len(review.board.obstacles) == before - 1
        assert screen.obstacles.row is not None, "it stands on something that is still there"
        assert f"{before - 1} things stand" in shown(app)


async def test_the_next_kind_is_one_key_away(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        kinds = []
        for _ in range(4):
            assert screen.obstacles.row is not None
            kinds.append(screen.obstacles.row.kind)
            screen.action_next_open()
        assert kinds == [ObstacleKind.ITEM, ObstacleKind.FINDING, ObstacleKind.GAP, ObstacleKind.ITEM]


async def test_the_preview_says_who_decided_what_and_what_was_let_go(review: Session) -> None:
    settle(review)
    review.decide([GAP], Verdict.WAIVED, TERMS, ADA)
    app = app_on(review)
    async with app.run_test(size=HUGE) as pilot:
        await record_of(pilot)
        text = " ".join(shown(app).split())
        assert "Ready to sign." in text
        assert "5: 5 waived" in text
        assert "4 false positive" in text
        assert "Ada 6, Ben 4" in text
        assert "until 2099-12-31, Ada: read by hand" in text
        assert "semgrep 1.182.0 4 of 4" in text


async def test_only_where_nothing_is_open_it_says_ready(review: Session) -> None:
    settle(review)
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        assert "Not ready: 1 thing stands in the way." in shown(app)
        app.act(lambda session: session.decide([GAP], Verdict.WAIVED, TERMS, ADA))
        await until(pilot, lambda: "Ready to sign." in shown(app))
        assert not screen.obstacles.display
        app.action_undo()
        await until(pilot, lambda: "Not ready: 1 thing" in shown(app))
        assert screen.obstacles.display


async def test_a_waiver_that_ran_out_is_told_as_ended(review: Session) -> None:
    settle(review)
    app = app_on(review)
    async with app.run_test(size=HUGE) as pilot:
        await record_of(pilot)
        app.show(msgspec.structs.replace(review.board, today=review.board.today.replace(year=2100)))
        await pilot.pause()
        assert "ended on 2099-12-31" in shown(app)


@pytest.fixture
def changed(tmp_path: Path, folders: Path) -> Path:
    tree = make_repo(tmp_path, FILES)
    (tree / "README.md").write_text("# Changed\n")
    return tree


async def test_uncommitted_changes_stand_in_the_way_and_enter_says_what_to_do(changed: Path) -> None:
    with open_review(changed, reports=REPORTS[:1]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE, notifications=True) as pilot:
            screen = await record_of(pilot)
            assert "Uncommitted changes" in shown(app)
            await stand_on(pilot, screen, ObstacleKind.TREE, "")
            screen.obstacles.action_open()
            await until(pilot, lambda: "Commit your changes" in " ".join(shown(app).split()))


async def test_before_the_first_scan_that_is_what_stands_in_the_way(tree: Path) -> None:
    with open_review(tree, scanned=False) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await record_of(pilot)
            assert "nothing was scanned yet" in shown(app)
            screen.obstacles.action_first()
            await pilot.pause()
            screen.obstacles.action_open()
            await until(pilot, lambda: app.current_mode == "scan")


async def test_narrow_shows_one_side_at_a_time(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        screen = await record_of(pilot)
        assert "What the record will say" not in shown(app)
        assert "Uploads are bounded" in shown(app)
        screen.action_other_pane()
        await pilot.pause()
        assert "What the record will say" in shown(app)
        assert "Uploads are bounded" not in shown(app)
        screen.action_back()
        await pilot.pause()
        assert "Uploads are bounded" in shown(app)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "What the record will say" in shown(app) and "Uploads are bounded" in shown(app))
