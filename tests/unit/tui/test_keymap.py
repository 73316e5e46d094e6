"""Keys of the person's own: what does not exist or clashes is told in one line; the rest becomes what the app takes."""

from __future__ import annotations

import pytest

from walkdown.errors import SettingsError
from walkdown.tui.keymap import keymap, spoken
from walkdown.tui.keys import KEYS


def test_characters_become_what_the_app_calls_them() -> None:
    assert keymap({"help": "h, ?", "undo": "ctrl+z", "list.filter": "/"}) == (
        ("help", "h,question_mark"),
        ("undo", "ctrl+z"),
        ("list.filter", "slash"),
    )


def test_every_action_is_in_the_table_once() -> None:
    """Who remaps a move remaps it everywhere. Only decisions have a name for each kind of thing that is decided."""
    kinds = ("item", "finding", "gap", "evidence")
    same = [(one.action, one.keys) for one in KEYS if one.id.partition(".")[0] not in kinds]
    assert len(same) == len(set(same))


def test_two_keys_may_change_places() -> None:
    keymap({"item.pass": "x", "item.needs-work": "p"})


def test_what_is_never_on_one_screen_may_share_a_key() -> None:
    keymap({"item.pass": "z", "finding.real": "z", "gap.waive": "z"})


@pytest.mark.parametrize(
    ("configured", "words"),
    [
        ({"itm.pass": "z"}, "[keys] itm.pass: there is no such action. Did you mean item.pass"),
        ({"undo": "ctrl-z"}, "[keys] undo: 'ctrl-z' is no key."),
        ({"undo": ""}, "is no key."),
        ({"undo": "\x1b"}, "is no key."),
        ({"undo": "crtl+z"}, "is no key."),
        ({"undo": "q"}, "q would be both"),
        ({"item.pass": "x"}, "x would be both"),
        ({"undo": "f1", "redo": "f1"}, "f1 would be both"),
        ({"item.note": "?"}, "? would be both"),
    ],
)
def test_a_mistake_is_one_clear_line(configured: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        keymap(configured)
    assert words in str(caught.value)


def test_every_default_could_be_written_by_a_person() -> None:
    """Whoever copies a key out of the help and maps it to the same action gets no error."""
    for key in KEYS:
        keymap({key.id: key.keys})


def test_keys_are_told_as_they_stand_on_the_keyboard() -> None:
    assert [spoken(key) for key in ("right_square_bracket", "question_mark", "ctrl+p", "escape", "plus", "+")] == [
        "]", "?", "ctrl+p", "esc", "+", "+",
    ]  # fmt: skip
