"""The remarks that pip-compile and uv leave in the lists they write: `# via` and the names of those who need a package.

They are comments, and anybody can write others. They only ever say through what a package comes in, never whether it
is looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from walkdown.model.dependency import Dependency
from walkdown.target.manifests.reading import normalised
from walkdown.target.manifests.tree import Need, Node, Root, Tree

_REMARK = re.compile(r"(?:^|\s)#(.*)")
_VIA = re.compile(r"via\b[ \t]*(.*)")
_FILE = re.compile(r"(?:-r|--requirement)\b")
_NAME = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?)(?:\[[^\]]*\])?(?:[ \t]*\(.*\))?")
_MOST_NAMES = 200  # for one package


def tree_of(text: str, dependencies: Sequence[Dependency]) -> Tree | None:
    """Who needs whom by those remarks; None where there are none."""
    listed = {one.name for one in dependencies}
    needs: dict[str, list[Need]] = defaultdict(list)
    roots: list[Root] = []
    for one, said in _remarks(text.split("\n"), dependencies):
        name = _named(said)
        if name in listed:
            needs[name].append(Need(one.name))
        elif name or _FILE.match(said):
            # A file, or the project itself, which is no line of its own list.
            roots.append(Root(Need(one.name)))
    if not roots:
        return None
    nodes = tuple(Node(one.name, one.version, one.pin, needs=tuple(needs.get(one.name, ()))) for one in dependencies)
    return Tree(nodes, tuple(roots))


def _named(said: str) -> str:
    match = _NAME.fullmatch(said)
    return normalised(match.group(1)) if match else ""


def _remarks(rows: Sequence[str], dependencies: Sequence[Dependency]) -> Iterator[tuple[Dependency, str]]:
    """Behind a package or below it, up to the next one: `# via a`, `# via a, b`, or one name a line."""
    ends = [*(one.line for one in dependencies[1:]), len(rows) + 1]
    for one, end in zip(dependencies, ends, strict=True):
        for said in _names(rows[one.line - 1 : end - 1]):
            yield one, said


def _names(rows: Sequence[str]) -> list[str]:
    names: list[str] = []
    begun = False
    for row in rows:
        remark = _REMARK.search(row)
        if remark is None:
            if begun:
                break
            continue
        said = remark.group(1).strip()
        if via := _VIA.fullmatch(said):
            said, begun = via.group(1), True
        if begun:
            names.extend(part.strip() for part in said.split(",") if part.strip())
    return names[:_MOST_NAMES]
