"""The real Semgrep, started as a scan starts it: nothing in the code under review decides what is looked at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from walkdown.model import Batch, BatchFile, Parsed, Printed, Silence, SourceFile, path_of
from walkdown.process import Limits, clean_environment, run_now
from walkdown.scanners.programs import Programs
from walkdown.scanners.semgrep import Semgrep

pytestmark = pytest.mark.tool

RULES = str(Path(__file__).parent.parent / "scanners" / "recorded" / "semgrep" / "rules")
CASES = Path(__file__).parent.parent / "rules" / "semgrep"
EVAL = b"eval(x);\n"
SQL = b"""from flask import request


def orders(cursor):
    cursor.execute(request.args.get("name"))  # nosemgrep
"""
FRONTS = pytest.mark.parametrize("fast", [True, False], ids=["fast", "default"])


def scan(base: Path, files: dict[str, bytes], planted: dict[str, bytes] | None = None, *, fast: bool = True) -> Parsed:
    """Write a view with `files` under the names Semgrep takes, and `planted` as they are; run Semgrep over it."""
    scanner = Semgrep((RULES,), fast=fast)
    tools = scanner.find(Programs(base / "target"))
    assert isinstance(tools, tuple), "the package brings Semgrep along"
    asked = tuple(BatchFile(path, scanner.copied_as(path), "") for path in files)
    copies = {one.name: files[one.path] for one in asked}
    folders = view, scratch, home = tuple(base / name for name in ("view", "scratch", "home"))
    for folder in folders:
        folder.mkdir()
    for name, content in {**copies, **(planted or {})}.items():
        (view / name).parent.mkdir(parents=True, exist_ok=True)
        (view / name).write_bytes(content)
    batch = Batch(str(view), asked, str(scratch), str(home))
    command = scanner.argv(tools[0], batch)
    env = {**clean_environment(str(home), str(scratch)), **dict(command.env)}
    done = run_now(command.argv, cwd=str(scratch), env=env, limits=Limits(seconds=240))
    assert done.code in command.ok, done.stderr
    return scanner.parse(tools[0], batch, Printed(done.stdout, done.stderr, done.code))


def found_in(parsed: Parsed) -> set[str]:
    return {path_of(one.place) for one in parsed.findings}


@FRONTS
def test_names_that_semgrep_leaves_out_by_itself(tmp_path: Path, fast: bool) -> None:
    dropped_for_their_folder = ["tests/a.js", "node_modules/x/a.js", "vendor/a.js", ".hidden/a.js", "env/a.mjs"]
    dropped_for_their_end = ["dist/a.min.js", "build/a.mts", "types.d.ts", "UPPER.JS", "a [b]*.cts", "é.tsx"]
    names = dropped_for_their_folder + dropped_for_their_end
    parsed = scan(tmp_path, dict.fromkeys(names, EVAL), fast=fast)
    assert parsed.looked == set(names)
    assert found_in(parsed) == set(names)
    assert parsed.skipped == ()


@FRONTS
def test_more_than_a_megabyte(tmp_path: Path, fast: bool) -> None:
    big = b"const pad = '" + b"a" * 1_500_000 + b"';\n" + EVAL
    parsed = scan(tmp_path, {"big.js": big}, fast=fast)
    assert [path_of(one.place) for one in parsed.findings] == ["big.js"]
    assert parsed.skipped == ()


@FRONTS
def test_the_target_hides_nothing(tmp_path: Path, fast: bool) -> None:
    planted = {
        ".semgrepignore": b"*\n",
        "app/.semgrepignore": b"a.py\n",
        ".gitignore": b"*\n",
        ".semgrep.yml": b"rules: []\n",
        ".semgrep/settings.yml": b"has_shown_metrics_notification: true\n",
    }
    parsed = scan(tmp_path, {"app/a.py": SQL, "b.js": EVAL}, planted, fast=fast)
    assert parsed.looked == {"app/a.py", "b.js"}
    ours = [one for one in parsed.findings if one.rule.id == "t-py-sql"]
    assert [one.silenced for one in ours] == [Silence("nosemgrep", 5)]
    assert "b.js" in found_in(parsed)


def test_git_does_not_run(tmp_path: Path) -> None:
    """A program of the target's git config would leave the canary behind, as it does when git runs there after all."""
    canary = tmp_path / "canary"
    config = f"[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch {canary}\n".encode()
    planted = {".git/config": config, ".git/HEAD": b"ref: refs/heads/main\n", ".git/objects/x": b"", ".git/refs/x": b""}
    assert found_in(scan(tmp_path, {"a.js": EVAL}, planted)) == {"a.js"}
    assert not canary.exists()
    git = shutil.which("git")
    assert git, "the trap is only worth something if git would step into it"
    run_now([git, "status"], cwd=str(tmp_path / "view"), env=clean_environment(str(tmp_path), str(tmp_path)))
    assert canary.exists()


def test_nothing_found(tmp_path: Path) -> None:
    assert scan(tmp_path, {"a.py": b"x = 1\n", "empty.js": b""}) == Parsed(looked=frozenset({"a.py", "empty.js"}))


def test_both_front_ends_agree_on_the_cases_of_the_pack(tmp_path: Path) -> None:
    files = {str(path.relative_to(CASES)): path.read_bytes() for path in sorted(CASES.rglob("*")) if path.is_file()}
    files = {name: content for name, content in files.items() if Semgrep().wants(SourceFile(name, "", 1))}
    results = []
    for name, fast in (("fast", True), ("default", False)):
        (tmp_path / name).mkdir()
        parsed = scan(tmp_path / name, files, fast=fast)
        results.append((set(parsed.findings), set(parsed.facts), parsed.looked, parsed.skipped))
    assert results[0] == results[1]
    assert len(results[0][0]) > 30
    assert results[0][2] == set(files)
