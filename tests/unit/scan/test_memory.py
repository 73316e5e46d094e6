"""Names from scan to scan: narrow scans take nothing away, a branch switch brings names back, faults cost no more."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec

from walkdown.model import Confidence, FilePlace, Finding, Rule, Severity
from walkdown.scan.memory import Memory, Store, name, secret_key

RULE = Rule("bandit", "B307", "eval", family="code-eval")


def finding(path: str, line: int, code: str, context: str = "c") -> Finding:
    place = FilePlace(path, line, 1, line, 9, "f")
    return Finding(RULE, Severity.HIGH, Confidence.SURE, place, fingerprint=code, context=context)


def ids(findings: list[Finding]) -> list[str]:
    return [one.id for one in findings]


def test_a_name_stays_when_lines_move() -> None:
    first, memory = name([finding("a.py", 3, "x"), finding("b.py", 1, "y")], Memory(), {}, head="h", whole=True)
    second, _ = name([finding("a.py", 9, "x"), finding("b.py", 1, "y")], memory, {}, head="h", whole=True)
    assert ids(first) == ids(second)
    assert len(set(ids(first))) == 2


def test_a_narrowed_scan_takes_nothing_away() -> None:
    first, memory = name([finding("a.py", 3, "x"), finding("b.py", 1, "y")], Memory(), {}, head="h1", whole=True)
    _, narrow = name([finding("a.py", 3, "x")], memory, {}, head="h2", whole=False)
    assert narrow.head == "h1", "renames are still told from the last whole scan"
    again, _ = name([finding("a.py", 3, "x"), finding("moved.py", 1, "y")], narrow, {"b.py": "moved.py"}, head="h2",
                    whole=True)  # fmt: skip
    assert ids(again) == ids(first)


def test_a_branch_switch_and_back_brings_the_names_back() -> None:
    on_main, memory = name([finding("a.py", 3, "x"), finding("a.py", 8, "y")], Memory(), {}, head="m", whole=True)
    on_other, memory = name([finding("a.py", 3, "x")], memory, {}, head="o", whole=True)
    back, memory = name([finding("a.py", 3, "x"), finding("a.py", 8, "y")], memory, {}, head="m", whole=True)
    assert ids(back) == ids(on_main)
    assert ids(on_other) == ids(on_main)[:1]
    assert memory.gone == ()


def test_what_is_gone_gives_its_name_to_nothing_else() -> None:
    first, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="m", whole=True)
    _, memory = name([], memory, {}, head="m", whole=True)
    elsewhere, memory = name([finding("new.py", 3, "x")], memory, {}, head="m", whole=True)
    assert ids(elsewhere) != ids(first), "a flaw that was fixed and one that was written later are two"
    other_place, _ = name([finding("a.py", 3, "x", "other neighbours")], memory, {}, head="m", whole=True)
    assert ids(other_place) != ids(first)


def test_memory_comes_back_from_disk_and_damage_is_a_note(tmp_path: Path) -> None:
    _, memory = name([finding("a.py", 3, "x")], Memory(), {}, head="m", whole=True)
    store = Store(tmp_path / "repo")
    assert store.load() == Memory()
    store.save(memory)
    assert Store(tmp_path / "repo").load() == memory
    (tmp_path / "repo" / "known.msgpack").write_bytes(b"\xc1 no msgpack")
    damaged = Store(tmp_path / "repo")
    assert damaged.load() == Memory()
    assert len(damaged.notes) == 1
    (tmp_path / "repo" / "known.msgpack").write_bytes(msgspec.msgpack.encode(Memory(shape=99)))
    assert Store(tmp_path / "repo").load() == Memory()


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
