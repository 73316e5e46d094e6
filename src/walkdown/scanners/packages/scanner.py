"""Package names that are not what they seem, in what a project declares, imports and tells people to install.

An analyser of ours: everything is known without a child, from the files and the index of names on this machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from walkdown.advisories.names import ECOSYSTEMS, NameIndex, check_day
from walkdown.errors import ScannerError
from walkdown.model.finding import Finding
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, Sources, Tool, Where

DAYS = 90  # how old an index may be before that is a gap
_UPDATE = "walkdown db update, or walkdown db import FILE"


class Packages:
    """`folder`: where the indexes of `walkdown db update` lie. `shipped`: where those lie that came with walkdown."""

    name = "packages"
    title = "Packages that are not what they seem"

    def __init__(
        self, folder: Path, *, days: int = DAYS, shipped: Path | None = None, now: dt.datetime | None = None
    ) -> None:
        self._folder = folder
        self._shipped = shipped
        self._days = days
        self._now = now
        self._opened: NameIndex | None = None
        self._memory: bytes | None = None

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - it goes by the whole project
        return frozenset({"dep.phantom", "dep.lookalike", "dep.undeclared", "dep.unused", "dep.unpinned"})

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        index = self._index()
        if not index.headers:
            return Missing("There is no index of package names on this machine.", _UPDATE, data=True)
        days = ", ".join(f"{one.ecosystem} names of {one.as_of[:10]}" for one in index.headers)
        return (Tool(self.name, where.version_of("walkdown"), (), note=f"{days}."),)

    def key(self, tool: Tool) -> str:  # noqa: ARG002
        return " ".join(one.digest for one in self._index().headers)

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job]:  # noqa: ARG002
        from walkdown.scanners.packages.look import look  # parsers: only where there is a scan

        seen = look(self._index(), sources, remembered)
        self._memory = seen.memory
        if not seen.looked and not seen.skipped:
            return ()
        skipped = (*seen.skipped, *self._about_index(seen.asked_of))
        settled = Parsed(seen.findings, looked=seen.looked, skipped=skipped)
        return [Job(self.name, key="", asked=tuple(sorted(seen.looked)), settled=settled)]

    def unread(self, sources: Sources) -> Sequence[Skipped]:  # noqa: ARG002 - known only once everything was read
        return ()

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002
        raise ScannerError("There is no program to start for package names.")

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        raise ScannerError("There is no program that prints about package names.")

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return self._memory

    def _index(self) -> NameIndex:
        if self._opened is None:
            self._opened = (
                NameIndex.open(self._folder, self._shipped) if self._shipped else NameIndex.open(self._folder)
            )
        return self._opened

    def _about_index(self, asked_of: Iterable[str]) -> list[Skipped]:
        """What the index could not answer, in as few gaps as are true."""
        index = self._index()
        skipped = [Skipped("", SkipKind.GAP, "broken-index", problem) for problem in index.problems]
        for ecosystem in sorted(set(asked_of) & set(ECOSYSTEMS)):
            day = index.dated(ecosystem)
            if not day:
                reason = f"No index of {ecosystem} names is on this machine, so none was checked. Try: {_UPDATE}"
                skipped.append(Skipped("", SkipKind.GAP, f"no-index-{ecosystem.lower()}", reason))
            elif (age := self._age(day)) < -1:  # a day, for clocks of other zones
                reason = (
                    f"The index of {ecosystem} names says it is of {day[:10]}, which is yet to come, so how old it is "
                    f"cannot be known. Check this machine's clock, or: {_UPDATE}"
                )
                skipped.append(Skipped("", SkipKind.GAP, "broken-index", reason))
            elif age > self._days:
                reason = (
                    f"The index of {ecosystem} names is {age} days old. What was published since looks invented, and "
                    f"what was taken down since looks real. Try: {_UPDATE}"
                )
                skipped.append(Skipped("", SkipKind.GAP, f"stale-data-{ecosystem.lower()}", reason))
        return skipped

    def _age(self, day: str) -> int:
        return ((self._now or dt.datetime.now(dt.timezone.utc)) - check_day(day)).days
