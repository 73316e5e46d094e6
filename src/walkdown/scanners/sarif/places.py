"""Where a SARIF result lies in our target: URIs of every kind become paths inside it, or are marked as outside.

Everything here is arithmetic on text. No path out of a SARIF file is opened, resolved or looked for on the disk.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from urllib.parse import unquote_to_bytes, urlsplit

from walkdown.model.place import FilePlace, Place, RepoPlace
from walkdown.scanners.sarif.shape import Artifact, ArtifactLocation, Location, Region
from walkdown.target.names import printable

LONGEST = 4096
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class Places:
    """Of one run. `root`: the target's absolute path, if known; `known`: the paths of its files, if known."""

    def __init__(
        self,
        bases: dict[str, ArtifactLocation],
        artifacts: tuple[Artifact, ...],
        root: str,
        known: Collection[str],
    ) -> None:
        self._bases = bases
        self._artifacts = artifacts
        self._known = known
        self._roots = self._all_roots(root.rstrip("/"))

    def of(self, location: Location, tool: str) -> Place:
        """The place in the target; what lies outside of it, or nowhere, belongs to the repository as a whole."""
        physical = location.physical_location
        artifact = physical.artifact_location if physical else None
        if physical is None or artifact is None:
            return RepoPlace(f"{tool} names no file for this")
        path = self.path(artifact)
        if path is None:
            return RepoPlace(f"{tool} points to a file outside of the target")
        return _in_file(path, physical.region)

    def path(self, artifact: ArtifactLocation) -> str | None:
        """The path inside the target as the model spells it; None for everything else."""
        if artifact.uri is None and artifact.index is not None and 0 <= artifact.index < len(self._artifacts):
            artifact = self._artifacts[artifact.index].location or artifact
        uri = artifact.uri or ""
        if not uri or len(uri) > LONGEST:
            return None
        if uri in self._known:
            return uri  # not every tool encodes: here a `%20` may belong to the name
        whole = self._whole(artifact)
        if whole is None or not whole.startswith("/"):
            return whole and _inside(whole)
        for root in self._roots:
            if whole.startswith(f"{root}/"):
                return _inside(whole[len(root) + 1 :])
        return None

    def _whole(self, artifact: ArtifactLocation, depth: int = 0) -> str | None:
        """Decoded and with its bases in front: absolute (`/...`) where those are known, else relative to the target."""
        path = _decoded(artifact.uri or "")
        base = self._bases.get(artifact.uri_base_id or "")
        if path is None or path.startswith("/") or base is None or depth > 8:
            return path
        if not base.uri and not base.uri_base_id:
            return path  # a base that does not say where it is: the folder that was scanned
        before = self._whole(base, depth + 1)
        return None if before is None else posixpath.join(before, path)

    def _all_roots(self, root: str) -> list[str]:
        """The target, and where it lay on the machine that ran the tool: a base called root, or the only base there is.

        A base on this very machine, above or below the target, is no second name for it."""
        roots = [root] if root else []
        for name, base in self._bases.items():
            whole = self._whole(base)
            if whole is None or not whole.startswith("/") or not ("ROOT" in name.upper() or len(self._bases) == 1):
                continue
            lay = whole.rstrip("/")
            if not root or not _nested(lay, root):
                roots.append(lay)
        return roots


def _nested(one: str, other: str) -> bool:
    """One lies in the other. The root of a disk says nothing: tools name it where they scan an image."""
    return bool(one) and (f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/"))


def _decoded(uri: str) -> str | None:
    """The path of a URI, percent-decoded; None where it is no file's."""
    if _DRIVE.match(uri):
        uri = "/" + uri
    elif _SCHEME.match(uri):
        try:
            parts = urlsplit(uri)
        except ValueError:
            return None
        if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
            return None
        uri = parts.path
    if "/" not in uri or _DRIVE.match(uri[1:]):
        uri = uri.replace("\\", "/")
    return unquote_to_bytes(uri.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogateescape")


def _inside(path: str) -> str | None:
    """Normalised and in the spelling of the model; None where `..` leads out, or to the folder itself."""
    plain = posixpath.normpath(path)
    if plain in (".", "..") or plain.startswith(("../", "/")) or len(plain) > LONGEST:
        return None
    return printable(plain)


def _in_file(path: str, region: Region | None) -> FilePlace:
    if region is None or not _count(region.start_line):
        return FilePlace(path)
    line, end_line = _count(region.start_line), _count(region.end_line)
    column, end_column = _count(region.start_column), _count(region.end_column)
    end_line = end_line if end_line >= line else line
    if not column or (end_line == line and end_column <= column):
        return FilePlace(path, line, column, end_line)
    return FilePlace(path, line, column, end_line, end_column)


def _count(number: int | None) -> int:
    """Lines and columns that could be meant; some tools write 0 or -1 for "none"."""
    return number if number is not None and 0 < number < 2**31 else 0
