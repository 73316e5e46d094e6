"""Which checklist a review walks: what was asked for, what the user or the accepted project config names, or ours."""

from __future__ import annotations

from pathlib import Path

from walkdown.checklist import Checklist
from walkdown.checklist.inherit import checklist_of
from walkdown.checklist.load import Lists, Origin, find_lists, shipped_lists
from walkdown.errors import ChecklistError
from walkdown.model import Item
from walkdown.settings import Settings


def known_lists(settings: Settings, root: str) -> Lists:
    """All there are, a target's own among them: those are only ever offered."""
    return find_lists(shipped_lists(), settings.folders.config / "checklists", settings.checklists, Path(root))


def offered_lists(settings: Settings, root: str) -> tuple[str, ...]:
    """What `--checklist` takes for the lists that the target brings along and nobody asked for. Not read."""
    lists = known_lists(settings, root)
    return tuple(one.label for one in lists.known if one.origin is Origin.TARGET and one not in lists.picked)


def chosen_list(settings: Settings, root: str) -> Checklist:
    """Several lists are walked one after the other; an item that two of them share is asked once."""
    lists = known_lists(settings, root)
    loaded = [lists.load(known) for known in lists.picked]
    if len(loaded) == 1:
        return loaded[0]
    items: dict[str, Item] = {}
    for one in loaded:
        for item in one.items:
            if items.setdefault(item.id, item) != item:
                what = f"The checklists {_names(loaded)} both have an item {item.id}, and they differ."
                raise ChecklistError(what, "Let one of them extend the other, and name only that one.")
    return checklist_of(_names(loaded), _joined(loaded, "title"), _joined(loaded, "version"), items.values())


def _names(lists: list[Checklist]) -> str:
    return " + ".join(one.name for one in lists)


def _joined(lists: list[Checklist], field: str) -> str:
    return " + ".join(str(getattr(one, field)) for one in lists)
