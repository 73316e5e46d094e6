"""What a paper is made of, before it becomes Markdown or HTML. Every text in it is taken as hostile by both writers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec


class Code(msgspec.Struct, frozen=True):
    """A path, a name of a rule, a digest: to be read letter by letter."""

    text: str


class Strong(msgspec.Struct, frozen=True):
    """Words that must not be overlooked. Only ever our own, never what somebody else wrote. `tone`: a severity or a
    verdict, for a colour beside the word where there are colours."""

    text: str
    tone: str = ""


Run: TypeAlias = "str | Code | Strong"
Line: TypeAlias = tuple[Run, ...]


class Title(msgspec.Struct, frozen=True):
    level: int
    line: Line


class Words(msgspec.Struct, frozen=True):
    """A paragraph."""

    line: Line


class Loud(msgspec.Struct, frozen=True):
    """A paragraph set apart."""

    line: Line


class Bullets(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]


class Table(msgspec.Struct, frozen=True):
    """`kind` names what it lists, so that tables of one kind look alike; `facts` is a name and what it is."""

    kind: str
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


class Shell(msgspec.Struct, frozen=True):
    """Commands to copy."""

    text: str


class FirstPageEnds(msgspec.Struct, frozen=True):
    """What follows is detail."""


Block: TypeAlias = "Title | Words | Loud | Bullets | Table | Shell | FirstPageEnds"


def joined(lines: Iterable[Line], between: str = ", ") -> Line:
    """Some runs after another, with the same words between them; empty ones are left out."""
    out: list[Run] = []
    for line in lines:
        if line:
            out += (between, *line) if out else line
    return tuple(out)
