"""The reviews on this machine: listed, put away and back; a session file from elsewhere, believed only when checked."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from helpers.repos import make_repo
from walkdown.errors import JournalError, UsageError
from walkdown.journal import Journal
from walkdown.model import Actor, Channel, Decided, Decision, Kind, Noted, Subject, Verdict
from walkdown.review import sessions
from walkdown.review.review import Review
from walkdown.review.sessions import Carried, CarriedFinding
from walkdown.scan.identity import Known
from walkdown.scan.memory import Memory, Store

ADA = Actor("Ada", "ada@example.org")
ID, OTHER_ID = "a1" * 12, "a1b2" * 6
HASH = "f" * 64


def decide(journal: Path, *ids: str) -> None:
    opened = Journal(journal)
    for name in ids:
        opened.append(Decided(Decision(Subject(Kind.ITEM, name), Verdict.PASS)), ADA, Channel.APP)
    opened.close()


def journal_of(state: Path, session_id: str) -> Path:
    return state / "repos" / session_id / sessions.JOURNAL


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Review:
    monkeypatch.setenv("WALKDOWN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("WALKDOWN_CONFIG_DIR", str(tmp_path / "config"))
    repo = make_repo(tmp_path, {"app.py": "x = 1\n"}, name="shop")
    opened = Review.open(str(repo))
    _ = opened.identity
    opened.target.close()
    return opened


# --- on this machine -------------------------------------------------------------------------------------------------


def test_every_session_is_listed_also_one_that_cannot_be_read(tmp_path: Path, review: Review) -> None:
    state = tmp_path / "state"
    decide(review.state_folder / sessions.JOURNAL, "a", "a", "b")
    sessions.remember(review)
    journal_of(state, ID).parent.mkdir()
    journal_of(state, ID).write_bytes(b"no database" * 100)
    (state / "repos" / OTHER_ID).mkdir()  # scanned, never decided about
    good, bad = sessions.sessions(state)
    assert (good.id, good.about.name, good.events, good.decisions, good.by) == (review.identity, "shop", 3, 2, "Ada")
    assert good.about.root == str(tmp_path / "shop")
    assert good.last.startswith("20")
    assert good.bytes > 4096
    assert (bad.id, bad.about.name) == (ID, "")
    assert "not a database" in bad.trouble


def test_dropped_is_put_away_and_comes_back_as_it_was(tmp_path: Path) -> None:
    decide(journal_of(tmp_path, ID), "a", "b")
    name = sessions.drop(tmp_path, ID)
    assert sessions.sessions(tmp_path) == ()
    assert sessions.dropped(tmp_path) == (name,)
    decide(journal_of(tmp_path, ID), "new")
    with pytest.raises(JournalError, match="has a new session"):
        sessions.restore(tmp_path, name)
    second = sessions.drop(tmp_path, ID)
    assert second != name, "dropped twice in one second"
    assert sessions.restore(tmp_path, name) == ID
    [back] = sessions.sessions(tmp_path)
    assert (back.events, sessions.dropped(tmp_path)) == (2, (second,))


def test_what_a_scan_left_meanwhile_gives_way_but_is_kept(tmp_path: Path) -> None:
    decide(journal_of(tmp_path, ID), "a")
    name = sessions.drop(tmp_path, ID)
    folder = tmp_path / "repos" / ID
    folder.mkdir()
    (folder / "known.msgpack").write_bytes(b"names")
    sessions.restore(tmp_path, name)
    assert [one.events for one in sessions.sessions(tmp_path)] == [1]
    assert [one.read_bytes() for one in (tmp_path / "repos").glob("*/known.msgpack")] == [b"names"]


def test_what_is_open_elsewhere_is_not_dropped(tmp_path: Path) -> None:
    other = Journal(journal_of(tmp_path, ID))
    other.append(Decided(Decision(Subject(Kind.ITEM, "a"), Verdict.PASS)), ADA, Channel.APP)
    with pytest.raises(JournalError, match="open in another walkdown"):
        sessions.drop(tmp_path, ID)
    assert len(other.events()) == 1
    other.close()
    sessions.drop(tmp_path, ID)


def test_a_damaged_one_can_be_dropped_too(tmp_path: Path) -> None:
    journal_of(tmp_path, ID).parent.mkdir(parents=True)
    journal_of(tmp_path, ID).write_bytes(b"no database" * 100)
    assert sessions.drop(tmp_path, ID) in sessions.dropped(tmp_path)


@pytest.mark.parametrize(
    ("start", "words"),
    [("a1a", "There is no session"), ("zzzz", "There is no session"), ("a1", "no session"), ("..", "no session")],
)
def test_a_session_is_named_by_enough_of_its_id(tmp_path: Path, start: str, words: str) -> None:
    for name in (ID, OTHER_ID):
        decide(journal_of(tmp_path, name), "a")
    assert sessions.find(tmp_path, "a1a1").id == ID
    assert sessions.find(tmp_path, OTHER_ID).id == OTHER_ID
    with pytest.raises(UsageError, match=words):
        sessions.find(tmp_path, start)


@pytest.mark.parametrize("name", ["..", "../repos", ID, f"{ID}-20260101T000000Z", "/etc"])
def test_only_what_was_dropped_comes_back(tmp_path: Path, name: str) -> None:
    (tmp_path / "dropped").mkdir()
    with pytest.raises(UsageError, match="no dropped session"):
        sessions.restore(tmp_path, name)


# --- a file from elsewhere -------------------------------------------------------------------------------------------


def exported(review: Review) -> bytes:
    """Three events and three findings, as another machine would have written them."""
    journal = Journal(review.state_folder / sessions.JOURNAL)
    for name in ("a", "b"):
        journal.append(Decided(Decision(Subject(Kind.ITEM, name), Verdict.PASS)), ADA, Channel.APP)
    journal.append(Noted(Subject(Kind.ITEM, "a"), "turned \u202e round"), ADA, Channel.APP)
    journal.close()
    known = (
        Known("W-AAAAAAAAAA", "sql", "f1", "app.py", "run", "c1", 3, 5),
        Known("W-BBBBBBBBBB", "secret", "f2", "app.py", "", "c2", 9, 1, HASH),
    )
    gone = (Known("W-CCCCCCCCCC", "sql", "f3", "old.py", "", "c3", 1, 1, HASH),)
    Store(review.state_folder).save(Memory(known, gone, "head"))
    return sessions.export(review)


def test_a_file_holds_the_events_word_for_word_and_no_keyed_hash(review: Review) -> None:
    data = exported(review)
    incoming = sessions.read_session(data, "s.json")
    journal = Journal(review.state_folder / sessions.JOURNAL)
    assert (incoming.rows, incoming.events) == (journal.rows(), journal.events())
    journal.close()
    assert HASH not in data.decode()
    assert "\u202e" not in data.decode(), "a terminal that prints it is not turned round"
    assert [(one.id, one.keyed) for one in incoming.carried.live] == [("W-AAAAAAAAAA", False), ("W-BBBBBBBBBB", True)]
    assert incoming.needs_scan


def test_nothing_decided_is_nothing_to_export(review: Review) -> None:
    with pytest.raises(UsageError, match="Nothing was decided about shop"):
        sessions.export(review)
    assert not review.state_folder.exists()


def test_a_session_is_taken_over_whole_and_only_once(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = sessions.read_session(exported(review), "s.json")
    (tmp_path / "state").rename(tmp_path / "other-machine")
    Store(review.state_folder).save(Memory((Known("W-DDDDDDDDDD", "secret", "f2", "app.py", "", "c2", 9, 1, "ours"),)))
    (review.state_folder / "last.msgpack").write_bytes(b"by other names")
    sessions.check_fits(review, incoming, same_project=False)
    assert sessions.take_over(review, incoming) == sessions.Taken(3, 0)
    memory = Store(review.state_folder).load()
    assert {one.id: one.secret for one in memory.live} == {"W-AAAAAAAAAA": "", "W-BBBBBBBBBB": "ours"}
    assert [one.id for one in memory.gone] == ["W-CCCCCCCCCC", "W-DDDDDDDDDD"]
    assert memory.head == "head"
    assert not (review.state_folder / "last.msgpack").exists()

    decide(review.state_folder / sessions.JOURNAL, "further")
    Store(review.state_folder).save(Memory((), (), "newer"))
    sessions.check_fits(review, incoming, same_project=False)
    assert sessions.take_over(review, incoming) == sessions.Taken(0, 0)
    assert Store(review.state_folder).load().head == "newer", "the names here are the newer ones"


def test_two_that_part_are_refused_and_nothing_is_written(review: Review, tmp_path: Path) -> None:
    incoming = sessions.read_session(exported(review), "s.json")
    (tmp_path / "state").rename(tmp_path / "other-machine")
    decide(review.state_folder / sessions.JOURNAL, "mine")
    with pytest.raises(JournalError, match="part after event 0: 1 were written here since, and 3 there") as caught:
        sessions.check_fits(review, incoming, same_project=True)
    assert "session drop" in caught.value.do
    with pytest.raises(JournalError, match="part after event 0"):
        sessions.take_over(review, incoming)
    assert [one.events for one in sessions.sessions(tmp_path / "state")] == [1]


def test_another_project_is_refused(review: Review) -> None:
    document = json.loads(exported(review))
    document["repo"] |= {"identity": "e" * 24, "remote": "https://git.example.org/other.git"}
    incoming = sessions.read_session(json.dumps(document).encode(), "s.json")
    with pytest.raises(UsageError, match=r"other\.git; here is shop"):
        sessions.check_fits(review, incoming, same_project=False)
    sessions.check_fits(review, incoming, same_project=True)


def change_word(document: dict[str, list[dict[str, str]]]) -> None:
    event = document["events"][1]
    event["body"] = event["body"].replace('"pass"', '"n-a"')


def leave_one_out(document: dict[str, list[object]]) -> None:
    del document["events"][1]


def unknown_act(document: dict[str, list[dict[str, str]]]) -> None:
    import hashlib

    event = document["events"][0]
    event["body"] = event["body"].replace('"decided"', '"delegated"')
    event["hash"] = hashlib.sha256(event["body"].encode()).hexdigest()


def no_day(document: dict[str, list[dict[str, str]]]) -> None:
    """Whoever may write a session may also write its hashes."""
    import hashlib

    event = document["events"][0]
    event["body"] = event["body"].replace('"verdict":"pass"', '"verdict":"waived","until":"soon"')
    event["hash"] = hashlib.sha256(event["body"].encode()).hexdigest()
    del document["events"][1:]


def no_time(document: dict[str, list[dict[str, str]]]) -> None:
    import hashlib

    event = document["events"][0]
    event["body"] = '{"seq":1,"time":"today",' + event["body"].split(",", 2)[2]
    event["hash"] = hashlib.sha256(event["body"].encode()).hexdigest()
    del document["events"][1:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (no_day, "Event 1 of s.json has a day that is none"),
        (no_time, "Event 1 of s.json has a day that is none"),
        (change_word, "Event 2 of the file s.json was altered"),
        (leave_one_out, "hole in the file s.json before event 2"),
        (unknown_act, "Event 1 of the file s.json cannot be read"),
        (lambda document: document.update(schema="walkdown.session/2"), "is a walkdown.session/2"),
        (lambda document: document.update(schema=7), "is no session file"),
        (lambda document: document.update(events={}), "is no session file"),
        (lambda document: document["events"][0].update(hash="x"), "is no session file"),
        (lambda document: document["live"][0].update(id="W-\x1b[2J"), "is no session file"),
        (lambda document: document["live"][0].update(line=-1), "is no session file"),
        (lambda document: document["live"][0].update(path="p" * 5000), "is no session file"),
        (lambda document: document["live"].append(document["live"][0]), "one name to two findings"),
        (lambda document: document["events"][0].update(body="\udcff"), "is no session file|altered"),
    ],
)
def test_a_file_that_is_not_whole_says_what_is_wrong(
    review: Review, change: Callable[[dict[str, object]], None], words: str
) -> None:
    document = json.loads(exported(review))
    change(document)
    with pytest.raises((UsageError, JournalError), match=words):
        sessions.read_session(json.dumps(document).encode(), "s.json")


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff\xfe", b'"walkdown.session/1"', b"null"])
def test_what_is_no_session_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="is no session file"):
        sessions.read_session(data, "s.json")


def test_bytes_cut_anywhere_or_changed_anywhere_are_refused_or_harmless(review: Review) -> None:
    """Whatever happens to the file on its way: an error of ours, or events that are word for word the same."""
    data = exported(review)
    whole = sessions.read_session(data, "s.json").rows
    chance = random.Random(1)
    for _ in range(400):
        at = chance.randrange(len(data))
        bent = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :] if chance.random() < 0.7 else data[:at]
        try:
            assert sessions.read_session(bent, "s.json").rows == whole
        except (UsageError, JournalError):
            continue


def test_a_file_too_large_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_BYTES", 1024 * 1024)
    with pytest.raises(UsageError, match="larger than 1 MB"):
        sessions.read_session(b" " * (1024 * 1024 + 1), "s.json")


# --- names -----------------------------------------------------------------------------------------------------------


def theirs(name: str, *, line: int = 1, context: str = "c", path: str = "a.py") -> CarriedFinding:
    return CarriedFinding(f"W-{name * 10}", "secret", "f", path, "", context, line, 1, keyed=True)


def ours(name: str, *, line: int = 1, context: str = "c", path: str = "a.py") -> Known:
    return Known(f"W-{name * 10}", "secret", "f", path, "", context, line, 1, secret=f"hash of {name}")


@pytest.mark.parametrize(
    ("carried", "known", "told"),
    [
        ([theirs("A")], [ours("X")], {"A": "X"}),
        ([theirs("A", line=3)], [ours("X", line=9)], {"A": "X"}),
        ([theirs("A", context="c1")], [ours("X", context="c2")], {"A": "X"}),
        ([theirs("A", path="old.py")], [ours("X", path="new.py")], {"A": "X"}),
        ([theirs("A", path="old.py", context="1")], [ours("X", path="new.py", context="2")], {}),
        ([theirs("A", line=1), theirs("B", line=2)], [ours("X", line=2), ours("Y", line=1)], {"A": "Y", "B": "X"}),
        ([theirs("A", line=1), theirs("B", line=2)], [ours("X", line=5), ours("Y", line=6)], {}),
        ([theirs("A", line=1)], [ours("X", line=5), ours("Y", line=6)], {}),
        ([theirs("A")], [], {}),
    ],
)
def test_a_name_goes_only_to_what_is_surely_the_same(
    carried: list[CarriedFinding], known: list[Known], told: dict[str, str]
) -> None:
    document = Carried(sessions.SCHEMA, sessions.Repo("", ""), (), tuple(carried))
    memory, nameless = sessions.with_names(document, Memory(tuple(known)))
    assert {one.id[2]: one.secret[-1] for one in memory.live if one.secret} == told
    assert nameless == len(carried) - len(told)
    assert {one.id for one in memory.gone} == {one.id for one in known}
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(memory), type=Memory) == memory
