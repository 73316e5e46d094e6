"""One checklist file: from bytes to typed values, with every fault of it at once."""

from __future__ import annotations

import difflib
import re
import sys
import types
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec

from walkdown.checklist.faults import Fault
from walkdown.checklist.shape import Change, Head, Row, Topic
from walkdown.checklist.toml_lines import KeyPath, lines_of
from walkdown.model import Reach
from walkdown.model.hazards import HAZARDS
from walkdown.target.stack_names import (
    FILE_NAMES,
    FOLDERS,
    LANGUAGE_SUFFIXES,
    NODE_PACKAGES,
    PRISMA_PROVIDERS,
    PYTHON_PACKAGES,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TABLES = (PYTHON_PACKAGES, NODE_PACKAGES, FILE_NAMES, FOLDERS)
STACK_NAMES = frozenset(
    {name for table in _TABLES for _, name in table.values()}
    | set(LANGUAGE_SUFFIXES.values())
    | set(PRISMA_PROVIDERS.values())
    | {"docker", "kubernetes", "app-engine"}  # known by what a file holds, not by its name
)

_AT = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_BAD = object()
_MOST_DOTS = 300

Kind = TypeVar("Kind", Head, Topic)


class ReadFile(Generic[Kind]):
    """`value` is None where there are faults, `data` where the file could not be read. What later steps find wrong is
    added through `fault`."""

    def __init__(self, label: str, data: bytes | None, kind: type[Kind]) -> None:
        self.label = label
        self.faults: list[Fault] = []
        self.ids: list[tuple[str, str, KeyPath]] = []  # "item", "change" or "drop"; the id; the table
        self.extends = ""
        self.value: Kind | None = None
        self._lines: dict[KeyPath, int] = {}
        raw = None if data is None else self._parsed(data)
        if raw is not None:
            value = self._table(raw, kind, ())
            self.value = value if isinstance(value, kind) else None

    def fault(self, path: KeyPath, what: str, expected: str) -> None:
        self.faults.append(Fault(self.label, self.line(path), _words(path), what, expected))

    def line(self, path: KeyPath) -> int:
        """Of the thing itself, or of the innermost thing around it that has a line."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _parsed(self, data: bytes) -> dict[str, Any] | None:
        try:
            text = data.decode("utf-8-sig")
            if self._has_endless_key(text):
                return None
            raw = tomllib.loads(text)
            self._lines = lines_of(text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.faults.append(Fault(self.label, line, "text", "is not UTF-8", "a file saved as UTF-8"))
        except tomllib.TOMLDecodeError as error:
            self.faults.append(_syntax(self.label, text, str(error)))
        except RecursionError:
            self.faults.append(Fault(self.label, 1, "text", "is nested too deeply", "lists of plain values"))
        except ValueError as error:  # a number with thousands of digits
            self.faults.append(Fault(self.label, 1, "text", f"cannot be read ({error})", "TOML"))
        else:
            return raw
        return None

    def _has_endless_key(self, text: str) -> bool:
        """tomllib's time grows with the square of the parts of a key: minutes for a file of a few hundred KB."""
        for number, line in enumerate(text.split("\n"), 1):
            if line.count(".") > _MOST_DOTS:
                what = f"holds {line.count('.')} dots in one line"
                self.faults.append(Fault(self.label, number, "text", what, f"{_MOST_DOTS} at most"))
                return True
        return False

    def _table(self, raw: object, kind: type[msgspec.Struct], path: KeyPath) -> object:
        if not isinstance(raw, dict):
            self.fault(path, f"is {_short(raw)}", "a table of keys")
            return _BAD
        before = len(self.faults)
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for key in raw:
            if key not in fields:
                self.fault((*path, key), "is no key that is known here", _one_of(key, fields))
        good: dict[str, Any] = {}
        for name, field in fields.items():
            if name in raw:
                value = self._value(raw[name], field.type, (*path, name))
                if value is not _BAD:
                    good[field.name] = value
            elif field.required:
                self.fault((*path, name), "is missing", _expected(field.type))
        self._beyond_types(kind, raw, good, path)
        return kind(**good) if len(self.faults) == before else _BAD

    def _value(self, raw: object, annotation: Any, path: KeyPath) -> object:
        kind = _plain(annotation)
        if get_origin(kind) is tuple:
            return self._list(raw, get_args(kind)[0], path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._table(raw, kind, path)
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError:
            self.fault(path, f"is {_short(raw)}", _expected(kind))
            return _BAD

    def _list(self, raw: object, element: Any, path: KeyPath) -> object:
        if not isinstance(raw, list):
            self.fault(path, f"is {_short(raw)}", f"a list, in it {_expected(element)}")
            return _BAD
        values = tuple(self._value(one, element, (*path, number)) for number, one in enumerate(raw))
        return _BAD if any(value is _BAD for value in values) else values

    # What types cannot say. Each check takes what could be read so far, so that one fault does not hide the next.

    def _beyond_types(
        self, kind: type[msgspec.Struct], raw: Mapping[str, Any], good: Mapping[str, Any], path: KeyPath
    ) -> None:
        if kind is Head:
            self.extends = good.get("extends", "")
            if "section" not in raw:
                self._items_name_their_section(raw.get("item"))
        elif "id" in good:
            self.ids.append((str(path[0]), good["id"], path))
        for key in ("hazards", "evidence"):
            self._known(good.get(key, ()), (*path, key), HAZARDS, "hazard")
        self._known(good.get("applies", ()), (*path, "applies"), STACK_NAMES, "part of a stack")
        if kind is Row and "reach" in good:
            self._age(good["reach"], raw, path)
        if kind is Change and len(raw) == 1 and "id" in raw:
            self.fault(path, "changes nothing", "at least one key beside the id")

    def _items_name_their_section(self, items: object) -> None:
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and "section" not in item:
                path = ("item", number, "section")
                self.fault(path, "is missing", "a section here, or one for all items at the top of the file")

    def _known(self, names: tuple[str, ...], path: KeyPath, known: Collection[str], what: str) -> None:
        for number, name in enumerate(names):
            if name not in known:
                self.fault((*path, number), f"{_short(name)} is no {what} that walkdown knows", _one_of(name, known))

    def _age(self, reach: Reach, raw: Mapping[str, Any], path: KeyPath) -> None:
        if reach is Reach.HUMAN and "max-age-days" not in raw:
            self.fault((*path, "max-age-days"), "is missing", "a number of days, as reach is human")
        if reach is not Reach.HUMAN and "max-age-days" in raw:
            self.fault((*path, "max-age-days"), f"stands beside reach = {_short(reach.value)}", "it only beside human")


def _syntax(label: str, text: str, message: str) -> Fault:
    found = _AT.fullmatch(message)
    if found is None or found["line"] is None:
        line = text.count("\n") + (not text.endswith("\n"))
        return Fault(label, max(line, 1), "text", found["what"] if found else message, "TOML")
    return Fault(label, int(found["line"]), f"column {found['column']}", found["what"], "TOML")


def _plain(annotation: Any) -> Any:
    """Without the "or nothing" that a default brings along."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    rest = [one for one in get_args(annotation) if one not in (msgspec.UnsetType, type(None))]
    return rest[0]


def _expected(annotation: Any) -> str:
    kind = _plain(annotation)
    if get_origin(kind) is tuple:
        return f"a list, in it {_expected(get_args(kind)[0])}"
    if get_origin(kind) is Annotated:
        return next((note.description for note in get_args(kind)[1:] if note.description), "a value")
    return "tables"


def _one_of(name: str, known: Collection[str]) -> str:
    few = len(known) <= 20
    close = difflib.get_close_matches(name, known, 2, 0.6 if few else 0.75)
    if close:
        return " or ".join(close)
    return "one of " + ", ".join(known) if few else "one of those that are known"


def _words(path: KeyPath) -> str:
    """`reach of item 3` for ("item", 2, "reach"): people count from one."""
    if not path:
        return "the file"
    if len(path) == 1 or not isinstance(path[1], int):
        return str(path[0])
    if path[0] not in ("item", "change", "drop"):
        return f"{path[0]}, element {path[1] + 1}"
    table = f"{path[0]} {path[1] + 1}"
    return f"{path[2]} of {table}" if len(path) > 2 else table


def _short(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    shown = text if len(text) <= 60 else f"{text[:50]}…"
    return f"{shown} ({len(value)} characters)" if isinstance(value, str) and len(value) > 30 else shown
