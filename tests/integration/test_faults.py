"""The real adapters over tools that misbehave: the command never says "fine", names the gap, and keeps the rest.

One tool at a time is replaced by a stand-in; a second, real one runs beside it as a witness. What they find lies under
the threshold, so that only the gap decides about the exit code.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from helpers.command import Command, Said
from helpers.repos import make_repo
from walkdown.record.wire import WireFinding, WireOutcome, WireScan

pytestmark = pytest.mark.tool

FILES = {
    "app.py": 'import requests\n\n\ndef rates():\n    return requests.get("https://bank.example/rates")\n',
    "requirements.txt": "requests==2.19.0\n",
}
TOOLS = {
    "semgrep": (
        "semgrep",
        '{"version": "1", "results": [], "errors": [], "paths": {"scanned": []}, "skipped_rules": []}',
    ),
    "bandit": ("bandit", '{"results": [], "errors": [], "metrics": {}, "generated_at": ""}'),
    "kingfisher": ("kingfisher", '{"findings": []}'),
    "kingfisher-history": ("kingfisher", '{"findings": []}'),
    "pip-audit": ("pip_audit", '{"dependencies": [], "fixes": []}'),
}
# What the stand-in does, and how that is told.
WAYS = {
    "missing": ("", "missing"),
    "crashing": ("kill -SEGV $$", "failed"),
    "failing": ("echo 'no such option' >&2; exit 7", "failed"),
    "hanging": ("sleep 600 & wait", "timed-out"),
    "garbage": ("echo '<html>504</html>'", "failed"),
    "half": ("printf '{\"results\": ['", "failed"),
    "silent": ("exit 0", "failed"),
    "flooding": ("head -c 500000000 /dev/zero", "failed"),
    "lying": ('cat "$0.json"', "ran"),
}
# The command itself, with one program exchanged, and with little patience for that one.
DRIVER = """
import sys
import msgspec
from walkdown.cli.main import main
from walkdown.scan import ground
from walkdown.scanners.programs import Programs

name, stand_in = sys.argv[1:3]
del sys.argv[1:3]
script, module, run = Programs.script, Programs.python_module, ground.run
other = (stand_in or None), ((stand_in,) if stand_in else None)
Programs.script = lambda self, wanted: other[0] if wanted == name else script(self, wanted)
Programs.python_module = lambda self, wanted: other[1] if wanted == name else module(self, wanted)
Programs.other_pythons = lambda self: ()

async def impatient(argv, *, limits, **how):
    if argv[0] == stand_in:
        limits = msgspec.structs.replace(limits, seconds=min(limits.seconds, 1))
    return await run(argv, limits=limits, **how)

ground.run = impatient
main()
"""


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repo(tmp_path_factory.mktemp("faults"), FILES, then=[{"second.txt": "a second commit\n"}])


@pytest.fixture
def walkdown(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")


def scan(walkdown: Command, tree: Path, tool: str, way: str, *flags: str) -> Said:
    program, lie = TOOLS[tool]
    action, _ = WAYS[way]
    stand_in = walkdown.folder / "stand-in"
    stand_in.write_text(f"#!/bin/sh\n{action}\n")
    stand_in.chmod(0o755)
    Path(f"{stand_in}.json").write_text(lie)
    only = ("--only", tool, "--only", witness(tool), "--no-cache", *flags)
    path = str(stand_in) if action else ""
    return walkdown.run(sys.executable, "-c", DRIVER, program, path, "scan", str(tree), *only)


def witness(tool: str) -> str:
    return "semgrep" if tool == "bandit" else "bandit"


def outcome(scan: WireScan, tool: str) -> WireOutcome:
    [found] = [one for one in scan.outcomes if one.scanner == tool]
    return found


def seen(scan: WireScan) -> list[WireFinding]:
    return [one for one in scan.findings if (one.path, one.line, one.hazard) == ("app.py", 5, "error.no-timeout")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_broken_tool_is_never_fine_and_costs_the_others_nothing(
    walkdown: Command, tree: Path, tool: str, way: str
) -> None:
    said = scan(walkdown, tree, tool, way, "--format", "json")
    assert (said.code, said.err) == (3, "")
    assert not said.scan.complete
    broken = outcome(said.scan, tool)
    assert broken.state == WAYS[way][1], broken
    assert not broken.complete
    assert broken.detail or broken.coverage.skipped, "it says why"
    assert broken.coverage.files == 0
    other = outcome(said.scan, witness(tool))
    assert (other.state, other.complete, other.coverage.files) == ("ran", True, other.coverage.asked)
    assert [one.sources[0].tool for one in seen(said.scan)] == [witness(tool)]


@pytest.mark.parametrize("way", ["missing", "silent", "lying"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_person_reads_it_too(walkdown: Command, tree: Path, tool: str, way: str) -> None:
    said = scan(walkdown, tree, tool, way)
    assert said.code == 3
    looked, _, not_looked = said.out.partition("Looked with")[2].partition("Not looked at")
    line = next(line for line in looked.splitlines() if line.split()[:1] == [tool])
    assert {"missing": "missing", "silent": "failed", "lying": "partial"}[way] in line
    assert way == "missing" or "gap" in not_looked
    assert "Incomplete: what was not looked at cannot be called fine." in said.out
    assert re.search(r"^1 medium · [1-9] gaps?$", said.out, re.MULTILINE), "the witness's finding, and the gap"


def test_allowing_it_is_the_persons_word(walkdown: Command, tree: Path) -> None:
    assert scan(walkdown, tree, "semgrep", "missing", "--allow-incomplete").code == 0
