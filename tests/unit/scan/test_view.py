"""Our copies: named so that nobody can misread them, holding what was hashed, and gone afterwards."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkdown.errors import TargetError
from walkdown.model import SkipKind, SourceFile
from walkdown.scan.view import Scratch, is_plain, scratch


@pytest.fixture
def room(tmp_path: Path) -> Scratch:
    (tmp_path / "room").mkdir()
    return Scratch(tmp_path / "room")


def source(path: str, content: str = "") -> SourceFile:
    return SourceFile(path, content or f"id of {path!r}", 1)


ODD = ["-rf.py", "a\nb.py", "\x1b[31m.py", "a/../b.py", "/etc/x.py", "a\\b.py", "x" * 300 + ".py", ".git/config"]


@pytest.mark.parametrize("path", [*ODD, "\u202ea.py", "Makefile" * 40])
def test_odd_names_become_plain_ones(room: Scratch, path: str) -> None:
    folder = room.folder("test")
    [file], lost = room.view(folder, [source(path)], lambda _: b"text", lambda name: name)
    assert lost == []
    assert file.path == path
    assert file.name.startswith("_odd/")
    assert (folder / file.name).read_bytes() == b"text"
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / file.name]


@given(st.text(min_size=1, max_size=80))
def test_a_plain_name_stays_below_its_folder_and_prints_on_one_line(name: str) -> None:
    if is_plain(name):
        assert os.path.normpath(f"/view/{name}").startswith("/view/")
        assert name.isprintable()
        assert not name.startswith("-")


def test_names_that_meet_are_told_apart(room: Scratch) -> None:
    folder = room.folder("test")
    files = [source("A.py"), source("a.py"), source("b.py")]
    shown, _ = room.view(folder, files, lambda path: path.encode(), lambda name: "same.txt" if name == "b.py" else name)
    assert [(folder / file.name).read_bytes() for file in shown] == [b"A.py", b"a.py", b"b.py"]
    assert len({file.name.lower() for file in shown}) == 3


@pytest.mark.parametrize("paths", [("x.pyw", "x.pyw.py/a.py"), ("x.pyw.py/a.py", "x.pyw")])
def test_a_copy_called_as_a_folder_of_others_gets_another_name(room: Scratch, paths: tuple[str, str]) -> None:
    folder = room.folder("test")
    files = [source(path) for path in paths]
    shown, lost = room.view(
        folder, files, lambda path: path.encode(), lambda path: path + ".py" if path == "x.pyw" else path
    )
    assert lost == []
    assert [file.path for file in shown] == list(paths)
    assert [(folder / file.name).read_bytes().decode() for file in shown] == list(paths)


def test_a_file_called_as_the_folder_of_odd_names_is_in_nobodys_way(room: Scratch) -> None:
    folder = room.folder("test")
    shown, lost = room.view(folder, [source("_odd"), source("-x.py")], lambda path: path.encode(), lambda path: path)
    assert lost == []
    assert [(folder / file.name).read_bytes() for file in shown] == [b"_odd", b"-x.py"]


def test_a_file_that_cannot_be_copied_is_a_gap_that_names_no_path_of_ours(
    room: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        if target.suffix == ".ts":
            target.write_bytes(b"hal")
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        target.write_bytes(source.read_bytes())

    def no_links(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted", str(target))

    monkeypatch.setattr("walkdown.scan.view.os.link", no_links)
    monkeypatch.setattr("walkdown.scan.view.shutil.copyfile", full)
    folder = room.folder("test")
    shown, lost = room.view(folder, [source("a.ts"), source("b.py")], lambda _: b"text", lambda name: name)
    assert [file.path for file in shown] == ["b.py"]
    assert [(skip.path, skip.kind, skip.code) for skip in lost] == [("a.ts", SkipKind.GAP, "unreadable")]
    assert str(room.root) not in lost[0].reason
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / "b.py"]


def test_a_file_that_is_gone_is_a_gap_and_the_rest_is_there(room: Scratch) -> None:
    def read(path: str) -> bytes:
        if path == "gone.py":
            raise TargetError("gone.py can no longer be read.", "Scan again.")
        return b"x"

    shown, lost = room.view(room.folder("test"), [source("gone.py"), source("here.py")], read, lambda name: name)
    assert [file.path for file in shown] == ["here.py"]
    assert [(skip.path, skip.kind, skip.code) for skip in lost] == [("gone.py", SkipKind.GAP, "unreadable")]


KILLED = """
import os, signal
from walkdown.scan.view import scratch
with scratch() as room:
    (room.root / "secret.py").write_text("code")
    print(room.root, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_scan_leaves_the_next_one_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", KILLED], env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    left = Path(ended.stdout.strip())
    assert (left / "secret.py").exists()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as alive, scratch():
        assert not left.exists()
        assert alive.root.exists(), "a scan that still runs is left alone"
        assert alive.root.stat().st_mode & 0o077 == 0
    assert not alive.root.exists()


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file system in memory, or what is taken for one here."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == folder)
    return folder


def test_copies_go_into_memory_where_there_is_plenty_and_are_gone_afterwards(memory: Path) -> None:
    with scratch(10, memory) as room:
        view = room.for_copies("test")
        [file], _ = room.view(view, [source("a.py")], lambda _: b"text", lambda name: name)
        assert view.is_relative_to(memory)
        assert (view / file.name).read_bytes() == b"text"
        assert not room.folder("work").is_relative_to(memory)
        assert {path.stat().st_mode & 0o777 for path in memory.iterdir()} == {0o700}
    assert [path for path in memory.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("needed", [300_000_000, 10**15])
def test_too_much_stays_on_disk(memory: Path, needed: int) -> None:
    with scratch(needed, memory) as room:
        assert not room.for_copies("test").is_relative_to(memory)
    assert list(memory.iterdir()) == []


def test_a_place_that_a_person_named_is_kept_to(memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with scratch(10, memory) as room:
        assert not room.for_copies("test").is_relative_to(memory)


def test_what_a_killed_scan_left_in_memory_goes_also_when_this_one_stays_on_disk(memory: Path) -> None:
    left = memory / f"walkdown-{os.getuid()}" / "scan-killed"
    (left / "pool").mkdir(parents=True)
    (left / ".lock").touch()
    with scratch(10**15, memory):
        assert not left.exists()


def test_a_plain_folder_is_no_memory(memory: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with scratch(10, tmp_path / "other") as room:
        assert not room.for_copies("test").is_relative_to(tmp_path / "other")
