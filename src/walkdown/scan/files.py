"""Runs a scanner that answers file by file: what the cache knows is not asked again, the rest goes out in batches."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from walkdown.errors import ChildTimedOutError, WalkdownError
from walkdown.model import (
    Batch,
    Coverage,
    Fact,
    Failed,
    FileScanner,
    Finding,
    Missing,
    NothingToScan,
    Outcome,
    Parsed,
    Printed,
    Ran,
    Report,
    SkipKind,
    Skipped,
    SourceFile,
    TimedOut,
    Tool,
    path_of,
)
from walkdown.scan.describe import describe
from walkdown.scan.entries import FileEntry, by_path, cache_key, encode_file, relocate, relocate_fact, rules_digest
from walkdown.scan.events import Progress, Started
from walkdown.scan.ground import Ground, Part, fault

_SECOND_TRIES = 8
_FEW = 40


class FileWork:
    """One scanner's work in one scan. What it has is kept when it is stopped, so `part` may be asked at any time."""

    def __init__(self, scanner: FileScanner, ground: Ground) -> None:
        self.name = scanner.name
        self._scanner = scanner
        self._ground = ground
        self._started = time.monotonic()
        self._tools: tuple[Tool, ...] = ()
        self._twins: dict[str, list[SourceFile]] = {}
        self._tool_keys: dict[Tool, str] = {}
        self._asked = 0
        self._looked = 0
        self._settled: set[str] = set()
        self._skipped: list[Skipped] = []
        self._findings: list[Finding] = []
        self._facts: list[Fact] = []
        self._cached = 0
        self._second_tries = _SECOND_TRIES
        self._outcome: Outcome = Ran()
        self._taking = threading.Lock()  # batches end side by side, and each is taken in by a thread

    async def run(self) -> None:
        wanted = [file for file in self._ground.files if self._scanner.wants(file)]
        self._asked = len(wanted)
        if not wanted:
            self._outcome = NothingToScan(f"no files for {self._scanner.title} here")
            return
        tools = await asyncio.to_thread(self._scanner.find, self._ground.where)
        if isinstance(tools, Missing):
            self._outcome = tools
            return
        self._tools = tools
        self._twins = _twins(wanted, by_path=self._scanner.by_path)
        await asyncio.to_thread(self._recall)
        self._ground.tell(Started(self.name, tools[0].version, self._asked, self._cached))
        self._ground.tell(Progress(self.name, self._looked, self._asked, tuple(self._findings)))
        left = [files[0] for path, files in self._twins.items() if path not in self._settled]
        for number, tool in enumerate(tools):
            retry = await self._all_batches(tool, left, last=number == len(tools) - 1)
            left = [file for file in left if file.path in retry]
            if not left:
                break

    def part(self, stopped: Outcome | None = None) -> Part:
        outcome = stopped or self._outcome
        skipped = sorted((*self._skipped, *self._unseen(outcome)), key=lambda skip: skip.path)
        tool = self._tools[0] if self._tools else None
        report = Report(
            scanner=self.name,
            version=tool.version if tool else "",
            outcome=outcome,
            coverage=Coverage(self._asked, self._looked, tuple(skipped)),
            seconds=round(time.monotonic() - self._started, 3),
            cached_files=self._cached,
            notes=(tool.note,) if tool and tool.note else (),
            rules=rules_digest(self._tool_keys.get(tool, "")) if tool else "",
        )
        return Part(report, tuple(self._findings), tuple(self._facts))

    def _unseen(self, outcome: Outcome) -> Iterable[Skipped]:
        """What was asked and never came back. After a failure one line says it for all: the outcome tells why."""
        unseen = [path for path in self._twins if path not in self._settled]
        if not unseen and not (self._asked and isinstance(outcome, Missing)):
            return ()
        if isinstance(outcome, Ran):
            reason = f"{self._scanner.title} was given this file and does not say that it read it"
            dropped = [file.path for path in unseen for file in self._twins[path]]
            return [Skipped(path, SkipKind.GAP, "dropped", reason) for path in dropped]
        lost = sum(len(self._twins[path]) for path in unseen) if self._twins else self._asked
        return (Skipped("", SkipKind.GAP, "not-run", f"{lost} of {self._asked} files were not looked at"),)

    def _recall(self) -> None:
        """Take over what any of the tools found in the same content before."""
        for tool in self._tools:
            keys = {self._key(tool, files[0]): path for path, files in self._twins.items() if path not in self._settled}
            for key, data in self._ground.recall(list(keys)).items():
                path = keys[key]
                entry = self._ground.entries.file(data, path)
                if entry is not None:
                    self._cached += len(self._twins[path])
                    self._settle(path, entry)

    async def _all_batches(self, tool: Tool, left: Sequence[SourceFile], *, last: bool) -> set[str]:
        """Run everything that is left; gives the paths that the next tool should try."""
        batches = _portions(left, self._scanner.batch, self._ground.settings.jobs)
        retries = await asyncio.gather(*(self._batch(tool, files, last=last) for files in batches))
        return set().union(*retries)

    async def _batch(self, tool: Tool, files: Sequence[SourceFile], *, last: bool) -> set[str]:
        try:
            return await self._one_child(tool, files, last=last)
        except WalkdownError as error:
            # Often one file breaks or holds the tool. Halving finds it, and saves the results of its neighbours.
            if len(files) > 1 and self._second_tries > 0:
                self._second_tries -= 2
                middle = len(files) // 2
                first = await self._batch(tool, files[:middle], last=last)
                return first | await self._batch(tool, files[middle:], last=last)
            if isinstance(error, ChildTimedOutError):
                self._outcome = TimedOut(error.seconds)
            elif not isinstance(self._outcome, TimedOut):
                self._outcome = Failed(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours over one file must not cost the other batches
            self._outcome = Failed(fault(error))
        return set()

    async def _one_child(self, tool: Tool, files: Sequence[SourceFile], *, last: bool) -> set[str]:
        ground = self._ground
        async with ground.slots.take():  # also for the copies: made all at once, they would keep every child waiting
            batch = await self._batch_of(files)
            if not batch.files:
                return set()
            printed = await ground.child(
                self._scanner.argv(tool, batch),
                home=Path(batch.home),
                scratch=Path(batch.scratch),
                seconds=_patience(len(batch.files)),
            )
        async with ground.parsing:
            return await asyncio.to_thread(self._read, tool, batch, printed, last)

    async def _batch_of(self, files: Sequence[SourceFile]) -> Batch:
        ground = self._ground
        view, work = ground.scratch.for_copies(self.name), ground.scratch.folder(self.name)
        shown, lost = await asyncio.to_thread(ground.scratch.view, view, files, ground.read, self._scanner.copied_as)
        with self._taking:
            self._skip(lost)
        return Batch(
            folder=str(view),
            files=tuple(shown),
            scratch=str(work),
            home=str(ground.home(self.name)),
            offline=ground.settings.offline,
            secret_key=ground.secret_key,
        )

    def _read(self, tool: Tool, batch: Batch, printed: Printed, last: bool) -> set[str]:
        parsed = self._scanner.parse(tool, batch, printed)
        retry = frozenset() if last else parsed.retry
        self._take(tool, batch, parsed, retry)
        return set(retry)

    def _take(self, tool: Tool, batch: Batch, parsed: Parsed, retry: frozenset[str]) -> None:
        """Describe, keep and count what one child found. What it found in a file that it did not read to the end counts
        too, but is never kept."""
        findings, facts = by_path(parsed.findings), _facts_by_path(parsed.facts)
        broken = {skip.path for skip in parsed.skipped if skip.kind is SkipKind.GAP}
        fresh: dict[bytes, bytes] = {}
        entries: dict[str, FileEntry] = {}
        for file in batch.files:
            found = findings.get(file.path, [])
            if file.path in retry or (file.path not in parsed.looked and not found):
                continue
            if found:
                found = describe(found, Path(batch.folder, file.name).read_bytes(), key=batch.secret_key)
            entry = FileEntry(tuple(map(self._ground.entries.share, found)), tuple(facts.get(file.path, ())))
            if file.path in parsed.looked and file.path not in broken:
                key = self._key(tool, self._twins[file.path][0])
                fresh[key] = encode_file(file.path, entry.findings, entry.facts)
            entries[file.path] = entry
        self._ground.keep(fresh)
        with self._taking:
            before = len(self._findings)
            for path, entry in entries.items():
                self._settle(path, entry, whole=path in parsed.looked)
            self._skip([skip for skip in parsed.skipped if skip.path not in retry])
            self._ground.tell(Progress(self.name, self._looked, self._asked, tuple(self._findings[before:])))

    def _settle(self, path: str, entry: FileEntry, *, whole: bool = True) -> None:
        """Count a file's findings, and the file itself where it was read as a whole."""
        if whole:
            self._settled.add(path)
        for file in self._twins[path]:
            self._looked += whole
            self._findings += (relocate(finding, path, file.path) for finding in entry.findings)
            self._facts += (relocate_fact(fact, path, file.path) for fact in entry.facts)

    def _skip(self, skips: Iterable[Skipped]) -> None:
        """A file that was skipped speaks for its twins too."""
        for skip in skips:
            twins = self._twins.get(skip.path, [])
            self._settled.add(skip.path)
            paths = [file.path for file in twins] or [skip.path]
            self._skipped += (Skipped(path, skip.kind, skip.code, skip.reason) for path in paths)

    def _key(self, tool: Tool, file: SourceFile) -> bytes:
        parts = (file.content, file.path) if self._scanner.by_path else (file.content,)
        if tool not in self._tool_keys:  # digests of whole rule folders: once for the scan, not once for each file
            self._tool_keys[tool] = self._scanner.key(tool)
        return cache_key(self._ground.secret_key, f"{self.name} {self._tool_keys[tool]}", *parts)


def _portions(files: Sequence[SourceFile], most: int, jobs: int) -> list[Sequence[SourceFile]]:
    """Large ones first, so that the tool starts seldom; smaller ones at the end, so that no core waits long for the
    last one. Several for each core, so that progress shows; but a few files are not worth another start."""
    least = max(_FEW, min(most // 3, -(-len(files) // (jobs * 2))))
    portions: list[Sequence[SourceFile]] = []
    start = 0
    while start < len(files):
        size = max(least, min(most, -(-(len(files) - start) // (jobs * 2))))
        portions.append(files[start : start + size])
        start += size
    return portions


def _patience(files: int) -> float:
    """Seconds for one child: many times what a slow machine needs, yet a file that holds the tool for ever shows."""
    return 60 + 0.6 * files


def _twins(files: Sequence[SourceFile], *, by_path: bool) -> dict[str, list[SourceFile]]:
    """Files of equal content under the path of the first: they are scanned once."""
    groups: dict[str, list[SourceFile]] = {}
    for file in files:
        groups.setdefault(f"{file.content} {file.path}" if by_path else file.content, []).append(file)
    return {group[0].path: group for group in groups.values()}


def _facts_by_path(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(path_of(fact.place), []).append(fact)
    return groups
