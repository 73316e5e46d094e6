"""The app on a real terminal, opened on a hostile repository: it gets Textual's own sequences and plain text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.command import Command, compiled_rules
from helpers.hostile import PIECES, dressed, unknown_bytes
from helpers.repos import git, make_repo
from helpers.terminal import known_as, on_terminal

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="whose child a process was is read from /proc"),
]
FLAW = "import subprocess\nsubprocess.call(x, shell=True)  # {}\n"


def hostile_repo(parent: Path) -> Path:
    """Names and code of every piece, in a folder whose name would set the terminal's title."""
    folder = make_repo(parent, {"a.py": "x = 1\n"}, name="shop\x1b]0;owned\x07\u202e")
    for number, piece in enumerate(PIECES.values()):
        text = piece.replace("\0", "")
        (folder / f"{number:02}{text.replace('/', '-')[:50]}.py").write_text(FLAW.format(dressed(text)), "utf-8")
    (folder / os.fsdecode(b"raw\x9b31m\xff.py")).write_bytes(b"import os\nos.system(x)  # \xff\x9b2J\n")
    (folder / "broken\x1b[2J.py").write_text("def (\x1b[2J\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "work")
    return folder


def test_a_hostile_repository_sends_the_terminal_nothing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    walkdown = Command(tmp_path / "home", compiled=compiled_rules(tmp_path_factory))
    known_as(walkdown, "Ada [@click=app.quit]")
    tree = hostile_repo(tmp_path)
    hostile_note = dressed(PIECES["c1"])
    steps = [
        ("wait", "r looks again"), ("type", "2"), ("wait", "undecided"),
        *[("type", "j")] * 12, ("type", "\r"), ("type", "\t"), ("type", "gg"), ("wait", "by hazard"),
        ("type", "/"), ("type", f"\x1b[200~{hostile_note}\x1b[201~"), ("wait", "x9b31m"), ("type", "\r"),
        ("type", "3"), ("wait", "Means"), ("type", "jjj"), ("type", "4"), ("wait", "What the record will say"),
        ("type", "1"), ("wait", "Decision"), ("type", "m"), ("wait", "Note:"),
        ("type", f"\x1b[200~{hostile_note}\x1b[201~"), ("wait", "x9b31m"), ("type", "\r"), ("wait", "Written down"),
        ("type", "q"),
    ]  # fmt: skip
    ended = on_terminal(walkdown, steps, str(tree), "--offline")
    assert (ended.code, ended.left) == (0, []), ascii(ended.out[:60])
    assert "\ufffd" not in ended.out
    assert unknown_bytes(ended.out, breaks="\r\n") == ""
