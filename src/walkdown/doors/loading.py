"""Which files are run to find what a framework was told: those that name it, and all that use those, the outermost
first, as the program itself would start. Tests start applications of their own and are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from walkdown.doors.project import Project

_TEST = re.compile(
    r"(?:^|/)(?:__tests__|__mocks__|tests?|e2e|spec|specs|cypress|examples?|fixtures)/|[._-](?:test|spec|e2e)\.\w+$"
)


def load_around(project: Project, packages: Iterable[str]) -> list[str]:
    """Loads them; gives the files that name one of the packages."""
    naming = [path for path in project.importing(frozenset(packages)) if not _TEST.search(path)]
    if not naming:
        return []
    users = _users(project)
    around = set(naming)
    waiting = list(naming)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in around:
                around.add(user)
                waiting.append(user)
    outermost = [path for path in sorted(around) if not any(user in around for user in users.get(path, ()))]
    for path in (*outermost, *sorted(around)):
        project.follower.load(path)
    return naming


def _users(project: Project) -> dict[str, list[str]]:
    """By file: who imports it."""
    users: dict[str, list[str]] = {}
    for path, program in project.programs.items():
        if _TEST.search(path):
            continue
        named = {one.module for one in program.imports} | {one.module for one in program.exports if one.module}
        for module in named:
            found = project.follower.modules.resolve(path, module)
            if found and found != path and found in project.programs:
                users.setdefault(found, []).append(path)
    return users
