"""From what the indexes answered to findings: what a person should look at before the deploy, and how bad it is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from packaging.version import InvalidVersion, Version

from walkdown.advisories.moments import read_moment
from walkdown.advisories.script_names import package_of
from walkdown.model.finding import Fact, Finding, Rule, Source
from walkdown.model.place import FilePlace, PackagePlace, RepoPlace
from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.indexes import texts
from walkdown.scanners.indexes.wanted import Use, Wanted
from walkdown.scanners.indexes.wire import NPM, PYPI, Answer, Known, State

NEW_DAYS = 30
QUIET_DAYS = 3 * 365
_MOST_PLACES = 20
_EASED = {Severity.HIGH: Severity.MEDIUM, Severity.MEDIUM: Severity.LOW, Severity.LOW: Severity.INFO}


class Judged(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]


def judge(wanted: Sequence[Wanted], answers: Mapping[tuple[str, str], Answer], now: dt.datetime) -> Judged:
    """Of names without an answer nothing is said here."""
    findings: list[Finding] = []
    facts: list[Fact] = []
    quiet: dict[str, list[tuple[Wanted, Use, int]]] = defaultdict(list)
    for one in wanted:
        answer = answers[one.ecosystem, one.name]
        if answer.state is State.UNKNOWN and _is_phantom(one):
            findings.append(_finding(texts.PHANTOM, one, Severity.CRITICAL, "is on no index", ""))
        elif answer.state is State.FOUND:
            known = answer.known
            found = list(_about(one, known, now))
            findings += found
            if one.listed is False and not known.empty and known.status != "quarantined":
                facts += [Fact(texts.EXISTS, PackagePlace(one.ecosystem, one.name, "", use.path, use.line))
                          for use in one.uses[:1]]  # fmt: skip
            years = _days(known.last, now) // 365
            if not found and years >= QUIET_DAYS // 365 and _may_be_quiet(one):
                quiet[one.ecosystem].append((one, one.uses[0], years))
    findings += [_quiet(ecosystem, found) for ecosystem, found in sorted(quiet.items())]
    return Judged(tuple(findings), tuple(facts))


def _is_phantom(one: Wanted) -> bool:
    """The registry hides private packages of a scope from strangers; a name that was only guessed may be wrong."""
    return not one.guessed and not one.name.startswith("@")


def _about(one: Wanted, known: Known, now: dt.datetime) -> Iterator[Finding]:
    """At most one finding about the package, the worst, and one about each withdrawn version."""
    reason = texts.quoted(known.reason)
    latest_reason = known.reason_for(known.latest) if known.latest else None
    if known.status == "quarantined":
        yield _finding(texts.QUARANTINED, one, Severity.HIGH, "was locked away by its index", reason)
        return
    if known.empty:
        yield _finding(texts.PLACEHOLDER, one, _placeholder(one), "is a name with nothing behind it", "")
        return
    age = _days(known.first, now) if known.first else NEW_DAYS
    if age < NEW_DAYS and not one.well_used:
        # Only its owner can publish under a scope, so nobody waits there for a mistake.
        severity = Severity.LOW if one.name.startswith("@") else Severity.MEDIUM
        yield _finding(texts.NEW, one, severity, f"was first published {_days_ago(age)}", "")
    elif known.status == "deprecated":
        yield _finding(texts.DEPRECATED, one, _for(one, Severity.MEDIUM), "was given up by its authors", reason)
    elif known.status == "archived":
        yield _finding(texts.ARCHIVED, one, _for(one, Severity.LOW), "will get no more updates", reason)
    elif latest_reason is not None and one.ecosystem == NPM and not one.guessed:
        said = texts.quoted(latest_reason)
        # The package itself often brings its types now, and the description of them is no longer needed.
        severity = Severity.LOW if one.name.startswith("@types/") else Severity.MEDIUM
        yield _finding(texts.DEPRECATED, one, _for(one, severity), "was given up by its authors", said)
        return  # each of its versions says the same
    yield from _versions(one, known)


def _versions(one: Wanted, known: Known) -> Iterator[Finding]:
    by_version: dict[str, list[Use]] = defaultdict(list)
    for use in one.uses:
        for version in use.versions:
            by_version[version].append(use)
    for version, uses in sorted(by_version.items()):
        reason = known.reason_for(_spelled(one.ecosystem, version))
        if reason is None:
            continue
        at = msgspec.structs.replace(one, uses=tuple(uses))
        rule, severity, what = (
            (texts.YANKED, Severity.MEDIUM, "was taken back by its authors")
            if one.ecosystem == PYPI
            else (texts.DEPRECATED_VERSION, Severity.LOW, "is one its authors advise against")
        )
        yield _finding(rule, at, _for(at, severity), what, texts.quoted(reason), version)


def _spelled(ecosystem: str, version: str) -> str:
    """As the answers spell it: PyPI's files say it in many ways, and a local build is one of a public version."""
    if ecosystem != PYPI:
        return version
    try:
        return Version(version).public
    except InvalidVersion:
        return version


def _placeholder(one: Wanted) -> Severity:
    """`fs` and its like are held by npm itself and do nothing; they are in many a package.json."""
    return Severity.LOW if one.ecosystem == NPM and not package_of(one.name) else Severity.HIGH


def _for(one: Wanted, severity: Severity) -> Severity:
    return _EASED[severity] if one.development else severity


def _may_be_quiet(one: Wanted) -> bool:
    """Tools of developers do not go into production, and descriptions of types change with what they describe."""
    return not (one.development or one.guessed or one.name.startswith(("@types/", "types-")))


def _quiet(ecosystem: str, found: Sequence[tuple[Wanted, Use, int]]) -> Finding:
    """One for all of them: it is a list to go through once, not a decision each."""
    found = sorted(found, key=lambda each: (-each[2], each[0].name))
    many = f"{len(found)} packages of {ecosystem}" if len(found) > 1 else found[0][0].name
    shown = ", ".join(f"{one.name} ({years} years)" for one, _, years in found[:_MOST_PLACES])
    more = f" and {len(found) - _MOST_PLACES} more" if len(found) > _MOST_PLACES else ""
    title = f"No release of {many} for three years or more"
    rule = msgspec.structs.replace(texts.QUIET, title=title, message=f"{texts.QUIET.message} They are: {shown}{more}.")
    places = tuple(FilePlace(use.path, use.line) for _, use, _ in found[:_MOST_PLACES])
    return Finding(
        rule, Severity.INFO, Confidence.SURE, RepoPlace(f"quiet packages of {ecosystem}"),
        sources=(Source(texts.TOOL, rule.id),), places=places,
    )  # fmt: skip


def _finding(  # noqa: PLR0917 - the parts of a finding
    rule: Rule, one: Wanted, severity: Severity, what: str, hint: str, version: str = ""
) -> Finding:
    lines = dict.fromkeys((use.path, use.line) for use in one.uses)
    places = [PackagePlace(one.ecosystem, one.name, version, path, line) for path, line in lines]
    named = f"{one.name} {version}".strip()
    told = msgspec.structs.replace(rule, title=f"{named} {what}", message=rule.message + hint)
    confidence = Confidence.LIKELY if one.guessed else Confidence.SURE
    return Finding(
        told, severity, confidence, places[0], sources=(Source(texts.TOOL, rule.id),),
        places=tuple(places[1 : _MOST_PLACES + 1]),
    )  # fmt: skip


def _days(moment: str, now: dt.datetime) -> int:
    """0 where the index does not say, or says a day to come."""
    return max(0, (now - read_moment(moment)).days) if moment else 0


def _days_ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
