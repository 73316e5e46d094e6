"""A record as a line of text: whole again whatever its bytes, beside anybody else's lines, and bounded."""

from __future__ import annotations

import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkdown.errors import RecordError
from walkdown.record import note_text
from walkdown.record.files import GPG, RecordFiles, Seal
from walkdown.record.note_text import line_of, records_in, with_record

NAME = "2026-11-20-abcdef123456"
SEALS = (Seal("ada-example-org", b"{}\n", b"sig\n"), Seal("bob-example-org", b"{ }\n", None, GPG))


def made(when: str, name: str = NAME) -> RecordFiles:
    return RecordFiles(name, msgspec.json.encode({"predicate": {"made": when}}), b"# Text\r\n", SEALS, place="note")


def line(**changes: object) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(line_of(made("2026"))) | changes)


@given(st.binary(), st.binary() | st.none(), st.binary(), st.binary() | st.none())
def test_any_bytes_come_back_as_they_were(json: bytes, markdown: bytes | None, text: bytes, sig: bytes | None) -> None:
    files = RecordFiles(NAME, json, markdown, (Seal("a_b+c-D@9", text, sig),), place="note")
    assert records_in(with_record(b"", files)) == (files,)


@given(st.binary(max_size=100))
def test_what_others_wrote_stays_and_disturbs_nothing(others: bytes) -> None:
    note = with_record(others, made("2026"))
    assert note.startswith(others)
    assert records_in(note + b"\nmore") == (made("2026"),)


def test_gits_ways_to_join_notes_keep_every_record() -> None:
    one, other = made("2026-01-01", "2026-01-01-aaaaaaaa"), made("2026-02-02", "2026-02-02-bbbbbbbb")
    notes = with_record(b"", one), with_record(b"", other)
    assert records_in(notes[0] + b"\n" + notes[1]) == (other, one), "git notes merge -s union"
    sorted_lines = b"\n".join(sorted({*notes[0].splitlines(), *notes[1].splitlines()}))
    assert records_in(sorted_lines) == (other, one), "git notes merge -s cat_sort_uniq"


def test_the_newest_is_told_by_when_it_was_made_and_not_by_its_place() -> None:
    note = b""
    for when in ("2026-11-20T09:00:00Z", "2026-11-20T11:00:00Z", "2026-11-20T10:00:00Z"):
        note = with_record(note, made(when))
    assert records_in(note)[0].json == made("2026-11-20T11:00:00Z").json


def test_the_same_record_twice_is_one_with_all_its_seals_and_another_of_its_name_is_not() -> None:
    first, second = (msgspec.structs.replace(made("2026"), seals=(seal,)) for seal in SEALS)
    [both] = records_in(with_record(with_record(b"", first), second))
    assert both.seals == SEALS
    forged = msgspec.structs.replace(first, json=first.json + b" ")
    assert len(records_in(with_record(with_record(b"", first), forged))) == 2


@pytest.mark.parametrize(
    "damaged",
    [
        line(name="../../../etc/passwd"), line(name=f"{NAME}.json"), line(name=""), line(json="no base64"),
        line(json="YQ"), line(json=7), line(format="walkdown.note/2"), line(seals=[{}]), line()[:-9],
        line(seals=[{"slug": "../x", "kind": "ssh", "statement": "", "signature": None}]),
        line(seals=[{"slug": "x", "kind": "pgp", "statement": "", "signature": None}]),
        line(seals=[{"slug": "x", "kind": "ssh", "statement": "", "signature": None}] * 101),
        b'{"format":"walkdown.note/1","x":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_line_is_told_and_hides_no_sound_one(damaged: bytes) -> None:
    with pytest.raises(RecordError):
        records_in(damaged)
    assert records_in(damaged + b"\n" + with_record(b"", made("2026"))) == (made("2026"),)


@pytest.mark.parametrize("name", ["", "x", "../2026-11-20-abcdef123456", f"{NAME}\n", f"{NAME}.json"])
def test_only_a_records_name_goes_in(name: str) -> None:
    with pytest.raises(RecordError):
        line_of(made("2026", name))


def test_a_note_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(note_text, "MOST_NOTE", 1000)
    with pytest.raises(RecordError, match="too large"):
        with_record(b"x" * 900, made("2026"))


def test_a_note_of_very_many_lines_is_read_to_a_bound() -> None:
    lines = b"\n".join(line_of(made(f"{year}")) for year in range(1000, 1500))
    assert len(records_in(lines)) == 200
    assert records_in(lines)[0].json == made("1499").json


def test_a_note_of_nothing_but_line_ends_does_not_fill_the_memory() -> None:
    note = b"\n" * 20_000_000
    tracemalloc.start()
    try:
        assert records_in(note) == ()
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
