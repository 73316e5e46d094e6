"""The walk without the screen, through real processes: for scripts, for CI, and for people who listen to a terminal.

No scanner runs here: each repository comes with a last scan of its content as it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from helpers.command import Command, Said
from helpers.person import at_terminal
from helpers.repos import make_repo
from walkdown.model import (
    Actor,
    Channel,
    Confidence,
    Coverage,
    Decided,
    Decision,
    FilePlace,
    Finding,
    Kind,
    Ran,
    Report,
    Rule,
    ScanResult,
    Severity,
    SkipKind,
    Skipped,
    Source,
    Subject,
    TargetFacts,
    Verdict,
)
from walkdown.model.gap import gap_id
from walkdown.record.schemas import generate
from walkdown.review import Session, Terms, last

ADA, BEN = "Ada <ada@example.org>", "Ben <ben@example.org>"
WAIVE = ("--reason", "read by hand", "--owner", "Ada", "--until", "2099-12-31")
TERMS = Terms("read by hand", "Ada", "2099-12-31")
SECRET = "Zq7-horse-staple-battery"
FILES = {
    "app.py": "import requests\n\n\ndef pay(order):\n    return requests.post(GATEWAY, json=order)\n",
    "orders.py": "def find(db, who):\n    return db.execute(f\"SELECT * FROM orders WHERE who = '{who}'\")\n",
    "keys.py": f'PAYMENT = "{SECRET}"\n',
}
SQL = Rule("semgrep", "sql", "SQL built from input", "It reads all tables.", "Bind values.", hazard="input.sql-built")
TIMEOUT = Rule("semgrep", "timeout", "No timeout", "It hangs.", "Give one.", hazard="error.no-timeout")
KEY = Rule("kingfisher", "key", "A key in the code", "Whoever reads it pays.", "Rotate it.", hazard="secret.code")
FINDINGS = (
    Finding(SQL, Severity.HIGH, Confidence.SURE, FilePlace("orders.py", 2, 12, 2, 60), "W-AAAAAAAAAA",
            (Source("semgrep", "sql"), Source("bandit", "B608")), fingerprint="1" * 32),
    Finding(TIMEOUT, Severity.MEDIUM, Confidence.LIKELY, FilePlace("app.py", 5, 12, 5, 46), "W-BBBBBBBBBB",
            (Source("semgrep", "timeout"),), fingerprint="2" * 32),
    Finding(KEY, Severity.HIGH, Confidence.SURE, FilePlace("keys.py", 1, 12, 1, 36), "W-CCCCCCCCCC",
            (Source("kingfisher", "key"),), fingerprint="3" * 32, secret="keyed", preview="Zq7-"),
)  # fmt: skip
BROKEN = (
    Skipped("old.py", SkipKind.GAP, "syntax-error", f"it cannot be parsed near {SECRET}"),
    Skipped("new.py", SkipKind.GAP, "syntax-error", "it cannot be parsed"),
    Skipped("big.js", SkipKind.GAP, "rule-timeout", "two rules gave up"),
)
SCOPE = (Skipped("logo.png", SkipKind.SCOPE, "binary", "Not text."),)
ITEM, HUMAN = "input.sql-parameters", "ops.way-back"
SCHEMAS = generate()


class World:
    """A repository whose scan is known, and the command as anybody runs it there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tree = make_repo(folder, FILES)
        self.command = Command(folder / "home")
        for name, value in self.command.env.items():
            if name.startswith("WALKDOWN_"):
                monkeypatch.setenv(name, value)
        self.remember(FINDINGS, BROKEN)

    def session(self) -> Session:
        session = Session.open(
            str(self.tree), Channel.APP, lambda settings: msgspec.structs.replace(settings, offline=True)
        )
        session.recall()
        return session

    def remember(self, found: Sequence[Finding], gaps: Sequence[Skipped]) -> None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self.session() as session:
            target = session.review.target
            facts = TargetFacts(head=target.facts.head, tree=target.tree, looked=target.looked, skipped=SCOPE)
            report = Report("bandit", "1", Ran(), Coverage(6, 6 - len(gaps), tuple(gaps)))
            result = ScanResult(facts, (report,), tuple(found), finished=now)
            assert last.save(session.review.state_folder, result, session._asked()) == ""

    def __call__(self, *argv: str, code: int = 0) -> Said:
        """As a script: nobody sits there."""
        said = self.command(*argv, cwd=self.tree)
        assert said.code == code, (said.out, said.err)
        return said

    def json(self, schema: str, *argv: str, code: int = 0) -> Any:
        value = json.loads(self(*argv, "--format", "json", code=code).out)
        Draft202012Validator(SCHEMAS[schema]).validate(value)
        assert value["schema"] == f"walkdown.{schema}/1"
        return value

    def typed(self, *argv: str, code: int = 0) -> str:
        """As a person at a terminal."""
        return self.run_typed(sys.executable, "-m", "walkdown", *argv, code=code)

    def run_typed(self, *argv: str, code: int = 0) -> str:
        ended, shown = at_terminal(argv, cwd=self.tree, env=self.command.env)
        assert ended == code, shown
        return shown

    def item(self, item_id: str) -> Any:
        items = self.json("item-list", "item", "list", "--offline")["items"]
        return next(one for one in items if one["id"] == item_id)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def settle(world: World, *, gaps: bool, until: str = "2099-12-31") -> None:
    """Everything decided, as in the app; a waiver of the past is written as it stood in the journal then."""
    ada = Actor("Ada", "ada@example.org")
    with world.session() as session:
        found = [Subject(Kind.FINDING, one.id) for one in session.board.findings]
        session.decide(found, Verdict.FALSE_POSITIVE, TERMS, ada)
        for view in session.board.items:
            session.decide([view.subject], Verdict.NOT_APPLICABLE, TERMS, ada)
        for gap in session.board.gaps if gaps else ():
            decision = Decision(gap.subject, Verdict.WAIVED, "read by hand", "Ada", until)
            session._write((Decided(decision),), ada)


def test_a_list_that_is_not_named_is_the_one_that_is_walked(world: World) -> None:
    assert world("checklist", "show").out == world("checklist", "show", "pre-deploy").out


# --- status ----------------------------------------------------------------------------------------------------------


def test_status_says_what_stands_in_the_way(world: World) -> None:
    told = world.json("status", "status", "--offline", code=1)
    assert told["ready"] is False
    kinds = [one["kind"] for one in told["standing"]]
    assert (kinds.count("finding"), kinds.count("gap")) == (2, 3)
    assert {"kind": "finding", "id": "W-AAAAAAAAAA", "title": "SQL built from input", "why": "high, undecided"} in told[
        "standing"
    ]
    assert (
        told["counts"]["findings"] | {"total": 3, "high": 2, "medium": 1, "undecided": 3} == told["counts"]["findings"]
    )
    assert told["session"]["repo"] == "repo"
    assert told["session"]["fresh"] is True
    text = world("status", "--offline", code=1).out
    assert f"Not ready: {len(told['standing'])} things stand in the way." in text
    assert "Gaps (3)" in text


@pytest.mark.parametrize(("gaps", "until", "code"), [(True, "2099-12-31", 0), (False, "", 3), (True, "2020-01-01", 8)])
def test_the_exit_code_of_status_follows_the_table(world: World, gaps: bool, until: str, code: int) -> None:
    settle(world, gaps=gaps, until=until)
    told = world.json("status", "status", "--offline", code=code)
    assert told["ready"] is (code == 0)
    assert bool(told["standing"]) is (code != 0)
    assert told["counts"]["expired"] == (3 if code == 8 else 0)


def test_where_a_waiver_ran_out_and_a_flaw_is_open_the_waiver_is_named_first(world: World) -> None:
    settle(world, gaps=True, until="2020-01-01")
    world("finding", "decide", "W-AAAAAAAAAA", "real", "--as", ADA, "--offline")
    world("status", "--offline", code=8)


# --- items -----------------------------------------------------------------------------------------------------------


def test_a_script_may_look_but_that_is_no_looking(world: World) -> None:
    shown = world("item", "show", ITEM, "--offline").out
    for part in ("SQL has parameters", "Why", "Against", "W-AAAAAAAAAA", "orders.py:2", "SELECT * FROM orders", "Do"):
        assert part in shown
    assert world.item(ITEM)["opened"] is False
    refused = world("item", "decide", ITEM, "pass", "--as", ADA, "--offline", code=2)
    assert "Nobody opened the evidence" in refused.error
    assert f"walkdown item show {ITEM}" in refused.err


def test_a_person_who_read_it_at_a_terminal_may_pass_it(world: World) -> None:
    refused = world.typed("item", "decide", ITEM, "pass", "--as", ADA, "--offline", code=2)
    assert "Nobody opened the evidence" in refused
    assert "SELECT * FROM orders" in world.typed("item", "show", ITEM, "--as", ADA, "--offline")
    world.typed("item", "decide", ITEM, "pass", "--as", ADA, "--offline")
    told = world.item(ITEM)
    assert (told["opened"], told["decision"]["verdict"], told["decision"]["channel"]) == (True, "pass", "terminal")
    assert told["decision"]["by"] == "Ada"


def test_a_script_may_pass_what_a_person_looked_at_but_never_what_only_a_person_can_judge(world: World) -> None:
    for item_id in (ITEM, HUMAN):
        world.typed("item", "show", item_id, "--as", ADA, "--offline")
        assert world.item(item_id)["opened"] is True
    world("item", "decide", ITEM, "pass", "--as", ADA, "--offline")
    assert world.item(ITEM)["decision"]["channel"] == "script"
    refused = world("item", "decide", HUMAN, "pass", "--as", ADA, "--offline", code=2)
    assert "Only a person can pass" in refused.error
    world.typed("item", "decide", HUMAN, "pass", "--as", ADA, "--offline")


def test_output_that_goes_elsewhere_was_not_looked_at(world: World) -> None:
    """A script started at a terminal still has it as its input."""
    world.run_typed("sh", "-c", f'{sys.executable} -m walkdown item show {ITEM} --as "{ADA}" --offline > /dev/null')
    assert world.item(ITEM)["opened"] is False
    world.typed("item", "show", ITEM, "--as", ADA, "--offline", "--format", "json")
    assert world.item(ITEM)["opened"] is False, "json is for programs"


def test_who_nobody_knows_has_not_looked(world: World) -> None:
    assert "it does not count" in world.typed("item", "show", ITEM, "--offline")
    assert world.item(ITEM)["opened"] is False


def test_other_verdicts_ask_for_their_terms(world: World) -> None:
    refused = world("item", "decide", ITEM, "waive", "--as", ADA, "--offline", code=2)
    assert "--reason" in refused.err
    assert "--until" in world("item", "decide", ITEM, "waive", "--reason", "x", "--as", ADA, "--offline", code=2).err
    over = ("--reason", "x", "--owner", "Ada", "--until", "2020-01-01")
    assert "is over already" in world("item", "decide", ITEM, "waive", *over, "--as", ADA, "--offline", code=2).error
    told = world.json("written", "item", "decide", ITEM, "waive", *WAIVE, "--note", "see #7", "--as", ADA, "--offline")
    assert [(one["id"], one["verdict"], one["by"]) for one in told["events"]] == [(ITEM, "waived", "Ada")]
    assert world.item(ITEM)["decision"]["note"] == "see #7"


def test_an_id_that_is_not_there_is_told_what_is_near(world: World) -> None:
    refused = world("item", "decide", "input.sql-paramters", "needs-work", "--as", ADA, "--offline", code=2)
    assert f"Did you mean {ITEM}" in refused.err
    assert "There is no finding" in world("finding", "show", "W-ZZZ", "--offline", code=2).error
    assert "There is no gap" in world("gap", "waive", "0000", *WAIVE, "--as", ADA, "--offline", code=2).error


def test_an_item_as_json_holds_what_a_person_needs(world: World) -> None:
    told = world.json("item-view", "item", "show", ITEM, "--offline")
    assert told["item"]["standpoint"] == "against"
    assert [one["id"] for one in told["against"]] == ["W-AAAAAAAAAA"]
    assert "SELECT * FROM orders" in told["against"][0]["code"]
    assert told["do"]


# --- findings --------------------------------------------------------------------------------------------------------


def listed(world: World, *filters: str) -> list[str]:
    told = world.json("finding-list", "finding", "list", "--offline", *filters)
    assert told["total"] == 3
    return [one["id"][2] for one in told["findings"]]


def test_findings_are_listed_worst_first_and_filtered(world: World) -> None:
    assert listed(world) == ["C", "A", "B"]
    assert listed(world, "--severity", "high") == ["C", "A"]
    assert listed(world, "--path", "app.py") == ["B"]
    assert listed(world, "--path", "*e*.py") == ["C", "A"]
    assert listed(world, "--hazard", "input") == ["A"]
    assert listed(world, "--tool", "bandit") == ["A"]
    world("finding", "decide", "W-AAAAAAAAAA", "real", "--as", ADA, "--offline")
    assert listed(world, "--state", "real") == ["A"]
    assert listed(world, "--state", "open") == ["C", "B"]
    text = world("finding", "list", "--offline").out
    assert "3 of 3 findings, 2 undecided." in text


def test_many_are_decided_at_once_and_taken_back_at_once(world: World) -> None:
    refused = world("finding", "decide", "W-A", "W-B", "false-positive", "--as", ADA, "--offline", code=2)
    assert "W-A" in refused.error, "too short a start is not guessed at"
    both = (
        "finding",
        "decide",
        "W-AAAA",
        "w-bbbb",
        "false-positive",
        "--reason",
        "tests only",
        "--as",
        ADA,
        "--offline",
    )
    assert len(world.json("written", *both)["events"]) == 2
    assert listed(world, "--state", "false-positive") == ["A", "B"]
    back = world.json("written", "undo", "--as", ADA)
    assert (back["did"], len(back["events"])) == ("taken-back", 2)
    assert listed(world, "--state", "false-positive") == []
    assert world.json("written", "redo", "--as", ADA)["did"] == "brought-back"
    assert listed(world, "--state", "false-positive") == ["A", "B"]


def test_what_is_said_not_to_apply_is_accepted_with_one_reason(world: World) -> None:
    assert world("item", "accept-n-a", "--as", ADA, "--offline", code=2).error
    items = world.json("item-list", "item", "list", "--offline")["items"]
    proposed = [one["id"] for one in items if one["standpoint"] == "does-not-apply"]
    assert len(proposed) > 1
    accepted = ("item", "accept-n-a", "--reason", "nothing of it was seen here", "--as", ADA, "--offline")
    written = world.json("written", *accepted)["events"]
    assert sorted(one["id"] for one in written) == sorted(proposed)
    assert "no undecided item" in world(*accepted, code=2).error
    assert len(world.json("written", "undo", "--as", ADA)["events"]) == len(written)


def test_one_that_cannot_be_decided_leaves_all_undecided(world: World) -> None:
    world("finding", "decide", "W-AAAA", "W-NOTHERE", "real", "--as", ADA, "--offline", code=2)
    assert listed(world, "--state", "open") == ["C", "A", "B"]


def test_a_finding_shows_its_code_and_no_secret(world: World) -> None:
    text = world("finding", "show", "W-CCCC", "--offline").out
    assert "PAYMENT" in text
    told = world.json("finding-view", "finding", "show", "W-CCCC", "--offline")
    assert told["finding"]["code"].startswith("PAYMENT")
    gaps = world("gap", "list", "--offline").out
    for said in (text, json.dumps(told), gaps):
        assert SECRET not in said


def test_looking_at_a_finding_counts_at_a_terminal(world: World) -> None:
    world("finding", "show", "W-AAAA", "--as", ADA, "--offline")
    assert world.json("finding-view", "finding", "show", "W-AAAA", "--offline")["opened"] is False
    world.typed("finding", "show", "W-AAAA", "--as", ADA, "--offline")
    assert world.json("finding-view", "finding", "show", "W-AAAA", "--offline")["opened"] is True


# --- gaps ------------------------------------------------------------------------------------------------------------


def test_gaps_stand_under_their_class_with_what_to_do(world: World) -> None:
    text = world("gap", "list", "--offline").out
    assert "bandit/syntax-error  (2, 2 open)" in text
    assert "Update the tool" in text
    assert "logo.png" not in text
    assert "logo.png" in world("gap", "list", "--all", "--offline").out


def test_a_gap_or_its_class_is_waived(world: World) -> None:
    assert "Waive what?" in world("gap", "waive", *WAIVE, "--as", ADA, "--offline", code=2).error
    world("gap", "waive", gap_id("bandit", "big.js", "rule-timeout")[:6], *WAIVE, "--as", ADA, "--offline")
    world("gap", "waive", "--class", "bandit/syntax-error", *WAIVE, "--as", ADA, "--offline")
    told = world.json("gap-list", "gap", "list", "--offline")
    assert [one["waived"] for one in told["gaps"]] == [True, True, True]
    assert {one["class"] for one in told["gaps"]} == {"bandit/syntax-error", "bandit/rule-timeout"}
    assert [one["path"] for one in told["scope"]] == ["logo.png"]
    assert "all waived" in world("gap", "list", "--offline").out
    near = world("gap", "waive", "--class", "bandit/sintax-error", *WAIVE, "--as", ADA, "--offline", code=2)
    assert "Did you mean bandit/syntax-error?" in near.err


# --- undo ------------------------------------------------------------------------------------------------------------


def test_another_person_s_decision_is_taken_back_by_its_number_only(world: World) -> None:
    number = world.json("written", "item", "decide", ITEM, "needs-work", "--as", ADA, "--offline")["events"][0]["event"]
    assert "has nothing to take back" in world("undo", "--as", BEN, code=2).error
    world("undo", "--event", str(number), "--as", BEN)
    assert world.item(ITEM)["decision"] is None
    assert world("undo", "--event", "999", "--as", BEN, code=2).err
    assert "nothing" in world("redo", "--as", ADA, code=2).error
    world("redo", "--as", BEN)
    assert world.item(ITEM)["decision"]["by"] == "Ada"
