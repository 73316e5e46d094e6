"""Names from scan to scan: narrow scans take nothing away, a branch switch brings names back, faults cost no more."""

from __future__ import annotations

import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from walkdown.model import CommitPlace, Confidence, FilePlace, Finding, Rule, Severity
from walkdown.scan.memory import Memory, Store, name, secret_key

RULE = Rule("bandit", "B307", "eval", family="code-eval")


def finding(path: str, line: int, code: str, context: str = "c") -> Finding:
    place = FilePlace(path, line, 1, line, 9, "f")
    return Finding(RULE, Severity.HIGH, Confidence.SURE, place, fingerprint=code, context=context)


def ids(findings: list[Finding]) -> list[str]:
    return [one.id for one in findings]


def test_a_name_stays_when_lines_move() -> None:
    first, memory = name([finding("a.py", 3, "x"), finding("b.py", 1, "y")], Memory(), {}, head="h", looked=None)
    second, _ = name([finding("a.py", 9, "x"), finding("b.py", 1, "y")], memory, {}, head="h", looked=None)
    assert ids(first) == ids(second)
    assert len(set(ids(first))) == 2


def test_a_narrowed_scan_takes_nothing_away() -> None:
    first, memory = name([finding("a.py", 3, "x"), finding("b.py", 1, "y")], Memory(), {}, head="h1", looked=None)
    _, narrow = name([finding("a.py", 3, "x")], memory, {}, head="h2", looked=lambda path: path == "a.py")
    assert narrow.head == "h1", "renames are still told from the last whole scan"
    again, _ = name([finding("a.py", 3, "x"), finding("moved.py", 1, "y")], narrow, {"b.py": "moved.py"}, head="h2",
                    looked=None)  # fmt: skip
    assert ids(again) == ids(first)


def test_a_copy_gets_no_name_of_a_file_that_was_not_looked_at() -> None:
    first, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="h", looked=None)
    copied, memory = name([finding("b.py", 3, "x")], memory, {}, head="h", looked=lambda path: path == "b.py")
    assert ids(copied) != ids(first)
    both, _ = name([finding("a.py", 3, "x"), finding("b.py", 3, "x")], memory, {}, head="h", looked=None)
    assert ids(both) == [*ids(first), *ids(copied)]


def test_a_file_that_is_gone_was_looked_at_and_gives_its_names_to_where_it_went() -> None:
    first, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="h", looked=None)
    moved, _ = name([finding("b.py", 3, "x")], memory, {}, head="h", looked=lambda path: path in ("a.py", "b.py"))
    assert ids(moved) == ids(first)


def test_a_file_that_git_saw_go_where_this_scan_did_not_look_gives_its_names_to_no_other() -> None:
    first, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="h", looked=None)
    renames = {"a.py": "moved.py"}
    other, memory = name([finding("b.py", 3, "x")], memory, renames, head="h", looked=lambda path: path != "moved.py")
    assert ids(other) != ids(first)
    both, _ = name([finding("b.py", 3, "x"), finding("moved.py", 3, "x")], memory, renames, head="h", looked=None)
    assert ids(both) == [*ids(other), *ids(first)]


def test_what_no_file_holds_is_not_gone_because_a_narrowed_scan_did_not_ask() -> None:
    secret = Rule("kingfisher", "s", "a key", family="hardcoded-secret")

    def leaked(path: str) -> Finding:
        place = CommitPlace("c0ffee", path, 1)
        return Finding(secret, Severity.HIGH, Confidence.SURE, place, fingerprint="k", secret="value")

    first, memory = name([leaked("old.env")], Memory(), {}, head="h", looked=None)
    other, narrow = name([leaked("new.env")], memory, {}, head="h", looked=lambda path: True)
    assert ids(other) != ids(first)
    assert ids(first)[0] in {one.id for one in narrow.live}
    again, _ = name([leaked("old.env")], memory, {}, head="h", looked=lambda path: True)
    assert ids(again) == ids(first)


def test_a_branch_switch_and_back_brings_the_names_back() -> None:
    on_main, memory = name([finding("a.py", 3, "x"), finding("a.py", 8, "y")], Memory(), {}, head="m", looked=None)
    on_other, memory = name([finding("a.py", 3, "x")], memory, {}, head="o", looked=None)
    back, memory = name([finding("a.py", 3, "x"), finding("a.py", 8, "y")], memory, {}, head="m", looked=None)
    assert ids(back) == ids(on_main)
    assert ids(on_other) == ids(on_main)[:1]
    assert memory.gone == ()


def test_what_is_gone_gives_its_name_to_nothing_else() -> None:
    first, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="m", looked=None)
    _, memory = name([], memory, {}, head="m", looked=None)
    elsewhere, memory = name([finding("new.py", 3, "x")], memory, {}, head="m", looked=None)
    assert ids(elsewhere) != ids(first), "a flaw that was fixed and one that was written later are two"
    other_place, _ = name([finding("a.py", 3, "x", "other neighbours")], memory, {}, head="m", looked=None)
    assert ids(other_place) != ids(first)


def test_memory_comes_back_from_disk_and_damage_is_a_note(tmp_path: Path) -> None:
    _, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="m", looked=None)
    store = Store(tmp_path / "repo")
    assert store.load() == Memory()
    store.save(memory)
    assert Store(tmp_path / "repo").load() == memory
    (tmp_path / "repo" / "known.msgpack").write_bytes(b"\xc1 no msgpack")
    damaged = Store(tmp_path / "repo")
    assert damaged.load() == Memory()
    assert len(damaged.notes) == 1


def test_a_memory_of_another_shape_is_kept_beside_and_told(tmp_path: Path) -> None:
    other = msgspec.msgpack.encode({"shape": 99, "live": "something else altogether"})
    (tmp_path / "known.msgpack").write_bytes(other)
    store = Store(tmp_path)
    assert store.load() == Memory()
    assert len(store.notes) == 1
    assert "known.msgpack.99" in store.notes[0]
    store.save(Memory(head="h"))
    assert (tmp_path / "known.msgpack.99").read_bytes() == other
    again = Store(tmp_path)
    assert (again.load().head, again.notes) == ("h", [])


def test_a_state_folder_that_cannot_be_written_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "repo")
    store.save(Memory())
    assert len(store.notes) == 1
    key, note = secret_key(tmp_path / "file")
    assert len(key) == 32
    assert "secrets get new names" in note


def test_the_secret_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    key, note = secret_key(tmp_path / "state")
    assert (secret_key(tmp_path / "state"), note) == ((key, ""), "")
    mode = stat.S_IMODE((tmp_path / "state" / "secret.key").stat().st_mode)
    assert mode == 0o600


def test_of_two_first_scans_at_once_the_later_takes_the_earlier_ones_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other scan begins and ends just when this one has seen that there is no key yet."""
    roll = secrets.token_bytes
    others: list[bytes] = []

    def while_another_scan_runs(size: int) -> bytes:
        monkeypatch.setattr(secrets, "token_bytes", roll)
        others.append(secret_key(tmp_path)[0])
        return roll(size)

    monkeypatch.setattr(secrets, "token_bytes", while_another_scan_runs)
    assert secret_key(tmp_path) == (others[0], "")
    assert (tmp_path / "secret.key").read_bytes() == others[0]


def test_many_first_scans_at_once_have_one_key(tmp_path: Path) -> None:
    start = Barrier(8)

    def scan(_: int) -> tuple[bytes, str]:
        start.wait(timeout=20)
        return secret_key(tmp_path / "state")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(scan, range(8)))) == 1
    assert not list((tmp_path / "state").glob("*.part"))


@pytest.mark.parametrize("held", [b"", b"half a key"])
def test_a_damaged_key_is_replaced_and_told_once(held: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(held)
    key, note = secret_key(tmp_path)
    assert len(key) == 32
    assert "damaged" in note
    assert secret_key(tmp_path) == (key, "")
