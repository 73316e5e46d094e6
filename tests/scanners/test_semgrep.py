"""Semgrep's adapter against what both real front ends printed: places, silences, coverage, and no word of theirs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from walkdown.errors import ScannerError, SettingsError
from walkdown.model import (
    Batch,
    BatchFile,
    Confidence,
    FilePlace,
    FileScanner,
    Missing,
    Parsed,
    Printed,
    Severity,
    Silence,
    SkipKind,
    SourceFile,
    Tool,
)
from walkdown.scan.families import SECRET, family_of_rule
from walkdown.scanners.semgrep import Semgrep
from walkdown.scanners.semgrep import front as semgrep_front
from walkdown.scanners.semgrep.languages import Wanted
from walkdown.scanners.semgrep.rules import load
from walkdown.scanners.semgrep.source import silence

RECORDED = Path(__file__).parent / "recorded" / "semgrep"
RULES = str(RECORDED / "rules")
TOOL = Tool("semgrep", "1.182.0", ("/env/bin/python", "-I"))
VALID = ("a.py", "tests/test_a.py", "bom.ts", "latin.js", "clean.py")
BROKEN = ("broken/part.py", "broken/part.ts", "broken/not.js", "broken/bytes.js")
FRONTS = ("fast", "default")


@pytest.fixture(scope="module")
def scanner() -> Semgrep:
    return Semgrep((RULES,))


def batch_of(folder: Path, names: Sequence[str]) -> Batch:
    for name in names:
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if (RECORDED / "view" / name).exists():
            shutil.copyfile(RECORDED / "view" / name, copy)
    files = tuple(BatchFile(f"app/{name}", name, f"id-{number}") for number, name in enumerate(names))
    return Batch(str(folder), files, "/scratch", "/home")


def recorded(name: str, folder: Path) -> bytes:
    return (RECORDED / f"{name}.json").read_bytes().replace(b'"/view', f'"{folder}'.encode())


def parse(scanner: Semgrep, name: str, folder: Path, files: Sequence[str]) -> Parsed:
    return scanner.parse(TOOL, batch_of(folder, files), Printed(recorded(name, folder)))


def is_scanner(scanner: FileScanner) -> str:
    return scanner.name


def test_keeps_the_contract(scanner: Semgrep) -> None:
    assert is_scanner(scanner) == "semgrep"


@pytest.mark.parametrize("front", FRONTS)
def test_valid_output(scanner: Semgrep, tmp_path: Path, front: str) -> None:
    parsed = parse(scanner, f"valid-{front}", tmp_path, VALID)
    assert parsed.looked == {f"app/{name}" for name in VALID}
    assert parsed.skipped == ()
    found = [one for one in parsed.findings if one.place.path == "app/a.py"]  # type: ignore[union-attr]
    assert [(one.place.line, one.silenced) for one in found] == [  # type: ignore[union-attr]
        (8, None),
        (11, Silence("nosemgrep", 10)),
        (12, Silence("nosemgrep", 12)),
        (13, None),
        (14, Silence("nosemgrep", 14)),  # in a string, which Semgrep takes for a comment too
    ]
    assert {one.severity for one in found} == {Severity.CRITICAL}
    rule = found[0].rule
    assert (rule.id, rule.hazard, rule.family, rule.cwe) == ("t-py-sql", "input.sql-built", "sql-injection", (89,))
    assert rule.message == "The text $Q is sent to the database."


@pytest.mark.parametrize("front", FRONTS)
def test_columns_are_characters(scanner: Semgrep, tmp_path: Path, front: str) -> None:
    places = {one.place for one in parse(scanner, f"valid-{front}", tmp_path, VALID).findings}
    assert FilePlace("app/a.py", 14, 29, 14, 70) in places
    assert FilePlace("app/bom.ts", 1, 1, 1, 8) in places
    assert FilePlace("app/bom.ts", 2, 18, 2, 25) in places
    assert FilePlace("app/latin.js", 1, 11, 1, 18) in places


@pytest.mark.parametrize("front", FRONTS)
def test_evidence_is_a_fact(scanner: Semgrep, tmp_path: Path, front: str) -> None:
    facts = parse(scanner, f"valid-{front}", tmp_path, VALID).facts
    assert [(fact.rule.hazard, fact.place) for fact in facts] == [
        ("error.no-timeout", FilePlace("app/a.py", 9, 5, 9, 51)),
        ("error.no-timeout", FilePlace("app/tests/test_a.py", 9, 5, 9, 51)),
    ]


def test_foreign_rule(scanner: Semgrep, tmp_path: Path) -> None:
    found = parse(scanner, "valid-fast", tmp_path, VALID).findings
    one = next(finding for finding in found if finding.rule.id == "foreign.t-js-eval")
    assert (one.rule.title, one.rule.cwe, one.rule.url) == ("T js eval", (95,), "https://example.com/rules/eval")
    assert (one.severity, one.confidence) == (Severity.MEDIUM, Confidence.UNSURE)


def test_both_front_ends_say_the_same(scanner: Semgrep, tmp_path: Path) -> None:
    fast, default = (parse(scanner, f"valid-{front}", tmp_path, VALID) for front in FRONTS)
    assert set(fast.findings) == set(default.findings)
    assert set(fast.facts) == set(default.facts)


@pytest.mark.parametrize("front", FRONTS)
def test_nothing_found(scanner: Semgrep, tmp_path: Path, front: str) -> None:
    assert parse(scanner, f"empty-{front}", tmp_path, ("clean.py",)) == Parsed(looked=frozenset({"app/clean.py"}))


@pytest.mark.parametrize("front", FRONTS)
def test_what_could_not_be_parsed_is_a_gap(scanner: Semgrep, tmp_path: Path, front: str) -> None:
    parsed = parse(scanner, f"broken-{front}", tmp_path, BROKEN)
    assert {(one.path, one.code, one.reason) for one in parsed.skipped} == {
        ("app/broken/not.js", "syntax-error", "Semgrep could not parse it"),
        ("app/broken/bytes.js", "partly-parsed", "Semgrep could not parse line 2; it looked at the rest"),
        ("app/broken/part.py", "partly-parsed", "Semgrep could not parse lines 3 to 4; it looked at the rest"),
        ("app/broken/part.ts", "partly-parsed", "Semgrep could not parse lines 2, 4; it looked at the rest"),
    }
    assert {one.kind for one in parsed.skipped} == {SkipKind.GAP}
    assert parsed.looked == {f"app/{name}" for name in BROKEN} - {"app/broken/not.js"}
    assert b"hunter2" in recorded(f"broken-{front}", tmp_path)
    assert b"hunter2" not in msgspec.json.encode(parsed)


@pytest.mark.parametrize("front", FRONTS)
def test_rules_out_of_time(scanner: Semgrep, tmp_path: Path, front: str) -> None:
    parsed = parse(scanner, f"timeout-{front}", tmp_path, ("slow.py",))
    (gap,) = parsed.skipped
    assert (gap.path, gap.code) == ("app/slow.py", "rule-timeout")
    assert gap.reason.startswith("Semgrep ran out of time (slow-")
    assert gap.reason.endswith("; it left the remaining rules out")
    assert parsed.looked == {"app/slow.py"}


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bad-rule", "Semgrep cannot use the rule bad-pattern: Rule parse error."),
        ("bad-yaml", "Semgrep"),
        ("too-new", "Semgrep cannot use the rule new-ver: IncompatibleRule."),
    ],
)
def test_a_rule_that_was_not_run_fails_the_run(
    scanner: Semgrep, tmp_path: Path, front: str, name: str, said: str
) -> None:
    with pytest.raises(ScannerError) as raised:
        parse(scanner, f"{name}-{front}", tmp_path, ("clean.py",))
    assert raised.value.what.startswith(said)


def test_truncated_at_any_point(scanner: Semgrep, tmp_path: Path) -> None:
    batch = batch_of(tmp_path, VALID)
    output = recorded("valid-fast", tmp_path).rstrip()
    for length in range(0, len(output), 97):
        with pytest.raises(ScannerError, match="cannot be read"):
            scanner.parse(TOOL, batch, Printed(output[:length]))


@pytest.mark.parametrize("field", ["results", "errors"])
def test_a_file_it_was_not_given(scanner: Semgrep, tmp_path: Path, field: str) -> None:
    at = {"line": 1, "col": 1}
    entry = {"check_id": "t-py-sql", "path": "/etc/passwd", "start": at, "end": at, "type": "Timeout", "level": "warn"}
    output = {"results": [], "errors": [], "paths": {"scanned": []}, field: [entry]}
    with pytest.raises(ScannerError, match="a file that it was not given"):
        scanner.parse(TOOL, batch_of(tmp_path, VALID), Printed(json.dumps(output).encode()))


def test_hostile_places_and_names(scanner: Semgrep, tmp_path: Path) -> None:
    """Lines that do not exist lose their columns; an error's name that is no plain word is not passed on."""
    path = str(tmp_path / "a.py")
    match = {"check_id": "x.t-py-sql", "path": path, "start": {"line": 999, "col": 1}, "end": {"line": -1, "col": 9}}
    error = {"type": "\x1b]52;c;aGk=\x07", "level": "warn", "path": path, "rule_id": "\x1b[2J"}
    output = {"results": [match], "errors": [error], "paths": {"scanned": [path, "/etc/passwd"]}}
    parsed = scanner.parse(TOOL, batch_of(tmp_path, VALID), Printed(json.dumps(output).encode()))
    assert parsed.findings[0].place == FilePlace("app/a.py", 999, 0, -1, 0)
    assert [one.reason for one in parsed.skipped] == ["Semgrep failed on it: unknown error"]
    assert parsed.looked == frozenset()


def test_unknown_rule_and_failure_without_a_file(scanner: Semgrep, tmp_path: Path) -> None:
    at = {"line": 1, "col": 1}
    match = {"check_id": "never-loaded", "path": str(tmp_path / "a.py"), "start": at, "end": at}
    unknown = {"results": [match], "errors": [], "paths": {"scanned": []}}
    with pytest.raises(ScannerError, match="a rule that it was not given"):
        scanner.parse(TOOL, batch_of(tmp_path, VALID), Printed(json.dumps(unknown).encode()))
    failed = {"results": [], "errors": [{"type": "Fatal error", "level": "error"}], "paths": {"scanned": []}}
    with pytest.raises(ScannerError, match="Fatal error"):
        scanner.parse(TOOL, batch_of(tmp_path, VALID), Printed(json.dumps(failed).encode()))


@pytest.mark.parametrize(
    ("line", "silenced"),
    [
        (b"f(x)  # nosem", True),
        (b"f(x)  // NOSEMGREP: t-other, t-mine", True),
        (b"f(x)  # nosemgrep:t-mine because", True),
        (b"f(x)  # nosemgrep: t-other", False),
        (b'x = "nosemgrep"; f(x)', False),
        (b"f(nosemgrep_x)", False),
        (b"f(x)", False),
    ],
)
def test_comments_in_the_line(line: bytes, silenced: bool) -> None:
    assert silence("t-mine", 1, [line]) == (Silence("nosemgrep", 1) if silenced else None)


def test_comments_in_the_line_before_stand_alone() -> None:
    assert silence("t-mine", 2, [b"  # nosemgrep: t-mine", b"f(x)"]) == Silence("nosemgrep", 1)
    assert silence("t-mine", 2, [b"x = 1  # nosemgrep", b"f(x)"]) is None


def test_argv_leaves_nothing_to_the_target(scanner: Semgrep) -> None:
    batch = Batch("/view", (), "/scratch", "/home", jobs=2)
    command = scanner.argv(TOOL, batch)
    assert command.argv[:2] == TOOL.program
    assert command.argv[-1] == "/view"
    assert {"--disable-nosem", "--x-ignore-semgrepignore-files", "--novcs", "--max-target-bytes=0"} < set(command.argv)
    assert {"--metrics=off", "--disable-version-check", "--jobs=2"} < set(command.argv)
    assert dict(command.env)["SEMGREP_SEND_METRICS"] == "off"
    assert dict(command.env)["SEMGREP_SETTINGS_FILE"] == "/scratch/semgrep-settings.yml"


def test_wants_what_some_rule_is_about(scanner: Semgrep) -> None:
    names = {"a.py", "A.PY", "a.pyw", "b.mjs", "c.tsx", "d.mts", "e.min.js", "README.md", "x.go", "Dockerfile"}
    wanted = {name for name in names if scanner.wants(SourceFile(name, "", 1))}
    assert wanted == names - {"README.md", "x.go", "Dockerfile"}
    assert "Dockerfile" in Wanted(["dockerfile"])
    assert "README.md" in Wanted(["regex"])


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.py", ""),
        ("a.js", ""),
        ("a.tsx", ""),
        ("a.mts", ".ts"),
        ("a.cts", ".ts"),
        ("a.pyw", ".py"),
        ("A.PY", ".py"),
        ("jquery.min.js", ".js"),
        ("JQUERY.MIN.JS", ".js"),
        ("types.d.ts", ".ts"),
        ("a.go", ""),
    ],
)
def test_names_that_would_be_dropped(scanner: Semgrep, name: str, suffix: str) -> None:
    assert scanner.copied_as(name) == name + suffix


def rule(text: str, folder: Path, name: str = "r.yaml") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder)


MINIMAL = "rules: [{id: t-x, languages: [python], severity: ERROR, message: m, pattern: f()}]"


def test_key_follows_the_rules(tmp_path: Path) -> None:
    folder = rule(MINIMAL, tmp_path / "rules")
    before = Semgrep((folder,)).key(TOOL)
    assert Semgrep((folder,)).key(TOOL) == before
    assert Semgrep((folder,)).key(Tool("semgrep", "1.183.0", ())) != before
    assert Semgrep((folder,)).key(Tool("semgrep-default", "1.182.0", ())) != before
    rule(MINIMAL.replace("f()", "g()"), tmp_path / "rules")
    assert Semgrep((folder,)).key(TOOL) != before


def test_paths_in_a_rule_make_results_depend_on_them(tmp_path: Path) -> None:
    assert not Semgrep().by_path
    assert Semgrep((rule(MINIMAL.replace("pattern: f()", "pattern: f(), paths: {include: [src]}"), tmp_path),)).by_path


def test_a_copy_with_another_name_is_a_gap_where_rules_go_by_the_path(tmp_path: Path) -> None:
    by_path = MINIMAL.replace("python", "typescript").replace(
        "pattern: f()", "pattern: f(), paths: {include: ['*.mts']}"
    )
    folder = tmp_path / "view"
    names = {"a.mts": "a.mts.ts", "b.ts": "b.ts"}
    files = tuple(BatchFile(path, name, path) for path, name in names.items())
    scanned = [str(folder / name) for name in names.values()]
    printed = Printed(json.dumps({"results": [], "errors": [], "paths": {"scanned": scanned}}).encode())
    batch = Batch(str(folder), files, "/scratch", "/home")
    parsed = Semgrep((rule(by_path, tmp_path / "rules"),)).parse(TOOL, batch, printed)
    assert [(skip.path, skip.kind, skip.code) for skip in parsed.skipped] == [("a.mts", SkipKind.GAP, "renamed-copy")]
    assert Semgrep().parse(TOOL, batch, printed).skipped == ()


@pytest.mark.parametrize(
    ("told", "secret"),
    [("cwe: 'CWE-798: x'", True), ("cwe: [CWE-522]", True), ("cwe: CWE-89", False), ("a: b", False)],
)
def test_a_foreign_rule_about_secrets_says_so_by_its_family(tmp_path: Path, told: str, secret: bool) -> None:
    text = MINIMAL.replace("pattern", f"metadata: {{{told}}}, pattern")
    made = load((rule(text, tmp_path),)).rules["t-x"].rule
    assert (family_of_rule(made) == SECRET) is secret


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [", "is not valid YAML"),
        ("rules: [{languages: [python]}]", "is no Semgrep rule file"),
        ("jobs: {}", "holds no Semgrep rules"),
        (MINIMAL.replace("ERROR", "AWFUL"), "has the severity AWFUL"),
        (MINIMAL.replace("t-x", "py-command"), "the rule id py-command is already taken"),
        (
            MINIMAL.replace("pattern", "metadata: {walkdown: {kind: hazard, hazard: a.b, title: t}}, pattern"),
            "the rule t-x has no severity",
        ),
        (
            MINIMAL.replace("pattern", "metadata: {walkdown: {kind: rumour, hazard: a.b, title: t}}, pattern"),
            "is no Semgrep rule file",
        ),
    ],
)
def test_faulty_rule_files(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Semgrep((rule(text, tmp_path),))


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        Semgrep((str(tmp_path / "gone"),))


def test_other_yaml_beside_the_rules(tmp_path: Path) -> None:
    folder = rule(MINIMAL, tmp_path / "rules")
    rule("on: push", tmp_path / "rules", "notes.yml")
    rule("anything: [", tmp_path / "rules", "r.test.yaml")
    scanner = Semgrep((folder,))
    assert [Path(path).name for path in scanner.unread_rule_files] == ["notes.yml"]
    found = scanner.find(Places(script="/opt/bin/semgrep", says=b"1.20.1"))
    assert isinstance(found, tuple)
    assert "notes.yml" in found[0].note
    assert "default one" in found[0].note
    assert not any("r.test" in part for part in scanner.argv(TOOL, Batch("/view", (), "/scratch", "/home")).argv)


def test_ids_with_folders_in_front() -> None:
    rules = load((RULES,))
    expected = rules.rules["foreign.t-js-eval"]
    assert rules.find("work.src.rules.foreign.t-js-eval") is expected
    assert rules.find("foreign.t-js-eval") is expected
    assert rules.find("t-js-eval") is None


def test_every_rule_of_the_pack_is_about_files_we_can_name() -> None:
    rules = load(())
    assert Wanted(rules.languages).unknown == frozenset()
    assert all(known.rule.hazard and known.rule.title for known in rules.rules.values())


class Places:
    """A machine on which the given things are installed."""

    def __init__(self, version: str = "", python: bool = False, script: str | None = None, says: bytes | None = None):
        self.version, self.python, self.path, self.says = version, python, script, says
        self.asked: list[Sequence[str]] = []

    def script(self, name: str) -> str | None:
        return self.path if name == "semgrep" else None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        return ("/env/bin/python", "-I", "-m", module) if self.python else None

    def version_of(self, distribution: str) -> str:
        return self.version

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        return ()

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        self.asked.append(argv)
        return self.says


def test_the_fast_front_end_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semgrep_front, "core_binary", lambda: "/env/lib/semgrep-core")
    places = Places("1.182.0", python=True)
    found = Semgrep().find(places)
    assert isinstance(found, tuple)
    assert (found[0].name, found[0].note, places.asked) == ("semgrep", "", [])
    assert found[0].program[-3:] == ("/env/lib/semgrep-core", "scan", "--experimental")


@pytest.mark.parametrize(("version", "core"), [("1.182.0", None), ("1.20.0", "/env/lib/semgrep-core")])
def test_the_default_front_end_says_that_it_is_slow(
    monkeypatch: pytest.MonkeyPatch, version: str, core: str | None
) -> None:
    monkeypatch.setattr(semgrep_front, "core_binary", lambda: core)
    found = Semgrep().find(Places(version, python=True))
    assert isinstance(found, tuple)
    assert found[0].name == "semgrep-default"
    assert "default one" in found[0].note
    assert found[0].program[:2] == ("/env/bin/python", "-I")


@pytest.mark.parametrize(
    ("says", "last"), [(b"1.182.0\n", "--experimental"), (b"1.20.1\n", "--legacy"), (b"oops", None), (None, None)]
)
def test_a_semgrep_of_its_own(says: bytes | None, last: str | None) -> None:
    found = Semgrep().find(Places(script="/opt/bin/semgrep", says=says))
    if last is None:
        assert isinstance(found, Missing)
    else:
        assert isinstance(found, tuple)
        assert found[0].program == ("/opt/bin/semgrep", "scan", last)


def test_missing() -> None:
    assert Semgrep().find(Places()) == Missing("Semgrep is not installed.", "pip install semgrep")
