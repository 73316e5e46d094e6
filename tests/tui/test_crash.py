"""A fault of ours, wherever it happens: a few calm words, a report without values, and the journal as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.helpers import ADA, WIDE, app_on, until, verdict_of
from walkdown.model import Kind, Subject, Verdict
from walkdown.review import Session, Terms
from walkdown.safetext import Masker
from walkdown.tui.app import WalkdownApp
from walkdown.tui.crash import last_words, report_text, write_report

SECRET = "Zq7-horse-staple-battery"


def fail() -> None:
    password = SECRET
    raise ValueError(f"cannot use {password!r} of {Path.home()}/shop", {"password": password})


async def fail_later() -> None:
    await asyncio.sleep(0)
    fail()


def in_a_handler(app: WalkdownApp) -> None:
    app.call_later(fail)


def in_a_worker(app: WalkdownApp) -> None:
    app.run_worker(fail_later(), group="test")


def in_a_thread(app: WalkdownApp) -> None:
    app.run_worker(fail, group="test", thread=True)


def in_a_timer(app: WalkdownApp) -> None:
    app.set_timer(0.001, fail)


@pytest.mark.parametrize("where", [in_a_handler, in_a_worker, in_a_thread, in_a_timer])
async def test_it_ends_with_a_report_and_without_a_value(
    review: Session, folders: Path, where: Callable[[WalkdownApp], None], capfd: pytest.CaptureFixture[str]
) -> None:
    review.decide([Subject(Kind.ITEM, "input.uploads")], Verdict.PASS, Terms(), ADA)
    app = app_on(review)
    with pytest.raises(ValueError, match="cannot use"):  # noqa: PT012 - the driver hands the fault on at its end
        async with app.run_test(size=WIDE) as pilot:
            where(app)
            await until(pilot, lambda: app._exception is not None)
    assert app.return_code == 2
    told = app.last_words
    assert capfd.readouterr() == ("", "")
    [report] = (folders / "state" / "reports").iterdir()
    assert report.name in told
    assert "ValueError" in told
    assert "Every decision is kept." in told
    assert SECRET not in told + report.read_text()
    assert "in fail" in report.read_text()
    assert verdict_of(review, Kind.ITEM, "input.uploads") is Verdict.PASS


def caught(act: Callable[[], None]) -> Exception:
    try:
        act()
    except Exception as error:  # noqa: BLE001 - any
        return error
    raise AssertionError("nothing failed")


def test_the_report_names_what_led_to_it_and_nobody_s_home() -> None:
    def outer() -> None:
        try:
            fail()
        except ValueError as error:
            raise KeyError(SECRET) from error

    text = report_text(caught(outer), Masker(), "mode walk")
    assert text.index("KeyError") < text.index("ValueError")
    assert "mode walk" in text
    assert SECRET not in text
    assert str(Path.home()) + "/" not in text


def test_what_the_masker_knows_is_hidden_without_quotes_too() -> None:
    def bare() -> None:
        raise RuntimeError(f"{SECRET} \x1b[2J")

    text = report_text(caught(bare), Masker(values=[SECRET]))
    assert SECRET not in text
    assert "\x1b" not in text


def test_where_no_report_can_be_written_the_words_say_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    error = caught(fail)
    assert write_report(error, tmp_path / "file" / "reports", Masker()) is None
    assert "could not be written down" in last_words(error, None)


def test_reports_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"20200101-0000{number:02}-1.txt").write_text("old")
    path = write_report(caught(fail), tmp_path, Masker())
    assert path is not None
    assert path.exists()
    assert len(list(tmp_path.iterdir())) == 20
