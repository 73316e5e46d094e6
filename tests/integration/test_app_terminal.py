"""The app on a real terminal: how it begins, and that it always ends in order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.command import Command, compiled_rules
from helpers.repos import make_repo
from helpers.terminal import Ended, known_as, on_terminal

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="whose child a process was is read from /proc"),
]
INTERRUPTED = "walkdown: interrupted; what was scanned so far is kept."


@pytest.fixture
def walkdown(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    command = Command(tmp_path / "home", compiled=compiled_rules(tmp_path_factory))
    known_as(command)
    return command


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Enough for Bandit to be busy with for some seconds, in two children."""
    lines = "\n".join(f"def f{n}(x):\n    return subprocess.call(x, shell=True) + {n}" for n in range(60))
    return make_repo(tmp_path, {f"m{n}.py": f"import subprocess\n{lines}\n# {n}\n" for n in range(120)})


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make_repo(tmp_path, {"app.py": "import subprocess\nsubprocess.call(x, shell=True)\n"}, name="small")


def in_order(ended: Ended) -> None:
    assert ended.left == []
    assert ended.restored
    assert ended.screen_left
    assert "Traceback" not in ended.out
    assert ended.seconds < 6


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        (("type", "q"), 0, ""),
        (("type", "\x03"), 130, INTERRUPTED),
        (("signal", "SIGTERM"), 130, INTERRUPTED),
        (("signal", "SIGHUP"), 130, INTERRUPTED),
    ],
)
def test_leaving_while_it_scans_ends_every_child(
    walkdown: Command, tree: Path, step: tuple[str, str], code: int, words: str
) -> None:
    steps = [("wait", "Begin the walk"), ("child", "bandit.cli.main"), step]
    ended = on_terminal(walkdown, steps, str(tree), "--offline")
    in_order(ended)
    assert (ended.code, ended.last_words) == (code, words)
    assert [path for path in walkdown.temporary.rglob("*") if path.is_file()] == []


def test_leaving_while_it_opens_leaves_nothing_behind(walkdown: Command, tree: Path) -> None:
    ended = on_terminal(walkdown, [("wait", "is being opened"), ("type", "q")], str(tree), "--offline")
    in_order(ended)
    assert (ended.code, ended.last_words) == (0, "")
    assert [path for path in walkdown.temporary.rglob("*") if path.is_file()] == []


def test_what_cannot_be_opened_is_one_clear_line(walkdown: Command, tmp_path: Path) -> None:
    missing = tmp_path / "no[/]pe\x1b[31m"
    ended = on_terminal(walkdown, [], str(missing), "--offline")
    in_order(ended)
    assert ended.code == 2
    assert ended.last_words.startswith("walkdown: ")
    assert "no[/]pe\\x1b[31m" in ended.last_words


@pytest.mark.parametrize(
    ("config", "flags", "words"),
    [
        ('theme = "dracular"\n', (), "There is no theme dracular."),
        ("", ("--theme", "x"), "There is no theme x."),
        ('[keys]\nundoo = "z"\n', (), "[keys] undoo: there is no such action. Did you mean undo"),
        ('[keys]\nundo = "q"\n', (), "[keys]: q would be both undo and quit."),
        ('[keys]\nundo = ["q"]\n', (), "Expected `str`, got `array`"),
    ],
)
def test_a_config_that_cannot_be_followed_is_told_before_any_screen(
    walkdown: Command, small: Path, config: str, flags: tuple[str, ...], words: str
) -> None:
    (walkdown.config / "config.toml").write_text(config)
    ended = on_terminal(walkdown, [], str(small), "--offline", *flags)
    assert ended.code == 2
    assert "\x1b[?1049h" not in ended.out
    assert words in " ".join(ended.out.split())


def test_nobody_is_asked_who_they_are(walkdown: Command, small: Path) -> None:
    (walkdown.folder / ".gitconfig").unlink()
    ended = on_terminal(walkdown, [], str(small), "--offline")
    assert ended.code == 2
    assert '--as "Name <mail>"' in ended.out


def test_without_a_terminal_it_names_the_commands_that_need_none(walkdown: Command, small: Path) -> None:
    said = walkdown(str(small))
    assert said.code == 2
    assert said.error == "walkdown: The app needs a terminal."
    assert "walkdown scan, status, item, finding, gap" in said.err
    assert walkdown.run("sh", "-c", f"TERM=dumb '{sys.executable}' -m walkdown '{small}'").code == 2


def test_the_editor_opens_at_the_line_keeps_its_ctrl_c_and_the_app_comes_back(walkdown: Command, small: Path) -> None:
    editor = walkdown.folder / "vim"
    editor.write_text(
        '#!/bin/sh\ntrap "" INT\necho "editor has: $*"\nprintf "%s\\n" "$@" >"$HOME/opened"\nread -r line\n'
    )
    editor.chmod(0o755)
    steps = [
        ("wait", "Scanned just now"), ("type", "2"), ("wait", "Decision"), ("type", "e"), ("wait", "editor has:"),
        ("signal", "SIGINT"), ("type", "\n"), ("wait", "Decision"),
        ("type", "0"), ("wait", "Scanned just now"), ("type", "q"),
    ]  # fmt: skip
    ended = on_terminal(walkdown, steps, str(small), "--offline", env={"EDITOR": str(editor), "VISUAL": ""})
    in_order(ended)
    assert ended.code == 0
    plus, file = (walkdown.folder / "opened").read_text().splitlines()
    assert (plus[0], file) == ("+", str(small / "app.py"))


FAULT = """
import sys
sys.argv[0] = "walkdown"
from walkdown.tui.app import WalkdownApp
def action_undo(self):
    password = "Zq7-horse-staple-battery"
    raise ValueError(f"cannot use {password}, nor {password!r} of {sys.path}")
WalkdownApp.action_undo = action_undo
from walkdown.cli.main import main
main()
"""


def test_a_fault_ends_in_a_few_calm_words_and_a_report_without_secrets(walkdown: Command, small: Path) -> None:
    steps = [("wait", "Begin the walk"), ("type", "u")]
    ended = on_terminal(walkdown, steps, argv=[sys.executable, "-c", FAULT, str(small), "--offline"])
    in_order(ended)
    assert ended.code == 2
    assert ended.last_words.startswith("walkdown: a fault of ours: ValueError")
    [report] = (walkdown.state / "reports").iterdir()
    assert report.name in ended.last_words
    assert "Zq7" not in ended.out
    assert report.stat().st_mode & 0o077 == 0
    text = report.read_text()
    assert "ValueError" in text
    assert "in action_undo" in text
    assert str(walkdown.folder) not in text
