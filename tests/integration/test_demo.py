"""What a newcomer sees on the demo, with the real tools: every flaw it promises, and quiet where it is done right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from helpers.command import Command, Said, compiled_rules
from helpers.repos import git
from walkdown.demo import make_demo
from walkdown.demo.made_up import SECRETS
from walkdown.model import CommitPlace, FilePlace, PackagePlace, Severity
from walkdown.record.wire import WireScan

pytestmark = [pytest.mark.tool, pytest.mark.xdist_group("demo")]

PROMISED = {
    ("input.sql-built", "api/catalogue.py", "critical"),
    ("input.sql-built", "api/admin.py", "medium"),
    ("input.command", "api/orders.py", "critical"),
    ("secret.frontend", "web/src/lib/supabase.ts", "critical"),
    ("input.path", "api/orders.py", "high"),
    ("input.ssrf", "api/admin.py", "high"),
    ("input.xss", "web/src/components/Reviews.tsx", "high"),
    ("secret.code", "api/accounts.py", "high"),
    ("secret.history", ".env", "high"),
    ("auth.rls", "supabase/migrations/0001_shop.sql", "critical"),
    ("auth.rls", "supabase/migrations/0002_reviews.sql", "high"),
    ("web.cors", "api/app.py", "high"),
    ("config.debug", "api/app.py", "high"),
    ("error.no-timeout", "api/accounts.py", "medium"),
    ("error.no-timeout", "api/admin.py", "medium"),
    ("error.no-timeout", "api/assistant.py", "medium"),
    ("error.no-timeout", "supabase/functions/order-mail/index.ts", "medium"),
    ("error.swallowed", "api/accounts.py", "medium"),
    ("error.swallowed", "api/admin.py", "medium"),
}
DONE_RIGHT = (
    "api/db.py", "api/payments.py", "tests/test_payments.py",
    "web/src/lib/api.ts", "web/src/components/Description.tsx", "web/src/pages/Login.tsx",
)  # fmt: skip


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def said(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Said:
    command = Command(tmp_path_factory.mktemp("home"), compiled=compiled_rules(tmp_path_factory))
    return command("scan", str(repo), "--offline", "--format", "json")


@pytest.fixture(scope="module")
def scan(said: Said) -> WireScan:
    return said.scan


def test_every_flaw_it_promises_is_found(scan: WireScan) -> None:
    places = ((one, one.place) for one in scan.findings)
    found = {
        (one.hazard, place.path, one.severity.value)
        for one, place in places
        if isinstance(place, FilePlace | CommitPlace)
    }
    assert found >= PROMISED


def test_there_is_enough_to_see_and_not_too_much(scan: WireScan) -> None:
    count = Counter(one.severity for one in scan.findings)
    assert 6 <= count[Severity.CRITICAL] + count[Severity.HIGH] <= 18
    assert 20 <= sum(number for severity, number in count.items() if severity is not Severity.INFO) <= 45


def test_nothing_stands_out_where_it_is_done_right(scan: WireScan) -> None:
    seen = {path for one in scan.outcomes for path in (skip.path for skip in one.coverage.skipped)}
    assert seen.isdisjoint(DONE_RIGHT)
    loud = [(one.path, one.line, one.rule.id) for one in scan.findings if one.path in DONE_RIGHT]
    assert loud == []
    assert [one.path for one in scan.findings if one.rule.id == "B101"] == [], "asserts are at home in its tests"


def test_some_of_what_is_done_right_speaks_for_it(scan: WireScan) -> None:
    assert {(fact.hazard, fact.path) for fact in scan.facts} == {
        ("error.no-timeout", "api/payments.py"),
        ("error.no-timeout", "web/src/lib/api.ts"),
        ("auth.rls", "supabase/migrations/0001_shop.sql"),
    }


def test_a_bad_excuse_in_the_source_is_shown_and_not_obeyed(scan: WireScan) -> None:
    silenced = [one for one in scan.findings if one.silenced]
    assert [(one.path, one.hazard, one.severity) for one in silenced] == [
        ("api/orders.py", "input.command", Severity.CRITICAL)
    ]


def test_one_alarm_is_false_and_left_to_the_human(scan: WireScan) -> None:
    """Columns from a fixed list: Bandit cannot know, a person sees it at a glance."""
    false = [one for one in scan.findings if one.path == "api/catalogue.py" and one.confidence.value == "unsure"]
    assert [(one.rule.id, one.severity) for one in false] == [("B608", Severity.MEDIUM)]
    assert "ORDER BY {column}" in false[0].code


def test_one_file_is_a_gap_for_both_readers_of_code(scan: WireScan) -> None:
    gaps = {
        (one.scanner, skip.path)
        for one in scan.outcomes
        for skip in one.coverage.skipped
        if skip.kind.value == "gap" and skip.path.endswith(".py")
    }
    assert gaps == {("bandit", "scripts/backfill_totals.py"), ("semgrep", "scripts/backfill_totals.py")}
    assert not scan.complete


def test_every_scanner_takes_part(scan: WireScan) -> None:
    ran = dict.fromkeys(("bandit", "doors", "semgrep", "kingfisher", "kingfisher-history"), "ran")
    no_data = {"pip-audit": "missing", "npm-audit": "missing"}
    states = {one.scanner: one.state for one in scan.outcomes}
    assert states == {**ran, **no_data, "packages": "ran", "indexes": "nothing", "apis": "nothing"}
    said_something = {source.tool for one in scan.findings for source in one.sources}
    assert said_something == {"bandit", "doors", "semgrep", "kingfisher", "packages"}


def test_where_the_map_and_a_pattern_mean_the_same_flaw_it_is_told_once(scan: WireScan) -> None:
    (key,) = [one for one in scan.findings if one.hazard == "secret.frontend"]
    assert [source.tool for source in key.sources] == ["doors", "semgrep"]


def test_a_framework_that_the_map_does_not_read_yet_is_told_by_name(scan: WireScan) -> None:
    (doors,) = [one for one in scan.outcomes if one.scanner == "doors"]
    (gap,) = [skip for skip in doors.coverage.skipped if skip.kind.value == "gap"]
    assert (gap.path, gap.code, gap.reason[:5]) == ("requirements.txt", "framework-unread", "Flask")


def test_packages_that_nobody_published_are_found_without_a_network(scan: WireScan) -> None:
    places = [one.place for one in scan.findings if one.hazard == "dep.phantom"]
    assert {(place.name, place.path) for place in places if isinstance(place, PackagePlace)} == {
        ("gunicornn", "requirements.txt"),
        ("stripe-webhook-replay", "README.md"),
    }


def test_the_stack_is_recognised(scan: WireScan) -> None:
    assert {part.name for part in scan.target.stack} >= {
        "python", "typescript", "sql", "flask", "react", "vite", "postgres", "supabase", "docker", "github-actions",
    }  # fmt: skip


def test_its_secrets_are_masked_like_real_ones(said: Said) -> None:
    assert [name for name, value in SECRETS.items() if value in said.out + said.err] == []


def test_scanning_leaves_it_as_it_was(repo: Path, said: Said) -> None:
    assert said.code == 1
    assert git(repo, "status", "--porcelain", "--ignored") == ""
