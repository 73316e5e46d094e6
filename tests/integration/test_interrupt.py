"""Ctrl-C, TERM and a hang-up, sent to the real command while scanners run: it ends soon, with all its children."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from helpers.command import Command
from helpers.repos import make_repo

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="whose child a process was is read from /proc"),
]

# Starts the command, waits until a process of the wanted kind runs in our world, signals the command alone (as `kill`
# does; a terminal would also signal children that share its group), and says what happened and who is left.
DRIVER = """
import json, os, signal, subprocess, sys, time
mark, wanted, number = sys.argv[1].encode(), sys.argv[2].encode(), getattr(signal, sys.argv[3])

def ours():
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                world = open(f"/proc/{entry}/environ", "rb").read() + open(f"/proc/{entry}/cmdline", "rb").read()
            except OSError:
                continue
            if mark in world:
                found[int(entry)] = world.replace(b"\\0", b" ")
    return found

child = subprocess.Popen(sys.argv[4:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
deadline = time.monotonic() + 30
while not any(wanted in world for pid, world in ours().items() if pid != child.pid):
    if child.poll() is not None or time.monotonic() > deadline:
        sys.exit(f"{wanted!r} never ran: {child.poll()} {child.communicate()}")
    time.sleep(0.01)
began = time.monotonic()
child.send_signal(number)
out, err = child.communicate(timeout=20)
took = time.monotonic() - began
while ours() and time.monotonic() < began + took + 0.3:
    time.sleep(0.02)
left = [repr(world[-200:]) for world in ours().values()]
print(json.dumps([child.returncode, took, out.decode(), err.decode(), left]))
"""
GRANDCHILD = "trap '' TERM; echo walkdown-grandchild >/dev/null; sleep 600"


class Ended(msgspec.Struct, array_like=True):
    code: int
    seconds: float
    out: str
    err: str
    left: list[str]


def test_what_was_started_to_outlive_its_terminal_does(walkdown: Command, tree: Path) -> None:
    """nohup has a hang-up ignored; so the scan goes on."""
    script = f"trap '' HUP; '{sys.executable}' -m walkdown scan '{tree}' --only bandit & kill -HUP $!; wait $!"
    assert walkdown.run("/bin/bash", "-c", script).code == 1


@pytest.fixture
def walkdown(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Enough for Bandit to be busy with for some seconds, in two children."""
    lines = "\n".join(f"def f{n}(x):\n    return subprocess.call(x, shell=True) + {n}" for n in range(60))
    return make_repo(tmp_path, {f"m{n}.py": f"import subprocess\n{lines}\n# {n}\n" for n in range(120)})


def interrupt(walkdown: Command, tree: Path, signal: str, wanted: str, *flags: str) -> Ended:
    command = (sys.executable, "-m", "walkdown", "scan", str(tree), *flags)
    said = walkdown.run(sys.executable, "-c", DRIVER, str(walkdown.folder), wanted, signal, *command)
    assert said.code == 0, said.err
    return msgspec.json.decode(said.out, type=Ended)


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_within_two_seconds_with_everyone_it_started(walkdown: Command, tree: Path, signal: str) -> None:
    ended = interrupt(walkdown, tree, signal, "bandit.cli.main", "--only", "bandit")
    assert (ended.code, ended.out) == (130, "")
    assert ended.err == "walkdown: interrupted; what was scanned so far is kept.\n"
    assert ended.left == []
    assert ended.seconds < 2.5  # the 2 s we promise, and some for a busy machine
    assert [path for path in walkdown.temporary.rglob("*") if path.is_file()] == []


def test_grandchildren_that_will_not_stop_are_stopped(walkdown: Command, tree: Path) -> None:
    config = f'[[scanners]]\nname = "stubborn"\ncommand = ["/bin/sh", "-c", "({GRANDCHILD}) & wait"]\n'
    (walkdown.config / "config.toml").write_text(config)
    ended = interrupt(walkdown, tree, "SIGINT", "sleep 600", "--only", "stubborn", "--only", "bandit")
    assert (ended.code, ended.left) == (130, [])
    assert ended.seconds < 2.5


def test_the_cache_is_sound_afterwards_and_what_was_done_is_kept(walkdown: Command, tree: Path) -> None:
    config = '[[scanners]]\nname = "slow"\ncommand = ["/bin/sleep", "600"]\n'
    (walkdown.config / "config.toml").write_text(config)
    interrupt(walkdown, tree, "SIGINT", "bandit.cli.main", "--only", "bandit", "--only", "slow")
    again = walkdown("scan", str(tree), "--only", "bandit", "--format", "json")
    assert again.code == 1
    assert [note for note in again.scan.target.notes if "cache" in note] == []
    assert again.scan.outcomes[0].coverage.files == 120
    assert len([one for one in again.scan.findings if one.severity.value == "high"]) == 120 * 60


def test_a_thread_that_cannot_be_told_to_stop_holds_nobody_up(walkdown: Command, tree: Path) -> None:
    """A tool that hangs when asked for its version: the asking is done in a thread."""
    binaries = walkdown.folder / "bin"
    binaries.mkdir()
    slow = binaries / "kingfisher"
    slow.write_text("#!/bin/sh\nsleep 600\n")
    slow.chmod(0o755)
    hide = "from walkdown.scanners import programs; programs._own_folders = lambda: ()"
    code = f"{hide}; from walkdown.cli.main import main; import sys; sys.argv[0] = 'walkdown'; main()"
    path = f"{binaries}:{walkdown.env['PATH']}"
    command = (sys.executable, "-c", code, "scan", str(tree), "--only", "kingfisher")
    said = walkdown.run(
        sys.executable, "-c", DRIVER, str(walkdown.folder), "sleep 600", "SIGINT", *command, env={"PATH": path}
    )
    assert said.code == 0, said.err
    ended = msgspec.json.decode(said.out, type=Ended)
    assert (ended.code, ended.left) == (130, [])
    assert ended.seconds < 2.5
