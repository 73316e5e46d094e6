"""The SARIF export: one run for each tool, places GitHub can show, and what went wrong as notifications."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from helpers.results import RESULT, SECRET
from walkdown.model import Confidence, FilePlace, Finding, Report, Rule, Severity
from walkdown.model.outcome import Ran
from walkdown.model.result import ScanResult, TargetFacts
from walkdown.record.sarif_places import uri
from walkdown.record.scan_sarif import scan_sarif
from walkdown.safetext import DOTS, Masker

MASKER = Masker(values=[SECRET])


def runs(result: ScanResult = RESULT) -> dict[str, dict[str, Any]]:
    document = json.loads(b"".join(scan_sarif(result, MASKER)))
    return {run["tool"]["driver"]["name"]: run for run in document["runs"]}


def test_every_tool_and_every_scanner_has_one_run() -> None:
    assert list(runs()) == [
        *("walkdown", "semgrep", "bandit", "kingfisher", "history", "pip-audit", "quiet"),
    ]
    assert {name: len(run["results"]) for name, run in runs().items() if run["results"]} == {
        "walkdown": 1,
        "semgrep": 2,
        "kingfisher": 2,
        "pip-audit": 2,
    }


def test_a_tool_without_a_report_has_a_run_of_its_own() -> None:
    rule = Rule("CodeQL", "py/x", "X")
    findings = (Finding(rule, Severity.LOW, Confidence.SURE, FilePlace("a")),)
    result = ScanResult(TargetFacts(), (Report("codeql.sarif", "", Ran()),), findings)
    assert list(runs(result)) == ["walkdown", "codeql.sarif", "CodeQL"]
    assert "invocations" not in runs(result)["CodeQL"]


def test_a_result_with_all_it_can_have() -> None:
    found = runs()["semgrep"]["results"][0]
    assert found["ruleId"] == "input.command.shell"
    assert found["level"] == "error"
    [place] = found["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "app/a%20b.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": 5, "endLine": 6, "endColumn": 41},
    }
    assert found["partialFingerprints"] == {"walkdown/v1": "f-shell", "walkdownFingerprint/v1": "0" * 32}
    assert found["relatedLocations"][0]["id"] == 0
    [flow] = found["codeFlows"][0]["threadFlows"]
    assert [step["location"]["message"]["text"] for step in flow["locations"]] == ["comes in", "does harm"]
    [suppression] = found["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("inSource", "underReview")
    assert suppression["justification"] == "nosec by Dev on 2024-01-01"
    assert found["properties"]["sources"] == ["semgrep:input.command.shell", "bandit:B602"]


def test_a_message_has_no_links_and_no_placeholders() -> None:
    assert runs()["semgrep"]["results"][0]["message"]["text"].endswith(r"See \[here](0) and {{0}}.")


def test_a_rule_says_what_github_reads() -> None:
    [rule] = runs()["semgrep"]["tool"]["driver"]["rules"]
    assert rule["properties"] == {
        "tags": ["security", "external/cwe/cwe-078", "external/cwe/cwe-088", "hazard/input.command"],
        "precision": "very-high",
        "security-severity": "9.5",
    }
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["helpUri"] == "https://example.org/rules/shell"
    assert "Pass a list" in rule["help"]["text"]
    [aged] = runs()["pip-audit"]["tool"]["driver"]["rules"]
    assert "helpUri" not in aged
    [info] = runs()["walkdown"]["tool"]["driver"]["rules"]
    assert "security-severity" not in info["properties"]


def test_what_has_no_file_lies_in_the_folder_itself() -> None:
    [repo] = runs()["walkdown"]["results"]
    assert repo["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": ".", "uriBaseId": "%SRCROOT%"}}
    assert repo["locations"][0]["message"]["text"] == "no workflow"
    package = runs()["pip-audit"]["results"][1]["locations"][0]
    assert package["physicalLocation"]["region"] == {"startLine": 3}
    assert package["logicalLocations"][0]["fullyQualifiedName"] == "PyPI:requests@2.0"


def test_a_place_in_an_old_commit_points_to_no_line_of_today() -> None:
    old = next(one for one in runs()["kingfisher"]["results"] if one["partialFingerprints"]["walkdown/v1"] == "f-old")
    [place] = old["locations"]
    assert "region" not in place["physicalLocation"]
    assert place["message"]["text"] == f"in commit {'c' * 40}, line 4"


def notes(tool: str) -> list[tuple[str, str, str]]:
    [invocation] = runs()[tool]["invocations"]
    told = invocation.get("toolExecutionNotifications", [])
    return [(one["level"], one["descriptor"]["id"], one["message"]["text"]) for one in told]


def test_outcomes_and_gaps_are_notifications() -> None:
    success = {name: run["invocations"][0]["executionSuccessful"] for name, run in runs().items()}
    assert [name for name, good in success.items() if good] == ["walkdown", "semgrep", "quiet"]
    assert notes("semgrep") == [
        ("warning", "syntax-error", "It cannot be parsed."),
        ("note", "range", "An open range."),
        ("note", "minified", "1 left out on purpose: minified."),
        ("note", "note", "The slow front end was used."),
    ]
    assert notes("bandit")[0][:2] == ("error", "missing")
    assert notes("kingfisher") == [("error", "failed", f"cannot read https://bot:{DOTS}@git.example.org/x")]
    assert notes("history")[0][:2] == ("error", "timed-out")
    assert notes("quiet") == [("note", "nothing", "No such files here.")]
    assert ("warning", "unreadable", "It may not be read.") in notes("walkdown")
    assert runs()["semgrep"]["properties"]["complete"] is False


def test_no_secret_and_no_code_is_in_it() -> None:
    text = b"".join(scan_sarif(RESULT, MASKER)).decode()
    assert SECRET not in text
    assert "snippet" not in text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b.py", "a%20b.py"),
        ("a:b/c", "a%3Ab/c"),
        ("100%.py", "100%25.py"),
        ("é/日.py", "%C3%A9/%E6%97%A5.py"),
        ("\x1b[\n]?#", "%1B%5B%0A%5D%3F%23"),
        ("\\xff", "%5Cxff"),
        ("\udcff", "%5Cxff"),
        ("//host/x", "host/x"),
        ("", "."),
    ],
)
def test_paths_become_relative_references(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_many_findings_are_written_without_holding_them_twice() -> None:
    rule = Rule("tool", "r", "T", "M " * 100)
    findings = tuple(
        Finding(rule, Severity.LOW, Confidence.SURE, FilePlace(f"src/{number}.py", 1)) for number in range(20_000)
    )
    tracemalloc.start()
    size = sum(map(len, scan_sarif(ScanResult(TargetFacts(), findings=findings), MASKER)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 5_000_000
    assert peak < size / 2
