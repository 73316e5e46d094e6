"""What all scanners of one scan share: the files, the cache, the cores, and the way to run one child."""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from walkdown.cache import Cache
from walkdown.errors import ScannerError
from walkdown.model import Command, Door, Fact, Finding, Printed, Report, SourceFile, Where
from walkdown.process import Limits, clean_environment, run
from walkdown.safetext import Masker
from walkdown.scan.entries import Reader
from walkdown.scan.events import Listener
from walkdown.scan.slots import Slots
from walkdown.scan.view import Scratch
from walkdown.settings import Settings

_MEMORY = 6 * 1024**3
# Gaps that are about data of ours, not about the target: everything was read, and asked out of data that may lack some.
OF_DATA = frozenset(
    {"stale-data", "stale-data-npm", "stale-data-pypi", "partial-data", "no-index-npm", "no-index-pypi", "broken-index"}
)
# What no scanner of ours reads yet: nothing that was known of that file is in doubt.
NOT_YET = frozenset({"framework-unread"})


@dataclass(frozen=True)
class Part:
    """One scanner's share of the result."""

    report: Report
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    doors: tuple[Door, ...] = ()


@dataclass
class Ground:
    settings: Settings
    files: Sequence[SourceFile]
    read: Callable[[str], bytes]
    cache: Cache | None
    scratch: Scratch
    where: Where
    secret_key: bytes
    tell: Listener
    slots: Slots
    # One output at a time is taken apart: two would not be faster, only larger.
    parsing: asyncio.Lock = field(default_factory=asyncio.Lock)
    entries: Reader = field(default_factory=Reader)

    def recall(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return self.cache.get(keys) if self.cache else {}

    def keep(self, entries: Mapping[bytes, bytes]) -> None:
        if self.cache:
            self.cache.put(entries)

    def home(self, scanner: str) -> Path:
        """A folder that outlives the scan, for what a tool compiles once; a temporary one where the disk says no."""
        path = self.settings.folders.cache / "home" / scanner
        try:
            # The outermost first: what `parents` makes on the way is open to everybody.
            self.settings.folders.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            path = self.scratch.root / f"home-{scanner}"
            path.mkdir(exist_ok=True)
        return path

    async def child(
        self, command: Command, *, home: Path, scratch: Path, network: bool = False, seconds: float | None = None
    ) -> Printed:
        """Run one child; the caller holds a slot. An exit code the scanner did not announce is an error."""
        env = clean_environment(str(home), str(scratch), network=network and not self.settings.offline)
        env.update(command.env)
        most = self.settings.scanner_timeout
        limits = Limits(seconds=most if seconds is None else min(seconds, most), memory_bytes=_MEMORY)
        ended = await run(command.argv, cwd=command.cwd or str(scratch), env=env, limits=limits)
        if ended.code not in command.ok:
            raise ScannerError(_ending(command.argv, ended.code, ended.stderr), "Try: walkdown doctor")
        return Printed(ended.stdout, ended.stderr, ended.code)


def _ending(argv: Sequence[str], code: int, stderr: bytes) -> str:
    name = argv[argv.index("-m") + 1] if "-m" in argv else Path(argv[0]).name
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    # Masked by patterns before it is cut, so that no half of a secret is left to slip through; by value later.
    said = f" ({Masker().mask_text(lines[-1].strip())[:200]})" if lines else ""
    if code < 0:
        try:
            return f"{name} was ended by {signal.Signals(-code).name}{said}."
        except ValueError:
            return f"{name} was ended by signal {-code}{said}."
    return f"{name} ended with exit code {code}{said}."


def fault(error: Exception) -> str:
    """What a person can tell us. Never the error's own words: they may quote code or a secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"walkdown itself failed here: {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}."
