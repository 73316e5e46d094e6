"""The walk, by its flows: open the evidence, decide, take back, go on. What counts is what the journal has."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import pytest
from textual.content import Content
from textual.pilot import Pilot

from helpers.repos import make_repo
from tui.helpers import (
    ADA,
    BEN,
    FILES,
    HUGE,
    ITEMS,
    NARROW,
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
from walkdown.model import Decided, FilePlace, Kind, Opened, Reach, Rule, Subject, Verdict
from walkdown.review import Session, Terms
from walkdown.tui.app import WalkdownApp
from walkdown.tui.screens.walk import WalkScreen
from walkdown.tui.stopwatch import Stopwatch
from walkdown.tui.widgets.sheet import Sheet


async def walk(pilot: Pilot[int], item_id: str) -> WalkScreen:
    """The walk with that item before one."""
    await to_mode(pilot, "walk")
    screen = pilot.app.screen
    assert isinstance(screen, WalkScreen)
    screen.items.select(item_id)
    await pilot.pause()
    return screen


def opened(session: Session, kind: Kind) -> list[str]:
    acts = [event.act for event in session.refresh().state.events]
    return [act.subject.id for act in acts if isinstance(act, Opened) and act.subject.kind is kind]


def decisions(session: Session) -> list[Decided]:
    return [event.act for event in session.refresh().state.events if isinstance(event.act, Decided)]


def last_line(screen: WalkScreen) -> str:
    """What stands at the very bottom of the page, however it wraps."""
    content = screen.page._below._entries[-1].what
    assert isinstance(content, Content)
    return content.plain


# --- the order of things: look, then decide -------------------------------------------------------------------------


async def test_an_item_with_findings_is_passed_only_after_its_evidence_was_opened(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "error.timeouts")
        screen.action_pass()
        await pilot.pause()
        assert "press o and look" in shown(app)
        assert verdict_of(review, Kind.ITEM, "error.timeouts") is None
        screen.action_evidence()
        await pilot.pause()
        assert opened(review, Kind.ITEM) == ["error.timeouts"]
        screen.action_pass()
        await pilot.pause()
        assert verdict_of(review, Kind.ITEM, "error.timeouts") is Verdict.PASS
        assert "Written down: pass" in shown(app)


async def test_what_only_a_person_can_answer_is_marked_and_asks_for_a_look(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "ops.rollback")
        assert "only you" in shown(app)
        assert "only a person can answer this, again every 30 days" in shown(app)
        screen.action_pass()
        assert verdict_of(review, Kind.ITEM, "ops.rollback") is None
        screen.action_evidence()
        screen.action_pass()
        assert verdict_of(review, Kind.ITEM, "ops.rollback") is Verdict.PASS


async def test_each_press_opens_one_finding_more(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "error.timeouts")
        for _ in range(3):
            screen.action_evidence()
            await pilot.pause()
        assert sorted(opened(review, Kind.FINDING)) == ["f000001", "f000002", "f000003"]
        assert "opened 3 of 3" in shown(app)
        before = len(review.refresh().state.events)
        screen.action_evidence()
        await pilot.pause()
        assert len(review.refresh().state.events) == before
        assert "Opened all 3" in shown(app)


async def test_passing_over_findings_opens_none(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "error.timeouts")
        screen.page.evidence.action_down()
        screen.page.evidence.action_down()
        await pilot.pause()
        assert opened(review, Kind.FINDING) == []
        assert opened(review, Kind.ITEM) == []


async def test_before_the_first_scan_all_can_be_read_but_nothing_passed(tree: Path, folders: Path) -> None:
    with open_review(tree, scanned=False) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE, notifications=True) as pilot:
            app.scanning = msgspec.structs.replace(app.scanning, on=True)
            screen = await walk(pilot, "input.sql")
            assert "looking…" in shown(app)
            assert "still looking…" in shown(app)
            screen.items.select("ops.rollback")
            screen.action_evidence()
            screen.action_pass()
            await pilot.pause()
            assert opened(session, Kind.ITEM) == ["ops.rollback"]
            assert verdict_of(session, Kind.ITEM, "ops.rollback") is None
            assert "cannot be passed" in shown(app)


# --- deciding ----------------------------------------------------------------------------------------------------


async def test_the_cursor_stays_after_a_decision_and_goes_on_by_its_own_key(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.uploads")
        screen.action_pass()
        await pilot.pause()
        assert screen.items.selected == "input.uploads"
        screen.action_next_open()
        assert screen.items.selected == "error.timeouts"
        screen.action_last_open()
        assert screen.items.selected == "input.sql"
        screen.action_last_open()
        assert screen.items.selected == "web.csp"


async def test_the_same_key_twice_writes_one_decision(review: Session) -> None:
    app = app_on(review, ADA, BEN)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.uploads")
        screen.action_needs_work()
        screen.action_needs_work()
        assert len(decisions(review)) == 1
        app.action_switch_person()
        screen.action_needs_work()
        assert len(decisions(review)) == 2  # a second person may say the same


async def test_a_waiver_is_written_with_reason_owner_and_end(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await walk(pilot, "input.sql")
        await pilot.press("w")
        await pilot.press(*"soon", "enter", "enter", "m", "enter")
        await pilot.pause()
        standing = review.refresh().standing(Subject(Kind.ITEM, "input.sql"))
        assert standing is not None
        assert (standing.decision.verdict, standing.decision.reason) == (Verdict.WAIVED, "soon")
        assert standing.decision.owner == "Ada"
        assert f"Written down: waived until {standing.decision.until}" in shown(app)
        assert "◐ SQL has parameters" in shown(app)


async def test_what_does_not_apply_is_accepted_together_with_one_reason(review: Session) -> None:
    more = msgspec.structs.replace(ITEMS[-1], id="web.frames", title="Pages cannot be framed")
    review.checklist = msgspec.structs.replace(review.checklist, items=(*ITEMS, more))
    review.refresh()
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        screen = await walk(pilot, "input.uploads")
        await pilot.press("D")
        text = shown(app)
        assert "2 items about something that was not seen here" in text
        assert "Pages limit their scripts  (rails)" in text
        assert "Pages cannot be framed  (rails)" in text
        await pilot.press("enter")
        assert decisions(review) == []  # not without a reason
        await pilot.press(*"none", "enter")
        await pilot.pause()
        said = {one.decision.subject.id: one.decision.reason for one in decisions(review)}
        assert said == {"web.csp": "none", "web.frames": "none"}
        assert verdict_of(review, Kind.ITEM, "web.csp") is Verdict.NOT_APPLICABLE
        assert ", and 1 more · u takes it back" in " ".join(shown(app).split())
        screen.action_all_not_applicable()
        assert "There is no undecided item" in last_line(screen)
        screen.action_undo()
        await pilot.pause()
        assert ", and 1 more · U brings it back" in " ".join(shown(app).split())
        assert {verdict_of(review, Kind.ITEM, one) for one in ("web.csp", "web.frames")} == {None}


async def test_undo_goes_to_the_item_it_changed(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.uploads")
        screen.action_pass()
        screen.items.select("web.csp")
        await pilot.pause()
        screen.action_undo()
        await pilot.pause()
        assert verdict_of(review, Kind.ITEM, "input.uploads") is None
        assert screen.items.selected == "input.uploads"
        assert "Taken back: pass" in shown(app)
        screen.action_redo()
        await pilot.pause()
        assert verdict_of(review, Kind.ITEM, "input.uploads") is Verdict.PASS
        assert "Back again: pass" in shown(app)


async def test_a_note_is_kept_and_taken_away(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await walk(pilot, "input.uploads")
        await pilot.press("m", *"ask", "ctrl+j", *"Ben", "enter")
        await pilot.pause()
        note = review.refresh().state.notes[Subject(Kind.ITEM, "input.uploads")]
        assert note.text == "ask\nBen"
        assert "ask" in shown(app)
        await pilot.press("m", *["backspace"] * 7, "enter")
        await pilot.pause()
        board = review.refresh()
        note_now = board.state.notes.get(Subject(Kind.ITEM, "input.uploads"))
        assert note_now is None or note_now.text == ""


async def test_the_time_on_the_screen_goes_into_the_decision(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.uploads")
        now = 5000.0
        screen.stopwatch = Stopwatch(lambda: now)
        screen.stopwatch.look_at("input.uploads")
        now += 42
        screen.action_needs_work()
        now += 8
        screen.action_pass()
        assert [act.decision.seconds for act in decisions(review)] == [42, 8]


# --- following -----------------------------------------------------------------------------------------------------


async def test_what_another_person_decides_shows_at_once_and_is_named(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.uploads")
        review.decide([Subject(Kind.ITEM, "web.csp")], Verdict.NEEDS_WORK, Terms(), BEN)
        app.show(review.board)
        await pilot.pause()
        assert "✗ Pages limit their scripts" in shown(app)
        assert last_line(screen) == "Ben: needs work for Pages limit their scripts"


async def test_a_disagreement_names_both(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.uploads")
        with Session.open(review.review.target.root, review._channel) as other:
            other.checklist = review.checklist
            other.recall()
            screen.action_pass()
            # Ben has not read the journal since: he decides without having seen Ada's.
            other.decide([Subject(Kind.ITEM, "input.uploads")], Verdict.NEEDS_WORK, Terms(), BEN)
        await until(pilot, lambda: app.board is not None and "disagree" in shown(app))
        assert "by Ada" in shown(app)
        assert "needs work by Ben" in shown(app)


async def test_a_new_scan_keeps_the_place_and_says_that_the_evidence_changed(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "error.timeouts")
        screen.action_evidence()
        screen.action_pass()
        remember(review, findings()[:2])
        app.show(review.board)
        await pilot.pause()
        assert screen.items.selected == "error.timeouts"
        assert screen.focused is screen.page.evidence
        assert "look again" in shown(app)
        assert "Decided on other evidence" in shown(app)


async def test_other_screens_can_send_one_to_an_item(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "record")
        app.go_to_item("ops.rollback")
        await until(pilot, lambda: isinstance(app.screen, WalkScreen) and app.screen.items.selected == "ops.rollback")


async def test_enter_on_a_finding_goes_to_it(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.sql")
        screen.action_evidence()
        screen.page.evidence.action_open()
        await until(pilot, lambda: app.current_mode == "findings")


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_the_page_shows_the_code_of_the_selected_finding(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "error.timeouts")
        assert "answer = requests.post(GATEWAY, json=body)" in shown(app) or "m0000" in shown(app)
        ids = {one.id for one in screen.page.evidence._ordered}
        assert ids == {"f000001", "f000002", "f000003"}
        while screen.page.evidence.selected is not None and screen.page.evidence.selected.id != "f000001":
            screen.page.evidence.action_down()
        await pilot.pause()
        assert "answer = requests.post(GATEWAY, json=body)" in shown(app)


async def test_a_click_selects_an_item_and_a_finding(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.sql")
        await pilot.click(screen.items, offset=(6, 5))
        await pilot.pause()
        assert screen.items.selected == "error.timeouts"
        await pilot.click(screen.page.evidence, offset=(8, 3))
        await pilot.pause()
        selected = screen.page.evidence.selected
        assert selected is not None
        assert selected.id == screen.page.evidence._ordered[1].id


async def test_the_place_of_the_selected_finding_can_be_copied_and_opened(
    review: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(review)
    done: list[object] = []
    monkeypatch.setattr(app, "copy", lambda text, what: done.append(text))
    monkeypatch.setattr(app, "open_editor", lambda path, line=0: done.append((path, line)))
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.sql")
        screen.action_evidence()
        await pilot.press("y", "e")
        assert done == ["api/orders.py:3", ("api/orders.py", 3)]


async def test_a_long_list_of_evidence_shows_a_part_and_counts_the_rest(tree: Path, folders: Path) -> None:
    with open_review(tree, findings(200)) as session:
        app = app_on(session)
        async with app.run_test(size=NARROW) as pilot:
            screen = await walk(pilot, "input.sql")
            total = len(screen.page.evidence._ordered)
            assert f"against {total}" in shown(app)
            assert "more below" in shown(app)
            screen.page.evidence.action_last()
            await pilot.pause()
            selected = screen.page.evidence.selected
            assert selected is not None
            text = screen.page.evidence.render().plain
            assert "more above" in text
            assert f":{selected.place.line}" in text  # type: ignore[union-attr]


async def test_findings_set_aside_are_told_and_no_longer_count(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await walk(pilot, "input.sql")
        review.decide([Subject(Kind.FINDING, "f000000")], Verdict.FALSE_POSITIVE, Terms(reason="constant"), ADA)
        app.show(review.board)
        await pilot.pause()
        assert "1 more set aside by a person: 1 false positive" in shown(app)


async def test_on_a_narrow_screen_the_list_folds_into_a_line(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        screen = await walk(pilot, "error.timeouts")
        assert shown(app).splitlines()[1].strip().startswith("0/5  ○ Calls have a timeout  against 3")
        assert "Pages limit their scripts" not in shown(app)
        screen.action_other_pane()
        await pilot.pause()
        assert "Pages limit their scripts" in shown(app)
        assert "A slow provider takes" not in shown(app)
        screen.items.select("web.csp")
        screen.action_open()
        await pilot.pause()
        assert "A foreign script reads" in shown(app)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "Calls have a timeout" in shown(app) and "A foreign script reads" in shown(app))


def is_drawn(sheet: Sheet) -> bool:
    return sheet.content_size.width > 0 and sheet.render().cell_length > 0


async def test_resizing_cuts_no_word(review: Session) -> None:
    """Text is wrapped anew for every width, also for the one that a scroll bar leaves."""
    why = " ".join(f"word{n}end" for n in range(120))
    review.checklist = msgspec.structs.replace(
        review.checklist, items=(msgspec.structs.replace(ITEMS[0], why=why, do=why, look=why),)
    )
    review.refresh()
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.sql")
        for size in (WIDE, (118, 30), (81, 24), NARROW, (101, 50), (140, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await until(pilot, partial(is_drawn, screen.page._case))
            text = shown(app)
            seen = [word for line in text.splitlines() for word in line.split() if word.startswith("word")]
            assert len(seen) > 10
            assert all(word.endswith("end") for word in seen), (size, [w for w in seen if not w.endswith("end")])


async def test_the_decision_is_always_in_view(review: Session) -> None:
    app = app_on(review)
    for size in (NARROW, WIDE, HUGE):
        app = app_on(review)
        async with app.run_test(size=size) as pilot:
            await walk(pilot, "input.sql")
            assert any(line.lstrip().startswith("Decision") or " Decision " in line for line in shown(app).splitlines())


@pytest.fixture
def own_tree(tmp_path: Path) -> Path:
    return make_repo(tmp_path, FILES, name="shop")


HOSTILE = "[@click=app.quit]x[/] \x1b]52;c;AAAA\x07 [/b] \u202e ${boom}"


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hostile_text_stays_text(own_tree: Path, size: tuple[int, int]) -> None:
    rule = Rule("x", "x", HOSTILE, HOSTILE, HOSTILE, hazard="input.sql", family=HOSTILE)
    place = FilePlace(f"src/{HOSTILE}.py", 3)
    bad = tuple(msgspec.structs.replace(one, rule=rule, place=place) for one in findings(3))
    item = msgspec.structs.replace(
        ITEMS[0], title=HOSTILE, section=HOSTILE, why=HOSTILE, do=HOSTILE, look=HOSTILE, references=(HOSTILE,),
        reach=Reach.HUMAN,
    )  # fmt: skip
    with open_review(own_tree, bad) as session:
        session.checklist = msgspec.structs.replace(session.checklist, items=(item,), title=HOSTILE)
        subject = Subject(Kind.ITEM, item.id)
        session.note(subject, HOSTILE, ADA)
        session.decide([subject], Verdict.NOT_APPLICABLE, Terms(reason=HOSTILE), ADA)
        app: WalkdownApp = app_on(session)
        async with app.run_test(size=size, notifications=True) as pilot:
            screen = await walk(pilot, item.id)
            screen.action_evidence()
            await pilot.press("w")
            await pilot.pause()
            await pilot.press("escape", "m")
            await pilot.pause()
            await pilot.press("escape")
            text = shown(app)
            assert not set(text) & set("\x1b\x07\u202e")
            assert "[@click=app.quit]" in text


async def test_silence_of_a_scan_with_gaps_is_not_the_silence_of_one_that_saw_all(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await walk(pilot, "input.sql")
        rows = {one.id: screen.items.machine(one).plain for one in review.board.items}
        assert rows["input.uploads"] == "gap"
        assert rows["input.sql"].startswith("against")
        assert rows["web.csp"] == "n/a?"
