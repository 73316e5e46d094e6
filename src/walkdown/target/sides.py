"""Which files only show, test or teach, or are somebody else's: nobody deploys what is in them."""

from __future__ import annotations

import posixpath
import re

# Code in these is not what is deployed, or is somebody else's: what it imports proves use, never a lack.
_SIDE = frozenset({
    "test", "tests", "testing", "__tests__", "spec", "specs", "e2e", "cypress", "playwright", "doc", "docs",
    "documentation", "examples", "example", "fixtures", "fixture", "__fixtures__", "__mocks__", "mocks",
    "playground", "playgrounds", "benchmark", "benchmarks", "bench", "samples", "sample", "templates", "template",
    "cookbook", "notebooks", "node_modules", "vendor", "vendored", "_vendor", "vendors", "third_party",
    "thirdparty", "dist", "build", "out", "public", "static", "site-packages", ".next", "extras", "contrib", "demo",
    "demos", "tutorial", "tutorials", "stubs", "typings", "snippets", "patched", "t",
})  # fmt: skip
_SIDE_FILE = re.compile(
    r"(?:test_.*|.*_tests?|conftest|tests?|noxfile|setup|tasks|fabfile|playwright-fixture|.*\.(?:test|spec|stories|story|bench|d|min))\.\w+"
    r"|.*\.config\.\w+|\..*"
)


def is_side(path: str) -> bool:
    folder, name = posixpath.split(path)
    parts = folder.lower().split("/")
    return (
        any(
            part in _SIDE
            or part.startswith((".", "test_", "test-", "tests-", "tests_"))
            or part.endswith(("_tests", "-tests"))
            for part in parts
            if part
        )
        or "{{" in path
        or bool(_SIDE_FILE.fullmatch(name.lower()))
    )


_FIXTURES = frozenset({
    "fixtures", "fixture", "__fixtures__", "testdata", "test_data", "mocks", "__mocks__", "playground",
    "playgrounds", "templates", "template", "samples",
})  # fmt: skip
_OWN_LISTS = frozenset({"test", "tests", "docs", "doc", "requirements", "examples", "example", "benchmarks"})


def is_fixture(path: str) -> bool:
    """A manifest that is there to be tested with, not to be installed: deeper in than `tests/requirements.txt`."""
    parts = posixpath.dirname(path).lower().split("/")
    if "{{" in path or any(part in _FIXTURES for part in parts):
        return True
    inner = parts[:-1] if parts[-1] in _OWN_LISTS else parts
    return any(part in ("test", "tests", "testing", "__tests__", "e2e", "spec") for part in inner)
