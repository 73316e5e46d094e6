"""What every scanner is to the rest of the house: it names its tool, says what it wants, and turns bytes into findings.

A FileScanner answers file by file, so its results can be kept by content. A JobScanner answers about something larger
(a set of packages, the history, another tool's report). Both only describe the child to run (`argv`) and read what it
printed (`parse`); neither starts anything. That is `scan`'s work, through `process`. A MapScanner does both: files are
read one by one, and what was read of all is linked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from walkdown.model.dependency import Manifest
from walkdown.model.finding import Fact, Finding
from walkdown.model.outcome import Missing, Skipped


class SourceFile(msgspec.Struct, frozen=True):
    """A file of the target that can be scanned. `content` is our own hash of its bytes and its extension."""

    path: str
    content: str
    size: int


class Tool(msgspec.Struct, frozen=True, omit_defaults=True):
    """A program that was found on this machine. `program` is an absolute argument list to put options behind.
    `data`: digest of the data of ours that it answers from, where it does, and `data_at` the day they speak for."""

    name: str
    version: str
    program: tuple[str, ...]
    interpreter: str = ""
    note: str = ""
    data: str = ""
    data_at: str = ""


class BatchFile(msgspec.Struct, frozen=True):
    """A file handed to a tool: our copy is `folder/name`; findings are reported under `path`."""

    path: str
    name: str
    content: str


class Batch(msgspec.Struct, frozen=True):
    """Work for one child. `folder` holds our own copies of exactly these files; `scratch` is the child's to write in;
    `home` is kept from scan to scan, for what a tool compiles once. Nothing here lies inside the target. `service`: the
    address of what a `Serving` scanner put up for its children."""

    folder: str
    files: tuple[BatchFile, ...]
    scratch: str
    home: str
    jobs: int = 1
    offline: bool = False
    secret_key: bytes = b""
    service: str = ""


class Command(msgspec.Struct, frozen=True):
    """A child to start. Exit codes outside `ok` are a failure; `cwd` is the batch's scratch unless given."""

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    ok: frozenset[int] = frozenset({0})
    cwd: str = ""


class Printed(msgspec.Struct, frozen=True):
    """What a child left behind when it ended by itself with one of the expected codes."""

    stdout: bytes
    stderr: bytes = b""
    code: int = 0


class Parsed(msgspec.Struct, frozen=True):
    """`looked`: the paths the tool's own output proves it looked at; what was asked and is in neither `looked` nor
    `skipped` is a gap that `scan` adds by itself. `retry`: paths another tool of the same scanner may still manage."""

    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    looked: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = ()
    retry: frozenset[str] = frozenset()


class Where(Protocol):
    """Finds programs: walkdown's own environment first, never inside the target. Given by `process`."""

    def script(self, name: str) -> str | None: ...
    def python_module(self, module: str) -> tuple[str, ...] | None: ...
    def version_of(self, distribution: str) -> str: ...
    def other_pythons(self) -> Sequence[tuple[str, str]]: ...
    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None: ...


class Blob(msgspec.Struct, frozen=True):
    """One version of a file: its object id, and the oldest commit and path it is reached by. `paths`: the other names
    the same bytes had in the history."""

    oid: str
    path: str
    commit: str
    size: int
    paths: tuple[str, ...] = ()


class History(Protocol):
    """The target's git history, through the scratch git dir."""

    @property
    def git_dir(self) -> str: ...
    @property
    def tips(self) -> tuple[str, ...]: ...
    def missing_objects(self, since: Sequence[str] = ()) -> int: ...
    def new_commits(self, since: Sequence[str]) -> tuple[str, ...] | None: ...
    def blobs(self, since: Sequence[str]) -> Sequence[Blob] | None:
        """Every version reachable from the tips and not from `since`, oldest first; None where `since` is unknown
        or no longer part of the history."""


class Sources(Protocol):
    """What a JobScanner may ask of the target. `identity` knows the repo again, also as a clone or elsewhere."""

    @property
    def identity(self) -> str: ...
    @property
    def offline(self) -> bool: ...
    @property
    def files(self) -> Sequence[SourceFile]: ...
    @property
    def history(self) -> History | None: ...
    def read(self, path: str) -> bytes: ...
    def manifests(self) -> Sequence[Manifest]: ...


@runtime_checkable
class FileScanner(Protocol):
    """`by_path`: results depend on where a file lies, not on its content alone. `batch`: most files for one child."""

    name: str
    title: str
    by_path: bool
    batch: int

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        """The tools that can do it, best first; later ones get what an earlier one handed to `retry`."""

    def wants(self, file: SourceFile) -> bool: ...

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        """The hazards that its rules speak of in such files. Silence about any other means nothing."""

    def copied_as(self, path: str) -> str:
        """What our copy of a file should be called: some tools choose what to read, and how, by the name."""

    def key(self, tool: Tool) -> str:
        """All that makes this tool answer differently for equal content: version, interpreter, rules digest."""

    def argv(self, tool: Tool, batch: Batch) -> Command: ...

    def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:
        """Raises ScannerError where the output is not what the tool should print."""


class Job(msgspec.Struct, frozen=True):
    """One child of a JobScanner. `key`: what the answer depends on, empty where it must be asked anew each time.
    `inputs`: files (name, bytes) that `scan` writes into the batch's folder first. `asked`: what must come back.
    `settled`: the answer itself, where it is known without a child."""

    name: str
    key: str
    asked: tuple[str, ...]
    inputs: tuple[tuple[str, bytes], ...] = ()
    context: bytes = b""
    keep_seconds: float | None = None
    settled: Parsed | None = None


class JobScanner(Protocol):
    name: str
    title: str

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]: ...

    def find(self, where: Where) -> tuple[Tool, ...] | Missing: ...

    def key(self, tool: Tool) -> str: ...

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job] | Missing:
        """Empty where there is nothing to do; Missing where there is, and the data for it are not on this machine.
        `remembered` is what `remember` gave after the last whole run."""

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        """What belongs to this scanner's field and no job will look at, known before anything runs."""

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command: ...

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed: ...

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:
        """Bytes to hand to the next scan's `jobs`, asked for after a run without gaps; None where nothing helps."""


@runtime_checkable
class Serving(Protocol):
    """A JobScanner whose children ask something of ours on this machine while they run."""

    def service(self, tool: Tool) -> AbstractContextManager[str]:
        """Entered before the first child starts and left after the last one ended, however the scan ends. Gives the
        address for `Batch.service`; empty where this tool asks elsewhere."""


class Chosen(msgspec.Struct, frozen=True):
    """What a map is made from. `read`: files that are read one by one. `beside`: what linking looks at as it is.
    `paths`: all that linking knows to be there."""

    read: tuple[SourceFile, ...]
    beside: tuple[SourceFile, ...] = ()
    paths: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@runtime_checkable
class MapScanner(Protocol):
    """An analyser of ours that makes one map of the whole target, in children that speak as `doors.wire` says."""

    name: str
    title: str

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]: ...

    def find(self, where: Where) -> tuple[Tool, ...] | Missing: ...

    def wants(self, file: SourceFile) -> bool:
        """Whether it is among those that are read one by one."""

    def choose(self, files: Sequence[SourceFile]) -> Chosen: ...

    def unread(self, files: Sequence[SourceFile], read: Callable[[str], bytes]) -> Sequence[Skipped]:
        """What is seen of the target and no child will tell of."""

    def key(self, tool: Tool) -> str:
        """All that makes the map another one for equal content."""

    def reading_key(self, tool: Tool) -> str:
        """The same for what is read of one file."""

    def reading(self, tool: Tool, request: Path, answers: Path) -> Command:
        """The child that reads files; it writes what it has read of each to `answers` before it opens the next."""

    def linking(self, tool: Tool, request: Path) -> Command: ...
