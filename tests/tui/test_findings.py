"""The findings screen, as a person goes through it: what is listed, what is shown of one, what gets written down."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.widgets import Footer, Input

from tui.helpers import (
    ADA,
    BEN,
    NARROW,
    SQL,
    WIDE,
    app_on,
    findings,
    open_review,
    remember,
    shown,
    to_mode,
    until,
    verdict_of,
)
from walkdown.model import Cancelled, Coverage, FilePlace, Finding, Kind, Report, Silence, Step, Subject, Verdict
from walkdown.review import Session, Terms
from walkdown.tui.app import WalkdownApp
from walkdown.tui.scanning import Scanning
from walkdown.tui.screens.findings import FindingsScreen
from walkdown.tui.widgets.finding_list import FindingList

REASONED = Terms(reason="Checked.", owner="Ada", until="2099-12-31")


def listed(app: WalkdownApp) -> FindingList:
    return app.screen.query_one(FindingList)


def screen_of(app: WalkdownApp) -> FindingsScreen:
    assert isinstance(app.screen, FindingsScreen)
    return app.screen


def narrow_to(app: WalkdownApp, text: str) -> None:
    app.screen.query_one(Input).value = text


def ids(app: WalkdownApp) -> list[str]:
    rows = listed(app).rows
    return [rows.columns.findings[row].id for row in rows.lines.lines if row >= 0]


def at(app: WalkdownApp) -> str:
    finding = listed(app).finding
    return finding.id if finding else ""


async def test_the_worst_comes_first_and_is_read_beside_the_list(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await until(pilot, lambda: "where = f" in shown(app), "the code came up")
        text = shown(app)
        assert at(app) == "f000000"
        assert "4 of 4 · 4 undecided · by file" in text
        assert "SQL is built from input" in text
        assert "likely" in text
        assert "CWE-89" in text
        assert "Give the value as a parameter." in text
        assert "semgrep walkdown.sql + bandit B608" in text
        assert "▸ 3      return db.execute(where)" in text


async def test_the_cursor_moves_over_findings_never_headings(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        walked = [at(app)]
        for _ in range(4):
            listed(app).action_down()
            walked.append(at(app))
        assert walked == [*ids(app), ids(app)[-1]]
        listed(app).action_first()
        assert at(app) == ids(app)[0]
        listed(app).action_up()
        assert at(app) == ids(app)[0]


async def test_real_is_written_at_once_and_can_be_taken_back(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press("x")
        assert verdict_of(review, Kind.FINDING, "f000000") is Verdict.REAL
        await until(pilot, lambda: "✗ real · Ada" in shown(app))
        assert "3 undecided" in shown(app)
        await pilot.press("u")
        assert verdict_of(review, Kind.FINDING, "f000000") is None
        await until(pilot, lambda: "4 undecided" in shown(app))


@pytest.mark.parametrize(("key", "verdict"), [("p", Verdict.FALSE_POSITIVE), ("w", Verdict.ACCEPTED)])
async def test_what_needs_a_reason_asks_for_it(review: Session, key: str, verdict: Verdict) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(app.screen, FindingsScreen), "a question came up")
        assert verdict_of(review, Kind.FINDING, "f000000") is None
        app.screen.dismiss(REASONED)
        await until(pilot, lambda: verdict_of(review, Kind.FINDING, "f000000") is verdict)
        await until(pilot, lambda: "Checked." in shown(app))


async def test_marked_ones_are_decided_together_and_taken_back_together(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press("space", "space")
        assert "2 marked" in shown(app)
        await pilot.press("x")
        decided = [one for one in ids(app) if verdict_of(review, Kind.FINDING, one) is Verdict.REAL]
        assert decided == ids(app)[:2]
        assert "marked" not in shown(app)
        await pilot.press("u")
        assert all(verdict_of(review, Kind.FINDING, one) is None for one in ids(app))


async def test_all_that_is_listed_can_be_marked(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        narrow_to(app, "timeout")
        await until(pilot, lambda: "3 of 4" in shown(app))
        await pilot.press("asterisk")
        assert "3 marked" in shown(app)
        await pilot.press("asterisk")
        assert "marked" not in shown(app)
        await pilot.press("x")
        assert sum(verdict_of(review, Kind.FINDING, one) is Verdict.REAL for one in ids(app)) == 1
        await pilot.press("asterisk")
        assert "2 marked" in shown(app), "what is decided is not decided over by the dozen"


async def test_next_undecided_passes_what_is_decided(review: Session) -> None:
    first, second, third, last = (one.id for one in review.board.findings)
    review.decide([Subject(Kind.FINDING, second)], Verdict.REAL, Terms(), ADA)
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        narrow_to(app, "")
        listed(app).go_to(review.board.findings[0])
        order = [one for one in ids(app) if one != second]
        seen = []
        for _ in order:
            seen.append(at(app))
            await pilot.press("right_square_bracket")
        assert seen == order
        assert at(app) == order[0], "it goes around"
        await pilot.press("left_square_bracket")
        assert at(app) == order[-1]
        assert {first, third, last} == set(order)


async def test_typing_narrows_and_escape_shows_all_again(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press("slash", "h", "i", "g", "h")
        await until(pilot, lambda: "1 of 4" in shown(app))
        await pilot.press("enter")
        assert listed(app).has_focus
        assert ids(app) == ["f000000"]
        await pilot.press("escape")
        await until(pilot, lambda: len(ids(app)) == 4)


async def test_a_filter_that_fits_nothing_says_so(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        narrow_to(app, "nosuchthing")
        await until(pilot, lambda: "Nothing fits the filter" in shown(app))
        narrow_to(app, "state:fixed")
        await until(pilot, lambda: "state: open, real, false, accepted" in shown(app))


async def test_what_leaves_the_filter_leaves_the_list_and_the_next_takes_its_place(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        narrow_to(app, "state:open")
        await until(pilot, lambda: len(ids(app)) == 4)
        following = ids(app)[1]
        await pilot.press("x")
        await until(pilot, lambda: len(ids(app)) == 3)
        assert at(app) == following


async def test_groups_change_and_the_cursor_stays_with_its_finding(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        listed(app).go_to(review.board.findings[2])
        for name in ("rule", "hazard", "severity", "file"):
            await pilot.press("g")
            assert f"by {name}" in shown(app)
            assert at(app) == "f000002"


async def test_the_cursor_stays_when_a_new_scan_comes(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        listed(app).go_to(review.board.findings[2])
        remember(review, findings(60))
        app.show(review.board)
        await pilot.pause()
        assert at(app) == "f000002"
        assert "60 of 60" in shown(app)


async def test_what_another_person_decides_shows(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        review.decide([Subject(Kind.FINDING, "f000000")], Verdict.FALSE_POSITIVE, REASONED, BEN)
        app.show(review.board)
        await until(pilot, lambda: "false positive · Ben" in shown(app))


async def test_reading_one_on_purpose_is_written_once_passing_over_it_is_not(review: Session) -> None:
    app = app_on(review)
    subject = Subject(Kind.FINDING, "f000000")
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press("j", "k")
        assert subject not in review.refresh().state.opened
        await pilot.press("enter", "escape", "o")
        assert subject in review.refresh().state.opened
        assert len(review.board.state.events) == 1


async def test_a_finding_asked_for_elsewhere_is_found_even_behind_a_filter(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        narrow_to(app, "high")
        await until(pilot, lambda: len(ids(app)) == 1)
        await to_mode(pilot, "walk")
        app.go_to_finding("f000002")
        await until(pilot, lambda: isinstance(app.screen, FindingsScreen) and at(app) == "f000002")
        assert app.wanted_finding == ""


async def test_one_pane_at_a_time_where_there_is_little_room(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        await to_mode(pilot, "findings")
        assert "Give the value as a parameter." not in shown(app)
        await pilot.press("tab")
        await until(pilot, lambda: "CWE-89" in shown(app))
        assert "api/orders.py        " not in shown(app)
        await pilot.press("escape")
        assert listed(app).has_focus
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "CWE-89" in shown(app))


async def test_a_click_selects_and_the_wheel_scrolls(tree: Path, folders: Path) -> None:
    with open_review(tree, findings(500)) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            await to_mode(pilot, "findings")
            wanted = ids(app)[3]
            finding = session.board.finding(wanted)
            assert finding is not None
            line = listed(app).rows.line_of(finding)
            await pilot.click(FindingList, offset=(10, line))
            assert at(app) == wanted
            await pilot.click(FindingList, offset=(10, 0))
            assert at(app) == wanted, "a heading is nothing to stand on"
            listed(app).action_last()
            await pilot.pause()
            assert at(app) == ids(app)[-1]
            assert listed(app).scroll_offset.y > 400


async def test_while_the_first_scan_runs_findings_come_in_but_wait_for_their_names(tree: Path, folders: Path) -> None:
    with open_review(tree, scanned=False) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE, notifications=True) as pilot:
            await to_mode(pilot, "findings")
            app.scanning = Scanning(on=True)
            app.fresh_findings = [msgspec.structs.replace(one, id="") for one in findings(3)]
            app.show(session.board)
            await until(pilot, lambda: "3 of 3" in shown(app))
            await pilot.press("x")
            await until(pilot, lambda: "when the scan has ended" in shown(app))
            assert not session.refresh().state.events
            where = listed(app).finding
            assert where is not None
            remember(session, findings(4))
            app.scanning, app.fresh_findings = Scanning(), []
            app.show(session.board)
            await until(pilot, lambda: "4 of 4" in shown(app))
            now = listed(app).finding
            assert now is not None
            assert (now.place, now.id) == (where.place, "f000000"), "the cursor is where it was"


async def test_no_code_is_shown_beside_an_old_scan(review: Session, tree: Path) -> None:
    app = app_on(review)
    looked = review.board.looked
    assert looked is not None
    old = msgspec.structs.replace(review.board, looked=msgspec.structs.replace(looked, fresh=False))
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        app.show(old)
        await until(pilot, lambda: "Found by an earlier scan" in shown(app))
        assert "where = f" not in shown(app)


def _rich() -> Finding:
    """One with everything a finding can have."""
    return msgspec.structs.replace(
        findings(1)[0],
        steps=(
            Step(FilePlace("api/orders.py", 1), "comes in"),
            Step(FilePlace("api/orders.py", 3), "to the database"),
        ),
        places=tuple(FilePlace("api/more.py", line) for line in range(1, 20)),
        silenced=Silence("# nosec", 3),
    )


async def test_the_page_tells_the_way_other_places_and_who_asked_for_silence(tree: Path, folders: Path) -> None:
    with open_review(tree, [_rich()]) as session:
        app = app_on(session)
        async with app.run_test(size=(200, 80)) as pilot:
            await to_mode(pilot, "findings")
            await until(pilot, lambda: "wrote" in shown(app) or ", by " in shown(app), "git was asked who it was")
            text = shown(app)
            assert "comes in  api/orders.py:1" in text
            assert "→ to the database" in text
            assert "and 7 more" in text
            assert "(# nosec)" in text


async def test_place_and_brief_are_copied(review: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    opened: list[tuple[str, int]] = []
    app = app_on(review)
    monkeypatch.setattr(app, "copy", lambda text, what: copied.append(text))
    monkeypatch.setattr(app, "open_editor", lambda path, line: opened.append((path, line)))
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press("y", "c", "e")
        assert copied[0] == "api/orders.py:3"
        assert "return db.execute(where)" in copied[1]
        assert SQL.fix in copied[1]
        assert opened == [("api/orders.py", 3)]


async def test_code_that_nobody_searched_for_secrets_goes_nowhere(
    review: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[tuple[str, str]] = []
    looked = review.board.looked
    assert looked is not None
    stopped = Report("kingfisher", "1", Cancelled(), Coverage(4))
    made = msgspec.structs.replace(looked.result, reports=(*looked.result.reports, stopped))
    review._looked = msgspec.structs.replace(looked, result=made)
    review.refresh()
    app = app_on(review)
    monkeypatch.setattr(app, "copy", lambda text, what: copied.append((text, what)))
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        await pilot.press("c")
    ((text, what),) = copied
    assert SQL.fix in text
    assert "return db.execute(where)" not in text
    assert "nobody looked for secrets" in what


async def test_keys_in_the_footer_are_those_that_apply(review: Session, tree: Path) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "findings")
        assert "False positive" in _footer(app)
        narrow_to(app, "nosuchthing")
        await until(pilot, lambda: "False positive" not in _footer(app))
        await pilot.press("slash")
        await until(pilot, lambda: "To the list" in _footer(app))


def _footer(app: WalkdownApp) -> str:
    assert app.screen.query_one(Footer).is_mounted
    return shown(app).splitlines()[-1]


HOSTILE = "a\x1b]52;c;eA==\x07b\x9b31m\u202e[@click=app.quit]x[/]\ud800"


async def test_hostile_words_are_only_shown(tree: Path, folders: Path) -> None:
    first = findings(1)[0]
    rule = msgspec.structs.replace(first.rule, title=HOSTILE, message=HOSTILE, fix=HOSTILE, url=HOSTILE, id=HOSTILE)
    bad = msgspec.structs.replace(
        first,
        rule=rule,
        place=FilePlace(f"src/{HOSTILE}.py", 3, symbol=HOSTILE),
        steps=(Step(FilePlace(HOSTILE, 1), HOSTILE),),
        places=(FilePlace(HOSTILE, 2),),
        silenced=Silence(HOSTILE, 3, HOSTILE, HOSTILE),
        sources=(),
    )
    with open_review(tree) as session:
        looked = session.board.looked
        assert looked is not None
        app = app_on(session)
        result = msgspec.structs.replace(looked.result, findings=(bad,))
        board = msgspec.structs.replace(session.board, looked=msgspec.structs.replace(looked, result=result))
        async with app.run_test(size=(200, 60)) as pilot:
            await to_mode(pilot, "findings")
            app.show(board)
            await until(pilot, lambda: "[@click=app.quit]" in shown(app))
            for _ in range(4):
                await pilot.press("g")
                text = shown(app)
                assert not [char for char in text if char != "\n" and not char.isprintable()]
            await pilot.click("#title", offset=(30, 0))
            assert app.is_running
