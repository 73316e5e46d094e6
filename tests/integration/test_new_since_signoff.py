"""`walkdown scan --new-since-signoff`: a build fails over what is new, and over everything where nobody signed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from helpers.command import Command
from helpers.records import allow, countersignature, files_of, make_key, put, seal, sealed, statement_for
from helpers.repos import make_repo, write
from walkdown.model import FilePlace, Finding
from walkdown.record.statement import FindingLine
from walkdown.review import Review
from walkdown.scan.families import family_of
from walkdown.settings import Folders, Settings

SHELL = "import subprocess\n\ndef run(x):\n    subprocess.call(x, shell=True)\n"
ONLY = ("--only", "bandit", "--offline")
MADE = "2024-11-18T09:00:00Z"


def scanned(repo: Path, folder: Path) -> tuple[Finding, ...]:
    """As another machine sees it."""
    folders = Folders(folder / "config", folder / "cache", folder / "state")

    def only(settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, only=("bandit",), offline=True, folders=folders)

    with Review.open(str(repo), only) as review:
        return asyncio.run(review.scan()).findings


def line_of(one: Finding) -> FindingLine:
    return FindingLine(
        f"{one.id[:-1]}Z", "A flaw", one.rule.tool, one.rule.id, one.rule.hazard, one.severity, "likely", one.place,
        family=family_of(one), fingerprint=one.fingerprint, context=one.context,
    )  # fmt: skip


@pytest.mark.tool
def test_only_what_is_new_counts(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"app.py": SHELL})
    command = Command(tmp_path / "home")
    asked = ("scan", str(repo), "--new-since-signoff", "--format", "json", *ONLY)
    before = command(*asked)
    assert before.code == 1
    assert "No sign-off that counts (there is none), so every finding is listed." in before.err
    lines = [line_of(one) for one in scanned(repo, tmp_path / "elsewhere")]
    key = make_key(tmp_path, "key")
    files = files_of(statement_for(repo, items=(), findings=lines, made=MADE))
    put(repo, sealed(files, seal(countersignature(files, time=MADE), key)))
    stranger = command(*asked)
    assert stranger.code == 1
    assert "nobody you trust vouches for" in stranger.err
    allowed = allow(tmp_path, ("ada@example.org", key))
    (command.config / "config.toml").write_text(f'allowed-signers = "{allowed}"\n')
    after = command(*asked)
    assert after.code == 0, after.err
    assert after.scan.findings == ()
    write(repo, {"app.py": "# moved\n" + SHELL + "\n\ndef ask(y):\n    subprocess.call(['sh', y], shell=True)\n"})
    new = command(*asked)
    assert new.code == 1
    assert {one.place.line for one in new.scan.findings if isinstance(one.place, FilePlace)} == {9}
