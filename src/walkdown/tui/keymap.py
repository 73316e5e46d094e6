"""Keys as the person has them: the `[keys]` table of the config held against ours, and how keys are written."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping

from textual.keys import Keys, _character_to_key, format_key

from walkdown.errors import SettingsError
from walkdown.tui.keys import KEYS, Key
from walkdown.tui.keys import key as find

_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_NAMES = frozenset(one.value for one in Keys if not one.value.startswith("<"))
# Never seen on one screen together, so that they may share a key.
_APART = ("start", "item", "finding", "gap", "door", "scan.stop")
_GROUPS = (
    ("Go to", ("mode", "start")),
    ("Move", ("move", "list")),
    ("Decide", ("item", "finding", "gap", "door", "undo", "redo", "sign")),
    ("Look", ("evidence", "place", "scan")),
    ("Always", ("pair", "help", "palette", "quit")),
)
_PLAIN = {"escape": "esc", "right_square_bracket": "]", "left_square_bracket": "[", "space": "space"}


def keymap(configured: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """For the app, from the config. One clear sentence where a name or a key does not exist, or two clash."""
    known = {one.id: one for one in KEYS}
    for name, keys in configured.items():
        if name not in known:
            raise SettingsError(f"[keys] {name}: there is no such action.", _meant(name, known))
        for key in keys.split(","):
            _check_key(name, key.strip())
    mapped = tuple((name, ",".join(map(_long, keys.split(",")))) for name, keys in configured.items())
    _check_clashes(dict(mapped))
    return mapped


def keys_now(one: Key, mapped: Mapping[str, str]) -> str:
    """As a person reads them: `j or down`."""
    return " or ".join(map(spoken, mapped.get(one.id, one.keys).split(",")))


def spoken(key: str) -> str:
    *modifiers, name = key.strip().split("+") if key.strip() != "+" else ["+"]
    return "+".join([*modifiers, _PLAIN.get(name) or format_key(name)])


def grouped(ids: Iterable[str]) -> list[tuple[str, list[Key]]]:
    """Those of the table that are among `ids`, under headings, in the table's order."""
    wanted = set(ids)
    groups: list[tuple[str, list[Key]]] = []
    for title, heads in _GROUPS:
        keys = [one for one in KEYS if one.id in wanted and one.id.partition(".")[0] in heads]
        if keys:
            groups.append((title, keys))
    return groups


def _check_key(name: str, key: str) -> None:
    *modifiers, last = key.split("+") if key not in ("", "+") else [key]
    single = len(last) == 1 and unicodedata.category(last)[0] not in "CZ"
    named = last in _NAMES or last in _long_names()
    if not (single or named) or any(one not in _MODIFIERS for one in modifiers):
        how = "Write a character, or a name as: f5, ctrl+x, space, slash, escape, pagedown."
        raise SettingsError(f"[keys] {name}: {key!r} is no key.", how)


def _check_clashes(mapped: Mapping[str, str]) -> None:
    taken: dict[str, list[str]] = {}
    for one in KEYS:
        for key in map(_long, mapped.get(one.id, one.keys).split(",")):
            for other in taken.get(key, ()):
                changed = key not in _usual(one.id) or key not in _usual(other)
                if changed and not _apart(one.id, other):
                    raise SettingsError(
                        f"[keys]: {spoken(key)} would be both {other} and {one.id}.", "Give one of them another key."
                    )
            taken.setdefault(key, []).append(one.id)


def _usual(name: str) -> tuple[str, ...]:
    return tuple(map(_long, find(name).keys.split(",")))


def _apart(one: str, other: str) -> bool:
    first, second = (next((head for head in _APART if name.startswith(head)), "") for name in (one, other))
    return bool(first and second) and first != second


def _long(key: str) -> str:
    """As Textual calls it: `question_mark` for `?`."""
    key = key.strip()
    *modifiers, last = key.split("+") if key != "+" else ["+"]
    return "+".join([*modifiers, _character_to_key(last) if len(last) == 1 else last])


def _long_names() -> frozenset[str]:
    """What Textual calls the characters one can type."""
    return frozenset(_character_to_key(chr(code)) for code in range(33, 127))


def _meant(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(names)}."
