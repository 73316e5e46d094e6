"""Has files read by children, each content once: what is known comes from the cache, and a file that ends its reader is
a gap, while the rest goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from walkdown.doors.files import extension
from walkdown.doors.wire import WasRead, write
from walkdown.errors import ChildTimedOutError, WalkdownError
from walkdown.model import BatchFile, MapScanner, SkipKind, Skipped, SourceFile, Tool
from walkdown.scan.entries import cache_key
from walkdown.scan.ground import Ground
from walkdown.syntax.extract import Answer, Wanted, answers, request

_FEW = 40  # files are not worth a child of their own
_MOST = 400
_MOST_DEATHS = 12
_AT_ONCE = 200  # answers held in memory when they are taken from the cache


class Readings:
    """`out`: where every answer is put down for linking, in any order. `told`: called with the number of files that are
    settled. `skipped` fills with what could not be read this time."""

    def __init__(
        self, scanner: MapScanner, tool: Tool, ground: Ground, out: BinaryIO, told: Callable[[int], None]
    ) -> None:
        self.skipped: list[Skipped] = []
        self.cached = 0
        self._scanner = scanner
        self._tool = tool
        self._ground = ground
        self._out = out
        self._told = told
        self._twins: dict[str, list[SourceFile]] = {}  # by content, which says what kind of file it is, too
        self._keys: dict[str, bytes] = {}
        self._missing: list[SourceFile] = []
        self._settled = 0
        self._deaths = 0
        self._taking = threading.Lock()  # batches end side by side, and each is taken in by a thread

    def recall(self, files: Sequence[SourceFile]) -> None:
        """Take what is known of these files."""
        key = f"{self._scanner.name} {self._scanner.reading_key(self._tool)}"
        for file in files:
            self._twins.setdefault(file.content, []).append(file)
        contents = list(self._twins)
        self._keys = {one: cache_key(self._ground.secret_key, key, "read", one) for one in contents}
        for start in range(0, len(contents), _AT_ONCE):
            some = contents[start : start + _AT_ONCE]
            known = self._ground.recall([self._keys[one] for one in some])
            for content in some:
                data = known.get(self._keys[content])
                if data is None:
                    self._missing.append(self._twins[content][0])
                else:
                    self._put(content, data)
        self.cached = self._settled

    async def read(self) -> None:
        """Have the rest of them read."""
        self._told(self._settled)
        await asyncio.gather(*(self._batch(part) for part in _portions(self._missing, self._ground.settings.jobs)))

    async def _batch(self, files: Sequence[SourceFile]) -> None:
        ground = self._ground
        async with ground.slots.take():
            view = ground.scratch.for_copies(self._scanner.name)
            shown, lost = await asyncio.to_thread(ground.scratch.view, view, files, ground.read, str)
            contents = {file.path: file.content for file in files}
            for skip in lost:
                self._lose(contents[skip.path], skip.code, skip.reason)
            while shown:
                shown = await self._one_child(view, shown)

    async def _one_child(self, view: Path, shown: Sequence[BatchFile]) -> list[BatchFile]:
        """One child reads until it ends or dies; gives what is still to be read by another."""
        ground = self._ground
        work = ground.scratch.folder(self._scanner.name)
        asked, given = work / "request", work / "answers"
        by_copy = {str(view / one.name): one for one in shown}
        asked.write_bytes(request([Wanted(copy, extension(one.path)) for copy, one in by_copy.items()]))
        died: WalkdownError | None = None
        try:
            await ground.child(
                self._scanner.reading(self._tool, asked, given),
                home=ground.home(self._scanner.name),
                scratch=work,
                seconds=_patience(len(shown)),
            )
        except WalkdownError as error:
            if not given.exists():
                raise  # it did not even begin, so no file is to blame
            died = error
        answered = await asyncio.to_thread(self._take, given, by_copy)
        left = [one for copy, one in by_copy.items() if copy not in answered]
        if died is None:
            for one in left:
                self._lose(one.content, "dropped", f"{self._scanner.title} was given this file and says nothing of it")
            return []
        return self._after(died, left)

    def _after(self, died: WalkdownError, left: list[BatchFile]) -> list[BatchFile]:
        """Whatever it was reading is to blame. A target that ends one reader after the other is not read for ever."""
        self._deaths += 1
        late = isinstance(died, ChildTimedOutError)
        for one in left[:1]:
            reason = "its reader did not come to an end" if late else "its reader died over it"
            self._lose(one.content, "too-slow" if late else "reader-died", reason)
        if self._deaths < _MOST_DEATHS:
            return left[1:]
        for one in left[1:]:
            self._lose(one.content, "not-read", "too many files before it ended their reader")
        return []

    def _take(self, given: Path, by_copy: Mapping[str, BatchFile]) -> set[str]:
        kept: dict[bytes, bytes] = {}
        answered: set[str] = set()
        for one in _answers(given):
            answered.add(one.copy)
            file = by_copy[one.copy]
            if one.program:
                kept[self._keys[file.content]] = one.program
                self._put(file.content, one.program)
            else:
                self._lose(file.content, "unreadable", one.why)
        self._ground.keep(kept)
        self._told(self._settled)
        return answered

    def _put(self, content: str, data: bytes) -> None:
        twins = self._twins[content]
        with self._taking:
            write(self._out, WasRead(tuple(one.path for one in twins), extension(twins[0].path), data))
            self._settled += len(twins)

    def _lose(self, content: str, code: str, reason: str) -> None:
        """A file that is lost is lost for its twins too."""
        twins = self._twins[content]
        with self._taking:
            self.skipped += (Skipped(one.path, SkipKind.GAP, code, reason) for one in twins)
            self._settled += len(twins)


def _answers(given: Path) -> Iterator[Answer]:
    try:
        yield from answers(given.read_bytes())
    except (msgspec.MsgspecError, OSError):
        return  # what a dying child wrote last may be anything


def _portions(files: Sequence[SourceFile], jobs: int) -> Iterator[Sequence[SourceFile]]:
    """Two for each core, the large files spread over all of them, so that no core waits long for the last one."""
    many = max(1, min(jobs * 2, len(files) // _FEW), -(-len(files) // _MOST))
    by_size = sorted(files, key=lambda file: -file.size)
    return (by_size[at::many] for at in range(many) if by_size)


def _patience(files: int) -> float:
    """Seconds for one child: many times what a slow machine needs, yet a file that holds the reader for ever shows."""
    return 60 + 0.6 * files
