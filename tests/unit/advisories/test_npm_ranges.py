"""npm ranges and the order of npm versions, held against recorded answers of the semver package of npm."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from walkdown.advisories.npm_ranges import NpmRange
from walkdown.advisories.npm_versions import NpmVersion, NpmVersionError


class Recorded(msgspec.Struct, frozen=True):
    """`ranges`: range, version, whether the version is in it, whether it is a range at all. `compares`: two versions
    and their order, None where one of them is no version."""

    semver: str
    ranges: tuple[tuple[str, str, int, int], ...]
    compares: tuple[tuple[str, str, int | None], ...]


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    data = (Path(__file__).parent / "npm_ranges.json").read_bytes()
    return msgspec.json.decode(data, type=Recorded)


def answer(text: str, version: str) -> tuple[int, int]:
    try:
        return int(NpmRange.parse(text).allows(version)), 1
    except NpmVersionError:
        return 0, 0


def order(one: str, other: str) -> int | None:
    try:
        first, second = NpmVersion.parse(one), NpmVersion.parse(other)
    except NpmVersionError:
        return None
    return (first > second) - (first < second)


def test_every_recorded_range_is_read_as_npm_reads_it(recorded: Recorded) -> None:
    assert len(recorded.ranges) > 3000
    wrong = [row for row in recorded.ranges if answer(row[0], row[1]) != row[2:]]
    assert wrong == []


def test_every_recorded_pair_of_versions_has_the_order_that_npm_gives_it(recorded: Recorded) -> None:
    assert {order for *_, order in recorded.compares} == {-1, 0, 1, None}
    wrong = [row for row in recorded.compares if order(row[0], row[1]) != row[2]]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("^1.2.3", "1.9.0", True),
        ("^1.2.3", "2.0.0-0", False),
        ("^0.2.3", "0.3.0", False),
        ("^0.0.3", "0.0.4", False),
        ("~1.2", "1.2.9", True),
        ("~1.2", "1.3.0", False),
        ("1.x || >=3", "3.1.0", True),
        ("1.2 - 2", "2.9.9", True),
        ("1.2 - 2.3.4", "2.3.5", False),
        ("", "0.0.1", True),
        ("*", "1.0.0-beta", False),
        (">=1.0.0-alpha", "1.0.0-beta", True),
        (">=1.0.0-alpha", "1.0.1-beta", False),
        ("* || 1.0.0-beta", "1.0.0-beta", False),
        ("> 1 < 3", "2.0.0", True),
        ("v1.2.3", "1.2.3+build", True),
    ],
)
def test_ranges_as_people_write_them(text: str, version: str, expected: bool) -> None:
    assert NpmRange.parse(text).allows(version) is expected


@pytest.mark.parametrize("text", ["latest", "1.x.3", ">== 1", "^1.2.3.4", "1,2", "01.2.3", "^9007199254740991"])
def test_what_npm_takes_for_no_range(text: str) -> None:
    with pytest.raises(NpmVersionError):
        NpmRange.parse(text)


@pytest.mark.parametrize("piece", ["1 - ", "^", "~> ", "1.x ", ">=*", "v=v= ", "0-a.", "1||", "= "])
def test_a_text_made_to_keep_us_busy_is_refused(piece: str) -> None:
    with pytest.raises(NpmVersionError):
        NpmRange.parse(piece * 10_000)
