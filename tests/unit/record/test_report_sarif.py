"""What people set aside is suppressed in SARIF, by name and with a reason, and for as long as it holds."""

from __future__ import annotations

import json

import msgspec

from helpers.predicates import ADA, BOB, sample_predicate
from helpers.results import RESULT, SECRET
from walkdown.model import Channel, Decision, Kind, Subject, Verdict
from walkdown.record.report_sarif import suppressions
from walkdown.record.sarif_shape import Suppression
from walkdown.record.scan_sarif import scan_sarif
from walkdown.record.statement import Said
from walkdown.safetext import DOTS, Masker

SAMPLE = sample_predicate()


def said(verdict: Verdict, **more: str) -> Said:
    decision = Decision(Subject(Kind.FINDING, "x"), verdict, **more)  # type: ignore[arg-type]
    return Said(decision, ADA, "2026-11-20T15:04:10Z", Channel.APP)


def one(said: Said | None, made: str = SAMPLE.made) -> Suppression | None:
    line = msgspec.structs.replace(SAMPLE.findings[0], id="f", said=said)
    return suppressions(msgspec.structs.replace(SAMPLE, findings=(line,), made=made)).get("f")


def test_a_false_positive_is_suppressed_with_its_reason() -> None:
    assert one(said(Verdict.FALSE_POSITIVE, reason="A constant.")) == Suppression(
        "external", "accepted", "false positive by Ada Lovelace on 2026-11-20: A constant."
    )


def test_an_acceptance_is_suppressed_until_its_last_day() -> None:
    accepted = said(Verdict.ACCEPTED, reason="VPN.", owner="Bob", until="2026-12-15")
    assert one(accepted) == Suppression(
        "external", "accepted", "accepted by Ada Lovelace on 2026-11-20 until 2026-12-15, Bob answers for it: VPN."
    )
    assert one(accepted, made="2026-12-15T23:59:59Z") is not None
    assert one(accepted, made="2026-12-16T00:00:00Z") is None
    assert one(said(Verdict.ACCEPTED, until="some day")) is None


def test_what_is_real_or_undecided_is_not() -> None:
    assert one(None) is None
    assert one(said(Verdict.REAL)) is None


def test_what_two_see_differently_is_under_review() -> None:
    torn = msgspec.structs.replace(said(Verdict.FALSE_POSITIVE), disputed=(BOB,))
    suppression = one(torn)
    assert suppression is not None
    assert suppression.status == "underReview"


def test_it_comes_beside_what_the_source_says_and_masked() -> None:
    decided = {"f-shell": Suppression("external", "accepted", f"known: {SECRET} [x](y) {{0}}")}
    document = json.loads(b"".join(scan_sarif(RESULT, Masker(values=[SECRET]), decided)))
    found = {
        result["partialFingerprints"]["walkdown/v1"]: result.get("suppressions", [])
        for run in document["runs"]
        for result in run["results"]
        if "walkdown/v1" in result["partialFingerprints"]
    }
    assert [one["kind"] for one in found["f-shell"]] == ["inSource", "external"]
    assert found["f-shell"][1]["justification"] == rf"known: {DOTS} \[x](y) {{{{0}}}}"
    assert [name for name, suppressed in found.items() if suppressed] == ["f-shell"]
