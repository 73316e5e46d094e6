"""A sign-off from end to end: signed with a passphrase at a real terminal, countersigned, verified on fresh clones,
carried to another machine, and asked again precisely where the program changed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from helpers import tmux
from helpers.command import Command, Said, compiled_rules
from walkdown.process import Finished, Limits, run_now
from walkdown.record.wire_walk import WireItemList, WireStatus

pytestmark = [pytest.mark.tool, pytest.mark.skipif(not tmux.is_here(), reason=tmux.WHY_NOT)]

APP = """\
import os

import requests
from flask import Flask, abort, request
from flask_login import login_required, current_user

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.get("/orders")
@login_required
def orders():
    return {"orders": [one.public() for one in current_user.orders]}
"""
TEXT = """\
def slug(title):
    return "-".join(title.lower().split())
"""
ADMIN = """\
from app import app, store


@app.get("/admin/export")
def export():
    return store.everything()
"""
ADA, BOB = "Ada Example <ada@example.org>", "Bob Example <bob@example.org>"
PASSPHRASE = "correct horse battery"
ENDPOINTS, TIMEOUTS = "auth.guards", "error.timeouts"


class World:
    """A repository, two people with a key each, one of them with a passphrase, and a machine for each."""

    def __init__(self, folder: Path, compiled: Path) -> None:
        self.repo = folder / "shop"
        self.signers = folder / "allowed_signers"
        self.ada = Command(folder / "ada", compiled=compiled)
        self.bob = Command(folder / "bob", cache=self.ada.cache)
        self.keys = {"ada": folder / "ada-key", "bob": folder / "bob-key"}
        self.repo.mkdir()
        self.write("app.py", APP)
        self.write("text.py", TEXT)
        self.write("README.md", "# The shop\n\nIt sells aples.\n")
        self.git("init", "-q", "-b", "main")
        self.commit("first")
        lines = []
        for name, key in self.keys.items():
            secret = PASSPHRASE if name == "ada" else ""
            self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", secret, "-f", str(key), "-C", "")
            kind, public = key.with_suffix(".pub").read_text().split()[:2]
            lines.append(f"{name}@example.org {kind} {public}\n")
        self.signers.write_text("".join(lines))

    def write(self, path: str, text: str) -> None:
        (self.repo / path).write_text(text)

    def run(self, *argv: str, cwd: Path | None = None, stdin: bytes = b"", fine: bool = True) -> Finished:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.repo.parent), "GIT_CONFIG_GLOBAL": os.devnull}
        ended = run_now(argv, cwd=str(cwd or self.repo), env=env, limits=Limits(seconds=60), stdin=stdin)
        assert not fine or ended.code == 0, (argv, ended.stderr)
        return ended

    def git(self, *arguments: str) -> None:
        self.run("git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def clone(self, name: str) -> Path:
        to = self.repo.parent / name
        self.run("git", "clone", "-q", str(self.repo), str(to))
        return to

    def verify(self, repo: Path, *more: str) -> Said:
        return self.bob("verify", "--repo", str(repo), "--allowed-signers", str(self.signers), *more)

    def check(self, repo: Path, *more: str) -> Said:
        return self.bob("check", str(repo), "--allowed-signers", str(self.signers), *more)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ada decides two items and signs, with everything else as exceptions; the record is committed."""
    world = World(tmp_path_factory.mktemp("signoff"), compiled_rules(tmp_path_factory))
    for item in (ENDPOINTS, TIMEOUTS):
        shown = world.ada("item", "decide", item, "n-a", "--reason", "looked at by hand", "--as", ADA, "--offline",
                          "--repo", str(world.repo))  # fmt: skip
        assert shown.code == 0, shown.err
    with tmux.Terminals(world.ada.env) as terminals:
        one = terminals.open("sign", "sign", str(world.repo), "--as", ADA, "--role", "developer", "--offline",
                             "--key", str(world.keys["ada"]), "--with-exceptions", "--for", "production",
                             "--release", "1.4")  # fmt: skip
        one.shows('Type "sign" to sign')
        one.write("sign")
        one.press("Enter")
        one.shows("Enter passphrase")
        one.press(PASSPHRASE, "Enter")
        one.shows("Signature", "ssh-keygen -Y verify")
    world.commit("the record")
    return world


def paper(repo: Path) -> Path:
    return next((repo / ".walkdown" / "signoffs").glob("*.ada-example-org.json"))


def test_anyone_can_check_it_by_hand(signed: World) -> None:
    data = paper(signed.repo)
    ended = signed.run("ssh-keygen", "-Y", "verify", "-n", "walkdown", "-f", str(signed.signers), "-I",
                       "ada@example.org", "-s", f"{data}.sig", stdin=data.read_bytes())  # fmt: skip
    assert b'Good "walkdown" signature for ada@example.org' in ended.stdout


def test_a_fresh_clone_knows_whose_it_is(signed: World) -> None:
    clone = signed.clone("fresh")
    told = signed.verify(clone)
    assert (told.code, "Ada Example" in told.out, "developer" in told.out) == (0, True, True), told.out + told.err
    assert signed.bob("verify", "--repo", str(clone)).code == 6, "a signer whom nobody named is not trusted"
    assert signed.check(clone).code == 1, "it was signed with exceptions"
    assert signed.check(clone, "--allow-exceptions").code == 0
    assert signed.check(clone, "--allow-exceptions", "--require-signers", "2").code == 1


def test_a_second_person_signs_the_same_record(signed: World) -> None:
    clone = signed.clone("second")
    before = {path.name: path.read_bytes() for path in (clone / ".walkdown" / "signoffs").iterdir()}
    said = signed.bob("countersign", "--repo", str(clone), "--as", BOB, "--role", "reviewer", "--by-machine",
                      "--key", str(signed.keys["bob"]))  # fmt: skip
    assert said.code == 0, said.err
    after = {path.name: path.read_bytes() for path in (clone / ".walkdown" / "signoffs").iterdir()}
    assert {name: after[name] for name in before} == before, "the record never changes after the first"
    assert len(after) == len(before) + 2
    told = signed.verify(clone, "--format", "json")
    signers = msgspec.json.decode(told.out)["signers"]
    assert {(one["name"], one["by_machine"], one["trusted"]) for one in signers} == {
        ("Ada Example", False, True), ("Bob Example", True, True),
    }  # fmt: skip
    again = signed.bob(
        "countersign", "--repo", str(clone), "--as", BOB, "--by-machine", "--key", str(signed.keys["bob"])
    )
    assert again.code == 2, again.out


def test_an_old_record_in_the_folder_hides_no_newer_one_on_the_commit(signed: World) -> None:
    clone = signed.clone("noted")
    folder = clone / ".walkdown" / "signoffs"
    old = {path.name for path in folder.iterdir()}
    said = signed.bob("sign", str(clone), "--as", BOB, "--key", str(signed.keys["bob"]), "--by-machine", "--offline",
                      "--with-exceptions", "--note")  # fmt: skip
    assert said.code == 0, said.err
    new = sorted(path for path in folder.iterdir() if path.name not in old)
    assert len(new) == 4, "Markdown, JSON, countersignature and signature"
    for path in new:
        path.unlink()
    told = msgspec.json.decode(signed.verify(clone, "--format", "json").out)
    assert (told["code"], told["record"]) == (0, new[0].name.split(".")[0])


def test_a_typo_in_the_readme_reopens_nothing(signed: World) -> None:
    clone = signed.clone("typo")
    (clone / "README.md").write_text("# The shop\n\nIt sells apples.\n")
    told = signed.verify(clone)
    assert told.code == 0, told.out
    assert signed.check(clone, "--allow-exceptions").code == 0


def test_a_new_endpoint_reopens_the_question_about_endpoints(signed: World) -> None:
    clone = signed.clone("endpoint")
    (clone / "admin.py").write_text(ADMIN)
    told = signed.verify(clone)
    assert told.code == 4, told.out
    assert ENDPOINTS in told.out
    assert TIMEOUTS not in told.out, "nothing in it calls out"
    assert signed.check(clone, "--allow-exceptions").code == 4


def test_decisions_go_along_to_another_machine(signed: World) -> None:
    clone = signed.clone("other")
    carol = Command(signed.repo.parent / "carol", cache=signed.ada.cache)
    config = carol.config / "config.toml"
    config.write_text(f'allowed-signers = "{signed.signers}"\n')
    status = msgspec.json.decode(carol("status", str(clone), "--offline", "--format", "json").out, type=WireStatus)
    items = carol("item", "list", str(clone), "--offline", "--format", "json").out
    config.unlink()
    decided = {one.id: one for one in msgspec.json.decode(items, type=WireItemList).items if one.decision}
    assert set(decided) == {ENDPOINTS, TIMEOUTS}
    assert {one.decision.by for one in decided.values() if one.decision} == {"Ada Example"}
    assert {one.decision.origin for one in decided.values() if one.decision} == {paper(clone).name.split(".")[0]}
    assert {one.why for one in decided.values()} == {""}, "nothing changed, so nothing is asked again"
    assert status.session.events == 0, "carried over, not written down again"
    assert status.session.signoff is not None
    assert status.session.signoff.by == ("Ada Example",)

    # Whom nobody named is not believed: the same record is a proposal then.
    items = carol("item", "list", str(clone), "--offline", "--format", "json").out
    assert not [one for one in msgspec.json.decode(items, type=WireItemList).items if one.decision]
