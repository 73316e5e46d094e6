"""The cache: what was put comes back, what is broken never does, and no fault of its stops a scan."""

from __future__ import annotations

import resource
import sqlite3
import sys
from pathlib import Path

import pytest

from walkdown.cache import Cache


def test_what_was_put_comes_back_after_a_restart(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({bytes([n % 256, n // 256]): f"value {n}".encode() for n in range(2000)})
    cache.close()
    again = Cache(tmp_path)
    keys = [bytes([n % 256, n // 256]) for n in range(2500)]
    found = again.get(keys)
    assert len(found) == 2000
    assert found[keys[1999]] == b"value 1999"
    assert again.notes == []
    again.close()


def test_a_value_that_changed_on_disk_is_no_value(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({b"a": b"first", b"b": b"second"})
    cache.close()
    with sqlite3.connect(tmp_path / "results.sqlite") as db:
        value = bytearray(db.execute("SELECT value FROM entries WHERE key = ?", (b"a",)).fetchone()[0])
        value[-1] ^= 1
        db.execute("UPDATE entries SET value = ? WHERE key = ?", (bytes(value), b"a"))
    db.close()
    again = Cache(tmp_path)
    assert again.get([b"a", b"b"]) == {b"b": b"second"}
    again.close()


@pytest.mark.parametrize("damage", [b"no database at all" * 500, None])
def test_a_damaged_cache_is_dropped_said_once_and_built_anew(tmp_path: Path, damage: bytes | None) -> None:
    cache = Cache(tmp_path)
    cache.put({bytes([n]): b"x" * 5000 for n in range(200)})
    cache.close()
    path = tmp_path / "results.sqlite"
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:8192] + b"\xff" * (len(whole) - 8192))
    again = Cache(tmp_path)
    again.get([bytes([n]) for n in range(200)])
    again.put({b"k": b"v"})
    again.close()
    assert len(again.notes) == 1, again.notes
    last = Cache(tmp_path)
    last.put({b"k": b"v"})
    assert last.get([b"k"]) == {b"k": b"v"}
    assert last.notes == []
    last.close()


def test_a_folder_that_cannot_be_made_costs_only_a_note(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put({b"a": b"1"})
    assert cache.get([b"a"]) == {}
    assert len(cache.notes) == 1
    assert "goes on without it" in cache.notes[0]
    cache.close()


def test_two_processes_may_share_it(tmp_path: Path) -> None:
    one, other = Cache(tmp_path), Cache(tmp_path)
    one.put({b"a": b"1"})
    other.put({b"b": b"2"})
    assert one.get([b"a", b"b"]) == other.get([b"a", b"b"]) == {b"a": b"1", b"b": b"2"}
    one.close()
    other.close()


def test_it_is_trimmed_by_last_use(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=100_000)
    cache.put({bytes([n]): b"x" * 10_000 for n in range(30)})
    with sqlite3.connect(tmp_path / "results.sqlite") as db:
        db.execute("UPDATE entries SET used = 1")
    db.close()
    cache.touch([bytes([n]) for n in range(20, 30)])
    cache.close()
    again = Cache(tmp_path)
    left = again.get([bytes([n]) for n in range(30)])
    assert len(left) == 20
    assert {bytes([n]) for n in range(20, 30)} <= set(left)
    again.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on file size stands in for a full disk")
def test_a_full_disk_costs_only_a_note(tmp_path: Path) -> None:
    import signal

    cache = Cache(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        cache.put({bytes([n]): b"x" * 20_000 for n in range(50)})
        assert cache.get([b"\x00"]) == {}
        cache.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert len(cache.notes) == 1
    assert "goes on without it" in cache.notes[0]
