"""Starting stays cheap: nothing of the screen or of the scanners is imported by a command that needs none of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.command import Command, compiled_rules
from helpers.repos import make_repo

# Runs the command in this very process, then says on standard error which modules that took.
SPY = """
import sys
sys.argv[0] = "walkdown"
from walkdown.cli.main import main
code = 0
try:
    main()
except SystemExit as end:
    code = end.code
sys.stdout.flush()
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""
HEAVY = {"textual", "rich", "semgrep", "bandit", "pip_audit", "stevedore", "requests"}


@pytest.fixture
def walkdown(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    return Command(tmp_path / "home", compiled=compiled_rules(tmp_path_factory))


def modules(walkdown: Command, *arguments: str, code: int = 0) -> set[str]:
    said = walkdown.run(sys.executable, "-c", SPY, *arguments)
    assert said.code == code, said.err
    return set(said.err.split())


def test_help_needs_click_alone(walkdown: Command) -> None:
    loaded = modules(walkdown, "--help")
    assert "click" in loaded
    assert not loaded & (HEAVY | {"msgspec", "sqlite3", "asyncio", "git", "tree_sitter", "platformdirs"})


def test_importing_the_command_brings_nothing_else_of_walkdown(walkdown: Command) -> None:
    code = "import sys, walkdown.cli.main; print(*sorted(name for name in sys.modules if name.startswith('walkdown')))"
    said = walkdown.run(sys.executable, "-c", code)
    assert said.out.split() == [
        "walkdown", "walkdown.cli", "walkdown.cli.commands", "walkdown.cli.commands.carry",
        "walkdown.cli.commands.data", "walkdown.cli.commands.doors", "walkdown.cli.commands.gate",
        "walkdown.cli.commands.house", "walkdown.cli.commands.look",
        "walkdown.cli.commands.tell", "walkdown.cli.commands.walk",
        "walkdown.cli.exits", "walkdown.cli.main", "walkdown.cli.root", "walkdown.errors",
    ]  # fmt: skip


@pytest.mark.tool
@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown"])
def test_a_complete_scan_imports_no_screen_and_no_scanner(walkdown: Command, tmp_path: Path, form: str) -> None:
    tree = make_repo(tmp_path, {"app.py": "import subprocess\nsubprocess.call(x, shell=True)\n"})
    flags = () if form == "json" else ("--only", "bandit", "--only", "semgrep")
    loaded = modules(walkdown, "scan", str(tree), "--offline", "--format", form, *flags, code=1)
    assert "msgspec" in loaded
    assert not loaded & HEAVY


@pytest.mark.tool
@pytest.mark.parametrize("command", [("status",), ("item", "list"), ("finding", "list"), ("gap", "list"), ("undo",)])
def test_the_twins_of_the_screen_import_no_screen(walkdown: Command, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Through a pipe and as JSON they need neither Textual nor Rich, also where they have to scan first."""
    tree = make_repo(tmp_path, {"app.py": "x = 1\n"})
    flags = ("--as", "Ada") if command == ("undo",) else ("--offline", "--format", "json")
    said = walkdown.run(sys.executable, "-c", SPY, *command, str(tree), *flags)
    loaded = set(said.err.splitlines()[-1].split())
    assert "msgspec" in loaded, said.err
    assert not loaded & HEAVY


def test_the_app_is_imported_only_where_it_can_be_shown(walkdown: Command, tmp_path: Path) -> None:
    assert not modules(walkdown, str(tmp_path), code=2) & HEAVY
