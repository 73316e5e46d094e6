"""The gate: what passes, what does not, which exit code it has, and that every reason says what to do."""

from __future__ import annotations

import pytest

from helpers.gates import NOW, OPEN, TREE, signer, verification
from walkdown.record.gate_shape import FAILED, PASSED, SKIPPED
from walkdown.record.statement import ExceptionLine
from walkdown.record.verification import Verification
from walkdown.review.gate import Gate, Policy, judge

ADA, BOB = signer(), signer("Bob", "bob@example.org")
ROBOT = signer("Robot", "ci@example.org", machine=True)


def gate(of: Verification, policy: Policy | None = None) -> Gate:
    return judge(of, policy or Policy(), NOW)


def failed(of: Gate) -> list[str]:
    return [point.name for point in of.points if point.state == FAILED]


def test_a_valid_record_passes_and_every_point_says_so() -> None:
    passed = gate(verification())
    assert (passed.passed, passed.code, passed.reasons) == (True, 0, ())
    assert {point.state for point in passed.points} == {PASSED}


@pytest.mark.parametrize(
    ("code", "point"),
    [(2, "record"), (5, "integrity"), (6, "signature"), (7, "signature"), (8, "waivers"), (4, "tree"),
     (3, "complete")],
)  # fmt: skip
def test_what_is_wrong_with_the_record_keeps_its_own_code_and_is_told_first(code: int, point: str) -> None:
    refused = gate(verification(code, "Something is wrong"))
    assert (refused.passed, refused.code, failed(refused)[0]) == (False, code, point)
    assert refused.reasons[0].startswith("Something is wrong. ")
    assert len(refused.reasons[0]) > len("Something is wrong. ") + 20, "and what to do"


@pytest.mark.parametrize("code", [2, 5, 6, 7])
def test_nothing_that_a_refused_record_says_counts(code: int) -> None:
    refused = gate(verification(code, exceptions=(OPEN,), made="2030-01-01T00:00:00Z"))
    assert len(failed(refused)) == 1
    assert SKIPPED in {point.state for point in refused.points}


def test_a_record_that_could_not_be_read_has_no_statement_to_judge() -> None:
    assert failed(gate(verification(2, readable=False))) == ["record"]


def test_a_stale_record_is_stale_first_and_the_policy_is_told_as_well() -> None:
    refused = gate(verification(4, exceptions=(OPEN,)))
    assert (refused.code, failed(refused)) == (4, ["tree", "exceptions"])


def test_policy_comes_before_incomplete() -> None:
    assert gate(verification(3, exceptions=(OPEN,))).code == 1


def test_several_people() -> None:
    two = Policy(signers=2)
    assert gate(verification(signers=(ADA, BOB)), two).passed
    alone = gate(verification(signers=(ADA,)), two)
    assert (alone.code, failed(alone)) == (1, ["signers"])
    assert "1 of the 2 people" in alone.reasons[0]
    assert "countersign" in alone.reasons[0]


@pytest.mark.parametrize(
    "second",
    [
        signer("Ada again", "ADA@example.org", key="SHA256:other"),
        signer("Alias", "alias@example.org", key=ADA.key),
        signer("Bob", "bob@example.org", trusted=False),
        ROBOT,
    ],
    ids=["same-mail", "same-key", "untrusted", "machine"],
)
def test_who_is_no_second_person(second: object) -> None:
    assert not gate(verification(signers=(ADA, second)), Policy(signers=2)).passed  # type: ignore[arg-type]


def test_a_third_that_ties_two_together_makes_them_one_person() -> None:
    tie = signer("Ada", "ada@example.org", key=BOB.key)
    assert not gate(verification(signers=(ADA, BOB, tie)), Policy(signers=2)).passed
    again = signer("Bob", "bob@example.org", key="SHA256:new")
    assert not gate(verification(signers=(ADA, BOB, tie, again)), Policy(signers=2)).passed


def test_people_without_a_mail_are_told_by_name_and_key() -> None:
    ann, ben = signer("Ann", ""), signer("Ben", "")
    assert gate(verification(signers=(ann, ben)), Policy(signers=2)).passed
    assert not gate(verification(signers=(ann, signer("Ann", "", key="SHA256:x"))), Policy(signers=2)).passed


def test_machines_alone_do_not_pass_unless_allowed() -> None:
    refused = gate(verification(signers=(ROBOT,)))
    assert (refused.code, failed(refused)[0]) == (1, "person")
    assert "--allow-machine" in refused.reasons[0]
    assert gate(verification(signers=(ROBOT,)), Policy(machine=True)).passed
    assert gate(verification(signers=(ADA, ROBOT))).passed
    assert gate(verification(signers=(ADA, ROBOT)), Policy(signers=2, machine=True)).passed


def test_an_untrusted_person_does_not_stand_in_for_a_machine() -> None:
    stranger = signer("Eve", "eve@example.org", trusted=False)
    assert not gate(verification(signers=(ROBOT, stranger))).passed


@pytest.mark.parametrize(
    ("made", "most", "passes"),
    [
        ("2026-11-20T11:00:00Z", None, True),
        ("2001-01-01T00:00:00Z", None, True),
        ("2026-11-20T00:00:00Z", 0.5, True),
        ("2026-11-19T23:59:59Z", 0.5, False),
        ("2026-10-21T12:00:00Z", 30, True),
        ("2026-10-21T11:59:59Z", 30, False),
        ("2026-11-20T12:04:00Z", None, True),
        ("2026-11-20T12:06:00Z", None, False),
        ("2036-11-20T12:06:00Z", 30, False),
        ("2026-11-20T13:00:00+02:00", None, True),
        ("2026-11-20T11:00:00", None, True),
        ("yesterday", None, False),
        ("", 30, False),
    ],
)
def test_age(made: str, most: float | None, passes: bool) -> None:
    said = gate(verification(made=made), Policy(max_age_days=most))
    assert (said.passed, failed(said)) == (passes, [] if passes else ["age"])


def test_how_old_is_told_in_plain_numbers() -> None:
    [why] = gate(verification(made="2026-10-20T12:00:00Z"), Policy(max_age_days=30)).reasons
    assert why == "The record is 31 days old and may be 30 days. Sign anew: walkdown sign."
    [why] = gate(verification(made="2026-11-19T12:00:00Z"), Policy(max_age_days=0.5)).reasons
    assert "24 hours old and may be 12 hours" in why


def test_exceptions() -> None:
    refused = gate(verification(exceptions=(OPEN,)))
    assert (refused.code, failed(refused)) == (1, ["exceptions"])
    assert "1 thing that stood open: Endpoints are guarded" in refused.reasons[0]
    assert gate(verification(exceptions=(OPEN,)), Policy(exceptions=True)).passed
    many = tuple(ExceptionLine("item", f"i{n}", "", "open") for n in range(7))
    assert "7 things that stood open: i0, i1, i2 and 4 more." in gate(verification(exceptions=many)).reasons[0]


def test_what_was_not_committed_then_passes_only_where_exactly_that_lies_here() -> None:
    assert gate(verification(dirty=True, exceptions=(TREE,))).passed
    harmless = gate(verification(dirty=True, exceptions=(TREE,), changed=("README.md",)))
    assert (harmless.code, failed(harmless)) == (1, ["exceptions", "committed"])
    other = gate(verification(4, dirty=True, exceptions=(TREE, OPEN)), Policy(exceptions=True))
    assert failed(other) == ["tree", "committed"]
    assert failed(gate(verification(dirty=True, exceptions=(TREE, OPEN)))) == ["exceptions"]
