"""Makes one finding of what several tools or rules say about the same flaw in the same place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, Place, path_of
from walkdown.model.severity import Confidence, Severity
from walkdown.scan.families import SECRET, family_of_rule, kin_of
from walkdown.scan.meeting import MAP, lines_of, meet
from walkdown.scanners.names import OURS

# Ranges that still reach over the next finding's start; a stranger's file may nest thousands of them.
_OPEN_AT_MOST = 16

# Whose words people read: ours first, and of them who saw the way that leads there; then the tools that know one thing
# well.
_WORDS = {
    "doors": -1,
    "semgrep": 0,
    "kingfisher": 1,
    "pip-audit": 2,
    "npm-audit": 2,
    "packages": 2,
    "apis": 2,
    "indexes": 1,
    "bandit": 9,
}
# Whose place and fingerprint stand. Other than above: our rules change often and a report that was read in may not
# come again, so a flaw keeps its identity when one of those joins or leaves a tool that has always named it.
_ANCHOR = {
    "kingfisher": 0,
    "bandit": 1,
    "pip-audit": 2,
    "npm-audit": 2,
    "packages": 2,
    "semgrep": 3,
    "indexes": 5,
    "apis": 2,
    "doors": 4,
}
# Bandit grades a whole test, not the case at hand: a rule of ours that grades the case overrules it. What comes from
# outside does not, since many a report has one grade for everything.
_COARSE = "bandit"
_OUR_RULES = ("py-", "js-")


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """In order of path and place; equal findings in any order give equal results."""
    files: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    packages: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    others: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    families: dict[int, str] = {}
    findings, met = meet(findings)
    for finding in findings:
        place, rule = finding.place, finding.rule
        if id(rule) not in families:
            families[id(rule)] = kin_of(family_of_rule(rule))
        if isinstance(place, FilePlace):
            files[place.path, families[id(rule)]].append(finding)
        elif isinstance(place, PackagePlace):
            packages[place.ecosystem, place.name, place.version].append(finding)
        elif isinstance(place, CommitPlace):
            others[place, families[id(rule)], finding.secret, _stranger(rule)].append(finding)
        else:
            others[place, rule.id].append(finding)
    in_files = [group for (_, family), members in files.items() for group in _overlapping(members, family)]
    merged = [_one([*group, *(one for member in group for one in met.get(id(member), ()))]) for group in in_files]
    merged += [_one(group) for members in packages.values() for group in _aliases(members)]
    merged += [_one(group) for group in others.values()]
    return sorted(merged, key=_order)


# -- which belong together --------------------------------------------------------------------------------------------


class _Group(msgspec.Struct):
    """Findings of one flaw. `spans`: where each tool saw it and by which rule; at another place is another flaw."""

    start: tuple[int, int]
    end: tuple[int, int]
    members: list[Finding]
    spans: dict[str, tuple[str, tuple[tuple[int, int], tuple[int, int]]]]


def _overlapping(members: Sequence[Finding], family: str) -> list[list[Finding]]:
    if len(members) == 1:
        return [list(members)]
    groups: list[_Group] = []
    open_groups: list[_Group] = []
    for finding in sorted(members, key=_order):
        start, end = lines_of(finding.place)
        open_groups = [group for group in open_groups if start < group.end or start == group.start][-_OPEN_AT_MOST:]
        fitting = [group for group in open_groups if _fits(group, finding, (start, end), family)]
        if fitting:
            # The tightest: of two ranges that both hold this one, the smaller is about the same thing.
            group = min(fitting, key=lambda one: (one.start != start, _size(one), one.start))
            group.end = min(group.end, end) if group.end > start else max(group.end, end)
            group.members.append(finding)
            group.spans[finding.rule.tool] = (_stranger(finding.rule), (start, end))
        else:
            group = _Group(start, end, [finding], {finding.rule.tool: (_stranger(finding.rule), (start, end))})
            groups.append(group)
            open_groups.append(group)
    return [group.members for group in groups]


def _fits(
    group: _Group,
    finding: Finding,
    span: tuple[tuple[int, int], tuple[int, int]],
    family: str,
) -> bool:
    """One tool names one flaw twice only where two of our rules mean the very same code. About the rules of a stranger
    we know nothing; those that share a line, and a weakness in our coarse words, may still be two things."""
    mine = (_stranger(finding.rule), span)
    if group.spans.get(finding.rule.tool, mine) != mine:
        return False
    if family != SECRET or not finding.secret:
        return True
    return all(member.secret in ("", finding.secret) for member in group.members)


def _stranger(rule: Rule) -> str:
    """Tells the rules of another tool's report apart; empty for ours."""
    if rule.tool == MAP:  # two of its questions at one place are about two things that are missing there
        return rule.id
    return "" if rule.tool in OURS else f"{rule.tool} {rule.id}"


def _size(group: _Group) -> tuple[int, int]:
    return group.end[0] - group.start[0], group.end[1] - group.start[1]


def _aliases(members: Sequence[Finding]) -> list[list[Finding]]:
    """One flaw of a package has many names; findings that share one, even through a third, are the same."""
    parent = list(range(len(members)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    named: dict[str, int] = {}
    for at, finding in enumerate(members):
        for name in {finding.rule.id, *(source.rule for source in finding.sources)}:
            parent[root(at)] = root(named.setdefault(name, at))
    groups: dict[int, list[Finding]] = defaultdict(list)
    for at, finding in enumerate(members):
        groups[root(at)].append(finding)
    return list(groups.values())


# -- what the one finding says ----------------------------------------------------------------------------------------


def _one(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        only = group[0]
        return only if only.sources else msgspec.structs.replace(only, sources=(_source(only.rule),))
    worded = sorted(group, key=_wording)
    main = worded[0]
    anchor = min(group, key=lambda one: (_ANCHOR.get(one.rule.tool, 5), _extent(one.place), _order(one)))
    sources = dict.fromkeys(source for one in worded for source in (_source(one.rule), *one.sources))
    secret = next((one for one in worded if one.secret), main)
    places = dict.fromkeys(place for one in worded for place in (one.place, *one.places) if place != anchor.place)
    return Finding(
        rule=main.rule,
        severity=_severity(worded),
        confidence=_confidence(worded),
        place=anchor.place,
        id=anchor.id,
        sources=tuple(sources),
        places=tuple(places),
        steps=next((one.steps for one in worded if one.steps), ()),
        silenced=next((one.silenced for one in worded if one.silenced), None),
        fingerprint=anchor.fingerprint,
        context=anchor.context,
        secret=secret.secret,
        keyed=anchor.keyed,
        preview=secret.preview or main.preview,
    )


def _severity(group: Sequence[Finding]) -> Severity:
    """The worst, among those who graded the case itself where a rule of ours did; who saw the whole way knows best."""
    graded = [one for one in group if one.rule.tool == MAP] or group
    if graded is group and any(_grades_the_case(one.rule) for one in group):
        graded = [one for one in group if one.rule.tool != _COARSE]
    return min((one.severity for one in graded), key=lambda severity: severity.rank)


def _grades_the_case(rule: Rule) -> bool:
    return rule.tool == "kingfisher" or (rule.tool == "semgrep" and rule.id.startswith(_OUR_RULES))


def _confidence(group: Sequence[Finding]) -> Confidence:
    """The best of them; two tools that agree are never unsure."""
    best = min((one.confidence for one in group), key=lambda confidence: confidence.rank)
    agreed = len({one.rule.tool for one in group}) > 1
    return Confidence.LIKELY if agreed and best is Confidence.UNSURE else best


def _wording(finding: Finding) -> tuple[int, int, int, tuple[object, ...]]:
    return (
        _WORDS.get(finding.rule.tool, 5),
        finding.confidence.rank,
        finding.severity.rank,
        _order(finding),
    )


def _source(rule: Rule) -> Source:
    return Source(rule.tool, rule.id)


# -- order ------------------------------------------------------------------------------------------------------------


def _extent(place: Place) -> tuple[int, int]:
    (line, column), (end_line, end_column) = lines_of(place)
    return end_line - line, end_column - column


def _order(finding: Finding) -> tuple[object, ...]:
    start, end = lines_of(finding.place)
    rule = finding.rule
    return (path_of(finding.place), start, (-end[0], -end[1]), rule.tool, rule.id, finding.fingerprint, finding.secret)
