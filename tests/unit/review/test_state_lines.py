"""What goes into a record: no secret, and nothing that makes the next walk believe too much."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from helpers.boards import ADA, checklist, finding, item, of_item, result
from helpers.repos import make_repo
from walkdown.journal import fold
from walkdown.model import Channel, Coverage, Ran, Report, Severity, Verdict
from walkdown.record.statement import Signer, Since
from walkdown.review import Session, Terms
from walkdown.review.board import Origin, board_of, look_at
from walkdown.review.origin import carry
from walkdown.review.signoff import How, countersignature_of, prepare

_DICE = random.Random(11)
TOKEN = "-".join(("xoxb", *("".join(_DICE.choices("123456789", k=12)) for _ in "ab"),
                  "".join(_DICE.choices(string.ascii_letters, k=24))))  # fmt: skip
SIGNER = Signer(f"Ada {TOKEN}", "ada@example.org", f"role {TOKEN}")
LIST = checklist(item("sql", "input.sql-built"))
HOW = How(exceptions=True, unsigned=True, signer=SIGNER)
SINCE = Since("2026-11-19-0123456789ab", "0" * 64, "2026-11-19T10:00:00Z", "", by=(f"Bob {TOKEN}",), told=TOKEN)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    repo = make_repo(tmp_path, {"app.py": "print()\n"}).rename(tmp_path / TOKEN)
    with Session.open(str(repo), Channel.APP) as opened:
        opened.checklist = checklist()
        opened._looked = look_at(result((finding("f1"),)), Severity.HIGH, fresh=True)
        yield opened


def test_no_token_is_signed_whatever_name_it_stands_in(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    board = session.refresh()
    memory = msgspec.structs.replace(board.memory, since=SINCE)
    monkeypatch.setattr(session, "tell_since", lambda: msgspec.structs.replace(session.board, memory=memory))
    prepared = prepare(session, HOW)
    since = prepared.statement.predicate.since
    assert since is not None
    assert [one.split()[0] for one in since.by] == ["Bob"]
    statement = countersignature_of(prepared.files, SIGNER, machine=False)
    written = (prepared.files.json, prepared.files.markdown or b"", msgspec.json.encode(statement))
    assert [TOKEN.encode() in one for one in written] == [False, False, False]


def test_what_was_found_in_other_content_than_lies_here_is_not_said_to_be_in_this(session: Session) -> None:
    """Its digest would make the next walk believe that a secret is still the one that was decided about."""
    session.refresh()
    (fresh,) = prepare(session, HOW).statement.predicate.findings
    assert fresh.file == "", "the files were looked at once more, and they are not those of this scan"


def test_what_is_stale_when_it_is_signed_over_is_stale_on_the_next_machine(session: Session) -> None:
    """The line tells today's evidence and the decision its own; taken from one another they would always agree."""
    first, second = finding("f1", severity=Severity.LOW), finding("f2", line=2, severity=Severity.LOW)
    session.checklist = LIST
    session._looked = look_at(result((first, second)), Severity.HIGH, fresh=True)
    session.refresh()
    session.decide([of_item("sql")], Verdict.WAIVED, Terms("later", "Ada", "2999-01-01"), ADA)
    for found, open_ in (((first, second), ""), ((first,), "the evidence changed since it was decided")):
        looked = session._looked = look_at(result(found), Severity.HIGH, fresh=True)
        made = prepare(session, HOW)
        origin = Origin(made.files.name, "0" * 64, made.statement, ("Ada",), trusted=True)
        carried = carry(fold(()), origin, looked, LIST, session.board.today)
        (view,) = board_of(LIST, carried, looked, session.board.today).items
        assert (view.verdict, view.why) == (Verdict.WAIVED, open_)


def audited(data: str, at: str) -> Report:
    return Report("pip-audit", "2.10", Ran(), Coverage(1, 1), data=data, data_at=at)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (audited("ab12", "2024-10-10T00:00:00Z"), ("advisory data ab12", "2024-10-10T00:00:00Z")),
        (audited("", ""), ("the advisories of the package index, asked then", "2026-11-20T10:00:00Z")),
    ],
)
def test_a_record_says_whose_advisories_they_were(session: Session, report: Report, said: tuple[str, str]) -> None:
    scan = msgspec.structs.replace(result(()), reports=(report,), finished="2026-11-20T10:00:00Z")
    session._looked = look_at(scan, Severity.HIGH, fresh=True)
    [line] = prepare(session, HOW).statement.predicate.tools
    assert (line.data, line.data_at) == said
