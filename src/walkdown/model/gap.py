"""Something that nobody looked at, as a person decides about it: by itself, or with all of its class at once."""

from __future__ import annotations

import hashlib

import msgspec

from walkdown.model.event import Kind, Subject
from walkdown.model.outcome import SkipKind

CLASS = "class:"


class Gap(msgspec.Struct, frozen=True):
    """`scanner` is empty where it is the target itself that could not be read. `group`: what is waived together.
    `content`: of the file, where it could be read; who let it go has let go what it held then."""

    id: str
    scanner: str
    path: str
    code: str
    reason: str
    kind: SkipKind = SkipKind.GAP
    content: str = ""

    @property
    def group(self) -> str:
        return f"{self.scanner or 'target'}/{self.code}"

    @property
    def subject(self) -> Subject:
        return Subject(Kind.GAP, self.id)

    @property
    def class_subject(self) -> Subject:
        return Subject(Kind.GAP, CLASS + self.group)


def gap_id(scanner: str, path: str, code: str) -> str:
    """The same from scan to scan, whatever words the reason uses."""
    text = "\0".join((scanner, path, code))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
