"""The scanner that makes a map, with children that misbehave: what was read is kept, a poisoned file is a gap, and a
child that dies over the whole costs the map and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from walkdown.cache import Cache
from walkdown.model import (
    Cancelled,
    Chosen,
    Command,
    Failed,
    Manifest,
    MapScanner,
    NothingToScan,
    Ran,
    Report,
    SkipKind,
    Skipped,
    SourceFile,
    TimedOut,
    Tool,
    Where,
    path_of,
)
from walkdown.scan.events import Listener, Progress, ScanEvent, Started, nobody
from walkdown.scan.ground import Ground
from walkdown.scan.memory import Memory
from walkdown.scan.scan import Scan, Scanned
from walkdown.scan.slots import Slots
from walkdown.scan.view import scratch
from walkdown.scanners.programs import Programs
from walkdown.settings import Folders, Settings
from walkdown.syntax.extract import Wanted

# Reads what a file says as it is. A file that says `die` takes it down, one that says `hang` holds it for ever.
READ = """
import os, pathlib, sys, time, msgspec
with open(sys.argv[2], "wb") as out:
    for copy, _ in msgspec.msgpack.decode(pathlib.Path(sys.argv[1]).read_bytes()):
        said = pathlib.Path(copy).read_bytes()
        if b"die" in said: os.abort()
        if b"hang" in said: time.sleep(600)
        data = msgspec.msgpack.encode((copy, b"" if b"stumble" in said else said, "It stumbled."))
        out.write(len(data).to_bytes(4, "big") + data)
        out.flush()
"""
# Every file is a door; one that says `flaw` is a finding; the config is told in a fact of every door's handler.
LINK = """
import pathlib, sys
import msgspec
from walkdown.doors.wire import Linked, read_around, read_parts
from walkdown.model import Confidence, Door, FilePlace, Finding, Rule, Severity, SkipKind, Skipped, Step
from walkdown.model.door import DoorKind
doors, findings, skipped = [], [], []
with open(sys.argv[1], "rb") as file:
    around = read_around(file)
    config = "".join(pathlib.Path(copy).read_text() for _, copy in around.copies)
    for part in read_parts(file):
        for path in part.paths:
            doors.append(Door(path, DoorKind.ROUTE, "GET", path, path, 1, config))
            if b"flaw" in part.data:
                steps = (Step(FilePlace("a.ts", 1), "comes in"),)
                rule = Rule("doors", "r", "t", family="f")
                findings.append(Finding(rule, Severity.HIGH, Confidence.SURE, FilePlace(path, 1), steps=steps))
            if b"broken" in part.data:
                skipped.append(Skipped(path, SkipKind.GAP, "syntax-error", "Line 1"))
doors.sort(key=lambda door: door.id)
sys.stdout.buffer.write(msgspec.msgpack.encode(Linked(tuple(doors), tuple(findings), (), tuple(skipped))))
"""


class Maps:
    """An honest one, with a knob for each way to misbehave."""

    name = "maps"
    title = "Maps"

    def __init__(self, read: str = READ, link: str = LINK, version: str = "1", reads: str = "1") -> None:
        self._read, self._link, self._version, self._reads = read, link, version, reads
        self.read: list[str] = []
        self.links = 0
        self.told: tuple[Skipped, ...] = ()

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset()

    def find(self, where: Where) -> tuple[Tool, ...]:
        return (Tool(self.name, self._version, (sys.executable, "-c")),)

    def wants(self, file: SourceFile) -> bool:
        return file.path.endswith(".ts")

    def choose(self, files: Sequence[SourceFile]) -> Chosen:
        beside = tuple(file for file in files if file.path.endswith(".json"))
        return Chosen(tuple(filter(self.wants, files)), beside, tuple(file.path for file in files))

    def unread(self, files: Sequence[SourceFile], read: Callable[[str], bytes]) -> Sequence[Skipped]:
        return self.told

    def key(self, tool: Tool) -> str:
        return f"{tool.version} {self._reads}"

    def reading_key(self, tool: Tool) -> str:
        return self._reads

    def reading(self, tool: Tool, request: Path, answers: Path) -> Command:
        wanted = msgspec.msgpack.decode(request.read_bytes(), type=list[Wanted])
        self.read.extend(Path(one.copy).name for one in wanted)
        return Command((*tool.program, self._read, str(request), str(answers)))

    def linking(self, tool: Tool, request: Path) -> Command:
        self.links += 1
        return Command((*tool.program, self._link, str(request)))


class Target:
    """The sources of a scan: the whole target, whatever part of it the scan was narrowed to."""

    identity = "test"
    offline = True
    history = None

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    @property
    def files(self) -> Sequence[SourceFile]:
        paths = sorted(self._tree.iterdir())
        return [SourceFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest() + path.suffix, 9) for path in paths]

    def read(self, path: str) -> bytes:
        return (self._tree / path).read_bytes()

    def manifests(self) -> Sequence[Manifest]:
        raise AssertionError


class World:
    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.tree.mkdir()
        folders = Folders(folder / "config", folder / "cache", folder / "state")
        self.settings = Settings(folders=folders, jobs=2, timeout=60, scanner_timeout=30)
        for name in "abc":
            self.write(f"{name}.ts", f"{name} is fine")
        self.write("app.json", "one")
        self.only: frozenset[str] = frozenset()
        self.memory = Memory()

    def write(self, name: str, text: str) -> None:
        (self.tree / name).write_text(text)

    def scan(self, scanner: Maps, listener: Listener = nobody, during: Callable[[Scan], None] | None = None) -> Scanned:
        return asyncio.run(self._scan(scanner, listener, during))

    async def _scan(self, scanner: Maps, listener: Listener, during: Callable[[Scan], None] | None) -> Scanned:
        cache, target = Cache(self.settings.folders.cache), Target(self.tree)
        files = [file for file in target.files if not self.only or file.path in self.only]
        with scratch() as room, contextlib.closing(cache):
            where = Programs(self.tree)
            ground = Ground(self.settings, files, target.read, cache, room, where, b"k" * 32, listener, Slots(2))
            scan = Scan(ground, target, [scanner])
            if during is not None:
                asyncio.get_running_loop().call_later(0.5, during, scan)
            return await scan.run(self.memory, {}, head="", looked=None)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    yield World(tmp_path)
    left = [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()]
    assert left == [], "a scan leaves no copy of the code behind"


def doors(scanned: Scanned) -> list[str]:
    return [door.id for door in scanned.doors]


def gaps(report: Report) -> list[tuple[str, str]]:
    return [(gap.path, gap.code) for gap in report.coverage.gaps]


def test_it_is_told_from_the_other_kinds_of_scanner() -> None:
    assert isinstance(Maps(), MapScanner)


def test_an_unchanged_target_starts_no_child(world: World) -> None:
    world.write("b.ts", "a flaw")
    first = world.scan(Maps())
    again = Maps()
    second = world.scan(again)
    assert (again.read, again.links) == ([], 0)
    assert doors(first) == doors(second) == ["a.ts", "b.ts", "c.ts"]
    assert second.findings == first.findings
    assert [path_of(one.place) for one in first.findings] == ["b.ts"]
    assert all(one.fingerprint for one in first.findings)
    assert [one.reports[0].cached_files for one in (first, second)] == [0, 3]
    assert first.reports[0].coverage == second.reports[0].coverage
    assert (first.reports[0].coverage.asked, first.reports[0].coverage.files) == (3, 3)
    assert first.reports[0].rules == second.reports[0].rules != ""


def test_after_an_edit_one_file_is_read_and_all_are_linked(world: World) -> None:
    world.scan(Maps())
    world.write("b.ts", "b has a flaw")
    after = Maps()
    scanned = world.scan(after)
    assert (after.read, after.links) == (["b.ts"], 1)
    assert doors(scanned) == ["a.ts", "b.ts", "c.ts"]
    assert len(scanned.findings) == 1


@pytest.mark.parametrize("change", ["config", "new", "gone", "moved"])
def test_what_lies_around_the_code_makes_another_map(world: World, change: str) -> None:
    world.scan(Maps())
    if change == "config":
        world.write("app.json", "two")
    elif change == "new":
        world.write("notes.md", "x")
    elif change == "gone":
        (world.tree / "c.ts").unlink()
    else:
        (world.tree / "c.ts").rename(world.tree / "d.ts")
    after = Maps()
    scanned = world.scan(after)
    assert (after.read, after.links) == ([], 1), "what was read of the files is as good as it was"
    third = {"gone": [], "moved": ["d.ts"]}.get(change, ["c.ts"])
    assert doors(scanned) == ["a.ts", "b.ts", *third]
    assert {door.handler for door in scanned.doors} == {"two" if change == "config" else "one"}


def test_another_analyser_does_not_answer_out_of_what_an_older_one_kept(world: World) -> None:
    world.scan(Maps())
    newer = Maps(version="2")
    world.scan(newer)
    assert (newer.read, newer.links) == ([], 1)
    other = Maps(reads="2")
    world.scan(other)
    assert (sorted(other.read), other.links) == (["a.ts", "b.ts", "c.ts"], 1)


def test_equal_files_are_read_once(world: World) -> None:
    world.write("copy.ts", "a is fine")
    scanner = Maps()
    assert doors(world.scan(scanner)) == ["a.ts", "b.ts", "c.ts", "copy.ts"]
    assert len(scanner.read) == 3


def test_a_file_that_kills_its_reader_is_a_gap_and_the_rest_is_read(world: World) -> None:
    world.write("b.ts", "die")
    world.write("twin.ts", "die")
    scanner = Maps()
    scanned = world.scan(scanner)
    report = scanned.reports[0]
    assert isinstance(report.outcome, Ran)
    assert gaps(report) == [("b.ts", "reader-died"), ("twin.ts", "reader-died")]
    assert doors(scanned) == ["a.ts", "c.ts"]
    assert (report.coverage.asked, report.coverage.files) == (4, 2)
    assert scanner.read.count("b.ts") == 1, "it is not tried again and again"

    world.write("b.ts", "fine again")
    world.write("twin.ts", "fine again")
    mended = Maps()
    assert doors(world.scan(mended)) == ["a.ts", "b.ts", "c.ts", "twin.ts"]
    assert mended.read == ["b.ts"], "what the dying child had said is kept"


def test_a_map_with_a_hole_is_not_kept(world: World) -> None:
    world.write("b.ts", "die")
    world.scan(Maps())
    again = Maps()
    assert gaps(world.scan(again).reports[0]) == [("b.ts", "reader-died")]
    assert (again.read, again.links) == (["b.ts"], 1)


def test_a_file_that_its_reader_stumbles_over_is_a_gap(world: World) -> None:
    world.write("b.ts", "stumble")
    report = world.scan(Maps()).reports[0]
    assert [(one.path, one.code, one.reason) for one in report.coverage.gaps] == [
        ("b.ts", "unreadable", "It stumbled.")
    ]


def test_a_file_without_an_answer_is_a_gap(world: World) -> None:
    scanned = world.scan(Maps(read=READ.replace('if b"die" in said: os.abort()', 'if b"b is" in said: continue')))
    assert gaps(scanned.reports[0]) == [("b.ts", "dropped")]
    assert doors(scanned) == ["a.ts", "c.ts"]


def test_a_target_that_kills_every_reader_is_not_read_for_ever(world: World) -> None:
    for number in range(30):
        world.write(f"x{number:02}.ts", f"die {number}")
    scanner = Maps()
    codes = [code for _, code in gaps(world.scan(scanner).reports[0])]
    assert codes.count("reader-died") == 12
    assert codes.count("not-read") >= 18
    assert len(codes) + len(set(scanner.read)) >= 33


def test_a_reader_that_does_not_begin_is_a_failure_and_no_file_is_blamed(world: World) -> None:
    scanned = world.scan(Maps(read="import sys; sys.exit('no such module')"))
    report = scanned.reports[0]
    assert isinstance(report.outcome, Failed)
    assert gaps(report) == [("", "not-run")]
    assert (report.coverage.asked, report.coverage.files) == (3, 0)


@pytest.mark.parametrize(
    ("link", "outcome"),
    [
        ("import os; os.abort()", Failed),
        ("print('no map')", Failed),
        ("import sys; sys.exit('KeyError in link.py, line 1')", Failed),
        ("import time; time.sleep(600)", TimedOut),
    ],
)
def test_a_linking_that_fails_costs_the_map_and_nothing_else(world: World, link: str, outcome: type) -> None:
    world.scan(Maps())
    world.write("b.ts", "new")
    world.settings = msgspec.structs.replace(world.settings, scanner_timeout=2.0 if outcome is TimedOut else 30)
    bad = Maps(link=link)
    report = world.scan(bad).reports[0]
    assert isinstance(report.outcome, outcome)
    assert gaps(report) == [("", "not-run")]
    mended = Maps()
    assert doors(world.scan(mended)) == ["a.ts", "b.ts", "c.ts"]
    assert (mended.read, mended.links) == ([], 1), "what was read is kept, the failure is not"


def test_what_the_map_tells_of_a_file_is_kept_with_it(world: World) -> None:
    world.write("b.ts", "broken")
    first = world.scan(Maps()).reports[0]
    again = Maps()
    second = world.scan(again).reports[0]
    assert gaps(first) == gaps(second) == [("b.ts", "syntax-error")]
    assert (first.coverage.files, second.coverage.files, again.links) == (2, 2, 0)


def test_it_can_be_stopped(world: World) -> None:
    scanner = Maps(link="import time; time.sleep(600)")
    report = world.scan(scanner, during=lambda scan: scan.stop("maps")).reports[0]
    assert isinstance(report.outcome, Cancelled)
    assert gaps(report) == [("", "not-run")]


def test_a_narrowed_scan_maps_the_whole_and_tells_what_its_files_are_part_of(world: World) -> None:
    world.write("b.ts", "a flaw")
    world.write("c.ts", "another flaw")
    world.only = frozenset({"c.ts"})
    scanner = Maps()
    narrow = world.scan(scanner)
    assert len(scanner.read) == 3
    assert doors(narrow) == ["a.ts", "b.ts", "c.ts"]
    assert [path_of(one.place) for one in narrow.findings] == ["c.ts"]
    world.only = frozenset({"a.ts"})
    assert len(world.scan(Maps()).findings) == 2, "the way of both leads through it"
    world.only = frozenset()
    assert len(world.scan(Maps()).findings) == 2


def test_nothing_to_map_is_said(world: World) -> None:
    for name in "abc":
        (world.tree / f"{name}.ts").unlink()
    assert isinstance(world.scan(Maps()).reports[0].outcome, NothingToScan)
    unread = Maps()
    unread.told = (Skipped("app.json", SkipKind.GAP, "framework-unread", "Koa is used here"),)
    report = world.scan(unread).reports[0]
    assert isinstance(report.outcome, Ran)
    assert gaps(report) == [("app.json", "framework-unread")]


@pytest.mark.parametrize(("code", "known"), [("framework-unread", 0), ("syntax-error", 1)])
def test_what_is_not_read_yet_puts_nothing_in_doubt_that_was_known(world: World, code: str, known: int) -> None:
    world.write("b.ts", "a flaw")
    world.memory = world.scan(Maps()).memory
    world.write("b.ts", "mended")
    after = Maps()
    after.told = (Skipped("b.ts", SkipKind.GAP, code, "why"),)
    assert len(world.scan(after).memory.live) == known


def test_its_progress_counts_files(world: World) -> None:
    events: list[ScanEvent] = []
    world.scan(Maps(), events.append)
    started = next(event for event in events if isinstance(event, Started))
    done = [event.done for event in events if isinstance(event, Progress)]
    assert (started.asked, started.cached) == (3, 0)
    assert (done[0], done[-1]) == (0, 3)
    assert done == sorted(done)
