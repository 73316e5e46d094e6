"""Checklists from TOML: one file a topic, every fault named with file and key."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from walkdown.errors import ChecklistError
from walkdown.model import Item, Reach

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """An item as it is written; the section comes from the file around it."""

    id: str
    title: str
    why: str
    do: str
    look: str
    reach: Reach
    hazards: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    applies: tuple[str, ...] = ()
    blocking: bool = True
    max_age_days: int | None = None
    references: tuple[str, ...] = ()


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    section: str
    order: int
    item: tuple[Row, ...]


class Checklist(msgspec.Struct, frozen=True):
    name: str
    items: tuple[Item, ...]


def shipped() -> Path:
    """Beside the package in an installed wheel, at the top of the repo in a checkout."""
    inside = Path(__file__).parents[1] / "checklists"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "checklists"


def load_folder(folder: Path) -> Checklist:
    topics = [_read(path) for path in sorted(folder.glob("*.toml"))]
    if not topics:
        raise ChecklistError(f"No checklist (*.toml) in {folder}.", "Reinstall walkdown, or name another folder.")
    items = [_item(topic, row) for topic in sorted(topics, key=lambda topic: topic.order) for row in topic.item]
    twice = sorted({item.id for item in items if sum(other.id == item.id for other in items) > 1})
    if twice:
        raise ChecklistError(f"{folder}: item ids stand twice: {', '.join(twice)}.", "Give each item an id of its own.")
    return Checklist(folder.name, tuple(items))


def _read(path: Path) -> Topic:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Topic)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ChecklistError(f"{path.name}: {error}.", f"Mend {path}.") from error


def _item(topic: Topic, row: Row) -> Item:
    return Item(section=topic.section, **{name: getattr(row, name) for name in Row.__struct_fields__})
