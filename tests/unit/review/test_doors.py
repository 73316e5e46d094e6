"""What people say of doors and guards, what follows from it, and when it no longer holds."""

from __future__ import annotations

import msgspec
import pytest

from helpers.boards import ADA, BOB, decided, of_finding
from helpers.mapped import about, board, door, guard, of_door, of_guard, scanned
from walkdown.checklist import ObstacleKind
from walkdown.errors import UsageError
from walkdown.journal import fold
from walkdown.model import Act, Channel, Decided, Kind, Severity, Subject, Verdict
from walkdown.model.door import Checks, Door, DoorKind, Operation, Reach
from walkdown.review.board import Board
from walkdown.review.doors import door_rows
from walkdown.review.session import _decided_on, _rests_on
from walkdown.review.terms import Terms, check

MINE = guard()
LOGIN = guard("login", Checks.LOGIN)
OPEN = door()


def said(one: Board, subject: Subject, verdict: Verdict, **more: object) -> Decided:
    """As the session writes it when somebody decides before this board."""
    return decided(subject, verdict, domain=_decided_on(subject, one), rests_on=_rests_on(subject, one), **more)


def in_the_way(one: Board) -> list[tuple[str, str, str]]:
    kinds = (ObstacleKind.DOOR, ObstacleKind.GUARD, ObstacleKind.FINDING)
    return [(it.kind.value, it.id, it.why) for it in one.obstacles if it.kind in kinds]


# --- the map follows -------------------------------------------------------------------------------------------------


def test_one_saying_about_a_guard_changes_every_door_behind_it() -> None:
    doors = [door("D-1", MINE), door("D-2", MINE, LOGIN), door("D-3", LOGIN)]
    told = said(board(doors), of_guard(), Verdict.OWNER_GUARD, reason="it compares org ids")

    rows = {row.id: row for row in board(doors, (), told).doors}

    assert {one: row.guard for one, row in rows.items()} == {
        "D-1": Checks.OWNER, "D-2": Checks.OWNER, "D-3": Checks.LOGIN,
    }  # fmt: skip
    assert [one.checks for one in rows["D-2"].guards] == [Checks.OWNER, Checks.LOGIN]
    assert rows["D-2"].door == doors[1], "what was read stays as it was read"


def test_the_same_guard_put_in_two_files_is_one_where_its_home_is_known() -> None:
    here, there = guard(path="a.ts", home="auth.ts#mine"), guard("auth.mine", path="b.ts", home="auth.ts#mine")
    doors = [door("D-1", here), door("D-2", there)]
    told = said(board(doors), of_guard(), Verdict.LOGIN_GUARD)

    assert [row.guard for row in board(doors, (), told).doors] == [Checks.LOGIN, Checks.LOGIN]
    assert [one.doors for one in board(doors).guards] == [("D-1", "D-2")]


def test_a_guard_that_stands_too_late_is_not_made_to_hold_by_what_it_means() -> None:
    late = guard(checks=Checks.NOTHING, why="it is mounted behind the route")
    doors = [door("D-1", MINE), door("D-2", late)]
    told = said(board(doors), of_guard(), Verdict.OWNER_GUARD)

    assert [row.guard for row in board(doors, (), told).doors] == [Checks.OWNER, None]


def test_a_check_without_a_name_is_nothing_that_can_be_said_once() -> None:
    assert board([door("D-1", guard("(in the handler)"))]).guards == ()


def test_a_guard_that_asks_nothing_says_a_person_no_longer_holds() -> None:
    doors = [door("D-1", LOGIN)]
    told = said(board(doors), of_guard("auth.ts#login"), Verdict.NO_GUARD)

    now = board(doors, (), told)

    assert now.doors[0].guard is None
    assert in_the_way(now) == [("door", "D-1", "it writes, and nothing guards it")]


def test_what_was_said_of_a_guard_ends_with_the_content_of_its_file() -> None:
    doors = [door("D-1", MINE)]
    told = said(board(doors), of_guard(), Verdict.OWNER_GUARD)

    now = board(doors, (), told, files={"auth.ts": "2" * 64})

    assert now.doors[0].guard is None
    assert (now.guards[0].open, now.guards[0].why) == (True, "its file changed since somebody said what it means")


def test_what_two_people_say_of_a_guard_at_once_counts_for_neither() -> None:
    doors = [door("D-1", MINE)]
    before = board(doors)
    acts = (said(before, of_guard(), Verdict.OWNER_GUARD), (said(before, of_guard(), Verdict.NO_GUARD), BOB))

    now = board(doors, (), *acts)

    assert now.doors[0].guard is None
    assert now.guards[0].why == "Bob and Ada decided differently"


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.WAIVED])
def test_a_journal_from_elsewhere_may_say_of_a_guard_what_nobody_can_say(verdict: Verdict) -> None:
    doors = [door("D-1", MINE)]

    assert board(doors, (), said(board(doors), of_guard(), verdict)).doors[0].guard is None


# --- findings that are answered by it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hazard", "means", "answered"),
    [
        ("auth.endpoint-open", Verdict.OWNER_GUARD, True),
        ("auth.endpoint-open", Verdict.LOGIN_GUARD, True),
        ("auth.endpoint-open", Verdict.NO_GUARD, False),
        ("auth.object-level", Verdict.OWNER_GUARD, True),
        ("auth.object-level", Verdict.LOGIN_GUARD, False),
        ("auth.object-level", Verdict.ROLE_GUARD, False),
        ("input.unvalidated", Verdict.OWNER_GUARD, False),
    ],
)
def test_what_a_guard_means_answers_who_may_reach_what_and_nothing_else(
    hazard: str, means: Verdict, answered: bool
) -> None:
    doors = [door("D-1", MINE)]
    found = about(*doors, hazard=hazard)
    told = said(board(doors), of_guard(), means)

    now = board(doors, [found], told)

    assert ("F-1" in now.asides) is answered
    assert ("finding" in [kind for kind, _, _ in in_the_way(now)]) is not answered


def test_an_answered_finding_is_set_aside_with_who_and_why_and_stays_what_it_is() -> None:
    doors = [door("D-1", MINE)]
    found = about(*doors)
    now = board(doors, [found], said(board(doors), of_guard(), Verdict.OWNER_GUARD, reason="it compares org ids"))

    aside = now.asides["F-1"]

    assert aside.words == "mine means owner, says Ada: it compares org ids"
    assert [one.event.actor for one in aside.by] == [ADA]
    assert now.findings == (found,)
    view = now.item("access")
    assert view is not None
    assert (view.evidence.against, view.evidence.dismissed) == ((), (found,))


def test_a_finding_about_two_doors_needs_an_answer_for_both() -> None:
    doors = [door("D-1", MINE), door("D-2")]
    found = about(*doors)
    one = said(board(doors), of_guard(), Verdict.LOGIN_GUARD)
    both = (one, said(board(doors, [found]), of_door("D-2"), Verdict.PUBLIC, reason="a contact form"))

    assert board(doors, [found], one).asides == {}
    assert board(doors, [found], *both).asides["F-1"].words == (
        "mine means login, says Ada; POST /orders/:id is public on purpose, says Ada: a contact form"
    )


def test_a_finding_that_may_be_about_more_doors_than_it_names_is_answered_by_itself_only() -> None:
    doors = [door(f"D-{number}", MINE) for number in range(1, 22)]
    told = said(board(doors), of_guard(), Verdict.OWNER_GUARD)

    assert board(doors, [about(*doors)], told).asides == {}
    assert "F-1" in board(doors[:20], [about(*doors[:20])], told).asides


def test_who_calls_a_door_a_flaw_is_not_overruled_by_what_its_guard_means() -> None:
    doors = [door("D-1", MINE)]
    found = about(*doors)
    means = said(board(doors), of_guard(), Verdict.OWNER_GUARD)
    acts = (means, said(board(doors, [found], means), of_door(), Verdict.NEEDS_WORK))

    now = board(doors, [found], *acts)

    assert now.asides == {}
    assert ("door", "D-1", "a flaw, not fixed") in in_the_way(now)


def test_what_somebody_decided_about_the_finding_itself_counts_more() -> None:
    doors = [door("D-1", MINE)]
    found = about(*doors)
    acts = (decided(of_finding("F-1"), Verdict.REAL), said(board(doors), of_guard(), Verdict.OWNER_GUARD))

    now = board(doors, [found], *acts)

    assert now.asides == {}
    assert in_the_way(now) == [("finding", "F-1", "high, real and not fixed")]


def test_public_on_purpose_does_not_say_that_anybody_may_have_what_is_anothers() -> None:
    before = board([OPEN])
    public = said(before, of_door(), Verdict.PUBLIC, reason="a signup")

    assert "F-1" in board([OPEN], [about(OPEN)], resting_on(public, "F-1")).asides
    other = about(OPEN, hazard="auth.object-level")
    assert board([OPEN], [other], resting_on(public, "F-1")).asides == {}


def resting_on(act: Decided, *findings: str) -> Decided:
    return Decided(msgspec.structs.replace(act.decision, rests_on=findings))


# --- what stands in the way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (OPEN, "it writes, and nothing guards it"),
        (door("D-1", guard("log", Checks.NOTHING)), "it writes, and nothing guards it"),
        (door("D-1", guard("(in the handler)")), "it writes, and nothing guards it"),
        (door("D-1", LOGIN), ""),
        (door("D-1", writes=False), ""),
        (door("D-1", kind=DoorKind.JOB), ""),
        (door("D-1", kind=DoorKind.COMMAND), ""),
        (door("D-1", kind=DoorKind.EVENT), "it writes, and nothing guards it"),
    ],
)
def test_an_undecided_door_stands_in_the_way_only_where_it_writes_and_nothing_guards_it(one: Door, why: str) -> None:
    assert in_the_way(board([one])) == ([("door", "D-1", why)] if why else [])


def test_what_a_finding_says_already_is_not_asked_twice() -> None:
    assert in_the_way(board([OPEN], [about(OPEN)])) == [("finding", "F-1", "high, undecided")]
    low = about(OPEN, severity=Severity.LOW)
    assert in_the_way(board([OPEN], [low])) == [("door", "D-1", "it writes, and nothing guards it")]


def test_a_guard_that_nobody_could_read_is_one_question_for_all_its_doors() -> None:
    doors = [door(f"D-{number}", MINE) for number in (1, 2, 3)]

    assert in_the_way(board(doors)) == [
        ("guard", "auth.ts#mine", "nobody knows what it asks, and 3 doors that write rely on it")
    ]
    assert in_the_way(board(doors, (), said(board(doors), of_guard(), Verdict.ROLE_GUARD))) == []


@pytest.mark.parametrize("verdict", [Verdict.PUBLIC, Verdict.GUARDED])
def test_a_decided_door_is_out_of_the_way(verdict: Verdict) -> None:
    assert in_the_way(board([OPEN], (), said(board([OPEN]), of_door(), verdict, reason="the proxy asks"))) == []


def test_two_people_who_decide_a_door_differently_at_once_both_stand_beside_it() -> None:
    before = board([OPEN])
    acts = (said(before, of_door(), Verdict.PUBLIC, reason="a"), (said(before, of_door(), Verdict.NEEDS_WORK), BOB))

    assert in_the_way(board([OPEN], (), *acts)) == [("door", "D-1", "Bob and Ada decided differently")]


# --- when a decision no longer holds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        door("D-1", LOGIN, guard("role", Checks.ROLE)),
        door("D-1", LOGIN, validated="yes"),
        door("D-1", LOGIN, limiter="slow"),
        door("D-1", LOGIN, reaches=(Reach("users", Operation.DELETE, "db.ts", 9),)),
        door("D-1", LOGIN, uncertain=("a call that could not be followed",)),
    ],
)
def test_a_door_that_changed_is_open_again(other: Door) -> None:
    told = said(board([door("D-1", LOGIN)]), of_door(), Verdict.GUARDED)

    row = board([other], (), told).doors[0]

    assert (row.open, row.why) == (True, "the door changed since it was decided")
    assert row.verdict is Verdict.GUARDED, "what was said is still shown"


def test_a_door_that_only_moved_stays_decided() -> None:
    here = door("D-1", LOGIN)
    reaches = tuple(msgspec.structs.replace(one, path="other.ts", line=90) for one in here.reaches)
    moved = msgspec.structs.replace(here, file="moved.ts", line=77, reaches=reaches)

    assert not board([moved], (), said(board([here]), of_door(), Verdict.GUARDED)).doors[0].open


def test_a_new_finding_about_a_decided_door_opens_it_again() -> None:
    one = door("D-1", LOGIN)
    first, second = about(one), about(one, finding_id="F-2", hazard="input.unvalidated")
    told = said(board([one], [first, second]), of_door(), Verdict.GUARDED)

    assert not board([one], [first], told).doors[0].open, "one that is gone is no reason"
    third = about(one, finding_id="F-3", hazard="error.leaked")
    assert board([one], [first, third], told).doors[0].why == "1 finding is new since it was decided"


def test_less_of_a_guard_than_was_decided_stands_in_the_way_though_it_only_reads() -> None:
    told = said(board([door("D-1", LOGIN, writes=False)]), of_door(), Verdict.GUARDED)

    assert in_the_way(board([door("D-1", writes=False)], (), told)) == [
        ("door", "D-1", "guarded by a login when it was decided, by nothing now")
    ]


def test_a_door_decided_before_its_guard_was_known_to_ask_more_stays_decided() -> None:
    doors = [door("D-1", MINE, LOGIN)]
    before = board(doors)
    acts: list[Act] = [said(before, of_door(), Verdict.GUARDED), said(before, of_guard(), Verdict.OWNER_GUARD)]

    assert not board(doors, (), *acts).doors[0].open


def test_a_door_decided_on_what_its_guard_means_is_open_again_without_that() -> None:
    doors = [door("D-1", MINE)]
    means = said(board(doors), of_guard(), Verdict.OWNER_GUARD)
    fine = said(board(doors, (), means), of_door(), Verdict.GUARDED)

    assert not board(doors, (), means, fine).doors[0].open
    assert board(doors, (), fine).doors[0].why == "guarded by the owner when it was decided, by nothing now"


# --- terms and hints -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "verdict", "reason", "words"),
    [
        (of_door(), Verdict.PUBLIC, "", "needs a reason for public"),
        (of_door(), Verdict.GUARDED, "", "sees nothing that guards"),
        (of_door(), Verdict.PASS, "fine", "Possible: guarded, public, needs-work"),
        (of_door(), Verdict.OWNER_GUARD, "fine", "cannot be decided as owner"),
        (of_door("D-9"), Verdict.PUBLIC, "fine", "There is no door D-9"),
        (of_guard("x#y"), Verdict.OWNER_GUARD, "fine", "There is no guard x#y"),
        (of_guard(), Verdict.PUBLIC, "fine", "cannot be decided as public"),
    ],
)
def test_what_cannot_be_decided_so_is_said(subject: Subject, verdict: Verdict, reason: str, words: str) -> None:
    one = board([door("D-1", MINE)])

    with pytest.raises(UsageError) as refused:
        check(subject, verdict, Terms(reason), one, Channel.TERMINAL)

    assert words in f"{refused.value.what} {refused.value.do}"


def test_a_guarded_door_needs_no_reason_to_be_called_so() -> None:
    check(of_door(), Verdict.GUARDED, Terms(), board([door("D-1", LOGIN)]), Channel.TERMINAL)


@pytest.mark.parametrize(
    ("one", "hint"),
    [
        (door(path="/api/auth/login"), "a login"),
        (door(path="/api/auth/[...nextauth]"), "a login"),
        (door(path="/users/sign_up"), "a signup"),
        (door(path="/password-reset/:token"), "for people who cannot log in"),
        (door(path="/healthz", method="GET", writes=False), "a health check"),
        (door(path="/static/*", method="GET", writes=False), "files"),
        (door("D-1", guard("sign", Checks.SECRET), path="/hooks", kind=DoorKind.WEBHOOK), "a webhook"),
        (door(path="/healthz"), ""),
        (door(path="/hooks", kind=DoorKind.WEBHOOK), ""),
        (door("D-1", LOGIN, path="/login"), ""),
        (door(path="/login/attempts"), ""),
        (door(path="/orders"), ""),
        (door(path=""), ""),
    ],
)
def test_a_door_that_is_often_public_is_told_so_and_stays_undecided(one: Door, hint: str) -> None:
    row = door_rows(scanned([one]), fold(()))[0]

    assert row.hint.startswith(hint)
    assert bool(row.hint) is bool(hint)
    assert row.open


def test_findings_are_about_a_door_by_where_their_way_begins_or_what_they_name() -> None:
    one, other = door("D-1", LOGIN), door("D-2", LOGIN)
    findings = [about(one), about(one, other, finding_id="F-2", hazard="auth.rls")]

    rows = door_rows(scanned([one, other], findings), fold(()))

    assert [[it.id for it in row.findings] for row in rows] == [["F-1", "F-2"], ["F-2"]]
    assert rows[0].subject == Subject(Kind.DOOR, "D-1")
