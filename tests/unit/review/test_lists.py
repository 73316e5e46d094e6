"""Which checklist is walked: ours, the user's choice, or several; never a target's own by itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from walkdown.errors import ChecklistError
from walkdown.review.lists import chosen_list, known_lists
from walkdown.settings import Folders, Settings

LIST = """
title = "{title}"
version = "1"
section = "House"

[[item]]
id = "{item}"
title = "{title}"
why = "One sentence. And another."
do = "Do it."
look = "{look}"
reach = "human"
max-age-days = 30
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(Folders(tmp_path / "config", tmp_path / "cache", tmp_path / "state"))


def put(folder: Path, name: str, item: str, look: str = "Is it so?") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(LIST.format(title=name.title(), item=item, look=look))


def asked(settings: Settings, *names: str) -> Settings:
    return msgspec.structs.replace(settings, checklists=names)


def test_without_a_word_it_is_ours(settings: Settings, tmp_path: Path) -> None:
    put(settings.folders.config / "checklists", "team", "team.a")
    assert chosen_list(settings, str(tmp_path)).name == "pre-deploy"


def test_the_users_own_and_several_at_once(settings: Settings, tmp_path: Path) -> None:
    own = settings.folders.config / "checklists"
    put(own, "team", "team.a")
    put(own, "release", "release.a")
    assert [item.id for item in chosen_list(asked(settings, "team"), str(tmp_path)).items] == ["team.a"]
    both = chosen_list(asked(settings, "team", "release"), str(tmp_path))
    assert ([item.id for item in both.items], both.name) == (["team.a", "release.a"], "team + release")


def test_two_lists_that_mean_different_things_by_one_id_are_refused(settings: Settings, tmp_path: Path) -> None:
    own = settings.folders.config / "checklists"
    put(own, "team", "same.a")
    put(own, "twin", "same.a")
    put(own, "other", "same.a", look="Something else?")
    with pytest.raises(ChecklistError, match="both have an item same"):
        chosen_list(asked(settings, "team", "other"), str(tmp_path))


def test_a_targets_own_list_is_offered_and_never_taken(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path / ".walkdown" / "checklists", "theirs", "easy.a")
    assert chosen_list(settings, str(tmp_path)).name == "pre-deploy"
    assert "target:theirs" in {known.label for known in known_lists(settings, str(tmp_path)).known}
    with pytest.raises(ChecklistError, match="no checklist theirs"):
        chosen_list(asked(settings, "theirs"), str(tmp_path))
    assert chosen_list(asked(settings, "target:theirs"), str(tmp_path)).items[0].id == "easy.a"
