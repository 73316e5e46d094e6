"""What is right in a test is no finding there: tests are made of asserts, and hundreds of them would hide the rest."""

from __future__ import annotations

import re

from walkdown.model import FilePlace, Finding

_ASSERT = ("bandit", "B101")
_TEST_FILE = re.compile(r"(?:^|/)(?:tests?/.*|test_[^/]*|[^/]*_test|conftest)\.pyw?$")


def is_at_home(finding: Finding) -> bool:
    """Goes by where a file lies, which the scanner's results do not: equal content elsewhere is judged by itself."""
    place = finding.place
    asserted = (finding.rule.tool, finding.rule.id) == _ASSERT
    return asserted and isinstance(place, FilePlace) and _TEST_FILE.search(place.path) is not None
