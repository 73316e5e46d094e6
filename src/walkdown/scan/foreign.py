"""Findings that came from outside: another tool's SARIF, read once and told like everything else."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from walkdown.errors import TargetError, UsageError
from walkdown.model import Coverage, Finding, Ran, Report
from walkdown.scan.describe import describe, describe_placeless
from walkdown.scan.entries import by_path
from walkdown.scan.ground import Part
from walkdown.scanners.sarif.scanner import MOST_BYTES, read_sarif

Read = Callable[[str], bytes]


def read_reports(names: Sequence[str], root: str, files: Collection[str], read: Read, key: bytes) -> list[Part]:
    """One part for each SARIF file. A file that cannot be read is an error: it was asked for by name."""
    return [_report(name, root, files, read, key) for name in names]


def _report(name: str, root: str, files: Collection[str], read: Read, key: bytes) -> Part:
    began = time.monotonic()
    path = Path(name)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", "Name an existing SARIF file.") from error
    parsed = read_sarif(data, path.name, root=root, known=files)
    coverage = Coverage(1, 1, parsed.skipped)
    seconds = round(time.monotonic() - began, 3)
    findings = describe_anywhere(parsed.findings, files, read, key)
    return Part(Report(f"sarif:{path.name}", "", Ran(), coverage, seconds), tuple(findings), parsed.facts)


def describe_anywhere(findings: Sequence[Finding], files: Collection[str], read: Read, key: bytes) -> list[Finding]:
    """Findings in files of the target are told by their code, the rest by what they are about."""
    described: list[Finding] = []
    for path, found in by_path(findings).items():
        source = _source(path, read) if path in files else None
        described += describe_placeless(found) if source is None else describe(found, source, key=key)
    return described


def _source(path: str, read: Read) -> bytes | None:
    try:
        return read(path)
    except TargetError:
        return None  # gone since the inventory: the finding stays, told without its code
