"""The project as the frameworks see it: its files, what was read of them, and the follower that links them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from walkdown.doors.entrances import Entrance
from walkdown.doors.follow import Follower
from walkdown.doors.library import Library
from walkdown.syntax.program import Program


@dataclass(frozen=True, slots=True)
class Project:
    """`read` gives the bytes of a file that is no code (configs, schemas)."""

    paths: Sequence[str]
    programs: Mapping[str, Program]
    follower: Follower
    read: Callable[[str], bytes]

    def importing(self, packages: frozenset[str]) -> list[str]:
        """Files that import one of the packages, or a part of one."""
        return [
            path
            for path, program in self.programs.items()
            if any(_package(one.module) in packages or one.module in packages for one in program.imports)
        ]


def _package(module: str) -> str:
    parts = module.split("/")
    return "/".join(parts[: 2 if module.startswith("@") else 1])


class Framework(Protocol):
    """One for a linking: it may remember what was registered with it."""

    name: str

    @property
    def library(self) -> Library: ...

    def entrances(self, project: Project) -> Sequence[Entrance]: ...
