"""One question of a checklist, and how far the machine may go in answering it."""

from __future__ import annotations

from enum import Enum

import msgspec


class Reach(Enum):
    DECIDES = "decides"
    INFORMS = "informs"
    HUMAN = "human"


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """`hazards` speak against it, `evidence` for it; `applies` lists stack names, empty for everything."""

    id: str
    title: str
    section: str
    why: str
    do: str
    look: str
    reach: Reach
    hazards: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    applies: tuple[str, ...] = ()
    blocking: bool = True
    max_age_days: int | None = None
    references: tuple[str, ...] = ()
