"""Runs the scanner that makes the map of doors: files are read by children, then one child links them all.

What was read of a file is kept by its content, and the whole map by the contents of all: a scan of an unchanged target
starts no child, and after an edit one file is read again.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from walkdown.doors.wire import Around, Linked, linked, write
from walkdown.errors import ChildTimedOutError
from walkdown.model import (
    Chosen,
    Coverage,
    Finding,
    MapScanner,
    Missing,
    NothingToScan,
    Outcome,
    Place,
    Ran,
    Report,
    SkipKind,
    Skipped,
    Sources,
    TimedOut,
    Tool,
    path_of,
)
from walkdown.scan.entries import LinkEntry, cache_key, encode_link, rules_digest
from walkdown.scan.events import Progress, Started
from walkdown.scan.foreign import describe_anywhere
from walkdown.scan.ground import Ground, Part
from walkdown.scan.readings import Readings


class MapWork:
    """One making of the map in one scan. `part` may be asked at any time."""

    def __init__(self, scanner: MapScanner, ground: Ground, sources: Sources) -> None:
        self.name = scanner.name
        self._scanner = scanner
        self._ground = ground
        self._sources = sources
        self._started = time.monotonic()
        self._tool: Tool | None = None
        self._chosen = Chosen((), (), ())
        self._outcome: Outcome = Ran()
        self._skipped: list[Skipped] = []
        self._map: LinkEntry | None = None
        self._cached = 0

    async def run(self) -> None:
        # Of the whole target, also where a narrowed scan reads a part: a guard may stand in a file that did not change.
        files, scanner = self._sources.files, self._scanner
        self._chosen = chosen = await asyncio.to_thread(scanner.choose, files)
        self._skipped += chosen.skipped
        self._skipped += await asyncio.to_thread(scanner.unread, files, self._sources.read)
        if not chosen.read:
            if all(skip.kind is SkipKind.SCOPE for skip in self._skipped):
                self._outcome = NothingToScan(f"no files for {scanner.title} here")
            return
        tools = await asyncio.to_thread(scanner.find, self._ground.where)
        if isinstance(tools, Missing):
            self._outcome = tools
            return
        self._tool = tool = tools[0]
        key = await asyncio.to_thread(self._key, tool)
        known = self._ground.recall([key]).get(key)
        entry = None if known is None else await asyncio.to_thread(self._ground.entries.link, known)
        if entry is None:
            try:
                entry = await self._make(tool, key)
            except ChildTimedOutError as error:
                self._outcome = TimedOut(error.seconds)
                return
        else:
            self._cached = len(chosen.read)
            self._ground.tell(Started(self.name, tool.version, len(chosen.read), self._cached))
        findings = tuple(map(self._ground.entries.share, self._asked_for(entry.findings)))
        self._map = msgspec.structs.replace(entry, findings=findings)
        self._progress(len(chosen.read), findings)

    def part(self, stopped: Outcome | None = None) -> Part:
        outcome = stopped or self._outcome
        found = self._map or LinkEntry((), (), (), ())
        asked = {file.path for file in self._chosen.read}
        skipped = [*self._skipped, *found.skipped]
        unseen = asked if self._map is None else asked.intersection(skip.path for skip in skipped)
        if asked and self._map is None and not isinstance(outcome, Ran):
            skipped.append(
                Skipped("", SkipKind.GAP, "not-run", f"{len(asked)} of {len(asked)} files were not looked at")
            )
        tool = self._tool
        report = Report(
            scanner=self.name,
            version=tool.version if tool else "",
            outcome=outcome,
            coverage=Coverage(len(asked), len(asked) - len(unseen), tuple(sorted(skipped, key=lambda skip: skip.path))),
            seconds=round(time.monotonic() - self._started, 3),
            cached_files=self._cached,
            rules=rules_digest(self._scanner.key(tool)) if tool else "",
        )
        return Part(report, found.findings, found.facts, found.doors)

    def _asked_for(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Of a narrowed scan, the flaws that something in its files is part of."""
        if len(self._ground.files) == len(self._sources.files):
            return findings
        paths = {file.path for file in self._ground.files}
        return [one for one in findings if any(path_of(place) in paths for place in _places(one))]

    async def _make(self, tool: Tool, key: bytes) -> LinkEntry:
        room = self._ground.scratch.folder(self.name)
        asked = room / "request"
        with asked.open("wb") as out:
            around, lost = await asyncio.to_thread(self._around)
            write(out, around)
            readings = Readings(self._scanner, tool, self._ground, out, self._progress)
            await asyncio.to_thread(readings.recall, self._chosen.read)
            self._cached = readings.cached
            self._ground.tell(Started(self.name, tool.version, len(self._chosen.read), self._cached))
            await readings.read()
        lost += readings.skipped
        self._skipped += lost
        found = await self._linked(tool, asked, room)
        files = {file.path for file in self._sources.files}
        secret_key = self._ground.secret_key
        findings = await asyncio.to_thread(describe_anywhere, found.findings, files, self._sources.read, secret_key)
        entry = LinkEntry(found.doors, tuple(findings), found.facts, found.skipped)
        if not lost:  # a map with a hole that another try may close is not kept
            await asyncio.to_thread(self._ground.keep, {key: encode_link(entry)})
        return entry

    async def _linked(self, tool: Tool, asked: Path, room: Path) -> Linked:
        ground = self._ground
        async with ground.slots.take(first=True):
            printed = await ground.child(self._scanner.linking(tool, asked), home=ground.home(self.name), scratch=room)
        return await asyncio.to_thread(linked, printed.stdout)

    def _around(self) -> tuple[Around, list[Skipped]]:
        """What linking reads as it is, and what of that could not be copied."""
        ground, chosen = self._ground, self._chosen
        view = ground.scratch.for_copies(self.name)
        shown, lost = ground.scratch.view(view, chosen.beside, ground.read, str)
        return Around(chosen.paths, tuple((one.path, str(view / one.name)) for one in shown)), lost

    def _key(self, tool: Tool) -> bytes:
        """Everything the map is made from: what is read, what is read beside it, and which files there are."""
        chosen = self._chosen
        lines = [
            f"{file.path}\0{file.content}" for file in sorted((*chosen.read, *chosen.beside), key=lambda one: one.path)
        ]
        about = hashlib.sha256("\n".join((*lines, "", *chosen.paths)).encode("utf-8", "surrogatepass")).hexdigest()
        return cache_key(self._ground.secret_key, f"{self.name} {self._scanner.key(tool)}", "link", about)

    def _progress(self, done: int, findings: Sequence[Finding] = ()) -> None:
        self._ground.tell(Progress(self.name, done, len(self._chosen.read), tuple(findings)))


def _places(finding: Finding) -> Iterator[Place]:
    yield finding.place
    yield from finding.places
    yield from (step.place for step in finding.steps)
