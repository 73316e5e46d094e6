"""One scan by pip-audit alone, over packages that are given, with folders of its own. Also a program, to be watched
from outside: `python -m helpers.package_scan FOLDER STORE NAME==VERSION...` scans offline and prints what it found."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from walkdown.cache import Cache
from walkdown.model import Dependency, Finding, History, JobScanner, Manifest, Report, SourceFile, Where
from walkdown.scan.events import nobody
from walkdown.scan.ground import Ground
from walkdown.scan.memory import Memory
from walkdown.scan.scan import Scan
from walkdown.scan.slots import Slots
from walkdown.scan.view import scratch
from walkdown.scanners.pip_audit import PipAudit
from walkdown.scanners.programs import Programs
from walkdown.settings import Folders, Settings


class Pinned:
    """A target that consists of one list of packages."""

    identity = "target"
    history: History | None = None
    files: Sequence[SourceFile] = ()

    def __init__(self, pins: Sequence[str], *, offline: bool) -> None:
        self.offline = offline
        self._pins = pins

    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def manifests(self) -> Sequence[Manifest]:
        path = "requirements.txt"
        needed = tuple(
            Dependency("PyPI", name, version, path=path, line=line)
            for line, (name, version) in enumerate((pin.split("==") for pin in self._pins), 1)
        )
        return (Manifest(path, "requirements", "PyPI", dependencies=needed),)


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


@contextlib.asynccontextmanager
async def package_scan(
    folder: Path,
    scanner: JobScanner,
    pins: Sequence[str],
    *,
    offline: bool,
    where: Where | None = None,
    seconds: float = 60,
) -> AsyncIterator[Scan]:
    settings = Settings(
        Folders(folder / "config", folder / "cache", folder / "state"), offline=offline, scanner_timeout=seconds
    )
    with scratch() as room, contextlib.closing(Cache(settings.folders.cache)) as cache:
        programs = where or Programs(folder)
        ground = Ground(settings, (), _nothing, cache, room, programs, b"k" * 32, nobody, Slots(2))
        yield Scan(ground, Pinned(pins, offline=offline), (scanner,))


def packages_scanned(
    folder: Path,
    scanner: JobScanner,
    pins: Sequence[str],
    *,
    offline: bool,
    where: Where | None = None,
    seconds: float = 60,
) -> tuple[Report, list[Finding]]:
    async def scanned() -> tuple[Report, list[Finding]]:
        async with package_scan(folder, scanner, pins, offline=offline, where=where, seconds=seconds) as scan:
            done = await scan.run(Memory(), {}, head="", looked=None)
        return done.reports[0], list(done.findings)

    return asyncio.run(scanned())


if __name__ == "__main__":
    report, findings = packages_scanned(Path(sys.argv[1]), PipAudit(Path(sys.argv[2])), sys.argv[3:], offline=True)
    sys.stdout.buffer.write(msgspec.json.encode((report, sorted(one.rule.id for one in findings))))
