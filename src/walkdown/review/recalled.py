"""What earlier sign-offs bring to a walk: found once for each scan and each change of the folder they lie in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import msgspec

from walkdown.checklist import Checklist
from walkdown.errors import WalkdownError
from walkdown.journal import fold
from walkdown.model import State
from walkdown.record.statement import Since
from walkdown.record.trust import find_trust
from walkdown.record.writer import FOLDER
from walkdown.review.board import NO_MEMORY, Looked, Memory, board_of
from walkdown.review.origin import Carried, Origins, carried_by, ids_in, lay_over, look_for_origins, offers_of
from walkdown.review.review import Review
from walkdown.review.since import reopened_in, since_of

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
_MOST_FILES = 5_000


class Recalled(msgspec.Struct, frozen=True):
    """`stamp`: how the folder looked then; empty where there is none. `ids`: the trusted record's names of findings to
    those of today. `carried`, `offered`: what the trusted and the untrusted record say in the names of today."""

    stamp: Stamp = ()
    origins: Origins = Origins()
    ids: Mapping[str, str] = {}
    carried: tuple[Carried, ...] = ()
    offered: tuple[Carried, ...] = ()
    since: Since | None = None

    def over(self, state: State, today: date) -> tuple[State, Memory]:
        """The journal's state with what is carried, and what a screen shows of where it comes from."""
        if not self.stamp:
            return state, NO_MEMORY
        state, origins = lay_over(state, self.carried, today), self.origins
        offers = offers_of(state, self.offered, origins.offered.name) if origins.offered else {}
        return state, Memory(origins.trusted, offers, self.since, origins.notes)


def recall_records(review: Review, looked: Looked, checklist: Checklist) -> Recalled:
    """Asks git and ssh-keygen, but only where there are records."""
    stamp = stamp_of(review)
    if not stamp:
        return Recalled()
    try:
        trust = find_trust("", review.settings.allowed_signers, None, tree=review.target.root)
        origins = look_for_origins(review, trust)
    except WalkdownError as error:
        return Recalled(stamp, Origins(notes=(f"Earlier sign-offs are left out: {error}",)))
    trusted, offered = origins.trusted, origins.offered
    ids = ids_in(review, trusted, looked) if trusted else {}
    carried = carried_by(trusted, looked, checklist, ids) if trusted else ()
    proposed = carried_by(offered, looked, checklist, ids_in(review, offered, looked)) if offered else ()
    return Recalled(stamp, origins, ids, carried, proposed)


def with_since(recalled: Recalled, review: Review, looked: Looked, checklist: Checklist, today: date) -> Recalled:
    """What changed since the trusted record. What is asked again is told as if nobody had answered here yet."""
    origin = recalled.origins.trusted
    if origin is None or recalled.since is not None:
        return recalled
    alone = board_of(checklist, lay_over(fold(()), recalled.carried, today), looked, today)
    since = since_of(review, origin, looked, reopened_in(alone, origin), recalled.ids)
    return msgspec.structs.replace(recalled, since=since)


def stamp_of(review: Review) -> Stamp:
    """Names, sizes and times of the records: tells cheaply whether one came or went. Whoever reads them looks again,
    with more care."""
    try:
        with os.scandir(Path(review.target.root) / FOLDER) as entries:
            found = [(one.name, one.stat(follow_symlinks=False)) for one in islice(entries, _MOST_FILES)]
    except OSError:
        return ()  # there are none
    return tuple(sorted((name, about.st_size, about.st_mtime_ns) for name, about in found))
