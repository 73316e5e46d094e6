"""Files that a manifest asks to be read as well. Only files of the target are opened; any other is a gap."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Sequence

import msgspec

from walkdown.model.outcome import Skipped
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.reading import Reference, gap


class Include(msgspec.Struct, frozen=True):
    """`source` brings in `path`, which is to be read as `kind`."""

    source: str
    path: str
    kind: str


def resolve(
    source: str, references: Sequence[Reference], known: Container[str]
) -> tuple[tuple[Include, ...], tuple[Skipped, ...]]:
    """Which references lead to files of the target, and a gap for each that does not."""
    found: list[Include] = []
    gaps: list[Skipped] = []
    for reference in references:
        path = inside(folder_of(source), reference.target)
        if path in known and path is not None:
            found.append(Include(source, path, reference.kind))
        else:
            gaps.append(_not_opened(source, reference, path))
    return tuple(found), tuple(gaps)


def inside(folder: str, target: str) -> str | None:
    """The path from the root of the target, None where it leads out of it or is no path at all."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target) or target.startswith(("/", "~", "\\")) or "$" in target:
        return None
    path = posixpath.normpath(posixpath.join(folder, target))
    if path == ".." or path.startswith(("../", "/")):
        return None
    return "" if path == "." else path


def _not_opened(source: str, reference: Reference, path: str | None) -> Skipped:
    here = f"Line {reference.line} brings in another list of packages"
    if path is None:
        return gap(source, "outside", f"{here}, which lies outside this project. It was not opened or fetched.")
    return gap(source, "not-found", f"{here}, {path}, which is not among the files that were looked at.")
