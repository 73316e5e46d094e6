"""The secret rules and their judge together, by the real Kingfisher, over the flawed and the clean cases."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from walkdown.model import Batch, BatchFile, FilePlace, Finding, Parsed, Printed, Tool
from walkdown.process import Limits, clean_environment, run_now
from walkdown.scanners.kingfisher import Kingfisher
from walkdown.scanners.kingfisher.judge import is_public_rule

CASES = Path(__file__).parent / "kingfisher"
LETTERS = string.ascii_letters + string.digits


def _jwt(role: str) -> str:
    def part(data: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'iss': 'supabase', 'role': role})}.{_text(43)}"


def _text(length: int, letters: str = LETTERS) -> str:
    return "".join(_DICE.choices(letters, k=length))


_DICE = random.Random(20)
MADE = {
    "random16": lambda: "q7" + _text(12) + "K3",
    "random32": lambda: "x9" + _text(28) + "R4",
    "hex32": lambda: "a7" + _text(30, "0123456789abcdef"),
    "aws40": lambda: "k4" + _text(37, LETTERS + "/+") + "T",
    "slack": lambda: f"xoxb-{_text(12, string.digits)}-{_text(12, string.digits)}-{_text(24)}",
    "webhook": lambda: f"https://hooks.slack.com/services/T{_text(8)}/B{_text(9)}/{_text(24)}",
    "hex8": lambda: "c7" + _text(6, "0123456789abcdef"),
    "service_role": lambda: _jwt("service_role"),
    "anon": lambda: _jwt("anon"),
}


def _cases(folder: str) -> Iterator[tuple[str, str]]:
    root = CASES / folder
    for file in sorted(root.rglob("*")):
        if file.is_file() and file.name != "expected.txt":
            text = re.sub(r"@@(\w+)@@", lambda made: MADE[made[1]](), file.read_text())
            yield file.relative_to(root).as_posix(), text


def _scan(cases: list[tuple[str, str]], home: Path, work: Path) -> Parsed:
    copies, scratch = work / "copies", work / "scratch"
    copies.mkdir()
    scratch.mkdir()
    files = []
    for number, (path, text) in enumerate(cases):
        name = f"{number}-{Kingfisher().copied_as(path)}"
        (copies / name).write_text(text)
        files.append(BatchFile(path, name, ""))
    program = str(Path(sys.executable).parent / "kingfisher")
    tool, scanner = Tool("kingfisher", "", (program,)), Kingfisher()
    batch = Batch(str(copies), tuple(files), str(scratch), str(home), jobs=2, secret_key=b"key of this test")
    command = scanner.argv(tool, batch)
    # The first start compiles the rules, which takes seconds alone and much longer on a busy machine.
    limits = Limits(seconds=240)
    done = run_now(command.argv, cwd=str(scratch), env=clean_environment(str(home), str(scratch)), limits=limits)
    assert done.code in command.ok, done.stderr
    return scanner.parse(tool, batch, Printed(done.stdout, done.stderr, done.code))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _told(findings: tuple[Finding, ...]) -> list[str]:
    told = []
    for finding in findings:
        assert isinstance(finding.place, FilePlace)
        told.append(f"{finding.place.path}:{finding.place.line} {finding.rule.id}")
    return sorted(told)


@pytest.mark.tool
def test_every_flawed_line_is_found_once(home: Path, tmp_path: Path) -> None:
    cases = list(_cases("flawed"))
    parsed = _scan(cases, home, tmp_path)
    assert _told(parsed.findings) == sorted((CASES / "flawed" / "expected.txt").read_text().split("\n"))[1:]
    assert parsed.looked == {path for path, _ in cases}
    texts = dict(cases)
    for finding in parsed.findings:
        place = finding.place
        assert isinstance(place, FilePlace)
        value = texts[place.path].split("\n")[place.line - 1][place.column - 1 : place.end_column - 1]
        assert len(value) >= 3
        assert not set(value) & set("\"' ")
        assert value not in repr(finding)


@pytest.mark.tool
def test_clean_files_stay_silent(home: Path, tmp_path: Path) -> None:
    cases = list(_cases("clean"))
    parsed = _scan(cases, home, tmp_path)
    assert _told(parsed.findings) == []
    assert parsed.looked == {path for path, _ in cases}


class _Listed(msgspec.Struct):
    id: str


# Each was looked at: what it finds is an id or an address, or its provider calls it public.
_PUBLIC = """
    adobe-client-id aikido-client-id algolia-application-id artifactory-jfrog-url asana-client-id auth0-client-id
    azure-client-id bitbucket-client-id canva-client-id cloudflare-account-id discord-client-id ebay-client-id
    flutterwave-public-key langfuse-public-key linkedin-client-id lob-pub-api-key looker-client-id mailgun-pub-key
    messagebird-client-id miro-client-id mongodb-atlas-service-account-id paypal-client-id plaid-client-id
    posthog-project-api-key ramp-client-id salesforce-instance-url supabase-project-url upstash-redis-rest-url
    wiz-client-id zoho-client-id secrets/hcpclientcredentials-client-id
"""


@pytest.mark.tool
def test_no_rule_of_the_tool_is_taken_for_public_that_nobody_looked_at(home: Path, tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "kingfisher")
    argv = (program, "--no-update-check", "rules", "list", "--format", "json")
    environment = clean_environment(str(home), str(tmp_path))
    done = run_now(argv, cwd=str(tmp_path), env=environment, limits=Limits(seconds=120))
    listed = [one.id for one in msgspec.json.decode(done.stdout, type=list[_Listed])]
    assert len(listed) > 300
    public = {re.sub(r"\.\d+$", "", rule).partition(".")[2] for rule in listed if is_public_rule(rule)}
    assert public <= set(_PUBLIC.split())
    assert "betterleaks.slack-webhook-url" in listed


@pytest.mark.parametrize(
    "rule", ["slack-webhook-url", "sidekiq-sensitive-url", "plaid-secret-key", "asana-client-secret"]
)
def test_a_secret_address_is_not_public(rule: str) -> None:
    assert not is_public_rule(f"betterleaks.{rule}")
