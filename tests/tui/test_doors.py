"""Doors: each entrance says who may come in and what it reaches, and is decided with a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import msgspec
import pytest
from textual.pilot import Pilot

from helpers.mapped import about
from tui.helpers import ADA, NARROW, WIDE, app_on, open_review, shown, to_mode, until, verdict_of
from walkdown.model import Finding, Kind, Report, Verdict
from walkdown.model.door import Checks, Door, DoorKind, Filter, Guard, Operation, Origin, Reach, strongest
from walkdown.model.outcome import Coverage, NothingToScan, Ran, SkipKind, Skipped
from walkdown.review import Session, Terms
from walkdown.review.doors import DoorRow
from walkdown.tui.app import WalkdownApp
from walkdown.tui.dialogs.guard_means import GuardMeansDialog
from walkdown.tui.door_rows import Group, door_lines, fits
from walkdown.tui.screens.doors import DoorsScreen

LOGIN = Guard("requireUser", "api/orders.py", 1, Checks.LOGIN, home="auth.py#requireUser")
OWN = Guard("mine", "api/orders.py", 2, Checks.UNKNOWN, why="Its code is not here.", home="auth.py#mine")


def door(number: int, method: str, path: str, *guards: Guard, writes: bool = False, **more: object) -> Door:
    """Through `find` in api/orders.py to the table."""
    operation = Operation.UPDATE if writes else Operation.READ
    reach = Reach(
        "orders", operation, "api/orders.py", 3, (Filter("customer", Origin.INPUT),),
        way=(("web/rates.ts", 2, "handler"), ("api/pay.py", 6, "find")),
    )  # fmt: skip
    usual = Door(
        f"D-{number}", DoorKind.ROUTE, method, path, "web/rates.ts", 1, "rates", "express", guards, strongest(guards),
        "no", reaches=(reach,),
    )  # fmt: skip
    return msgspec.structs.replace(usual, **more)


LIST = door(1, "GET", "/orders", LOGIN)
PAY = door(2, "POST", "/orders/:id/pay", writes=True, line=2)
OWNED = door(3, "PATCH", "/orders/:id", OWN, writes=True, line=3)
HEALTH = door(4, "GET", "/health", reaches=(), validated="none", line=9)
JOB = door(5, "CRON", "cron/nightly", writes=True, kind=DoorKind.JOB, line=8)
DOORS = (LIST, PAY, OWNED, HEALTH, JOB)
WRONG = about(PAY, finding_id="f9")
READ = Report("doors", "0.1.0", Ran(), Coverage(3, 3), 0.2)


@pytest.fixture
def mapped(tree: Path, folders: Path) -> Iterator[Session]:
    with opened(tree) as session:
        yield session


def opened(
    tree: Path, doors: Sequence[Door] = DOORS, found: Sequence[Finding] = (WRONG,), of: Report = READ
) -> Session:
    return open_review(tree, found, [of], doors=doors)


async def doors_of(pilot: Pilot[int]) -> DoorsScreen:
    await to_mode(pilot, "doors")
    return cast(DoorsScreen, pilot.app.screen)


def stand_on(screen: DoorsScreen, one: Door) -> None:
    assert screen._list.go_to(one.id)
    screen._read()


async def answer(pilot: Pilot[int], said: object) -> None:
    app = cast(WalkdownApp, pilot.app)
    await until(pilot, lambda: app.screen.is_modal, "no dialog came")
    app.screen.dismiss(said)
    await until(pilot, lambda: not app.screen.is_modal)
    await pilot.pause()


async def test_every_entrance_is_a_line_that_says_who_may_come_in(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        lines = shown(app).splitlines()
        assert "2 of 4 open" in next(line for line in lines if " Routes " in line)
        assert "login" in next(line for line in lines if "/orders  " in line)
        assert "open" in next(line for line in lines if "/orders/:id/pay" in line)
        assert "unclear" in next(line for line in lines if "PATCH" in line)
        assert any(" Jobs " in line for line in lines)
        assert [row.row.id for row in screen._list.rows if row.row] == ["D-4", "D-1", "D-3", "D-2", "D-5"]


async def test_the_page_shows_the_way_to_the_data_with_its_code(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        stand_on(screen, PAY)
        await pilot.pause()
        text = " ".join(shown(app).split())
        assert "POST /orders/:id/pay comes in web/rates.ts:2" in text
        assert "return fetch(URL)" in text
        assert "→ calls find api/pay.py:6" in text
        assert "→ changes orders api/orders.py:3" in text
        assert "return db.execute(where)" in text
        assert "Nothing stands before it." in text
        assert "by customer from the input" in text
        assert "Title of auth.endpoint-open" in text


async def test_of_several_ways_the_one_that_writes_comes_first_and_a_key_shows_the_next(
    tree: Path, folders: Path
) -> None:
    read, write = LIST.reaches[0], msgspec.structs.replace(PAY.reaches[0], table="stock")
    both = msgspec.structs.replace(LIST, reaches=(read, write))
    with opened(tree, (both,), ()) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            screen = await doors_of(pilot)
            stand_on(screen, both)
            await pilot.pause()
            assert "The way to 2 of 2" in shown(app)
            assert "→ changes stock" in shown(app)
            await pilot.press("n")
            await pilot.pause()
            assert "The way to 1 of 2" in shown(app)
            assert "→ reads orders" in shown(app)


async def test_deciding_is_one_key_and_public_asks_why(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        stand_on(screen, LIST)
        await pilot.press("p")
        await pilot.pause()
        assert verdict_of(mapped, Kind.DOOR, "D-1") is Verdict.GUARDED
        assert "guarded as meant" in shown(app)
        stand_on(screen, HEALTH)
        await pilot.pause()
        assert "Perhaps public on purpose: a health check" in " ".join(shown(app).split())
        await pilot.press("d")
        await answer(pilot, Terms("the load balancer asks it"))
        assert verdict_of(mapped, Kind.DOOR, "D-4") is Verdict.PUBLIC
        assert "the load balancer asks it" in shown(app)
        stand_on(screen, PAY)
        await pilot.press("x")
        await pilot.pause()
        assert verdict_of(mapped, Kind.DOOR, "D-2") is Verdict.NEEDS_WORK
        await pilot.press("u")
        await pilot.pause()
        assert verdict_of(mapped, Kind.DOOR, "D-2") is None


async def test_what_a_guard_means_is_said_once_and_every_door_behind_it_follows(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        stand_on(screen, OWNED)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, GuardMeansDialog), "no dialog came")
        await pilot.press("o")
        await until(pilot, lambda: app.screen is screen)
        await pilot.pause()
        row = mapped.board.door("D-3")
        assert row is not None
        assert row.guard is Checks.OWNER
        assert "owner" in next(line for line in shown(app).splitlines() if "○ PATCH" in line)
        app.action_undo()
        await pilot.pause()
        assert "unclear" in next(line for line in shown(app).splitlines() if "○ PATCH" in line)


async def test_next_goes_to_what_the_sign_off_waits_for_and_the_record_leads_back(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert screen._row is not None
        assert screen._row.id == "D-3", "a guard nobody understood, before a door that writes"
        await to_mode(pilot, "record")
        assert "nobody knows what it asks" in shown(app)
        app.go_to_door("D-1")
        await until(pilot, lambda: app.screen is screen)
        await pilot.pause()
        assert screen._row is not None
        assert screen._row.id == "D-1"


async def test_against_leads_to_the_finding(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        stand_on(screen, PAY)
        await pilot.press("a")
        await until(pilot, lambda: app.current_mode == "findings")
        await pilot.pause()
        assert "Title of auth.endpoint-open" in shown(app)


async def test_a_narrow_terminal_shows_one_pane_and_enter_opens_the_other(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=NARROW) as pilot:
        screen = await doors_of(pilot)
        stand_on(screen, PAY)
        assert "comes in" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        screen._page.scroll_end(animate=False)
        await pilot.pause()
        assert "changes orders" in shown(app)
        assert any(subject.kind is Kind.DOOR for subject in mapped.board.state.opened)
        await pilot.press("escape")
        await pilot.pause()
        assert "/orders/:id/pay" in shown(app)


async def test_the_list_is_narrowed_as_one_types(mapped: Session) -> None:
    app = app_on(mapped)
    async with app.run_test(size=WIDE) as pilot:
        screen = await doors_of(pilot)
        await pilot.press("slash")
        screen._filter.value = "open writes"
        await pilot.pause()
        assert [row.row.id for row in screen._list.rows if row.row] == ["D-2", "D-5"]
        assert "2 of 5" in shown(app)
        screen._filter.value = "nothing like it"
        await pilot.pause()
        assert "No door fits the filter" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "5 of 5" in shown(app)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report("doors", "", NothingToScan("no code")), "No code here that the map can read."),
        (READ, "No entrance found in the code that was read."),
        (
            Report("doors", "", Ran(), Coverage(2, 1, (Skipped("a.ts", SkipKind.GAP, "syntax-error", "broken"),))),
            "No door found, and not all could be read",
        ),
        (Report("bandit", "1", Ran(), Coverage(1, 1)), "The map was not drawn"),
    ],
)
async def test_an_empty_map_says_why(tree: Path, folders: Path, report: Report, words: str) -> None:
    with opened(tree, (), (), report) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE) as pilot:
            await doors_of(pilot)
            assert words in shown(app)


def rows(*doors: Door) -> list[DoorRow]:
    return [DoorRow(one, None, one.guard, (WRONG,) if one is PAY else (), True, "") for one in doors]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("", "12345"), ("login", "1"), ("unclear", "3"), ("open", "245"), ("-open", "13"), ("writes", "235"),
        ("against", "2"), ("undecided", "12345"), ("requireuser", "1"), ("orders.py", ""), ("rates.ts patch", "3"),
        ("cron", "5"), ("POST", "2"),
    ],
)  # fmt: skip
def test_words_narrow_by_what_a_door_is(typed: str, ids: str) -> None:
    assert "".join(row.id[-1] for row in rows(*DOORS) if fits(row, typed)) == ids


@pytest.mark.parametrize(
    ("group", "titles"),
    [
        (Group.KIND, ["Routes", "Jobs"]),
        (Group.GUARD, ["Open to anyone", "Guarded by something that was not understood", "For who is signed in"]),
        (Group.FILE, ["web/rates.ts"]),
    ],
)
def test_groups_come_with_what_matters_first(group: Group, titles: list[str]) -> None:
    assert [line.text for line in door_lines(rows(*DOORS), "", group) if line.heading] == titles


def test_the_actor_is_who_decides(mapped: Session) -> None:
    row = mapped.board.door("D-1")
    assert row is not None
    mapped.decide([row.subject], Verdict.GUARDED, Terms(), ADA)
    said = mapped.board.door("D-1")
    assert said is not None
    assert said.said is not None
    assert said.said.event.actor == ADA
