"""What changed since the sign-off: through a session, with real keys, as the next person sees it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from helpers.boards import ADA, BOB, finding, of_finding, result
from helpers.records import (
    allow,
    countersignature,
    files_of,
    make_key,
    put,
    said,
    seal,
    sealed,
    statement_for,
)
from helpers.repos import commit, make_repo, write
from walkdown.errors import JournalError
from walkdown.model import Channel, Decided, FilePlace, Finding, Kind, Severity, Subject, TargetFacts, Verdict
from walkdown.record.files import RecordFiles
from walkdown.record.statement import FindingLine, canonical_json, sha256
from walkdown.review import Session, Terms, last
from walkdown.review.new_findings import new_since_signoff
from walkdown.scan.families import family_of
from walkdown.target import open_target

VIEW = "@login_required\ndef account(request):\n    return 1\n"
FOUND = (finding("W-A", line=3), finding("W-B", line=9))
LATER = "2024-11-18T09:00:00Z"


def line_of(one: Finding, verdict: Verdict | None = None) -> FindingLine:
    return FindingLine(
        one.id, "A flaw", "semgrep", one.rule.id, one.rule.hazard, one.severity, "likely", one.place,
        family=family_of(one), fingerprint=one.fingerprint, context=one.context,
        said=said(Kind.FINDING, one.id, verdict, at=LATER) if verdict else None,
    )  # fmt: skip


class House:
    """A repository with views to sign, and two people: whom this machine believes, and a stranger."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.repo = make_repo(folder, {"views.py": VIEW, "app.py": "x = 1\n"})
        self.key, self.strange = make_key(folder, "ours"), make_key(folder, "theirs")
        self._stack = stack
        allowed = allow(folder, ("ada@example.org", self.key))
        (folder / "CONFIG").mkdir()
        (folder / "CONFIG" / "config.toml").write_text(f'allowed-signers = "{allowed}"\n')
        self.found: tuple[Finding, ...] = FOUND

    def sign(
        self, *, stranger: bool = False, made: str = LATER, verdict: Verdict = Verdict.FALSE_POSITIVE
    ) -> RecordFiles:
        lines = (line_of(FOUND[0], verdict), line_of(FOUND[1]))
        files = files_of(statement_for(self.repo, items=(), findings=lines, made=made))
        files = sealed(files, seal(countersignature(files, time=made), self.strange if stranger else self.key))
        put(self.repo, files)
        return files

    def window(self, channel: Channel = Channel.TERMINAL) -> Session:
        session = self._stack.enter_context(Session.open(str(self.repo), channel))
        target = session.review.target
        facts = TargetFacts(looked=target.looked, head=target.facts.head, dirty=target.dirty)
        kept = msgspec.structs.replace(result(self.found), target=facts, finished="2026-11-20T00:00:00Z")
        assert last.save(session.review.state_folder, kept, session._asked()) == ""
        session.recall()
        return session


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with ExitStack() as stack:
        yield House(tmp_path, stack)


def test_without_records_there_is_nothing_to_remember(house: House) -> None:
    board = house.window(Channel.APP).board
    assert (board.origin, dict(board.offers), board.since) == (None, {}, None)


def test_the_walk_starts_at_the_signed_record(house: House) -> None:
    files = house.sign()
    session = house.window()
    board = session.board
    assert board.origin is not None
    assert (board.origin.name, board.origin.sha256) == (files.name, sha256(files.json))
    assert board.origin.by == ("Ada Tester",)
    standing = board.standing(of_finding("W-A"))
    assert standing is not None
    assert (standing.decision.verdict, standing.origin) == (Verdict.FALSE_POSITIVE, files.name)
    assert session._journal.events() == ()


def test_a_person_decides_over_what_was_carried_and_takes_that_back(house: House) -> None:
    house.sign()
    session = house.window()
    with pytest.raises(JournalError, match="nothing to take back"):
        session.undo(BOB)
    (event,) = session.decide([of_finding("W-A")], Verdict.REAL, Terms(), BOB)
    assert isinstance(event.act, Decided)
    assert (event.act.decision.over, event.act.decision.domain) == (0, "print-W-A:high")
    standing = session.board.standing(of_finding("W-A"))
    assert standing is not None
    assert (standing.event.actor, standing.disputed) == (BOB, ())
    session.undo(BOB)
    assert session.board.standing(of_finding("W-A")) is None, "who took it back said that it is open"


def test_a_strangers_record_only_proposes(house: House) -> None:
    files = house.sign(stranger=True)
    session = house.window(Channel.APP)
    board = session.board
    assert (board.origin, board.standing(of_finding("W-A"))) == (None, None)
    assert [(one.record, one.said.decision.verdict) for one in board.offers.values()] == [
        (files.name, Verdict.FALSE_POSITIVE)
    ]
    assert board.item("input.sql-parameters").evidence.dismissed == ()  # type: ignore[union-attr]
    session.decide([of_finding("W-A")], Verdict.REAL, Terms(), ADA)
    assert dict(session.board.offers) == {}


def test_a_record_that_comes_while_the_window_is_open(house: House) -> None:
    session = house.window()
    assert not session.changed_elsewhere()
    files = house.sign()
    assert session.changed_elsewhere()
    board = session.refresh()
    assert board.origin is not None
    assert board.origin.name == files.name
    assert not session.changed_elsewhere()


def test_whom_to_believe_never_comes_from_the_tree(house: House, tmp_path: Path) -> None:
    house.sign(stranger=True)
    inside = allow(tmp_path, ("ada@example.org", house.strange), name="inside")
    (house.repo / ".walkdown" / "allowed_signers").write_bytes(inside.read_bytes())
    (tmp_path / "CONFIG" / "config.toml").write_text(f'allowed-signers = "{house.repo}/.walkdown/allowed_signers"\n')
    board = house.window().board
    assert board.origin is None
    assert board.standing(of_finding("W-A")) is None
    assert "Earlier sign-offs are left out" in " ".join(board.memory.notes)


def test_since_counts_files_findings_and_names_guards(house: House) -> None:
    files = house.sign()
    write(house.repo, {"views.py": VIEW.replace("@login_required\n", ""), "new.py": "password = 1\n", "app.py": None})
    commit(house.repo)
    house.found = (FOUND[1], finding("W-N", line=40))
    session = house.window()
    assert session.board.since is None, "a command that only decides does not wait for it"
    since = session.tell_since().since
    assert since is not None
    assert (since.record, since.commit) == (files.name, session.board.origin.statement.about.digest.git_commit)  # type: ignore[union-attr]
    assert (since.changed, since.added, since.removed) == (1, 1, 1)
    assert (since.new_findings, since.gone_findings) == (1, 1)
    assert [(one.what, one.path, one.why) for one in since.hunks] == [
        ("guard-removed", "views.py", "@login_required is gone: a login check of account"),
        ("must-read", "new.py", "password"),
    ]
    assert since.told == ""


def test_the_app_is_told_at_once(house: House) -> None:
    house.sign()
    since = house.window(Channel.APP).board.since
    assert since is not None
    assert (since.changed, since.added, since.removed, since.hunks) == (0, 0, 0, ())


def test_a_moved_file_is_held_against_what_it_was(house: House) -> None:
    house.sign()
    more = "".join(f"def other{n}(): return {n}\n" for n in range(20))
    write(house.repo, {"views.py": VIEW + more})
    commit(house.repo)
    house.sign(made="2024-11-19T09:00:00Z")
    write(house.repo, {"views.py": None, "shop/views.py": VIEW + more})
    commit(house.repo)
    since = house.window().tell_since().since
    assert since is not None
    assert (since.added, since.removed, since.hunks) == (1, 1, ())


def test_a_commit_that_this_clone_does_not_have(house: House) -> None:
    statement = statement_for(house.repo, items=(), made=LATER)
    digest = msgspec.structs.replace(statement.about.digest, git_commit="e" * 40, looked="l" * 64)
    statement = msgspec.structs.replace(statement, subject=(msgspec.structs.replace(statement.about, digest=digest),))
    files = files_of(statement)
    put(house.repo, sealed(files, seal(countersignature(files, time=LATER), house.key)))
    since = house.window().tell_since().since
    assert since is not None
    assert since.told.startswith("Which files changed cannot be told: ")
    assert since.hunks == ()


def test_names_in_since_are_for_a_record(house: House) -> None:
    house.sign()
    name = os.fsdecode(b"a\xff<b>.py")
    write(house.repo, {name: VIEW})
    commit(house.repo)
    house.sign(made="2024-11-19T09:00:00Z")
    write(house.repo, {name: VIEW.replace("@login_required\n", "")})
    since = house.window().tell_since().since
    assert since is not None
    assert [one.path for one in since.hunks] == ["a\\xff<b>.py"]
    assert canonical_json(msgspec.to_builtins(since))


def keyed(line: int, name: str = "W-K") -> Finding:
    one = finding(name, "secret.code")
    return msgspec.structs.replace(
        one, fingerprint="k" * 32, place=FilePlace("keys.py", line, 7, line, 27), secret="hashed-with-this-machines-key"
    )


@pytest.mark.parametrize(
    ("text", "line", "same"),
    [
        ('KEY = "hunter2hunter2hunte"\n', 1, True),
        ('# above\nKEY = "hunter2hunter2hunte"\n', 2, True),
        ('KEY = "another-value-quite"\n', 1, False),
        ('# above\nKEY = "another-value-quite"\n', 2, False),
    ],
)
def test_a_secret_set_aside_is_another_one_with_another_value(house: House, text: str, line: int, same: bool) -> None:
    write(house.repo, {"keys.py": 'KEY = "hunter2hunter2hunte"\n'})
    commit(house.repo)
    then = keyed(1)
    told = msgspec.structs.replace(line_of(then, Verdict.FALSE_POSITIVE), keyed=True)
    with open_target(house.repo) as target:
        told = msgspec.structs.replace(told, file=target.inventory.by_path["keys.py"].content)
    files = files_of(statement_for(house.repo, items=(), findings=(told,), made=LATER))
    put(house.repo, sealed(files, seal(countersignature(files, time=LATER), house.key)))
    write(house.repo, {"keys.py": text})
    house.found = (keyed(line, "W-HERE"),)
    standing = house.window().board.standing(of_finding("W-HERE"))
    assert (standing is not None) is same


@pytest.mark.parametrize(("line", "same"), [(1, True), (2, False)])
def test_a_neighbour_in_an_unchanged_file_is_another_secret(house: House, line: int, same: bool) -> None:
    """Signed with uncommitted changes, so that no commit can say what the value was."""
    write(house.repo, {"keys.py": 'KEY = "hunter2hunter2hunte"\nKEY = "another-value-quite"\n'})
    told = msgspec.structs.replace(line_of(keyed(1), Verdict.FALSE_POSITIVE), keyed=True)
    with open_target(house.repo) as target:
        told = msgspec.structs.replace(told, file=target.inventory.by_path["keys.py"].content)
    files = files_of(statement_for(house.repo, items=(), findings=(told,), made=LATER, more={"dirty": True}))
    put(house.repo, sealed(files, seal(countersignature(files, time=LATER), house.key)))
    house.found = (keyed(line, "W-HERE"),)
    standing = house.window().board.standing(of_finding("W-HERE"))
    assert (standing is not None) is same


def test_what_was_not_committed_when_it_was_signed_is_told_as_such(house: House) -> None:
    files = files_of(statement_for(house.repo, items=(), made=LATER, more={"dirty": True}))
    put(house.repo, sealed(files, seal(countersignature(files, time=LATER), house.key)))
    write(house.repo, {"app.py": "x = 2\n"})
    since = house.window().tell_since().since
    assert since is not None
    assert since.told.startswith("It was signed with uncommitted changes, which are counted as made since.")


def test_a_scan_of_what_came_since(house: House) -> None:
    session = house.window()
    found = (*FOUND, finding("W-N", line=40))
    everything = new_since_signoff(session.review, result(found))
    assert everything.result.findings == found
    assert "No sign-off that counts (there is none)" in everything.notes[-1]
    house.sign(stranger=True)
    strange = new_since_signoff(session.review, result(found))
    assert strange.result.findings == found
    assert "nobody you trust vouches for" in strange.notes[-1]
    house.sign(made="2024-11-19T09:00:00Z")
    worse = (FOUND[0], msgspec.structs.replace(FOUND[1], severity=Severity.CRITICAL), found[2])
    new = new_since_signoff(session.review, result(worse))
    assert [one.id for one in new.result.findings] == ["W-B", "W-N"]
    assert "1 finding that the sign-off" in new.result.target.notes[-1]


def test_after_a_scan_too(house: House) -> None:
    house.sign()
    session = house._stack.enter_context(Session.open(str(house.repo), Channel.APP))
    looked = result(FOUND)
    board = asyncio.run(session._take_over(session.review, looked))
    assert board.looked is not None
    assert board.looked.result is looked
    assert board.standing(Subject(Kind.FINDING, "W-A")) is not None
    assert board.since is not None
