"""`walkdown checklist list | show | check`, as a person or a script calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.command import ACTIVE, Command
from walkdown.checklist.load import load_folder, shipped

SOUND = """
title = "Team"
version = "3"
section = "Ours"
extends = "pre-deploy"
[[item]]
id = "team.one"
title = "One is so"
why = "Because. It is."
do = "Do it."
look = "Is it so?"
reach = "human"
max-age-days = 30
[[drop]]
id = "ops.licences"
reason = "Nothing is handed out."
"""
FAULTY = SOUND.replace('"human"', '"machine"').replace('"ops.licences"', '"zoo.zebra"')


@pytest.fixture
def walkdown(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")


@pytest.fixture
def user(walkdown: Command) -> Path:
    folder = walkdown.config / "checklists"
    folder.mkdir()
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    (folder / ".walkdown" / "checklists").mkdir(parents=True)
    return folder


def rows(text: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in text.splitlines()[1:]}


def test_list_tells_every_list_and_where_it_is_from(walkdown: Command, user: Path, target: Path) -> None:
    (user / "team.toml").write_text(SOUND)
    (user / "broken.toml").write_text(FAULTY)
    (target / ".walkdown" / "checklists" / "theirs.toml").write_text(SOUND)
    base = load_folder(shipped())
    said = walkdown("checklist", "list", str(target))
    assert (said.code, said.err) == (0, "")
    told = rows(said.out)
    assert set(told) == {"pre-deploy", "broken", "team", "target:theirs"}
    assert told["pre-deploy"][:2] == ["shipped", str(len(base.items))]
    assert told["team"][:2] == ["user", str(len(base.items))], "one more, one dropped"
    assert told["team"][3:] == ["3", str(user / "team.toml")]
    assert told["broken"][:3] == ["user", "2", "faults."]
    assert told["target:theirs"][:3] == ["target", "not", "read:"]


def test_list_as_json(walkdown: Command, user: Path, target: Path) -> None:
    (user / "broken.toml").write_text(FAULTY)
    (target / ".walkdown" / "checklists" / "theirs.toml").write_text(SOUND)
    said = walkdown("checklist", "list", str(target), "--format", "json")
    document = json.loads(said.out)
    assert document["schema"] == "walkdown.checklists/1"
    shipped_one, broken, theirs = document["lists"]
    assert shipped_one["digest"] == load_folder(shipped()).digest
    assert [fault["key"] for fault in broken["faults"]] == ["reach of item 1", "id of drop 1"]
    assert theirs == {
        "name": "target:theirs",
        "origin": "target",
        "path": str(target / ".walkdown" / "checklists" / "theirs.toml"),
        "read": False,
    }


def test_show_tells_every_item_in_lines_that_fit(walkdown: Command) -> None:
    said = walkdown("checklist", "show", "pre-deploy")
    assert said.code == 0
    shown = " ".join(said.out.split())
    for item in load_folder(shipped()).items:
        for text in (item.title, item.id, item.section, item.why, item.do, item.look, *item.hazards, *item.references):
            assert text in shown
    assert [line for line in said.out.splitlines() if len(line) > 88 and "https://" not in line] == []


def test_show_tells_what_was_dropped_and_why(walkdown: Command, user: Path) -> None:
    (user / "team.toml").write_text(SOUND)
    said = walkdown("checklist", "show", "team")
    assert "only a person can tell, every 30 days" in said.out
    assert said.out.endswith("ops.licences  Nothing is handed out.\n")
    document = json.loads(walkdown("checklist", "show", "team", "--format", "json").out)
    assert document["schema"] == "walkdown.checklist/1"
    assert (document["name"], document["title"], document["version"]) == ("team", "Team", "3")
    assert document["dropped"] == [{"id": "ops.licences", "reason": "Nothing is handed out."}]
    assert document["items"][-1] == {
        "id": "team.one",
        "title": "One is so",
        "section": "Ours",
        "why": "Because. It is.",
        "do": "Do it.",
        "look": "Is it so?",
        "reach": "human",
        "max_age_days": 30,
    }


def test_show_takes_a_path_and_a_label(walkdown: Command, target: Path) -> None:
    own = target / ".walkdown" / "checklists" / "theirs.toml"
    own.write_text(SOUND)
    assert "(target:theirs, version 3)" in walkdown("checklist", "show", "target:theirs", "--path", str(target)).out
    assert "(theirs, version 3)" in walkdown("checklist", "show", str(own)).out
    assert walkdown("checklist", "show", "theirs", "--path", str(target)).code == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_target_wrote_cannot_steer_the_terminal(walkdown: Command, target: Path, form: str) -> None:
    evil = "\\u009b2J\\u202e[@click=app.quit]\\u0007"
    own = target / ".walkdown" / "checklists" / "theirs.toml"
    own.write_text(SOUND.replace("Because.", f"Because.{evil}").replace("Nothing is", f"{evil}Nothing is"))
    (own.parent / "a\x1b[2J\u202e.toml").write_text("")
    said = walkdown("checklist", "show", "target:theirs", "--path", str(target), "--format", form)
    assert said.code == 0
    assert "click=app.quit" in said.out
    assert ACTIVE.isdisjoint(said.out)
    listed = walkdown("checklist", "list", str(target), "--format", form)
    assert listed.code == 0
    assert "target:a" in listed.out
    assert ACTIVE.isdisjoint(listed.out)


def test_check_has_a_line_for_a_sound_file(walkdown: Command, tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    path.write_text(SOUND)
    said = walkdown("checklist", "check", str(path))
    assert (said.code, said.out) == (0, f"{path}: no fault, {len(load_folder(shipped()).items)} items.\n")


def test_check_tells_all_faults_of_all_files(walkdown: Command, tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text(FAULTY)
    (tmp_path / "site.toml").write_text(SOUND.replace('"pre-deploy"', '"base"').split("[[drop]]")[0])
    (tmp_path / "base.toml").write_text("title = \n")
    said = walkdown("checklist", "check", "team.toml", "./site.toml", "base.toml", cwd=tmp_path)
    assert said.code == 2
    assert said.out.splitlines()[:2] == [
        "team.toml:12: reach of item 1: is 'machine'; expected decides, informs or human.",
        "team.toml:15: id of drop 1: 'zoo.zebra' is no item of the extended list; expected the id of an item there.",
    ]
    assert [line.split(": ", 2)[:2] for line in said.out.splitlines()[2:]] == [
        ["site.toml:5", "extends"],
        ["base.toml:1", "column 9"],
    ]
    document = json.loads(walkdown("checklist", "check", "team.toml", "--format", "json", cwd=tmp_path).out)
    assert document["schema"] == "walkdown.checklist-faults/1"
    assert document["faults"][0] == {
        "file": "team.toml",
        "line": 12,
        "key": "reach of item 1",
        "what": "is 'machine'",
        "expected": "decides, informs or human",
    }


def test_check_takes_the_files_of_a_folder_for_one_list(walkdown: Command) -> None:
    files = sorted(map(str, shipped().glob("*.toml")))
    said = walkdown("checklist", "check", *files)
    assert (said.code, len(said.out.splitlines())) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("check", "nowhere.toml"), "There is no nowhere.toml."),
        (("show", "nowhere"), "There is no checklist nowhere."),
        (("show", "x", "--path", "nowhere"), "nowhere is no folder."),
        (("list", "nowhere"), "nowhere is no folder."),
    ],
)
def test_what_is_not_there(walkdown: Command, arguments: tuple[str, ...], error: str) -> None:
    said = walkdown("checklist", *arguments)
    assert (said.code, said.error) == (2, f"walkdown: {error}")


def test_a_faulty_list_is_not_shown(walkdown: Command, user: Path) -> None:
    (user / "team.toml").write_text(FAULTY)
    said = walkdown("checklist", "show", "team")
    assert (said.code, said.out) == (2, "")
    assert "(and 1 more)" in said.error
    assert f"walkdown checklist check {user / 'team.toml'}" in said.err
