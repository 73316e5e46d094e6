"""New objects into a stranger's object folder: whole, read-only, never over another, never through a link."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from walkdown.record.loose_objects import lay_objects

NAME = "ab" + "c" * 38


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    source, common = tmp_path / "source", tmp_path / "common"
    (source / "ab").mkdir(parents=True)
    (source / "ab" / NAME[2:]).write_bytes(b"object")
    (common / "objects").mkdir(parents=True)
    return source, common


def lie(folders: tuple[Path, Path], *names: str) -> None:
    lay_objects(str(folders[0]), str(folders[1]), names or (NAME,))


def there(common: Path) -> list[str]:
    return sorted(str(path.relative_to(common)) for path in common.rglob("*") if path.is_file())


def test_it_is_laid_whole_and_read_only(folders: tuple[Path, Path]) -> None:
    lie(folders)
    place = folders[1] / "objects" / "ab" / NAME[2:]
    assert (place.read_bytes(), place.stat().st_mode & 0o777) == (b"object", 0o444)
    assert there(folders[1]) == [f"objects/ab/{NAME[2:]}"]


def test_one_that_is_there_stays(folders: tuple[Path, Path]) -> None:
    place = folders[1] / "objects" / "ab" / NAME[2:]
    place.parent.mkdir()
    place.write_bytes(b"theirs")
    lie(folders)
    assert place.read_bytes() == b"theirs"
    assert there(folders[1]) == [f"objects/ab/{NAME[2:]}"]


def test_one_that_was_not_made_anew_is_passed_over(folders: tuple[Path, Path]) -> None:
    lie(folders, "ff" + "0" * 38)
    assert there(folders[1]) == []


@pytest.mark.parametrize("exists", [True, False])
def test_where_the_disk_knows_no_links(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    place = folders[1] / "objects" / "ab" / NAME[2:]
    if exists:
        place.parent.mkdir()
        place.write_bytes(b"theirs")
    lie(folders)
    assert place.read_bytes() == (b"theirs" if exists else b"object")
    assert there(folders[1]) == [f"objects/ab/{NAME[2:]}"]


def test_a_full_disk_leaves_nothing_behind(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        lie(folders)
    assert there(folders[1]) == []


@pytest.mark.parametrize("link", ["objects/ab", "objects"])
def test_a_planted_link_is_not_followed(folders: tuple[Path, Path], tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    place = folders[1] / link
    if place.exists():
        place.rmdir()
    place.symlink_to(outside)
    with pytest.raises(OSError, match=r"."):
        lie(folders)
    assert list(outside.iterdir()) == []
