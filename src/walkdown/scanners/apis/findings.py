"""From a name that is not there to what a person is told."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.place import FilePlace
from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.apis import texts
from walkdown.scanners.apis.answer import Installed
from walkdown.scanners.apis.python_uses import Place
from walkdown.scanners.apis.sides import is_test

MOST_PLACES = 20
_SHOWN = re.compile(r"[\w.@/+!$-]{1,120}")


class Lack(msgspec.Struct, frozen=True):
    """`what`: the name, module or argument that is not there. `of`: the module or function it was asked of."""

    rule: Rule
    of: str
    what: str
    path: str
    place: Place
    installed: Installed
    near: str = ""


def findings_for(lacks: Iterable[Lack]) -> list[Finding]:
    """One for each name, with all places it is asked for."""
    together: dict[tuple[str, str, str], list[Lack]] = defaultdict(list)
    for lack in lacks:
        together[lack.rule.id, lack.of, lack.what].append(lack)
    return [
        _finding(sorted(found, key=lambda one: (is_test(one.path), one.path, one.place.line, one.place.column)))
        for _, found in sorted(together.items())
    ]


def nearest(name: str, names: Iterable[str]) -> str:
    """A name so close that it was probably meant; empty where there is none."""
    public = [one for one in names if not one.startswith("_")][:5000]
    found = difflib.get_close_matches(name, public, n=1, cutoff=0.82)
    return found[0] if found else ""


def _finding(lacks: Sequence[Lack]) -> Finding:
    first = lacks[0]
    package = " ".join(_plain(part) for part in (first.installed.name, first.installed.version) if part)
    title = {
        texts.ARGUMENT.id: f"{_plain(first.of)} takes no argument {_plain(first.what)}",
        texts.MODULE.id: f"{package} has no module {_plain(first.what)}",
    }.get(first.rule.id, f"{_plain(first.of)} has no {_plain(first.what)}")
    hint = f" Held against the installed copy of {package}."
    if first.near:
        hint += f" It has {_plain(first.near)}."
    rule = msgspec.structs.replace(first.rule, title=title, message=first.rule.message + hint)
    severity = Severity.LOW if is_test(first.path) else Severity.HIGH
    places = tuple(_file_place(one) for one in lacks[1 : MOST_PLACES + 1])
    source = (Source(texts.TOOL, rule.id),)
    return Finding(rule, severity, Confidence.SURE, _file_place(first), sources=source, places=places)


def _file_place(lack: Lack) -> FilePlace:
    place = lack.place
    return FilePlace(lack.path, place.line, place.column, place.end_line, place.end_column)


def _plain(text: str) -> str:
    """Names come from the target and from packages; what is no plain name is not repeated."""
    return text if _SHOWN.fullmatch(text) else "…"
