"""setup.cfg, which can be read, and setup.py, which is a program and never run."""

from __future__ import annotations

import configparser
import re

from walkdown.model.dependency import Dependency, Manifest
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.manifests.reading import (
    PYPI,
    Reading,
    Reference,
    Unreadable,
    check_length,
    decode_text,
    from_requirement,
    gap,
)

_FILE = re.compile(r"file:\s*(.*)")
_CALLS_SETUP = re.compile(rb"^(?:setuptools\.)?setup\s*\(", re.MULTILINE)
_ASKS = re.compile(rb"\b(?:install_requires|extras_require|tests_require|parse_requirements)\b|\*\*")
_LISTS = {"install_requires": "", "tests_require": "test"}


def read_cfg(path: str, data: bytes) -> Reading:
    text = decode_text(data)
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Unreadable("it is not a valid INI file") from error
    dependencies: list[Dependency] = []
    references: list[Reference] = []
    unclear = 0
    lines = {line.partition(" #")[0].strip(): number for number, line in enumerate(text.split("\n"), 1)}
    for group, value in _values(parser):
        entries = _split(value)
        check_length(len(entries))
        for wanted in entries:
            line = lines.get(wanted, 0)
            if file := _FILE.match(wanted):
                names = [name.strip() for name in file.group(1).split(",")]
                references.extend(Reference(name, line, "requirements") for name in names if name)
            elif dependency := from_requirement(wanted, path, line, group):
                dependencies.append(dependency)
            else:
                unclear += 1
    skipped = (gap(path, "unclear-line", f"{unclear} of its requirements could not be read."),) if unclear else ()
    manifest = Manifest(path, "setup-cfg", PYPI, dependencies=tuple(dependencies), skipped=skipped)
    return Reading(manifest, tuple(references))


def _values(parser: configparser.RawConfigParser) -> list[tuple[str, str]]:
    values = [
        (group, parser.get("options", name)) for name, group in _LISTS.items() if parser.has_option("options", name)
    ]
    if parser.has_section("options.extras_require"):
        values.extend((name, value) for name, value in parser.items("options.extras_require"))
    return values


def _split(value: str) -> list[str]:
    """One requirement a line, or several on one line with semicolons between them, as setuptools has it."""
    parts = value.splitlines() if "\n" in value else value.split(";") if not _FILE.match(value) else [value]
    stripped = (part.partition(" #")[0].strip() for part in parts)
    return [part for part in stripped if part and not part.startswith("#")]


def read_py(path: str, data: bytes) -> Reading:
    """A setup.py that names no dependencies leaves nothing open; one that does is a limit: only its run would tell."""
    skipped: tuple[Skipped, ...] = ()
    if _CALLS_SETUP.search(data) and _ASKS.search(data):
        reason = "What it asks for comes out only when it runs, and code of the target is never run."
        skipped = (Skipped(path, SkipKind.LIMIT, "not-run", reason),)
    return Reading(Manifest(path, "setup-py", PYPI, skipped=skipped))
