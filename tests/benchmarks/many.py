"""50,000 findings through parse, describe, merge, names and export, with seconds and peak memory. Run by scan.py."""

from __future__ import annotations

import asyncio
import hashlib
import resource
import sys
import time
from pathlib import Path

import msgspec

from walkdown.cache import Cache
from walkdown.model import Batch, BatchFile, Command, Printed, ScanResult, SourceFile, TargetFacts, Tool
from walkdown.record.scan_json import scan_json
from walkdown.safetext import Masker
from walkdown.scan.events import nobody
from walkdown.scan.ground import Ground
from walkdown.scan.memory import Memory
from walkdown.scan.merge import merge
from walkdown.scan.scan import Scan, Scanned
from walkdown.scan.slots import Slots
from walkdown.scan.view import scratch
from walkdown.scanners.bandit import Bandit
from walkdown.scanners.programs import Programs
from walkdown.settings import Folders, Settings

A_FILE = 50


def main(what: str, count: int, room: Path) -> None:
    source = "".join(f"def f{n}(value):\n    return eval(value + '{n}')\n" for n in range(A_FILE)).encode()
    files = [SourceFile(f"m{n}.py", hashlib.sha256(b"%d" % n).hexdigest(), len(source)) for n in range(count // A_FILE)]
    if what == "merge":
        decode_and_merge(files)
    else:
        whole(room, files, source)


def output(names: list[str]) -> bytes:
    """What Bandit prints for these files, as it prints it."""
    results = [
        {
            "code": f"{line - 1} def f(value):\n{line}     return eval(value)\n", "col_offset": 11, "end_col_offset": 29,
            "filename": name, "issue_confidence": "HIGH", "issue_cwe": {"id": 78, "link": "https://cwe.example/78"},
            "issue_severity": "MEDIUM", "issue_text": "Use of possibly insecure function.", "line_number": line,
            "line_range": [line], "more_info": "https://bandit.example/b307", "test_id": "B307", "test_name": "blacklist",
        }
        for name in names
        for line in range(2, 2 * A_FILE + 1, 2)
    ]  # fmt: skip
    metrics = {name: {"loc": 100, "nosec": 0} for name in names} | {"_totals": {"loc": 100, "nosec": 0}}
    return msgspec.json.encode(
        {"errors": [], "generated_at": "2026-01-01T00:00:00Z", "metrics": metrics, "results": results}
    )


def decode_and_merge(files: list[SourceFile]) -> None:
    scanner, tool = Bandit(), Tool("bandit", "1", ("bandit",), "3.11")
    batches = []
    for start in range(0, len(files), scanner.batch):
        some = files[start : start + scanner.batch]
        batch = Batch("/view", tuple(BatchFile(file.path, file.path, file.content) for file in some), "/s", "/h")
        batches.append((batch, Printed(output([f"/view/{file.path}" for file in some]))))
    began = time.perf_counter()
    findings = [one for batch, printed in batches for one in scanner.parse(tool, batch, printed).findings]
    merged = merge(findings)
    print(f"decode and merge {len(merged):,} findings: {time.perf_counter() - began:.2f} s   (asked: 2 s)")


class Printing(Bandit):
    """Bandit's adapter on a child that only prints what Bandit would."""

    def argv(self, tool: Tool, batch: Batch) -> Command:
        return Command((sys.executable, __file__, "print", batch.folder))


def whole(room: Path, files: list[SourceFile], source: bytes) -> None:
    """A scan with nothing in the cache, or with everything, and its JSON; alone in its process."""
    settings = Settings(folders=Folders(room / "config", room / "cache", room / "state"), jobs=2)
    kept: list[Scanned] = []

    async def run(cache: Cache) -> None:
        slots = Slots(2)
        with scratch() as place:
            ground = Ground(
                settings, files, lambda _: source, cache, place, Programs(room), b"k" * 32, nobody, slots
            )  # fmt: skip
            # As the command does: asyncio.run() would build the repr of a result.
            kept.append(await Scan(ground, None, [Printing()]).run(Memory(), {}, head="", looked=None))  # type: ignore[arg-type]

    cache = Cache(room / "cache")
    began = time.perf_counter()
    asyncio.run(run(cache))
    cache.close()
    [scanned] = kept
    result = ScanResult(TargetFacts(), scanned.reports, scanned.findings)
    size = sum(len(piece) for piece in scan_json(result, lambda _: "eval(value)", Masker()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    name = "cached" if scanned.reports[0].cached_files else "cold"
    seconds = time.perf_counter() - began
    print(
        f"{len(scanned.findings):,} findings, {name}: {seconds:.1f} s, {size / 1e6:.0f} MB of JSON, peak {peak:.0f} MB (asked: 150)"
    )


if __name__ == "__main__":
    if sys.argv[1] == "print":
        sys.stdout.buffer.write(output([str(path) for path in sorted(Path(sys.argv[2]).iterdir())]))
    else:
        main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
