"""What the gate says to machines: shapes that hold, and hostile text that starts nothing in the log of a CI job."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from helpers.gates import NOW, OPEN, signer, verification
from helpers.hostile import PIECES, SURROGATES, bad_characters
from walkdown.record.gate_forms import WireCheck, check_github, check_json, check_junit, words
from walkdown.record.gate_sarif import check_sarif
from walkdown.record.statement import Repo
from walkdown.record.verification import STALE, TAMPERED, Reopened, Verification
from walkdown.review.gate import Gate, Policy, judge

SARIF = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "contracts" / "sarif-essentials.schema.json").read_text()),
    format_checker=FormatChecker(),
)
HOSTILE = {
    **PIECES,
    **SURROGATES,
    "command": "\n::error::owned\r\n::set-output name=x::y\n  ::add-mask::z",
    "old-command": "##[set-env name=PATH]/evil ##[add-mask]a ##vso[task.setvariable variable=x]y ##teamcity[x]",
    "xml": "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;<a b='c' d=\"e\">\x00\x08\x1b\ufffe\uffff",
    "escapes": "100%0A::error::x %25 a,b:c",
}


def stale(text: str = "app.py") -> Verification:
    reopened = (
        Reopened("item", "auth.guards", "Endpoints are guarded", "a file changed", "code", paths=("shop/a b.py", text)),
        Reopened("finding", f"f1{text}", text, text, "code", sure=True, paths=(text,)),
        Reopened("item", "bare", "bare", "its answer is old", "age"),
    )
    return verification(
        STALE, f"Stale: {text}", reopened=reopened, changed=(text,), notes=(text,), signers=(signer(text, text),)
    )


def both(of: Verification) -> tuple[Gate, Verification]:
    return judge(of, Policy(), NOW), of


def sarif(of: Verification) -> Any:
    document = json.loads(check_sarif(*both(of), "0.1.0"))
    SARIF.validate(document)
    return document["runs"][0]["results"]


def junit(of: Verification) -> ET.Element:
    return ET.fromstring(check_junit(*both(of)))


def test_json_reads_back() -> None:
    said = msgspec.json.decode(check_json(*both(stale())), type=WireCheck)
    assert (said.schema, said.passed, said.code, said.record.commit) == ("walkdown.check/1", False, 4, "a" * 40)
    assert [one.id for one in said.reopened] == ["auth.guards", "f1app.py", "bare"]
    assert {point.state for point in said.points} == {"passed", "failed", "skipped"}
    passed = msgspec.json.decode(check_json(*both(verification())), type=WireCheck)
    assert (passed.passed, passed.code, passed.reasons) == (True, 0, ())


def test_json_of_a_record_that_nobody_could_read() -> None:
    said = msgspec.json.decode(check_json(*both(verification(2, "No record.", readable=False))), type=WireCheck)
    assert (said.code, said.record.made, said.reasons[0][:10]) == (2, "", "No record.")


def test_sarif_has_a_result_for_each_reason_and_each_reopened_thing_at_its_place() -> None:
    results = sarif(stale())
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]
    assert [one["ruleId"] for one in results] == ["walkdown.check.tree", *["walkdown.check.reopened"] * 3]
    assert places == [".", "shop/a%20b.py", "app.py", "."]
    assert [one["level"] for one in results] == ["error", "warning", "error", "warning"]
    assert sarif(verification()) == []


def test_a_path_that_leads_out_is_nobodys_place() -> None:
    reopened = (Reopened("item", "x", "x", "y", "code", paths=("../../etc/passwd",)),)
    result = sarif(verification(STALE, reopened=reopened))[1]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."


def test_junit_has_a_case_for_each_point() -> None:
    suite = junit(stale())[0]
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert suite.get("tests") == str(len(cases)) == "11"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "1"
    failure = cases["tree"].find("failure")
    assert failure is not None
    assert "may reopen: item auth.guards (Endpoints are guarded): a file changed [shop/a b.py" in (failure.text or "")
    skipped = junit(verification(TAMPERED, "Tampered: no."))[0]
    assert int(skipped.get("skipped", "0")) == len(skipped.findall("testcase/skipped")) == 9


def test_github_annotates_the_first_file_of_each() -> None:
    lines = check_github(*both(stale())).decode().splitlines()
    assert lines[0] == "walkdown check: FAILED (stale, exit 4), record 2026-11-20-abcdef123456. Stale: app.py"
    assert lines[1].startswith("::error title=walkdown check::Stale: app.py. Look again")
    assert lines[2].startswith("::warning file=shop/a b.py,line=1,title=walkdown%3A reopened::may reopen: item auth")
    assert lines[3].startswith("::error file=app.py,line=1,title=walkdown%3A reopened::reopened: finding f1app.py")
    assert lines[4].startswith("::warning title=walkdown%3A reopened::may reopen: item bare:")
    assert lines[-1] == "::notice title=walkdown check::app.py"


def test_github_finds_the_file_where_only_a_part_of_the_repository_was_signed() -> None:
    of = stale()
    assert of.statement is not None
    predicate = msgspec.structs.replace(of.statement.predicate, repo=Repo(prefix="back,end"))
    of = msgspec.structs.replace(of, statement=msgspec.structs.replace(of.statement, predicate=predicate))
    assert "::warning file=back%2Cend/shop/a b.py,line=1," in check_github(*both(of)).decode()


def test_github_escapes_as_its_own_toolkit_does() -> None:
    line = check_github(*both(stale("a,b:c%0Ad.py"))).decode().splitlines()[3]
    assert line.startswith("::error file=a%2Cb%3Ac%250Ad.py,line=1,")
    assert "[a,b:c%250Ad.py]" in line


def test_github_stops_listing_somewhere() -> None:
    reopened = tuple(Reopened("item", f"i{n}", "", "changed", "code") for n in range(80))
    text = check_github(*both(verification(STALE, reopened=reopened))).decode()
    assert (text.count("::warning "), "and 30 more" in text) == (51, True)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_on_its_line_and_starts_no_command(name: str) -> None:
    of = stale(f"x{HOSTILE[name]}")
    lines = check_github(*both(of)).decode().split("\n")
    assert len(lines) == len(check_github(*both(stale())).decode().split("\n"))
    ours = re.compile(r"::(error|warning|notice) [^:]*::")
    for line in lines[1:-1]:
        assert ours.match(line), line
        assert not bad_characters(line)
    assert not lines[0].lstrip().startswith("::")
    assert not re.search(r"##\w*\[", "\n".join(lines))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_keeps_every_shape_whole(name: str) -> None:
    of = stale(f"x{HOSTILE[name]}")
    assert msgspec.json.decode(check_json(*both(of)), type=WireCheck).code == STALE
    assert len(sarif(of)) == 4
    assert len(list(junit(of).iter("testcase"))) == 11
    for text in (check_json(*both(of)).decode(), check_junit(*both(of)).decode()):
        assert not [one for one in bad_characters(text) if one != "U+000A"]


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_breaks_xml_json_or_a_line(text: str) -> None:
    of = stale(f"x{text}")
    junit(of)
    sarif(of)
    msgspec.json.decode(check_json(*both(of)), type=WireCheck)
    assert len(check_github(*both(of)).decode().splitlines()) == 6


def test_a_secret_in_a_strangers_record_is_masked() -> None:
    assert "ghp_" + "a1" * 18 not in words("token ghp_" + "a1" * 18)


def test_exceptions_reach_every_form() -> None:
    of = verification(exceptions=(OPEN,))
    assert b"Endpoints are guarded" in check_github(*both(of))
    assert b"Endpoints are guarded" in check_junit(*both(of))
    assert "Endpoints are guarded" in sarif(of)[0]["message"]["text"]
