"""pip-audit: what it is asked, how its answers are read, and that no failure turns into "nothing found"."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from helpers.osv_service import Advisories, advisory, osv_service
from walkdown.errors import ScannerError
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


def manifest(path: str, *pins: str, kind: str = "requirements", lock: bool = False, group: str = "") -> Manifest:
    """`pins`: name==version, or a name alone, one a line from line 1."""
    dependencies = []
    for line, pin in enumerate(pins, 1):
        name, _, version = pin.partition("==")
        how = Pin.EXACT if version else Pin.ANY
        dependencies.append(Dependency("PyPI", name, version, how, path=path, line=line, group=group))
    return Manifest(path, kind, "PyPI", lock=lock, covers=path.rpartition("/")[0], dependencies=tuple(dependencies))


def only_job(*manifests: Manifest) -> Job:
    (job,) = PipAudit().jobs(TOOL, Target(*manifests), None)
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
    jobs = PipAudit().jobs(TOOL, Target(first, second), None)
    assert [job.inputs[0][1] for job in jobs] == [b"attrs==19.1.0\ndjango==2.2.1\n", b"django==4.2.1\n"]
    asked = [path for job in jobs for path in job.asked]
    assert sorted(asked) == ["a/requirements.txt", "b/requirements.txt"]


def test_long_lists_are_cut_into_even_parts_that_lose_nothing() -> None:
    pins = [f"package-{number}==1.{number}" for number in range(201)]
    jobs = PipAudit().jobs(TOOL, Target(manifest("uv.lock", *pins, kind="uv-lock", lock=True)), None)
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


def unread(*manifests: Manifest, offline: bool = False) -> list[tuple[str, SkipKind, str]]:
    skipped = PipAudit().unread(Target(*manifests, offline=offline))
    return [(skip.path, skip.kind, skip.code) for skip in skipped]


def test_open_ranges_are_one_limit_without_a_lock_and_harmless_with_one() -> None:
    wishes = manifest("pyproject.toml", *(f"package-{number}" for number in range(100)), kind="pyproject")
    assert unread(wishes) == [("pyproject.toml", SkipKind.LIMIT, "unpinned")]
    lock = manifest("uv.lock", *(f"package-{n}==1.0" for n in range(100)), kind="uv-lock", lock=True)
    assert unread(wishes, lock) == [("pyproject.toml", SkipKind.SCOPE, "locked")]
    partial = manifest("uv.lock", "package-1==1.0", kind="uv-lock", lock=True)
    assert unread(wishes, partial) == [("pyproject.toml", SkipKind.LIMIT, "unpinned")]


def test_npm_is_a_gap_by_name_once_for_each_lock() -> None:
    wish = Dependency("npm", "react", pin=Pin.RANGE)
    package = Manifest("web/package.json", "package-json", "npm", covers="web", dependencies=(wish,))
    lock = Manifest("web/package-lock.json", "package-lock", "npm", lock=True, covers="web")
    (gap, *rest) = PipAudit().unread(Target(lock, package))
    reason = "npm packages of web/package-lock.json were not checked: nothing reads it yet."
    assert gap == Skipped("web/package-lock.json", SkipKind.GAP, "npm-unread", reason)
    assert [skip.kind for skip in rest] == [SkipKind.SCOPE]
    assert unread(package) == [("web/package.json", SkipKind.GAP, "npm-unread")]
    assert unread(Manifest("package.json", "package-json", "npm")) == []


def test_addresses_are_a_limit_and_the_gaps_of_reading_are_passed_on() -> None:
    address = Dependency("PyPI", "forked", pin=Pin.URL, path="requirements.txt", line=3)
    gap = Skipped("requirements.txt", SkipKind.GAP, "outside", "Line 1 leads out of the project.")
    listed = Manifest("requirements.txt", "requirements", "PyPI", dependencies=(address,), skipped=(gap,))
    assert unread(listed) == [
        ("requirements.txt", SkipKind.GAP, "outside"),
        ("requirements.txt", SkipKind.LIMIT, "no-index"),
    ]


def test_offline_nothing_is_asked_and_every_manifest_with_packages_is_a_gap() -> None:
    pinned = manifest("requirements.txt", "jinja2==2.10")
    assert PipAudit().jobs(TOOL, Target(pinned, offline=True), None) == ()
    assert unread(pinned, manifest("empty.txt"), offline=True) == [("requirements.txt", SkipKind.GAP, "offline")]


def test_offline_a_service_on_this_machine_may_be_asked() -> None:
    target = Target(manifest("requirements.txt", "jinja2==2.10"), offline=True)
    assert len(PipAudit("http://127.0.0.1:8080/v1/query").jobs(TOOL, target, None)) == 1
    assert PipAudit("http://127.0.0.1:x@example.org/v1").jobs(TOOL, target, None) == ()


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


# The real tool, asking a service on loopback


def run_tool(tmp_path: Path, job: Job, url: str) -> tuple[PipAudit, Batch, Printed]:
    scanner = PipAudit(url)
    for name in ("view", "work", "home"):
        (tmp_path / name).mkdir()
    for name, data in job.inputs:
        (tmp_path / "view" / name).write_bytes(data)
    batch = Batch(str(tmp_path / "view"), (), str(tmp_path / "work"), str(tmp_path / "home"))
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
