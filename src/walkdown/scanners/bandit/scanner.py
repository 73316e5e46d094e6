"""Bandit: looks at Python source through Python's own parser, so it reads only what its interpreter can read."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    BatchFile,
    Command,
    Finding,
    Missing,
    Parsed,
    Printed,
    SkipKind,
    Skipped,
    Source,
    SourceFile,
    Tool,
    Where,
)
from walkdown.process import MIB
from walkdown.scanners.bandit import rules as bandit_rules
from walkdown.scanners.bandit import source as bandit_source

_NEWER_TOOLS = 2
_ASK_VERSION = "import bandit; print(bandit.__version__)"
# Bandit keeps the tree of a file only while it reads it. Python's usual hunt for cycles, every 700 objects, finds next
# to nothing there and costs an eighth of the time; this often, it still bounds the memory.
_MAIN = "import gc; gc.set_threshold(50_000, 20, 20); from bandit.cli.main import main; main()"
_SYNTAX_ERROR = "syntax error while parsing AST from file"
_CRASH = re.compile(r"Bandit internal error running: (\w+) on file (.+)")
# Lines of source around a finding in Bandit's output: they carry `# nosec` comments and the text that columns count in.
_SOURCE_LINES = 11
# `process` keeps 4 MB of stderr and drops the rest; close to that, crashes of checks may be missing from it.
_STDERR_BOUND = 3 * MIB

_Line = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
_Column = Annotated[int, msgspec.Meta(ge=-1, le=2**31)]
_Check = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_.-]{1,40}\Z")]


class _Issue(msgspec.Struct, frozen=True):
    """`issue_text` is left out on purpose: it quotes passwords. `code` does too and is forgotten after parsing."""

    filename: str
    test_id: _Check
    issue_severity: bandit_rules.Level
    issue_confidence: bandit_rules.Level
    line_number: _Line
    line_range: tuple[_Line, ...]
    col_offset: _Column = -1
    end_col_offset: _Column = 0
    code: str = ""


class _Error(msgspec.Struct, frozen=True):
    filename: str
    reason: str


class _Output(msgspec.Struct, frozen=True):
    results: tuple[_Issue, ...]
    errors: tuple[_Error, ...]
    metrics: dict[str, msgspec.Raw]


_DECODER = msgspec.json.Decoder(_Output)


class Bandit:
    name = "bandit"
    title = "Bandit"
    by_path = False
    batch = 500  # starting takes it as long as 12 files do

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        """Our own environment's first, then newer interpreters that have Bandit too: they read newer syntax."""
        own = where.python_module("bandit")
        tools = [] if own is None else [_tool(own[0], where.version_of("bandit"), _own_interpreter())]
        for python, interpreter in where.other_pythons():
            if len(tools) > _NEWER_TOOLS:
                break
            # Only where its folder is there is it worth starting an interpreter to ask.
            if _has_bandit(python, interpreter) and (said := where.ask((python, "-I", "-c", _ASK_VERSION))):
                version = said.decode("ascii", "replace").strip()
                tools.append(_tool(python, version, interpreter, f"for files in the syntax of Python {interpreter}"))
        if not tools:
            return Missing("Bandit is not installed beside walkdown.", f"{sys.executable} -m pip install bandit")
        return tuple(tools)

    def wants(self, file: SourceFile) -> bool:
        """Not stubs (.pyi), of which nothing runs; not scripts without an ending, which only their content tells."""
        return file.path.lower().endswith((".py", ".pyw"))

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        if not any(path.lower().endswith((".py", ".pyw")) for path in paths):
            return frozenset()
        return frozenset(text.hazard for text in bandit_rules.texts().values()) - {""}

    def copied_as(self, path: str) -> str:
        return path

    def key(self, tool: Tool) -> str:
        return f"{tool.version}|python{tool.interpreter}|{bandit_rules.digest()}"

    def argv(self, tool: Tool, batch: Batch) -> Command:
        """Explicit files by absolute path: with those Bandit looks for no configuration, and none of them is an option.
        Its default excludes drop explicit files too, without a word; an empty one switches them off."""
        options = ("-q", "-f", "json", "-n", str(_SOURCE_LINES), "--ignore-nosec", "--exclude=", "--")
        return Command((*tool.program, *options, *(_full(batch, file) for file in batch.files)), ok=frozenset({0, 1}))

    def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:
        output = _decode(printed.stdout)
        files = {_full(batch, file): file for file in batch.files}
        findings = tuple(_finding(_asked(files, issue.filename), issue) for issue in output.results)
        skipped = {
            **dict(_crashed(files, printed.stderr)),
            **{error.filename: _unread(_asked(files, error.filename), error, tool) for error in output.errors},
        }
        looked = (name for name in output.metrics if name in files and name not in skipped)
        newer = (skip.path for skip in skipped.values() if skip.code == "syntax-error")
        return Parsed(
            findings=findings,
            looked=frozenset(files[name].path for name in looked),
            skipped=tuple(skipped.values()),
            retry=frozenset(newer),
        )


def _tool(python: str, version: str, interpreter: str, note: str = "") -> Tool:
    # Python's own warnings about the code would only drown what Bandit has to say on stderr.
    program = (python, "-I", "-W", "ignore", "-c", _MAIN)
    return Tool("bandit", version or "unknown", program, interpreter=interpreter, note=note)


def _own_interpreter() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _has_bandit(python: str, interpreter: str) -> bool:
    """A look into the usual folders of that interpreter, without starting it."""
    prefixes = {Path(python).parent.parent, Path(python).resolve().parent.parent}
    prefixes |= {prefix / "local" for prefix in prefixes}  # Debian
    places = (f"python{interpreter}/site-packages", f"python{interpreter}/dist-packages", "python3/dist-packages")
    libraries = [prefix / lib for prefix in prefixes for lib in ("lib", "lib64")]
    return any((library / place / "bandit").is_dir() for library in libraries for place in places)


def _full(batch: Batch, file: BatchFile) -> str:
    return os.path.join(batch.folder, file.name)  # noqa: PTH118 - Bandit repeats exactly this text in its answer


def _decode(stdout: bytes) -> _Output:
    try:
        return _DECODER.decode(stdout)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ScannerError("Bandit's output cannot be read.", "Try: walkdown doctor") from error


def _asked(files: Mapping[str, BatchFile], name: str) -> BatchFile:
    try:
        return files[name]
    except KeyError:
        raise ScannerError("Bandit answered about a file it was not given.", "Try: walkdown doctor") from None


def _finding(file: BatchFile, issue: _Issue) -> Finding:
    rule = bandit_rules.rule(issue.test_id)
    seen = bandit_source.Seen(
        check=issue.test_id,
        line=issue.line_number,
        lines=issue.line_range,
        start=issue.col_offset,
        end=issue.end_col_offset,
        source=bandit_source.telling_lines(issue.test_id, issue.code),
    )
    return Finding(
        rule=rule,
        severity=bandit_rules.severity(issue.test_id, issue.issue_severity),
        confidence=bandit_rules.confidence(issue.issue_confidence),
        place=bandit_source.place(file.path, seen),
        sources=(Source("bandit", rule.id),),
        silenced=bandit_source.silence(seen),
    )


def _unread(file: BatchFile, error: _Error, tool: Tool) -> Skipped:
    if error.reason == _SYNTAX_ERROR:
        reason = (
            f"Python {tool.interpreter} cannot parse it: newer or much older syntax, or a broken encoding."
            " Bandit installed in a newer Python on the PATH would be tried, too."
        )
        return Skipped(file.path, SkipKind.GAP, "syntax-error", reason)
    if error.reason == "exception while scanning file":
        return Skipped(file.path, SkipKind.GAP, "tool-error", "Bandit broke off in the middle of this file.")
    return Skipped(file.path, SkipKind.GAP, "unreadable", "Bandit could not open this file.")


def _crashed(files: Mapping[str, BatchFile], stderr: bytes) -> Iterator[tuple[str, Skipped]]:
    """A check that crashes is left out at that place. Bandit says so on stderr only, and its answer looks complete."""
    if len(stderr) > _STDERR_BOUND:
        raise ScannerError("Bandit reported too many errors of its own to be read.", "Try: walkdown doctor")
    for check, rest in _CRASH.findall(stderr.decode("utf-8", "replace")):
        # A file may be called "a at line 1.py", so every " at line " may be the one that ends the name.
        ends = re.finditer(r" at line (\d{1,9}): ", rest)
        found = next(((rest[: end.start()], end[1]) for end in ends if rest[: end.start()] in files), None)
        if found is not None:
            name, line = found
            reason = f"Bandit's check {check} crashed at line {line}; its other checks went on."
            yield name, Skipped(files[name].path, SkipKind.GAP, "rule-crash", reason)
