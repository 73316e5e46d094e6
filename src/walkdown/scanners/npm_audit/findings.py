"""What is said of a flaw in an npm package, in our own words: the advisory's text is a stranger's."""

from __future__ import annotations

from walkdown.advisories.flaws import (
    ASKED_FOR,
    DEVELOPMENT_MESSAGE,
    DEVELOPMENT_TITLE,
    NAMELESS,
    Flaw,
    merged,
    way,
)
from walkdown.advisories.matching import Known
from walkdown.advisories.mending import Package as Mended
from walkdown.advisories.mending import mended_by
from walkdown.advisories.osv import NPM
from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.place import PackagePlace
from walkdown.model.severity import Confidence
from walkdown.scanners.npm_audit.packages import Package

TOOL = "npm-audit"
_VULNERABLE_COMPONENT = 1395
_MOST_PLACES = 50

_MESSAGE = (
    "This version is on the public list of packages with a known flaw, and whoever attacks applications reads that "
    "list first. The advisory says which part of the package is affected. Where the application never calls that part "
    "the risk is smaller, until somebody adds the call."
)
_MALICIOUS = (
    "This version was published to do harm: it may run its author's code as soon as it is installed, on developers' "
    "machines and in CI as well as in production."
)


def findings_for(package: Package, told: Known) -> list[Finding]:
    flaws = merged(told.affecting)
    if not flaws:
        return []
    mended = mended_by(Mended(NPM, package.name, package.version, told.about), flaws)
    return [_finding(package, flaw, version) for flaw, version in zip(flaws, mended, strict=True)]


def _finding(package: Package, flaw: Flaw, mended: str) -> Finding:
    lines = dict.fromkeys((use.path, use.line) for use in package.uses)
    places = [PackagePlace(NPM, package.name, package.version, path, line) for path, line in lines]
    return Finding(
        rule=_rule(package, flaw, mended),
        severity=flaw.severity(development=package.development),
        confidence=Confidence.SURE if any(use.sure for use in package.uses) else Confidence.LIKELY,
        place=places[0],
        sources=(Source(TOOL, flaw.name),),
        places=tuple(places[1:_MOST_PLACES]),
    )


def _rule(package: Package, flaw: Flaw, mended: str) -> Rule:
    what = "is known to be malicious" if flaw.malicious else "has a known vulnerability"
    named = "" if flaw.name == NAMELESS else f": {flaw.name}"
    aside = package.development and not flaw.malicious  # what was made to do harm does it there as well
    return Rule(
        tool=TOOL,
        id=flaw.name,
        title=f"{package.name} {package.version} {what}{named}{DEVELOPMENT_TITLE if aside else ''}",
        message=_MALICIOUS if flaw.malicious else f"{_MESSAGE}{DEVELOPMENT_MESSAGE if aside else ''}",
        fix=_malicious_fix(package) if flaw.malicious else _fix(package, mended),
        url=flaw.url,
        hazard="dep.vulnerable",
        family="vulnerable-dependency",
        cwe=(_VULNERABLE_COMPONENT,),
    )


def _fix(package: Package, mended: str) -> str:
    if not mended:
        return (
            f"No fixed version of {package.name} is known. Find out whether the application uses the affected part; if "
            f"so, replace the package or shield that part, and write down who watches for a release.{_way_in(package)}"
        )
    lock = " Then write the lock file anew." if any(use.lock for use in package.uses) else ""
    way_in = _way_in(package)
    force = (
        " Where that one does not allow it yet, force it with an override in package.json." if _through(package) else ""
    )
    return f"Upgrade {package.name} to {mended} or later.{way_in}{force}{lock}"


def _way_in(package: Package) -> str:
    """Who brings a package in: of one that nobody asked for by itself, that is often what has to be upgraded."""
    through = way(_through(package))
    if through:
        return f" It comes in through {through}."
    return ASKED_FOR if any(use.direct for use in package.uses) else ""


def _through(package: Package) -> tuple[str, ...]:
    """The shortest way in; empty where somebody asks for the package itself, or where it is not known."""
    return min((use.via for use in package.uses), key=lambda via: (len(via), via))


def _malicious_fix(package: Package) -> str:
    return (
        f"Remove {package.name} {package.version}.{_way_in(package)} Treat every machine that installed it as broken "
        "into, and change the passwords and keys that were within its reach."
    )
