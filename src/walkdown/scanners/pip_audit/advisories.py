"""From advisories to findings: one for each flaw, whatever number of databases list it, in our own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from packaging.version import InvalidVersion, Version

from walkdown.advisories.flaws import ASKED_FOR, DEVELOPMENT_MESSAGE, DEVELOPMENT_TITLE, way
from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.place import PackagePlace
from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.pip_audit.lists import Asked

TOOL = "pip-audit"
_NAMELESS = "unnamed-advisory"
_ID = re.compile(r"[A-Z][A-Z0-9]{1,15}-[A-Za-z0-9-]{1,60}")
_BY_PREFERENCE = ("MAL-", "CVE-", "GHSA-", "PYSEC-")
_VULNERABLE_COMPONENT = 1395
_LESS = {
    Severity.CRITICAL: Severity.HIGH,
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.LOW,
}

_MESSAGE = (
    "This version is on the public list of packages with a known flaw, and whoever attacks applications reads that "
    "list first. The advisory says which part of the package is affected. Where the application never calls that part "
    "the risk is smaller, until somebody adds the call."
)
_MALICIOUS = (
    "This version was published to do harm: it may run its author's code as soon as it is installed, on developers' "
    "machines and in CI as well as in production."
)


class Vulnerability(msgspec.Struct, frozen=True):
    """As pip-audit prints it. The description is not asked for: it is long, and not ours."""

    id: str
    fix_versions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class _Flaw(msgspec.Struct, frozen=True):
    ids: frozenset[str]
    fixes: tuple[Version, ...]

    # fixes: the smallest version that mends it, one for each database that knows of one.


def findings_for(asked: Asked, vulnerabilities: Iterable[Vulnerability]) -> list[Finding]:
    flaws = sorted(_merged(asked, vulnerabilities), key=lambda flaw: _preferred(flaw.ids))
    return [_finding(asked, flaw) for flaw in flaws]


def _merged(asked: Asked, vulnerabilities: Iterable[Vulnerability]) -> list[_Flaw]:
    """Advisories that share a name are one flaw; a later one can join two that looked apart."""
    flaws: list[_Flaw] = []
    for one in vulnerabilities:
        ids = frozenset(name for name in (one.id, *one.aliases) if _ID.fullmatch(name)) or frozenset({_NAMELESS})
        fix = _smallest_above(asked.version, one.fix_versions)
        joined = [flaw for flaw in flaws if flaw.ids & ids and _NAMELESS not in ids]
        flaws = [flaw for flaw in flaws if flaw not in joined]
        fixes = tuple(version for flaw in joined for version in flaw.fixes) + ((fix,) if fix else ())
        flaws.append(_Flaw(ids.union(*(flaw.ids for flaw in joined)), fixes))
    return flaws


def _smallest_above(used: str, fixes: Sequence[str]) -> Version | None:
    """Fixes come for several branches: the nearest one above, a finished release where there is one."""
    above: list[Version] = []
    for text in fixes:
        try:
            version = Version(text)
        except InvalidVersion:
            continue
        if version > Version(used):
            above.append(version)
    return min(above, key=lambda version: (version.is_prerelease, version), default=None)


def _preferred(ids: Iterable[str]) -> str:
    def rank(name: str) -> tuple[int, str]:
        place = next((i for i, start in enumerate(_BY_PREFERENCE) if name.startswith(start)), len(_BY_PREFERENCE))
        return place, name

    return min(ids, key=rank)


def _finding(asked: Asked, flaw: _Flaw) -> Finding:
    lines = dict.fromkeys((use.path, use.line) for use in asked.uses)
    places = [PackagePlace("PyPI", asked.name, asked.version, path, line) for path, line in lines]
    return Finding(
        rule=_rule(asked, flaw),
        severity=_severity(asked, flaw),
        confidence=Confidence.SURE if any(use.sure for use in asked.uses) else Confidence.LIKELY,
        place=places[0],
        sources=(Source(TOOL, _preferred(flaw.ids)),),
        places=tuple(places[1:]),
    )


def _severity(asked: Asked, flaw: _Flaw) -> Severity:
    """The worst that the databases say of it; high where none rated it. One step less for what only developers and CI
    run. What was made to do harm does it there as well."""
    if _is_malicious(flaw):
        return Severity.CRITICAL
    rated = [Severity(told.severity) for told in asked.told if told.severity and told.id in flaw.ids]
    worst = min(rated, key=lambda one: one.rank, default=Severity.HIGH)
    return _LESS[worst] if asked.development else worst


def _rule(asked: Asked, flaw: _Flaw) -> Rule:
    name = _preferred(flaw.ids)
    package = f"{asked.name} {asked.version}"
    malicious = _is_malicious(flaw)
    aside = asked.development and not malicious
    what = "is known to be malicious" if malicious else "has a known vulnerability"
    return Rule(
        tool=TOOL,
        id=name,
        title=f"{package} {what}: {name}{DEVELOPMENT_TITLE if aside else ''}",
        message=_MALICIOUS if malicious else f"{_MESSAGE}{DEVELOPMENT_MESSAGE if aside else ''}",
        fix=_malicious_fix(asked) if malicious else _fix(asked, flaw),
        url="" if name == _NAMELESS else f"https://osv.dev/vulnerability/{_linked(flaw.ids)}",
        hazard="dep.vulnerable",
        family="vulnerable-dependency",
        cwe=(_VULNERABLE_COMPONENT,),
    )


def _is_malicious(flaw: _Flaw) -> bool:
    return any(name.startswith("MAL-") for name in flaw.ids)


def _linked(ids: Iterable[str]) -> str:
    """The entry written about this package; a CVE's own page often tells of another product."""
    return min(ids, key=lambda name: (not name.startswith("MAL-"), not name.startswith(("GHSA-", "PYSEC-")), name))


def _fix(asked: Asked, flaw: _Flaw) -> str:
    mended = _mended(asked, flaw)
    if not mended:
        return (
            f"No fixed version of {asked.name} is known. Find out whether the application uses the affected part; if "
            f"so, replace the package or shield that part, and write down who watches for a release.{_way_in(asked)}"
        )
    lock = " Then write the lock file anew." if any(use.lock for use in asked.uses) else ""
    return f"Upgrade {asked.name} to {mended} or later.{_way_in(asked)}{lock}"


def _mended(asked: Asked, flaw: _Flaw) -> str:
    """Data of ours know which versions an advisory lists as affected, and all other advisories on the package.
    pip-audit tells neither, and repeats what an advisory calls fixed."""
    known = [one.mended for one in asked.told if one.id in flaw.ids and one.mended is not None]
    if known:
        return max((one for one in known if one), key=Version, default="")
    return str(max(flaw.fixes)) if flaw.fixes else ""


def _way_in(asked: Asked) -> str:
    """Who brings a package in: of one that nobody asked for by itself, that is often what has to be upgraded."""
    through = way(min((use.via for use in asked.uses), key=lambda via: (len(via), via)))
    if through:
        return f" It comes in through {through}."
    return ASKED_FOR if any(use.direct for use in asked.uses) else ""


def _malicious_fix(asked: Asked) -> str:
    return (
        f"Remove {asked.name} {asked.version}.{_way_in(asked)} Treat every machine that installed it as broken into, "
        "and change the passwords and keys that were within its reach."
    )
