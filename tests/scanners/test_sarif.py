"""SARIF of other tools: what they found is kept, what they say is not, and what they missed is a gap."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    CommitPlace,
    Confidence,
    FilePlace,
    Finding,
    History,
    Job,
    Manifest,
    Missing,
    Parsed,
    Place,
    Printed,
    RepoPlace,
    Severity,
    Silence,
    SkipKind,
    SourceFile,
    Tool,
)
from walkdown.scan.families import SECRET, family_of
from walkdown.scanners.sarif import scanner as sarif
from walkdown.scanners.sarif.scanner import SarifCommand, read_sarif

RECORDED = Path(__file__).parent / "recorded" / "sarif"
ALL = sorted(RECORDED.glob("*.sarif"))
SHOP = "/home/ci/shop"


def recorded(tool: str, root: str = SHOP) -> Parsed:
    return read_sarif((RECORDED / f"{tool}.sarif").read_bytes(), f"{tool}.sarif", root=root)


def log(*results: object, **run: object) -> bytes:
    tool = run.pop("tool", {"driver": {"name": "tool"}})
    return json.dumps({"version": "2.1.0", "runs": [{"tool": tool, "results": results, **run}]}).encode()


def at(uri: object, *, base: str = "", **region: int) -> dict[str, object]:
    artifact = {"uri": uri, "uriBaseId": base} if base else {"uri": uri}
    return {"ruleId": "r", "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]}


def one(data: bytes, root: str = "", known: Sequence[str] = ()) -> Finding:
    [finding] = read_sarif(data, "x.sarif", root=root, known=known).findings
    return finding


def codes(parsed: Parsed) -> list[str]:
    return [skip.code for skip in parsed.skipped]


# --- real and documented reports


def test_bandit_as_it_prints_it() -> None:
    low, high = recorded("bandit").findings
    assert (low.rule.tool, low.rule.id, low.severity, low.confidence) == (
        "Bandit (imported)", "B404", Severity.LOW, Confidence.SURE,
    )  # fmt: skip
    assert high.place == FilePlace("app/a b.py", line=6, column=5, end_line=6, end_column=41)
    assert high.rule.cwe == (78,)
    assert high.rule.url.startswith("https://bandit.readthedocs.io/")


def test_semgrep_does_not_encode_its_paths() -> None:
    [finding] = recorded("semgrep").findings
    assert finding.place == FilePlace("app/a b.py", line=6, column=5, end_line=6, end_column=41)
    assert (finding.severity, finding.confidence, finding.rule.cwe) == (Severity.HIGH, Confidence.SURE, (78,))


def test_ruff_prints_absolute_paths() -> None:
    assert next(found.place for found in recorded("ruff").findings) == FilePlace("app/a b.py", 6, 5, 6, 20)
    elsewhere = recorded("ruff", root="/srv/other").findings
    assert {type(found.place) for found in elsewhere} == {RepoPlace}


def test_zizmor_says_how_sure_it_is() -> None:
    found = {one.rule.id: one for one in recorded("zizmor").findings}
    assert found["zizmor/artipacked"].confidence is Confidence.UNSURE
    assert found["zizmor/dangerous-triggers"].severity is Severity.HIGH
    assert found["zizmor/dangerous-triggers"].rule.title == "use of fundamentally insecure workflow trigger"


def test_codeql_keeps_rules_in_extensions_and_has_a_way_through_the_code() -> None:
    parsed = recorded("codeql", root="")
    injection, unused = parsed.findings
    assert (injection.severity, injection.confidence, injection.rule.cwe) == (
        Severity.CRITICAL, Confidence.LIKELY, (78, 88),
    )  # fmt: skip
    assert injection.places == (FilePlace("app/views.py", 3, 21, 3, 28),)
    assert [(step.role, step.place) for step in injection.steps] == [
        ("comes in", FilePlace("app/views.py", 3, 21, 3, 28)),
        ("passes", FilePlace("app/views.py", 9, 11, 9, 23)),
        ("does harm", FilePlace("app/run.py", 12, 20, 12, 27)),
    ]
    assert unused.silenced == Silence("suppressed in source", 1)
    assert unused.place == FilePlace("app/run.py", 1, 1, 1, 10)
    assert [(skip.code, skip.path, skip.kind) for skip in parsed.skipped] == [
        ("tool-error", "app/broken.py", SkipKind.GAP)
    ]


def test_trivy_names_its_root() -> None:
    package, secret, image = recorded("trivy", root="/somewhere/else").findings
    assert package.place == FilePlace("requirements.txt", 2, 1, 2)
    assert package.severity is Severity.MEDIUM
    assert secret.place == FilePlace("deploy/prod settings.env", 4, 0, 4)
    assert (secret.rule.hazard, secret.severity) == ("secret.code", Severity.CRITICAL)
    assert image.rule.hazard == ""


def test_gitleaks_tells_history_from_tree_and_its_secrets_stay_with_it() -> None:
    parsed = recorded("gitleaks")
    old, now = parsed.findings
    assert old.place == CommitPlace("3f786850e387550fdab836ed7e6dc881de23001b", "config/old.py", 3, 0, 3)
    assert now.place == FilePlace("config/now.py", 5, 0, 5)
    assert (old.rule.hazard, now.rule.hazard) == ("secret.history", "secret.code")
    assert old.severity is Severity.HIGH
    assert "q7Zt" not in repr(parsed)


def test_eslint_says_that_it_failed_and_points_outside() -> None:
    parsed = recorded("eslint")
    app, outside, old = parsed.findings
    assert app.place == FilePlace("web/app.js", 4, 5, 4, 20)
    assert outside.place == RepoPlace("ESLint points to a file outside of the target")
    assert old.silenced == Silence("suppressed in source", 2)
    assert codes(parsed) == ["tool-failed", "tool-error"]
    assert parsed.skipped[1].path == "web/page.ts"


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_message_and_no_snippet_is_kept(path: Path) -> None:
    parsed = read_sarif(path.read_bytes(), path.name, root=SHOP)
    kept = repr(parsed)
    results = [result for run in json.loads(path.read_bytes())["runs"] for result in run["results"]]
    assert len(parsed.findings) == len(results)
    for result in results:
        assert result["message"]["text"] not in kept
    assert "hashlib.md5" not in kept
    assert "legacy" not in kept
    assert parsed.looked == {path.name}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_report_cut_anywhere_is_an_error_or_a_gap_never_a_pass(path: Path) -> None:
    data = path.read_bytes().rstrip()
    for end in range(0, len(data) - 1, 97):
        with pytest.raises(ScannerError, match="not SARIF"):
            read_sarif(data[:end], path.name)


# --- places


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("./src//a.py", "src/a.py"),
        ("src/a%20b%25.py", "src/a b%.py"),
        ("src/100%.py", "src/100%.py"),
        ("caf%C3%A9.py", "café.py"),
        ("caf%E9.py", "caf\\xe9.py"),
        ("src\\win\\a.py", "src/win/a.py"),
        ("file:///r/src/a.py", "src/a.py"),
        ("file://localhost/r/src/a.py", "src/a.py"),
        ("/r/src/a.py", "src/a.py"),
        ("src/../b.py", "b.py"),
        ("/r/../r/b.py", None),
        ("../b.py", None),
        ("src/../../b.py", None),
        ("%2e%2e/b.py", None),
        ("src%2f..%2f..%2fb.py", None),
        ("file:///etc/passwd", None),
        ("file:///r2/a.py", None),
        ("/r/../etc/passwd", None),
        ("file://server/r/a.py", None),
        ("https://e.vil/a.py", None),
        ("file://[", None),
        ("C:\\r\\a.py", None),
        ("", None),
        (".", None),
        ("a/" * 3000, None),
    ],
)
def test_a_uri_becomes_a_path_inside_the_target_or_nothing(uri: str, path: str | None) -> None:
    place = one(log(at(uri, startLine=3)), root="/r").place
    assert place == (FilePlace(path, 3, 0, 3) if path else place)
    assert isinstance(place, FilePlace if path else RepoPlace)


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "/r"]))
def test_no_uri_leads_out_of_the_target(uri: str, root: str) -> None:
    place = one(log(at(uri, startLine=1)), root=root).place
    if isinstance(place, FilePlace):
        assert not place.path.startswith("/")
        assert ".." not in place.path.split("/")


def test_a_name_that_holds_a_percent_sign_is_taken_as_it_stands() -> None:
    assert one(log(at("a%20b.py", startLine=1)), known=["a%20b.py"]).place == FilePlace("a%20b.py", 1, 0, 1)


BASES = {"%SRCROOT%": {"uri": "file:///ci/work/shop/"}, "WEB": {"uri": "web/", "uriBaseId": "%SRCROOT%"}}
LIBS = {**BASES, "LIB": {"uri": "file:///usr/lib/"}}


@pytest.mark.parametrize(
    ("uri", "base", "bases", "root", "place"),
    [
        ("a.js", "WEB", BASES, "", FilePlace("web/a.js")),
        ("a.js", "WEB", BASES, "/home/me/shop", FilePlace("web/a.js")),
        ("file:///ci/work/shop/a.js", "", BASES, "/home/me/shop", FilePlace("a.js")),
        ("a.js", "%SRCROOT%", BASES, "/ci/work/shop/web", None),
        ("web/a.js", "%SRCROOT%", BASES, "/ci/work/shop/web", FilePlace("a.js")),
        ("a.js", "%SRCROOT%", BASES, "/ci/work", FilePlace("shop/a.js")),
        ("os.py", "LIB", LIBS, "/home/me/shop", None),
        ("a.js", "UNKNOWN", BASES, "/home/me/shop", FilePlace("a.js")),
        ("a.js", "X", {"X": {"uri": "d/", "uriBaseId": "X"}}, "", FilePlace("d/" * 9 + "a.js")),
        ("lock.json", "ROOTPATH", {"ROOTPATH": {"uri": "file:///"}}, "/home/me/shop", FilePlace("lock.json")),
        ("a.js", "%SRCROOT%", {"%SRCROOT%": {"description": {"text": "root"}}}, "/r", FilePlace("a.js")),
    ],
)
def test_bases_are_followed(uri: str, base: str, bases: object, root: str, place: Place | None) -> None:
    found = one(log(at(uri, base=base), originalUriBaseIds=bases), root=root).place
    assert found == place if place else isinstance(found, RepoPlace)


def test_a_result_without_a_place_belongs_to_the_repository() -> None:
    assert one(log({"ruleId": "r"})).place == RepoPlace("tool names no file for this")


@pytest.mark.parametrize("region", [{"startLine": 0}, {"startLine": -3}, {"startLine": 2**40}, {"startColumn": 4}])
def test_a_region_that_cannot_be_meant_is_no_region(region: dict[str, int]) -> None:
    assert one(log(at("a.py", base="", **region))).place == FilePlace("a.py")


# --- meaning


@pytest.mark.parametrize(
    ("result", "properties", "severity"),
    [
        ({}, {"security-severity": "9.1"}, Severity.CRITICAL),
        ({}, {"security-severity": 7}, Severity.HIGH),
        ({"level": "error"}, {"security-severity": "3.9"}, Severity.LOW),
        ({"level": "error"}, {"security-severity": "n/a"}, Severity.HIGH),
        ({"level": "note"}, {"security-severity": "nan"}, Severity.LOW),
        ({"level": "none"}, {}, Severity.INFO),
        ({}, {}, Severity.MEDIUM),
        ({"level": "error", "properties": {"severity": "low"}}, {}, Severity.LOW),
        ({"level": "note", "properties": ["not", "a", "bag"]}, {}, Severity.LOW),
    ],
)
def test_severity(result: dict[str, object], properties: dict[str, object], severity: Severity) -> None:
    tool = {"driver": {"name": "tool", "rules": [{"id": "r", "properties": properties}]}}
    assert one(log({"ruleId": "r", **result}, tool=tool)).severity is severity


def test_a_rules_level_counts_where_the_result_has_none() -> None:
    tool = {"driver": {"name": "t", "rules": [{"id": "r", "defaultConfiguration": {"level": "error"}}]}}
    assert one(log({"ruleIndex": 0}, tool=tool)).severity is Severity.HIGH
    assert one(log({"ruleId": "r/7"}, tool=tool)).rule.id == "r"


def test_weaknesses_come_from_tags_and_taxonomies() -> None:
    rule = {
        "id": "r",
        "properties": {"tags": ["external/cwe/cwe-089", "CWE-79: words", "owasp-a03"], "cwe": ["CWE-20"]},
        "relationships": [{"target": {"id": "327", "toolComponent": {"name": "CWE"}}}, {"target": {"id": "5"}}],
    }
    tool = {"driver": {"name": "t", "rules": [rule]}}
    taxa = [{"id": "CWE-611", "toolComponent": {"name": "cwe"}}]
    assert one(log({"ruleId": "r", "taxa": taxa}, tool=tool)).rule.cwe == (20, 79, 89, 327, 611)


@pytest.mark.parametrize("told", [{"kind": "pass"}, {"kind": "notApplicable"}, {"baselineState": "absent"}])
def test_what_passed_or_is_gone_is_no_finding(told: dict[str, str]) -> None:
    assert read_sarif(log({"ruleId": "r", **told}), "x").findings == ()


@pytest.mark.parametrize("status", ["rejected", "underReview"])
def test_a_suppression_nobody_agreed_to_silences_nothing(status: str) -> None:
    assert one(log({"ruleId": "r", "suppressions": [{"kind": "inSource", "status": status}]})).silenced is None


def test_foreign_words_are_short_masked_and_harmless() -> None:
    key = "ghp_" + "a1B2c3D4e5F6" * 3
    rule = {
        "id": "r\x1b[2J",
        "shortDescription": {"text": f"Key {key} \u202e" + "long " * 99},
        "helpUri": "javascript:x",
    }
    tool = {"driver": {"name": "t\n" * 99, "rules": [rule]}}
    found = one(log({"ruleIndex": 0}, tool=tool)).rule
    assert key not in repr(found)
    assert "\\u202e" in found.title
    assert len(found.title) <= 160
    assert found.tool.isprintable()
    assert found.id == r"r\x1b[2J"
    assert found.url == ""


# --- gaps and garbage


def test_what_cannot_be_read_inside_a_report_is_a_gap_and_the_rest_stays() -> None:
    parsed = read_sarif(log({"ruleId": 7}, {"ruleId": "r"}, "?", {"locations": {}}), "x")
    assert len(parsed.findings) == 1
    assert codes(parsed) == ["broken-result"]


def test_a_rule_that_cannot_be_read_does_not_shift_the_others() -> None:
    tool = {"driver": {"name": "t", "rules": ["?", {"id": "b", "shortDescription": {"text": "B"}}]}}
    parsed = read_sarif(log({"ruleIndex": 1}, tool=tool), "x")
    assert parsed.findings[0].rule.title == "B"
    assert codes(parsed) == ["broken-rule"]


@pytest.mark.parametrize("run", [{}, {"results": None}, {"externalPropertyFileReferences": {"results": [{}]}}])
def test_a_run_without_results_is_a_gap(run: dict[str, object]) -> None:
    data = json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, **run}]}).encode()
    assert codes(read_sarif(data, "x")) == ["no-results"]


def test_a_file_without_any_run_is_a_gap() -> None:
    assert codes(read_sarif(b'{"version": "2.1.0", "runs": []}', "x")) == ["no-run"]


@pytest.mark.parametrize("weakness", ["259", "321", "522", "540", "615", "798"])
def test_a_secret_is_known_by_its_family(weakness: str) -> None:
    rules = [{"id": "r", "properties": {"tags": [f"external/cwe/cwe-{weakness}"]}}]
    finding = one(log({"ruleId": "r"}, tool={"driver": {"name": "t", "rules": rules}}))
    assert family_of(finding) == SECRET
    tagged = [{"id": "r", "properties": {"tags": ["secret"]}}]
    assert family_of(one(log({"ruleId": "r"}, tool={"driver": {"name": "t", "rules": tagged}}))) == SECRET
    assert family_of(one(log({"ruleId": "r"}, tool={"driver": {"name": "Gitleaks"}}))) == SECRET
    assert family_of(one(log({"ruleId": "r"}))) != SECRET


def test_a_thousand_errors_do_not_hide_that_there_were_more() -> None:
    told = [{"level": "error", "descriptor": {"id": f"e{number}"}} for number in range(1500)]
    parsed = read_sarif(log(invocations=[{"executionSuccessful": True, "toolExecutionNotifications": told}]), "x")
    assert len(parsed.skipped) == 1001
    assert parsed.skipped[-1].reason == "500 more like these are not listed."


def test_results_over_the_limit_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    parsed = read_sarif(log(*[{"ruleId": "r"}] * 5), "x")
    assert (len(parsed.findings), codes(parsed)) == (2, ["too-many"])
    assert parsed.skipped[0].reason == "3 more results in x were not read."


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b"no", b"\xff\xfe\x00", b'{"version": "2.1.0"}',
        b'{"version": "2.0.0", "runs": []}',
        b'{"runs": []}', b'{"version": "2.1.0", "runs": [{}]}', b'{"version": "2.1.0", "runs": {}}',
        b'{"version": "2.1.0", "runs": [' + b"[" * 100_000, b'{"version": "2.1.0", "runs": [{"tool": "\xff"}]}',
        b'{"a": ' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_garbage_is_an_error_that_says_what_to_do(data: bytes) -> None:
    with pytest.raises(ScannerError) as raised:
        read_sarif(data, "x.sarif")
    assert raised.value.what.startswith("x.sarif is ")
    assert raised.value.do


def test_a_huge_report_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_BYTES", 10)
    with pytest.raises(ScannerError, match="larger than"):
        read_sarif(log(), "x")


@pytest.mark.parametrize("encode", [lambda data: b"\xef\xbb\xbf" + data, lambda data: data.decode().encode("utf-16")])
def test_windows_encodings_are_read(encode: object) -> None:
    assert callable(encode)
    assert one(encode(log({"ruleId": "r"}))).rule.id == "r"


# --- a command of the user's own


class Here:
    """Stands for `Where`: knows one program."""

    def script(self, name: str) -> str | None:
        return "/usr/bin/lint" if name == "lint" else None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        raise NotImplementedError

    def version_of(self, distribution: str) -> str:
        raise NotImplementedError

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        raise NotImplementedError

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        raise NotImplementedError


class Target:
    """Stands for `Sources`."""

    identity = "shop"
    files: Sequence[SourceFile] = ()
    history: History | None = None

    def __init__(self, *, offline: bool) -> None:
        self.offline = offline

    def read(self, path: str) -> bytes:
        raise NotImplementedError

    def manifests(self) -> Sequence[Manifest]:
        return ()


BATCH = Batch("/view", (), "/scratch", "/home")


def command(*argv: str) -> tuple[SarifCommand, Tool]:
    scanner = SarifCommand("lint", argv, "/r")
    tools = scanner.find(Here())
    assert not isinstance(tools, Missing)
    return scanner, tools[0]


def test_a_command_runs_inside_the_target_or_is_told_where_it_is() -> None:
    scanner, tool = command("lint", "--sarif")
    [job] = scanner.jobs(tool, Target(offline=False), None)
    assert job == Job("lint", "", ("lint",))
    inside = scanner.argv(tool, job, BATCH)
    assert (inside.argv, inside.cwd) == (("/usr/bin/lint", "--sarif"), "/r")
    scanner, tool = command("lint", "--root={target}")
    told = scanner.argv(tool, job, BATCH)
    assert (told.argv, told.cwd) == (("/usr/bin/lint", "--root=/r"), "")
    assert scanner.unread(Target(offline=False)) == ()


def test_offline_a_command_is_a_gap() -> None:
    scanner, tool = command("lint")
    assert scanner.jobs(tool, Target(offline=True), None) == ()
    [gap] = scanner.unread(Target(offline=True))
    assert (gap.kind, gap.code) == (SkipKind.GAP, "offline")


@pytest.mark.parametrize("program", ["other", "./lint", "tools/lint", ""])
def test_a_command_that_is_not_there_or_not_absolute_is_missing(program: str) -> None:
    missing = SarifCommand("lint", (program,) if program else (), "/r").find(Here())
    assert isinstance(missing, Missing)
    assert "lint" in missing.what
    assert missing.how


def test_a_commands_output_is_read_against_the_target() -> None:
    scanner, tool = command("lint")
    printed = Printed(log(at("/r/a.py", startLine=2)), code=1)
    parsed = scanner.parse(tool, Job("lint", "", ("lint",)), BATCH, printed)
    assert parsed.findings[0].place == FilePlace("a.py", 2, 0, 2)
    assert parsed.looked == {"lint"}
    assert parsed.skipped == ()


def test_an_odd_exit_code_is_a_gap_beside_the_findings() -> None:
    scanner, tool = command("lint")
    parsed = scanner.parse(tool, Job("lint", "", ("lint",)), BATCH, Printed(log({"ruleId": "r"}), code=70))
    assert (len(parsed.findings), codes(parsed)) == (1, ["exit-code"])
    with pytest.raises(ScannerError):
        scanner.parse(tool, Job("lint", "", ("lint",)), BATCH, Printed(b"", code=70))


@pytest.mark.parametrize("name", ["semgrep", "Kingfisher", "pip-audit", " bandit"])
def test_a_report_that_calls_its_tool_as_one_of_ours_is_never_taken_for_it(name: str) -> None:
    run = {"tool": {"driver": {"name": name}}, "results": [{"message": {"text": "x"}, "ruleId": "py-x"}]}
    found = one(json.dumps({"version": "2.1.0", "runs": [run]}).encode())
    assert found.rule.tool.endswith(" (imported)")
    assert {source.tool for source in found.sources} == {found.rule.tool}
