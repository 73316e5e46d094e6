"""Ids as people type them."""

from __future__ import annotations

import pytest

from helpers.patience import patience
from walkdown.cli.ids import resolve
from walkdown.errors import UsageError

KNOWN = ["W-ABCDEFGHIJ", "W-ABCXYZ2345", "W-QQQQ22ZZ77", "error.timeouts", "error.shown"]


def found(wanted: str) -> str:
    return resolve(wanted, KNOWN, "finding", "walkdown finding list")


def refused(wanted: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        found(wanted)
    return caught.value


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [("W-QQQQ22ZZ77", 2), ("W-QQ", 2), ("w-qqqq", 2), ("error.t", 3), ("ERROR.SHOWN", 4), ("W-ABCD", 0)],
)
def test_the_start_of_an_id_is_enough_where_only_one_begins_so(wanted: str, meant: int) -> None:
    assert found(wanted) == KNOWN[meant]


def test_an_id_that_is_the_start_of_another_means_itself() -> None:
    assert resolve("auth", ["auth.guards", "auth"], "item", "") == "auth"


def test_several_are_all_named() -> None:
    error = refused("W-ABC")
    assert error.what == 'Which finding? "W-ABC" begins W-ABCDEFGHIJ, W-ABCXYZ2345.'


@pytest.mark.parametrize("wanted", ["", "W", "W-Q"])
def test_too_little_is_not_guessed_at(wanted: str) -> None:
    assert refused(wanted).what.startswith("Which finding?")


@pytest.mark.parametrize(
    ("wanted", "near"), [("error.timeout", ""), ("error.timeuots", "error.timeouts"), ("W-ABCDEFGHJI", "W-ABCDEFGHIJ")]
)
def test_a_typo_is_told_what_is_near(wanted: str, near: str) -> None:
    if not near:
        assert found(wanted) == "error.timeouts"
        return
    error = refused(wanted)
    assert f"Did you mean {near}" in error.do
    assert "walkdown finding list" in error.do


def test_what_was_typed_comes_back_harmless() -> None:
    assert "\x1b" not in refused("\x1b]0;x\x07").what


def test_a_typo_among_a_hundred_thousand_is_told_at_once() -> None:
    known = [f"W-{number:010}" for number in range(100_000)]
    with patience(), pytest.raises(UsageError):
        resolve("W-00000999x9", known, "finding", "")
