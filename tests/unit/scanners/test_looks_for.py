"""What each scanner's rules speak of, by the kinds of files that are there."""

from __future__ import annotations

from pathlib import Path

from walkdown.doors.scanner import Doors
from walkdown.model.hazards import HAZARDS
from walkdown.scanners.names import OURS
from walkdown.scanners.registry import all_scanners
from walkdown.settings import Folders, Settings

HOME = Path("nowhere")
# No folder has this one beside it: packages may be installed where the tests run.
TARGET = "/nowhere/at/all/shop"
SETTINGS = Settings(Folders(HOME, HOME, HOME), ask_indexes=True)
SCANNERS = {one.name: one for one in all_scanners(SETTINGS, TARGET, Doors())}


def test_rules_speak_only_of_languages_that_are_there() -> None:
    semgrep = SCANNERS["semgrep"]
    python, typescript = semgrep.looks_for(["a/b.py"]), semgrep.looks_for(["a/b.tsx", "README.md"])
    assert "input.sql-built" in python & typescript
    assert "secret.frontend" in typescript
    assert semgrep.looks_for(["README.md"]) == frozenset()
    assert SCANNERS["bandit"].looks_for(["a.ts"]) == frozenset()
    assert "input.command" in SCANNERS["bandit"].looks_for(["A.PY"])


def test_every_scanner_names_hazards_that_exist_and_secrets_are_looked_for_everywhere() -> None:
    every = {name: one.looks_for(["a.py", "b.ts", ".env"]) for name, one in SCANNERS.items()}
    assert every.pop("apis") == frozenset(), "nothing is installed here"
    assert all(every.values())
    assert frozenset().union(*every.values()) <= set(HAZARDS)
    assert "secret.code" in every["kingfisher"]
    assert "secret.history" in every["kingfisher-history"]


def test_no_report_may_pass_itself_off_as_one_of_them() -> None:
    assert set(SCANNERS) == OURS
