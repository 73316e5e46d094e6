"""A list as it is written, and what becomes of it on top of the list it extends."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import rfc8785

from walkdown.checklist.faults import Fault
from walkdown.checklist.read import ReadFile
from walkdown.checklist.shape import Change, Checklist, Drop, Head, Row, Topic
from walkdown.checklist.toml_lines import KeyPath
from walkdown.model import Item, Reach


class Draft:
    """All files of one list, read and held against each other, but not yet against the list they extend."""

    def __init__(self, head: ReadFile[Head], topics: Iterable[ReadFile[Topic]] = ()) -> None:
        self.head = head
        self.topics = tuple(topics)
        self._ids_stand_once()

    @property
    def files(self) -> tuple[ReadFile[Head] | ReadFile[Topic], ...]:
        return (self.head, *self.topics)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(sorted(fault for file in self.files for fault in file.faults))

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Each item of its own with its section."""
        for file in self.files:
            if file.value is not None:
                yield from ((row.section or file.value.section, row) for row in file.value.item)

    def _ids_stand_once(self) -> None:
        first: dict[tuple[str, str], str] = {}
        for file in self.files:
            for kind, name, path in file.ids:
                # A change and a drop of the same item contradict one another as much as two changes do.
                key = ("item" if kind == "item" else "change", name)
                if key in first:
                    file.fault((*path, "id"), f"{name!r} stands in {first[key]} already", "an id that stands once")
                first.setdefault(key, f"{file.label}:{file.line((*path, 'id'))}")


def combine(draft: Draft, name: str, parent: Checklist | None) -> Checklist | None:
    """The list as it is asked; None where the draft has faults, some of which only show against the parent."""
    inherited = {item.id: item for item in parent.items} if parent else {}
    for file in draft.files:
        for kind, item_id, path in file.ids:
            _check_id(file, kind, item_id, (*path, "id"), inherited)
    head = draft.head.value
    if head is not None:
        _apply_changes(draft.head, head.change, inherited)
    own = [_item(section, row) for section, row in draft.rows()]
    dropped = {drop.id for drop in head.drop} if head else set()
    items = [item for item in (*inherited.values(), *own) if item.id not in dropped]
    if head is not None:
        _check_sections(draft.head, head, items)
    if draft.faults or head is None:
        return None
    if not items:
        draft.head.fault((), "holds no item", "an [[item]], or a list to extend")
        return None
    drops = (*(parent.dropped if parent else ()), *head.drop)
    return checklist_of(name, head.title, head.version, _in_sections(items, head.sections), drops)


def checklist_of(name: str, title: str, version: str, items: Iterable[Item], dropped: Iterable[Drop] = ()) -> Checklist:
    """With the digest of what it asks: equal lists have equal digests, however they are written down."""
    whole = Checklist(name, title, version, tuple(items), "", tuple(dropped))
    return msgspec.structs.replace(whole, digest=hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(whole))).hexdigest())


def _check_id(
    file: ReadFile[Head] | ReadFile[Topic], kind: str, item_id: str, path: KeyPath, inherited: dict[str, Item]
) -> None:
    if kind == "item" and item_id in inherited:
        file.fault(path, f"{item_id!r} comes from the extended list", "an id of its own, or a [[change]]")
    elif kind != "item" and item_id not in inherited:
        close = difflib.get_close_matches(item_id, inherited, 3, 0.6)
        expected = " or ".join(close) or "the id of an item there"
        file.fault(path, f"{item_id!r} is no item of the extended list", expected)


def _apply_changes(file: ReadFile[Head], changes: Iterable[Change], items: dict[str, Item]) -> None:
    for number, change in enumerate(changes):
        if change.id not in items:
            continue  # told as a fault of its id
        new = {name: getattr(change, name) for name in Change.__struct_fields__}
        new = _flowing({name: value for name, value in new.items() if value is not msgspec.UNSET})
        item = msgspec.structs.replace(items[change.id], **new)
        if item.reach is not Reach.HUMAN and change.max_age_days is msgspec.UNSET:
            item = msgspec.structs.replace(item, max_age_days=None)
        items[change.id] = item
        path = ("change", number, "max-age-days")
        if item.reach is Reach.HUMAN and item.max_age_days is None:
            file.fault(path, "is missing", "a number of days, as reach is human")
        if item.reach is not Reach.HUMAN and item.max_age_days is not None:
            file.fault(path, f"stands beside reach = {item.reach.value!r}", "it only beside human")


def _check_sections(file: ReadFile[Head], head: Head, items: Iterable[Item]) -> None:
    known = {item.section for item in items}
    for number, section in enumerate(head.sections):
        if section not in known:
            close = difflib.get_close_matches(section, known, 1, 0.6)
            file.fault(("sections", number), f"{section!r} has no items", "".join(close) or "a section of this list")


def _in_sections(items: list[Item], first: Iterable[str]) -> list[Item]:
    """Sections as named, then the others as they come; items of one section together."""
    order = list(dict.fromkeys((*first, *(item.section for item in items))))
    return sorted(items, key=lambda item: order.index(item.section))


def _item(section: str, row: Row) -> Item:
    fields = _flowing({name: getattr(row, name) for name in Row.__struct_fields__})
    return Item(**{**fields, "section": section})


def _flowing(fields: dict[str, Any]) -> dict[str, Any]:
    """A file may break its lines where it likes; every screen breaks them anew."""
    return {
        name: re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else value for name, value in fields.items()
    }
