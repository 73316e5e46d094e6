"""Children: their limits hold, their families end with them, and their world holds nothing of ours."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from walkdown.errors import ChildTimedOutError, ChildTooLoudError, ProcessError
from walkdown.process import Limits, clean_environment, run, run_now

PYTHON = sys.executable


def environment(folder: Path) -> dict[str, str]:
    return clean_environment(str(folder), str(folder))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").is_dir() else True


# A grandchild that ignores TERM, and tells its number before it sleeps.
STUBBORN = """
import subprocess, sys
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
child.stdout.readline()
open("pid", "w").write(str(child.pid))
child.wait()
"""


async def grandchild(folder: Path) -> int:
    for _ in range(500):
        if (folder / "pid").exists() and (folder / "pid").read_text():
            return int((folder / "pid").read_text())
        await asyncio.sleep(0.02)
    raise AssertionError("the grandchild never started")


def test_both_pipes_are_drained_while_the_child_writes(tmp_path: Path) -> None:
    code = (
        "import sys\nfor _ in range(2000):\n  sys.stderr.write('e' * 1000); sys.stdout.write('o' * 1000)\nsys.exit(3)"
    )
    ended = run_now([PYTHON, "-c", code], cwd=str(tmp_path), env=environment(tmp_path))
    assert (ended.code, len(ended.stdout), len(ended.stderr)) == (3, 2_000_000, 2_000_000)


def test_a_child_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ChildTimedOutError, match="gave no answer"):
        run_now([PYTHON, "-c", "import time; time.sleep(60)"], cwd=str(tmp_path), env=environment(tmp_path),
                limits=Limits(seconds=0.3))  # fmt: skip
    assert time.monotonic() - began < 10


def test_a_child_that_prints_too_much_is_stopped(tmp_path: Path) -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with pytest.raises(ChildTooLoudError, match="printed more than 1 MB"):
        run_now([PYTHON, "-c", code], cwd=str(tmp_path), env=environment(tmp_path),
                limits=Limits(stdout_bytes=1024 * 1024))  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of another process")
def test_a_child_that_takes_too_much_memory_fails_and_we_do_not(tmp_path: Path) -> None:
    code = "import sys; sys.stdin.read(); bytearray(2_000_000_000)"
    ended = run_now([PYTHON, "-c", code], cwd=str(tmp_path), env=environment(tmp_path),
                    limits=Limits(memory_bytes=400 * 1024 * 1024), stdin=b"go" * 100_000)  # fmt: skip
    assert ended.code == 1
    assert b"MemoryError" in ended.stderr


async def test_cancelling_ends_the_whole_family_within_two_seconds(tmp_path: Path) -> None:
    task = asyncio.create_task(run([PYTHON, "-c", STUBBORN], cwd=str(tmp_path), env=environment(tmp_path)))
    pid = await grandchild(tmp_path)
    assert alive(pid)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 2
    assert not alive(pid)


async def test_a_grandchild_left_behind_by_a_clean_end_is_ended_too(tmp_path: Path) -> None:
    code = STUBBORN.replace("child.wait()", "")
    ended = await run([PYTHON, "-c", code], cwd=str(tmp_path), env=environment(tmp_path))
    assert ended.code == 0
    assert not alive(int((tmp_path / "pid").read_text()))


def test_the_environment_holds_no_secret_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "from-the-user")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    quiet = run_now(["/usr/bin/env"], cwd=str(tmp_path), env=environment(tmp_path)).stdout.decode()
    for name in ("GITHUB_TOKEN", "HTTPS_PROXY", "PYTHONPATH"):
        assert name not in quiet
    online = clean_environment(str(tmp_path), str(tmp_path), network=True)
    assert online["HTTPS_PROXY"] == "http://proxy.example:1"


def test_a_program_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="could not be started: No such file"):
        run_now([str(tmp_path / "nothing")], cwd=str(tmp_path), env=environment(tmp_path))
