"""A stranger's repository that wants to run something, hide something or hang us, against the whole command.

One repository holds every trick at once and is scanned once by all scanners, with the command started inside it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.command import Command, Said, compiled_rules
from helpers.repos import commit, git, make_repo
from walkdown.record.wire import WireFinding, WireScan
from walkdown.target import printable

pytestmark = pytest.mark.tool

FLAW = "import subprocess\n\n\ndef run(name):\n    return subprocess.call(name, shell=True)  # {}\n"
# Put together here, so that no scanner takes this file for a leak.
PASSWORD = "Vq8" + "-mZt41KxLwR2pYc"

# Each of these is named by an ignore file or configuration below, or lies where tools do not look by themselves.
HIDDEN = (
    "ignored_by_git.py", "ignored_by_bandit.py", "ignored_by_project.py", "ignored_by_setup_cfg.py",
    "ignored_by_semgrep.py", "ignored_by_attributes.py", "tests/test_it.py", "node_modules/left/pad.py",
    "venv/lib/site.py", ".tox/py/x.py", "build/lib/gen.py", "dist/gen.py", ".hidden/x.py", "migrations/0001.py",
    "__pycache__/x.py", ".walkdown/signoffs/x.py", ".svn/x.py", "CVS/x.py", ".eggs/x.py", "vendor/x.py",
)  # fmt: skip
ODD = (
    b"-rf.py", b"a b.py", b"--config=x.py", b"new\nline.py", b"esc\x1b[31m.py", b"br[/]ackets[0].py", b"caf\xe9.py",
    "bidi\u202eyp.py".encode(), b"quote'\"`$(touch x).py", b"back\\slash.py", b"glob*?.py", b"_odd/0.py", b"%s{x}.py",
    b"tab\t.py", "\u00e9\u0301\U0001f600.py".encode(), b"UPPER.PY",
)  # fmt: skip
# A comment silences its own tool only; the other tool's finding in the same place is not silenced by it.
SUPPRESSED = {"quiet_bandit.py": "nosec", "quiet_bandit_id.py": "nosec B602", "quiet_semgrep.py": "nosemgrep"}
ASKED = FLAW.replace("import subprocess", "import subprocess; from flask import request").replace(
    "(name,", '(request.args["n"],'
)
MODULES = (
    "setup", "conftest", "sitecustomize", "usercustomize", "bandit", "semgrep", "pip_audit", "click", "msgspec", "git",
    "platformdirs", "rich", "yaml", "stevedore", "tomllib", "tomli", "json", "asyncio", "walkdown_plugin",
)  # fmt: skip
HOOKS = (
    "pre-commit",
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "fsmonitor-watchman",
    "pre-auto-gc",
)


class Hostile:
    def __init__(self, folder: Path) -> None:
        self.canary = folder / "canary"
        self.script = folder / "evil.sh"
        self.script.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{self.canary}'\ncat\n")
        self.script.chmod(0o755)
        self.outside = folder / "outside.py"
        self.outside.write_text(FLAW.format("outside"))
        self.tree = make_repo(folder, {"app.py": FLAW.format("plain"), "old.py": FLAW.format("old")})
        self.long = "/".join(f"{'d' * 180}{n}" for n in range(18)) + "/deep.py"
        self._code()
        self._configs()
        self._shapes()
        git(self.tree, "add", "--all", "--force")
        commit(self.tree)
        self._long_path()
        self._git_traps()

    def put(self, name: str | bytes, content: str | bytes) -> None:
        place = os.path.join(os.fsencode(self.tree), os.fsencode(name))  # noqa: PTH118 - names that are no text
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        with open(place, "wb") as file:  # noqa: PTH123
            file.write(content.encode() if isinstance(content, str) else content)

    def _code(self) -> None:
        names: tuple[str | bytes, ...] = (*HIDDEN, *ODD)
        for number, name in enumerate(names):
            self.put(name, FLAW.format(f"number {number}"))
        for name, comment in SUPPRESSED.items():
            self.put(name, ASKED.format(comment))
        for name in MODULES:
            self.put(f"{name}.py", f"open({str(self.canary)!r}, 'a').write({name!r})\n" + FLAW.format(name))
        self.put("secret_ignored.py", f'db_password = "{PASSWORD}"  # kingfisher:ignore  gitleaks:allow\n')
        self.put("config/.env", f"DB_PASSWORD={PASSWORD}\n")

    def _configs(self) -> None:
        run = str(self.script)
        self.put(".gitignore", "ignored_by_git.py\nconfig/\nsecret_ignored.py\n")
        self.put(".bandit", "[bandit]\nexclude = ignored_by_bandit.py,tests\nskips = B602,B404\ntargets = fine.py\n")
        project = (
            '[tool.bandit]\nexclude_dirs = ["ignored_by_project.py"]\nskips = ["B602"]\n[build-system]\nrequires = []\n'
        )
        self.put("pyproject.toml", f'{project}build-backend = "setup"\nbackend-path = ["."]\n')
        self.put("setup.cfg", "[bandit]\nexclude = ignored_by_setup_cfg.py\nskips = B602\n")
        self.put(".semgrepignore", "*\n!fine.py\n")
        self.put(".semgrep.yml", "rules: []\n")
        self.put(".semgrep/settings.yml", "rules: [\n")
        self.put(".kingfisher.yaml", "rules: []\nexclude: ['*']\n")
        self.put("kingfisher.yml", "skip_regex: ['.*']\n")
        self.put(".kingfisherignore", "*\n")
        self.put(".ignore", "*\n")
        self.put(".gitleaksignore", "*\n")
        self.put(
            ".gitattributes", "* filter=evil diff=evil merge=evil text\nignored_by_attributes.py export-ignore binary\n"
        )
        self.put("package.json", json.dumps({"name": "x", "scripts": {"preinstall": run, "prepare": run}}))
        self.put(".npmrc", f"script-shell={run}\n")
        self.put("requirements.txt", f"-e .\n--index-url file://{run}\nrequests==2.19.0\n")
        self.put(".pre-commit-config.yaml", f"repos: [{{repo: local, hooks: [{{id: x, entry: {run}}}]}}]\n")
        self.put(".envrc", f"{run}\n")
        self.put(".walkdown/config.toml", 'exclude = ["**"]\nfail-on = "critical"\n')

    def _shapes(self) -> None:
        (self.tree / "link.py").symlink_to(self.outside)
        (self.tree / "everything").symlink_to("/")
        (self.tree / "loop").symlink_to("loop")
        (self.tree / "around").symlink_to(".")
        os.mkfifo(self.tree / "pipe.py")
        self.put("huge.py", FLAW.format("huge") + "# filler\n" * 700_000)
        self.put("nested.py", "x = " + "(" * 50_000 + ")" * 50_000 + "\n" + FLAW.format("nested"))
        self.put("nested.json", "[" * 100_000)
        self.put("latin.py", FLAW.format("latin").encode() + b"# caf\xe9\n")
        self.put("zero.py", FLAW.format("zero").encode() + b"# \0\n")
        self.put(
            "zero.js",
            b"const cp = require('child_process');\nexports.run = (req) => cp.exec('ls ' + req.query.x); // \0\n",
        )
        self.put("one_line.js", "var a = 1;" * 100_000)

    def _long_path(self) -> None:
        """Too long for one system call, so it is made step by step."""
        before = Path.cwd()
        try:
            os.chdir(self.tree)
            for part in self.long.split("/")[:-1]:
                os.mkdir(part)  # noqa: PTH102
                os.chdir(part)
            Path("deep.py").write_text(FLAW.format("deep"))
        finally:
            os.chdir(before)

    def _git_traps(self) -> None:
        run = str(self.script)
        lines = [
            "[core]", f"fsmonitor = {run}", f"hooksPath = {self.tree}/hooks", f"pager = {run}", f"sshCommand = {run}",
            f"alternateRefsCommand = {run}", f"editor = {run}", f"askPass = {run}", f"gitProxy = {run}",
            '[filter "evil"]', f"clean = {run}", f"smudge = {run}", f"process = {run}", "required = true",
            "[diff]", f"external = {run}", '[diff "evil"]', f"textconv = {run}", f"command = {run}",
            '[merge "evil"]', f"driver = {run}", "[credential]", f"helper = {run}", "[gpg]", f"program = {run}",
            "[pager]", f"log = {run}", f"blame = {run}", "[alias]", f"log = !{run}", f"status = !{run}",
        ]  # fmt: skip
        with (self.tree / ".git/config").open("a") as file:
            file.write("\n".join(lines) + "\n")
        for folder in (self.tree / ".git/hooks", self.tree / "hooks"):
            folder.mkdir(exist_ok=True)
            for name in HOOKS:
                (folder / name).write_text(self.script.read_text())
                (folder / name).chmod(0o755)


@dataclass(frozen=True)
class Result:
    """What came of the one scan, in two formats."""

    hostile: Hostile
    said: Said
    text: Said
    seconds: float
    before: dict[str, int]
    after: dict[str, int]

    @property
    def scan(self) -> WireScan:
        return self.said.scan

    def findings(self, path: str) -> list[WireFinding]:
        return [one for one in self.scan.findings if one.path == path and one.severity.value in ("critical", "high")]

    def gaps(self, path: str) -> list[str]:
        skips = [*self.scan.target.skipped, *(skip for one in self.scan.outcomes for skip in one.coverage.skipped)]
        return [skip.reason for skip in skips if skip.path == path and skip.kind.value == "gap"]

    def skipped(self, path: str) -> list[str]:
        skips = [*self.scan.target.skipped, *(skip for one in self.scan.outcomes for skip in one.coverage.skipped)]
        return [skip.kind.value for skip in skips if skip.path == path]


def times(tree: Path) -> dict[str, int]:
    found = {}
    for folder, folders, files in os.walk(tree):
        for name in (*folders, *files):
            path = f"{folder}/{name}"
            if len(os.fsencode(path)) < 4000:
                found[path] = os.lstat(path).st_mtime_ns
    return found


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("hostile")
    hostile = Hostile(folder)
    assert not hostile.canary.exists(), "building the trap must not spring it"
    command = str(Path(sys.executable).with_name("walkdown"))
    walkdown = Command(folder / "home", compiled=compiled_rules(tmp_path_factory))
    before = times(hostile.tree)
    began = time.monotonic()
    said = walkdown.run(command, "scan", "--offline", "--blame", "--format", "json", cwd=hostile.tree)
    seconds = time.monotonic() - began
    text = walkdown.run(command, "scan", "--offline", cwd=hostile.tree)
    return Result(hostile, said, text, seconds, before, times(hostile.tree))


def test_nothing_ran(result: Result) -> None:
    canary = result.hostile.canary
    assert not canary.exists(), canary.read_text()


def test_nothing_in_the_repo_changed(result: Result) -> None:
    assert result.before == result.after


def test_it_ends_by_itself_with_findings(result: Result) -> None:
    assert (result.said.code, result.said.err) == (1, "")
    assert result.seconds < 240
    assert result.text.code == 1


def test_every_scanner_ran_to_its_end(result: Result) -> None:
    states = {one.scanner: (one.state, one.detail) for one in result.scan.outcomes}
    assert states.pop("pip-audit")[0] == "missing", "there is no advisory data here"
    assert states.pop("indexes")[0] == "nothing", "nobody allowed it to ask"
    assert states.pop("npm-audit")[0] == "nothing", "there is no lock of npm's"
    assert {state for state, _ in states.values()} == {"ran"}, states


@pytest.mark.parametrize("path", HIDDEN)
def test_what_is_tracked_cannot_be_hidden(result: Result, path: str) -> None:
    assert [one.line for one in result.findings(path)] == [5]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_hides_nothing(result: Result, name: bytes) -> None:
    assert [one.line for one in result.findings(printable(os.fsdecode(name)))] == [5]


def test_a_path_too_long_for_the_system_hides_nothing(result: Result) -> None:
    path = result.hostile.long
    assert len(path) > 3000
    assert result.findings(path) or result.gaps(path)


@pytest.mark.parametrize("path", SUPPRESSED)
def test_a_suppression_in_the_source_is_shown_not_obeyed(result: Result, path: str) -> None:
    [found] = result.findings(path)
    assert found.line == 5
    assert found.silenced is not None
    assert found.silenced.line == 5
    assert found.silenced.who, "asked for with --blame"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_would_take_our_place_is_only_read(result: Result, name: str) -> None:
    assert [one.line for one in result.findings(f"{name}.py")] == [6]


@pytest.mark.parametrize("path", ["secret_ignored.py", "config/.env"])
def test_a_secret_cannot_be_hidden(result: Result, path: str) -> None:
    assert [one.line for one in result.findings(path)] == [1]


def test_no_secret_is_told(result: Result) -> None:
    assert PASSWORD not in result.said.out
    assert PASSWORD not in result.text.out


@pytest.mark.parametrize("path", ["huge.py", "nested.py", "pipe.py"])
def test_what_cannot_be_looked_at_is_told(result: Result, path: str) -> None:
    assert result.skipped(path), "it is in neither list"
    if path != "pipe.py":
        assert result.gaps(path)


@pytest.mark.parametrize("path", ["latin.py", "zero.py", "zero.js"])
def test_bytes_that_are_no_text_hide_nothing(result: Result, path: str) -> None:
    assert result.findings(path) or result.gaps(path), result.skipped(path)


def test_links_lead_nowhere(result: Result) -> None:
    for path in ("link.py", "everything", "loop", "around"):
        assert result.findings(path) == []
        assert result.skipped(path), path
    assert not [one.path for one in result.scan.findings if one.path.startswith(("around/", "everything/"))]


def test_the_projects_settings_do_not_count(result: Result) -> None:
    assert any("nobody accepted it" in note for note in result.scan.target.notes)
    assert result.scan.settings_digest == ""


def test_the_trap_is_told_to_the_person(result: Result) -> None:
    assert any("programs" in note for note in result.scan.target.notes)
