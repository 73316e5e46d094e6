"""`--checklist` walks another list, and names the ones there are when it is not there."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from helpers.command import Command
from helpers.repos import make_repo

pytestmark = [pytest.mark.tool]

LIST = """
title = "Release"
version = "1"
section = "House"

[[item]]
id = "house.told"
title = "Support was told"
why = "Support learns of a change from angry customers. They can help nobody that day."
do = "Tell them."
look = "Who was told?"
reach = "human"
max-age-days = 7
"""


@pytest.fixture
def walkdown(tmp_path: Path) -> Command:
    return Command(tmp_path / "own")


def test_another_list_is_walked_on_request_only(walkdown: Command, tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"notes.md": "hello\n"})
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "release.toml").write_text(LIST)
    asked = ("item", "list", str(repo), "--offline", "--format", "json")
    usual = msgspec.json.decode(walkdown(*asked).out)
    assert len(usual["items"]) > 30
    other = msgspec.json.decode(walkdown(*asked, "--checklist", str(tmp_path / "lists" / "release.toml")).out)
    assert [item["id"] for item in other["items"]] == ["house.told"]
    wrong = walkdown(*asked, "--checklist", "relase")
    assert wrong.code == 2
    assert "There is no checklist relase" in wrong.err
    assert "pre-deploy" in wrong.err
