"""The journal on disk: a chain that shows its holes, writers side by side, and what happens when the disk says no."""

from __future__ import annotations

import functools
import hashlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from walkdown.errors import JournalError
from walkdown.journal import Journal, fold
from walkdown.journal.chain import Row
from walkdown.journal.upgrades import VERSION
from walkdown.model import Act, Actor, Channel, Decided, Decision, Kind, Opened, Signed, Subject, Verdict

RECORDED = Path(__file__).parent / "recorded"
ADA = Actor("Ada", "ada@example.org")
ITEM = Subject(Kind.ITEM, "error.timeouts")
Open = Callable[[], Journal]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "repo" / "journal.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Open]:
    """Opens the same journal again and again, as other processes would."""
    journals: list[Journal] = []

    def another() -> Journal:
        journals.append(Journal(path, wait=0.05))
        return journals[-1]

    yield another
    for journal in journals:
        journal.close()


def act(note: str = "", verdict: Verdict = Verdict.PASS) -> Act:
    return Decided(Decision(ITEM, verdict, note=note))


def write(journal: Journal, *notes: str) -> None:
    journal.append_all([act(note) for note in notes], ADA, Channel.APP)


def notes(journal: Journal) -> list[str]:
    return [event.act.decision.note for event in journal.events() if isinstance(event.act, Decided)]


def tamper(path: Path, *statements: str) -> None:
    """As somebody would who knows how."""
    db = sqlite3.connect(path)
    with db:
        for name in ("update", "delete"):
            db.execute(f"DROP TRIGGER IF EXISTS events_keep_{name}")
        for statement in statements:
            db.execute(statement)
    db.close()


# --- one chain -------------------------------------------------------------------------------------------------------


def test_events_come_back_in_order_over_a_restart_and_from_two_writers(opened: Open) -> None:
    one, other = opened(), opened()
    for number in range(10):
        assert (one, other)[number % 2].append(act(str(number)), ADA, Channel.TERMINAL).seq == number + 1
    again = opened()
    assert notes(again) == [str(number) for number in range(10)]
    assert again.events() == one.events() == other.events()


def test_several_are_kept_as_one_or_not_at_all(opened: Open) -> None:
    journal = opened()
    write(journal, "a", "b")
    with pytest.raises(JournalError, match="NOT kept"):
        write(journal, "c", "not \udcff text")
    assert notes(journal) == ["a", "b"]
    write(journal, "d")
    assert notes(journal) == ["a", "b", "d"]


def test_an_interrupt_in_the_middle_leaves_nothing_half_done(opened: Open) -> None:
    journal, other = opened(), opened()

    def interrupted() -> Iterator[Act]:
        yield act("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        journal.append_all(interrupted(), ADA, Channel.APP)
    write(other, "next")
    assert notes(journal) == ["next"]


def test_what_was_altered_or_is_missing_shows(path: Path, opened: Open) -> None:
    write(opened(), "a", "b", "c")
    tamper(path, "UPDATE events SET body = replace(CAST(body AS TEXT), 'note\":\"a', 'note\":\"x') WHERE seq = 1")
    with pytest.raises(JournalError, match=r"Event 1 .* altered"):
        opened().events()
    tamper(path, "DELETE FROM events WHERE seq = 1")
    with pytest.raises(JournalError, match=r"hole in .* before event 2"):
        opened().events()


def test_an_event_changed_together_with_its_hash_no_longer_fits_the_next(path: Path, opened: Open) -> None:
    write(opened(), "a", "b")
    body = opened().rows()[0].body.replace(b'"note":"a"', b'"note":"x"')
    digest = hashlib.sha256(body).hexdigest()
    tamper(path, f"UPDATE events SET hash = '{digest}', body = CAST('{body.decode()}' AS BLOB) WHERE seq = 1")
    with pytest.raises(JournalError, match=r"hole in .* before event 2"):
        opened().events()


def test_a_chain_woven_anew_shows_where_it_was_read_before(path: Path, opened: Open, tmp_path: Path) -> None:
    journal = opened()
    write(journal, "a", "b")
    assert len(journal.events()) == 2
    forged = Journal(tmp_path / "forged")
    write(forged, "x", "y", "z")
    rows = forged.rows()
    forged.close()
    db = sqlite3.connect(path)
    with db:
        for name in ("update", "delete"):
            db.execute(f"DROP TRIGGER events_keep_{name}")
        db.execute("DELETE FROM events")
        db.executemany("INSERT INTO events VALUES (?, ?, ?)", [(row.seq, row.hash, row.body) for row in rows])
    db.close()
    with pytest.raises(JournalError, match="gone or another"):
        journal.new_events(2)


@pytest.mark.parametrize("statement", ["UPDATE events SET hash = 'x'", "DELETE FROM events"])
def test_the_database_itself_refuses_to_change_the_past(path: Path, opened: Open, statement: str) -> None:
    write(opened(), "a")
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)
    db.close()


# --- what is new -----------------------------------------------------------------------------------------------------


def test_only_what_is_new_is_read_whoever_wrote_it(opened: Open) -> None:
    mine, other = opened(), opened()
    assert mine.new_events(0) == ()
    write(mine, "mine")
    write(other, "theirs", "more")
    assert [event.seq for event in mine.new_events(0)] == [1, 2, 3]
    assert [event.seq for event in mine.new_events(1)] == [2, 3]
    assert mine.new_events(3) == ()
    with pytest.raises(JournalError, match="Event 9 was read"):
        mine.new_events(9)


def test_a_new_event_that_does_not_follow_is_refused(path: Path, opened: Open) -> None:
    journal = opened()
    write(journal, "a", "b")
    tamper(path, "UPDATE events SET seq = 5 WHERE seq = 2")
    with pytest.raises(JournalError, match="hole"):
        journal.new_events(1)


def test_asking_for_news_costs_less_than_a_millisecond(opened: Open) -> None:
    journal = opened()
    write(journal, *map(str, range(300)))
    took = []
    for _ in range(50):
        start = time.perf_counter()
        assert journal.new_events(300) == ()
        took.append(time.perf_counter() - start)
    assert sorted(took)[len(took) // 2] < 0.001


def test_threads_share_a_journal(opened: Open) -> None:
    journal = opened()
    threads = [threading.Thread(target=write, args=(journal, *map(str, range(20)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.events()) == 80


# --- another version -------------------------------------------------------------------------------------------------


def test_a_journal_of_version_1_is_read_and_written_on(path: Path, opened: Open) -> None:
    path.parent.mkdir()
    shutil.copy(RECORDED / "version-1.sqlite", path)
    before = sqlite3.connect(path)
    kept = before.execute("SELECT seq, hash, body FROM events").fetchall()
    before.close()
    journal = opened()
    events = journal.events()
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert events[0].act == Opened(ITEM), "what it did not know yet has its default"
    assert isinstance(events[6].act, Signed)
    assert fold(events).decisions[ITEM].decision.until == "2027-01-01"
    assert journal.append(act("on"), ADA, Channel.APP).seq == 8
    assert [(row.seq, row.hash, row.body) for row in journal.rows()][:7] == kept, "nothing was written anew"
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("DELETE FROM events")
    db.close()


def test_an_upgrade_that_fails_leaves_the_old_version_whole(
    path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    shutil.copy(RECORDED / "version-1.sqlite", path)

    def broken(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE events ADD COLUMN more TEXT")
        db.execute("CREATE NONSENSE")

    with monkeypatch.context() as patch:
        patch.setattr("walkdown.journal.upgrades.UPGRADES", {0: broken, 1: broken})
        with pytest.raises(JournalError, match="cannot be opened"):
            opened()
    assert len(opened().events()) == 7


def test_a_journal_of_a_newer_walkdown_is_left_alone(path: Path, opened: Open) -> None:
    write(opened(), "a")
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalError, match="newer walkdown"):
        opened()


def test_somebody_elses_database_is_left_alone(path: Path, opened: Open) -> None:
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE songs(name TEXT)")
    db.commit()
    with pytest.raises(JournalError, match="no journal of walkdown"):
        opened()
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    db.close()


def test_an_event_of_a_newer_walkdown_says_so(path: Path, opened: Open) -> None:
    journal = opened()
    write(journal, "a")
    event = journal.rows()[0]
    body = event.body.replace(b'"decided"', b'"delegated"').replace(b'"seq":1', b'"seq":2')
    other = Row(2, hashlib.sha256(body).hexdigest(), body)
    db = sqlite3.connect(path)
    with db:
        db.execute("INSERT INTO events VALUES (?, ?, ?)", (other.seq, other.hash, other.body))
    db.close()
    with pytest.raises(JournalError, match=r"Event 2 .* cannot be read") as caught:
        journal.events()
    assert "older" in caught.value.do


# --- the disk says no ------------------------------------------------------------------------------------------------


def test_a_journal_held_too_long_by_another_is_an_error_and_then_goes_on(path: Path, opened: Open) -> None:
    journal = opened()
    write(journal, "a")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match=r"locked.*NOT kept") as caught:
        write(journal, "b")
    assert "Another program" in caught.value.do
    assert notes(journal) == ["a"], "reading goes on meanwhile"
    holder.execute("ROLLBACK")
    holder.close()
    write(journal, "b")
    assert notes(journal) == ["a", "b"]


def overwrite_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 200)


def overwrite_pages(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def cut_off(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (overwrite_head, "not a database"),
        (overwrite_pages, "malformed|altered|hole|cannot be read"),
        (functools.partial(cut_off, size=0), "empty: it was cut off"),
        (functools.partial(cut_off, size=4096), "malformed|cannot be"),
        (functools.partial(cut_off, size=10), "not a database|cannot be|empty"),
    ],
)
def test_a_damaged_file_says_so_is_left_as_it_is_and_works_once_it_is_back(
    path: Path, opened: Open, damage: Callable[[Path], None], words: str
) -> None:
    journal = opened()
    write(journal, *map(str, range(100)))
    journal.close()
    whole = path.read_bytes()
    damage(path)
    damaged = path.read_bytes()
    with pytest.raises(JournalError, match=words) as caught:
        opened().events()
    assert caught.value.do
    assert path.read_bytes() == damaged
    path.write_bytes(whole)
    assert len(opened().events()) == 100


def test_an_emptied_file_does_not_cost_the_log_beside_it(path: Path, opened: Open) -> None:
    journal = opened()
    write(journal, "a")
    log = Path(f"{path}-wal")
    kept, head = log.read_bytes(), path.read_bytes()
    journal.close()
    log.write_bytes(kept)
    cut_off(path, 0)
    with pytest.raises(JournalError, match="cut off"):
        opened()
    assert log.read_bytes() == kept
    path.write_bytes(head)
    assert notes(opened()) == ["a"]


@pytest.mark.parametrize("away", ["deleted", "moved"])
def test_a_journal_that_goes_away_while_it_is_open_keeps_nothing_silently(path: Path, opened: Open, away: str) -> None:
    journal = opened()
    write(journal, "a")
    if away == "deleted":
        shutil.rmtree(path.parent)
    else:
        path.parent.rename(path.parent.with_name("elsewhere"))
        write(opened(), "another journal")
    with pytest.raises(JournalError, match=r"moved or deleted while it was open. It is NOT kept"):
        write(journal, "b")


def test_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal(tmp_path / "file" / "journal.sqlite")


def test_what_a_killed_beginning_left_behind_is_no_journal(path: Path, opened: Open) -> None:
    path.parent.mkdir()
    Path(f"{path}.new").write_bytes(b"half")
    Path(f"{path}.new-journal").write_bytes(b"half")
    write(opened(), "a")
    assert sorted(one.name for one in path.parent.glob("*.new*")) == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_wal_it_is_as_durable(path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without shared memory, as SQLite meets it on some network folders."""
    connect = sqlite3.connect

    def on_such_a_disk(name: str, **options: object) -> sqlite3.Connection:
        return connect(f"{name}&vfs=unix-dotfile", **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr("walkdown.journal.database.sqlite3.connect", on_such_a_disk)
    journal = opened()
    assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (3,), "EXTRA"
    write(journal, "a")
    write(opened(), "b")
    assert notes(journal) == ["a", "b"]


def test_as_a_rule_it_is_wal_and_every_write_waits_for_the_disk(opened: Open) -> None:
    journal = opened()
    assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


# --- carried over ----------------------------------------------------------------------------------------------------


def test_a_chain_is_taken_over_where_ours_is_its_beginning(opened: Open, tmp_path: Path) -> None:
    source = opened()
    write(source, "a", "b", "c")
    rows = source.rows()
    other = Journal(tmp_path / "other")
    assert other.adopt(rows[:1]) == 1
    assert other.adopt(rows) == 2
    assert other.adopt(rows[:2]) == 0, "ours is further on"
    assert other.rows() == rows
    write(other, "d")
    assert source.adopt(other.rows()) == 1
    other.close()


def test_two_that_part_are_not_made_one(opened: Open, tmp_path: Path) -> None:
    here = opened()
    write(here, "a")
    there = Journal(tmp_path / "other")
    there.adopt(here.rows())
    write(here, "b", "c")
    write(there, "x")
    before = here.rows()
    with pytest.raises(JournalError, match="part after event 1: 2 were written here and 1 there"):
        here.adopt(there.rows())
    assert here.rows() == before
    there.close()
