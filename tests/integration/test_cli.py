"""The command from outside: every flag, format and exit code, and one clear line for everything that is wrong."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from helpers.command import ACTIVE, Command, compiled_rules
from helpers.repos import commit, git, make_repo, write
from walkdown.record.schemas import generate
from walkdown.scanners.names import OURS

pytestmark = pytest.mark.tool

APP = """import subprocess
from flask import request


def convert():
    return subprocess.call(request.args["file"], shell=True)
"""
BROKEN = "def half(:\n"
FINE = "def fine():\n    return 1\n"
# Put together here, so that no scanner takes this file for a leak.
PASSWORD = "kV7-" + "wq93LmTzXe41"
OLD_TOKEN = "aX4t" + "Zb8Rk2Wq9Lm5Ns7Vd1"
ONLY = ("--only", "bandit")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for the tests that are not about the cache."""
    return tmp_path_factory.mktemp("shared-cache")


@pytest.fixture
def walkdown(tmp_path: Path, shared: Path) -> Command:
    return Command(tmp_path / "home", cache=shared)


@pytest.fixture
def alone(tmp_path: Path) -> Command:
    """With a cache of its own, to be looked at or broken."""
    return Command(tmp_path / "home")


@pytest.fixture(scope="session")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One severe finding of Bandit's, in the first of two commits. Not to be written to."""
    parent = tmp_path_factory.mktemp("cli")
    return make_repo(parent, {"src/app.py": APP, "src/fine.py": FINE}, then=[{"src/fine.py": FINE + "\n# more\n"}])


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return make_repo(tmp_path, {"fine.py": FINE}, name="clean")


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """Nothing bad, but a file that cannot be parsed: incomplete."""
    return make_repo(tmp_path, {"fine.py": FINE, "torn.py": BROKEN}, name="torn")


# --- formats ---------------------------------------------------------------------------------------------------------


def test_json_is_what_the_published_schema_says(walkdown: Command, repo: Path) -> None:
    said = walkdown("scan", str(repo), *ONLY, "--format", "json")
    Draft202012Validator(generate()["scan"]).validate(json.loads(said.out))
    assert said.code == 1
    severe = [found for found in said.scan.findings if found.severity.value == "high"]
    assert [(found.path, found.line) for found in severe] == [("src/app.py", 6)]
    assert said.scan.complete


def test_sarif_names_the_finding_and_the_files_by_relative_address(walkdown: Command, repo: Path) -> None:
    log = json.loads(walkdown("scan", str(repo), *ONLY, "--format", "sarif").out)
    assert log["version"] == "2.1.0"
    places = [result["locations"][0]["physicalLocation"] for run in log["runs"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"src/app.py"}


def test_markdown_and_text_tell_the_finding(walkdown: Command, repo: Path) -> None:
    for form in ("markdown", "text"):
        said = walkdown("scan", str(repo), *ONLY, "--format", form)
        assert said.code == 1
        assert "A command is run through the shell" in said.out
        assert "request.args" in said.out, "the code is shown"


def test_output_goes_to_the_file_and_nowhere_else(walkdown: Command, repo: Path, tmp_path: Path) -> None:
    there = tmp_path / "scan.json"
    there.write_text("an older and much longer text " * 1000)
    said = walkdown("scan", str(repo), *ONLY, "--format", "json", "--output", str(there))
    assert (said.code, said.out, said.err) == (1, "", "")
    assert json.loads(there.read_text())["schema"] == "walkdown.scan/1"


def test_an_output_that_cannot_be_written_is_said_before_the_scan(
    walkdown: Command, repo: Path, tmp_path: Path
) -> None:
    said = walkdown("scan", str(repo), *ONLY, "--output", str(tmp_path / "nowhere" / "scan.txt"))
    assert (said.code, "there is no folder" in said.error) == (2, True)
    assert not walkdown.state.exists(), "nothing was scanned"


@pytest.mark.parametrize("form", ["json", "sarif", "markdown", "text"])
def test_no_export_tells_where_the_repo_lies(walkdown: Command, repo: Path, form: str) -> None:
    said = walkdown("scan", str(repo), *ONLY, "--format", form)
    assert str(repo) not in said.out
    assert str(walkdown.folder) not in said.out


# --- what is run and looked at ---------------------------------------------------------------------------------------


def test_only_and_skip_choose_and_say_so(walkdown: Command, repo: Path) -> None:
    scan = walkdown("scan", str(repo), *ONLY, "--format", "json").scan
    assert [outcome.scanner for outcome in scan.outcomes] == ["bandit"]
    left_out = [skip.reason for skip in scan.target.skipped if skip.code == "scanner"]
    assert len(left_out) == len(OURS) - 1
    rest = [word for name in sorted(OURS - {"bandit"}) for word in ("--skip", name)]
    assert walkdown("scan", str(repo), *rest, "--format", "json").scan.outcomes[0].scanner == "bandit"


@pytest.mark.parametrize("flag", ["--only", "--skip"])
def test_a_scanner_that_does_not_exist_is_refused_with_the_ones_that_do(
    walkdown: Command, repo: Path, flag: str
) -> None:
    said = walkdown("scan", str(repo), flag, "bandito")
    assert (said.code, said.error) == (2, "walkdown: There is no scanner bandito.")
    assert "There are: semgrep, bandit, kingfisher" in said.err


def test_leaving_out_everything_is_refused(walkdown: Command, repo: Path) -> None:
    assert walkdown("scan", str(repo), *ONLY, "--skip", "bandit").code == 2


def test_changed_since_looks_at_what_changed(walkdown: Command, repo: Path) -> None:
    scan = walkdown("scan", str(repo), *ONLY, "--changed-since", "HEAD~1", "--format", "json").scan
    assert (scan.outcomes[0].coverage.files, scan.findings) == (1, ())
    assert any("as they were at HEAD~1" in skip.reason for skip in scan.target.skipped)


@pytest.mark.parametrize("ref", ["nowhere", "--output=/tmp/x", "-p", "", "HEAD:src/app.py", "HEAD\nmain"])
def test_changed_since_takes_nothing_but_a_commit(walkdown: Command, repo: Path, ref: str) -> None:
    said = walkdown("scan", str(repo), *ONLY, f"--changed-since={ref}")
    if ref:
        assert (said.code, "commit" in said.error) == (2, True)
    else:
        assert said.code == 1, "an empty one is none"


def test_changed_since_without_a_history_is_refused(walkdown: Command, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    said = walkdown("scan", str(tmp_path / "plain"), *ONLY, "--changed-since", "main")
    assert (said.code, "no commit to compare with" in said.error) == (2, True)


def test_include_and_exclude_narrow_and_say_so(walkdown: Command, repo: Path) -> None:
    for flags in (("--include", "src/fine.py"), ("--exclude", "**/app.py"), ("--exclude", "src/app.py")):
        scan = walkdown("scan", str(repo), *ONLY, *flags, "--format", "json").scan
        assert (scan.findings, scan.outcomes[0].coverage.files) == ((), 1), flags
        assert "src/app.py" in {skip.path for skip in scan.target.skipped}


def test_ignored_files_are_looked_at_when_asked(walkdown: Command, tmp_path: Path) -> None:
    tree = make_repo(tmp_path, {".gitignore": "local.py\n"})
    write(tree, {"local.py": APP})
    listed = walkdown("scan", str(tree), *ONLY, "--format", "json").scan
    assert listed.findings == ()
    assert "local.py" in {skip.path for skip in listed.target.skipped}
    assert walkdown("scan", str(tree), *ONLY, "--include-ignored").code == 1


def test_a_file_over_the_limit_is_a_gap(walkdown: Command, clean: Path) -> None:
    write(clean, {"big.py": FINE + "# filler\n" * 3000})
    said = walkdown("scan", str(clean), *ONLY, "--max-file-mb", "0.01")
    assert said.code == 3
    assert "big.py" in said.out


def test_any_number_of_jobs_finds_the_same(walkdown: Command, repo: Path) -> None:
    found = [
        {
            one.id
            for one in walkdown(
                "scan", str(repo), *ONLY, "--no-cache", "--jobs", jobs, "--format", "json"
            ).scan.findings
        }
        for jobs in ("1", "4")
    ]
    assert found[0] == found[1] != set()


@pytest.mark.parametrize(
    "flags",
    [
        ("--jobs", "0"), ("--jobs", "many"), ("--timeout", "nan"), ("--timeout", "-1"), ("--max-file-mb", "inf"),
        ("--max-file-mb", "nan"), ("--fail-on", "terrible"), ("--format", "pdf"), ("--no-such-flag",), ("a", "b"),
    ],
)  # fmt: skip
def test_a_flag_that_makes_no_sense_is_a_usage_error(walkdown: Command, repo: Path, flags: tuple[str, ...]) -> None:
    said = walkdown("scan", str(repo), *flags)
    assert said.code == 2
    assert said.err.splitlines()[-1].startswith("Error: ")


# --- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "code"),
    [((), 1), (("--fail-on", "critical"), 0), (("--fail-on", "info"), 1), (("--fail-on", "high"), 1)],
)
def test_the_threshold_decides_between_0_and_1(
    walkdown: Command, repo: Path, flags: tuple[str, ...], code: int
) -> None:
    assert walkdown("scan", str(repo), *ONLY, *flags).code == code


def test_nothing_found_and_all_looked_at_is_0(walkdown: Command, clean: Path) -> None:
    said = walkdown("scan", str(clean), *ONLY)
    assert (said.code, said.err) == (0, "")
    assert "nothing found · no gaps" in said.out


def test_a_gap_is_3_and_0_only_when_allowed(walkdown: Command, torn: Path) -> None:
    said = walkdown("scan", str(torn), *ONLY)
    assert said.code == 3
    assert "torn.py" in said.out
    assert "Incomplete" in said.out
    allowed = walkdown("scan", str(torn), *ONLY, "--allow-incomplete")
    assert allowed.code == 0
    assert "Incomplete" in allowed.out, "allowed is not the same as looked at"


def test_findings_count_before_gaps(walkdown: Command, torn: Path) -> None:
    write(torn, {"app.py": APP})
    assert walkdown("scan", str(torn), *ONLY).code == 1
    assert walkdown("scan", str(torn), *ONLY, "--allow-incomplete").code == 1


def test_offline_never_becomes_no_vulnerabilities(walkdown: Command, clean: Path) -> None:
    write(clean, {"requirements.txt": "requests==2.19.0\n"})
    for how in (("--offline",), ()):
        env = {} if how else {"WALKDOWN_OFFLINE": "1"}
        said = walkdown("scan", str(clean), "--only", "pip-audit", *how, env=env)
        assert said.code == 3
        assert "There is no advisory data on this machine. walkdown db update" in " ".join(said.out.split())


# --- the cache -------------------------------------------------------------------------------------------------------


def test_a_second_scan_reads_the_cache_unless_told_not_to(alone: Command, repo: Path) -> None:
    cached = [
        alone("scan", str(repo), *ONLY, *flags, "--format", "json").scan.outcomes[0].cached_files
        for flags in (("--no-cache",), (), (), ("--no-cache",))
    ]
    assert cached == [0, 0, 2, 0]


def test_the_cache_tells_its_size_and_forgets(alone: Command, repo: Path) -> None:
    alone("scan", str(repo), *ONLY)
    # What the scanner said of two files, what each of them is about, and what all of them are about.
    assert alone("cache", "size").out.startswith("5 results, ")
    cleared = alone("cache", "clear")
    assert (cleared.code, cleared.out.startswith("5 results forgotten.")) == (0, True)
    assert alone("cache", "size").out.startswith("0 results, ")
    assert alone.state.exists(), "what was decided is kept elsewhere"


@pytest.mark.parametrize("damage", ["all", "inside"])
def test_a_damaged_cache_is_said_once_and_built_anew(alone: Command, repo: Path, damage: str) -> None:
    before = alone("scan", str(repo), *ONLY, "--format", "json").scan
    path = alone.cache / "results.sqlite"
    whole = path.read_bytes()
    path.write_bytes(b"\xff" * 20_000 if damage == "all" else whole[:4096] + b"\xff" * (len(whole) - 4096))
    first = alone("scan", str(repo), *ONLY)
    assert (first.code, first.out.count("The cache ")) == (1, 1)
    again = alone("scan", str(repo), *ONLY, "--format", "json").scan
    assert [note for note in again.target.notes if "cache" in note] == []
    assert [one.id for one in again.findings] == [one.id for one in before.findings]


@pytest.mark.parametrize("command", ["size", "clear"])
def test_a_cache_that_cannot_be_used_is_an_error_only_for_who_asks_for_it(
    alone: Command, repo: Path, command: str
) -> None:
    alone.cache.write_text("a file where the folder should be")
    scan = alone("scan", str(repo), *ONLY)
    assert (scan.code, scan.out.count("The cache could not be opened")) == (1, 1)
    assert "this scan goes on without it" in " ".join(scan.out.split())
    said = alone("cache", command)
    assert (said.code, "The cache cannot be used" in said.error) == (2, True)
    assert "WALKDOWN_CACHE_DIR" in said.err


def test_a_full_disk_under_the_cache_costs_one_note(alone: Command, repo: Path) -> None:
    """A limit on the size of files stands in for the disk: the database does not fit, the copies of the code do."""
    script = f"ulimit -f 8; exec '{sys.executable}' -m walkdown scan '{repo}' --only bandit"
    said = alone.run("/bin/bash", "-c", script)
    assert said.code == 1
    assert said.out.count("The cache could not be") == 1
    assert "A command is run through the shell" in said.out
    assert "no gaps" in said.out


def test_folders_for_decisions_that_cannot_be_made_cost_notes(walkdown: Command, repo: Path) -> None:
    walkdown.state.write_text("in the way")
    said = walkdown("scan", str(repo), *ONLY)
    assert said.code == 1
    assert "cannot be" in said.out


# --- other tools' findings and own rules -----------------------------------------------------------------------------


def test_another_tools_sarif_is_taken_in(walkdown: Command, clean: Path, tmp_path: Path) -> None:
    result = {
        "ruleId": "hot", "level": "error", "message": {"text": "too hot"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "fine.py"}, "region": {"startLine": 2}}}],
    }  # fmt: skip
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "thermometer"}}, "results": [result]}]}
    (tmp_path / "in.sarif").write_text(json.dumps(log))
    scan = walkdown("scan", str(clean), *ONLY, "--sarif", str(tmp_path / "in.sarif"), "--format", "json").scan
    assert [(one.rule.tool, one.path, one.line) for one in scan.findings] == [("thermometer", "fine.py", 2)]


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"version": "2.1.0"}', "\0\0", "<html></html>"])
def test_a_sarif_file_that_is_not_one_is_refused(
    walkdown: Command, clean: Path, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "in.sarif").write_text(content)
    said = walkdown("scan", str(clean), *ONLY, "--sarif", str(tmp_path / "in.sarif"))
    assert (said.code, "in.sarif" in said.error) == (2, True)


RULE = """rules:
  - id: no-fine
    languages: [python]
    severity: ERROR
    message: Nothing is fine.
    pattern: "def fine(): ..."
"""


def test_own_rules_count(walkdown: Command, clean: Path, tmp_path: Path) -> None:
    write(tmp_path, {"own/fine.yaml": RULE})
    scan = walkdown("scan", str(clean), "--only", "semgrep", "--rules", str(tmp_path / "own"), "--format", "json").scan
    assert "no-fine" in {one.rule.id.rpartition(".")[2] for one in scan.findings}


@pytest.mark.parametrize("broken", ["rules: [{id: x", "rules: 5", "", "rules:\n  - id: x\n"])
def test_own_rules_that_are_broken_are_never_fine(walkdown: Command, clean: Path, tmp_path: Path, broken: str) -> None:
    write(tmp_path, {"own/bad.yaml": broken})
    said = walkdown("scan", str(clean), "--only", "semgrep", "--rules", str(tmp_path / "own"))
    assert said.code in (2, 3), said.out
    assert str(tmp_path / "own") in said.err or said.code == 3


def test_a_rules_folder_that_is_not_there_is_refused(walkdown: Command, clean: Path, tmp_path: Path) -> None:
    said = walkdown("scan", str(clean), *ONLY, "--rules", str(tmp_path / "none"))
    assert (said.code, "is no folder" in said.error) == (2, True)


# --- bad targets -----------------------------------------------------------------------------------------------------


def test_without_a_path_it_is_the_working_folder(walkdown: Command, repo: Path) -> None:
    said = walkdown("scan", *ONLY, "--format", "json", cwd=repo)
    assert (said.code, said.scan.target.root) == (1, ".")


@pytest.mark.parametrize("path", ["nowhere", "file.py", "", "loop"])
def test_what_is_no_folder_is_refused_in_one_line(walkdown: Command, tmp_path: Path, path: str) -> None:
    (tmp_path / "file.py").write_text(APP)
    (tmp_path / "loop").symlink_to("loop")
    said = walkdown("scan", path, *ONLY, cwd=tmp_path)
    assert said.code == 2
    assert len(said.error) < 120
    assert said.out == ""


def test_an_empty_folder_is_no_clean_bill(walkdown: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = walkdown("scan", str(tmp_path / "empty"), "--offline", "--format", "json")
    assert said.code == 3
    assert {outcome.state for outcome in said.scan.outcomes} == {"nothing"}
    assert [(skip.kind.value, skip.code) for skip in said.scan.target.skipped] == [("gap", "nothing-here")]


def test_code_in_a_language_without_rules_is_a_limit(walkdown: Command, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "index.php").write_text("<?php system($_GET['c']); ?>\n")
    said = walkdown("scan", str(tmp_path / "shop"), "--offline", "--format", "json", "--skip", "kingfisher")
    limits = [skip.reason for skip in said.scan.target.skipped if skip.kind.value == "limit"]
    assert limits == ["1 files of PHP: no rule reads that language"]


def test_a_part_never_passes_for_the_whole(walkdown: Command, tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "x = 1\n", "b.py": "y = 2\n"})
    (repo / "a.py").write_text("x = 3\n")
    whole = walkdown("scan", str(repo), *ONLY, "--format", "json").scan.target
    part = walkdown("scan", str(repo), *ONLY, "--format", "json", "--include", "a.py").scan.target
    changed = walkdown("scan", str(repo), *ONLY, "--format", "json", "--changed-since", "HEAD").scan.target
    assert (whole.narrowed, part.narrowed, changed.narrowed) == (True, True, True), "one scanner of five is a part, too"
    assert part.looked == changed.looked != whole.looked
    said = walkdown("scan", str(repo), *ONLY, "--format", "markdown", "--include", "a.py").out
    assert "Only a part was asked for" in said


def test_a_common_word_in_a_secrets_place_is_hidden_there_and_nowhere_else(walkdown: Command, tmp_path: Path) -> None:
    code = 'password = "string"\n\n\ndef f(string):\n    return eval(string)\n'
    repo = make_repo(tmp_path, {"a.py": code})
    said = walkdown("scan", str(repo), *ONLY, "--show", "info").out
    assert "password = ••••" in said
    assert "return eval(string)" in said


def test_manifests_are_judged_as_a_whole_however_few_files_were_chosen(walkdown: Command, tmp_path: Path) -> None:
    manifests = {"requirements.txt": "-r base.txt\n", "base.txt": "requests==2.19.0\n", "a.py": "x = 1\n"}
    repo = make_repo(tmp_path, manifests)
    (repo / "a.py").write_text("x = 2\n")
    said = walkdown(
        "scan", str(repo), "--only", "pip-audit", "--offline", "--changed-since", "HEAD", "--format", "json"
    )
    assert said.code == 3
    [outcome] = said.scan.outcomes
    assert outcome.state == "missing", "the pinned package is still asked about, and no include is lost"


def test_a_report_is_not_written_through_a_link(walkdown: Command, tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "x = 1\n"})
    (tmp_path / "victim").write_text("mine")
    (repo / "report.json").symlink_to(tmp_path / "victim")
    said = walkdown("scan", str(repo), *ONLY, "--format", "json", "--output", str(repo / "report.json"))
    assert said.code == 0
    assert (tmp_path / "victim").read_text() == "mine"
    assert (repo / "report.json").read_text().startswith('{"schema"')


@pytest.mark.parametrize("way", ["head", "objects", "link", "config", "empty"])
def test_a_broken_git_folder_is_said_and_the_files_are_looked_at(walkdown: Command, tmp_path: Path, way: str) -> None:
    tree = make_repo(tmp_path, {"app.py": APP})
    if way == "head":
        (tree / ".git/HEAD").write_text("junk")
    elif way == "objects":
        shutil.rmtree(tree / ".git/objects")
        (tree / ".git/objects").mkdir()
    elif way == "config":
        (tree / ".git/config").write_text("[[[")
    else:
        shutil.rmtree(tree / ".git")
        (tree / ".git").write_text("gitdir: /nowhere\n" if way == "link" else "")
    said = walkdown("scan", str(tree), *ONLY)
    assert said.code == 1
    assert "note" in said.out
    assert "A command is run through the shell" in said.out


def test_a_folder_that_may_only_be_read_is_only_read(walkdown: Command, tmp_path: Path) -> None:
    """Where root runs the tests, it gives up the right to read and write what it may not."""
    tree = make_repo(tmp_path, {"app.py": APP, "closed.py": APP})
    for path in (*tree.rglob("*"), tree):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (tree / "closed.py").chmod(0)
    less = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    try:
        if less and (not shutil.which("setpriv") or walkdown.run(*less, "cat", str(tree / "closed.py")).code == 0):
            pytest.skip("root reads everything here, and cannot be held back")
        before = {path: path.lstat().st_mtime_ns for path in tree.rglob("*")}
        said = walkdown.run(*less, sys.executable, "-m", "walkdown", "scan", ".", *ONLY, cwd=tree)
        assert said.code == 1, said.err
        assert "A command is run through the shell" in said.out
        assert "closed.py: It cannot be read" in said.out
        assert {path: path.lstat().st_mtime_ns for path in tree.rglob("*")} == before
        tree.chmod(0)
        closed = walkdown.run(*less, sys.executable, "-m", "walkdown", "scan", str(tree), *ONLY)
        assert (closed.code, "cannot be read" in closed.error) == (2, True)
    finally:
        for path in (tree, *tree.rglob("*")):
            path.chmod(0o700)


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "nonsense", 'fail-on = "terrible"', "unknown = 1", "jobs = -1", "jobs = 0", "timeout = -3", "timeout = nan",
        "max-file-mb = inf", "max-file-mb = 0", 'exclude = "x"', '[[scanners]]\nname = "bandit"\ncommand = ["x"]',
        '[[scanners]]\nname = "../x"\ncommand = ["x"]', '[[scanners]]\nname = "mine"\ncommand = []', "\udcff",
    ],
)  # fmt: skip
def test_a_malformed_user_config_is_refused_in_one_line(walkdown: Command, clean: Path, text: str) -> None:
    (walkdown.config / "config.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    said = walkdown("scan", str(clean), *ONLY)
    assert said.code == 2
    assert "config.toml" in said.error or "two scanners" in said.error


def test_the_users_config_counts_and_flags_win(walkdown: Command, repo: Path) -> None:
    (walkdown.config / "config.toml").write_text('fail-on = "critical"\n')
    assert walkdown("scan", str(repo), *ONLY).code == 0
    assert walkdown("scan", str(repo), *ONLY, "--fail-on", "high").code == 1


def test_a_projects_settings_count_only_once_accepted(walkdown: Command, tmp_path: Path) -> None:
    tree = make_repo(tmp_path, {"app.py": APP, ".walkdown/config.toml": 'exclude = ["app.py"]\n'})
    ignored = walkdown("scan", str(tree), *ONLY)
    assert ignored.code == 1
    assert "nobody accepted it" in ignored.out
    asked = walkdown("config", "accept", str(tree))
    assert (asked.code, "Only a person" in asked.error) == (2, True), "a script is no person"
    accepted = walkdown("config", "accept", str(tree), "--yes")
    assert (accepted.code, 'exclude = ["app.py"]' in accepted.out) == (0, True), "they see what they accept"
    said = walkdown("scan", str(tree), *ONLY)
    assert said.code == 0
    assert "The project's own .walkdown/config.toml counts here" in said.out
    assert "app.py" in said.out
    write(tree, {".walkdown/config.toml": 'exclude = ["app.py", "**"]\n'})
    assert walkdown("scan", str(tree), *ONLY).code == 1, "a changed one is a new one"


@pytest.mark.parametrize("trick", ["link", "folder link", "fifo", "folder"])
def test_a_projects_settings_are_a_plain_file_of_its_own(walkdown: Command, tmp_path: Path, trick: str) -> None:
    tree = make_repo(tmp_path, {"app.py": APP})
    write(tmp_path, {"elsewhere/config.toml": 'exclude = ["app.py"]\n'})
    config = tree / ".walkdown" / "config.toml"
    if trick == "folder link":
        config.parent.symlink_to(tmp_path / "elsewhere")
    else:
        config.parent.mkdir()
    if trick == "link":
        config.symlink_to(tmp_path / "elsewhere/config.toml")
    elif trick == "fifo":
        os.mkfifo(config)
    elif trick == "folder":
        config.mkdir()
    said = walkdown("config", "accept", str(tree), "--yes")
    assert (said.code, "There is nothing to accept" in said.err) == (2, True)
    assert walkdown("scan", str(tree), *ONLY).code == 1


def test_a_broken_projects_config_cannot_be_accepted(walkdown: Command, tmp_path: Path) -> None:
    tree = make_repo(tmp_path, {".walkdown/config.toml": 'skip = ["bandit"]\n'})
    said = walkdown("config", "accept", str(tree), "--yes")
    assert (said.code, "skip" in said.err) == (2, True)
    write(tree, {".walkdown/config.toml": "\x1b[2Jexclude = []\n\u202e"})
    assert not ACTIVE & set(walkdown("config", "accept", str(tree), "--yes").out)


# --- errors ----------------------------------------------------------------------------------------------------------


def test_debug_gives_the_traceback_without_the_secrets(walkdown: Command, clean: Path) -> None:
    address = f"https://ada:{PASSWORD}@git.example/shop"
    said = walkdown("scan", str(clean), *ONLY, "--changed-since", address, "--debug")
    assert said.code == 2
    assert "Traceback" in said.err
    assert "https://ada:" in said.err
    assert PASSWORD not in said.err
    assert PASSWORD not in walkdown("scan", str(clean), *ONLY, "--changed-since", address).err


@pytest.mark.parametrize("where", [">/dev/full", "2>/dev/full >/dev/full"])
def test_an_output_that_is_full_is_an_error_never_findings(walkdown: Command, clean: Path, where: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    for form in ("text", "json"):
        script = f"'{sys.executable}' -m walkdown scan '{clean}' --only bandit --format {form} {where}"
        said = walkdown.run("/bin/bash", "-c", script)
        assert said.code == 2
        assert "fault of ours" not in said.err
        assert len(said.err.splitlines()) == (2 if where == ">/dev/full" else 0), said.err


def test_an_error_that_cannot_be_told_is_still_an_error(walkdown: Command) -> None:
    for where in ("2>/dev/full", "2>&-"):
        if Path("/dev/full").exists():
            assert walkdown.run("/bin/bash", "-c", f"'{sys.executable}' -m walkdown scan /nowhere {where}").code == 2


def test_a_reader_that_goes_away_is_no_reason_to_complain(walkdown: Command, repo: Path) -> None:
    command = f"'{sys.executable}' -m walkdown scan '{repo}' --only bandit"
    said = walkdown.run("/bin/bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}")
    assert (said.code in (1, 2), said.err) == (True, "")
    # A reader that is gone before the first word: what nobody read is no result.
    gone = walkdown.run("/bin/bash", "-c", f"{{ sleep 1; {command}; echo $? >&2; }} | true")
    assert gone.err.strip() == "2"


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_change_no_answer(walkdown: Command, repo: Path, closing: str) -> None:
    script = f"'{sys.executable}' -m walkdown scan '{repo}' --only bandit {closing}"
    assert walkdown.run("/bin/bash", "-c", script).code == 1


# --- the small commands ----------------------------------------------------------------------------------------------


def test_doctor_lists_every_tool(walkdown: Command, repo: Path) -> None:
    said = walkdown("doctor", str(repo))
    assert said.code == 0, said.out
    for name in (*OURS, "cache", "decisions"):
        assert name in said.out
    assert walkdown("doctor", str(repo / "nowhere")).code == 2


def test_completion_is_a_script_for_the_shell(walkdown: Command, tmp_path: Path) -> None:
    for shell in ("bash", "zsh", "fish"):
        said = walkdown("completion", shell)
        assert (said.code, "_WALKDOWN_COMPLETE" in said.out) == (0, True)
    (tmp_path / "completion").write_text(walkdown("completion", "bash").out)
    assert walkdown.run("/bin/bash", "-n", str(tmp_path / "completion")).code == 0


def test_every_schema_can_be_printed(walkdown: Command) -> None:
    names = walkdown("schema").out.split()
    assert "scan" in names
    Draft202012Validator.check_schema(json.loads(walkdown("schema", "scan").out))
    assert walkdown("schema", "nothing").code == 2


def test_every_command_has_help_and_the_exit_codes_stand_there(walkdown: Command) -> None:
    top = walkdown("--help")
    assert "3  incomplete" in top.out
    for name in ("scan", "doctor", "cache", "config", "completion", "schema"):
        assert name in top.out
        assert walkdown(name, "--help").code == 0


# --- untrusted text and secrets --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File names and code that would like to speak to the terminal, the page or the markup."""
    code = (
        "import subprocess\nsubprocess.call(x, shell=True)  # \x1b]52;c;ZWNobyBoaQ==\x07 \x9b2J \u202e [/bold]<script>"
    )
    names = ("a\x1b[31mred.py", "b\u202egnp.py", "c[/].py", "d<img src=x>.py", "e\nline.py", "f`|_*.py", "-rf.py")
    return make_repo(tmp_path_factory.mktemp("painted"), dict.fromkeys(names, code))


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif"])
def test_names_and_code_stay_inert(walkdown: Command, painted: Path, form: str) -> None:
    said = walkdown("scan", str(painted), *ONLY, "--format", form)
    assert said.code == 1
    assert sorted(map(ascii, ACTIVE & set(said.out))) == []
    if form == "text":
        assert said.out.count("A command is run through the shell") == 7, "none is lost either"
    if form == "markdown":
        assert "<script>" not in said.out.replace("`", "\n").split("\n")
        assert "<img" not in "".join(line for line in said.out.splitlines() if "`" not in line)


@pytest.fixture(scope="session")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, Path]:
    """Secrets in the code, in a configuration, and one that only the history still holds; scanned once."""
    parent = tmp_path_factory.mktemp("leaky")
    files = {
        "app.py": f'DATABASE_PASSWORD = "{PASSWORD}"\n\n\ndef connect(password="{PASSWORD}"):\n    return password\n',
        "config/prod.env": f"SESSION_SECRET={PASSWORD}\nexport API_TOKEN='{OLD_TOKEN}'\n",
        "notes.md": f"The password is `{PASSWORD}`.\n",
    }
    tree = make_repo(parent, files, then=[{"config/prod.env": "SESSION_SECRET=\n"}])
    walkdown = Command(parent / "home", compiled=compiled_rules(tmp_path_factory))
    said = walkdown("scan", str(tree), "--offline", "--skip", "semgrep")
    assert said.code == 1, said.err
    return walkdown, tree


def plain(text: bytes) -> list[str]:
    """Which of the secrets stand in there, as they are or coded."""
    found = []
    for secret in (PASSWORD, OLD_TOKEN):
        raw = secret.encode()
        coded = b64encode(raw).rstrip(b"=")[:-1]
        if raw in text or coded in text or raw.hex().encode() in text or secret.encode("utf-16-le") in text:
            found.append(secret)
    return found


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif"])
def test_no_export_holds_a_secret(leaky: tuple[Command, Path], form: str) -> None:
    walkdown, tree = leaky
    said = walkdown("scan", str(tree), "--offline", "--skip", "semgrep", "--format", form)
    assert "app.py" in said.out
    assert "prod.env" in said.out, "the one in the history is told"
    assert plain(said.out.encode()) == []
    assert plain(said.err.encode()) == []


def test_nothing_that_is_kept_holds_a_secret(leaky: tuple[Command, Path]) -> None:
    walkdown, _ = leaky
    kept = [path for folder in (walkdown.cache, walkdown.state) for path in folder.rglob("*") if path.is_file()]
    assert {"results.sqlite", "known.msgpack", "secret.key"} <= {path.name for path in kept}
    assert {str(path): plain(path.read_bytes()) for path in kept if plain(path.read_bytes())} == {}
    with sqlite3.connect(walkdown.cache / "results.sqlite") as db:
        values = [value for (value,) in db.execute("SELECT value FROM entries")]
    assert values
    assert plain(b"\n".join(values)) == []


@pytest.mark.parametrize("flags", [(), ("--no-cache",)])
def test_what_is_kept_is_for_its_owner_only(alone: Command, repo: Path, flags: tuple[str, ...]) -> None:
    alone("scan", str(repo), *ONLY, *flags)
    assert stat.S_IMODE((alone.state / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(alone.cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(alone.state.stat().st_mode) == 0o700


def test_a_scan_leaves_no_copy_of_the_code_behind(leaky: tuple[Command, Path]) -> None:
    walkdown, _ = leaky
    assert [path for path in walkdown.temporary.rglob("*") if path.is_file()] == []


def test_a_scan_changes_nothing_in_the_repo(walkdown: Command, tmp_path: Path) -> None:
    tree = make_repo(tmp_path, {"app.py": APP})
    (tree / "app.py").write_text(APP + "# edited\n")
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in (tree, *tree.rglob("*"))}
    assert walkdown("scan", ".", "--only", "bandit", "--only", "pip-audit", "--blame", "--offline", cwd=tree).code == 1
    assert {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in (tree, *tree.rglob("*"))} == before
    assert git(tree, "status", "--short") == "M app.py"
    commit(tree)
