"""pip-audit: what it is asked, how its answers are read, and that no failure turns into "nothing found"."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from helpers.osv_service import NOW, Advisories, advisory, listed_in, make_store, osv_service, upstream
from walkdown.advisories.service import serving
from walkdown.errors import AdvisoryError, ScannerError
from walkdown.model import (
    Batch,
    Confidence,
    Dependency,
    Finding,
    History,
    Job,
    Manifest,
    Missing,
    PackagePlace,
    Parsed,
    Pin,
    Printed,
    Severity,
    SkipKind,
    Skipped,
    SourceFile,
    Tool,
)
from walkdown.process import clean_environment, run_now
from walkdown.scanners.pip_audit import PipAudit
from walkdown.scanners.pip_audit.unread import unread as unread_packages

RECORDED = Path(__file__).parent / "recorded" / "pip_audit"
TOOL = Tool("pip-audit", "2.10.1", (sys.executable, "-I", "-m", "pip_audit"))
BATCH = Batch(folder="/view", files=(), scratch="/work", home="/home")


class Target:
    """A target that consists of its manifests."""

    identity = "target"
    history: History | None = None
    files: Sequence[SourceFile] = ()

    def __init__(self, *manifests: Manifest, offline: bool = False) -> None:
        self._manifests = manifests
        self.offline = offline

    def read(self, path: str) -> bytes:
        raise AssertionError(path)

    def manifests(self) -> Sequence[Manifest]:
        return self._manifests


def manifest(
    path: str, *pins: str, kind: str = "requirements", lock: bool = False, group: str = "", via: tuple[str, ...] = ()
) -> Manifest:
    """`pins`: name==version, or a name alone, one a line from line 1."""
    dependencies = []
    for line, pin in enumerate(pins, 1):
        name, _, version = pin.partition("==")
        how = Pin.EXACT if version else Pin.ANY
        dependencies.append(Dependency("PyPI", name, version, how, path=path, line=line, group=group, via=via))
    return Manifest(path, kind, "PyPI", lock=lock, covers=path.rpartition("/")[0], dependencies=tuple(dependencies))


def jobs_for(*manifests: Manifest) -> Sequence[Job]:
    jobs = PipAudit().jobs(TOOL, Target(*manifests), None)
    assert not isinstance(jobs, Missing)
    return jobs


def only_job(*manifests: Manifest) -> Job:
    (job,) = jobs_for(*manifests)
    return job


def parse(job: Job, stdout: bytes, stderr: bytes = b"", code: int = 0) -> Parsed:
    return PipAudit().parse(TOOL, job, BATCH, Printed(stdout, stderr, code))


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def audited() -> Job:
    return only_job(
        manifest("requirements.txt", "attrs==19.1.0", "django==2.2.1", "jinja2==2.10"),
        manifest("poetry.lock", "requests==2.19.1", "urllib3==1.24.1", "jinja2==2.10", kind="poetry-lock", lock=True),
    )


def by_package(parsed: Parsed) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in parsed.findings:
        assert isinstance(finding.place, PackagePlace)
        found.setdefault(finding.place.name, []).append(finding)
    return found


# What it is asked


def test_one_flat_list_sorted_and_without_repeats() -> None:
    job = audited()
    (name, data), *more = job.inputs
    assert data == b"attrs==19.1.0\ndjango==2.2.1\njinja2==2.10\nrequests==2.19.1\nurllib3==1.24.1\n"
    assert more == []
    assert job.asked == ("poetry.lock", "requirements.txt")
    command = PipAudit().argv(TOOL, job, BATCH)
    assert str(Path(BATCH.folder, name)) in command.argv
    assert command.argv[: len(TOOL.program)] == TOOL.program
    assert {"--disable-pip", "--no-deps"} <= set(command.argv)
    assert command.argv[command.argv.index("--vulnerability-service") :] == ("--vulnerability-service", "pypi")


def test_two_versions_of_a_package_go_into_two_lists() -> None:
    first = manifest("a/requirements.txt", "django==2.2.1", "attrs==19.1.0")
    second = manifest("b/requirements.txt", "django==4.2.1", "attrs==19.1.0")
    jobs = jobs_for(first, second)
    assert [job.inputs[0][1] for job in jobs] == [b"attrs==19.1.0\ndjango==2.2.1\n", b"django==4.2.1\n"]
    asked = [path for job in jobs for path in job.asked]
    assert sorted(asked) == ["a/requirements.txt", "b/requirements.txt"]


def test_long_lists_are_cut_into_even_parts_that_lose_nothing() -> None:
    pins = [f"package-{number}==1.{number}" for number in range(201)]
    jobs = jobs_for(manifest("uv.lock", *pins, kind="uv-lock", lock=True))
    lines = [line for job in jobs for line in job.inputs[0][1].decode().splitlines()]
    assert sorted(lines) == sorted(pins)
    assert [len(job.inputs[0][1].splitlines()) for job in jobs] == [67, 67, 67]


def test_the_key_changes_with_the_packages_and_with_the_lines_that_findings_name() -> None:
    same = only_job(manifest("requirements.txt", "jinja2==2.10")).key
    assert same == only_job(manifest("requirements.txt", "jinja2==2.10")).key
    assert same != only_job(manifest("requirements.txt", "jinja2==2.11")).key
    assert same != only_job(manifest("requirements.txt", "flask", "jinja2==2.10")).key


def test_a_local_build_is_asked_about_as_the_release_it_comes_from() -> None:
    job = only_job(manifest("requirements.txt", "jinja2==2.10+ours.1"))
    assert job.inputs[0][1] == b"jinja2==2.10\n"
    output = b'{"dependencies": [{"name": "jinja2", "version": "2.10", "vulns": [{"id": "CVE-2019-10906"}]}]}'
    (finding,) = parse(job, output, code=1).findings
    assert finding.confidence is Confidence.LIKELY


# How its answers are read


def test_every_flaw_is_one_finding_with_the_place_to_mend_it() -> None:
    parsed = parse(audited(), recorded("valid.json"), code=1)
    found = by_package(parsed)
    assert {name: len(findings) for name, findings in found.items()} == {
        "django": 28,
        "jinja2": 2,
        "requests": 2,
        "urllib3": 7,
    }
    assert parsed.looked == {"requirements.txt", "poetry.lock"}
    assert parsed.skipped == ()
    (finding,) = [one for one in found["django"] if one.rule.id == "CVE-2019-12781"]
    assert finding.rule.title == "django 2.2.1 has a known vulnerability: CVE-2019-12781"
    assert finding.rule.fix == "Upgrade django to 2.2.3 or later."
    assert finding.rule.url == "https://osv.dev/vulnerability/GHSA-6c7v-2f49-8h26"
    assert (finding.rule.hazard, finding.rule.family) == ("dep.vulnerable", "vulnerable-dependency")
    assert finding.place == PackagePlace("PyPI", "django", "2.2.1", "requirements.txt", 2)
    assert finding.severity is Severity.HIGH


def test_a_package_of_several_manifests_has_several_places_the_written_one_first() -> None:
    (finding, *_) = by_package(parse(audited(), recorded("valid.json"), code=1))["jinja2"]
    assert finding.place == PackagePlace("PyPI", "jinja2", "2.10", "requirements.txt", 3)
    assert finding.places == (PackagePlace("PyPI", "jinja2", "2.10", "poetry.lock", 3),)
    assert finding.rule.fix.endswith("Then write the lock file anew.")


def test_nothing_known_is_looked_at_and_nothing_found() -> None:
    parsed = parse(only_job(manifest("requirements.txt", "attrs==19.1.0")), recorded("clean.json"))
    assert (parsed.findings, parsed.skipped) == ((), ())
    assert parsed.looked == {"requirements.txt"}


def test_what_the_service_does_not_know_is_a_gap_and_never_a_pass() -> None:
    job = only_job(manifest("requirements.txt", "jinja2==2.10", "requests==2.19.1"))
    parsed = parse(job, recorded("skipped.json"))
    assert parsed.looked == frozenset()
    (skip,) = parsed.skipped
    assert (skip.path, skip.kind, skip.code) == ("requirements.txt", SkipKind.GAP, "no-data")
    assert "2 of 2 packages were not checked" in skip.reason
    assert "jinja2 2.10, requests 2.19.1" in skip.reason


def test_what_is_missing_in_the_answer_is_a_gap_for_its_manifest() -> None:
    job = only_job(manifest("requirements.txt", "attrs==19.1.0"), manifest("api/requirements.txt", "flask==3.0.0"))
    parsed = parse(job, recorded("clean.json"))
    assert [(skip.path, skip.code) for skip in parsed.skipped] == [("api/requirements.txt", "dropped")]
    assert parsed.looked == {"requirements.txt"}
    assert [skip.code for skip in parse(job, recorded("empty_list.json")).skipped] == ["dropped", "dropped"]


@pytest.mark.parametrize("length", [0, 1, 100, 2500, 4990])
def test_a_truncated_answer_is_an_error(length: int) -> None:
    with pytest.raises(ScannerError):
        parse(audited(), recorded("valid.json")[:length], code=1)


@pytest.mark.parametrize("output", [b"No known vulnerabilities found\n", b"[]", b"{}", b"\xff\xfe", b"x" * 1_000_000])
def test_garbage_is_an_error(output: bytes) -> None:
    with pytest.raises(ScannerError):
        parse(audited(), output)


@pytest.mark.parametrize("other", [b'"name": "flask", "version": "1"', b'"name": "attrs", "version": "2"'])
def test_an_answer_to_another_question_is_an_error(other: bytes) -> None:
    job = only_job(manifest("requirements.txt", "attrs==1"))
    with pytest.raises(ScannerError):
        parse(job, b'{"dependencies": [{' + other + b', "vulns": []}]}')


def test_hostile_names_of_advisories_reach_neither_text_nor_address() -> None:
    parsed = parse(only_job(manifest("requirements.txt", "jinja2==2.10")), recorded("hostile.json"), code=1)
    assert sorted(finding.rule.id for finding in parsed.findings) == ["CVE-2099-0002", "unnamed-advisory"]
    shown = repr(parsed.findings)
    for bad in ("\\x1b", "52;c", "[/]", "@click", "../"):
        assert bad not in shown


def advisories(*items: str) -> bytes:
    return b'{"dependencies": [{"name": "jinja2", "version": "2.10", "vulns": [' + ",".join(items).encode() + b"]}]}"


def test_advisories_that_share_a_name_are_one_flaw() -> None:
    output = advisories(
        '{"id": "PYSEC-2019-1", "fix_versions": ["2.10.1"], "aliases": []}',
        '{"id": "GHSA-2222-3333-4444", "fix_versions": ["2.10.3"], "aliases": []}',
        '{"id": "CVE-2019-1", "fix_versions": [], "aliases": ["PYSEC-2019-1", "GHSA-2222-3333-4444"]}',
    )
    (finding,) = parse(only_job(manifest("requirements.txt", "jinja2==2.10")), output, code=1).findings
    assert finding.rule.id == "CVE-2019-1"
    # The databases disagree; the later version mends it in the eyes of both.
    assert finding.rule.fix == "Upgrade jinja2 to 2.10.3 or later."


@pytest.mark.parametrize(
    ("fixes", "advice"),
    [
        ('"1.9", "2.10.1", "3.0"', "Upgrade jinja2 to 2.10.1 or later."),
        ('"2.11rc1", "2.12"', "Upgrade jinja2 to 2.12 or later."),
        ('"2.9", "not a version"', "No fixed version of jinja2 is known."),
    ],
)
def test_the_advice_is_the_nearest_version_above(fixes: str, advice: str) -> None:
    output = advisories(f'{{"id": "CVE-2019-1", "fix_versions": [{fixes}]}}')
    (finding,) = parse(only_job(manifest("requirements.txt", "jinja2==2.10")), output, code=1).findings
    assert finding.rule.fix.startswith(advice)


def test_severity_is_lower_for_what_only_developers_run_and_highest_for_malware() -> None:
    output = advisories('{"id": "CVE-2019-1"}', '{"id": "MAL-2024-1"}')
    development = only_job(manifest("requirements-dev.txt", "jinja2==2.10", group="dev"))
    found = {one.rule.id: one.severity for one in parse(development, output, code=1).findings}
    assert found == {"CVE-2019-1": Severity.MEDIUM, "MAL-2024-1": Severity.CRITICAL}
    example = only_job(manifest("examples/blog/poetry.lock", "jinja2==2.10", kind="poetry-lock", lock=True))
    assert {one.severity for one in parse(example, output, code=1).findings} == {Severity.MEDIUM, Severity.CRITICAL}
    both = only_job(
        manifest("requirements-dev.txt", "jinja2==2.10", group="dev"), manifest("requirements.txt", "jinja2==2.10")
    )
    assert {one.severity for one in parse(both, output, code=1).findings} == {Severity.HIGH, Severity.CRITICAL}


def test_a_constraint_alone_is_likely_not_sure() -> None:
    job = only_job(manifest("constraints.txt", "jinja2==2.10", kind="constraints"))
    (finding,) = parse(job, advisories('{"id": "CVE-2019-1"}'), code=1).findings
    assert finding.confidence is Confidence.LIKELY


# What it will not look at


def unread(*manifests: Manifest) -> list[tuple[str, SkipKind, str]]:
    skipped = PipAudit().unread(Target(*manifests))
    return [(skip.path, skip.kind, skip.code) for skip in skipped]


def test_open_ranges_are_one_limit_without_a_lock_and_harmless_with_one() -> None:
    wishes = manifest("pyproject.toml", *(f"package-{number}" for number in range(100)), kind="pyproject")
    assert unread(wishes) == [("pyproject.toml", SkipKind.LIMIT, "unpinned")]
    lock = manifest("uv.lock", *(f"package-{n}==1.0" for n in range(100)), kind="uv-lock", lock=True)
    assert unread(wishes, lock) == [("pyproject.toml", SkipKind.SCOPE, "locked")]
    partial = manifest("uv.lock", "package-1==1.0", kind="uv-lock", lock=True)
    assert unread(wishes, partial) == [("pyproject.toml", SkipKind.LIMIT, "unpinned")]


def test_addresses_are_a_limit_and_the_gaps_of_reading_are_passed_on() -> None:
    address = Dependency("PyPI", "forked", pin=Pin.URL, path="requirements.txt", line=3)
    gap = Skipped("requirements.txt", SkipKind.GAP, "outside", "Line 1 leads out of the project.")
    listed = Manifest("requirements.txt", "requirements", "PyPI", dependencies=(address,), skipped=(gap,))
    assert unread(listed) == [
        ("requirements.txt", SkipKind.GAP, "outside"),
        ("requirements.txt", SkipKind.LIMIT, "no-index"),
    ]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tests/templates/{{cookiecutter.slug}}/requirements.txt", SkipKind.SCOPE),
        ("{{cookiecutter.slug}}/requirements.txt", SkipKind.SCOPE),
        ("tests/fixtures/broken/requirements.txt", SkipKind.SCOPE),
        ("tests/requirements.txt", SkipKind.GAP),
        ("requirements.txt", SkipKind.GAP),
    ],
)
def test_what_is_broken_in_a_template_is_left_out(path: str, kind: SkipKind) -> None:
    broken = Manifest(path, "requirements", "PyPI", skipped=(Skipped(path, SkipKind.GAP, "unclear-line", "1."),))
    assert unread(broken) == [(path, kind, "unclear-line")]
    shut = Manifest(path, "requirements", "PyPI", skipped=(Skipped(path, SkipKind.GAP, "unreadable", "No."),))
    assert unread(shut) == [(path, SkipKind.GAP, "unreadable")]


def test_npm_is_left_to_another_scanner() -> None:
    gap = Skipped("bun.lock", SkipKind.GAP, "broken-manifest", "It cannot be read.")
    web = Manifest("bun.lock", "bun-lock", "npm", lock=True, skipped=(gap,))
    api = manifest("requirements.txt", "flask")
    assert {skip.path for skip in unread_packages([web, api])} == {"requirements.txt"}


# With advisory data on this machine, and without


class _Nowhere:
    def script(self, name: str) -> str | None:
        return None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        return None

    def version_of(self, distribution: str) -> str:
        return ""

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        return ()

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        return None


def test_without_pip_audit_it_says_how_to_get_it() -> None:
    found = PipAudit().find(_Nowhere())
    assert isinstance(found, Missing)
    assert "pip install pip-audit" in found.how


class _Here(_Nowhere):
    def python_module(self, module: str) -> tuple[str, ...] | None:
        return (sys.executable, "-I", "-m", module)

    def version_of(self, distribution: str) -> str:
        return "2.10.1"


HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
STORED = (
    advisory("jinja2", "PYSEC-2019-1", aliases=["CVE-2019-1"], fixed=["2.10.1"]),
    advisory("jinja2", "GHSA-2222-3333-4444", aliases=["CVE-2019-1"], fixed=["2.10.1"], severity=LOW),
    advisory("jinja2", "GHSA-9999-9999-9999", fixed=["2.9"], severity=CRITICAL),
)
PINNED = manifest("requirements.txt", "attrs==19.1.0", "jinja2==2.10")


class Stored:
    """A scanner with a store of advisories, and the tool that it found."""

    def __init__(self, folder: Path, advisories: Sequence[Mapping[str, Any]], days_ago: int = 0, **how: Any) -> None:
        self.path = folder / "store.sqlite"
        self.about = make_store(self.path, advisories, as_of=NOW - timedelta(days=days_ago))
        self.scanner = PipAudit(self.path, clock=lambda: NOW, **how)
        self.found = self.scanner.find(_Here())

    @property
    def tool(self) -> Tool:
        assert not isinstance(self.found, Missing), self.found
        return self.found[0]

    def jobs(self, *manifests: Manifest, offline: bool = False) -> Sequence[Job]:
        jobs = self.scanner.jobs(self.tool, Target(*manifests, offline=offline), None)
        assert not isinstance(jobs, Missing)
        return jobs

    def gaps(self, *manifests: Manifest, offline: bool = False) -> list[tuple[str, str]]:
        settled = [job.settled for job in self.jobs(*manifests, offline=offline) if job.settled is not None]
        return [(skip.path, skip.code) for parsed in settled for skip in parsed.skipped]

    def parse(self, job: Job, *answers: str) -> Parsed:
        return self.scanner.parse(self.tool, job, BATCH, Printed(advisories(*answers), b"", 1))


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return Stored(tmp_path, STORED)


def test_online_without_data_the_index_is_asked_and_the_note_says_so() -> None:
    (tool,) = found if isinstance(found := PipAudit(Path("/nowhere/store.sqlite")).find(_Here()), tuple) else ()
    assert "asks the package index" in tool.note
    assert tool.data == ""
    job = only_job(PINNED)
    command = PipAudit().argv(tool, job, BATCH)
    assert command.argv[-2:] == ("--vulnerability-service", "pypi")
    assert job.keep_seconds == 3600
    with PipAudit().service(tool) as address:
        assert address == ""


def test_offline_without_data_is_missing_with_the_command_and_nothing_where_nothing_is_pinned() -> None:
    missing = PipAudit().jobs(TOOL, Target(PINNED, offline=True), None)
    assert isinstance(missing, Missing)
    assert "walkdown db update" in missing.how
    assert "walkdown db import" in missing.how
    assert PipAudit().jobs(TOOL, Target(manifest("empty.txt"), offline=True), None) == ()


def test_nobody_is_asked_where_the_service_is_not_up(stored: Stored) -> None:
    """Better an error than a question to the world."""
    job = only_job(PINNED)
    with pytest.raises(ScannerError):
        PipAudit().argv(TOOL, job, msgspec.structs.replace(BATCH, offline=True))
    with pytest.raises(ScannerError):
        stored.scanner.argv(stored.tool, job, BATCH)


def test_with_data_our_service_is_asked_and_its_token_is_no_argument(stored: Stored) -> None:
    address = "http://127.0.0.1:4000/token/v1/query"
    (job,) = stored.jobs(PINNED)
    command = stored.scanner.argv(stored.tool, job, msgspec.structs.replace(BATCH, service=address))
    assert command.argv[-2:] == ("--vulnerability-service", "osv")
    assert "token" not in " ".join(command.argv)
    assert dict(command.env) == {"PIP_AUDIT_OSV_URL": address, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def test_the_note_and_the_key_name_the_data(stored: Stored, tmp_path: Path) -> None:
    assert stored.tool.data == stored.about.digest
    assert stored.tool.note == f"Advisory data of 2026-11-20, digest {stored.about.digest[:16]}…"
    other = Stored(tmp_path / "other", STORED[:2])
    assert len({stored.scanner.key(one) for one in (stored.tool, other.tool, TOOL)}) == 3


def test_answers_from_data_are_kept_until_the_data_change_and_are_the_same_offline(stored: Stored) -> None:
    (online,), (offline,) = stored.jobs(PINNED), stored.jobs(PINNED, offline=True)
    assert online.keep_seconds is None
    assert online == offline


@pytest.mark.parametrize(
    ("days", "offline", "stale"), [(6, False, False), (8, False, True), (8, True, False), (31, True, True)]
)
def test_old_data_are_one_gap_beside_the_findings(tmp_path: Path, days: int, offline: bool, stale: bool) -> None:
    stored = Stored(tmp_path, STORED, days_ago=days)
    two = (PINNED, manifest("api/requirements.txt", "attrs==19.1.0"))
    assert stored.gaps(*two, offline=offline) == ([("", "stale-data")] if stale else [])
    assert len([job for job in stored.jobs(*two, offline=offline) if job.settled is None]) == 1
    assert stored.jobs(manifest("requirements.txt", "flask"), offline=offline) == ()


def test_a_person_sets_how_old_data_may_be(tmp_path: Path) -> None:
    assert Stored(tmp_path, STORED, days_ago=20, days=30).gaps(PINNED) == []
    assert Stored(tmp_path, STORED, days_ago=20, days=10).gaps(PINNED, offline=True) == [("", "stale-data")]


def test_a_broken_store_is_missing_and_never_the_index(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    for content in (b"", b"SQLite format 3\0" + b"x" * 5000):
        path.write_bytes(content)
        found = PipAudit(path).find(_Here())
        assert isinstance(found, Missing)
        assert "walkdown db update" in found.how


def test_a_store_without_python_packages_is_no_data(tmp_path: Path) -> None:
    only_npm = advisory("left-pad", "GHSA-1111-1111-1111")
    only_npm["affected"][0]["package"]["ecosystem"] = "npm"
    stored = Stored(tmp_path, [only_npm])
    assert stored.tool.data == ""
    assert isinstance(stored.scanner.jobs(stored.tool, Target(PINNED, offline=True), None), Missing)


def test_data_that_were_replaced_since_they_were_spoken_of_are_an_error(stored: Stored) -> None:
    make_store(stored.path, STORED[:2])
    with pytest.raises(AdvisoryError, match="renewed"), stored.scanner.service(stored.tool):
        pytest.fail("served")
    with pytest.raises(AdvisoryError, match="renewed"):
        stored.jobs(PINNED)


def test_an_advisory_that_cannot_be_compared_is_a_gap_for_the_manifests_it_may_be_about(tmp_path: Path) -> None:
    stored = Stored(tmp_path, [*STORED, advisory("attrs", "PYSEC-2020-1", fixed=["banana"])])
    web = manifest("web/requirements.txt", "jinja2==2.10")
    assert stored.gaps(PINNED, web) == [("requirements.txt", "unclear-advisory")]


def test_severity_is_the_worst_that_the_merged_advisories_give(tmp_path: Path) -> None:
    flaws = (
        advisory("jinja2", "PYSEC-2019-1", aliases=["CVE-2019-1"], severity=LOW),
        advisory("jinja2", "GHSA-2222-3333-4444", aliases=["CVE-2019-1"], severity=HIGH),
        advisory("jinja2", "PYSEC-2019-2", severity=CRITICAL),
        advisory("jinja2", "PYSEC-2019-3", severity=LOW),
        advisory("jinja2", "PYSEC-2019-4"),
        advisory("jinja2", "MAL-2024-1"),
    )
    stored = Stored(tmp_path, flaws)
    said = [msgspec.json.encode({"id": one["id"], "aliases": one["aliases"]}).decode() for one in flaws]
    expected = {"CVE-2019-1": 1, "PYSEC-2019-2": 0, "PYSEC-2019-3": 3, "PYSEC-2019-4": 1, "MAL-2024-1": 0}
    for group, less in (("", 0), ("dev", 1)):
        (job,) = stored.jobs(manifest("requirements.txt", "jinja2==2.10", group=group))
        found = {one.rule.id: one.severity.rank for one in stored.parse(job, *said).findings}
        assert found == {
            name: rank if name.startswith("MAL") else min(rank + less, Severity.LOW.rank)
            for name, rank in expected.items()
        }


def test_an_advisory_of_ours_that_does_not_come_back_is_a_gap(stored: Stored) -> None:
    (job,) = stored.jobs(manifest("requirements.txt", "jinja2==2.10"))
    one, other = '{"id": "CVE-2019-1", "aliases": ["PYSEC-2019-1"]}', '{"id": "GHSA-2222-3333-4444"}'
    whole = stored.parse(job, one, other)
    assert whole.skipped == ()
    assert whole.looked == {"requirements.txt"}
    for answers in ((), (one,), (other,)):
        parsed = stored.parse(job, *answers)
        assert [(skip.path, skip.code) for skip in parsed.skipped] == [("requirements.txt", "dropped")]
        assert parsed.looked == frozenset()


def test_the_advice_names_the_way_in_where_nobody_asked_for_the_package_itself() -> None:
    output = advisories('{"id": "CVE-2019-1", "fix_versions": ["2.10.1"]}')

    def advice(*manifests: Manifest) -> str:
        (finding,) = parse(only_job(*manifests), output, code=1).findings
        return finding.rule.fix

    far = manifest("uv.lock", "jinja2==2.10", kind="uv-lock", lock=True, via=("a", "b", "flask"))
    near = manifest("api/uv.lock", "jinja2==2.10", kind="uv-lock", lock=True, via=("flask",))
    assert "It comes in through a → b → flask." in advice(far)
    assert "It comes in through flask." in advice(far, near)
    assert "comes in" not in advice(far, manifest("requirements.txt", "jinja2==2.10"))
    long = manifest("uv.lock", "jinja2==2.10", lock=True, via=tuple(f"p{n}" for n in range(1000)))
    assert "It comes in through p0 → p1 → p2 → p3 → p4 → … → p999." in advice(long)
    hostile = manifest("uv.lock", "jinja2==2.10", lock=True, via=("a", "\x1b]52;c;x\x07"))
    assert "comes in" not in advice(hostile)


# The real tool, asking a service on loopback


def run_tool(tmp_path: Path, job: Job, url: str) -> tuple[PipAudit, Batch, Printed]:
    scanner = PipAudit()
    for name in ("view", "work", "home"):
        (tmp_path / name).mkdir(parents=True)
    for name, data in job.inputs:
        (tmp_path / "view" / name).write_bytes(data)
    batch = Batch(str(tmp_path / "view"), (), str(tmp_path / "work"), str(tmp_path / "home"), service=url)
    command = scanner.argv(TOOL, job, batch)
    env = {**clean_environment(batch.home, batch.scratch), **dict(command.env)}
    done = run_now(command.argv, cwd=batch.scratch, env=env)
    assert done.code in command.ok
    return scanner, batch, Printed(done.stdout, done.stderr, done.code)


KNOWN: Advisories = {
    ("jinja2", "2.10"): [
        advisory("jinja2", "GHSA-2222-3333-4444", aliases=["CVE-2019-1"], fixed=["2.10.1"]),
        advisory("jinja2", "PYSEC-2019-1", aliases=["CVE-2019-1"], fixed=["2.10.1"]),
    ]
}


@pytest.mark.tool
def test_the_real_tool_answers_about_every_package(tmp_path: Path) -> None:
    job = only_job(manifest("requirements.txt", "attrs==19.1.0", "jinja2==2.10"))
    with osv_service(KNOWN) as url:
        scanner, batch, printed = run_tool(tmp_path, job, url)
    parsed = scanner.parse(TOOL, job, batch, printed)
    assert printed.code == 1
    assert [finding.rule.id for finding in parsed.findings] == ["CVE-2019-1"]
    assert parsed.looked == {"requirements.txt"}
    assert parsed.skipped == ()


@pytest.mark.tool
@pytest.mark.parametrize(("status", "broken"), [(503, False), (200, True)])
def test_a_service_that_fails_is_an_error_and_no_clean_bill(tmp_path: Path, status: int, broken: bool) -> None:
    job = only_job(manifest("requirements.txt", "attrs==19.1.0", "jinja2==2.10"))
    with osv_service(KNOWN, status=status, broken=broken) as url:
        scanner, batch, printed = run_tool(tmp_path, job, url)
    with pytest.raises(ScannerError, match="advisory service"):
        scanner.parse(TOOL, job, batch, printed)


@pytest.mark.tool
def test_a_service_that_is_not_there_is_an_error_and_no_clean_bill(tmp_path: Path) -> None:
    job = only_job(manifest("requirements.txt", "attrs==19.1.0"))
    with osv_service({}) as url:
        gone = url
    scanner, batch, printed = run_tool(tmp_path, job, gone)
    with pytest.raises(ScannerError, match="advisory service"):
        scanner.parse(TOOL, job, batch, printed)


def project(number: int) -> list[Mapping[str, Any]]:
    """Advisories about one package, each of a kind of its own; as PyPI's are, with the list of versions in full."""
    name = f"package-{number}"
    first, second = f"1.{number}", f"2.{number}.1"
    old = [f"0.{minor}" for minor in range(4)]
    two = advisory(name, f"PYSEC-2020-{number}", versions=[*old, "1.0", "2.0", "2.0.post1"], fixed=[first])
    two["affected"][0]["ranges"][0]["events"] += [{"introduced": "2.0"}, {"fixed": second}]
    two["affected"][0]["ranges"].insert(
        0, {"type": "GIT", "repo": "x", "events": [{"introduced": "0"}, {"fixed": "abc"}]}
    )
    last = advisory(name, f"PYSEC-2021-{number}", introduced="0.3", versions=["0.3", "1.0", "2.0", "2.0.post1"])
    last["affected"][0]["ranges"][0]["events"].append({"last_affected": "2.0.post1"})
    return [
        two,
        last,
        advisory(name, f"GHSA-aaaa-bbbb-{number}", aliases=[f"CVE-2020-{number}"], versions=old, fixed=["1.0rc1"]),
        advisory(name, f"PYSEC-2022-{number}", versions=old, withdrawn="2023-01-01T00:00:00Z"),
    ]


@pytest.mark.tool
def test_our_service_makes_pip_audit_say_what_a_service_of_other_matching_makes_it_say(tmp_path: Path) -> None:
    advisories = [one for number in range(30) for one in project(number)]
    used = ("0.0", "0.3", "1.0", "2.0", "2.0.post1", "3.0")
    pins = [f"package-{number}=={used[number % len(used)]}" for number in range(30)]
    (job,) = jobs_for(manifest("requirements.txt", *pins))
    about = make_store(tmp_path / "store.sqlite", advisories)
    with serving(tmp_path / "store.sqlite", about.digest) as url:
        *_, ours = run_tool(tmp_path / "ours", job, url)
    with upstream(listed_in(advisories)) as url:
        *_, theirs = run_tool(tmp_path / "theirs", job, url)
    said = flaws(ours.stdout)
    assert said == flaws(theirs.stdout)
    assert sum(map(len, said.values())) == 5 * (2 + 3 + 2 + 2 + 2 + 0)


def flaws(output: bytes) -> dict[str, list[tuple[str, list[str], list[str]]]]:
    return {
        one["name"]: sorted((flaw["id"], flaw["fix_versions"], sorted(flaw["aliases"])) for flaw in one["vulns"])
        for one in msgspec.json.decode(output)["dependencies"]
    }


@pytest.mark.tool
def test_a_store_that_breaks_in_the_middle_is_an_error_and_no_clean_bill(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise AdvisoryError("It is damaged.")

    monkeypatch.setattr("walkdown.advisories.service.answer", broken)
    (job,) = stored.jobs(PINNED)
    with stored.scanner.service(stored.tool) as url:
        scanner, batch, printed = run_tool(tmp_path, job, url)
    with pytest.raises(ScannerError, match="advisory service"):
        scanner.parse(TOOL, job, batch, printed)
