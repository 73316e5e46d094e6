"""Takes in SARIF that another tool wrote: from a file, or from a command of the user's own.

The other tool's sentences are not taken over. A message may quote the secret it is about, and so may a snippet; of a
rule's own description only a short, masked title stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    Command,
    Finding,
    Job,
    Missing,
    Parsed,
    Printed,
    Skipped,
    Sources,
    Tool,
    Where,
)
from walkdown.safetext import for_terminal
from walkdown.scanners.sarif import shape
from walkdown.scanners.sarif.run import RunReader, gap

MOST_BYTES = 256 * 1024 * 1024
MOST_RESULTS = 200_000
MOST_GAPS = 1000


def read_sarif(data: bytes, name: str, *, root: str = "", known: Collection[str] = ()) -> Parsed:
    """Findings and gaps of a SARIF file called `name`. `root`, `known`: the target's absolute path and its files."""
    log = _decoded(data, name)
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    if not log.runs:
        skipped.append(gap("no-run", f"{for_terminal(name, width=120)}: the file holds no run of any tool."))
    left = MOST_RESULTS
    for run in log.runs or ():
        reader = RunReader(run, name, root, known)
        results = run.results or ()
        for raw in results[:left]:
            found = reader.findings(raw)
            if found is None:
                skipped.append(gap("broken-result", f"{reader.tool} wrote a result in {name} that cannot be read."))
            findings += found or ()
        if len(results) > left:
            skipped.append(gap("too-many", f"{len(results) - left} more results in {name} were not read."))
        left = max(0, left - len(results))
        skipped += reader.gaps()
    return Parsed(tuple(findings), looked=frozenset({name}), skipped=tuple(_few(skipped)))


def _decoded(data: bytes, name: str) -> shape.Log:
    shown = for_terminal(name, width=120)
    if len(data) > MOST_BYTES:
        mib = MOST_BYTES // 1024**2
        raise ScannerError(f"{shown} is larger than {mib} MiB.", "Have the tool report less, or split the file.")
    try:
        log = shape.decode(_as_utf8(data), shape.Log)
    except UnicodeDecodeError as error:
        raise ScannerError(f"{shown} is not text in UTF-8 or UTF-16.", "Write the SARIF file again.") from error
    except RecursionError as error:
        raise ScannerError(f"{shown} is nested too deeply.", "Write the SARIF file again.") from error
    except msgspec.MsgspecError as error:
        # The library's message names the field and the types, never a value.
        what = for_terminal(str(error), width=200)
        raise ScannerError(f"{shown} is not SARIF 2.1.0: {what}.", "Check that the tool ended well.") from error
    if log.runs is None or not (log.version or "").startswith("2.1"):
        said = f"version {for_terminal(log.version, width=20)}" if log.version else "no version"
        raise ScannerError(f"{shown} is not SARIF 2.1.0: it has {said}.", "Have the tool write SARIF 2.1.0.")
    return log


def _as_utf8(data: bytes) -> bytes:
    """Tools on Windows put a mark in front, or write UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def _few(skipped: Sequence[Skipped]) -> list[Skipped]:
    """Each gap once, and not so many that nobody reads them; that there are more is a gap itself."""
    once = list(dict.fromkeys(skipped))
    if len(once) <= MOST_GAPS:
        return once
    return [*once[:MOST_GAPS], gap("too-many-gaps", f"{len(once) - MOST_GAPS} more like these are not listed.")]


class SarifCommand:
    """A scanner from the user's own configuration: a command that prints SARIF about the real target folder.

    `{target}` in its arguments stands for that folder; without it the command starts inside of it. Nothing is known
    about what such a command does on the network, so offline it is not run, and that is a gap."""

    OK = frozenset({0, 1})  # most scanners end with 1 where they found something

    def __init__(self, name: str, command: Sequence[str], target: str) -> None:
        self.name = name
        self.title = name
        self._command = tuple(command)
        self._target = target

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - only the tool knows
        return frozenset()

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        wanted = self._command[0] if self._command else ""
        # A path is taken as the user wrote it, but never relative: that could be a program of the target's.
        program = wanted if wanted.startswith("/") else where.script(wanted) if wanted and "/" not in wanted else None
        if program is None:
            shown = for_terminal(wanted, width=80)
            how = "Install it, or correct its command in your configuration; a path must be absolute."
            return Missing(f"The command of {self.name}, {shown or 'empty'}, is not on this machine.", how)
        return (Tool(self.name, "", (program, *self._command[1:])),)

    def key(self, tool: Tool) -> str:
        return " ".join(tool.program)

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job]:  # noqa: ARG002 - it has one job only
        """Asked anew each time: what it depends on is not known."""
        return () if sources.offline else (Job(self.name, "", (self.name,)),)

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        if not sources.offline:
            return ()
        why = f"{self.name} is a command of your own: nobody can say that it stays offline, so it was not run."
        return (gap("offline", why),)

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002 - it has one job only
        argv = tuple(part.replace("{target}", self._target) for part in tool.program)
        return Command(argv, ok=frozenset(range(126)), cwd="" if argv != tool.program else self._target)

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002 - it has one job only
        """An odd exit code spoils nothing that was printed, but it is told."""
        parsed = read_sarif(printed.stdout, self.name, root=self._target)
        if printed.code in self.OK:
            return parsed
        odd = gap("exit-code", f"{self.name} ended with code {printed.code}; its report may not be whole.")
        return msgspec.structs.replace(parsed, skipped=(*parsed.skipped, odd))

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return None
