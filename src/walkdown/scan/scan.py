"""One scan from end to end: every scanner side by side, then one list of findings with lasting names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from walkdown.errors import WalkdownError
from walkdown.model import (
    Cancelled,
    CommitPlace,
    Door,
    Fact,
    Failed,
    FilePlace,
    FileScanner,
    Finding,
    JobScanner,
    MapScanner,
    Outcome,
    PackagePlace,
    Place,
    Report,
    Severity,
    Sources,
    TimedOut,
    is_whole,
    line_of,
    path_of,
)
from walkdown.scan.events import Ended
from walkdown.scan.files import FileWork
from walkdown.scan.ground import NOT_YET, OF_DATA, Ground, Part, fault
from walkdown.scan.jobs import JobWork
from walkdown.scan.mapping import MapWork
from walkdown.scan.memory import Memory, name
from walkdown.scan.merge import merge
from walkdown.scan.rehearsal import is_at_home
from walkdown.scanners.names import PHANTOM, PUBLISHED


class Scanned(msgspec.Struct, frozen=True):
    reports: tuple[Report, ...]
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    memory: Memory
    doors: tuple[Door, ...] = ()


class Scan:
    """A scan under way. `stop` ends one scanner and keeps what it has; cancelling `run` ends all of them."""

    def __init__(
        self,
        ground: Ground,
        sources: Sources,
        scanners: Sequence[FileScanner | JobScanner | MapScanner],
        ready: Sequence[Part] = (),
    ) -> None:
        self._ground = ground
        self._ready = tuple(ready)
        self._works = [_work(scanner, ground, sources) for scanner in scanners]
        self._tasks: dict[str, asyncio.Task[Part]] = {}
        self._stopped: set[str] = set()

    async def run(
        self, memory: Memory, renames: Mapping[str, str], *, head: str, looked: Callable[[str], bool] | None
    ) -> Scanned:
        """`looked`: which paths a narrowed scan speaks for; None where it speaks for all."""
        self._tasks = {work.name: asyncio.create_task(self._one(work)) for work in self._works}
        for part in self._ready:
            self._ground.tell(Ended(part.report, len(part.findings)))
        try:
            parts = (*self._ready, *await asyncio.gather(*self._tasks.values()))
        except asyncio.CancelledError:
            # `gather` has cancelled them all. Once more would cut short how they end their children.
            await asyncio.wait(self._tasks.values())
            raise
        finally:
            await _end(self._tasks.values())
        findings = await asyncio.to_thread(_together, parts)
        answered = _answered(parts, memory, looked)
        named, memory = await asyncio.to_thread(name, findings, memory, renames, head=head, looked=answered)
        return Scanned(
            reports=tuple(part.report for part in parts),
            findings=tuple(sorted(named, key=_order)),
            facts=tuple(fact for part in parts for fact in part.facts),
            memory=memory,
            doors=tuple(door for part in parts for door in part.doors),
        )

    def stop(self, scanner: str) -> None:
        task = self._tasks.get(scanner)
        if task is not None:
            self._stopped.add(scanner)
            task.cancel()

    async def _one(self, work: FileWork | JobWork | MapWork) -> Part:
        """Whatever one scanner does, the others' findings stay, and its end is told."""
        stopped: Outcome | None = None
        seconds = self._ground.settings.timeout
        try:
            await asyncio.wait_for(work.run(), seconds)
        except asyncio.TimeoutError:
            stopped = TimedOut(seconds)
        except asyncio.CancelledError:
            if work.name not in self._stopped:
                raise
            stopped = Cancelled()
        except WalkdownError as error:
            stopped = Failed(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours in one scanner must not hide the findings of the rest
            stopped = Failed(fault(error))
        part = work.part(stopped)
        self._ground.tell(Ended(part.report, len(part.findings)))
        return part


def _work(
    scanner: FileScanner | JobScanner | MapScanner, ground: Ground, sources: Sources
) -> FileWork | JobWork | MapWork:
    if isinstance(scanner, FileScanner):
        return FileWork(scanner, ground)
    return MapWork(scanner, ground, sources) if isinstance(scanner, MapScanner) else JobWork(scanner, ground, sources)


async def _end(tasks: Iterable[asyncio.Task[Part]]) -> None:
    left = [task for task in tasks if not task.done()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _together(parts: Sequence[Part]) -> list[Finding]:
    """One list. A secret that still lies in the tree is told once, there, not again out of the history; and as badly as
    the worse of the two: what is only a test's today may have been the real one."""
    findings = [finding for part in parts for finding in part.findings if not is_at_home(finding)]
    published = {_package(fact.place) for part in parts for fact in part.facts if fact.rule.id == PUBLISHED}
    if published:
        findings = [one for one in findings if one.rule.id != PHANTOM or _package(one.place) not in published]
    past = [finding for finding in findings if finding.secret and isinstance(finding.place, CommitPlace)]
    in_tree = {finding.secret for finding in findings if finding.secret and isinstance(finding.place, FilePlace)}
    was: dict[str, Severity] = {}
    for finding in past:
        was[finding.secret] = min(was.get(finding.secret, finding.severity), finding.severity, key=lambda one: one.rank)
    told: list[Finding] = []
    for finding in findings:
        if isinstance(finding.place, FilePlace) and finding.secret in was:
            worst = min(finding.severity, was[finding.secret], key=lambda one: one.rank)
            told.append(msgspec.structs.replace(finding, severity=worst))
        elif not (isinstance(finding.place, CommitPlace) and finding.secret in in_tree):
            told.append(finding)
    return merge(told)


def _package(place: Place) -> tuple[str, str]:
    return (place.ecosystem, place.name) if isinstance(place, PackagePlace) else ("", "")


def _answered(
    parts: Sequence[Part], memory: Memory, looked: Callable[[str], bool] | None
) -> Callable[[str], bool] | None:
    """Which paths this scan truly answers for; None where it answers for everything that is known."""
    gaps = {gap.path for part in parts for gap in part.report.coverage.gaps if gap.code not in OF_DATA | NOT_YET}
    broken = "" in gaps or not all(is_whole(part.report.outcome) for part in parts)
    gaps &= {one.path for one in memory.live}
    if looked is None and not broken and not gaps:
        return None
    return lambda path: not broken and path not in gaps and (looked is None or looked(path))


def _order(finding: Finding) -> tuple[str, int, int, str]:
    """By file and line, as one reads; the worst first where they share a line."""
    return (path_of(finding.place), line_of(finding.place), finding.severity.rank, finding.id)
