"""Which of many findings a typed filter leaves. Pure; made so that a key stroke over 100,000 stays under a blink."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import TypeVar

import msgspec

from walkdown.checklist import is_over
from walkdown.model import Finding, Kind, Rule, Severity, Source, Standing, Subject, Verdict, path_of
from walkdown.model.hazards import HAZARDS
from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, RepoPlace

OPEN, REAL, FALSE, ACCEPTED = range(4)
STATES = ("open", "real", "false", "accepted")
"""What the user types after `state:`, in the order of the numbers above."""

VERDICTS = (None, Verdict.REAL, Verdict.FALSE_POSITIVE, Verdict.ACCEPTED)
"""By the same numbers."""

_SEVERITIES = tuple(Severity)
_SEVERITY_NAMES = tuple(one.value for one in _SEVERITIES)
_KEYS = {"sev": "sev", "severity": "sev", "tool": "tool", "path": "path", "hazard": "hazard", "state": "state"}
_CWE = re.compile(r"cwe[-:]?(\d{1,9})")
_PLACE = re.compile(r"(.+?):(\d{1,9})")
_T = TypeVar("_T")
_WILD = re.compile(r"[*?\[]")


class Query(msgspec.Struct, frozen=True):
    """Every word must be found; of what is named by a key (`sev:`), one of several is enough. `faults`: what was not
    understood, in words for the person who typed it."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    severities: frozenset[int] = frozenset()
    tools: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    cwes: frozenset[int] = frozenset()
    states: frozenset[int] = frozenset()
    faults: tuple[str, ...] = ()


def parse(text: str) -> Query:
    found: dict[str, list[str]] = {}
    for word in text.lower().split():
        key, value = _key_of(word)
        if value:
            found.setdefault(key, []).append(value)
    faults: list[str] = []
    return Query(
        words=tuple(found.get("word", ())),
        without=tuple(found.get("without", ())),
        severities=_named("sev", found, _SEVERITY_NAMES, faults),
        tools=tuple(found.get("tool", ())),
        paths=tuple(found.get("path", ())),
        hazards=tuple(found.get("hazard", ())),
        cwes=frozenset(int(one) for one in found.get("cwe", ())),
        states=_named("state", found, STATES, faults),
        faults=tuple(faults),
    )


def _key_of(word: str) -> tuple[str, str]:
    """Under which key a word counts, and its value; an empty value is one that is still being typed."""
    key, colon, value = word.partition(":")
    if colon and key in _KEYS:
        return _KEYS[key], value
    if word.startswith("cwe"):
        cwe = _CWE.fullmatch(word)
        return ("cwe", cwe.group(1)) if cwe else ("word", word.rstrip("-:"))
    if word in _SEVERITY_NAMES:
        return "sev", word
    if word.startswith("-"):
        return "without", word[1:]
    return ("path" if _WILD.search(word) else "word"), word


def _named(key: str, found: dict[str, list[str]], known: Sequence[str], faults: list[str]) -> frozenset[int]:
    """Numbers of the names that begin as typed, so that a half-typed one narrows already."""
    chosen: set[int] = set()
    for start in found.get(key, ()):
        fitting = [number for number, name in enumerate(known) if name.startswith(start)]
        if not fitting:
            faults.append(f"{key}: {', '.join(known)}")
        chosen.update(fitting)
    return frozenset(chosen)


class Where(msgspec.Struct, frozen=True):
    """Where findings are, without the line. `text`: what a search looks through, in lower case."""

    path: str
    text: str


class Columns:
    """Findings taken apart: each rule and each place once, the rows as numbers. A filter asks each of the few things
    instead of each of the many findings."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        self.row_of = {one.id: row for row, one in enumerate(findings) if one.id}
        rank = {severity: number for number, severity in enumerate(_SEVERITIES)}
        self.severity = bytes([rank[one.severity] for one in findings])
        self.rules, self.rule = _numbered([one.rule for one in findings])
        self.tellers, self.teller = _numbered([one.sources for one in findings])
        places = [one.place for one in findings]
        self.line = [0 if isinstance(place, RepoPlace) else place.line for place in places]
        keys = [place.path if type(place) is FilePlace else _where_key(place) for place in places]
        firsts: dict[object, int] = {}
        self.where = [firsts.setdefault(key, len(firsts)) for key in keys]
        self.wheres = [Where(key, key.lower()) if isinstance(key, str) else _where(key) for key in firsts]

    def __len__(self) -> int:
        return len(self.findings)

    def rows(self, query: Query, order: Sequence[int], states: Sequence[int]) -> list[int]:
        """The rows of `order` that the query leaves, in that order. `states`: for each row one of OPEN, REAL, …"""
        rows = list(order)
        if query.severities:
            rows = [row for row in rows if self.severity[row] in query.severities]
        if query.states:
            rows = [row for row in rows if states[row] in query.states]
        if query.hazards:
            rows = self._by_rule(rows, lambda rule: any(part in _hazard_text(rule) for part in query.hazards))
        if query.cwes:
            rows = self._by_rule(rows, lambda rule: not query.cwes.isdisjoint(rule.cwe))
        if query.tools:
            rows = self._by_tool(rows, query.tools)
        if query.paths:
            fits = [any(_path_fits(where.path.lower(), one) for one in query.paths) for where in self.wheres]
            rows = [row for row in rows if fits[self.where[row]]]
        for word in query.words:
            rows = self._by_word(rows, word)
        for word in query.without:
            out = set(self._by_word(rows, word))
            rows = [row for row in rows if row not in out]
        # What cannot be meant leaves nothing: showing everything would look like an answer.
        return [] if query.faults else rows

    def _by_rule(self, rows: list[int], fits: Callable[[Rule], bool]) -> list[int]:
        good = [fits(rule) for rule in self.rules]
        return [row for row in rows if good[self.rule[row]]]

    def _by_tool(self, rows: list[int], tools: Sequence[str]) -> list[int]:
        by_rule = [rule.tool.lower().startswith(tuple(tools)) for rule in self.rules]
        by_source = [_named_by(sources, tools) for sources in self.tellers]
        return [row for row in rows if by_source[self.teller[row]] or by_rule[self.rule[row]]]

    def _by_word(self, rows: list[int], word: str) -> list[int]:
        rules = [word in _rule_text(rule) for rule in self.rules]
        sources = [any(word in f"{one.tool} {one.rule}".lower() for one in several) for several in self.tellers]
        wheres = [word in where.text for where in self.wheres]
        rule, teller, where = self.rule, self.teller, self.where
        found = [row for row in rows if rules[rule[row]] or wheres[where[row]] or sources[teller[row]]]
        place = _PLACE.fullmatch(word)
        if found or place is None:
            return found
        wheres = [place.group(1) in one.text for one in self.wheres]
        line = int(place.group(2))
        return [row for row in rows if self.line[row] == line and wheres[where[row]]]


def states_of(columns: Columns, decisions: Mapping[Subject, Standing], today: date) -> bytes:
    """For each row whether it is decided, and how. What was accepted for a time that is over, and what two people
    decided differently, is open again."""
    states = bytearray(len(columns))
    for subject, standing in decisions.items():
        row = columns.row_of.get(subject.id, -1) if subject.kind is Kind.FINDING else -1
        if row >= 0 and not standing.disputed and not is_over(standing, today):
            states[row] = VERDICTS.index(standing.decision.verdict)
    return bytes(states)


def _numbered(things: list[_T]) -> tuple[list[_T], list[int]]:
    """Each different thing once, and for every one its number. Most are shared objects: comparing them is the rare
    case."""
    by_object: dict[int, int] = {}
    by_value: dict[_T, int] = {}
    for key, thing in {id(thing): thing for thing in things}.items():
        by_object[key] = by_value.setdefault(thing, len(by_value))
    return list(by_value), [by_object[id(thing)] for thing in things]


def _where_key(place: FilePlace | CommitPlace | PackagePlace | RepoPlace) -> object:
    if isinstance(place, PackagePlace):
        return (place.path, place.ecosystem, place.name, place.version)
    if isinstance(place, CommitPlace):
        return (place.path, place.commit)
    return (path_of(place), place.about if isinstance(place, RepoPlace) else "")


def _where(key: object) -> Where:
    parts = key if isinstance(key, tuple) else ()
    return Where(parts[0], " ".join(str(part) for part in parts).lower())


def _rule_text(rule: Rule) -> str:
    cwes = " ".join(f"cwe-{cwe}" for cwe in rule.cwe)
    return f"{rule.title} {rule.id} {rule.tool} {rule.message} {rule.fix} {rule.hazard} {cwes}".lower()


def _hazard_text(rule: Rule) -> str:
    hazard = HAZARDS.get(rule.hazard)
    return f"{rule.hazard} {hazard.title if hazard else ''}".lower()


def _named_by(sources: Iterable[Source], tools: Sequence[str]) -> bool:
    return any(source.tool.lower().startswith(tuple(tools)) for source in sources)


def _path_fits(path: str, wanted: str) -> bool:
    if not _WILD.search(wanted):
        return wanted in path
    return fnmatchcase(path, wanted) or fnmatchcase(path.rpartition("/")[2], wanted)
