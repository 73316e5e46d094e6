"""Which version is advised: never one that an advisory calls affected, and one for all flaws where one mends them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from walkdown.advisories.flaws import merged
from walkdown.advisories.mending import Package, mended_by
from walkdown.advisories.osv import Advisory, Affected, Event, Range
from walkdown.advisories.versions import affects


def told(
    known_as: str,
    *between: tuple[str, str],
    versions: Sequence[str] = (),
    aliases: Sequence[str] = (),
    eco: str = "PyPI",
) -> Advisory:
    """Affected between each introduction and its fix; an empty fix is none."""
    ranges = tuple(
        Range("ECOSYSTEM", (Event(introduced=first), *([Event(fixed=fixed)] if fixed else [])))
        for first, fixed in between
    )
    return Advisory(known_as, "", aliases=tuple(aliases), affected=(Affected(eco, "it", ranges, tuple(versions)),))


def advised(version: str, *about: Advisory, eco: str = "PyPI") -> dict[str, str]:
    flaws = merged(one for one in about if affects(one, eco, "it", version))
    return {
        flaw.name: mended
        for flaw, mended in zip(flaws, mended_by(Package(eco, "it", version, about), flaws), strict=True)
    }


CONTRADICTION = told("PYSEC-1", ("0", "23.9.0"), versions=["22.10.2", "23.9.0", "23.9.0.post1"])


@pytest.mark.parametrize("version", ["22.10.2", "23.9.0"])
def test_a_version_that_the_advisory_lists_as_affected_mends_nothing(version: str) -> None:
    assert advised(version, CONTRADICTION) == {"PYSEC-1": ""}


@pytest.mark.parametrize("spelled", ["23.9", "23.9.0", "v23.9.0"])
def test_however_it_is_spelled_in_the_list(spelled: str) -> None:
    assert advised("22.10.2", told("PYSEC-1", ("0", "23.9.0"), versions=[spelled])) == {"PYSEC-1": ""}


def test_a_fix_that_another_range_has_again_is_passed_over() -> None:
    assert advised("1.0", told("PYSEC-1", ("0", "1.5"), ("1.4", "1.6"))) == {"PYSEC-1": "1.6"}


def test_another_name_of_the_flaw_may_not_contradict_it_either() -> None:
    about = (
        told("GHSA-1", ("0", "23.9.0"), aliases=["CVE-1"]),
        told("PYSEC-1", versions=["22.0", "23.9.0"], aliases=["CVE-1"]),
    )
    assert advised("22.0", *about) == {"CVE-1": ""}
    assert advised("22.0", *about, told("PYSEC-2", ("23.0", "23.9.1"))) == {"CVE-1": "23.9.1"}


def test_all_flaws_get_the_one_version_that_mends_them() -> None:
    about = (told("PYSEC-1", ("0", "1.2")), told("PYSEC-2", ("0", "1.4")), told("PYSEC-3", ("1.1", "1.3")))
    assert advised("1.1", *about) == dict.fromkeys(("PYSEC-1", "PYSEC-2", "PYSEC-3"), "1.4")


def test_the_nearest_fix_of_one_may_have_the_other_flaw_still() -> None:
    """Two branches, each with its own fix: the greater of the two nearest is not yet mended."""
    about = (told("PYSEC-1", ("0", "1.2"), ("2.0", "2.2")), told("PYSEC-2", ("0", "2.1")))
    assert advised("1.0", *about) == {"PYSEC-1": "2.2", "PYSEC-2": "2.2"}


def test_it_leads_into_no_other_flaw_that_is_on_record() -> None:
    about = (told("PYSEC-1", ("0", "2.0")), told("PYSEC-2", ("2.0", "2.3")))
    assert advised("1.0", *about) == {"PYSEC-1": "2.3"}


def test_but_where_the_only_way_leads_there_it_is_still_told() -> None:
    about = (told("PYSEC-1", ("0", "2.0")), told("PYSEC-2", ("2.0", "")))
    assert advised("1.0", *about) == {"PYSEC-1": "2.0"}


def test_where_no_version_mends_all_each_gets_its_own() -> None:
    about = (told("PYSEC-1", ("0", "2.0"), ("3.0", "")), told("PYSEC-2", ("0", "3.0")))
    assert advised("1.0", *about) == {"PYSEC-1": "2.0", "PYSEC-2": "3.0"}


def test_what_nothing_mends_keeps_the_others_from_nothing() -> None:
    assert advised("1.0", told("PYSEC-1", ("0", "")), told("PYSEC-2", ("0", "2.0"))) == {
        "PYSEC-1": "",
        "PYSEC-2": "2.0",
    }


def test_a_version_made_to_do_harm_is_never_advised() -> None:
    about = (told("PYSEC-1", ("0", "2.0")), told("PYSEC-2", ("0", "2.1")), told("MAL-1", versions=["2.1"]))
    assert advised("1.0", *about) == {"PYSEC-1": "2.0", "PYSEC-2": ""}
    later = told("PYSEC-3", ("2.1.1", "2.2"))
    assert advised("1.0", *about, later) == dict.fromkeys(("PYSEC-1", "PYSEC-2"), "2.2")


def test_finished_releases_come_first() -> None:
    assert advised("1.0", told("PYSEC-1", ("0", "2.0rc1"), ("2.0rc2", "2.0"))) == {"PYSEC-1": "2.0"}
    assert advised("1.0", told("PYSEC-1", ("0", "2.0rc1"))) == {"PYSEC-1": "2.0rc1"}


def test_npm_is_no_different() -> None:
    about = (
        told("GHSA-1", ("0", "2.0.0"), versions=["1.0.0", "2.0.0"], eco="npm"),
        told("GHSA-2", ("0", "3.0.0"), eco="npm"),
    )
    assert advised("1.0.0", about[0], eco="npm") == {"GHSA-1": ""}
    assert advised("1.0.0", *about, eco="npm") == {"GHSA-1": "", "GHSA-2": "3.0.0"}


def test_a_version_without_an_order_has_no_version_above_it() -> None:
    assert advised("0.8.3p1", told("PYSEC-1", ("0", "1.0"), versions=["0.8.3p1"])) == {"PYSEC-1": ""}
