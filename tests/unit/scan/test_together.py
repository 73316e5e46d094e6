"""What scanners say of the same: a secret in the tree and in the history is told once, in the tree, and no milder than
the history would have it; a package that its index knows was not invented."""

from __future__ import annotations

import pytest

from walkdown.model import (
    CommitPlace,
    Confidence,
    Coverage,
    Fact,
    FilePlace,
    Finding,
    PackagePlace,
    Place,
    Ran,
    Report,
    Rule,
    Severity,
)
from walkdown.scan.ground import Part
from walkdown.scan.scan import _together
from walkdown.scanners.names import PHANTOM, PUBLISHED

RULE = Rule("kingfisher", "walkdown.token", "Token", family="hardcoded-secret")
TREE = FilePlace("tests/test_app.py", 3, 1, 3, 9)
PAST = CommitPlace("a" * 40, "app.py", 7)


def _part(place: Place, severity: Severity, secret: str = "same") -> Part:
    finding = Finding(RULE, severity, Confidence.SURE, place, secret=secret)
    return Part(Report("kingfisher", "", Ran(), Coverage(1, 1)), (finding,), ())


@pytest.mark.parametrize(
    ("tree", "past", "told"),
    [
        (Severity.LOW, Severity.HIGH, Severity.HIGH),
        (Severity.HIGH, Severity.LOW, Severity.HIGH),
        (Severity.CRITICAL, Severity.HIGH, Severity.CRITICAL),
    ],
)
def test_it_is_as_bad_as_the_worse_of_the_two(tree: Severity, past: Severity, told: Severity) -> None:
    (one,) = _together([_part(TREE, tree), _part(PAST, past)])
    assert (one.place, one.severity) == (TREE, told)


@pytest.mark.parametrize("secrets", [("same", "other"), ("", "")])
def test_other_secrets_have_nothing_to_do_with_each_other(secrets: tuple[str, str]) -> None:
    merged = _together([_part(TREE, Severity.LOW, secrets[0]), _part(PAST, Severity.HIGH, secrets[1])])
    assert {one.place: one.severity for one in merged} == {TREE: Severity.LOW, PAST: Severity.HIGH}


@pytest.mark.parametrize(("published", "told"), [("npm new-one", []), ("PyPI new-one", ["new-one"]), ("", ["new-one"])])
def test_a_package_that_its_index_was_asked_about_and_has_is_no_phantom(published: str, told: list[str]) -> None:
    """The index of names on this machine may be older than the package."""
    invented = Finding(
        Rule("packages", PHANTOM, "A package that does not exist", family="phantom-package"),
        Severity.CRITICAL, Confidence.SURE, PackagePlace("npm", "new-one", path="package.json", line=3),
    )  # fmt: skip
    ecosystem, _, name = published.partition(" ")
    facts = (Fact(Rule("indexes", PUBLISHED, "It is there"), PackagePlace(ecosystem, name)),) if published else ()
    report = Report("packages", "", Ran(), Coverage(1, 1))
    found = _together([Part(report, (invented,), ()), Part(report, (), facts)])
    assert [one.place.name for one in found if isinstance(one.place, PackagePlace)] == told
