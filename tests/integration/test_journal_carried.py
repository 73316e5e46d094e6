"""A review that moves: real walkdown runs on two machines, two clones of one repo, the same names and decisions."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest

from helpers.command import Command, Said, compiled_rules
from helpers.repos import commit, git, make_repo, write
from walkdown.review.sessions import Carried
from walkdown.scan.memory import Memory

pytestmark = pytest.mark.tool

SECRET = "q7Zt-93kf0-Lm2xVb8"
HANDLERS = """\
import subprocess

import requests


def pay(order):
    return requests.post("https://pay.example/charge", json={"amount": order.total})


def convert(name):
    return subprocess.call("convert " + name + " out.png", shell=True)
"""
SETTINGS = f"""\
DEBUG = False
DATABASE_PASSWORD = "{SECRET}"
"""
# The same call once more, above: which of the two is the old one, only who saw them come can tell.
HEAD = "def pay(order):\n"
CALL = 'requests.post("https://pay.example/charge", json={"amount": order.total})\n'
TWIN = HANDLERS.replace(HEAD, f"{HEAD}    {CALL}    audit(order)\n")
SCAN = ("scan", ".", "--offline", "--format", "json", "--fail-on", "critical")
# A person at the screen of that machine: looks, decides one finding or takes that back, and reads what stands.
SITTING = """
import asyncio, json, sys
from walkdown.model import Channel, Kind, Subject, Verdict
from walkdown.review import Session, Terms, actor_of
act, who = sys.argv[1], actor_of("Ada Example <ada@example.org>")
with Session.open(".", Channel.TERMINAL) as session:
    asyncio.run(session.scan())
    if act == "undo":
        session.undo(who)
    elif act != "look":
        found = Subject(Kind.FINDING, act)
        session.opened(found, who)
        session.decide([found], Verdict.FALSE_POSITIVE, Terms(reason="a rehearsal"), who)
    known = {one.id for one in session.board.findings}
    decided = session.board.state.decisions
    print(json.dumps({one.id: decided[one].decision.verdict.value for one in decided if one.id in known}))
"""


class Machine:
    """Folders of its own, and a clone."""

    def __init__(self, folder: Path, origin: Path, compiled: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.command = Command(folder / "home", compiled=compiled)
        git(folder, "clone", "--quiet", str(origin), "repo")
        self.repo = folder / "repo"

    def __call__(self, *arguments: str, code: int | None = 0) -> Said:
        said = self.command(*arguments, cwd=self.repo)
        assert code is None or said.code == code, (said.code, said.out, said.err)
        return said

    def names(self) -> dict[tuple[str, int, str], str]:
        scan = self(*SCAN, code=None).scan
        return {(one.path, one.line, one.rule.id): one.id for one in scan.findings}

    def sit(self, act: str) -> dict[str, str]:
        """What stands decided about the findings that are there, after this was done."""
        env = {"WALKDOWN_OFFLINE": "1"}
        said = self.command.run(sys.executable, "-c", SITTING, act, cwd=self.repo, env=env)
        assert said.code == 0, said.err
        return msgspec.json.decode(said.out, type=dict[str, str])

    @property
    def memory(self) -> Memory:
        [path] = (self.command.state / "repos").glob("*/known.msgpack")
        return msgspec.msgpack.decode(path.read_bytes(), type=Memory)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return make_repo(tmp_path, {"app/handlers.py": HANDLERS, "app/settings.py": SETTINGS}, name="origin")


@pytest.fixture
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_rules(tmp_path_factory)


def test_a_review_moves_to_another_machine(tmp_path: Path, origin: Path, compiled: Path) -> None:
    one = Machine(tmp_path / "one", origin, compiled)
    one.names()
    # Names that no fresh machine could give: a file that moved, and a twin above what was known.
    git(origin, "mv", "app/settings.py", "app/base_settings.py")
    write(origin, {"app/handlers.py": TWIN})
    commit(origin)
    git(one.repo, "pull", "--quiet")
    names = one.names()
    assert any(path == "app/base_settings.py" for path, _, _ in names), "the secret is seen"
    secret = next(name for (path, _, rule), name in names.items() if path == "app/base_settings.py")
    twin = names["app/handlers.py", 9, "py-no-timeout"]
    one.sit(secret)
    assert one.sit(twin) == {secret: "false-positive", twin: "false-positive"}
    file = tmp_path / "session.json"
    said = one("session", "export", str(file))
    assert "4 events in" in said.out
    assert file.stat().st_mode & 0o777 == 0o600
    check_what_leaves(file.read_bytes(), one)

    fresh = Machine(tmp_path / "fresh", origin, compiled)
    theirs = fresh.names()
    assert theirs.keys() == names.keys()
    assert theirs != names, "or this test would prove nothing"

    two = Machine(tmp_path / "two", origin, compiled)
    said = two("session", "import", str(file), "--offline")
    assert "4 events taken over, by Ada Example" in said.out
    assert "new names" not in said.out
    assert two.names() == names
    assert two.sit("undo") == {secret: "false-positive"}
    assert "Everything in it was here already." in two("session", "import", str(file), "--offline").out

    # And back again: the journal there is the beginning of this one.
    two("session", "export", str(tmp_path / "back.json"))
    assert "1 event taken over" in one("session", "import", str(tmp_path / "back.json"), "--offline").out
    assert one.names() == names
    assert one.sit("look") == {secret: "false-positive"}

    listed = msgspec.json.decode(two("session", "list", "--format", "json").out)
    assert [(each["about"]["name"], each["events"], each["decisions"]) for each in listed["sessions"]] == [
        ("repo", 5, 1)
    ]


def check_what_leaves(data: bytes, machine: Machine) -> None:
    hashes = {known.secret for known in (*machine.memory.live, *machine.memory.gone)} - {""}
    assert hashes, "there is something that must not leave"
    text = data.decode()
    assert not [digest for digest in hashes if digest in text]
    assert SECRET not in text
    assert "pay.example" not in text, "no code"
    carried = msgspec.json.decode(data, type=Carried)
    assert sum(one.keyed for one in (*carried.live, *carried.gone)) >= len(hashes)


def test_two_that_went_on_by_themselves_are_not_mixed(tmp_path: Path, origin: Path, compiled: Path) -> None:
    one, two = (Machine(tmp_path / name, origin, compiled) for name in ("one", "two"))
    for machine in (one, two):
        machine.sit(machine.names()["app/handlers.py", 7, "py-no-timeout"])
    file = tmp_path / "session.json"
    one("session", "export", str(file))
    before = two("session", "list", "--format", "json").out
    refused = two("session", "import", str(file), "--offline", code=2)
    assert "part after event 0: 2 were written here since, and 2 there" in refused.error
    assert two("session", "list", "--format", "json").out == before

    [session] = msgspec.json.decode(before)["sessions"]
    dropped = two("session", "drop", session["id"][:6], "--yes").out.split()[-1]
    assert two("session", "import", str(file), "--offline").code == 0
    two("session", "restore", dropped, code=2)
    two("session", "drop", session["id"], "--yes")
    assert two("session", "restore", dropped).code == 0
    assert two("session", "list", "--format", "json").out.count(session["id"]) == 2, "one here, one put away"


def test_another_project_is_refused_unless_a_person_says_it_is_the_same(
    tmp_path: Path, origin: Path, compiled: Path
) -> None:
    one, two = (Machine(tmp_path / name, origin, compiled) for name in ("one", "two"))
    git(two.repo, "remote", "set-url", "origin", "https://git.example.org/shop.git")
    one.sit(one.names()["app/handlers.py", 7, "py-no-timeout"])
    exported = one("session", "export", "-")
    file = tmp_path / "session.json"
    file.write_text(exported.out)
    refused = two("session", "import", str(file), "--offline", code=2)
    assert "another clone or project" in refused.error
    assert not list(two.command.state.glob("repos/*/journal.sqlite"))
    assert two("session", "import", str(file), "--same-project", "--offline").code == 0
    assert os.listdir(two.repo) == os.listdir(one.repo), "nothing was written to the repo"  # noqa: PTH208
