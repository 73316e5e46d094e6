"""A scan with scanners that misbehave: every end is told, gaps are counted, and the others' findings stay."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from walkdown.cache import Cache
from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    Cancelled,
    Command,
    Confidence,
    Failed,
    FilePlace,
    Finding,
    Manifest,
    Missing,
    NothingToScan,
    Parsed,
    Printed,
    Ran,
    Rule,
    Severity,
    SkipKind,
    Skipped,
    Source,
    SourceFile,
    TimedOut,
    Tool,
    Where,
    line_of,
    path_of,
)
from walkdown.scan.events import Listener, Progress, ScanEvent, nobody
from walkdown.scan.ground import Ground
from walkdown.scan.memory import Memory
from walkdown.scan.scan import Scan, Scanned
from walkdown.scan.slots import Slots
from walkdown.scan.view import scratch
from walkdown.scanners.programs import Programs
from walkdown.settings import Folders, Settings

RULE = Rule("fake", "eval", "eval is used", family="code-eval")

# A child that prints one line `NAME LINE` for each line holding eval, and `NAME 0` for each file it read.
GREP = """
import pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    print(path.relative_to(sys.argv[1]), 0)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if "eval" in line: print(path.relative_to(sys.argv[1]), number)
"""


class Grep:
    """A small honest scanner, with a knob for each way to misbehave."""

    title = "Grep"
    by_path = False
    batch = 3

    def __init__(self, name: str = "grep", code: str = GREP, tools: int = 1) -> None:
        self.name = name
        self.code = code
        self.tools = tools
        self.runs: list[tuple[str, ...]] = []
        self.version = "1"

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        return tuple(Tool("grep", f"{self.version}.{n}", (sys.executable, "-c", self.code)) for n in range(self.tools))

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset()

    def wants(self, file: SourceFile) -> bool:
        return file.path.endswith(".py")

    def copied_as(self, path: str) -> str:
        return path

    def key(self, tool: Tool) -> str:
        return tool.version

    def argv(self, tool: Tool, batch: Batch) -> Command:
        self.runs.append(tuple(file.path for file in batch.files))
        return Command((*tool.program, batch.folder))

    def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:
        names = {file.name: file.path for file in batch.files}
        looked: set[str] = set()
        findings: list[Finding] = []
        try:
            for text in printed.stdout.decode().splitlines():
                name, line = text.rsplit(" ", 1)
                looked.add(names[name])
                if int(line):
                    place = FilePlace(names[name], int(line))
                    source = (Source(self.name, "eval"),)
                    findings.append(Finding(RULE, Severity.HIGH, Confidence.SURE, place, sources=source))
        except (ValueError, KeyError) as error:
            raise ScannerError("grep printed something else.", "Try again.") from error
        return Parsed(tuple(findings), looked=frozenset(looked))


class World:
    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.tree.mkdir()
        folders = Folders(folder / "config", folder / "cache", folder / "state")
        self.settings = Settings(folders=folders, jobs=2, timeout=60, scanner_timeout=30)
        for number in range(8):
            self.write(f"f{number}.py", f"x = {number}\ny = eval('{number}')\n")

    def write(self, name: str, text: str) -> None:
        (self.tree / name).write_text(text)

    def files(self) -> list[SourceFile]:
        paths = sorted(self.tree.iterdir())
        return [SourceFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), 9) for path in paths]

    def scan(
        self, *scanners: Grep, listener: Listener = nobody, during: Callable[[Scan], None] | None = None
    ) -> Scanned:
        return asyncio.run(self._scan(scanners, listener, during))

    async def _scan(
        self, scanners: Sequence[Grep], listener: Listener, during: Callable[[Scan], None] | None
    ) -> Scanned:
        cache = Cache(self.settings.folders.cache)
        with scratch() as room, contextlib.closing(cache):
            ground = Ground(
                self.settings, self.files(), lambda path: (self.tree / path).read_bytes(), cache, room,
                Programs(self.tree), b"k" * 32, listener, Slots(2),
            )  # fmt: skip
            scan = Scan(ground, NoSources(), scanners)
            if during is not None:
                asyncio.get_running_loop().call_later(0.5, during, scan)
            return await scan.run(Memory(), {}, head="", looked=None)


class NoSources:
    identity = "test"
    offline = True
    files: Sequence[SourceFile] = ()
    history = None

    def read(self, path: str) -> bytes:
        raise AssertionError(path)

    def manifests(self) -> Sequence[Manifest]:
        raise AssertionError


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    yield World(tmp_path)
    left = [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()]
    assert left == [], "a scan leaves no copy of the code behind"


def test_every_file_is_looked_at_once_and_never_again(world: World) -> None:
    scanner = Grep()
    first = world.scan(scanner)
    assert isinstance(first.reports[0].outcome, Ran)
    assert (first.reports[0].coverage.asked, first.reports[0].coverage.files) == (8, 8)
    assert first.reports[0].complete
    places = [(path_of(finding.place), line_of(finding.place)) for finding in first.findings]
    assert places == [(f"f{n}.py", 2) for n in range(8)]
    assert sorted(path for run in scanner.runs for path in run) == [f"f{n}.py" for n in range(8)]

    again = Grep()
    second = world.scan(again)
    assert again.runs == []
    assert second.reports[0].cached_files == 8
    assert second.findings == first.findings

    world.write("f3.py", "z = eval('new')\n")
    third = Grep()
    assert len(world.scan(third).findings) == 8
    assert third.runs == [("f3.py",)]


def test_a_moved_file_and_equal_files_cost_nothing(world: World) -> None:
    world.scan(Grep())
    (world.tree / "f0.py").rename(world.tree / "moved.py")
    world.write("copy.py", (world.tree / "f1.py").read_text())
    again = Grep()
    found = world.scan(again)
    assert again.runs == []
    places = {path_of(finding.place) for finding in found.findings}
    assert places == {"moved.py", "copy.py", *(f"f{n}.py" for n in range(1, 8))}


def test_another_version_of_the_tool_looks_again(world: World) -> None:
    world.scan(Grep())
    newer = Grep()
    newer.version = "2"
    world.scan(newer)
    assert sum(len(run) for run in newer.runs) == 8


def test_a_report_tells_by_which_rules_was_looked(world: World) -> None:
    newer = Grep()
    newer.version = "2"
    first, again, other = (world.scan(one).reports[0].rules for one in (Grep(), Grep(), newer))
    assert first == again != other
    assert len(first) == len(other) == 16


MISBEHAVIOUR = {
    "crash": ("import os; os.abort()", Failed, "SIGABRT"),
    "exit": ("import sys; sys.stderr.write('no such option'); sys.exit(7)", Failed, "exit code 7 (no such option)"),
    "garbage": ("print('<html>504</html>')", Failed, "printed something else"),
    "flood": ("import sys\nwhile True: sys.stdout.write('x' * 1000000)", Failed, "printed more than"),
    "hang": ("import time; time.sleep(600)", TimedOut, ""),
    "silent": ("", Ran, ""),
}


@pytest.mark.parametrize("way", MISBEHAVIOUR)
def test_one_bad_scanner_is_told_and_costs_the_others_nothing(world: World, way: str) -> None:
    code, outcome, said = MISBEHAVIOUR[way]
    world.settings = msgspec.structs.replace(world.settings, scanner_timeout=1.0 if way == "hang" else 30)
    scanned = world.scan(Grep("bad", code), Grep("good"))
    bad, good = scanned.reports
    assert isinstance(bad.outcome, outcome)
    assert said in str(bad.outcome)
    assert not bad.complete
    assert bad.coverage.files == 0
    assert bad.coverage.gaps
    assert good.complete
    assert len(scanned.findings) == 8


def test_failures_are_never_kept(world: World) -> None:
    world.scan(Grep("grep", "import os; os.abort()"))
    mended = Grep("grep")
    assert world.scan(mended).reports[0].complete
    assert sum(len(run) for run in mended.runs) == 8


def test_a_file_the_tool_drops_silently_is_a_gap(world: World) -> None:
    world.write("drop_me.py", "eval('x')\n")
    scanned = world.scan(Grep("grep", GREP.replace('rglob("*.py")', 'rglob("f*.py")')))
    assert [(gap.path, gap.code) for gap in scanned.reports[0].coverage.gaps] == [("drop_me.py", "dropped")]


def test_one_poisonous_file_costs_only_itself(world: World) -> None:
    world.write("poison.py", "crash\n")
    code = f"import pathlib, sys, os\nif list(pathlib.Path(sys.argv[1]).glob('poison.py')): os.abort()\n{GREP}"
    scanned = world.scan(Grep("grep", code))
    assert isinstance(scanned.reports[0].outcome, Failed)
    assert scanned.reports[0].coverage.files == 8
    assert len(scanned.findings) == 8


def test_what_was_found_before_a_check_crashed_counts_and_the_file_is_a_gap_each_time(world: World) -> None:
    class Crashing(Grep):
        def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:
            parsed = super().parse(tool, batch, printed)
            gap = Skipped("f5.py", SkipKind.GAP, "rule-crash", "a check crashed")
            return Parsed(parsed.findings, looked=parsed.looked - {"f5.py"}, skipped=(gap,))

    for _ in range(2):
        scanner = Crashing()
        scanned = world.scan(scanner)
        assert len(scanned.findings) == 8
        assert scanned.reports[0].coverage.files == 7
        assert {gap.code for gap in scanned.reports[0].coverage.gaps} == {"rule-crash"}
        assert "f5.py" in {path for run in scanner.runs for path in run}


def test_a_second_tool_gets_what_the_first_cannot_read(world: World) -> None:
    class TwoTools(Grep):
        def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:
            parsed = super().parse(tool, batch, printed)
            if tool.version.endswith(".1"):
                return parsed
            gap = Skipped("f5.py", SkipKind.GAP, "syntax-error", "too new")
            looked = parsed.looked - {"f5.py"}
            hit = "f5.py" in parsed.looked
            kept = tuple(one for one in parsed.findings if getattr(one.place, "path", "") != "f5.py")
            retry = frozenset({"f5.py"} if hit else ())
            return Parsed(kept, looked=looked, skipped=(gap,) if hit else (), retry=retry)

    both = world.scan(TwoTools("two", tools=2))
    assert both.reports[0].complete
    assert len(both.findings) == 8
    again = TwoTools("two", tools=2)
    world.scan(again)
    assert again.runs == [], "what the second tool found is remembered too"

    alone = world.scan(TwoTools("one", tools=1))
    assert [(gap.path, gap.code) for gap in alone.reports[0].coverage.gaps] == [("f5.py", "syntax-error")]
    assert len(alone.findings) == 7


def test_nothing_to_scan_and_a_missing_tool_are_two_things(world: World) -> None:
    class Absent(Grep):
        def find(self, where: Where) -> tuple[Tool, ...] | Missing:
            return Missing("grep is not here.", "Get it.")

    class Blind(Grep):
        def wants(self, file: SourceFile) -> bool:
            return False

    missing, nothing = world.scan(Absent("absent"), Blind("blind")).reports
    assert isinstance(missing.outcome, Missing)
    assert not missing.complete
    assert isinstance(nothing.outcome, NothingToScan)
    assert nothing.complete


def test_a_scanner_can_be_stopped_and_keeps_what_it_has(world: World) -> None:
    slow = Grep("slow", f"import time; time.sleep(600)\n{GREP}")
    began = time.monotonic()
    scanned = world.scan(slow, Grep("good"), during=lambda scan: scan.stop("slow"))
    assert time.monotonic() - began < 20
    assert isinstance(scanned.reports[0].outcome, Cancelled)
    assert not scanned.reports[0].complete
    assert scanned.reports[1].complete


def test_a_scan_that_is_interrupted_ends_its_children_and_keeps_what_is_done(world: World) -> None:
    pid = world.settings.folders.cache / "pid"
    code = f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"

    async def interrupted() -> None:
        task = asyncio.current_task()
        assert task is not None

        def stop_when_good_is_done(event: ScanEvent) -> None:
            if isinstance(event, Progress) and event.scanner == "good" and event.done == 8:
                loop.call_soon_threadsafe(lambda: loop.call_later(0.5, task.cancel))

        loop = asyncio.get_running_loop()
        await world._scan([Grep("good"), Grep("bad", code)], stop_when_good_is_done, None)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    if pid.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
    again = Grep("good")
    world.scan(again)
    assert again.runs == []


def test_a_file_that_changes_under_the_scan_is_a_gap_never_a_wrong_result(world: World) -> None:
    from walkdown.errors import TargetError

    def read(path: str) -> bytes:
        if path == "f2.py":
            raise TargetError("f2.py changed while the scan ran.", "Scan again.")
        return (world.tree / path).read_bytes()

    async def run() -> Scanned:
        with scratch() as room:
            ground = Ground(
                world.settings, world.files(), read, None, room, Programs(world.tree), b"k" * 32, nobody,
                Slots(2),
            )  # fmt: skip
            return await Scan(ground, NoSources(), [Grep()]).run(Memory(), {}, head="", looked=None)

    scanned = asyncio.run(run())
    assert [(gap.path, gap.code) for gap in scanned.reports[0].coverage.gaps] == [("f2.py", "unreadable")]
    assert len(scanned.findings) == 7
