"""Runs a scanner that answers about something larger than a file: a set of packages, the history, a foreign report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec

from walkdown.errors import ChildTimedOutError, WalkdownError
from walkdown.model import (
    Batch,
    Coverage,
    Fact,
    Failed,
    Finding,
    Job,
    JobScanner,
    Missing,
    NothingToScan,
    Outcome,
    Parsed,
    Ran,
    Report,
    Serving,
    SkipKind,
    Skipped,
    Sources,
    TimedOut,
    Tool,
    is_whole,
)
from walkdown.scan.entries import JobEntry, cache_key, decode_memory, encode_job, encode_memory, rules_digest
from walkdown.scan.events import Progress, Started
from walkdown.scan.foreign import describe_anywhere
from walkdown.scan.ground import OF_DATA, Ground, Part


class JobWork:
    def __init__(self, scanner: JobScanner, ground: Ground, sources: Sources) -> None:
        self.name = scanner.name
        self._scanner = scanner
        self._ground = ground
        self._sources = sources
        self._started = time.monotonic()
        self._tool: Tool | None = None
        self._rules = ""
        self._service = ""
        self._outcome: Outcome = Ran()
        self._asked: list[str] = []
        self._looked: set[str] = set()
        self._skipped: list[Skipped] = []
        self._findings: list[Finding] = []
        self._facts: list[Fact] = []
        self._cached = 0

    async def run(self) -> None:
        self._skipped += await asyncio.to_thread(self._scanner.unread, self._sources)
        tools = await asyncio.to_thread(self._scanner.find, self._ground.where)
        if isinstance(tools, Missing):
            self._outcome = tools
            return
        self._tool = tool = tools[0]
        self._rules = rules_digest(self._scanner.key(tool))
        jobs = await asyncio.to_thread(self._scanner.jobs, tool, self._sources, self._remembered(tool))
        if isinstance(jobs, Missing):
            self._outcome = jobs
            return
        if not jobs:
            if all(skip.kind is SkipKind.SCOPE for skip in self._skipped):
                self._outcome = NothingToScan(f"nothing for {self._scanner.title} here")
            return
        self._asked = [name for job in jobs for name in job.asked]
        jobs = [await self._described(job) for job in jobs]
        left = [job for job in jobs if not self._recall(tool, job)]
        self._ground.tell(Started(self.name, tool.version, len(self._asked), self._cached))
        if left:
            with self._serving(tool) as self._service:
                await asyncio.gather(*(self._job(tool, job) for job in left))
        report = self.part().report
        # What it read of the target is as good where only data of ours were missing or old.
        if is_whole(report.outcome) and all(gap.code in OF_DATA for gap in report.coverage.gaps):
            self._remember(tool)

    def part(self, stopped: Outcome | None = None) -> Part:
        outcome = stopped or self._outcome
        told = not isinstance(outcome, Missing | NothingToScan)
        skipped = sorted((*self._skipped, *self._unseen(outcome)), key=lambda skip: skip.path)
        report = Report(
            scanner=self.name,
            version=self._tool.version if self._tool else "",
            outcome=outcome,
            coverage=Coverage(len(self._asked), len(self._looked.intersection(self._asked)), tuple(skipped)),
            seconds=round(time.monotonic() - self._started, 3),
            cached_files=self._cached,
            notes=(self._tool.note,) if self._tool and self._tool.note and told else (),
            rules=self._rules,
            data=self._tool.data if self._tool else "",
            data_at=self._tool.data_at if self._tool else "",
        )
        return Part(report, tuple(self._findings), tuple(self._facts))

    def _serving(self, tool: Tool) -> AbstractContextManager[str]:
        return self._scanner.service(tool) if isinstance(self._scanner, Serving) else nullcontext("")

    def _unseen(self, outcome: Outcome) -> Sequence[Skipped]:
        known = self._looked | {skip.path for skip in self._skipped}
        unseen = [name for name in self._asked if name not in known]
        if isinstance(outcome, Ran):
            reason = f"{self._scanner.title} was asked about this and gave no answer"
            return [Skipped(name, SkipKind.GAP, "dropped", reason) for name in unseen]
        if not unseen:
            return ()
        return (Skipped("", SkipKind.GAP, "not-run", f"{len(unseen)} of {len(self._asked)} were not looked at"),)

    def _recall(self, tool: Tool, job: Job) -> bool:
        if job.settled is not None:
            self._take(job.settled)
            return True
        if not job.key:
            return False
        key = self._key(tool, job)
        data = self._ground.recall([key]).get(key)
        entry = None if data is None else self._ground.entries.job(data)
        if entry is None or (job.keep_seconds is not None and not 0 <= time.time() - entry.at <= job.keep_seconds):
            return False
        self._cached += len(job.asked)
        self._take(Parsed(entry.findings, entry.facts, frozenset(entry.looked), entry.skipped))
        return True

    async def _job(self, tool: Tool, job: Job) -> None:
        try:
            parsed = await self._one_child(tool, job)
        except ChildTimedOutError as error:
            self._outcome = TimedOut(error.seconds)
        except WalkdownError as error:
            if not isinstance(self._outcome, TimedOut):
                self._outcome = Failed(str(error))
        else:
            self._keep(tool, job, parsed)
            self._take(parsed)

    async def _one_child(self, tool: Tool, job: Job) -> Parsed:
        ground = self._ground
        folder = ground.scratch.folder(self.name)
        view, work = folder / "view", folder / "work"
        view.mkdir()
        work.mkdir()
        await asyncio.to_thread(_write, view, job.inputs)
        batch = Batch(
            folder=str(view),
            files=(),
            scratch=str(work),
            home=str(ground.home(self.name)),
            offline=ground.settings.offline,
            secret_key=ground.secret_key,
            service=self._service,
        )
        command = self._scanner.argv(tool, job, batch)
        async with ground.slots.take(first=True):
            # Who asks us has no use for the way out.
            network = not self._service
            printed = await ground.child(command, home=Path(batch.home), scratch=work, network=network)
        return await self._told_apart(await asyncio.to_thread(self._scanner.parse, tool, job, batch, printed))

    async def _described(self, job: Job) -> Job:
        """What was known without a child has to be recognised by the next scan, too; some was described before."""
        if job.settled is None or all(finding.fingerprint for finding in job.settled.findings):
            return job
        return msgspec.structs.replace(job, settled=await self._told_apart(job.settled))

    async def _told_apart(self, parsed: Parsed) -> Parsed:
        files = {file.path for file in self._sources.files}
        key = self._ground.secret_key
        findings = await asyncio.to_thread(describe_anywhere, parsed.findings, files, self._sources.read, key)
        return Parsed(tuple(findings), parsed.facts, parsed.looked, parsed.skipped)

    def _keep(self, tool: Tool, job: Job, parsed: Parsed) -> None:
        """Only an answer that is whole: gaps are tried again by the next scan."""
        whole = parsed.looked.issuperset(job.asked)
        if job.key and whole and not any(skip.kind is SkipKind.GAP for skip in parsed.skipped):
            entry = JobEntry(time.time(), parsed.findings, parsed.facts, tuple(sorted(parsed.looked)), parsed.skipped)
            self._ground.keep({self._key(tool, job): encode_job(entry)})

    def _take(self, parsed: Parsed) -> None:
        findings = tuple(map(self._ground.entries.share, parsed.findings))
        self._findings += findings
        self._facts += parsed.facts
        self._looked |= parsed.looked
        self._skipped += parsed.skipped
        self._ground.tell(Progress(self.name, len(self._looked), len(self._asked), findings))

    def _remembered(self, tool: Tool) -> bytes | None:
        key = self._memory_key(tool)
        data = self._ground.recall([key]).get(key)
        return None if data is None else decode_memory(data)

    def _remember(self, tool: Tool) -> None:
        data = self._scanner.remember(tool, self._sources, self._findings)
        if data is not None:
            self._ground.keep({self._memory_key(tool): encode_memory(data)})

    def _key(self, tool: Tool, job: Job) -> bytes:
        return cache_key(self._ground.secret_key, f"{self.name} {self._scanner.key(tool)}", "job", job.key)

    def _memory_key(self, tool: Tool) -> bytes:
        return cache_key(
            self._ground.secret_key, f"{self.name} {self._scanner.key(tool)}", "memory", self._sources.identity
        )


def _write(folder: Path, inputs: Sequence[tuple[str, bytes]]) -> None:
    for name, data in inputs:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
