"""Gaps: what was missed stands under its class, is waived one by one or together, and never hides in a crowd."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec
from textual.pilot import Pilot

from tui.helpers import ADA, MISSING, NARROW, REPORTS, WIDE, app_on, open_review, shown, to_mode, until, verdict_of
from walkdown.model import Coverage, Failed, Kind, Ran, Report, SkipKind, Skipped, Subject, Verdict
from walkdown.model.gap import CLASS, gap_id
from walkdown.review import Session, Terms
from walkdown.tui.app import WalkdownApp
from walkdown.tui.gap_rows import key_of
from walkdown.tui.screens.gaps import GapsScreen

PAY = gap_id("bandit", "api/pay.py", "syntax-error")
SYNTAX = CLASS + "bandit/syntax-error"
TERMS = Terms("read by hand", "Ada", "2099-12-31")


def broken(*paths: str, code: str = "syntax-error", reason: str = "it cannot be parsed") -> Report:
    gaps = tuple(Skipped(path, SkipKind.GAP, code, reason) for path in paths)
    return Report("bandit", "1.8.6", Ran(), Coverage(len(paths) + 1, 1, gaps))


async def gaps_of(pilot: Pilot[int]) -> GapsScreen:
    await to_mode(pilot, "gaps")
    return cast(GapsScreen, pilot.app.screen)


async def answer(pilot: Pilot[int], terms: Terms | None) -> None:
    """As the person does in the dialog."""
    app = cast(WalkdownApp, pilot.app)
    await until(pilot, lambda: app.screen.is_modal, "no dialog came")
    await pilot.pause()
    app.screen.dismiss(terms)
    await until(pilot, lambda: not app.screen.is_modal)
    await pilot.pause()


def stand_on(screen: GapsScreen, session: Session, path: str) -> None:
    gap = next(one for one in session.board.gaps if one.path == path)
    assert screen.rows.go_to(key_of(gap))


async def test_a_gap_stands_under_its_class_with_its_reason_and_what_to_do(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await gaps_of(pilot)
        screen.rows.action_down()
        await pilot.pause()
        text = shown(app)
        assert "bandit/syntax-error" in text
        assert "api/pay.py" in text
        assert "It cannot be parsed as Python 3.11." in " ".join(text.split())
        assert "Update the tool" in text
        assert "Limits" in text
        assert "logo.png" not in text, "scope is folded"


async def test_waiving_one_asks_for_its_terms_and_writes_them(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await gaps_of(pilot)
        stand_on(screen, review, "api/pay.py")
        screen.action_waive()
        await answer(pilot, TERMS)
        assert verdict_of(review, Kind.GAP, PAY) is Verdict.WAIVED
        assert "until 2099-12-31" in shown(app)
        assert screen.rows.row is not None
        assert screen.rows.row.gap is not None, "the cursor stays where it was"
        app.action_undo()
        await pilot.pause()
        assert verdict_of(review, Kind.GAP, PAY) is None
        assert "1 open" in shown(app)


async def test_going_back_from_the_dialog_writes_nothing(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await gaps_of(pilot)
        screen.action_waive()
        await answer(pilot, None)
        assert review.refresh().state.events == ()


async def test_a_class_is_waived_at_once_from_any_of_its_rows(tree: Path) -> None:
    with open_review(tree, reports=[broken("a.py", "b.py", "c.py"), *REPORTS[2:]]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            stand_on(screen, session, "b.py")
            screen.action_waive_class()
            await answer(pilot, TERMS)
            assert verdict_of(session, Kind.GAP, SYNTAX) is Verdict.WAIVED
            assert all(session.board.waived(gap) for gap in session.board.gaps)
            assert "all waived" in shown(app)
            assert "with its whole class" in shown(app)


async def test_on_the_head_of_a_class_waive_means_the_class(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await gaps_of(pilot)
        assert screen.rows.row is not None
        assert screen.rows.row.heading
        screen.action_waive()
        await answer(pilot, TERMS)
        assert verdict_of(review, Kind.GAP, SYNTAX) is Verdict.WAIVED
        assert verdict_of(review, Kind.GAP, PAY) is None


async def test_a_waiver_that_ran_out_is_open_again_and_says_so(review: Session) -> None:
    review.decide([Subject(Kind.GAP, PAY)], Verdict.WAIVED, TERMS, ADA)
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await gaps_of(pilot)
        stand_on(screen, review, "api/pay.py")
        assert review.board.looked is not None
        later = msgspec.structs.replace(review.board, today=review.board.today.replace(year=2100))
        app.show(later)
        await pilot.pause()
        text = shown(app)
        assert "ended 2099-12-31" in text
        assert "it counts no longer" in " ".join(text.split())
        assert "1 open" in text


async def test_nothing_is_only_ever_nothing_of_something(tree: Path) -> None:
    with open_review(tree, reports=[REPORTS[0], REPORTS[2]]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            text = shown(app)
            assert "Nothing was missed" in text
            assert "semgrep 1.182.0  4 of 4" in text
            assert "pip-audit 2.9.0  nothing to look at here" in text
            assert screen.check_action("waive", ()) is False, "there is nothing to waive"


async def test_before_the_first_scan_it_claims_nothing(tree: Path) -> None:
    with open_review(tree, scanned=False) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            await gaps_of(pilot)
            assert "Nothing was scanned yet" in shown(app)
            assert "Nothing was missed" not in shown(app)


async def test_a_missing_tool_says_how_to_get_it_and_an_early_end_says_why(tree: Path) -> None:
    lost = Coverage(9, 0, (Skipped("", SkipKind.GAP, "not-run", "9 of 9 files were not looked at"),))
    ended = Report("semgrep", "1.182.0", Failed("Semgrep failed: out of memory."), lost)
    with open_review(tree, reports=[ended, MISSING]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            screen.rows.action_down()
            await pilot.pause()
            assert "out of memory" in shown(app)
            screen.rows.next_that(lambda row: row.gap is not None and row.gap.code == "missing", 1)
            await pilot.pause()
            assert "pip install pip-audit" in shown(app)


async def test_next_goes_to_what_is_open_and_around(tree: Path) -> None:
    with open_review(tree, reports=[broken("a.py", "b.py", "c.py")]) as session:
        session.decide([Subject(Kind.GAP, gap_id("bandit", "b.py", "syntax-error"))], Verdict.WAIVED, TERMS, ADA)
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            seen = []
            for _ in range(3):
                screen.action_next_open()
                assert screen.rows.row is not None
                assert screen.rows.row.gap is not None
                seen.append(screen.rows.row.gap.path)
            assert seen == ["a.py", "c.py", "a.py"]


async def test_limits_and_scope_unfold_and_offer_nothing_to_decide(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await gaps_of(pilot)
        assert screen.rows.go_to("section scope")
        screen.rows.action_open()
        await pilot.pause()
        assert "logo.png" in shown(app)
        assert screen.check_action("waive", ()) is False
        screen.action_waive()
        screen.action_waive_class()
        await pilot.pause()
        assert not app.screen.is_modal
        assert screen.rows.go_to("section scope")
        screen.rows.action_open()
        await pilot.pause()
        assert "logo.png" not in shown(app)


async def test_a_crowded_class_starts_folded_and_opens_for_whom_jumps_there(tree: Path) -> None:
    paths = [f"src/m{number}.py" for number in range(300)]
    with open_review(tree, reports=[broken(*paths)]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            assert "300 open" in shown(app)
            assert "src/m1.py" not in shown(app)
            await to_mode(pilot, "record")
            app.go_to_gap(gap_id("bandit", "src/m250.py", "syntax-error"))
            await until(pilot, lambda: app.screen is screen and "src/m250.py" in shown(app))
            assert screen.rows.row is not None
            assert screen.rows.row.gap is not None
            assert screen.rows.row.gap.path == "src/m250.py"


async def test_a_secret_in_a_reason_and_a_path_full_of_tricks_stay_harmless(tree: Path) -> None:
    token = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    trick = "a[/]\x1b]52;c;aGk=\x07[@click=app.quit]b\u202e.py"
    with open_review(tree, reports=[broken(trick, reason=f"it says {token} here")]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            screen.rows.action_down()
            await pilot.pause()
            text = shown(app)
            assert token not in text.replace("\n", "")
            assert "A1b2C3d4" not in text
            assert not {"\x1b", "\x07", "\u202e"} & set(text)
            assert "[@click=app.quit]" in text, "it is text like any other"
            screen.action_waive()
            await answer(pilot, TERMS)
            assert session.refresh().state.decisions


async def test_narrow_shows_the_list_and_below_it_what_it_means(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        screen = await gaps_of(pilot)
        screen.rows.action_down()
        await pilot.pause()
        lines = shown(app).splitlines()
        assert any("api/pay.py" in line for line in lines[:14])
        assert any("Update the tool" in line for line in lines[14:])
        assert "Decision" in shown(app)


async def test_the_mouse_selects_and_a_second_click_on_a_head_folds_it(tree: Path) -> None:
    with open_review(tree, reports=[broken("a.py", "b.py")]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            await pilot.click(screen.rows, offset=(10, 2))
            assert screen.rows.row is not None
            assert screen.rows.row.gap is not None
            assert screen.rows.row.gap.path == "b.py"
            for _ in range(2):
                await pilot.click(screen.rows, offset=(10, 0))
            await until(pilot, lambda: "b.py" not in shown(app))


async def test_a_new_size_keeps_the_row_one_is_on(tree: Path) -> None:
    with open_review(tree, reports=[broken(*(f"{number:02}.py" for number in range(18)))]) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await gaps_of(pilot)
            stand_on(screen, session, "17.py")
            await pilot.resize_terminal(*NARROW)
            await until(pilot, lambda: screen.has_class("-narrow"))
            await pilot.pause()
            assert screen.rows.row is not None
            assert screen.rows.row.gap is not None
            assert screen.rows.row.gap.path == "17.py"
            assert "17.py" in "".join(shown(app).splitlines()[:14]), "and it is to be seen"
