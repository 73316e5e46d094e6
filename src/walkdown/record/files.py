"""A record's files as bytes, wherever they came from: the folder in the tree, or a git note on the commit."""

from __future__ import annotations

import msgspec

SSH, GPG = "ssh", "gpg"
MOST_BYTES = 64 * 1024 * 1024
MOST_SIGNATURES = 100


class Seal(msgspec.Struct, frozen=True):
    """One person's countersignature: the statement they signed, and the signature. `slug` is the signer's part of the
    file names; `kind` is ssh or gpg; `signature` is None where its file is missing."""

    slug: str
    statement: bytes
    signature: bytes | None
    kind: str = SSH

    @property
    def suffix(self) -> str:
        return ".asc" if self.kind == GPG else ".sig"


class RecordFiles(msgspec.Struct, frozen=True):
    """`name`: `<date>-<short digest>`. `markdown` is None where that file is missing. `place`: folder or note."""

    name: str
    json: bytes
    markdown: bytes | None
    seals: tuple[Seal, ...] = ()
    place: str = "folder"
