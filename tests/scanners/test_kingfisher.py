"""Kingfisher's adapter on what the tool really printed, and on what it should never print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from walkdown.errors import GitError, ScannerError
from walkdown.model import (
    Batch,
    BatchFile,
    Blob,
    CommitPlace,
    Confidence,
    FilePlace,
    Finding,
    Missing,
    Parsed,
    Printed,
    Rule,
    Severity,
    SkipKind,
    SourceFile,
    Tool,
)
from walkdown.scanners.kingfisher import Kingfisher
from walkdown.scanners.kingfisher.history import MOST_PLACES, KingfisherHistory, gathered, only_in_history
from walkdown.scanners.kingfisher.judge import Candidate
from walkdown.scanners.kingfisher.output import Seen, weigh

RECORDED = Path(__file__).parent / "recorded" / "kingfisher" / "tree.json"
# Put together here, so that no file of ours holds text in a provider's shape.
SLACK = "-".join(("xoxb", "482019375561", "220948157733", "hT4mWq8ZcRk2LxVb7NsPy3Ju"))
KEY_KIND = "PRIVATE KEY"
KEY = "\n".join(
    (
        f"-----BEGIN {KEY_KIND}-----",
        *(f"MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQD{n}fLs2kQx9" for n in range(4)),
        f"-----END {KEY_KIND}-----",
    )
)
TOOL = Tool("kingfisher", "2.14.0", ("/opt/kingfisher",))
FILES = {
    "app.py": f'# naïve\nmotto = "é😀"; db_password = "k7Vq2mXw9TzR4b"\ntoken = "{SLACK}"  # gitleaks:allow\n',
    "certs/dev.key": KEY + "\n",
    "docker-compose.yml": "environment:\n  POSTGRES_PASSWORD: postgres\n"
    "  URL: postgresql://shop:w8Rt5kQz2LpX@db.shop.example.net/shop\n",
    "encoded.txt": "x: aG9vayA9IC4uLg==\n",
    "plain.md": "Nothing here.\n",
}
VALUES = (SLACK, KEY, "k7Vq2mXw9TzR4b", "w8Rt5kQz2LpX")


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    files = []
    for number, (path, text) in enumerate(FILES.items()):
        name = f"{number}.txt"
        (tmp_path / name).write_text(text)
        files.append(BatchFile(path, name, ""))
    return Batch(str(tmp_path), tuple(files), str(tmp_path / "work"), str(tmp_path / "home"), secret_key=b"one")


def recorded(batch: Batch) -> bytes:
    text = RECORDED.read_text().replace("@@FOLDER@@", batch.folder).replace("@@SLACK@@", SLACK)
    return text.replace("@@KEY@@", json.dumps(KEY)[1:-1]).encode()


def read(batch: Batch, stdout: bytes) -> Parsed:
    return Kingfisher().parse(TOOL, batch, Printed(stdout, code=200))


def item(path: str, rule: str = "walkdown.password.quoted", fields: Mapping[str, object] = {}) -> dict[str, object]:
    finding = {"snippet": "k7Vq2mXw9TzR4b", "path": path, "line": 2, "column_start": 34, "column_end": 47, **fields}
    return {"rule": {"id": rule}, "finding": finding}


def report(*items: object) -> bytes:
    return json.dumps({"findings": items}).encode()


def test_findings_with_their_places_in_characters(batch: Batch) -> None:
    parsed = read(batch, recorded(batch))
    assert [(finding.rule.id, finding.rule.hazard, finding.place) for finding in parsed.findings] == [
        ("walkdown.password", "secret.code", FilePlace("app.py", 2, 30, 2, 44)),
        ("betterleaks.slack-bot-token", "secret.code", FilePlace("app.py", 3, 10, 3, 65)),
        ("betterleaks.private-key", "secret.code", FilePlace("certs/dev.key", 1, 1, 6, 26)),
        ("walkdown.default-credential.password", "config.defaults", FilePlace("docker-compose.yml", 2, 22, 2, 30)),
        ("walkdown.url-password", "secret.code", FilePlace("docker-compose.yml", 3, 26, 3, 38)),
        ("betterleaks.slack-bot-token", "secret.code", FilePlace("encoded.txt", 1, 0, 1, 0)),
    ]
    assert parsed.looked == set(FILES)


def test_no_value_leaves_the_adapter(batch: Batch) -> None:
    parsed = read(batch, recorded(batch))
    everything = repr(parsed) + msgspec.json.encode(parsed.findings).decode()
    for value in VALUES:
        assert value not in everything
    assert {finding.preview for finding in parsed.findings} == {"…", "xoxb-…"}


def test_the_same_secret_is_recognised_and_only_with_the_key(batch: Batch) -> None:
    def secrets(key: bytes) -> list[str]:
        return [f.secret for f in read(msgspec.structs.replace(batch, secret_key=key), recorded(batch)).findings]

    one, other, none = secrets(b"one"), secrets(b"other"), secrets(b"")
    assert one[1] == one[5] != one[0]
    assert not set(one) & set(other)
    assert set(none) == {""}


def test_the_rule_that_speaks_is_the_first_source(batch: Batch) -> None:
    slack = read(batch, recorded(batch)).findings[1]
    assert [source.rule for source in slack.sources] == ["betterleaks.slack-bot-token", "walkdown.token"]


def seen(rule: str, value: str, start: int, line: str = "") -> Seen:
    candidate = Candidate(rule, value, "app/settings.yml", line or value, (line or value).index(value))
    return Seen(candidate, FilePlace("app/settings.yml", 1, start + 1), (1, start), (1, start + len(value) - 1))


def test_a_public_rule_mutes_only_what_it_saw_itself() -> None:
    public = "betterleaks.posthog-project-api-key"
    key, wide = "Zk4mWq8ZcRk2LxVb7NsPy3Ju", "https://Zk4mWq8ZcRk2LxVb7NsPy3Ju.example.net/9fQx"
    assert weigh([seen(public, key, 8), seen("betterleaks.generic-api-key", key, 8)], b"") == []
    [told] = weigh([seen(public, key, 8), seen("betterleaks.some-webhook", wide, 0)], b"")
    assert told.rule.id == "betterleaks.some-webhook"


def test_a_rule_for_client_ids_does_not_mute_what_the_code_calls_a_secret() -> None:
    value = "7c1e9a40b85d2f63e0a7c94b1d58f236"
    line = f'ADOBE_CLIENT_SECRET: "{value}"'
    both = [seen(rule, value, 22, line) for rule in ("betterleaks.adobe-client-id", "walkdown.secret.quoted")]
    assert [told.rule.id for told in weigh(both, b"")] == ["walkdown.secret"]


def test_a_public_rule_joins_no_two_secrets_that_lie_apart() -> None:
    wide = seen("betterleaks.flutterwave-public-key", "x" * 60, 10)
    secrets = [seen("betterleaks.slack-bot-token", SLACK, start) for start in (0, 62)]
    assert len(weigh([wide, *secrets], b"")) == 2


def test_a_comment_that_silences_is_shown(batch: Batch) -> None:
    silenced = [finding.silenced for finding in read(batch, recorded(batch)).findings if finding.silenced]
    assert [(one.how, one.line) for one in silenced] == [("gitleaks:allow", 3)]


def test_a_file_without_proof_of_reading_is_not_looked_at(batch: Batch) -> None:
    path = f"{batch.folder}/0.txt"
    decoded = item(path, "walkdown.seen", {"snippet": "x", "encoding": "base64"})
    assert read(batch, report(item(path), decoded)).looked == frozenset()


@pytest.mark.parametrize("cut", [0, 1, 400, -3])
def test_output_that_breaks_off_is_an_error_without_secrets(batch: Batch, cut: int) -> None:
    with pytest.raises(ScannerError) as caught:
        read(batch, recorded(batch)[:cut])
    told = f"{caught.value!r} {caught.value.__cause__!r}"
    assert not any(value in told for value in VALUES)


def test_nothing_found_is_nothing_looked_at(batch: Batch) -> None:
    assert read(batch, report()) == Parsed()


@pytest.mark.parametrize(
    "output",
    [
        b"null", b"[]", b"{}", b'{"findings": {}}', b'{"findings": [{}]}', b"\xff\xfe", b"garbage " * 1000,
        report({"rule": {"id": 1}, "finding": {}}),
        report(item("/etc/passwd")),
        report(item("0.txt/../../secret")),
    ],
)  # fmt: skip
def test_what_kingfisher_never_prints_is_refused(batch: Batch, output: bytes) -> None:
    with pytest.raises(ScannerError):
        read(batch, output)


@pytest.mark.parametrize(
    "fields",
    [
        {"line": 0}, {"line": -4}, {"line": 10**9}, {"column_start": -7}, {"column_start": 10**9, "column_end": 3},
        {"snippet": "k7Vq2mXw9TzR4c"}, {"snippet": "k7Vq\n2mXw9\nTzR4b"}, {"snippet": "\x1b[31mk7Vq2mXw9T"},
    ],
)  # fmt: skip
def test_places_that_cannot_be_true_cover_the_line(batch: Batch, fields: dict[str, object]) -> None:
    parsed = read(batch, report(item(f"{batch.folder}/0.txt", fields=fields)))
    for finding in parsed.findings:
        assert isinstance(finding.place, FilePlace)
        assert finding.place.column == finding.place.end_column == 0


def test_the_command_sends_nothing_and_obeys_nobody(batch: Batch) -> None:
    command = Kingfisher().argv(TOOL, batch)
    assert {"--no-validate", "--no-update-check", "--no-dedup", "--no-ignore"} <= set(command.argv)
    assert command.argv[:3] == ("/opt/kingfisher", "scan", batch.folder)
    assert command.ok == {0, 200}


def test_the_key_follows_version_and_rules() -> None:
    old, new = Kingfisher().key(TOOL), Kingfisher().key(msgspec.structs.replace(TOOL, version="2.15.0"))
    assert old != new
    assert old.rpartition(" ")[2] == new.rpartition(" ")[2]
    assert KingfisherHistory().key(TOOL) == old


class Programs:
    """Stands for `Where` with a Kingfisher of some version."""

    def __init__(self, version: str) -> None:
        self.version = version

    def script(self, name: str) -> str | None:
        return f"/opt/{name}" if self.version else None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        return None

    def version_of(self, distribution: str) -> str:
        return "" if distribution != "kingfisher-bin" or self.version == "asks" else self.version

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        return ()

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        return b"kingfisher 2.12.1\n"


def test_finding_the_tool() -> None:
    assert Kingfisher().find(Programs("2.14.0")) == (Tool("kingfisher", "2.14.0", ("/opt/kingfisher",)),)
    assert Kingfisher().find(Programs("asks")) == (Tool("kingfisher", "2.12.1", ("/opt/kingfisher",)),)
    assert isinstance(Kingfisher().find(Programs("")), Missing)
    assert isinstance(Kingfisher().find(Programs("1.99.0")), Missing)


# History


class Past:
    """Stands for the target's history: what its blobs are is given, nothing is asked of git."""

    def __init__(self, tips: tuple[str, ...], blobs: Sequence[Blob], known: Sequence[str] = (), lost: int = 0) -> None:
        self.tips = tips
        self.all = tuple(blobs)
        self.known = set(known)
        self.lost = lost

    git_dir = "/scratch/git"

    def missing_objects(self, since: Sequence[str] = ()) -> int:
        if self.lost < 0:
            raise GitError("The repository cannot be read.")
        return self.lost

    def new_commits(self, since: Sequence[str]) -> tuple[str, ...] | None:
        return None

    def blobs(self, since: Sequence[str]) -> Sequence[Blob] | None:
        if not self.known.issuperset(since):
            return None
        return self.all[1:] if since else self.all


class Sources:
    identity = "repo"
    offline = True
    files: tuple[SourceFile, ...] = ()

    def __init__(self, history: Past | None) -> None:
        self.history = history

    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def manifests(self) -> tuple[()]:
        return ()


OLD, NEW = "1" * 40, "2" * 40
BLOBS = (Blob("a" * 40, "old.py", OLD, 30), Blob("b" * 40, "new/app.py", NEW, 40), Blob("c" * 40, "empty.py", NEW, 0))


def tell(batch: Batch, blobs: Sequence[Blob], past: Past, remembered: bytes | None = None) -> tuple[Parsed, bytes]:
    """One job of the history, its output made up: proof of reading and one password in every blob."""
    scanner, sources = KingfisherHistory(), Sources(past)
    (job,) = scanner.jobs(TOOL, sources, remembered)
    lines: list[object] = []
    for blob in blobs:
        path = f"{blob.oid}.txt"
        lines += [item(path), item(path, "walkdown.seen", {"snippet": "\n"})]
    parsed = scanner.parse(TOOL, job, batch, Printed(report(*lines), code=200))
    memory = scanner.remember(TOOL, sources, parsed.findings)
    assert memory is not None
    assert "k7Vq2mXw9TzR4b" not in memory.decode("latin-1")
    assert set(job.asked) == set(parsed.looked)
    return parsed, memory


def test_history_is_told_by_its_oldest_version(batch: Batch) -> None:
    parsed, _ = tell(batch, BLOBS[:2], Past((NEW,), BLOBS))
    (finding,) = parsed.findings
    assert finding.rule.hazard == "secret.history"
    assert finding.place == CommitPlace(OLD, "old.py", 2, end_line=2)
    assert finding.places == (CommitPlace(NEW, "new/app.py", 2, end_line=2),)
    assert parsed.looked == {f"old.py at {OLD[:12]}", f"new/app.py at {NEW[:12]}"}


def test_a_version_is_judged_by_the_worst_of_its_names(batch: Batch) -> None:
    harmless = Blob("a" * 40, "locales/de.json", OLD, 30)
    moved = msgspec.structs.replace(harmless, paths=("docs/x.md", "prod/settings.py"))
    assert tell(batch, (harmless,), Past((NEW,), (harmless,)))[0].findings == ()
    (finding,) = tell(batch, (moved,), Past((NEW,), (moved,)))[0].findings
    assert finding.place == CommitPlace(OLD, "locales/de.json", 2, end_line=2)
    plain = msgspec.structs.replace(harmless, path="prod/settings.py")
    (same,) = tell(batch, (plain,), Past((NEW,), (plain,)))[0].findings
    assert (finding.severity, finding.confidence) == (same.severity, same.confidence)


def test_the_oldest_version_is_told_first_whatever_the_order_of_the_tool(batch: Batch) -> None:
    parsed, _ = tell(batch, BLOBS[1::-1], Past((NEW,), BLOBS))
    (finding,) = parsed.findings
    assert finding.place == CommitPlace(OLD, "old.py", 2, end_line=2)
    assert finding.places == (CommitPlace(NEW, "new/app.py", 2, end_line=2),)


def test_the_next_scan_reads_new_versions_only_and_still_tells_all(batch: Batch) -> None:
    first, memory = tell(batch, BLOBS[:1], Past((OLD,), BLOBS[:1]))
    second, _ = tell(batch, BLOBS[1:2], Past((NEW,), BLOBS, known=(OLD,)), memory)
    assert second.looked == {f"new/app.py at {NEW[:12]}"}
    assert second.findings[0].place == first.findings[0].place
    assert len(second.findings[0].places) == 1


@pytest.mark.parametrize(
    "memory", [b"", b"garbage", msgspec.msgpack.encode({"key": "other rules", "tips": [OLD], "findings": []})]
)
def test_memory_that_does_not_fit_is_no_memory(memory: bytes) -> None:
    (job,) = KingfisherHistory().jobs(TOOL, Sources(Past((NEW,), BLOBS, known=(OLD,))), memory)
    assert len(job.asked) == 2


def test_history_that_was_rewritten_is_read_again(batch: Batch) -> None:
    _, memory = tell(batch, BLOBS[:1], Past((OLD,), BLOBS[:1]))
    (job,) = KingfisherHistory().jobs(TOOL, Sources(Past((NEW,), BLOBS, known=())), memory)
    assert len(job.asked) == 2


def test_the_scratch_repository_borrows_the_objects(batch: Batch) -> None:
    (job,) = KingfisherHistory().jobs(TOOL, Sources(Past((NEW,), BLOBS)), None)
    inputs = dict(job.inputs)
    assert inputs["history.git/objects/info/alternates"] == b"/scratch/git/objects\n"
    assert b"fsmonitor" not in inputs["history.git/config"]
    assert all(not name.startswith("/") and ".." not in name for name in inputs)


def test_closed_archives_are_scope_and_other_silence_is_a_gap(batch: Batch) -> None:
    blobs = (Blob("d" * 40, "lib/tool.whl", NEW, 9), Blob("e" * 40, "app.py", NEW, 9))
    scanner = KingfisherHistory()
    (job,) = scanner.jobs(TOOL, Sources(Past((NEW,), blobs)), None)
    parsed = scanner.parse(TOOL, job, batch, Printed(report()))
    assert [(skip.path, skip.kind) for skip in parsed.skipped] == [(f"lib/tool.whl at {NEW[:12]}", SkipKind.SCOPE)]
    assert set(job.asked) - parsed.looked - {skip.path for skip in parsed.skipped} == {f"app.py at {NEW[:12]}"}


def test_what_the_clone_lacks_is_a_gap(batch: Batch) -> None:
    def codes(history: Past | None) -> list[str]:
        scanner, sources = KingfisherHistory(), Sources(history)
        jobs = scanner.jobs(TOOL, sources, None)
        parsed = [scanner.parse(TOOL, job, batch, Printed(report())) for job in jobs]
        return [skip.code for skip in (*scanner.unread(sources), *(skip for one in parsed for skip in one.skipped))]

    assert codes(None) == []
    assert codes(Past((NEW,), BLOBS)) == []
    assert codes(Past((NEW,), BLOBS, lost=3)) == ["history.missing-objects"]
    assert codes(Past(("f" * 64,), BLOBS)) == ["history.format"]
    with pytest.raises(GitError):
        codes(Past((NEW,), BLOBS, lost=-1))


def test_nothing_new_is_answered_without_a_child(batch: Batch) -> None:
    parsed, memory = tell(batch, BLOBS[:2], Past((NEW,), BLOBS))
    (job,) = KingfisherHistory().jobs(TOOL, Sources(Past((NEW,), BLOBS[:1], known=(NEW,))), memory)
    assert job.settled is not None
    assert job.settled.findings == parsed.findings
    (again,) = KingfisherHistory().jobs(TOOL, Sources(Past((NEW,), BLOBS[:1], known=(NEW,), lost=1)), memory)
    assert again.settled is None, "what the clone lacks is told by every scan"


def test_a_version_that_was_not_asked_for_is_refused(batch: Batch) -> None:
    scanner = KingfisherHistory()
    (job,) = scanner.jobs(TOOL, Sources(Past((NEW,), BLOBS)), None)
    with pytest.raises(ScannerError):
        scanner.parse(TOOL, job, batch, Printed(report(item(f"{'9' * 40}.txt"))))


def past_finding(number: int, secret: str = "s") -> Finding:
    rule = Rule("kingfisher", "walkdown.password", "Password in the history")
    return Finding(rule, Severity.HIGH, Confidence.LIKELY, CommitPlace(OLD, f"{number}.py", 1), secret=secret)


def test_places_of_one_secret_are_bounded() -> None:
    (one,) = gathered(past_finding(number) for number in range(MOST_PLACES * 3))
    assert one.place == CommitPlace(OLD, "0.py", 1)
    assert len(one.places) == MOST_PLACES


def test_one_secret_is_as_grave_as_its_worst_version() -> None:
    lesser = msgspec.structs.replace(past_finding(0), severity=Severity.LOW, confidence=Confidence.SURE)
    unsure = msgspec.structs.replace(past_finding(2), confidence=Confidence.UNSURE)
    (one,) = gathered([lesser, past_finding(1), unsure])
    assert (one.severity, one.confidence) == (Severity.HIGH, Confidence.LIKELY)
    assert one.place == CommitPlace(OLD, "0.py", 1)
    assert one.places == (CommitPlace(OLD, "1.py", 1), CommitPlace(OLD, "2.py", 1))


def test_secrets_without_a_key_stay_apart() -> None:
    assert len(gathered(past_finding(number, "") for number in range(3))) == 3


def test_what_the_tree_still_shows_is_not_told_again() -> None:
    rule = Rule("kingfisher", "walkdown.password", "Password in the code")
    tree = Finding(rule, Severity.HIGH, Confidence.LIKELY, FilePlace("app.py", 3), secret="s")
    assert only_in_history([past_finding(1), past_finding(2, "gone")], [tree]) == [past_finding(2, "gone")]
