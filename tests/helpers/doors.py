"""Doors of a few files given as text: `doors_of({"app.ts": "..."})`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from walkdown.doors.assemble import Followed
from walkdown.doors.link import link
from walkdown.model.door import Door
from walkdown.syntax.script_program import read_program

_CODE = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})


def followed(files: Mapping[str, str]) -> Sequence[Followed]:
    programs = {
        path: read_program(text.encode(), ending)
        for path, text in files.items()
        if (ending := path.rpartition(".")[2]) in _CODE
    }
    return link(sorted(files), programs, lambda path: files[path].encode())


def doors_of(files: Mapping[str, str]) -> dict[str, Door]:
    """By method and path: `GET /orders/:id`."""
    return {f"{one.door.method} {one.door.path}".strip(): one.door for one in followed(files)}
