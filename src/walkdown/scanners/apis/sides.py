"""Which files of a target show what runs, and which only show, copy or try something."""

from __future__ import annotations

import posixpath
import re

_SIDE = frozenset({
    "doc", "docs", "documentation", "examples", "example", "fixtures", "fixture", "__fixtures__", "__mocks__", "mocks",
    "playground", "playgrounds", "benchmark", "benchmarks", "bench", "samples", "sample", "template", "cookbook",
    "notebooks", "node_modules", "vendor", "vendored", "_vendor", "vendors", "third_party", "thirdparty", "dist",
    "build", "out", "public", "static", "site-packages", ".next", "contrib", "demo", "demos", "tutorial", "tutorials",
    "stubs", "typings", "snippets", "patched", "testdata", "test_data", "compat", "migrations",
})  # fmt: skip
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|testing|specs?|e2e|cypress)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest)\.py$"
    r"|\.(?:test|spec|stories|story|bench|cy)\.\w+$"
)


def is_side(path: str) -> bool:
    parts = posixpath.dirname(path).lower().split("/")
    return any(part in _SIDE or part.startswith("docs_") for part in parts) or "{{" in path


def is_test(path: str) -> bool:
    return bool(_TEST.search(path.lower()))
