"""The first paint waits for nothing that it does not show: what is imported before it stays small."""

from __future__ import annotations

import json
import subprocess
import sys

BEFORE_IT = "import walkdown.cli.main, walkdown.cli.app, walkdown.tui.run, walkdown.tui.screens.start"
HEAVY = (
    "walkdown.scanners",
    "walkdown.target",
    "walkdown.review.session",
    "walkdown.journal.journal",
    "tree_sitter",
    "git",
)


def test_no_scanner_and_no_target_is_imported_before_something_is_seen() -> None:
    code = f"{BEFORE_IT}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)
    loaded = set(json.loads(done.stdout))
    assert "textual.app" in loaded
    assert not loaded & set(HEAVY)
