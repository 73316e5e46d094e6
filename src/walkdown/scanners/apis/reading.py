"""Reads all code of a target for what it takes from packages, and holds it against the installed copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.errors import WalkdownError
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.scanner import Parsed, SourceFile, Sources
from walkdown.scanners.apis.environments import Environments
from walkdown.scanners.apis.findings import Lack, findings_for
from walkdown.scanners.apis.folders import Budget
from walkdown.scanners.apis.languages import PYTHON, SCRIPT, extension
from walkdown.scanners.apis.python_judge import PythonJudge
from walkdown.scanners.apis.script_judge import ScriptJudge
from walkdown.scanners.apis.sides import is_side

MOST_FILES = 50_000
_SHOWN = 8


def read(environments: Environments, bases: Sequence[str], sources: Sources, budget: Budget) -> Parsed:
    reading = Reading(environments, bases, sources)
    findings = findings_for(reading.lacks())
    skipped = [*reading.skipped, *reading.about_versions()]
    if budget.spent:
        reason = "The installed packages are larger than what is read of them, so not every name was checked."
        skipped.append(Skipped("", SkipKind.GAP, "too-many-files", reason))
    return Parsed(tuple(findings), looked=frozenset(reading.looked), skipped=tuple(skipped))


class Reading:
    def __init__(self, environments: Environments, bases: Sequence[str], sources: Sources) -> None:
        self._sources = sources
        manifests = sources.manifests()
        libraries = environments.python(bases)
        self._python = PythonJudge(libraries, manifests, sources) if libraries else None
        self._script = ScriptJudge(environments, manifests, sources) if environments.has_node(bases) else None
        self.looked: set[str] = set()
        self.skipped: list[Skipped] = []

    def lacks(self) -> Iterator[Lack]:
        for file in self._sources.files[:MOST_FILES]:
            if not is_side(file.path):
                yield from self._file(file)
        if len(self._sources.files) > MOST_FILES:
            reason = f"Only the first {MOST_FILES:,} files were read for what they take from packages."
            self.skipped.append(Skipped("", SkipKind.GAP, "too-many-files", reason))

    def _file(self, file: SourceFile) -> Iterator[Lack]:
        kind = extension(file.path)
        judge = self._python if kind in PYTHON else self._script if kind in SCRIPT else None
        if judge is None:
            return
        try:
            data = self._sources.read(file.path)
        except (OSError, WalkdownError):
            reason = "It could not be read for what it takes from packages."
            self.skipped.append(Skipped(file.path, SkipKind.GAP, "unreadable", reason))
            return
        found = judge.lacks(file.path, data)
        if found is None:
            # Code that no parser takes is no code that runs.
            reason = "What it takes from packages cannot be told."
            self.skipped.append(Skipped(file.path, SkipKind.SCOPE, "syntax-error", reason))
            return
        self.looked.add(file.path)
        yield from found

    def about_versions(self) -> Iterator[Skipped]:
        names = sorted({name for judge in (self._python, self._script) if judge for name in judge.other_versions})
        if names:
            shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
            reason = (
                f"The installed copy is not the version the project asks for, so it proves nothing: {shown}. Install "
                "the packages anew and scan again."
            )
            yield Skipped("", SkipKind.LIMIT, "other-version", reason)
