"""`walkdown session` as a person meets it: what it prints, what it asks, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from walkdown.cli.main import cli
from walkdown.journal import Journal
from walkdown.model import Actor, Channel, Decided, Decision, Kind, Subject, Verdict

ID = "a1" * 12


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WALKDOWN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("walkdown.cli.exits.end_in_order", lambda: None)
    return tmp_path / "state"


def decide(state: Path, who: str = "Ada") -> None:
    journal = Journal(state / "repos" / ID / "journal.sqlite")
    journal.append(Decided(Decision(Subject(Kind.ITEM, "a"), Verdict.PASS)), Actor(who), Channel.APP)
    journal.close()


def session(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["session", *arguments], input=typed)


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("walkdown.cli.session._at_terminal", lambda: True)


def test_an_empty_machine_says_so(state: Path) -> None:
    said = session("list")
    assert (said.exit_code, said.output) == (0, "Nothing was decided on this machine yet.\n")
    assert not state.exists()


def test_the_list_tells_whose_and_how_much_and_moves_no_cursor(state: Path) -> None:
    decide(state, who="Eve\x1b[2J\u202e")
    (state / "repos" / ID / "about.json").write_text(
        json.dumps({"name": "shop\x1b]0;x\x07", "remote": "git@example.org"})
    )
    said = session("list")
    assert said.exit_code == 0
    assert f"{ID}  shop" in said.output
    assert "1 decision  ·  last 20" in said.output
    assert "git@example.org" in said.output
    assert not {"\x1b", "\x07", "\u202e"} & set(said.output)
    listed = session("list", "--format", "json").output
    assert not {"\x1b", "\x07", "\u202e"} & set(listed)
    document = json.loads(listed)
    assert document["schema"] == "walkdown.sessions/1"
    assert document["sessions"][0]["by"] == "Eve\x1b[2J\u202e"


def test_a_script_must_say_that_it_means_it(state: Path) -> None:
    decide(state)
    said = session("drop", ID)
    assert said.exit_code == 2
    assert "--yes" in said.output
    assert (state / "repos" / ID).exists()
    said = session("drop", ID[:6], "--yes")
    assert said.exit_code == 0
    assert "Put away, not deleted." in said.output
    assert not (state / "repos" / ID).exists()


@pytest.mark.usefixtures("at_terminal")
@pytest.mark.parametrize("typed", ["\n", "y\n", "yes\n", "a1\n"])
def test_a_person_types_what_is_to_go(state: Path, typed: str) -> None:
    decide(state)
    said = session("drop", ID, typed=typed)
    assert "Nothing was dropped." in said.output
    assert (state / "repos" / ID).exists()


@pytest.mark.usefixtures("at_terminal")
def test_what_was_put_away_is_told_and_comes_back(state: Path) -> None:
    decide(state)
    said = session("drop", ID, typed=f"{ID[:8]}\n")
    assert said.exit_code == 0
    name = said.output.split()[-1]
    assert f"walkdown session restore {name}" in session("list").output
    assert session("restore", name).exit_code == 0
    assert "1 decision" in session("list").output


def test_a_file_that_is_there_is_not_written_over(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    file.write_text("mine")
    said = session("export", str(file), str(tmp_path))
    assert said.exit_code == 2
    assert "there already" in said.output
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "words"), [(b"{}", "is no session file"), (b"\x1b[2J", "is no session file"), (None, "cannot be read")]
)
def test_a_file_that_is_no_session_is_refused(state: Path, tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "session.json"
    if content is not None:
        file.write_bytes(content)
    said = session("import", str(file), str(tmp_path))
    assert said.exit_code == 2
    assert words in said.output
    assert "\x1b" not in said.output
    assert not state.exists()
