"""Findings about a whole list of packages, with the places to jump to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.place import FilePlace, RepoPlace
from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.packages import texts
from walkdown.scanners.packages.uses import Use

MOST_PLACES = 20


def never_mentioned(path: str, uses: list[Use]) -> Finding:
    many = f"{len(uses)} packages that nothing uses" if len(uses) > 1 else f"{uses[0].name} and nothing uses it"
    hint = f" Never mentioned: {listed([use.name for use in uses])}."
    return about_list(texts.UNUSED, f"{path} declares {many}", hint, f"unused packages of {path}", uses, Severity.INFO)


def borrowed(ecosystem: str, together: list[list[Use]]) -> Finding:
    names = list(dict.fromkeys(uses[0].name for uses in together))
    title = f"{names[0]} is imported, and only another package asks for it"
    if len(names) > 1:
        title = f"{len(names)} packages are imported, and only other packages ask for them"
    uses = [uses[0] for uses in together]
    hint = f" Imported are: {listed(names)}."
    return about_list(texts.BORROWED, title, hint, f"borrowed packages of {ecosystem}", uses, Severity.LOW)


def about_list(  # noqa: PLR0917 - the parts of a finding
    rule: Rule, title: str, hint: str, about: str, uses: list[Use], severity: Severity
) -> Finding:
    places = [FilePlace(use.path, use.line) for use in uses[:MOST_PLACES]]
    told = msgspec.structs.replace(rule, title=title, message=rule.message + hint)
    source = Source(texts.TOOL, rule.id)
    return Finding(
        told, severity, Confidence.LIKELY, RepoPlace(about), sources=(source,), places=tuple(places)
    )  # fmt: skip


def listed(names: Sequence[str], most: int = MOST_PLACES) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
