"""Which lists there are and which one a name means; a target's own are offered, and loaded only when asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from walkdown.checklist.load import FaultyChecklistError, Lists, Origin, find_lists, load_folder, shipped
from walkdown.errors import ChecklistError


def text(item_id: str = "a.b", extends: str = "", more: str = "") -> str:
    return f"""
title = "T"
version = "1"
section = "S"
extends = "{extends}"
{more}
[[item]]
id = "{item_id}"
title = "It is so"
why = "It is. So."
do = "Do."
look = "Look?"
reach = "informs"
"""


class World:
    """Folders for each origin."""

    def __init__(self, folder: Path) -> None:
        self.shipped, self.user, self.target = folder / "shipped", folder / "user", folder / "target"
        self.elsewhere = folder / "elsewhere"
        self.own = self.target / ".walkdown" / "checklists"
        for path in (self.shipped, self.user, self.own, self.elsewhere):
            path.mkdir(parents=True)
        (self.shipped / "pre-deploy.toml").write_text(text("shipped.item"))

    def find(self, *given: str) -> Lists:
        return find_lists(self.shipped, self.user, given, self.target)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def ids(lists: Lists, name: str) -> list[str]:
    return [item.id for item in lists.load(name).items]


def labels(lists: Lists) -> list[tuple[str, Origin]]:
    return [(known.label, known.origin) for known in lists.known]


def picked(lists: Lists) -> Sequence[str]:
    return [known.label for known in lists.picked]


def test_the_shipped_list_is_the_default(world: World) -> None:
    assert picked(world.find()) == ["pre-deploy"]
    assert len(load_folder(shipped()).items) > 1
    assert load_folder(shipped()).name == "pre-deploy"


def test_every_list_is_known_with_its_origin(world: World) -> None:
    (world.user / "team.toml").write_text(text())
    (world.user / "README.md").write_text("not a list")
    (world.user / ".team.toml.swp").write_text("not a list either")
    (world.user / "notes").mkdir()
    (world.elsewhere / "mine.toml").write_text(text())
    (world.own / "theirs.toml").write_text("")
    assert labels(world.find(str(world.elsewhere / "mine.toml"))) == [
        ("pre-deploy", Origin.SHIPPED),
        ("team", Origin.USER),
        ("mine", Origin.GIVEN),
        ("target:theirs", Origin.TARGET),
    ]


def test_lists_are_asked_for_by_name_path_or_label(world: World) -> None:
    (world.user / "team.toml").write_text(text())
    (world.elsewhere / "mine.toml").write_text(text())
    (world.own / "theirs.toml").write_text(text())
    lists = world.find("team", str(world.elsewhere / "mine.toml"), "target:theirs", str(world.user / "team.toml"))
    assert picked(lists) == ["team", "mine", "target:theirs", "team"]
    assert lists.picked[0].origin is lists.picked[3].origin is Origin.USER


def test_any_file_of_a_folder_stands_for_the_list(world: World) -> None:
    folder = world.elsewhere / "big"
    folder.mkdir()
    (folder / "list.toml").write_text(text().split("[[item]]")[0])
    (folder / "topic.toml").write_text('section = "S"\n[[item]]' + text().split("[[item]]")[1])
    for given in (folder, folder / "list.toml", folder / "topic.toml"):
        lists = world.find(str(given))
        assert picked(lists) == ["big"]
        assert ids(lists, "big") == ["a.b"]


@pytest.mark.parametrize("given", ["nowhere", "target:nowhere", "target:pre-deploy"])
def test_a_name_that_nobody_knows(world: World, given: str) -> None:
    with pytest.raises(ChecklistError, match=f"There is no checklist {given}. There are: pre-deploy."):
        world.find(given)


def test_a_path_that_is_not_there(world: World) -> None:
    with pytest.raises(ChecklistError, match=r"There is no .*mine\.toml"):
        world.find(str(world.elsewhere / "mine.toml"))


def test_folders_that_are_not_there_hold_no_lists(tmp_path: Path, world: World) -> None:
    lists = find_lists(world.shipped, tmp_path / "none", target=tmp_path / "none")
    assert labels(lists) == [("pre-deploy", Origin.SHIPPED)]


# One name, two lists.


def test_a_users_list_may_build_on_the_shipped_one_of_its_name(world: World) -> None:
    (world.user / "pre-deploy.toml").write_text(text("user.item", "pre-deploy"))
    assert ids(world.find(), "pre-deploy") == ["shipped.item", "user.item"]
    given = world.elsewhere / "pre-deploy.toml"
    given.write_text(text("given.item", "pre-deploy"))
    assert ids(world.find(str(given)), "pre-deploy") == ["shipped.item", "user.item", "given.item"]


@pytest.mark.parametrize("extends", ["", "base"])
def test_it_may_not_push_the_shipped_one_aside(world: World, extends: str) -> None:
    (world.shipped / "base.toml").write_text(text("base.item"))
    mine = world.user / "pre-deploy.toml"
    mine.write_text(text("user.item", extends))
    with pytest.raises(FaultyChecklistError) as caught:
        world.find().load("pre-deploy")
    [fault] = caught.value.faults
    assert str(fault) == (
        f"{mine}:5: extends: takes the place of {world.shipped / 'pre-deploy.toml'}; "
        'expected extends = "pre-deploy", or another file name.'
    )


def test_a_broken_list_of_the_users_is_no_reason_to_fall_back(world: World) -> None:
    (world.user / "pre-deploy.toml").write_text("title = ")
    with pytest.raises(FaultyChecklistError):
        world.find().load("pre-deploy")


def test_two_lists_of_one_name_in_one_place(world: World) -> None:
    (world.user / "team").mkdir()
    (world.user / "team" / "list.toml").write_text(text())
    (world.user / "team.toml").write_text(text())
    with pytest.raises(FaultyChecklistError, match=r"team/list\.toml:1: .* as .*/user/team\.toml is") as caught:
        world.find().load("team")
    assert len(caught.value.faults) == 1
    assert ids(world.find(), "pre-deploy") == ["shipped.item"], "others are not touched by it"


def test_a_name_can_be_typed(world: World) -> None:
    (world.user / "My List.toml").write_text(text())
    with pytest.raises(FaultyChecklistError, match="a list called 'My List'"):
        world.find().load("My List")


def test_links_in_the_users_folder_are_followed(world: World) -> None:
    real = world.elsewhere / "real.toml"
    real.write_text(text())
    (world.user / "team.toml").symlink_to(real)
    assert ids(world.find(), "team") == ["a.b"]


def test_what_is_no_file_does_not_hang_it(world: World) -> None:
    os.mkfifo(world.user / "team.toml")
    (world.user / "big.toml").write_bytes(b"#" * (1024 * 1024 + 1))
    lists = world.find()
    assert [fault.what for fault in lists.faults(lists.named("team"))] == ["is no plain file"]
    assert [fault.what for fault in lists.faults(lists.named("big"))] == ["holds 1048577 bytes"]


# The target's own.


def test_a_targets_list_is_not_read_before_it_is_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.own / "theirs.toml").write_text(text())
    monkeypatch.setattr("walkdown.checklist.lists.read_below", lambda root, relative, most: pytest.fail(relative))
    assert ("target:theirs", Origin.TARGET) in labels(world.find())


def test_it_is_known_as_the_targets_and_by_no_other_name(world: World) -> None:
    (world.own / "theirs.toml").write_text(text("theirs.item", "pre-deploy"))
    lists = world.find("target:theirs")
    assert ids(lists, "target:theirs") == ["shipped.item", "theirs.item"]
    assert lists.load("target:theirs").name == "target:theirs"
    with pytest.raises(ChecklistError, match="no checklist theirs"):
        lists.load("theirs")


def test_it_takes_nobodys_place(world: World) -> None:
    (world.own / "pre-deploy.toml").write_text(text("theirs.item"))
    assert ids(world.find(), "pre-deploy") == ["shipped.item"]
    assert ids(world.find("target:pre-deploy"), "target:pre-deploy") == ["theirs.item"]


def test_nobody_extends_it(world: World) -> None:
    (world.own / "theirs.toml").write_text(text())
    (world.user / "team.toml").write_text(text("b.c", "theirs"))
    with pytest.raises(
        FaultyChecklistError, match="'theirs' is no list that is known; expected one of pre-deploy, team"
    ):
        world.find().load("team")


def test_a_path_into_the_target_is_still_the_targets_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.own / "theirs.toml").write_text(text())
    (world.own / "link.toml").symlink_to(world.own / "theirs.toml")
    monkeypatch.chdir(world.target)
    for given in (str(world.own / "theirs.toml"), ".walkdown/checklists/theirs.toml"):
        lists = find_lists(world.shipped, world.user, (given,), Path())
        assert lists.load(lists.picked[0]).name == "target:theirs"
    lists = world.find(str(world.own / "link.toml"))
    assert [fault.what for fault in lists.faults(lists.picked[0])] == ["is no plain file"]


def test_links_and_large_files_of_a_target_are_not_read(world: World) -> None:
    secret = world.elsewhere / "secret.toml"
    secret.write_text(text())
    (world.own / "link.toml").symlink_to(secret)
    (world.own / "large.toml").write_text(text() + "#" * 64 * 1024)
    (world.own / "most.toml").write_text(text().ljust(64 * 1024, "#"))
    lists = world.find()
    assert [label for label, origin in labels(lists) if origin is Origin.TARGET] == ["target:large", "target:most"]
    [fault] = lists.faults(lists.named("target:large"))
    assert (fault.line, fault.key, fault.expected) == (0, "the file", "a checklist, which is smaller")
    assert ids(lists, "target:most") == ["a.b"]


@pytest.mark.parametrize("linked", [".walkdown", ".walkdown/checklists"])
def test_a_linked_folder_of_a_target_offers_nothing(world: World, tmp_path: Path, linked: str) -> None:
    (world.own / "theirs.toml").write_text(text())
    other = tmp_path / "other"
    (other / linked).parent.mkdir(parents=True)
    (other / linked).symlink_to(world.target / linked)
    assert labels(find_lists(world.shipped, target=other)) == [("pre-deploy", Origin.SHIPPED)]
