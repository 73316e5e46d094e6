"""`verify --rescan`: what a fresh scan is sure of, what it tells of rules, and what it leaves open where a tool is
missing. The record is one that walkdown made of a real scan."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from helpers.repos import commit, make_repo, write
from walkdown.model import Actor, Channel, Decision, Kind, Missing, ScanResult, SkipKind, Skipped, Subject, Verdict
from walkdown.model.gap import gap_id
from walkdown.record.files import RecordFiles
from walkdown.record.reading import read_statement
from walkdown.record.staleness import Stale, staleness
from walkdown.record.statement import GapLine, Said, Signer, Statement
from walkdown.record.tree import Tree
from walkdown.review import Review, Session, Terms
from walkdown.review.rescanned import rescanned
from walkdown.review.signoff import How, prepare
from walkdown.settings import Settings
from walkdown.target import open_target

ADA = Actor("Ada Tester", "ada@example.org")
ITEM = "input.no-code"
APP = """\
import subprocess


def build(name):
    return subprocess.run("make " + name, shell=True, check=True, timeout=60)
"""
EVAL = (
    APP
    + """

@app.route("/sum")
def total():
    return eval(request.args["sum"])
"""
)
README = "# Shop\n\nA small shop that sells tee and mugs.\n"


def quick(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, only=("bandit", "semgrep"), offline=True)


class Signed(msgspec.Struct, frozen=True):
    folder: Path
    statement: Statement
    scan: ScanResult


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    folder = tmp_path_factory.mktemp("rescan")
    make_repo(folder, {"build.py": APP, "README.md": README})
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "CACHE", "STATE"):
            patch.setenv(f"WALKDOWN_{name}_DIR", str(folder / name))
        with Session.open(str(folder / "repo"), Channel.TERMINAL, quick) as session:
            asyncio.run(session.scan())
            subject = Subject(Kind.ITEM, ITEM)
            session.opened(subject, ADA)
            session.decide([subject], Verdict.PASS, Terms("read it"), ADA)
            how = How(exceptions=True, machine=True, unsigned=True, signer=Signer(ADA.name, ADA.mail))
            files: RecordFiles = prepare(session, how).files
            assert session.board.looked
            yield Signed(folder, read_statement(files.json, "x"), session.board.looked.result)


Told = Callable[..., Stale]


@pytest.fixture
def told(signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """What a rescan of a copy says, after these files changed, of a record that was changed so."""
    repo = tmp_path / "repo"
    shutil.copytree(signed.folder / "repo", repo)
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(signed.folder / name))

    def tell(
        files: dict[str, str],
        of_scan: Callable[[ScanResult], ScanResult] = lambda scan: scan,
        of_record: Callable[[Statement], Statement] = lambda statement: statement,
    ) -> Stale:
        write(repo, files)
        commit(repo)
        with Review.open(str(repo), quick) as review:
            scan = of_scan(asyncio.run(review.scan()))
            return rescanned(of_record(signed.statement), review, Tree(review.target), scan, datetime.now(timezone.utc))

    return tell


def told_of(stale: Stale) -> list[tuple[str, str, bool, str]]:
    return [(one.kind, one.id if one.kind == "item" else one.title, one.sure, one.cause) for one in stale.reopened]


def test_nothing_changed(told: Told) -> None:
    assert told({}).reopened == ()


def test_a_change_of_nothing_reopens_nothing_though_it_might_have(signed: Signed, told: Told, tmp_path: Path) -> None:
    assert told({"build.py": "# builds\n\n" + APP}).reopened == ()
    with open_target(tmp_path / "repo") as target:
        guessed = staleness(signed.statement, Tree(target), datetime.now(timezone.utc)).reopened
    assert [(one.id, one.sure) for one in guessed] == [(ITEM, False)]


def test_new_flaws_reopen_for_sure_and_are_named(told: Told) -> None:
    stale = told({"build.py": EVAL})
    assert ("item", ITEM, True, "code") in told_of(stale)
    new = [one for one in stale.reopened if one.kind == "finding"]
    assert [one.paths for one in new] == [("build.py",)]
    assert "build.py:10" in new[0].why


def without_its_finding(signed: Signed) -> Callable[[Statement], Statement]:
    def change(statement: Statement) -> Statement:
        predicate = statement.predicate
        items = tuple(msgspec.structs.replace(one, found=()) for one in predicate.items)
        tools = tuple(msgspec.structs.replace(one, rules="older") for one in predicate.tools)
        changed = msgspec.structs.replace(predicate, findings=(), items=items, tools=tools)
        return msgspec.structs.replace(statement, predicate=changed)

    return change


def test_what_only_new_rules_see_is_a_change_of_rules(signed: Signed, told: Told) -> None:
    """The files are as they were; the scan finds what the record does not have."""
    assert any(one.rule.hazard == "input.command" for one in signed.scan.findings)
    stale = told({}, of_record=without_its_finding(signed))
    assert ("item", ITEM, True, "rules") in told_of(stale)
    assert any("rules of semgrep, bandit are other ones" in note for note in stale.notes)


def test_a_missing_tool_leaves_it_open(told: Told) -> None:
    def lose(scan: ScanResult) -> ScanResult:
        gone = Missing("It is not here.", "install it")
        reports = tuple(msgspec.structs.replace(one, outcome=gone) for one in scan.reports)
        return msgspec.structs.replace(scan, reports=reports, findings=())

    stale = told({"build.py": "# builds\n\n" + APP}, of_scan=lose)
    assert told_of(stale) == [("item", ITEM, False, "code")]
    assert any("did not run to its end" in note for note in stale.notes)


def test_a_word_in_the_readme_reopens_nothing(told: Told) -> None:
    assert told({"README.md": README.replace("tee", "tea")}).reopened == ()


def let_go(content: str) -> Callable[[Statement], Statement]:
    """The record says that somebody waived what was not looked at in build.py, as it was then."""
    subject = Subject(Kind.GAP, gap_id("bandit", "build.py", "syntax-error"))
    said = Said(Decision(subject, Verdict.WAIVED, "read it", domain=content), ADA, "2026-01-01T10:00:00Z", Channel.APP)
    line = GapLine(subject.id, "bandit", "build.py", "syntax-error", "it cannot be parsed", said=said)

    def change(statement: Statement) -> Statement:
        predicate = msgspec.structs.replace(statement.predicate, gaps=(*statement.predicate.gaps, line))
        return msgspec.structs.replace(statement, predicate=predicate)

    return change


@pytest.mark.parametrize(("then", "told_of_it"), [("as-it-is", []), ("as-it-was", [("build.py", True)])])
def test_what_was_let_go_unread_and_changed_since_is_asked_again(
    told: Told, then: str, told_of_it: list[tuple[str, bool]]
) -> None:
    def unread(scan: ScanResult) -> ScanResult:
        skip = Skipped("build.py", SkipKind.GAP, "syntax-error", "it cannot be parsed")
        reports = tuple(
            msgspec.structs.replace(one, coverage=msgspec.structs.replace(one.coverage, skipped=(skip,)))
            if one.scanner == "bandit"
            else one
            for one in scan.reports
        )
        return msgspec.structs.replace(scan, reports=reports, unread={"build.py": "as-it-is"})

    gaps = [one for one in told({}, of_scan=unread, of_record=let_go(then)).reopened if one.kind == "gap"]
    assert [(one.title, one.sure) for one in gaps] == told_of_it
