"""`walkdown checklist`: which lists there are, what one asks, and what is wrong in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap

import click
import msgspec

from walkdown.checklist.load import Checklist, Drop, Fault, Known, Lists, Origin, find_lists, shipped_lists
from walkdown.cli.exits import FINE, USAGE
from walkdown.errors import UsageError
from walkdown.model import Item, Reach
from walkdown.record.plain import json_bytes
from walkdown.safetext import columns, for_terminal
from walkdown.settings import Folders

_WIDTH = 88
_REACH = {Reach.DECIDES: "a scanner may set needs-work, never pass", Reach.INFORMS: "scanners inform, you decide"}


class WireList(msgspec.Struct, frozen=True, omit_defaults=True):
    """`read` is false for a target's own list, which nobody asked for by its label."""

    name: str
    origin: Origin
    path: str
    read: bool
    title: str = ""
    version: str = ""
    items: int = 0
    blocking: int = 0
    digest: str = ""
    faults: tuple[Fault, ...] = ()


class WireLists(msgspec.Struct, frozen=True):
    schema: str
    lists: tuple[WireList, ...]


class WireChecklist(msgspec.Struct, frozen=True):
    schema: str
    name: str
    title: str
    version: str
    digest: str
    items: tuple[Item, ...]
    dropped: tuple[Drop, ...]


class WireFaults(msgspec.Struct, frozen=True):
    schema: str
    faults: tuple[Fault, ...]


def list_lists(path: str, form: str) -> int:
    lists = _lists((), path)
    rows = tuple(_row(lists, known) for known in lists.known)
    if form == "json":
        _write(WireLists("walkdown.checklists/1", rows))
    else:
        click.echo("\n".join(_table(rows)))
    return FINE


def show_list(name: str, path: str, form: str) -> int:
    lists = _lists((name,), path)
    checklist = lists.load(lists.picked[0])
    if form == "json":
        fields = {field: getattr(checklist, field) for field in Checklist.__struct_fields__}
        _write(WireChecklist("walkdown.checklist/1", **fields))
    else:
        click.echo("\n".join(_text(checklist)))
    return FINE


def check_lists(files: Sequence[str], form: str) -> int:
    """Each file with the list it belongs to, on top of the list it extends."""
    lists = _lists([name if "/" in name else f"./{name}" for name in files], ".")
    faults: list[Fault] = []
    lines: list[str] = []
    for known in dict.fromkeys(lists.picked):
        found = lists.faults(known)
        faults += found
        if found:
            lines += [for_terminal(str(fault)) for fault in found]
        else:
            lines.append(f"{for_terminal(str(known.path))}: no fault, {len(lists.load(known).items)} items.")
    if form == "json":
        _write(WireFaults("walkdown.checklist-faults/1", tuple(faults)))
    else:
        click.echo("\n".join(lines))
    return USAGE if faults else FINE


def _lists(given: Sequence[str], path: str) -> Lists:
    if not Path(path).is_dir():
        raise UsageError(f"{path} is no folder.", "Name the repository whose own lists you want to see.")
    return find_lists(shipped_lists(), Folders.of_user().config / "checklists", given, Path(path))


def _row(lists: Lists, known: Known) -> WireList:
    path = str(known.path)
    if known.origin is Origin.TARGET:
        return WireList(known.label, known.origin, path, read=False)
    faults = lists.faults(known)
    if faults:
        return WireList(known.label, known.origin, path, read=True, faults=faults)
    loaded = lists.load(known)
    blocking = sum(item.blocking for item in loaded.items)
    return WireList(
        known.label, known.origin, path, True, loaded.title, loaded.version, len(loaded.items), blocking, loaded.digest
    )


def _table(rows: Sequence[WireList]) -> Iterator[str]:
    names = [for_terminal(row.name, width=40) for row in rows]
    wide = max(map(columns, names))
    yield f"{'name':<{wide}}  from     items  blocking  version  path"
    for name, row in zip(names, rows, strict=True):
        start = f"{name}{' ' * (wide - columns(name))}  {row.origin.value:<7}"
        path = for_terminal(row.path)
        if not row.read:
            yield f"{start}  not read: the target's own. To read it: walkdown checklist show {name}"
        elif row.faults:
            count = f"{len(row.faults)} {'fault' if len(row.faults) == 1 else 'faults'}"
            yield f"{start}  {count}. To see them: walkdown checklist check {path}"
        else:
            yield f"{start}  {row.items:>5}  {row.blocking:>8}  {for_terminal(row.version):<7}  {path}"


def _text(checklist: Checklist) -> Iterator[str]:
    blocking = sum(item.blocking for item in checklist.items)
    title, name, version = map(for_terminal, (checklist.title, checklist.name, checklist.version))
    yield f"{title}  ({name}, version {version})"
    yield f"{len(checklist.items)} items, {blocking} of them blocking"
    yield f"sha256 {checklist.digest}"
    for section, items in groupby(checklist.items, key=lambda item: item.section):
        yield ""
        yield for_terminal(section)
        for item in items:
            yield ""
            yield from _item(item)
    if checklist.dropped:
        yield ""
        yield "Dropped from the list that this one extends"
        for drop in checklist.dropped:
            yield from _folded(f"{for_terminal(drop.id)}  ", drop.reason)


def _item(item: Item) -> Iterator[str]:
    yield f"  {for_terminal(item.title)}  ·  {for_terminal(item.id)}"
    reach = _REACH.get(item.reach) or f"only a person can tell, every {item.max_age_days} days"
    yield f"    {'blocking' if item.blocking else 'not blocking'} · {reach}"
    yield from _folded("Why     ", item.why)
    yield from _folded("Do      ", item.do)
    yield from _folded("Look    ", item.look)
    yield from _folded("Against ", ", ".join(item.hazards))
    yield from _folded("For     ", ", ".join(item.evidence))
    yield from _folded("Where   ", ", ".join(item.applies))
    for reference in item.references:
        yield from _folded("Read    ", reference)


def _folded(label: str, text: str) -> Iterator[str]:
    """Nothing where there is no text; addresses stay in one piece."""
    lines = wrap(for_terminal(text), _WIDTH - 4 - len(label), break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines):
        yield f"    {label if number == 0 else ' ' * len(label)}{line}"


def _write(value: msgspec.Struct) -> None:
    click.get_binary_stream("stdout").write(json_bytes(value) + b"\n")
