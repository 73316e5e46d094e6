"""An assert belongs into a test and nowhere else; nothing else is let off for lying in a test."""

from __future__ import annotations

import pytest

from walkdown.model import Confidence, FilePlace, Finding, Rule, Severity
from walkdown.scan.rehearsal import is_at_home


def finding(path: str, check: str = "B101", tool: str = "bandit") -> Finding:
    return Finding(Rule(tool, check, "t"), Severity.INFO, Confidence.SURE, FilePlace(path, 3))


@pytest.mark.parametrize(
    "path", ["tests/a.py", "a/test/b/c.py", "test_x.py", "a/test_x.py", "a/x_test.py", "a/conftest.py"]
)
def test_asserts_are_at_home_in_tests(path: str) -> None:
    assert is_at_home(finding(path))
    assert not is_at_home(finding(path, "B105"))
    assert not is_at_home(finding(path, tool="bandit (imported)"))


@pytest.mark.parametrize(
    "path", ["app.py", "attests/a.py", "contest.py", "latest_x.py", "a/testing.py", "tests.py/a.txt"]
)
def test_elsewhere_they_are_told(path: str) -> None:
    assert not is_at_home(finding(path))
