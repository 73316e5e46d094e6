"""The last scan comes back as it was, and a file that is none of ours is as good as none."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec

from helpers.mapped import door, guard
from helpers.results import RESULT
from walkdown.model import Looks, ScanResult, TopicDigest, Topics
from walkdown.review import last


def told(result: ScanResult) -> ScanResult:
    """As a target gives it: its paths are in printable form, so no half characters are in them."""
    return cast("ScanResult", _whole(result))


def _whole(thing: object) -> object:
    if isinstance(thing, str):
        return thing.replace("\udcff", "\\xff")
    if isinstance(thing, tuple):
        return tuple(map(_whole, thing))
    if isinstance(thing, msgspec.Struct):
        return type(thing)(*(_whole(getattr(thing, name)) for name in thing.__struct_fields__))
    return thing


def test_a_result_with_one_of_everything_comes_back_equal(tmp_path: Path) -> None:
    made = msgspec.structs.replace(
        told(RESULT),
        looks=(Looks("semgrep", ("input.sql-built", "input.xss")),),
        topics=Topics("rules", (TopicDigest("entrance", "cafe", 3),)),
        unread={"old.py": "cafe"},
        doors=(door("D-1", guard()),),
        guard_files={"auth.ts": "cafe"},
    )
    bare = [name for name in made.__struct_fields__ if getattr(made, name) in ((), "", {}, Topics())]
    assert bare == [], "a field that is empty here could be lost without a word"
    assert last.save(tmp_path / "new", made, "asked") == ""
    kept = last.load(tmp_path / "new")
    assert kept is not None
    assert (kept.result, kept.asked) == (made, "asked")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["last.msgpack"], "nothing lies around"


def test_what_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    assert last.load(tmp_path) is None
    last.save(tmp_path, told(RESULT), "")
    file = tmp_path / "last.msgpack"
    whole = file.read_bytes()
    for broken in (b"", b"garbage", whole[: len(whole) // 2], whole.replace(b"shape\x05", b"shape\x09")):
        assert broken != whole
        file.write_bytes(broken)
        assert last.load(tmp_path) is None


def test_half_characters_are_told_rather_than_thrown(tmp_path: Path) -> None:
    assert "could not be kept" in last.save(tmp_path, RESULT, "")
    assert last.load(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_told_and_breaks_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "could not be kept" in last.save(tmp_path / "file", told(RESULT), "")
