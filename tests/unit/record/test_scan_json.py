"""The JSON export says everything the scan knows, in the published words, and no secret."""

from __future__ import annotations

import json
from typing import Any

from helpers.results import FINDINGS, HOSTILE, RESULT, SECRET, code_of
from walkdown.model.result import ScanResult, TargetFacts
from walkdown.record.scan_json import scan_json
from walkdown.safetext import DOTS, Masker

MASKER = Masker(values=[SECRET])


def document(result: ScanResult = RESULT) -> Any:
    return json.loads(b"".join(scan_json(result, code_of, MASKER)))


def finding(finding_id: str) -> dict[str, Any]:
    return next(found for found in document()["findings"] if found["id"] == finding_id)


def test_the_head_says_what_was_scanned() -> None:
    scan = document()
    assert scan["schema"] == "walkdown.scan/1"
    assert scan["complete"] is False
    target = scan["target"]
    assert list(target)[:7] == ["root", "head", "branch", "dirty", "tree", "looked", "stack"]
    assert target["root"] == "."
    assert target["stack"][0] == {"kind": "language", "name": "python", "path": "pyproject.toml", "line": 1}
    assert [skip["path"] for skip in target["skipped"]] == ["big.bin", "locked.py"]


def test_every_scanner_has_an_outcome_with_its_coverage() -> None:
    outcomes = {one["scanner"]: one for one in document()["outcomes"]}
    assert {name: one["state"] for name, one in outcomes.items()} == {
        "semgrep": "ran",
        "bandit": "missing",
        "kingfisher": "failed",
        "history": "timed-out",
        "pip-audit": "cancelled",
        "quiet": "nothing",
    }
    semgrep = outcomes["semgrep"]
    assert (semgrep["version"], semgrep["seconds"], semgrep["cached_files"]) == ("1.182.0", 1.235, 1)
    assert semgrep["coverage"]["files"] == 2
    assert semgrep["coverage"]["skipped"][0] == {
        "path": "app/new syntax.py",
        "kind": "gap",
        "code": "syntax-error",
        "reason": "It cannot be parsed.",
    }
    assert outcomes["bandit"]["detail"] == "Bandit is not on this machine. To get it: pip install bandit"
    assert [name for name, one in outcomes.items() if one["complete"]] == ["quiet"]


def test_a_finding_has_exactly_the_published_fields() -> None:
    found = finding("f-shell")
    assert list(found) == [
        *("id", "rule", "sources", "hazard", "severity", "confidence", "cwe", "place", "path", "line", "column"),
        *("end_line", "end_column", "places", "steps", "message", "code", "silenced", "fix"),
    ]
    assert found["rule"] == {
        "tool": "semgrep",
        "id": "input.command.shell",
        "title": "A shell runs text from outside",
        "url": "https://example.org/rules/shell",
    }
    assert found["sources"][1] == {"tool": "bandit", "rule": "B602"}
    assert (found["place"]["kind"], found["path"], found["line"], found["column"]) == ("file", "app/a b.py", 6, 5)
    assert (found["severity"], found["confidence"], found["cwe"]) == ("high", "likely", [78, 88])
    assert found["places"] == [{"kind": "file", "path": "app/other.py", "line": 3}]
    assert [step["role"] for step in found["steps"]] == ["comes in", "does harm"]
    assert found["silenced"] == {"how": "nosec", "line": 6, "who": "Dev", "when": "2024-01-01"}


def test_only_a_place_in_the_tree_has_a_path_and_a_line() -> None:
    old = finding("f-old")
    assert (old["place"]["kind"], old["path"], old["line"]) == ("commit", "", 0)
    packages = [one for one in document()["findings"] if one["place"]["kind"] == "package"]
    assert [(one["path"], one["line"]) for one in packages] == [("", 0), ("requirements.txt", 3)]
    [repo] = [one for one in document()["findings"] if one["place"]["kind"] == "repo"]
    assert (repo["path"], repo["line"], repo["place"]["about"]) == ("", 0, "no workflow")


def test_names_that_are_no_utf8_do_not_break_it() -> None:
    assert finding("f-hostile")["path"] == HOSTILE.replace("\udcff", "\\xff")


def test_no_secret_is_in_it() -> None:
    text = b"".join(scan_json(RESULT, code_of, MASKER)).decode()
    assert SECRET not in text
    assert f"fix/{DOTS}" in text
    assert f"https://bot:{DOTS}@git.example.org" in text
    assert f"A secret lies in the code, like {DOTS}" in text


def test_facts_are_in_it() -> None:
    [fact] = document()["facts"]
    assert (fact["rule"]["id"], fact["hazard"], fact["path"], fact["line"]) == (
        "limiter", "auth.rate-limit", "app/main.py", 8,
    )  # fmt: skip


def test_the_order_does_not_depend_on_the_scan() -> None:
    turned = ScanResult(RESULT.target, RESULT.reports, FINDINGS[::-1], RESULT.facts)
    straight = ScanResult(RESULT.target, RESULT.reports, FINDINGS, RESULT.facts)
    assert document(turned) == document(straight)


def test_an_empty_scan_is_a_whole_document() -> None:
    scan = document(ScanResult(TargetFacts()))
    assert (scan["outcomes"], scan["findings"], scan["facts"], scan["complete"]) == ([], [], [], True)
