"""The store: what went in is found, what is broken never answers, and nothing but a sound one takes its place."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import resource
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.osv_files import DAY, NOW, imported, many, osv, packed
from walkdown.advisories import build
from walkdown.advisories.build import Origin, building
from walkdown.advisories.osv import Advisory, decode
from walkdown.advisories.store import About, Store, freshness, store_path
from walkdown.errors import AdvisoryError
from walkdown.process import run_now
from walkdown.settings import Folders


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store_path(Folders(config=tmp_path / "c", cache=tmp_path / "k", state=tmp_path / "state"))


def fill(path: Path, advisories: list[dict[str, object]], *, force: bool = False, as_of: str = DAY) -> About:
    with building(path) as builder:
        for one in advisories:
            builder.add(decode(json.dumps(one).encode()))
        origins = {ecosystem: Origin(as_of, "test") for ecosystem in builder.counts()}
        return builder.finish(origins, force=force, now=NOW)


def ids(advisories: tuple[Advisory, ...]) -> list[str]:
    return [one.id for one in advisories]


def files(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def test_what_went_in_is_found_under_each_of_its_packages(path: Path) -> None:
    shared = osv("two_names", 7)
    shared["affected"].append({"package": {"ecosystem": "npm", "name": "@a/B"}, "versions": ["1.0.0"]})
    fill(path, [osv("Flask", 2), osv("flask", 1), shared, osv("gone", 3, withdrawn=DAY)])
    with Store.open(path) as store:
        store.check()
        assert ids(store.affecting("PyPI", "FLASK")) == ["TEST-2026-1", "TEST-2026-2"]
        assert ids(store.affecting("PyPI", "two.names")) == ["TEST-2026-7"]
        assert ids(store.affecting("npm", "@a/B")) == ["TEST-2026-7"]
        assert [one.ecosystem for one in store.affecting("npm", "@a/B")[0].affected] == ["npm"]
        assert store.affecting("npm", "@a/b") == ()
        assert store.affecting("PyPI", "gone") == ()
        assert store.affecting("PyPI", "' OR 1=1 --") == ()
        assert store.about.counts == (("PyPI", 4), ("npm", 1))
        assert store.covers("npm")
        assert not store.covers("Go")


def test_the_digest_is_of_what_is_in_there_and_nothing_else(tmp_path: Path) -> None:
    """Not of the order it came in, nor of when and from where."""
    advisories = many(30)
    first = fill(tmp_path / "a" / "store.sqlite", advisories)
    other = fill(tmp_path / "b" / "store.sqlite", advisories[::-1], as_of="2026-11-18T00:00:00Z")
    changed = fill(tmp_path / "c" / "store.sqlite", [{**advisories[0], "aliases": ["CVE-1"]}, *advisories[1:]])
    later = fill(tmp_path / "d" / "store.sqlite", [{**advisories[0], "modified": NOW.isoformat()}, *advisories[1:]])
    assert first.digest == other.digest
    assert len({first.digest, changed.digest, later.digest}) == 3
    with Store.open(tmp_path / "a" / "store.sqlite") as store:
        lines = b"".join(line + b"\n" for line in store.lines("PyPI"))
    assert first.parts[0].digest == hashlib.sha256(lines).hexdigest()


def test_of_two_with_one_id_the_newer_counts_and_its_old_names_are_gone(path: Path) -> None:
    fill(path, [osv("new", 1, modified="2026-05-02T00:00:00Z"), osv("old", 1, modified="2026-05-01T00:00:00Z")])
    with Store.open(path) as store:
        assert ids(store.affecting("PyPI", "new")) == ["TEST-2026-1"]
        assert store.affecting("PyPI", "old") == ()


def test_no_store_is_said_with_the_way_to_get_one(path: Path) -> None:
    with pytest.raises(AdvisoryError, match="no advisory data") as caught:
        Store.open(path)
    assert caught.value.do == "walkdown db update, or walkdown db import FILE"


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def _garbage(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\7" * 9000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _foreign(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE about(said); INSERT INTO about VALUES ('{}')")
    db.close()


def _of_another_version(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 2")
    db.close()


def _none_inside(path: Path) -> None:
    """As a build that lost everything would leave it, were it not refused."""
    db = sqlite3.connect(path)
    db.execute("UPDATE about SET said = replace(CAST(said AS TEXT), '[\"PyPI\",200]', '[\"PyPI\",0]')")
    db.commit()
    db.close()


def _hollow(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DELETE FROM about")
    db.commit()
    db.close()


@pytest.mark.parametrize("harm", [_cut, _garbage, _empty, _foreign, _hollow, _none_inside, _of_another_version])
def test_what_is_broken_does_not_open(path: Path, harm: Callable[[Path], None]) -> None:
    fill(path, many(200))
    harm(path)
    with pytest.raises(AdvisoryError, match=r"damaged|not advisory data|empty") as caught:
        Store.open(path)
    assert "walkdown db" in caught.value.do


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM names WHERE name = 'package-1'",
        "DELETE FROM advisories WHERE n = 5",
        "UPDATE advisories SET line = replace(CAST(line AS TEXT), '1.5', '0.5') WHERE n = 5",
        "UPDATE about SET said = replace(CAST(said AS TEXT), '[[\"PyPI\",10]]', '[[\"PyPI\",11]]')",
    ],
)
def test_a_store_that_was_changed_behind_our_back_does_not_pass_its_check(path: Path, harm: str) -> None:
    fill(path, many(10))
    db = sqlite3.connect(path)
    db.execute(harm)
    db.commit()
    db.close()
    with Store.open(path) as store, pytest.raises(AdvisoryError, match="damaged"):
        store.check()


def test_rot_in_the_middle_is_an_error_of_the_lookup_not_an_empty_answer(path: Path) -> None:
    fill(path, many(400))
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(AdvisoryError, match="damaged"), Store.open(path) as store:
        store.affecting("PyPI", "package-1")


def test_an_open_store_keeps_its_answers_while_a_new_one_takes_its_place(path: Path) -> None:
    fill(path, many(3))
    with Store.open(path) as store:
        fill(path, [*many(3), osv("later", 9)])
        assert store.affecting("PyPI", "later") == ()
        with Store.open(path) as new:
            assert ids(new.affecting("PyPI", "later")) == ["TEST-2026-9"]
    assert files(path) == ["store.lock", "store.sqlite"]


def test_several_threads_may_ask(path: Path) -> None:
    fill(path, many(50))
    wrong: list[int] = []
    with Store.open(path) as store:

        def ask() -> None:
            wrong.extend(n for n in range(1, 51) if ids(store.affecting("PyPI", f"package-{n}")) != [f"TEST-2026-{n}"])

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_the_other_ecosystem_stays_as_it_was(path: Path) -> None:
    before = fill(path, many(5, ecosystem="npm"), as_of="2026-11-01T00:00:00Z")
    after = fill(path, many(5))
    assert after.part("npm") == before.part("npm")
    assert after.counts == (("PyPI", 5), ("npm", 5))
    assert after.as_of == "2026-11-01T00:00:00Z"  # as old as its oldest part
    with Store.open(path) as store:
        assert ids(store.affecting("npm", "package-3")) == ["TEST-2026-3"]


def test_losing_more_than_a_fifth_is_refused(path: Path) -> None:
    before = fill(path, many(100))
    assert fill(path, many(80)).counts == (("PyPI", 80),)
    fill(path, many(100), force=True)
    with pytest.raises(AdvisoryError, match=r"21 of 100 PyPI advisories would be lost. Nothing was changed") as caught:
        fill(path, [*many(79), *many(50, first=1000)])
    assert "--force" in caught.value.do
    withdrawn = [{**one, "withdrawn": DAY} for one in many(100)]
    with pytest.raises(AdvisoryError, match="100 of 100"):
        fill(path, withdrawn)
    with Store.open(path) as store:
        assert store.about.digest == before.digest
    assert fill(path, many(10), force=True).counts == (("PyPI", 10),)


def test_going_back_in_time_is_refused(path: Path) -> None:
    fill(path, many(3))
    with pytest.raises(AdvisoryError, match="of 2026-11-01, older than those here of 2026-11-19"):
        fill(path, many(3), as_of="2026-11-01T00:00:00Z")
    assert fill(path, many(3), as_of="2026-11-01T00:00:00Z", force=True).as_of == "2026-11-01T00:00:00Z"


def test_a_damaged_store_is_replaced_and_that_is_said(path: Path) -> None:
    fill(path, many(200, ecosystem="npm"))
    _cut(path)
    with building(path) as builder:
        builder.add(decode(json.dumps(osv("x")).encode()))
        assert builder.told() == ("The advisory data that was here was damaged and could not be kept.",)
        builder.finish({"PyPI": Origin(DAY, "test")}, force=False, now=NOW)
    with Store.open(path) as store:
        assert store.about.counts == (("PyPI", 1),)
        assert not store.covers("npm")


def test_a_new_store_that_does_not_prove_sound_never_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fill(path, many(5))
    real = build._sync

    def rot(file: Path) -> None:
        real(file)
        if file.name.endswith(".new"):
            os.truncate(file, file.stat().st_size - 4096)

    monkeypatch.setattr(build, "_sync", rot)
    with pytest.raises(AdvisoryError, match="damaged"):
        fill(path, many(300))
    with Store.open(path) as store:
        store.check()
        assert store.about == before
    assert files(path) == ["store.lock", "store.sqlite"]


def test_lookups_are_part_of_the_proof(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store whose names were lost would answer "nothing known" to everything."""
    before = fill(path, many(5))
    real = build._sync

    def forget_names(file: Path) -> None:
        db = sqlite3.connect(file)
        db.execute("DELETE FROM names")
        db.commit()
        db.close()
        real(file)

    monkeypatch.setattr(build, "_sync", forget_names)
    with pytest.raises(AdvisoryError, match="not found by its package"):
        fill(path, many(6))
    with Store.open(path) as store:
        assert store.about == before


def test_the_old_one_comes_back_where_the_new_one_does_not_open_in_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fill(path, many(5))
    real = Path.replace

    def replace(file: Path, target: Path) -> Path:
        moved = real(file, target)
        if file.name.endswith(".new"):
            os.truncate(target, 100)
        return moved

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(AdvisoryError, match="damaged"):
        fill(path, many(6))
    with Store.open(path) as store:
        assert store.about == before


KILLED = """
import os, signal, sys
from pathlib import Path
from walkdown.advisories import build
from walkdown.advisories.packs import import_from
sys.path.insert(0, sys.argv[4])
from helpers.osv_files import NOW
where = sys.argv[3]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if where == "while-adding":
    build.Builder.counts = die
elif where == "before-the-move":
    Path.replace = die
elif where == "after-the-move":
    real = Path.replace
    def replace(file, target):
        real(file, target)
        die()
    Path.replace = replace
else:
    setattr(build, where, die)
import_from(Path(sys.argv[1]), Path(sys.argv[2]), force=False, now=NOW)
"""


@pytest.mark.parametrize(
    ("where", "count"),
    [("while-adding", 5), ("_sync", 5), ("_prove", 5), ("before-the-move", 5), ("after-the-move", 700)],
)
def test_killed_at_any_moment_it_is_the_old_store_or_the_new_one(
    path: Path, tmp_path: Path, where: str, count: int
) -> None:
    fill(path, many(5))
    archive = packed(tmp_path / "all.zip", many(700))
    tests = str(Path(__file__).parents[2])
    argv = (sys.executable, "-c", KILLED, str(archive), str(path), where, tests)
    assert run_now(argv, cwd=str(tmp_path), env=dict(os.environ)).code == -signal.SIGKILL
    with Store.open(path) as store:
        store.check()
        assert store.about.counts == (("PyPI", count),)
    assert imported(archive, path).about.counts == (("PyPI", 700),)
    assert files(path) == ["store.lock", "store.sqlite"]


def test_after_a_kill_a_broken_new_store_gives_way_to_the_kept_one(path: Path) -> None:
    before = fill(path, many(5))
    path.replace(path.with_name("store.sqlite.old"))
    path.write_bytes(b"half a store")
    with building(path) as builder:
        assert builder.before == before
    with Store.open(path) as store:
        assert store.about == before


def test_the_second_of_two_at_once_is_told(path: Path) -> None:
    fill(path, many(5))
    with building(path) as builder:
        builder.add(decode(json.dumps(osv("first", 77)).encode()))
        with pytest.raises(AdvisoryError, match="Another walkdown"):
            fill(path, many(6))
        builder.keep("PyPI")
        builder.finish({"PyPI": Origin(DAY, "test")}, force=False, now=NOW)
    with Store.open(path) as store:
        assert store.about.counts == (("PyPI", 6),)


def test_a_full_disk_leaves_the_old_store(path: Path) -> None:
    """The system refuses any file over some size, as it would where no room is left."""
    before = fill(path, many(5))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(AdvisoryError, match="could not be written"):
            fill(path, many(20_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with Store.open(path) as store:
        assert store.about == before
    assert files(path) == ["store.lock", "store.sqlite"]


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "advisories" / "store.sqlite"
    fill(path, many(5))
    path.parent.chmod(0o555)
    root = os.geteuid() == 0
    for folder in (tmp_path, *tmp_path.parents[:2]) if root else ():
        folder.chmod(0o755)
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(AdvisoryError, match="ermission denied"):
            fill(path, many(6))
    finally:
        if root:
            os.seteuid(0)
        path.parent.chmod(0o755)
    with Store.open(path) as store:
        assert store.about.counts == (("PyPI", 5),)


def test_how_old_is_too_old(path: Path) -> None:
    about = fill(path, [*many(2), *many(2, ecosystem="npm")], as_of="2026-11-10T00:00:00Z")
    day = dt.timedelta(days=1)
    made = dt.datetime(2026, 11, 10, tzinfo=dt.timezone.utc)
    assert freshness(about, made + 7 * day, offline=False) == ""
    assert "8 days old; the limit is 7" in freshness(about, made + 8 * day, offline=False)
    assert freshness(about, made + 30 * day, offline=True) == ""
    assert "31 days old; the limit is 30" in freshness(about, made + 31 * day, offline=True)
    assert "the limit is 3" in freshness(about, made + 4 * day, offline=False, days=3)
    assert "still to come" in freshness(about, made - 2 * day, offline=False)


def test_each_ecosystem_has_its_own_age(path: Path) -> None:
    fill(path, many(2), as_of="2026-10-01T00:00:00Z")
    about = fill(path, many(2, ecosystem="npm"))
    assert freshness(about, NOW, offline=False, ecosystem="npm") == ""
    assert freshness(about, NOW, offline=False, ecosystem="PyPI") != ""
    assert freshness(about, NOW, offline=False) != ""
