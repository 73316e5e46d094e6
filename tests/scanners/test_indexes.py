"""What is made of an index's answers, and that nothing leaves the machine that should not."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from helpers.fake_index import Asked, FakeIndex, fake_index
from walkdown.cache import Cache
from walkdown.errors import ScannerError, UsageError
from walkdown.model import (
    Batch,
    Failed,
    FilePlace,
    Finding,
    History,
    Manifest,
    Missing,
    PackagePlace,
    Parsed,
    Printed,
    Ran,
    RepoPlace,
    Severity,
    SkipKind,
    Skipped,
    SourceFile,
)
from walkdown.scan.events import nobody
from walkdown.scan.ground import Ground
from walkdown.scan.memory import Memory
from walkdown.scan.scan import Scan, Scanned
from walkdown.scan.slots import Slots
from walkdown.scan.view import scratch
from walkdown.scanners.indexes import Indexes
from walkdown.scanners.indexes.scanner import PUBLIC_NPM, PUBLIC_PYPI
from walkdown.scanners.indexes.wire import NPM, PYPI, Answer, Known, State, Why, Withdrawn, Work
from walkdown.scanners.packages.project import read_project
from walkdown.scanners.programs import Programs
from walkdown.settings import Folders, Settings
from walkdown.target.manifests import read_manifests

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)


def ago(days: int) -> str:
    return (NOW - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


class Target:
    identity = "it"
    history: History | None = None

    def __init__(self, files: dict[str, str], *, offline: bool = False) -> None:
        self.offline = offline
        self.data = {path: text.encode() for path, text in files.items()}
        self.files: Sequence[SourceFile] = [
            SourceFile(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in self.data.items()
        ]

    def read(self, path: str) -> bytes:
        return self.data[path]

    def manifests(self) -> Sequence[Manifest]:
        return read_manifests(self.files, self.read)


def scanner(folder: Path, *, base: str = "", consent: bool = True, also: Sequence[PackagePlace] = ()) -> Indexes:
    return Indexes(
        folder,
        read_project,
        consent=consent,
        also=lambda _: also,
        pypi=base or PUBLIC_PYPI,
        npm=base or PUBLIC_NPM,
        clock=lambda: NOW,
    )


def package_json(**dependencies: str) -> str:
    return json.dumps({"name": "shop", "dependencies": dependencies})


def told(
    folder: Path, files: dict[str, str], *answers: Answer, also: Sequence[PackagePlace] = (), base: str = ""
) -> Parsed:
    """What the scanner says of these answers; every other name stands well."""
    one = scanner(folder, also=also, base=base)
    [tool] = one.find(Programs(folder))
    jobs = one.jobs(tool, Target(files), None)
    assert not isinstance(jobs, Missing)
    job = next(job for job in jobs if job.settled is None)
    work = msgspec.json.decode(job.inputs[0][1], type=Work)
    given = {(answer.ecosystem, answer.name): answer for answer in answers}
    fine = Known(first=ago(900), last=ago(9), latest="9")
    said = [
        given.get((each.ecosystem, each.name), Answer(each.ecosystem, each.name, State.FOUND, known=fine))
        for each in work.questions
    ]
    return one.parse(tool, job, Batch("", (), "", ""), Printed(msgspec.json.encode(said)))


def found(ecosystem: str, name: str, **known: object) -> Answer:
    return Answer(ecosystem, name, State.FOUND, known=msgspec.convert(known, Known, strict=False, str_keys=True))


def withdrawn(version: str, reason: str = "") -> tuple[Withdrawn, ...]:
    return (Withdrawn(reason, (version,)),)


def only(parsed: Parsed) -> Finding:
    [finding] = parsed.findings
    return finding


# -- what is made of the answers --------------------------------------------------------------------------------------


def test_a_yanked_version_in_use(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask==2.0.0\n"}
    answer = Answer(PYPI, "flask", State.FOUND, known=Known(withdrawn=withdrawn("2.0.0", 'b\x1b[2Jad "x"')))
    finding = only(told(tmp_path, files, answer))
    assert (finding.rule.id, finding.severity) == ("version-yanked", Severity.MEDIUM)
    assert finding.place == PackagePlace(PYPI, "flask", "2.0.0", "requirements.txt", 1)
    assert finding.rule.message.endswith("The reason they give: \"b\\x1b[2Jad 'x'\"")


def test_a_yanked_version_that_is_not_in_use_says_nothing(tmp_path: Path) -> None:
    answer = Answer(PYPI, "flask", State.FOUND, known=Known(withdrawn=withdrawn("1.0.0")))
    assert told(tmp_path, {"requirements.txt": "flask==2.0.0\n"}, answer).findings == ()


def test_a_reason_is_bounded(tmp_path: Path) -> None:
    answer = Answer(PYPI, "flask", State.FOUND, known=Known(withdrawn=withdrawn("2.0.0", "y" * 400)))
    message = only(told(tmp_path, {"requirements.txt": "flask==2.0.0\n"}, answer)).rule.message
    assert message.count("y" * 199) == 1
    assert "y" * 200 not in message


def test_the_version_comes_from_the_lock(tmp_path: Path) -> None:
    files = {
        "package.json": package_json(express="^4.0.0"),
        "package-lock.json": json.dumps({
            "name": "shop", "lockfileVersion": 3,
            "packages": {"": {"dependencies": {"express": "^4.0.0"}}, "node_modules/express": {"version": "4.1.0"}},
        }),
    }  # fmt: skip
    known = Known(latest="5.0.0", withdrawn=withdrawn("4.1.0", "use 5"))
    finding = only(told(tmp_path, files, Answer(NPM, "express", State.FOUND, known=known)))
    assert (finding.rule.id, finding.severity) == ("version-deprecated", Severity.LOW)
    assert finding.place == PackagePlace(NPM, "express", "4.1.0", "package.json", 1)


def test_a_package_that_is_deprecated_to_its_latest_version_is_told_once(tmp_path: Path) -> None:
    known = Known(latest="2.88.2", withdrawn=(Withdrawn("no longer", ("2.88.1", "2.88.2")),))
    answer = Answer(NPM, "request", State.FOUND, known=known)
    finding = only(told(tmp_path, {"package.json": package_json(request="2.88.2")}, answer))
    assert (finding.rule.id, finding.severity) == ("package-deprecated", Severity.MEDIUM)


def test_what_only_developers_use_is_a_step_less_bad(tmp_path: Path) -> None:
    files = {"package.json": json.dumps({"devDependencies": {"request": "2.88.2"}})}
    known = Known(latest="2.88.2", withdrawn=withdrawn("2.88.2"))
    assert only(told(tmp_path, files, Answer(NPM, "request", State.FOUND, known=known))).severity is Severity.LOW


@pytest.mark.parametrize(
    ("known", "rule", "severity"),
    [
        (Known(status="quarantined", empty=True), "package-quarantined", Severity.HIGH),
        (Known(empty=True), "package-placeholder", Severity.HIGH),
        (Known(status="archived", reason="done"), "package-archived", Severity.LOW),
        (Known(status="deprecated", reason="done"), "package-deprecated", Severity.MEDIUM),
        (Known(first=ago(3), last=ago(3)), "package-new", Severity.MEDIUM),
    ],
)
def test_what_a_package_can_be(tmp_path: Path, known: Known, rule: str, severity: Severity) -> None:
    answer = Answer(PYPI, "shop-auth-helper-kit", State.FOUND, known=known)
    finding = only(told(tmp_path, {"requirements.txt": "shop-auth-helper-kit==1.0\n"}, answer))
    assert (finding.rule.id, finding.severity) == (rule, severity)


def test_a_month_old_is_not_new_and_a_well_used_package_never_is(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask==1.0\nshop-auth-helper-kit==1.0\n"}
    young = found(PYPI, "flask", first=ago(1), last=ago(1))
    month = found(PYPI, "shop-auth-helper-kit", first=ago(31), last=ago(1))
    assert told(tmp_path, files, young, month).findings == ()


def test_the_name_of_a_part_of_node_is_worth_a_word_only(tmp_path: Path) -> None:
    answer = Answer(NPM, "fs", State.FOUND, known=Known(empty=True))
    assert only(told(tmp_path, {"package.json": package_json(fs="0.0.1-security")}, answer)).severity is Severity.LOW


def test_what_is_quiet_is_one_quiet_line_for_all(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "six==1.16.0\nflask==3.0\ntypes-six==1.0\n",
        "api/requirements.txt": "passlib==1.7.4\n",
    }
    answers = [found(PYPI, name, first=ago(5000), last=ago(1500)) for name in ("six", "passlib", "types-six")]
    finding = only(told(tmp_path, files, *answers, found(PYPI, "flask", first=ago(5000), last=ago(1000))))
    assert (finding.rule.id, finding.severity) == ("packages-quiet", Severity.INFO)
    assert finding.place == RepoPlace("quiet packages of PyPI")
    assert finding.places == (FilePlace("api/requirements.txt", 1), FilePlace("requirements.txt", 1))
    assert "passlib (4 years), six (4 years)." in finding.rule.message


def test_what_is_nowhere_is_certain(tmp_path: Path) -> None:
    files = {"requirements.txt": "shop-auth-helper-kit==1.0\nflask==3.0\n"}
    finding = only(told(tmp_path, files, Answer(PYPI, "shop-auth-helper-kit", State.UNKNOWN)))
    assert (finding.rule.id, finding.severity) == ("package-phantom", Severity.CRITICAL)
    assert finding.place == PackagePlace(PYPI, "shop-auth-helper-kit", "", "requirements.txt", 1)


def test_what_is_newer_than_our_names_is_a_fact(tmp_path: Path) -> None:
    parsed = told(tmp_path, {"requirements.txt": "shop-auth-helper-kit==1.0\nflask==3.0\n"})
    [fact] = parsed.facts
    assert (fact.rule.id, fact.place) == (
        "package-exists",
        PackagePlace(PYPI, "shop-auth-helper-kit", "", "requirements.txt", 1),
    )


def test_a_scope_may_be_private_and_a_guess_wrong(tmp_path: Path) -> None:
    files = {"package.json": package_json(**{"@acme/ui": "1.0.0", "express": "4.0.0"})}
    guess = PackagePlace(PYPI, "Shop_Thing", "", "app.py", 3)
    answers = Answer(NPM, "@acme/ui", State.UNKNOWN), Answer(PYPI, "shop-thing", State.UNKNOWN)
    parsed = told(tmp_path, files, *answers, also=[guess])
    assert parsed.findings == ()
    assert parsed.looked == {"app.py", "package.json"}


# -- what is not believed, and what has no answer ---------------------------------------------------------------------


def test_nobody_is_believed_who_denies_a_package_of_thousands(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask==3.0\nshop-auth-helper-kit==1.0\n"}
    for answer in (Answer(PYPI, "flask", State.UNKNOWN), Answer(PYPI, "flask", State.FOUND, known=Known(empty=True))):
        parsed = told(tmp_path, files, answer)
        assert parsed.findings == ()
        assert [(gap.kind, gap.code, gap.path) for gap in parsed.skipped] == [
            (SkipKind.GAP, "index-unanswered", "requirements.txt")
        ]
        assert parsed.looked == frozenset()


def test_nobody_is_believed_who_denies_everything(tmp_path: Path) -> None:
    names = [f"shop-helper-kit-{number}" for number in range(4)]
    files = {"requirements.txt": "".join(f"{name}==1.0\n" for name in names)}
    with pytest.raises(ScannerError, match="PyPI denied packages"):
        told(tmp_path, files, *(Answer(PYPI, name, State.UNKNOWN) for name in names))


def test_a_mirror_need_not_have_what_is_public(tmp_path: Path) -> None:
    files = {"requirements.txt": "a2wsgi==1.0\nshop-auth-helper-kit==1.0\n"}
    parsed = told(tmp_path, files, Answer(PYPI, "a2wsgi", State.UNKNOWN), base="https://mirror.example")
    assert [gap.code for gap in parsed.skipped] == ["index-unanswered"]


def test_each_manifest_has_one_gap_that_says_why(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask==3.0\ndjango==4.0\nsix==1.0\n",
        "api/requirements.txt": "flask==3.0\n",
        "package.json": package_json(express="1.0.0"),
    }
    missing = [Answer(PYPI, name, State.UNANSWERED, Why.TOO_SLOW) for name in ("flask", "six")]
    parsed = told(tmp_path, files, *missing)
    assert [gap.path for gap in parsed.skipped] == ["api/requirements.txt", "requirements.txt"]
    assert parsed.skipped[1].reason == (
        "2 of 3 packages have no answer from their index (PyPI took too long): flask, six."
    )
    assert parsed.looked == {"package.json"}


@pytest.mark.parametrize("printed", [b"", b"[]", b'[{"ecosystem": "PyPI", "name": "six", "state": "found"}]', b"[1]"])
def test_answers_to_something_else_are_an_error(tmp_path: Path, printed: bytes) -> None:
    one = scanner(tmp_path)
    [tool] = one.find(Programs(tmp_path))
    jobs = one.jobs(tool, Target({"requirements.txt": "flask==3.0\n"}), None)
    assert not isinstance(jobs, Missing)
    with pytest.raises(ScannerError):
        one.parse(tool, jobs[0], Batch("", (), "", ""), Printed(printed))


# -- what leaves the machine ------------------------------------------------------------------------------------------


def sent(folder: Path, files: dict[str, str], *, base: str = "") -> tuple[list[str], list[Skipped]]:
    one = scanner(folder, base=base)
    [tool] = one.find(Programs(folder))
    jobs = one.jobs(tool, Target(files), None)
    assert not isinstance(jobs, Missing)
    names = [
        question.name
        for job in jobs
        for _, data in job.inputs
        for question in msgspec.json.decode(data, type=Work).questions
    ]
    return names, [skip for job in jobs if job.settled for skip in job.settled.skipped]


def test_names_that_may_be_the_projects_own_are_sent_to_nobody(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "--extra-index-url https://pypi.acme.example/simple\nflask==3.0\nacme-billing-core==1.0\n",
        "package.json": json.dumps({"name": "@acme/shop", "dependencies": {"@acme/ui": "1.0.0", "express": "4.0.0"}}),
        "web/package.json": json.dumps({"name": "acme-web", "dependencies": {"acme-web": "1.0.0", "x": "file:../x"}}),
    }
    names, skipped = sent(tmp_path, files)
    assert names == ["flask", "express"]
    assert [(skip.kind, skip.code) for skip in skipped] == [(SkipKind.LIMIT, "index-private")]
    assert "acme-billing-core, @acme/ui" in skipped[0].reason


def test_an_index_of_ones_own_is_asked_about_ones_own(tmp_path: Path) -> None:
    files = {"requirements.txt": "--index-url https://pypi.acme.example/simple\nacme-billing-core==1.0\n"}
    assert sent(tmp_path, files, base="https://pypi.acme.example/simple") == (["acme-billing-core"], [])


def test_what_can_be_no_name_is_sent_to_nobody(tmp_path: Path) -> None:
    names, _ = sent(
        tmp_path, {"package.json": package_json(**{"../../etc/passwd": "1.0.0", "a b": "1.0.0", "x?y": "1"})}
    )
    assert names == []


def test_without_consent_nothing_is_asked_and_nothing_is_claimed(tmp_path: Path) -> None:
    one = scanner(tmp_path, consent=False)
    target = Target({"requirements.txt": "flask==3.0\n"})
    [tool] = one.find(Programs(tmp_path))
    assert one.jobs(tool, target, None) == ()
    assert one.looks_for(["requirements.txt"]) == frozenset()
    assert [(skip.kind, skip.code) for skip in one.unread(target)] == [(SkipKind.SCOPE, "not-asked")]


def test_offline_nothing_is_asked(tmp_path: Path) -> None:
    one = scanner(tmp_path)
    [tool] = one.find(Programs(tmp_path))
    assert isinstance(one.jobs(tool, Target({"requirements.txt": "flask==3.0\n"}, offline=True), None), Missing)
    jobs = one.jobs(tool, Target({"requirements.txt": "flask==3.0\n"}), None)
    assert not isinstance(jobs, Missing)
    with pytest.raises(ScannerError):
        one.argv(tool, jobs[0], Batch("", (), "", "", offline=True))


def test_the_note_names_the_hosts_and_no_password(tmp_path: Path) -> None:
    [tool] = scanner(tmp_path, base="https://me:secret@mirror.example/simple").find(Programs(tmp_path))
    assert tool.note == "Sends the names of the packages to mirror.example and mirror.example, nothing else."
    assert "secret" not in scanner(tmp_path, base="https://me:secret@mirror.example/simple").key(tool)


def test_an_address_that_anybody_could_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        scanner(tmp_path, base="http://mirror.example")


# -- as a scan runs it ------------------------------------------------------------------------------------------------


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIndex]:
    monkeypatch.setenv("no_proxy", "*")
    with fake_index() as one:
        yield one


def scanned(folder: Path, index: FakeIndex, files: dict[str, str], *, seconds: float = 20.0) -> Scanned:
    target = Target(files)
    one = Indexes(folder, read_project, consent=True, pypi=index.base, npm=index.base, seconds=seconds)
    settings = Settings(Folders(folder / "config", folder / "cache", folder / "state"), scanner_timeout=60)

    async def run() -> Scanned:
        with scratch() as room, contextlib.closing(Cache(settings.folders.cache)) as cache:
            ground = Ground(
                settings, (), target.read, cache, room, Programs(folder), b"k" * 32, nobody, Slots(2)
            )  # fmt: skip
            return await Scan(ground, target, (one,)).run(Memory(), {}, head="", looked=None)

    return asyncio.run(run())


def test_a_scan_asks_once_and_remembers(index: FakeIndex, tmp_path: Path) -> None:
    index.pypi("flask", [{"filename": "flask-3.0.tar.gz", "yanked": "bad"}])
    files = {"requirements.txt": "flask==3.0\nshop-auth-helper-kit==1.0\n"}
    done = scanned(tmp_path, index, files)
    assert [report.outcome for report in done.reports] == [Ran()]
    assert sorted(one.rule.id for one in done.findings) == ["package-phantom", "version-yanked"]
    again = scanned(tmp_path, index, files)
    assert again.findings == done.findings
    moved = scanned(tmp_path, index, {"req/requirements.txt": files["requirements.txt"]})
    assert len(moved.findings) == 2
    assert sorted(index.asked) == ["flask/", "shop-auth-helper-kit/"]


def test_a_scan_does_not_wait_for_a_server_that_hangs(index: FakeIndex, tmp_path: Path) -> None:
    index.answers["flask/"] = Asked.hang
    done = scanned(tmp_path, index, {"requirements.txt": "flask==3.0\n"}, seconds=0.5)
    [report] = done.reports
    assert isinstance(report.outcome, Failed)
    assert report.outcome.error.startswith("No package index gave an answer: PyPI took too long.")
    assert report.seconds < 20


def test_what_a_list_takes_from_an_address_is_no_business_of_an_index(tmp_path: Path) -> None:
    """Its name may be a secret of the house, and what the index says of it would be about another package."""
    hashed = f"--hash=sha256:{'0a' * 32}\n"
    files = {
        "requirements.txt": (
            "flask==3.0.0\nhttps://host.example/inhouse-billing-1.0.tar.gz\n./wheels/own_kit-2-py3-none-any.whl\n"
        ),
        "job/requirements.txt": f"httpx==0.27.0 {hashed}",
    }
    one = scanner(tmp_path)
    [tool] = one.find(Programs(tmp_path))
    jobs = one.jobs(tool, Target(files), None)
    assert not isinstance(jobs, Missing)
    work = msgspec.json.decode(next(job for job in jobs if job.settled is None).inputs[0][1], type=Work)
    assert {each.name for each in work.questions} == {"flask", "httpx"}
