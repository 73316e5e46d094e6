"""Where the map of doors answers a hazard, no pattern rule tells it a second time at the same statement."""

from __future__ import annotations

import random

from walkdown.model import Confidence, FilePlace, Finding, Rule, Severity, Source, Step
from walkdown.scan.merge import merge

MAP = Rule("doors", "doors-ssrf", "An address from outside is fetched", hazard="input.ssrf", family="map-ssrf")
OTHER = Rule("doors", "doors-open", "Anyone may come in", hazard="auth.endpoint-open", family="map-open")
PATTERN = Rule("semgrep", "js-ssrf", "fetch of a variable", hazard="input.ssrf", family="ssrf")
SECOND = Rule("semgrep", "js-ssrf-axios", "axios of a variable", hazard="input.ssrf", family="ssrf-axios")
WAY = (Step(FilePlace("app.ts", 2), "GET /fetch comes in"), Step(FilePlace("app.ts", 10), "fetches it"))


def told(rule: Rule, line: int, end: int = 0, severity: Severity = Severity.MEDIUM, path: str = "app.ts") -> Finding:
    place = FilePlace(path, line, 3, end or line, 30)
    steps = WAY if rule.tool == "doors" else ()
    return Finding(rule, severity, Confidence.LIKELY, place, fingerprint=f"{rule.id} {line}", steps=steps)


def sources(findings: list[Finding]) -> list[list[str]]:
    return [[source.rule for source in one.sources] for one in findings]


def test_one_flaw_leads_with_the_words_and_the_way_of_the_map_and_names_both() -> None:
    ours, pattern = told(MAP, 10, severity=Severity.LOW), told(PATTERN, 11, severity=Severity.HIGH)
    (one,) = merge([pattern, ours])
    assert (one.rule, one.steps, one.severity) == (MAP, WAY, Severity.LOW)
    assert one.sources == (Source("doors", "doors-ssrf"), Source("semgrep", "js-ssrf"))
    assert (one.place, one.fingerprint) == (pattern.place, pattern.fingerprint), (
        "it is called what it was called before"
    )
    assert one.places == (ours.place,)


def test_two_lines_apart_or_in_one_statement_is_the_same_place_and_farther_is_not() -> None:
    assert len(merge([told(MAP, 10), told(PATTERN, 12)])) == 1
    assert len(merge([told(MAP, 10), told(PATTERN, 13)])) == 2
    assert len(merge([told(MAP, 10, end=20), told(PATTERN, 18)])) == 1


def test_what_the_map_did_not_tell_of_stays() -> None:
    assert len(merge([told(MAP, 10), told(PATTERN, 10, path="other.ts")])) == 2
    assert len(merge([told(OTHER, 10), told(PATTERN, 11)])) == 2, "another hazard"
    assert len(merge([told(PATTERN, 10)])) == 1


def test_the_next_hit_of_a_rule_two_lines_on_is_a_flaw_of_its_own() -> None:
    merged = merge([told(MAP, 10), told(PATTERN, 10), told(PATTERN, 12)])
    assert sources(merged) == [["doors-ssrf", "js-ssrf"], ["js-ssrf"]]
    merged = merge([told(MAP, 10), told(MAP, 12), told(PATTERN, 10), told(PATTERN, 12)])
    assert sources(merged) == [["doors-ssrf", "js-ssrf"]] * 2


def test_several_rules_of_the_hazard_join_one_answer() -> None:
    assert sources(merge([told(MAP, 10), told(PATTERN, 10), told(SECOND, 11)])) == [
        ["doors-ssrf", "js-ssrf", "js-ssrf-axios"]
    ]


def test_two_questions_at_one_place_stay_two_answers() -> None:
    also = Rule("doors", "doors-other", "Something else is missing", hazard="input.ssrf", family="map-ssrf")
    assert len(merge([told(MAP, 10), told(also, 10)])) == 2


def test_the_order_they_come_in_changes_nothing() -> None:
    rules = [(MAP, 10), (MAP, 12), (PATTERN, 11), (PATTERN, 9), (PATTERN, 14), (SECOND, 10), (OTHER, 10)]
    first = merge(told(*one) for one in rules)
    for seed in range(20):
        random.Random(seed).shuffle(rules)
        assert merge([told(*one) for one in rules]) == first
