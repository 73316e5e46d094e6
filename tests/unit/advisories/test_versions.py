"""Whether an advisory is about a version: the cases of the OSV format, for both ecosystems."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from walkdown.advisories.osv import Advisory, Affected, Event, Range
from walkdown.advisories.versions import VersionError, affects, fixed_in


def advisory(*events: Event, ecosystem: str = "npm", versions: tuple[str, ...] = ()) -> Advisory:
    ranges = (Range("SEMVER", events),) if events else ()
    return Advisory("GHSA-1", "", affected=(Affected(ecosystem, "left", ranges, versions),))


def is_about(told: Advisory, version: str, ecosystem: str = "npm", name: str = "left") -> bool:
    return affects(told, ecosystem, name, version)


BETWEEN = advisory(Event(introduced="1.0.0"), Event(fixed="1.2.0"))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.9.9", False), ("1.0.0", True), ("1.0.0-rc.1", False), ("1.1.9", True), ("1.2.0-rc.1", True), ("1.2.0", False)],
)
def test_from_the_first_bad_version_to_the_one_that_mends_it(version: str, expected: bool) -> None:
    assert is_about(BETWEEN, version) is expected


def test_zero_is_the_beginning_of_time() -> None:
    told = advisory(Event(introduced="0"), Event(fixed="1.0.0"))
    assert is_about(told, "0.0.0-0")
    assert not is_about(told, "1.0.0")


def test_the_last_bad_version_is_bad() -> None:
    told = advisory(Event(introduced="0"), Event(last_affected="1.5.0"))
    assert is_about(told, "1.5.0")
    assert not is_about(told, "1.5.1")


def test_events_count_in_the_order_of_their_versions_not_of_the_text() -> None:
    told = advisory(Event(fixed="3.1.0"), Event(introduced="3.0.0"), Event(fixed="1.1.0"), Event(introduced="1.0.0"))
    assert [is_about(told, version) for version in ("1.0.5", "1.1.0", "2.0.0", "3.0.0", "3.1.0")] == [
        True, False, False, True, False,
    ]  # fmt: skip


def test_a_version_that_mends_one_flaw_and_brings_the_next_is_bad() -> None:
    told = advisory(Event(introduced="0"), Event(fixed="2.0.0"), Event(introduced="2.0.0"), Event(fixed="3.0.0"))
    assert is_about(told, "2.0.0")


def test_a_range_without_an_end_goes_on() -> None:
    assert is_about(advisory(Event(introduced="2.0.0")), "99.0.0")


def test_beyond_the_limit_nothing_is_said() -> None:
    told = advisory(Event(introduced="0"), Event(limit="2.0.0"))
    assert is_about(told, "1.9.0")
    assert not is_about(told, "2.0.0")
    assert is_about(advisory(Event(introduced="0"), Event(limit="*")), "2.0.0")


def test_the_list_of_versions_counts_beside_the_ranges_and_in_any_spelling() -> None:
    told = advisory(Event(introduced="1.0.0"), Event(fixed="1.1.0"), ecosystem="PyPI", versions=("0.3", "odd one"))
    assert is_about(told, "0.3.0", "PyPI")
    assert is_about(told, "1.0.5", "PyPI")
    assert is_about(told, "odd one", "PyPI")
    assert not is_about(told, "0.4", "PyPI")


def test_python_versions_have_their_own_order() -> None:
    told = advisory(Event(introduced="0"), Event(fixed="1.10"), ecosystem="PyPI")
    assert is_about(told, "1.9", "PyPI")
    assert is_about(told, "1.10rc1", "PyPI")
    assert not is_about(told, "1.10.post1", "PyPI")
    assert not is_about(told, "1!0.1", "PyPI")


def test_another_package_or_ecosystem_is_not_meant() -> None:
    assert not is_about(BETWEEN, "1.1.0", name="right")
    assert not is_about(BETWEEN, "1.1.0", ecosystem="PyPI")


def test_a_version_that_is_none_is_neither_yes_nor_no() -> None:
    with pytest.raises(VersionError):
        is_about(BETWEEN, "one")
    with pytest.raises(VersionError):
        is_about(advisory(Event(introduced="one")), "1.0.0")


def test_zeros_that_an_advisory_leaves_out_are_meant() -> None:
    told = advisory(Event(introduced="1"), Event(fixed="1.5"))
    assert [is_about(told, version) for version in ("0.9.0", "1.0.0", "1.4.9", "1.5.0")] == [False, True, True, False]
    assert fixed_in(told, "npm", "left", "1.0.0") == ("1.5.0",)


def test_fixes_above_nearest_first_and_each_once() -> None:
    told = Advisory(
        "GHSA-1",
        "",
        affected=(
            Affected("npm", "left", (Range("SEMVER", (Event(introduced="2.0.0"), Event(fixed="2.10.0"))),)),
            Affected("npm", "left", (Range("SEMVER", (Event(introduced="0"), Event(fixed="1.9.0"))),)),
            Affected("npm", "left", (Range("SEMVER", (Event(introduced="2.0.0"), Event(fixed="2.10.0"))),)),
            Affected("npm", "left", (Range("SEMVER", (Event(introduced="0"), Event(fixed="odd"))),)),
            Affected("npm", "right", (Range("SEMVER", (Event(introduced="0"), Event(fixed="1.5.0"))),)),
        ),
    )
    assert fixed_in(told, "npm", "left", "1.2.0") == ("1.9.0", "2.10.0")
    assert fixed_in(told, "npm", "left", "2.9.0") == ("2.10.0",)
    assert fixed_in(told, "npm", "left", "3.0.0") == ()


def test_a_range_that_cannot_be_compared_counts_only_where_no_other_one_answers() -> None:
    unclear = Range("SEMVER", (Event(introduced="0"), Event(fixed="next year")))
    clear = Range("SEMVER", (Event(introduced="1.0.0"), Event(fixed="2.0.0")))
    for ranges in ((unclear, clear), (clear, unclear)):
        told = Advisory("GHSA-1", "", affected=(Affected("npm", "left", ranges),))
        assert is_about(told, "1.5.0")
        with pytest.raises(VersionError):
            is_about(told, "3.0.0")


def test_the_same_verdicts_as_the_semver_package_of_npm() -> None:
    """Made from versions that packages really have; the answers are those of node's `semver`, prereleases included."""
    recorded = json.loads((Path(__file__).parent / "npm_verdicts.json").read_text())
    verdicts = msgspec.convert(recorded["verdicts"], list[tuple[list[list[Event]], str, bool]], strict=False)
    assert len(verdicts) == 1000
    for ranges, version, expected in verdicts:
        told = tuple(Range("SEMVER", tuple(events)) for events in ranges)
        assert is_about(Advisory("GHSA-1", "", affected=(Affected("npm", "left", told),)), version) is expected
