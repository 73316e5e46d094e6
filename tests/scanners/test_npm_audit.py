"""npm packages against advisory data: what is found, how it is told, and that missing data is never "nothing found"."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from helpers.manifest_trees import manifests_of
from helpers.osv_files import NOW, imported, osv, pack_of_all, packed
from walkdown.model import (
    Confidence,
    Finding,
    History,
    Job,
    Manifest,
    Missing,
    PackagePlace,
    Parsed,
    Severity,
    SkipKind,
    SourceFile,
    Tool,
)
from walkdown.scanners.npm_audit import NpmAudit

TOOL = Tool("npm-audit", "1", ())
MEDIUM = {"severity": "MODERATE"}


class Target:
    """A target that consists of its manifests."""

    identity = "target"
    history: History | None = None
    files: Sequence[SourceFile] = ()

    def __init__(self, tree: Mapping[str, str], *, offline: bool = False) -> None:
        self._manifests = tuple(manifests_of(tree).values())
        self.offline = offline

    def read(self, path: str) -> bytes:
        raise AssertionError(path)

    def manifests(self) -> Sequence[Manifest]:
        return self._manifests


class Here:
    """Finds nothing on this machine: the scanner needs no program."""

    def script(self, name: str) -> str | None:
        return None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        return None

    def version_of(self, distribution: str) -> str:
        return "0.1.0"

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        return ()

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        return None


def flawed(name: str, number: int, below: str = "2.0.0", **more: Any) -> dict[str, Any]:
    """An advisory on every version of an npm package below one."""
    events = [{"introduced": "0"}, *([{"fixed": below}] if below else [])]
    affected = [{"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": events}]}]
    return {**osv(name, number, ecosystem="npm"), "affected": affected, **more}


def store_of(folder: Path, *advisories: dict[str, Any]) -> Path:
    path = folder / "store.sqlite"
    imported(pack_of_all(folder / "pack.zip", [*advisories, flawed("somebody-else", 999)]), path)
    return path


def locked(packages: dict[str, Any], *, package: dict[str, Any] | None = None) -> dict[str, str]:
    lock = {"lockfileVersion": 3, "packages": {"": package or {}, **packages}}
    tree = {"package-lock.json": json.dumps(lock, indent=1)}
    return {**tree, "package.json": json.dumps(package, indent=1)} if package else tree


def jobs(
    store: Path | None, tree: Mapping[str, str], now: dt.datetime = NOW, *, offline: bool = False
) -> Sequence[Job]:
    found = NpmAudit(store, clock=lambda: now).jobs(TOOL, Target(tree, offline=offline), None)
    assert not isinstance(found, Missing)
    return found


def audit(store: Path, tree: Mapping[str, str], now: dt.datetime = NOW, *, offline: bool = False) -> Parsed:
    (job,) = jobs(store, tree, now, offline=offline)
    assert job.settled is not None
    assert job.settled.looked | {skip.path for skip in job.settled.skipped} >= set(job.asked)
    return job.settled


def places(finding: Finding) -> list[tuple[str, int]]:
    return [(one.path, one.line) for one in (finding.place, *finding.places) if isinstance(one, PackagePlace)]


LEFT = {"node_modules/left": {"version": "1.0.0"}}


def test_a_flaw_is_a_finding_with_the_version_that_mends_it(tmp_path: Path) -> None:
    store = store_of(
        tmp_path, flawed("left", 1, "1.2.3", id="GHSA-aaaa", aliases=["CVE-2026-1"], database_specific=MEDIUM)
    )
    parsed = audit(store, locked(LEFT))
    (finding,) = parsed.findings
    assert finding.place == PackagePlace("npm", "left", "1.0.0", "package-lock.json", 5)
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.SURE)
    rule = finding.rule
    assert (rule.tool, rule.id) == ("npm-audit", "CVE-2026-1")
    assert (rule.hazard, rule.family) == ("dep.vulnerable", "vulnerable-dependency")
    assert rule.title == "left 1.0.0 has a known vulnerability: CVE-2026-1"
    assert rule.fix.startswith("Upgrade left to 1.2.3 or later.")
    assert rule.url == "https://osv.dev/vulnerability/GHSA-aaaa"
    assert parsed.looked == {"package-lock.json"}


def test_a_mended_version_is_no_finding(tmp_path: Path) -> None:
    assert audit(store_of(tmp_path, flawed("left", 1, "1.0.0")), locked(LEFT)).findings == ()


def test_one_finding_for_a_flaw_that_several_databases_list(tmp_path: Path) -> None:
    store = store_of(
        tmp_path,
        flawed("left", 1, "1.2.0", id="GHSA-aaaa", aliases=["CVE-2026-1"]),
        flawed("left", 2, "1.5.0", id="GHSA-bbbb", aliases=["CVE-2026-1"], database_specific=MEDIUM),
        flawed("left", 3, "1.1.0", id="GHSA-cccc", aliases=["CVE-2026-2"]),
    )
    findings = audit(store, locked(LEFT)).findings
    assert [finding.rule.id for finding in findings] == ["CVE-2026-1", "CVE-2026-2"]
    assert "1.5.0 or later" in findings[0].rule.fix


def test_a_withdrawn_advisory_says_nothing(tmp_path: Path) -> None:
    store = store_of(tmp_path, flawed("left", 1, withdrawn="2026-01-01T00:00:00Z"))
    assert audit(store, locked(LEFT)).findings == ()


@pytest.mark.parametrize(
    ("word", "dev", "expected"),
    [
        ("CRITICAL", False, Severity.CRITICAL),
        ("CRITICAL", True, Severity.HIGH),
        ("MODERATE", False, Severity.MEDIUM),
        ("MODERATE", True, Severity.LOW),
        ("LOW", True, Severity.LOW),
        ("", False, Severity.HIGH),
        ("", True, Severity.MEDIUM),
    ],
)
def test_what_only_developers_run_is_one_step_less(tmp_path: Path, word: str, dev: bool, expected: Severity) -> None:
    store = store_of(tmp_path, flawed("left", 1, database_specific={"severity": word}))
    tree = locked({"node_modules/left": {"version": "1.0.0", "dev": dev}})
    assert [finding.severity for finding in audit(store, tree).findings] == [expected]


def test_what_only_developers_run_is_said_in_words(tmp_path: Path) -> None:
    both = {"node_modules/left": {"version": "1.0.0"}, "node_modules/tool": {"version": "1.0.0", "dev": True}}
    findings = audit(store_of(tmp_path, flawed("left", 1), flawed("tool", 2)), locked(both)).findings
    left, tool = (finding.rule for finding in findings)
    assert tool.title.endswith(" (development only)")
    assert "Nothing that production installs brings it in" in tool.message
    assert "development" not in left.title + left.message


def test_needed_by_both_counts_as_production(tmp_path: Path) -> None:
    store = store_of(tmp_path, flawed("left", 1, database_specific=MEDIUM))
    lock = locked({"node_modules/left": {"version": "1.0.0", "dev": True}})
    tree = {**lock, "web/package.json": '{"dependencies": {"left": "1.0.0"}}'}
    (finding,) = audit(store, tree).findings
    assert finding.severity is Severity.MEDIUM


def test_malicious_stays_critical_also_for_developers(tmp_path: Path) -> None:
    store = store_of(tmp_path, flawed("left", 1, "", id="MAL-2026-1", aliases=["GHSA-aaaa"]))
    (finding,) = audit(store, locked({"node_modules/left": {"version": "1.0.0", "dev": True}})).findings
    assert finding.severity is Severity.CRITICAL
    assert "development only" not in finding.rule.title + finding.rule.message
    assert finding.rule.title == "left 1.0.0 is known to be malicious: MAL-2026-1"
    assert finding.rule.fix.startswith("Remove left 1.0.0.")


def test_the_line_that_a_person_wrote_comes_first(tmp_path: Path) -> None:
    package = {"dependencies": {"up": "^1.0.0"}}
    tree = locked(
        {
            "node_modules/up": {"version": "1.0.0", "dependencies": {"@s/mid": "1"}},
            "node_modules/@s/mid": {"version": "1.0.0", "dependencies": {"left": "1"}},
            "node_modules/left": {"version": "1.0.0"},
        },
        package=package,
    )
    (finding,) = audit(store_of(tmp_path, flawed("left", 1)), tree).findings
    assert [path for path, _ in places(finding)] == ["package.json", "package-lock.json"]
    assert places(finding)[0] == ("package.json", 3)
    assert "It comes in through up → @s/mid." in finding.rule.fix
    assert "override" in finding.rule.fix


def test_a_package_that_the_project_asks_for_itself_is_told_so(tmp_path: Path) -> None:
    tree = locked(LEFT, package={"dependencies": {"left": "^1.0.0"}})
    (finding,) = audit(store_of(tmp_path, flawed("left", 1)), tree).findings
    assert [path for path, _ in places(finding)] == ["package.json", "package-lock.json"]
    asked = "The project asks for it itself."
    assert finding.rule.fix == f"Upgrade left to 2.0.0 or later. {asked} Then write the lock file anew."


def test_a_line_for_developers_is_shown_where_it_is_the_only_one_that_asks(tmp_path: Path) -> None:
    package = {"dependencies": {"up": "^1.0.0"}, "devDependencies": {"left": "^1.0.0"}}
    up = {"node_modules/up": {"version": "1.0.0", "dependencies": {"left": "1"}}}
    (finding,) = audit(store_of(tmp_path, flawed("left", 1)), locked({**up, **LEFT}, package=package)).findings
    assert places(finding)[0] == ("package.json", 6)
    assert "development only" not in finding.rule.title


def test_where_nobody_says_who_brings_a_package_nothing_is_claimed(tmp_path: Path) -> None:
    (finding,) = audit(store_of(tmp_path, flawed("left", 1)), locked(LEFT)).findings
    assert finding.rule.fix == "Upgrade left to 2.0.0 or later. Then write the lock file anew."


def test_without_a_lock_only_fixed_versions_are_looked_up(tmp_path: Path) -> None:
    store = store_of(tmp_path, flawed("left", 1), flawed("right", 2))
    tree = {"package.json": '{"dependencies": {"left": "1.0.0", "right": "^1.0.0"}}'}
    (finding,) = audit(store, tree).findings
    assert isinstance(finding.place, PackagePlace)
    assert finding.place.name == "left"
    (limit,) = NpmAudit(store).unread(Target(tree))
    assert (limit.kind, limit.code, limit.path) == (SkipKind.LIMIT, "unpinned", "package.json")
    assert limit.reason.endswith(": right.")


def test_what_is_forced_on_others_is_likely_at_most(tmp_path: Path) -> None:
    tree = {"package.json": '{"overrides": {"left": "1.0.0"}}'}
    (finding,) = audit(store_of(tmp_path, flawed("left", 1)), tree).findings
    assert finding.confidence is Confidence.LIKELY


def test_without_data_nothing_is_said_to_be_fine(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database")
    for path in (None, tmp_path / "none.sqlite", broken):
        scanner = NpmAudit(path)
        found = scanner.jobs(TOOL, Target(locked(LEFT)), None)
        assert isinstance(found, Missing)
        assert "walkdown db" in found.how
        assert scanner.jobs(TOOL, Target({"requirements.txt": "left==1.0.0\n"}), None) == ()


def test_data_on_python_alone_do_not_cover_npm(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    imported(packed(tmp_path / "all.zip", [osv("left")]), path)
    assert isinstance(NpmAudit(path, clock=lambda: NOW).jobs(TOOL, Target(locked(LEFT)), None), Missing)


def test_old_data_are_a_gap_beside_the_findings(tmp_path: Path) -> None:
    store = store_of(tmp_path, flawed("left", 1))
    late = NOW + dt.timedelta(days=20)
    parsed = audit(store, locked(LEFT), late)
    assert [(skip.kind, skip.code) for skip in parsed.skipped] == [(SkipKind.GAP, "stale-data")]
    assert len(parsed.findings) == 1
    assert audit(store, locked(LEFT), late, offline=True).skipped == ()


def test_an_advisory_that_cannot_be_compared_is_a_gap(tmp_path: Path) -> None:
    parsed = audit(store_of(tmp_path, flawed("left", 1, "next year", id="GHSA-x")), locked(LEFT))
    assert [(skip.kind, skip.code, skip.path) for skip in parsed.skipped] == [
        (SkipKind.GAP, "unclear-advisory", "package-lock.json")
    ]
    assert "left 1.0.0 (GHSA-x)" in parsed.skipped[0].reason
    assert parsed.findings == ()


def test_data_of_which_a_part_could_not_be_read_are_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    imported(pack_of_all(tmp_path / "pack.zip", [flawed("left", 1)], unread=1), path)
    parsed = audit(path, locked(LEFT))
    assert [(skip.kind, skip.code, skip.path) for skip in parsed.skipped] == [(SkipKind.GAP, "partial-data", "")]
    assert len(parsed.findings) == 1


def test_the_gap_is_one_and_stands_at_the_lock(tmp_path: Path) -> None:
    tree = locked(LEFT, package={"dependencies": {"left": "^1.0.0"}})
    parsed = audit(store_of(tmp_path, flawed("left", 1, "next year"), flawed("left", 2, "one day")), tree)
    assert [(skip.code, skip.path) for skip in parsed.skipped] == [("unclear-advisory", "package-lock.json")]


def test_a_range_that_cannot_be_compared_does_no_harm_where_another_one_answers(tmp_path: Path) -> None:
    advisory = flawed("left", 1, "next year")
    advisory["affected"] += flawed("left", 1, "2.0.0")["affected"]
    parsed = audit(store_of(tmp_path, advisory), locked(LEFT))
    assert parsed.skipped == ()
    assert [finding.rule.fix for finding in parsed.findings] == [
        "Upgrade left to 2.0.0 or later. Then write the lock file anew."
    ]


@pytest.mark.parametrize(("days", "stale"), [(19, True), (25, False)])
def test_a_person_sets_how_old_data_may_be(tmp_path: Path, days: int, stale: bool) -> None:
    scanner = NpmAudit(store_of(tmp_path, flawed("left", 1)), days, clock=lambda: NOW + dt.timedelta(days=20))
    found = scanner.jobs(TOOL, Target(locked(LEFT)), None)
    assert not isinstance(found, Missing)
    assert found[0].settled is not None
    assert [skip.code for skip in found[0].settled.skipped] == ["stale-data"] * stale


def test_what_will_not_be_looked_at() -> None:
    hub = {"resolved": "git+ssh://git@host.example/x.git"}
    tree = {
        **locked({"node_modules/hub": hub}),
        "package.json": '{"dependencies": {"left": "^1.0.0"}, "peerDependencies": {"right": ">=1"}}',
        "old/yarn.lock": "<<<<<<< HEAD\n",
        "lib/package.json": '{"peerDependencies": {"right": ">=1"}}',
        "requirements.txt": "django>=4\n",
    }
    skipped = {(skip.path, skip.kind, skip.code) for skip in NpmAudit().unread(Target(tree))}
    assert skipped == {
        ("package.json", SkipKind.SCOPE, "locked"),
        ("lib/package.json", SkipKind.SCOPE, "locked"),
        ("package-lock.json", SkipKind.LIMIT, "no-index"),
        ("old/yarn.lock", SkipKind.GAP, "broken-manifest"),
    }


def test_the_tool_names_the_data_it_answers_from(tmp_path: Path) -> None:
    scanner = NpmAudit(store_of(tmp_path, flawed("left", 1)))
    (tool,) = scanner.find(Here())
    assert tool.data
    assert tool.data[:16] in tool.note
    assert tool.data_at.startswith(tool.note.removeprefix("Advisory data of ")[:10])
    python = tmp_path / "python.sqlite"
    imported(packed(tmp_path / "python.zip", [osv("left")]), python)
    for path in (None, tmp_path / "none.sqlite", python):
        (without,) = NpmAudit(path).find(Here())
        assert (without.data, without.data_at) == ("", "")
        assert without.note == "There is no advisory data on npm packages on this machine."
        assert scanner.key(tool) != scanner.key(without)
