"""Where something is: in a file, in a commit, in a package, or in the repository as a whole.

Lines and columns count from 1, columns in characters, ends are exclusive; 0 means "not known". Paths are relative to
the target, with `/`, in the printable form that `target` gives them (bytes that are no UTF-8 appear as `\\xNN`).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class FilePlace(msgspec.Struct, frozen=True, tag_field="kind", tag="file", omit_defaults=True, gc=False):
    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    symbol: str = ""


class CommitPlace(msgspec.Struct, frozen=True, tag_field="kind", tag="commit", omit_defaults=True):
    commit: str
    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class PackagePlace(msgspec.Struct, frozen=True, tag_field="kind", tag="package", omit_defaults=True):
    ecosystem: str
    name: str
    version: str = ""
    path: str = ""
    line: int = 0


class RepoPlace(msgspec.Struct, frozen=True, tag_field="kind", tag="repo", omit_defaults=True):
    """The repository itself: something that is missing has no line of its own."""

    about: str = ""


Place: TypeAlias = FilePlace | CommitPlace | PackagePlace | RepoPlace


def path_of(place: Place) -> str:
    """The file a place points into, or an empty text where there is none."""
    return "" if isinstance(place, RepoPlace) else place.path


def line_of(place: Place) -> int:
    return 0 if isinstance(place, RepoPlace) else place.line
