"""The commands that a paper prints, run as printed: they accept what was signed, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from markdown_it import MarkdownIt

from helpers.predicates import sample_about, sample_predicate
from walkdown.process import Finished, Limits, run_now
from walkdown.record.paper import paper
from walkdown.record.statement import Countersignature, Statement, canonical, sha256

NAME, MAIL = "2026-11-20-0123456789ab", "ada@example.org"


def run(folder: Path, *argv: str) -> Finished:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    return run_now(argv, cwd=str(folder), env=env, limits=Limits(seconds=60))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A record with one signature beside it."""
    about, predicate = sample_about(), sample_predicate()
    text = paper(about, predicate)
    statement = Statement((about,), msgspec.structs.replace(predicate, markdown_sha256=sha256(text.encode())))
    data = canonical(statement)
    signed = Countersignature(sha256(data), NAME, "Ada", MAIL, "reviewer", "2026-11-20T17:45:00Z")
    (tmp_path / f"{NAME}.md").write_bytes(text.encode())
    (tmp_path / f"{NAME}.json").write_bytes(data)
    (tmp_path / f"{NAME}.ada.json").write_bytes(canonical(signed))
    assert run(tmp_path, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key", "-C", "").code == 0
    assert run(tmp_path, "ssh-keygen", "-q", "-Y", "sign", "-n", "walkdown", "-f", "key", f"{NAME}.ada.json").code == 0
    (tmp_path / "signers").write_text(f"{MAIL} {(tmp_path / 'key.pub').read_text()}")
    return tmp_path


def by_hand(folder: Path) -> dict[str, str]:
    """The commands, by the tool each begins with, as somebody would fill them in."""
    tokens = MarkdownIt("commonmark").enable("table").parse((folder / f"{NAME}.md").read_text("utf-8"))
    [*_, commands] = [token.content for token in tokens if token.type == "fence"]
    for placeholder, value in (
        ("ALLOWED_SIGNERS", "signers"), ("NAME", NAME), ("SIGNER", "ada"), ("MAIL", MAIL),
    ):  # fmt: skip
        commands = commands.replace(placeholder, value)
    return {line.split()[0]: line for line in commands.splitlines()}


def test_ssh_keygen_accepts_the_signature_and_no_other_bytes(folder: Path) -> None:
    command = by_hand(folder)["ssh-keygen"]
    assert run(folder, "sh", "-c", command).code == 0
    signed = folder / f"{NAME}.ada.json"
    signed.write_bytes(signed.read_bytes().replace(b"reviewer", b"director"))
    assert run(folder, "sh", "-c", command).code != 0


def test_the_sums_are_where_the_paper_says(folder: Path) -> None:
    done = run(folder, "sh", "-c", by_hand(folder)["sha256sum"])
    sums = dict(line.split()[::-1] for line in done.stdout.decode().splitlines())
    signed = msgspec.json.decode((folder / f"{NAME}.ada.json").read_bytes())
    record = msgspec.json.decode((folder / f"{NAME}.json").read_bytes())
    assert sums[f"{NAME}.json"] == signed["recordSha256"]
    assert sums[f"{NAME}.md"] == record["predicate"]["markdownSha256"]
    assert signed["mail"] == MAIL
