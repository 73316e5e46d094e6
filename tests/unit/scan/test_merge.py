"""One flaw seen by several tools is one finding; different flaws stay apart."""

from __future__ import annotations

import random

import pytest

from helpers.patience import patience
from walkdown.model import (
    CommitPlace,
    Confidence,
    FilePlace,
    Finding,
    PackagePlace,
    RepoPlace,
    Rule,
    Severity,
    Silence,
    Source,
    Step,
)
from walkdown.scan.families import family_of_rule
from walkdown.scan.merge import merge

BANDIT_TIMEOUT = Rule("bandit", "B113", "No timeout", family="no-timeout", cwe=(400,))
OUR_TIMEOUT = Rule("semgrep", "py-no-timeout", "A call that may wait for ever", family="no-timeout")
OUR_TLS = Rule("semgrep", "py-tls-off", "Certificates are not checked", family="tls-off")
CODEQL = Rule("CodeQL", "py/sql-injection", "SQL", cwe=(89,))


def _finding(
    rule: Rule,
    place: tuple[int, int, int, int] = (4, 5, 4, 40),
    severity: Severity = Severity.MEDIUM,
    confidence: Confidence = Confidence.LIKELY,
    **more: object,
) -> Finding:
    return Finding(rule, severity, confidence, FilePlace("app.py", *place), **more)  # type: ignore[arg-type]


def test_two_tools_about_one_call_are_one_finding_in_our_words() -> None:
    bandit = _finding(BANDIT_TIMEOUT, (4, 9, 6, 10), fingerprint="b", silenced=Silence("nosec", 4))
    ours = _finding(OUR_TIMEOUT, (4, 5, 6, 10), fingerprint="s", steps=(Step(RepoPlace(), "source"),))
    (one,) = merge([bandit, ours])
    assert one.rule == OUR_TIMEOUT
    assert one.sources == (Source("semgrep", "py-no-timeout"), Source("bandit", "B113"))
    assert one.silenced == Silence("nosec", 4)
    assert one.steps == ours.steps
    assert one.places == (ours.place,)


def test_a_tool_that_joins_leaves_place_and_fingerprint_as_they_were() -> None:
    bandit = _finding(BANDIT_TIMEOUT, fingerprint="b", context="c")
    ours = _finding(OUR_TIMEOUT, (4, 1, 4, 41), fingerprint="s", context="d")
    report = _finding(Rule("Trivy", "x", "x", family="no-timeout"), (4, 0, 0, 0), fingerprint="t")
    (one,) = merge([report, ours, bandit])
    assert (one.place, one.fingerprint, one.context) == (bandit.place, "b", "c")
    (other,) = merge([report, ours])
    assert other.fingerprint == "s"


def test_different_families_in_the_same_place_stay_apart() -> None:
    assert len(merge([_finding(OUR_TLS), _finding(OUR_TIMEOUT), _finding(BANDIT_TIMEOUT)])) == 2


def test_the_same_rule_at_two_overlapping_places_is_two_flaws_unless_the_places_are_equal() -> None:
    outer, inner = _finding(BANDIT_TIMEOUT, (4, 1, 9, 2)), _finding(BANDIT_TIMEOUT, (5, 3, 5, 20))
    assert len(merge([outer, inner])) == 2
    assert len(merge([outer, outer])) == 1


def test_a_wide_range_joins_one_of_two_flaws_and_swallows_none() -> None:
    first, second = _finding(BANDIT_TIMEOUT, (5, 3, 5, 20)), _finding(BANDIT_TIMEOUT, (7, 3, 7, 20))
    wide = _finding(OUR_TIMEOUT, (4, 1, 9, 2))
    merged = merge([first, second, wide])
    assert len(merged) == 2
    assert {one.place for one in merged} == {first.place, second.place}


def test_neighbours_on_one_line_stay_apart() -> None:
    left, right = _finding(OUR_TIMEOUT, (4, 5, 4, 20)), _finding(BANDIT_TIMEOUT, (4, 20, 4, 30))
    assert len(merge([left, right])) == 2


def test_a_tool_without_columns_meets_one_with_them() -> None:
    assert len(merge([_finding(BANDIT_TIMEOUT), _finding(OUR_TIMEOUT, (4, 0, 0, 0))])) == 1


def test_a_precise_tool_overrules_bandits_grade_and_otherwise_the_worst_counts() -> None:
    bandit = _finding(Rule("bandit", "B608", "SQL"), severity=Severity.MEDIUM)
    ours = _finding(Rule("semgrep", "py-sql", "SQL", family="sql-injection"), severity=Severity.LOW)
    report = _finding(CODEQL, severity=Severity.CRITICAL)
    assert merge([bandit, ours])[0].severity is Severity.LOW
    assert merge([bandit, ours, report])[0].severity is Severity.CRITICAL
    assert merge([bandit])[0].severity is Severity.MEDIUM


@pytest.mark.parametrize("tool", ["CodeQL", "semgrep", "Semgrep"])
def test_no_grade_from_outside_lowers_bandits(tool: str) -> None:
    bandit = _finding(Rule("bandit", "B608", "SQL"), severity=Severity.HIGH)
    report = _finding(Rule(tool, "some.sql", "SQL", cwe=(89,)), severity=Severity.MEDIUM)
    (one,) = merge([bandit, report])
    assert one.severity is Severity.HIGH


def test_two_rules_of_a_stranger_are_two_findings_though_they_share_line_and_weakness() -> None:
    first, second = (_finding(Rule("Trivy", name, "t", cwe=(78,)), (4, 0, 0, 0)) for name in ("shell", "argument"))
    assert len(merge([first, second])) == 2
    assert len(merge([first, first])) == 1
    bandit = _finding(Rule("bandit", "B602", "Shell"))
    assert sorted(len(one.sources) for one in merge([first, second, bandit])) == [1, 2]
    other = _finding(Rule("CodeQL", "shell", "t", cwe=(78,)), (4, 0, 0, 0))
    assert len(merge([first, other])) == 1


def test_two_secrets_of_a_stranger_in_one_line_of_a_commit_are_two() -> None:
    place = CommitPlace("a" * 40, "a.py", 3)
    rules = [Rule("gitleaks", name, "t", family="hardcoded-secret") for name in ("aws", "slack")]
    assert len(merge(Finding(rule, Severity.HIGH, Confidence.SURE, place) for rule in rules)) == 2


def test_two_rules_of_one_tool_are_one_finding_only_about_the_very_same_code() -> None:
    outer = _finding(Rule("bandit", "B602", "Shell"), (4, 1, 4, 60))
    inner = _finding(Rule("bandit", "B605", "Shell"), (4, 20, 4, 50))
    ours = _finding(Rule("semgrep", "py-command", "Shell", family="command-injection"), (4, 20, 4, 50))
    assert [len(one.sources) for one in merge([outer, inner, ours])] == [1, 2]
    assert len(merge([outer, _finding(Rule("bandit", "B605", "Shell"), (4, 1, 4, 60))])) == 1


@pytest.mark.parametrize(
    ("tools", "expected"),
    [(("bandit", "semgrep"), Confidence.LIKELY), (("bandit", "bandit"), Confidence.UNSURE)],
)
def test_two_tools_that_agree_are_never_unsure(tools: tuple[str, str], expected: Confidence) -> None:
    findings = [
        _finding(Rule(tool, f"r{number}", "t", family="f"), confidence=Confidence.UNSURE)
        for number, tool in enumerate(tools)
    ]
    (one,) = merge(findings)
    assert one.confidence is expected


def test_two_secrets_in_one_place_are_two_unless_the_value_is_the_same() -> None:
    key = Rule("kingfisher", "aws", "Key", family="hardcoded-secret")
    url = Rule("kingfisher", "url", "Password", family="default-credential")
    bandit = _finding(Rule("bandit", "B105", "Password"))
    assert len(merge([_finding(key, secret="one"), _finding(url, secret="two")])) == 2
    (one,) = merge([bandit, _finding(key, secret="one", preview="AK…"), _finding(url, secret="one")])
    assert (one.secret, one.preview, len(one.sources)) == ("one", "AK…", 3)


def test_a_package_flaw_known_under_two_names_is_one() -> None:
    def flaw(id_: str, *names: str, version: str = "1.0") -> Finding:
        place = PackagePlace("pypi", "jinja2", version, "requirements.txt", 3)
        sources = tuple(Source("pip-audit", name) for name in (id_, *names))
        return Finding(Rule("pip-audit", id_, id_), Severity.HIGH, Confidence.SURE, place, sources=sources)

    merged = merge([flaw("PYSEC-1", "CVE-1"), flaw("GHSA-1", "CVE-1"), flaw("CVE-2"), flaw("CVE-1", version="2.0")])
    assert len(merged) == 3


def test_commits_and_the_repository_merge_only_with_themselves() -> None:
    rule = Rule("kingfisher", "aws", "Key", family="hardcoded-secret")
    repo = Finding(Rule("doors", "ops.ci", "No CI"), Severity.LOW, Confidence.SURE, RepoPlace("ci"))
    commits = [
        Finding(rule, Severity.HIGH, Confidence.SURE, CommitPlace(commit, "a.py", 3), secret="s") for commit in "ab"
    ]
    assert len(merge([repo, repo, *commits, *commits])) == 3


def test_bandits_coarse_cwe_does_not_decide_its_family() -> None:
    imported, shell, evaluated = (
        family_of_rule(Rule("Bandit", check, "t", cwe=(78,))) for check in ("B404", "B602", "B307")
    )
    assert shell == family_of_rule(Rule("CodeQL", "x", "t", cwe=(78,)))
    assert len({imported, shell, evaluated}) == 3


def test_a_rule_nobody_knows_is_a_family_of_its_own() -> None:
    assert family_of_rule(Rule("Trivy", "T1", "t", cwe=(99999,))) != family_of_rule(Rule("Trivy", "T2", "t"))


def test_order_of_arrival_changes_nothing_and_fifty_thousand_are_quick() -> None:
    chance = random.Random(7)
    rules = [
        Rule(tool, f"{tool}{n}", "t", family=f"f{n % 5}") for tool in ("bandit", "semgrep", "Trivy") for n in range(15)
    ]
    findings = []
    for number in range(50_000):
        line = chance.randrange(1, 1500)
        place = FilePlace(f"p{number % 600}.py", line, chance.randrange(1, 9), line + chance.randrange(3), 40)
        findings.append(Finding(chance.choice(rules), Severity.LOW, Confidence.UNSURE, place, fingerprint=str(number)))
    with patience():
        merged = merge(findings)
    assert 1_000 < len(merged) < 50_000
    chance.shuffle(findings)
    assert merge(findings) == merged


def test_thousands_of_nested_ranges_stay_quick() -> None:
    findings = [_finding(BANDIT_TIMEOUT, (n, 1, 40_000 - n, 1)) for n in range(1, 10_000)]
    with patience():
        assert len(merge(findings)) == len(findings)
