"""Strict reading: what is not wholly what walkdown writes is refused with a sentence that says what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.records import bytes_of, countersignature, files_of, statement_for
from helpers.repos import make_repo
from walkdown.errors import RecordError
from walkdown.record.files import MOST_BYTES
from walkdown.record.reading import is_canonical, read_countersignature, read_json, read_statement
from walkdown.record.statement import canonical, canonical_json


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    repo: Path = make_repo(tmp_path_factory.mktemp("reading"), {"a.py": "print(1)\n"})
    return files_of(statement_for(repo)).json


def changed(record: bytes, **fields: object) -> bytes:
    return canonical_json({**json.loads(record), **fields})


def in_predicate(record: bytes, **fields: object) -> bytes:
    value = json.loads(record)
    return canonical_json({**value, "predicate": {**value["predicate"], **fields}})


def refusal(data: bytes) -> str:
    with pytest.raises(RecordError) as caught:
        read_statement(data, "x.json")
    return str(caught.value)


def test_what_we_write_is_read_and_canonical(record: bytes) -> None:
    assert canonical(read_statement(record, "x.json")) == record
    assert is_canonical(read_json(record, "x.json"), record, "x.json")


def test_fields_of_a_later_version_are_let_be(record: bytes) -> None:
    data = in_predicate(record, weather="fine")
    assert canonical(read_statement(data, "x.json")) == record
    assert is_canonical(read_json(data, "x.json"), data, "x.json")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: b"", "is empty"),
        (lambda data: b" \n\t", "is empty"),
        (lambda data: data[: len(data) // 2], "is not JSON"),
        (lambda data: data[:-2], "ends too early"),
        (lambda data: data + b"{}", "is not JSON"),
        (lambda data: data.replace(b"About doors", b"About \xff\xfe"), "not text in UTF-8"),
        (lambda data: data.decode().encode("utf-16"), "not text in UTF-8"),
        (lambda data: b"\xef\xbb\xbf" + data, "is not JSON"),
        (lambda data: b"[" * 200_000 + b"]" * 200_000, "nested deeper"),
        (lambda data: data.replace(b'"dirty":false', b'"dirty":true,"dirty":false'), "key dirty twice"),
        (lambda data: data.replace(b'"files":1', b'"files":NaN'), "number that is none"),
        (lambda data: data.replace(b'"files":1', b'"files":' + b"9" * 9000), "number that is none"),
        (lambda data: data.replace(b'"files":1', b'"files":1.5'), "not as walkdown writes it"),
        (lambda data: b"[1,2]", "no in-toto statement"),
        (lambda data: b'"text"', "no in-toto statement"),
        (lambda data: changed(data, _type="https://in-toto.io/Statement/v0.1"), "no in-toto statement"),
        (lambda data: changed(data, predicateType="https://slsa.dev/provenance/v1"), "slsa.dev"),
        (lambda data: changed(data, predicateType="urn:walkdown:signoff:2"), "made by a newer walkdown (form 2"),
        (lambda data: changed(data, predicateType="urn:walkdown:signoff:0"), "no sign-off of walkdown"),
        (lambda data: changed(data, subject=[]), "speaks of 0 things"),
        (lambda data: changed(data, subject=json.loads(data)["subject"] * 2), "speaks of 2 things"),
        (lambda data: in_predicate(data, items="none"), "not as walkdown writes it"),
        (lambda data: in_predicate(data, threshold="huge"), "not as walkdown writes it"),
        (lambda data: in_predicate(data, byMachine="no"), "not as walkdown writes it"),
        (lambda data: in_predicate(data, made="yesterday"), "gives yesterday as its time"),
        (lambda data: in_predicate(data, made="2026-02-31T00:00:00Z"), "as its time"),
        (lambda data: changed(data, predicate=None), "not as walkdown writes it"),
    ],
)  # fmt: skip
def test_a_spoiled_record_is_refused_by_name(record: bytes, spoil: Callable[[bytes], bytes], words: str) -> None:
    data = spoil(record)
    assert data != record
    told = refusal(data)
    assert told.startswith("x.json")
    assert words in told


def test_a_huge_file_is_refused_before_it_is_parsed() -> None:
    assert "larger than" in refusal(b"{" + b" " * MOST_BYTES + b"}")


def test_the_sentence_stays_short_whatever_the_file_says(record: bytes) -> None:
    assert len(refusal(changed(record, predicateType="x" * 100_000))) < 300
    assert len(refusal(in_predicate(record, made="y" * 100_000))) < 300


@pytest.mark.parametrize(("old", "new"), [(b'"files":1', b'"files":1e400'), (b"About doors", b"About \\ud800")])
def test_what_no_two_readers_agree_about_is_no_canonical_form(record: bytes, old: bytes, new: bytes) -> None:
    data = record.replace(old, new)
    assert data != record
    with pytest.raises(RecordError):
        is_canonical(read_json(data, "x.json"), data, "x.json")


@pytest.mark.parametrize(
    ("old", "new"), [(b'"files":1', b'"files": 1'), (b"About doors", b"\\u0041bout doors"), (b"\n", b"")]
)
def test_another_spelling_of_the_same_is_told(record: bytes, old: bytes, new: bytes) -> None:
    data = record.replace(old, new)
    assert data != record
    assert json.loads(data) == json.loads(record)
    assert not is_canonical(read_json(data, "x.json"), data, "x.json")


def test_countersignatures_are_read_as_strictly(record: bytes, tmp_path: Path) -> None:
    files = files_of(statement_for(make_repo(tmp_path, {"a.py": "1\n"})))
    good = bytes_of(countersignature(files))
    assert read_countersignature(good, "x").record == files.name
    for data in (record, good[:-3], good.replace(b":1", b":2"), good.replace(b'"time":"2026', b'"time":"x026'), b"{}"):
        with pytest.raises(RecordError):
            read_countersignature(data, "x")
    with pytest.raises(RecordError, match="newer walkdown"):
        read_countersignature(good.replace(b"countersignature:1", b"countersignature:2"), "x")


def test_a_key_that_comes_again_is_found_among_very_many() -> None:
    data = "{" + "".join(f'"{number}":0,' for number in range(300_000)) + '"z":0,"z":1}'
    with pytest.raises(RecordError, match="has the key z twice"):
        read_statement(data.encode(), "x.json")
