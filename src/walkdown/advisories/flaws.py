"""From advisories to flaws: one for each, whatever number of databases list it, with the name to call it by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from walkdown.advisories.osv import Advisory
from walkdown.model.severity import Severity

NAMELESS = "unnamed-advisory"
_ID = re.compile(r"[A-Z][A-Z0-9]{1,15}-[A-Za-z0-9-]{1,60}")
# Set behind the title and the message of a flaw in what production does not install.
DEVELOPMENT_TITLE = " (development only)"
DEVELOPMENT_MESSAGE = (
    " Nothing that production installs brings it in: it is here for development, tests or examples, and is rated one "
    "step lower for that."
)
ASKED_FOR = " The project asks for it itself."

_BY_PREFERENCE = ("MAL-", "CVE-", "GHSA-", "PYSEC-")
_ABOUT_THE_PACKAGE = ("GHSA-", "PYSEC-")
_LESS = {Severity.CRITICAL: Severity.HIGH, Severity.HIGH: Severity.MEDIUM, Severity.MEDIUM: Severity.LOW}


class Flaw(msgspec.Struct, frozen=True):
    """`ids`: all the names it goes by. `advisories`: what tells of it."""

    ids: frozenset[str]
    advisories: tuple[Advisory, ...]

    @property
    def name(self) -> str:
        """The one that people look for: a CVE where there is one, unless the package itself is the attack."""
        return min(self.ids, key=_by_preference)

    @property
    def malicious(self) -> bool:
        return any(name.startswith("MAL-") for name in self.ids)

    @property
    def url(self) -> str:
        """The entry written about this package; a CVE's own page often tells of another product."""
        if self.ids == {NAMELESS}:
            return ""
        about = [name for name in self.ids if name.startswith("MAL-" if self.malicious else _ABOUT_THE_PACKAGE)]
        return f"https://osv.dev/vulnerability/{min(about, default=self.name)}"

    def severity(self, *, development: bool) -> Severity:
        """The worst that the databases say of it, high where none rated it; one step less where only developers and CI
        run the package. What was made to do harm does it there as well."""
        if self.malicious:
            return Severity.CRITICAL
        rated = [Severity(one.severity) for one in self.advisories if one.severity]
        worst = min(rated, key=lambda one: one.rank, default=Severity.HIGH)
        return _LESS.get(worst, worst) if development else worst


def merged(advisories: Iterable[Advisory]) -> tuple[Flaw, ...]:
    """Advisories that share a name are one flaw; a later one can join two that looked apart. By name."""
    flaws: list[Flaw] = []
    for one in advisories:
        ids = frozenset(name for name in (one.id, *one.aliases) if _ID.fullmatch(name))
        joined = [flaw for flaw in flaws if flaw.ids & ids]
        flaws = [flaw for flaw in flaws if flaw not in joined]
        told = (*(each for flaw in joined for each in flaw.advisories), one)
        flaws.append(Flaw(ids.union(*(flaw.ids for flaw in joined)) or frozenset({NAMELESS}), told))
    return tuple(sorted(flaws, key=lambda flaw: _by_preference(flaw.name)))


def _by_preference(name: str) -> tuple[int, str]:
    return next((i for i, start in enumerate(_BY_PREFERENCE) if name.startswith(start)), len(_BY_PREFERENCE)), name


def way(via: Sequence[str], most: int = 6) -> str:
    """The packages through which one comes in, for a sentence. Empty where there are none, or where a name is none."""
    if not via or any(not re.fullmatch(r"[A-Za-z0-9@/._-]{1,100}", name) for name in via):
        return ""
    shown = via if len(via) <= most else (*via[: most - 1], "…", via[-1])
    return " → ".join(shown)
