"""What we write as SARIF is valid SARIF 2.1.0.

The standard's schema is not ours to ship. Whoever has a copy names it in WALKDOWN_SARIF_SCHEMA, and it is used as well.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker, ValidationError

from helpers.results import FINDINGS, RESULT
from walkdown.model import Confidence, FilePlace, Finding, RepoPlace, Rule, Severity
from walkdown.model.result import ScanResult, TargetFacts
from walkdown.record.scan_sarif import scan_sarif
from walkdown.safetext import Masker
from walkdown.scanners.sarif.scanner import read_sarif

OURS = Draft202012Validator(
    json.loads((Path(__file__).parent / "sarif-essentials.schema.json").read_text()), format_checker=FormatChecker()
)
OFFICIAL = os.environ.get("WALKDOWN_SARIF_SCHEMA", "")


def written(result: ScanResult) -> bytes:
    return b"".join(scan_sarif(result, Masker()))


def document(result: ScanResult) -> Any:
    return json.loads(written(result))


@pytest.mark.parametrize("result", [RESULT, ScanResult(TargetFacts())], ids=["everything", "nothing"])
def test_it_is_valid(result: ScanResult) -> None:
    OURS.validate(document(result))


@pytest.mark.skipif(not OFFICIAL, reason="WALKDOWN_SARIF_SCHEMA names no copy of the standard's schema")
@pytest.mark.parametrize("result", [RESULT, ScanResult(TargetFacts())], ids=["everything", "nothing"])
def test_it_is_valid_by_the_standards_own_schema(result: ScanResult) -> None:
    schema = json.loads(Path(OFFICIAL).read_text())
    Draft4Validator(schema, format_checker=FormatChecker()).validate(document(result))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1), st.text(st.characters(exclude_categories=())))
def test_no_name_and_no_text_makes_it_invalid(path: str, text: str) -> None:
    assume(".." not in path.split("/"))  # target lets no such path in
    rule = Rule("tool", "id", text, text, text, url=text)
    places = (FilePlace(path, 1, 1), RepoPlace(text))
    findings = tuple(Finding(rule, Severity.LOW, Confidence.SURE, place) for place in places)
    OURS.validate(document(ScanResult(TargetFacts(branch=text), findings=findings)))


@pytest.mark.parametrize(
    ("part", "value"),
    [("level", "bad"), ("ruleIndex", -1), ("locations", []), ("message", {"text": ""}), ("rank", 1)],
)
def test_the_check_itself_refuses_what_is_wrong(part: str, value: object) -> None:
    broken = document(RESULT)
    broken["runs"][1]["results"][0][part] = value
    with pytest.raises(ValidationError):
        OURS.validate(broken)


def test_our_own_reader_gets_everything_back() -> None:
    parsed = read_sarif(written(RESULT), "walkdown.sarif")

    # What comes in from a file is never taken for a scan of our own, not even when it was one.
    def imported(tool: str) -> str:
        return tool if tool == "walkdown" else f"{tool} (imported)"

    sent = {(imported(found.rule.tool), found.rule.id, found.severity) for found in FINDINGS}
    assert {(found.rule.tool, found.rule.id, found.severity) for found in parsed.findings} == sent
    failed = {skip.reason.split()[0] for skip in parsed.skipped if skip.code == "tool-failed"}
    assert failed == {"bandit", "kingfisher", "history", "pip-audit"}
