"""A secret in the tree and in the history is told once, in the tree, and no milder than the history would have it."""

from __future__ import annotations

import pytest

from walkdown.model import (
    CommitPlace,
    Confidence,
    Coverage,
    FilePlace,
    Finding,
    Place,
    Ran,
    Report,
    Rule,
    Severity,
)
from walkdown.scan.ground import Part
from walkdown.scan.scan import _together

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
