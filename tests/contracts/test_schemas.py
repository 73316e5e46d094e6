"""The published shapes are frozen: a change in a type shows up here, to be made on purpose or not at all."""

from __future__ import annotations

import json

import msgspec
import pytest
from jsonschema import Draft202012Validator

from helpers.results import FINDINGS, REPORTS, RESULT, code_of
from walkdown.record.scan_json import scan_json
from walkdown.record.schemas import FOLDER, generate, text_of
from walkdown.record.wire import WireScan
from walkdown.safetext import Masker

SCHEMAS = generate()


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_one_the_types_give(name: str) -> None:
    committed = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert committed == text_of(SCHEMAS[name]), "python -m walkdown.record.schemas refreshes it; look at what changed"


def test_no_schema_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_a_scan_fits_its_schema_and_every_field_of_it_is_there() -> None:
    document = json.loads(b"".join(scan_json(RESULT, code_of, Masker())))
    Draft202012Validator(SCHEMAS["scan"]).validate(document)
    for part in ("findings", "outcomes", "target"):
        del document[part]
        assert not Draft202012Validator(SCHEMAS["scan"]).is_valid(document)


def test_a_scan_that_was_written_can_be_read_back() -> None:
    scan = msgspec.json.decode(b"".join(scan_json(RESULT, code_of, Masker())), type=WireScan)
    assert (len(scan.findings), len(scan.outcomes), len(scan.facts)) == (len(FINDINGS), len(REPORTS), 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [*(("report", report) for report in REPORTS), *(("outcome", report.outcome) for report in REPORTS),
     ("finding", FINDINGS[0]), ("place", FINDINGS[-1].place), ("fact", RESULT.facts[0])],
)  # fmt: skip
def test_what_the_model_writes_fits_its_schema(name: str, value: object) -> None:
    Draft202012Validator(SCHEMAS[name]).validate(json.loads(msgspec.json.encode(value)))
