"""Checklists from TOML: the door to them for the other rooms."""

from __future__ import annotations

from pathlib import Path

from walkdown.checklist.faults import Fault, FaultyChecklistError
from walkdown.checklist.lists import DEFAULT, Known, Lists, Origin, find_lists
from walkdown.checklist.shape import Checklist, Drop

__all__ = [
    "DEFAULT",
    "Checklist",
    "Drop",
    "Fault",
    "FaultyChecklistError",
    "Known",
    "Lists",
    "Origin",
    "find_lists",
    "load_folder",
    "shipped",
    "shipped_lists",
]


def shipped_lists() -> Path:
    """Beside the package in an installed wheel, at the top of the repo in a checkout."""
    inside = Path(__file__).parents[1] / "checklists"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "checklists"


def shipped() -> Path:
    """The list that is walked where nobody asks for another."""
    return shipped_lists() / DEFAULT


def load_folder(folder: Path) -> Checklist:
    """One list by its folder or file, on top of the shipped ones."""
    lists = find_lists(shipped_lists(), given=(f"{folder}/",))
    return lists.load(lists.picked[0])
