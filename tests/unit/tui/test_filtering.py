"""What a typed filter leaves of the findings, and how they stand in groups."""

from __future__ import annotations

import pytest

from helpers.boards import ADA, BOB, TODAY, decided, events
from walkdown.journal import fold
from walkdown.model import Confidence, FilePlace, Finding, Kind, Rule, Severity, Source, Subject, Verdict
from walkdown.model.place import PackagePlace, RepoPlace
from walkdown.tui.filtering import ACCEPTED, FALSE, OPEN, REAL, Columns, parse, states_of
from walkdown.tui.grouping import Grouping, lines_of, order_by

SQL = Rule("semgrep", "walkdown.sql", "SQL is glued", "Reads the table.", hazard="input.sql-built", cwe=(89,))
SHELL = Rule("bandit", "B602", "A shell is started", "Runs anything.", hazard="input.command", cwe=(78,))
OLD = Rule("pip-audit", "PYSEC-1", "A known flaw in a package", hazard="deps.known", cwe=(89, 400))


def _finding(name: str, rule: Rule, severity: Severity, place: FilePlace | PackagePlace | RepoPlace) -> Finding:
    source = (Source("doors", "x"),) if name == "b" else ()
    return Finding(rule, severity, Confidence.SURE, place, name, source)


FINDINGS = (
    _finding("a", SQL, Severity.HIGH, FilePlace("api/pay.py", 42)),
    _finding("b", SQL, Severity.LOW, FilePlace("api/pay.py", 7)),
    _finding("c", SHELL, Severity.CRITICAL, FilePlace("Tools/run.SH", 3)),
    _finding("d", OLD, Severity.MEDIUM, PackagePlace("pypi", "Django", "3.2", "requirements.txt", 1)),
    _finding("e", SHELL, Severity.INFO, RepoPlace("no lock file")),
)
COLUMNS = Columns(FINDINGS)
EVERY = range(len(FINDINGS))


def left(text: str, states: bytes = bytes(5)) -> str:
    return "".join(FINDINGS[row].id for row in COLUMNS.rows(parse(text), EVERY, states))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", "abcde"),
        ("sql", "ab"),
        ("SQL PAY", "ab"),
        ("sql shell", ""),
        ("pay.py:42", "a"),
        ("pay.py:4", ""),
        ("walkdown.sql", "ab"),
        ("reads", "ab"),
        ("run.sh", "c"),
        ("django", "d"),
        ("lock", "e"),
        ("high", "a"),
        ("high low", "ab"),
        ("sev:c", "c"),
        ("severity:medium", "d"),
        ("tool:bandit", "ce"),
        ("tool:doors", "b"),
        ("tool:doors tool:pip", "bd"),
        ("path:api", "ab"),
        ("path:*.sh", "c"),
        ("*.py", "ab"),
        ("api/*", "ab"),
        ("pay*", "ab"),
        ("hazard:command", "ce"),
        ("hazard:sql-", "ab"),
        ("cwe:89", "abd"),
        ("cwe-78", "ce"),
        ("-sql", "cde"),
        ("-path -sql", "cde"),
        ("sev:", "abcde"),
        ("tool: sql", "ab"),
        ("-", "abcde"),
    ],
)
def test_what_is_typed_narrows(text: str, ids: str) -> None:
    assert left(text) == ids


def test_states_narrow_and_half_a_word_is_enough() -> None:
    states = bytes([REAL, OPEN, FALSE, ACCEPTED, OPEN])
    assert left("state:open", states) == "be"
    assert left("state:r", states) == "a"
    assert left("state:false state:acc", states) == "cd"


def test_what_nobody_can_mean_leaves_nothing_and_says_what_there_is() -> None:
    assert left("state:fixed") == ""
    assert parse("state:fixed").faults == ("state: open, real, false, accepted",)
    assert parse("sev:awful").faults == ("sev: critical, high, medium, low, info",)


def test_what_is_over_or_disputed_is_open_again() -> None:
    one, two, three, other = (Subject(Kind.FINDING, name) for name in ("a", "b", "c", "nobody"))
    state = fold(
        events(
            (decided(one, Verdict.ACCEPTED, reason="r", owner="o", until="2026-11-19"), ADA),
            (decided(two, Verdict.ACCEPTED, reason="r", owner="o", until="2026-11-20"), ADA),
            (decided(three, Verdict.REAL), ADA),
            (decided(three, Verdict.FALSE_POSITIVE, reason="r"), BOB),
            (decided(other, Verdict.REAL), ADA),
        )
    )
    assert state.decisions[three].disputed
    assert list(states_of(COLUMNS, state.decisions, TODAY)) == [OPEN, ACCEPTED, OPEN, OPEN, OPEN]


def _drawn(grouping: Grouping, text: str = "") -> list[str]:
    order = order_by(COLUMNS, grouping)
    lines = lines_of(order, COLUMNS.rows(parse(text), order.rows, bytes(5)), bytes(5))
    shown = []
    for line in range(len(lines.lines)):
        group = lines.group(line)
        shown.append(f"{group.label} {group.count}" if group else FINDINGS[lines.row(line)].id)
    return shown


def test_groups_stand_by_their_worst_and_inside_the_worst_comes_first() -> None:
    assert _drawn(Grouping.FILE) == [
        "Tools/run.SH 1", "c", "api/pay.py 2", "a", "b", "requirements.txt 1", "d", "the repository 1", "e",
    ]  # fmt: skip
    assert _drawn(Grouping.RULE) == [
        "A shell is started 2", "c", "e", "SQL is glued 2", "a", "b", "A known flaw in a package 1", "d",
    ]  # fmt: skip
    assert _drawn(Grouping.SEVERITY)[:4] == ["critical 1", "c", "high 1", "a"]


def test_a_heading_counts_what_is_shown_and_goes_with_the_last_of_it() -> None:
    assert _drawn(Grouping.FILE, "high") == ["api/pay.py 1", "a"]


def test_groupings_go_around() -> None:
    seen = [Grouping.FILE]
    for _ in range(4):
        seen.append(seen[-1].next)
    assert [one.value for one in seen] == ["file", "rule", "hazard", "severity", "file"]


def test_equal_rules_that_are_different_objects_are_one_group() -> None:
    twins = [_finding(str(n), Rule("t", "r", "Title"), Severity.LOW, FilePlace("a.py", n)) for n in range(3)]
    columns = Columns(twins)
    order = order_by(columns, Grouping.RULE)
    assert len(lines_of(order, order.rows, bytes(3)).groups) == 1
