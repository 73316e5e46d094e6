"""Holds what the map tells against the flaws a person wrote down in the same labels.

    python tests/truth/flaws.py LABELS.toml FOLDER [--all]

A flaw is found where a finding of its hazard stands at its line, or leads from one of its doors; `by another name`
where the finding has another hazard of the same kind. Severe findings that match no label are listed for a person.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec
from compare import LabelledDoor, arguments, load, map_of

from walkdown.doors.questions.ask import ask
from walkdown.model.finding import Finding
from walkdown.model.place import FilePlace, Place
from walkdown.model.severity import Severity

_NEAR = 6
_SEVERE = ("critical", "high")
# Who may reach what can be told under several names: a row of others is reached by id, or by a policy that lets it.
_KIN = (
    frozenset({
        "auth.endpoint-open", "auth.object-level", "auth.rls", "auth.client-side", "auth.fail-open",
        "input.client-only", "input.mass-assign", "input.unvalidated",
    }),
    frozenset({"data.no-transaction", "race.read-write", "race.check-act", "data.idempotency"}),
)  # fmt: skip
_ACCESS = _KIN[0] | {"auth.rate-limit", "auth.stale", "auth.session"} - {"input.unvalidated"}


class Flaw(msgspec.Struct):
    hazard: str
    severity: str
    file: str
    line: int
    doors: list[int] = []
    why: str = ""


class Flaws(msgspec.Struct):
    scope: list[str]
    door: list[LabelledDoor]
    flaw: list[Flaw]


def main(labels: Flaws, folder: Path, *, everything: bool) -> None:
    doors = {one.id: (one.file, one.line) for one in labels.door}
    findings = [one for one in ask(map_of(folder)).findings if _within(labels.scope, one)]
    lost: dict[int, Flaw] = {}
    for name, flaws in _groups(labels.flaw):
        same = [one for one in flaws if _told(one, findings, doors, {one.hazard})]
        rest = [one for one in flaws if one not in same]
        kin = [one for one in rest if _told(one, findings, doors, _kin(one.hazard))]
        lost |= {id(one): one for one in rest if one not in kin}
        print(f"  {name:28}{len(same):4} of {len(flaws):4} found, {len(kin)} more by another name")
    told = Counter(one.severity.value for one in findings)
    print(f"  told: {', '.join(f'{told[one.value]} {one.value}' for one in Severity)}")
    _judge([one for one in findings if one.severity.value in _SEVERE], labels, doors)
    for flaw in lost.values() if everything else ():
        print(f"  lost {flaw.severity:9}{flaw.hazard:22}{flaw.file}:{flaw.line} {flaw.doors} {flaw.why[:150]}")


def _judge(severe: list[Finding], labels: Flaws, doors: dict[int, tuple[str, int]]) -> None:
    left = [
        one
        for one in severe
        if not any(_tells(one, flaw, doors, {flaw.hazard} | _kin(flaw.hazard)) for flaw in labels.flaw)
    ]
    print(f"  severe: {len(severe)}, of which {len(severe) - len(left)} match a label; to be judged: {len(left)}")
    for one in left:
        (path, line), first = _at(one.place), one.steps[0].role if one.steps else ""
        print(f"    {one.severity.value:9}{one.confidence.value:7}{one.rule.id:32}{path}:{line}  {first}")


def _within(scope: Sequence[str], one: Finding) -> bool:
    return any(_at(one.place)[0].startswith(f"{part}/") for part in scope)


def _told(
    flaw: Flaw, findings: Iterable[Finding], doors: dict[int, tuple[str, int]], hazards: Collection[str]
) -> bool:  # fmt: skip
    return any(_tells(one, flaw, doors, hazards) for one in findings)


def _groups(flaws: Sequence[Flaw]) -> Iterable[tuple[str, list[Flaw]]]:
    yield "severe, who may what", [one for one in flaws if one.severity in _SEVERE and one.hazard in _ACCESS]
    yield "severe, all", [one for one in flaws if one.severity in _SEVERE]
    yield "medium", [one for one in flaws if one.severity == "medium"]
    yield "low", [one for one in flaws if one.severity == "low"]


def _kin(hazard: str) -> frozenset[str]:
    return next((kin for kin in _KIN if hazard in kin), frozenset())


def _tells(one: Finding, flaw: Flaw, doors: dict[int, tuple[str, int]], hazards: Collection[str]) -> bool:
    if one.rule.hazard not in hazards:
        return False
    mine = {_at(place) for place in (one.place, *one.places, *(step.place for step in one.steps))}
    theirs = [(flaw.file, flaw.line), *(doors[number] for number in flaw.doors if number in doors)]
    return any(path == file and abs(line - at) <= _NEAR for path, line in mine for file, at in theirs)


def _at(place: Place) -> tuple[str, int]:
    return (place.path, place.line) if isinstance(place, FilePlace) else ("", 0)


if __name__ == "__main__":
    labels_path, tree, every = arguments(sys.argv[1:])
    main(msgspec.convert(load(labels_path), Flaws), tree, everything=every)
