"""One thread through the whole house, by command: scan, item, decision, record, signature, verify, stale, undo."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest

from walkdown.process import Finished, Limits, run_now

APP = """
import requests, sqlite3
from flask import Flask, request

app = Flask(__name__)


@app.get("/customer")
def customer():
    name = request.args["name"]
    return str(sqlite3.connect("shop.db").execute(f"SELECT * FROM customer WHERE name = '{name}'").fetchall())


def charge(order):
    return requests.post("https://pay.example/charge", json={"amount": order.total})
"""

ME = "Ada Example <ada@example.org>"


class World:
    """A tiny repo, a key, and folders of its own for all that walkdown keeps."""

    def __init__(self, folder: Path) -> None:
        self.repo = folder / "repo"
        self.key = folder / "key"
        self.signers = folder / "allowed_signers"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"WALKDOWN_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "CACHE", "STATE")},
        }
        self.repo.mkdir()
        (self.repo / "app.py").write_text(APP)
        self.run("git", "init", "-q", "-b", "main")
        self.commit("first")
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key), "-C", "")
        public = self.key.with_suffix(".pub").read_text().split()
        self.signers.write_text(f"ada@example.org {public[0]} {public[1]}\n")

    def run(self, *argv: str, stdin: bytes = b"") -> Finished:
        return run_now(argv, cwd=str(self.repo), env=self.env, limits=Limits(seconds=240), stdin=stdin)

    def walkdown(self, *argv: str) -> Finished:
        return self.run(sys.executable, "-m", "walkdown", *argv)

    def commit(self, message: str) -> None:
        self.run("git", "add", "-A")
        ended = self.run("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", message)
        assert ended.code == 0, ended.stderr


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_thread(world: World) -> None:
    scan = world.walkdown("scan", "--offline", "--format", "json", "--only", "bandit", "--only", "semgrep")
    assert scan.code == 1, scan.stderr
    found = msgspec.json.decode(scan.stdout)["findings"]
    assert {"input.sql-built", "error.no-timeout"} <= {finding["hazard"] for finding in found}

    items = world.walkdown("item", "list", "--offline").stdout.decode()
    assert "undecided    error.timeouts" in items

    waive = ("waive", "--reason", "a cron job, it may wait", "--owner", "Ada", "--until", "2099-01-01")
    decided = world.walkdown("item", "decide", "error.timeouts", *waive, "--as", ME, "--offline")
    assert decided.code == 0, decided.stderr
    assert "waived       error.timeouts" in world.walkdown("item", "list", "--offline").stdout.decode()

    refused = world.walkdown("sign", "--as", ME, "--key", str(world.key), "--offline")
    assert refused.code == 2
    assert b"A human signs" in refused.stderr
    unsettled = world.walkdown("sign", "--as", ME, "--key", str(world.key), "--offline", "--by-machine")
    assert unsettled.code == 1
    assert b"SQL has parameters: needs work: 1 finding" in unsettled.stdout
    signing = ("sign", "--as", ME, "--key", str(world.key), "--offline", "--by-machine", "--with-exceptions")
    signed = world.walkdown(*signing)
    assert signed.code == 0, signed.stderr

    verified = world.walkdown("verify", "--allowed-signers", str(world.signers))
    assert (verified.code, b"Valid: Ada Example <ada@example.org>" in verified.stdout) == (0, True), verified.stdout
    assert world.walkdown("verify").code == 6, "a signer whom nobody named is not trusted"

    # The signature holds for anyone with ssh-keygen, without walkdown.
    folder = world.repo / ".walkdown" / "signoffs"
    paper = next(path for path in folder.glob("*.ada-example-org.json"))
    by_hand = world.run("ssh-keygen", "-Y", "verify", "-n", "walkdown", "-f", str(world.signers), "-I",
                        "ada@example.org", "-s", f"{paper}.sig", stdin=paper.read_bytes())  # fmt: skip
    assert by_hand.code == 0, by_hand.stderr

    world.commit("the record")
    assert world.walkdown("verify", "--allowed-signers", str(world.signers)).code == 0, "records do not count"

    (world.repo / "app.py").write_text(APP.replace("order.total", "order.total + order.tip"))
    stale = world.walkdown("verify", "--allowed-signers", str(world.signers))
    assert (stale.code, b"may reopen  error.timeouts" in stale.stdout) == (4, True), stale.stdout

    markdown = next(folder.glob("*.md"))
    markdown.write_text(markdown.read_text().replace("undecided", "pass"))
    tampered = world.walkdown("verify", "--allowed-signers", str(world.signers))
    assert tampered.code == 5
    assert b"Tampered" in tampered.stdout

    undone = world.walkdown("undo", "--as", ME)
    assert undone.code == 0, undone.stderr
    assert "undecided    error.timeouts" in world.walkdown("item", "list", "--offline").stdout.decode()
    assert world.walkdown("undo", "--as", ME).code == 2, "there is nothing left to take back"
    assert world.walkdown("undo", "--as", "Someone Else").code == 2
