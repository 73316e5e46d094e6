"""The real Bandit, started as a scan starts it: nothing in the code under review decides what is looked at."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from walkdown.model import Batch, BatchFile, FilePlace, Parsed, Printed, Silence, Tool, path_of
from walkdown.process import clean_environment, run_now
from walkdown.scanners.bandit import Bandit
from walkdown.scanners.bandit import rules as bandit_rules
from walkdown.scanners.programs import Programs

pytestmark = pytest.mark.tool


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tool, ...]:
    found = Bandit().find(Programs(tmp_path_factory.mktemp("target")))
    assert isinstance(found, tuple), "the package brings Bandit along"
    return found


def scan(tool: Tool, base: Path, files: dict[str, bytes], unasked: dict[str, bytes] | None = None) -> Parsed:
    """Write a view with `files` (and files nobody asked about), and run Bandit over it."""
    view, scratch, home = (base / name for name in ("view", "scratch", "home"))
    for folder in (view, scratch, home):
        folder.mkdir(exist_ok=True)
    for name, content in {**files, **(unasked or {})}.items():
        (view / name).parent.mkdir(parents=True, exist_ok=True)
        (view / name).write_bytes(content)
    batch = Batch(str(view), tuple(BatchFile(name, name, "") for name in files), str(scratch), str(home))
    scanner = Bandit()
    command = scanner.argv(tool, batch)
    done = run_now(command.argv, cwd=command.cwd or batch.scratch, env=clean_environment(str(home), str(scratch)))
    assert done.code in command.ok, done.stderr
    return scanner.parse(tool, batch, Printed(done.stdout, done.stderr, done.code))


FLAW = b"import os\nos.system(input())\n"
HIDING = {
    ".bandit": b"[bandit]\nskips = B605\nexclude = *\n",
    "setup.cfg": b"[bandit]\nskips = B605\nexclude = *\n",
    "tox.ini": b"[bandit]\nskips = B605\nexclude = *\n",
    "bandit.yaml": b"skips: [B605]\nexclude_dirs: ['*']\n",
    "pyproject.toml": b"[tool.bandit]\nskips = ['B605']\nexclude_dirs = ['*']\n",
}


def test_configuration_of_the_target_is_not_obeyed(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    parsed = scan(tools[0], tmp_path, {"app.py": FLAW, "deep/app.py": FLAW}, HIDING)
    assert {path_of(found.place) for found in parsed.findings} == {"app.py", "deep/app.py"}
    assert {found.rule.id for found in parsed.findings} == {"B605"}


def test_no_file_is_dropped_for_its_name(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    folders = ("tests", ".git", "venv", ".tox", ".svn", "CVS", ".hg", ".bzr", ".eggs", "__pycache__", "x.egg")
    names = [f"{folder}/x.py" for folder in folders] + ["-r.py", "--help.py", "a,b.py", "a b[1]*?.py", "ü.py", "w.pyw"]
    parsed = scan(tools[0], tmp_path, dict.fromkeys(names, FLAW))
    assert parsed.looked == set(names)
    assert {path_of(found.place) for found in parsed.findings} == set(names)


def test_modules_of_the_target_are_not_imported(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    trap = f"open({str(canary)!r}, 'w').close()\n".encode()
    names = ("bandit.py", "yaml.py", "ast.py", "sitecustomize.py", "usercustomize.py", "stevedore/__init__.py")
    parsed = scan(tools[0], tmp_path, dict.fromkeys(names, trap))
    assert parsed.looked == set(names)
    assert not canary.exists()


def test_nosec_is_shown(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    source = b"import os\nos.system(\n    input()\n)  # nosec B605\n"
    (found,) = scan(tools[0], tmp_path, {"a.py": source}).findings
    assert found.silenced == Silence("nosec", 4)
    assert found.place == FilePlace("a.py", 2, 1, 4, 2)


def test_columns_count_characters(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    (found,) = scan(tools[0], tmp_path, {"a.py": 'naïve = "🦊"; x = eval("é")\n'.encode()}).findings
    assert found.place == FilePlace("a.py", 1, 18, 1, 27)


def test_what_it_cannot_parse_is_a_gap_or_tried_elsewhere(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    files = {
        "never.py": b"def (:\n",
        "deep.py": b"x = " + b"-" * 20_000 + b"1\n",
        "crash.py": b"from django.utils.safestring import mark_safe\nmark_safe()\n",
        "fine.py": b"x = 1\n",
    }
    parsed = scan(tools[0], tmp_path, files)
    assert parsed.looked == {"fine.py"}
    assert {skip.path for skip in parsed.skipped} == {"never.py", "deep.py", "crash.py"}
    assert "never.py" in parsed.retry
    (reason,) = [skip.reason for skip in parsed.skipped if skip.path == "never.py"]
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in reason


def test_every_tool_found_can_scan(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    """Where newer interpreters with Bandit are at hand, they answer in the same shape; elsewhere this is one round."""
    for number, tool in enumerate(tools):
        (tmp_path / str(number)).mkdir()
        parsed = scan(tool, tmp_path / str(number), {"a.py": FLAW})
        assert [found.rule.id for found in parsed.findings] == ["B605"]


def test_there_is_a_text_for_every_check_it_has(tools: tuple[Tool, ...], tmp_path: Path) -> None:
    done = run_now(
        (*tools[0].program, "--help"), cwd=str(tmp_path), env=clean_environment(str(tmp_path), str(tmp_path))
    )
    listed = dict(re.findall(r"^\s+(B\d{3})\s+(\w+)$", done.stdout.decode(), re.MULTILINE))
    assert len(listed) > 60
    assert {check: bandit_rules.texts()[check].name for check in listed if check in bandit_rules.texts()} == listed
