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
    r"(?:test_.*|.*_tests?|conftest|tests?|noxfile|setup|tasks|fabfile|.*\.(?:test|spec|stories|story|bench|d|min))\.\w+"
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
