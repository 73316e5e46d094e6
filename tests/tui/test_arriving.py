"""The first look at an item, and another size of the terminal: nothing that matters is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from helpers.repos import make_repo
from tui.helpers import ADA, FILES, HUGE, WIDE, app_on, findings, open_review, shown, shows, to_mode
from walkdown.model import FilePlace, Verdict
from walkdown.review import Session, Terms
from walkdown.tui.finding_words import other_places

LONG = {**FILES, "api/pay.py": FILES["api/pay.py"] + "# more\n" * 20}


@pytest.fixture
def long(tmp_path: Path, folders: Path) -> Iterator[Session]:
    with open_review(make_repo(tmp_path, LONG)) as session:
        yield session


def code_shown(screen: str) -> list[int]:
    """Numbers of the lines of code."""
    return [int(number) for number in re.findall(r"^.{52}[▸ ] {1,2}(\d+)\b", screen, re.MULTILINE)]


async def test_code_has_room_for_all_its_lines_at_once_and_in_another_size(long: Session) -> None:
    app = app_on(long)
    async with app.run_test(size=HUGE) as pilot:
        app.go_to_item("error.timeouts")
        await shows(pilot, app, "none yet · evidence not opened")
        assert code_shown(shown(app)) == list(range(1, 13))
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert code_shown(shown(app)) == list(range(3, 10))
        await pilot.resize_terminal(*HUGE)
        await pilot.pause()
        assert code_shown(shown(app)) == list(range(1, 13))


async def test_the_list_begins_at_its_head_where_there_is_room(long: Session) -> None:
    app = app_on(long)
    async with app.run_test(size=WIDE) as pilot:
        app.go_to_item("error.timeouts")
        await shows(pilot, app, "none yet · evidence not opened")
        assert shown(app).splitlines()[3].startswith(" Input boundary")


async def test_the_end_of_a_waiver_is_never_cut(long: Session) -> None:
    gap = long.board.gaps[0]
    long.decide([gap.class_subject], Verdict.WAIVED, Terms("by hand", "Maximiliane Odo", "2099-12-31"), ADA)
    app = app_on(long)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "gaps")
        await shows(pilot, app, "Maximiliane Odo until 2099-12-31")


async def test_one_line_named_twice_is_no_other_place() -> None:
    place = FilePlace("a.py", 3, 1, 3, 9)
    finding = msgspec.structs.replace(
        findings(1)[0], place=place, places=(FilePlace("a.py", 3, 5, 3, 9), FilePlace("b.py", 3, 1))
    )
    assert [one.plain for one in other_places(finding)] == ["b.py:3"]
