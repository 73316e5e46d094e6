"""The two front ends of Semgrep, and how to start each without a wrapper that decides for itself.

The fast one is Semgrep's own binary when it is called `osemgrep`; the `semgrep` command ends up there too, a good deal
later. The default one is Python, starts that binary several times, and gives the same findings.
"""

from __future__ import annotations

import re
import site
import sysconfig
from pathlib import Path

from walkdown.model import Missing, Tool, Where

FAST = "semgrep"
DEFAULT = "semgrep-default"
OLDEST_FAST = (1, 150)  # the oldest whose fast front end we have tried

# A program cannot be given another name from outside; this process becomes the binary, so nothing is left between.
_BECOME = "import os, sys; os.execv(sys.argv[1], ['osemgrep', *sys.argv[2:]])"
_PYTHON_MAIN = "import sys; from semgrep.main import main; sys.exit(main())"
_SLOW = "Semgrep's fast front end is not there; the default one finds the same and takes about twice as long"


def find(where: Where, *, fast: bool = True) -> tuple[Tool, ...] | Missing:
    version = where.version_of("semgrep")
    python = where.python_module("semgrep")
    if version and python:
        core = core_binary() or where.script("semgrep-core")
        if fast and core and _parts(version) >= OLDEST_FAST:
            program = (python[0], "-I", "-S", "-c", _BECOME, core, "scan", "--experimental")
            return (Tool(FAST, version, program),)
        return (Tool(DEFAULT, version, (python[0], "-I", "-c", _PYTHON_MAIN, "scan"), note=_SLOW),)
    return _elsewhere(where, fast=fast)


def core_binary() -> str | None:
    """The binary inside the Semgrep package of our own environment, looked for where an isolated child would."""
    folders = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages())
    for folder in dict.fromkeys(folders):
        core = Path(folder, "semgrep", "bin", "semgrep-core")
        if core.is_file():
            return str(core)
    return None


def _elsewhere(where: Where, *, fast: bool) -> tuple[Tool, ...] | Missing:
    """A Semgrep that was installed on its own (Homebrew, pipx). Asking it for its version takes a moment."""
    missing = Missing("Semgrep is not installed.", "pip install semgrep")
    script = where.script("semgrep")
    if script is None:
        return missing
    answer = where.ask((script, "--version", "--disable-version-check")) or b""
    version = answer.decode("ascii", "replace").strip()
    if not re.fullmatch(r"\d+(\.\d+)+", version):
        return missing
    if fast and _parts(version) >= OLDEST_FAST:
        return (Tool(FAST, version, (script, "scan", "--experimental")),)
    return (Tool(DEFAULT, version, (script, "scan", "--legacy"), note=_SLOW),)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
