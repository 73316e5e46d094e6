"""The walkdown command as a person or a CI job runs it: a real process, with folders of its own for all it keeps."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from walkdown.process import Finished, Limits, run_now
from walkdown.record.wire import WireScan

# What a finding's code may never do to a terminal: escapes, bells, C1 controls, a change of direction.
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ACTIVE = BIDI | set(map(chr, (*range(9), *range(11, 32), *range(127, 160))))


class Said(msgspec.Struct, frozen=True):
    """What a command answered. Whatever it was, a traceback is never part of it."""

    code: int
    out: str
    err: str

    @property
    def scan(self) -> WireScan:
        return msgspec.json.decode(self.out, type=WireScan)

    @property
    def error(self) -> str:
        """The first line of a refusal."""
        assert self.err.startswith("walkdown: "), (self.code, self.err, self.out)
        return self.err.split("\n", 1)[0]


def compiled_rules(factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a test run."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "compiled-rules"
    folder.mkdir(exist_ok=True)
    return folder


class Command:
    """`folder` gets the config, cache and state folders. `cache` may be shared by tests that do not look into it;
    `compiled` is where Kingfisher keeps its compiled rules, which takes it longer than any scan of ours."""

    def __init__(self, folder: Path, cache: Path | None = None, compiled: Path | None = None) -> None:
        self.folder = folder
        self.config, self.state = folder / "config", folder / "state"
        self.cache = cache or folder / "cache"
        self.temporary = folder / "tmp"
        for path in (self.config, self.temporary):
            path.mkdir(parents=True, exist_ok=True)
        if compiled is not None:
            homes = self.cache / "home"
            homes.mkdir(parents=True)
            for name in ("kingfisher", "kingfisher-history"):
                (homes / name).symlink_to(compiled)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.temporary),
            "WALKDOWN_CONFIG_DIR": str(self.config),
            "WALKDOWN_CACHE_DIR": str(self.cache),
            "WALKDOWN_STATE_DIR": str(self.state),
        }

    def __call__(self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Said:
        return self.run(sys.executable, "-m", "walkdown", *arguments, cwd=cwd, env=env)

    def run(self, *argv: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Said:
        """Any program in the same world; `sh` for what a shell does around the command."""
        done: Finished = run_now(
            argv, cwd=str(cwd or self.folder), env={**self.env, **(env or {})}, limits=Limits(seconds=300)
        )
        said = Said(done.code, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))
        if "--debug" not in argv:
            assert "Traceback" not in said.out + said.err, said.err
        return said
