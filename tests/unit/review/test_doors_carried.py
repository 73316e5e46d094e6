"""What a signed record brings along of doors and guards, and what of it a later scan opens again."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from helpers.boards import ADA, BOB, TODAY, decided, events, finding
from helpers.mapped import FILES, LIST, about, door, guard, of_door, of_guard, scanned
from walkdown.journal import fold
from walkdown.model import Act, Finding, Severity, Verdict
from walkdown.model.door import Checks, Door
from walkdown.record.reading import read_statement
from walkdown.record.statement import (
    Counts,
    Digest,
    FindingLine,
    Occasion,
    Predicate,
    RecordSubject,
    Repo,
    Signer,
    Statement,
    canonical,
)
from walkdown.review.board import Board, Looked, Origin, board_of, look_at
from walkdown.review.door_lines import door_lines, guard_lines
from walkdown.review.origin import carry, domain_of
from walkdown.review.session import _decided_on, _rests_on
from walkdown.scan.families import family_of

MINE = guard()
LOGIN = guard("login", Checks.LOGIN)
MORNING, NOON = "2026-11-19T08:00:00Z", "2026-11-19T12:00:00Z"


def look(doors: Sequence[Door], findings: Sequence[Finding] = (), files: dict[str, str] | None = None) -> Looked:
    return look_at(scanned(doors, findings, files or dict(FILES)), Severity.HIGH, fresh=True)


def walked(looked: Looked, *decisions: tuple[object, Verdict], time: str = NOON) -> Board:
    """What people decided one after the other, each before the board of that moment."""
    acts: list[Act] = []
    board = board_of(LIST, fold(()), looked, TODAY)
    for subject, verdict in decisions:
        acts.append(decided(subject, verdict, reason="because", domain=_decided_on(subject, board),  # type: ignore[arg-type]
                            rests_on=_rests_on(subject, board)))  # type: ignore[arg-type]  # fmt: skip
        board = board_of(LIST, fold(events(*acts, time=time)), looked, TODAY)
    return board


def signed(board: Board) -> Origin:
    """The record of this board, written and read again."""
    assert board.looked is not None
    found = tuple(
        FindingLine(
            one.id, "A flaw", one.rule.tool, one.rule.id, one.rule.hazard, one.severity, "likely", one.place,
            family=family_of(one), fingerprint=one.fingerprint, context=one.context,
        )
        for one in board.looked.result.findings
    )  # fmt: skip
    predicate = Predicate(
        walkdown="0.1.0", made="2026-11-19T20:00:00Z", verdict="Signed", by_machine=False, signer=Signer("Ada"),
        unsigned=False, repo=Repo(), occasion=Occasion(), dirty=False, threshold=Severity.HIGH, offline=False,
        settings_digest="", scanned=NOON, files=1, lists=(), exceptions=(), items=(), findings=found, counts=Counts(),
        gaps=(), tools=(), topics=board.looked.result.topics,
        doors=door_lines(board, str), guards=guard_lines(board, str),
    )  # fmt: skip
    statement = Statement((RecordSubject("shop", Digest("c" * 40, "t" * 40, "l" * 64)),), predicate)
    return Origin("2026-11-19-0123456789ab", "0" * 64, read_statement(canonical(statement), "r"), ("Ada",), True)


def over(origin: Origin, looked: Looked, *acts: Act, time: str = MORNING) -> Board:
    return board_of(LIST, carry(fold(events(*acts, time=time)), origin, looked, LIST, TODAY), looked, TODAY)


def test_what_was_said_of_a_guard_and_its_doors_is_there_on_the_next_walk() -> None:
    looked = look([door("D-1", MINE), door("D-2", LOGIN)])
    origin = signed(walked(looked, (of_guard(), Verdict.OWNER_GUARD), (of_door("D-2"), Verdict.GUARDED)))

    now = over(origin, looked)

    assert [(row.guard, row.open) for row in now.doors] == [(Checks.OWNER, True), (Checks.LOGIN, False)]
    said = now.guards[0].said
    assert said is not None
    assert (said.origin, said.event.actor, said.event.time) == ("2026-11-19-0123456789ab", ADA, NOON)
    assert said.decision.reason == "because"


def test_a_door_that_changed_since_the_sign_off_is_open_again() -> None:
    then = look([door("D-1", LOGIN)])
    origin = signed(walked(then, (of_door(), Verdict.GUARDED)))

    assert not over(origin, then).doors[0].open
    assert (
        over(origin, look([door("D-1", LOGIN, limiter="slow")])).doors[0].why == "the door changed since it was decided"
    )
    assert over(origin, look([door("D-1")])).doors[0].why.startswith("guarded by a login when it was decided")


def test_a_guard_whose_file_changed_since_the_sign_off_is_asked_about_again() -> None:
    then = look([door("D-1", MINE)])
    origin = signed(walked(then, (of_guard(), Verdict.OWNER_GUARD)))

    now = over(origin, look([door("D-1", MINE)], files={"auth.ts": "2" * 64}))

    assert (now.guards[0].open, now.doors[0].guard) == (True, None)


def test_findings_under_other_names_are_not_new_to_a_decision() -> None:
    one = door("D-1", LOGIN)
    found = about(one)
    origin = signed(walked(look([one], [found]), (of_door(), Verdict.GUARDED)))

    renamed = msgspec.structs.replace(found, id="F-elsewhere")
    assert not over(origin, look([one], [renamed])).doors[0].open
    another = msgspec.structs.replace(about(one, hazard="error.leaked"), id="F-new", fingerprint="new")
    assert over(origin, look([one], [renamed, another])).doors[0].open


def test_what_is_decided_here_since_counts_more() -> None:
    looked = look([door("D-1", LOGIN)])
    origin = signed(walked(looked, (of_door(), Verdict.GUARDED)))

    now = over(origin, looked, decided(of_door(), Verdict.NEEDS_WORK), time="2026-11-19T23:00:00Z")

    assert now.doors[0].verdict is Verdict.NEEDS_WORK


def test_a_dispute_about_a_guard_is_carried_as_one() -> None:
    looked = look([door("D-1", MINE)])
    board = walked(looked, (of_guard(), Verdict.OWNER_GUARD))
    origin = signed(board)
    line = origin.statement.predicate.guards[0]
    torn = msgspec.structs.replace(line, said=msgspec.structs.replace(line.said, disputed=(BOB,)))
    predicate = msgspec.structs.replace(origin.statement.predicate, guards=(torn,))
    disputed = msgspec.structs.replace(origin, statement=msgspec.structs.replace(origin.statement, predicate=predicate))

    assert over(disputed, looked).doors[0].guard is None


def test_a_record_may_speak_of_doors_that_are_no_more() -> None:
    origin = signed(walked(look([door("D-1", MINE)]), (of_guard(), Verdict.OWNER_GUARD), (of_door(), Verdict.GUARDED)))

    assert over(origin, look([door("D-2")])).state.decisions == {}


def test_a_record_holds_what_was_decided_and_where_it_rests() -> None:
    one = door("D-1", MINE)
    found = about(one)
    board = walked(look([one, door("D-2", LOGIN)], [found]), (of_guard(), Verdict.OWNER_GUARD))
    lines = door_lines(board, str)

    assert [(line.guard, line.open, line.found, line.files) for line in lines] == [
        ("owner", "undecided", ("F-1",), ()),
        ("login", "undecided", (), ()),
    ]
    assert [(check.name, check.checks) for check in lines[0].checks] == [("mine", "owner")]
    assert lines[0].writes == ("orders",)
    (told,) = guard_lines(board, str)
    assert (told.id, told.read, told.doors, told.content) == ("auth.ts#mine", "unknown", 1, "1" * 64)
    decided_one = door_lines(walked(look([one]), (of_door(), Verdict.PUBLIC)), str)[0]
    assert decided_one.files == ("routes.ts", "auth.ts", "db.ts")


def test_the_domain_of_a_finding_is_none_of_a_door() -> None:
    """A finding's decision is told by its fingerprint; the same words must not settle a door."""
    looked = look([door("D-1", LOGIN)])
    acts = (decided(of_door(), Verdict.GUARDED, domain=domain_of(finding("F-1"))),)

    assert board_of(LIST, fold(events(*acts)), looked, TODAY).doors[0].open
