"""The one writer to the target: whole files, only over what the person saw, never through a link or out of the tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from walkdown.errors import TargetError
from walkdown.fixes import apply
from walkdown.fixes.apply import read_file, replace_file


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


def test_a_new_file(tmp_path: Path) -> None:
    replace_file(str(tmp_path), "AGENTS.md", None, b"new\n")
    assert (tmp_path / "AGENTS.md").read_bytes() == b"new\n"
    assert left(tmp_path) == ["AGENTS.md"]


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    place = tmp_path / "docs" / "AGENTS.md"
    place.parent.mkdir()
    place.write_bytes(b"old\r\n")
    place.chmod(0o664)
    replace_file(str(tmp_path), "docs/AGENTS.md", b"old\r\n", b"new\r\n")
    assert place.read_bytes() == b"new\r\n"
    assert place.stat().st_mode & 0o7777 == 0o664
    assert left(tmp_path) == ["AGENTS.md"]


@pytest.mark.parametrize("seen", [None, b"", b"other"])
def test_what_is_no_longer_what_was_seen_stays(tmp_path: Path, seen: bytes | None) -> None:
    (tmp_path / "AGENTS.md").write_bytes(b"theirs")
    with pytest.raises(TargetError, match="changed meanwhile"):
        replace_file(str(tmp_path), "AGENTS.md", seen, b"mine")
    assert (tmp_path / "AGENTS.md").read_bytes() == b"theirs"
    assert left(tmp_path) == ["AGENTS.md"]


def test_what_went_away_does_not_come_back(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="changed meanwhile"):
        replace_file(str(tmp_path), "AGENTS.md", b"seen", b"mine")
    assert left(tmp_path) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_change_at_the_last_moment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    place = tmp_path / "AGENTS.md"
    if there:
        place.write_bytes(b"seen")
    write = apply._write

    def write_and_be_overtaken(*given: object, **more: object) -> None:
        write(*given, **more)  # type: ignore[arg-type]
        place.write_bytes(b"theirs")

    monkeypatch.setattr(apply, "_write", write_and_be_overtaken)
    with pytest.raises(TargetError, match="meanwhile"):
        replace_file(str(tmp_path), "AGENTS.md", b"seen" if there else None, b"mine")
    assert place.read_bytes() == b"theirs"
    assert left(tmp_path) == ["AGENTS.md"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    outside.mkdir()
    tree.mkdir()
    (outside / "AGENTS.md").write_bytes(b"theirs")
    (tree / "AGENTS.md").symlink_to(outside / "AGENTS.md")
    (tree / "docs").symlink_to(outside)
    (tree / "dangling.md").symlink_to(outside / "new.md")
    for name, old in (("AGENTS.md", b"theirs"), ("docs/AGENTS.md", b"theirs"), ("dangling.md", None)):
        with pytest.raises(TargetError):
            replace_file(str(tree), name, old, b"mine")
        with pytest.raises(TargetError):
            read_file(str(tree), name)
    assert (outside / "AGENTS.md").read_bytes() == b"theirs"
    assert left(outside) == ["AGENTS.md"]


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./x", "x/", "a\0b", ".git/config", "sub/.GIT/hooks/pre-commit",
     ".walkdown/signoffs/2026-11-20-abcdef123456.json"],
)  # fmt: skip
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "tree" / "a").mkdir()
    with pytest.raises(TargetError):
        replace_file(str(tmp_path / "tree"), name, None, b"mine")
    assert left(tmp_path) == []


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, make: object) -> None:
    make(tmp_path / "AGENTS.md")  # type: ignore[operator]
    with pytest.raises(TargetError):
        read_file(str(tmp_path), "AGENTS.md")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="cannot be written"):
        replace_file(str(tmp_path), "docs/AGENTS.md", None, b"mine")


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "MOST", 10)
    (tmp_path / "AGENTS.md").write_bytes(b"x" * 11)
    with pytest.raises(TargetError, match="holds more than"):
        read_file(str(tmp_path), "AGENTS.md")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "AGENTS.md").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetError, match="no space left"):
        replace_file(str(tmp_path), "AGENTS.md", b"old", b"new")
    assert (tmp_path / "AGENTS.md").read_bytes() == b"old"
    assert left(tmp_path) == ["AGENTS.md"]
