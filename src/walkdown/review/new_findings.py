"""A scan without what the last sign-off covers: a build need not fail over what is known and decided."""

from __future__ import annotations

import msgspec

from walkdown.errors import WalkdownError
from walkdown.model import ScanResult
from walkdown.record.trust import find_trust
from walkdown.review.board import look_at
from walkdown.review.origin import ids_in, look_for_origins
from walkdown.review.review import Review

_EVERYTHING = "so every finding is listed."


class New(msgspec.Struct, frozen=True):
    """`notes`: to be told beside the result, whatever its format."""

    result: ScanResult
    notes: tuple[str, ...]


def new_since_signoff(review: Review, result: ScanResult) -> New:
    """Findings are told again by what and where they are, not by their names, which differ between machines."""
    try:
        trust = find_trust("", review.settings.allowed_signers, None, tree=review.target.root)
    except WalkdownError as error:
        return New(result, (f"Nobody is known whose sign-off counts, {_EVERYTHING} {error}",))
    origins = look_for_origins(review, trust)
    origin = origins.trusted
    if origin is None:
        there = f"nobody you trust vouches for {origins.offered.name}" if origins.offered else "there is none"
        return New(result, (*origins.notes, f"No sign-off that counts ({there}), {_EVERYTHING}"))
    ids = ids_in(review, origin, look_at(result, review.settings.fail_on, fresh=True))
    then = {ids[line.id]: line for line in origin.statement.predicate.findings if line.id in ids}
    # What is more serious today than it was said to be was never seen so.
    kept = tuple(
        one for one in result.findings if one.id not in then or not then[one.id].severity.at_least(one.severity)
    )
    covered = len(result.findings) - len(kept)
    told = f"{covered} finding{'s' if covered != 1 else ''} that the sign-off {origin.name} covers are not listed."
    target = msgspec.structs.replace(result.target, notes=(*result.target.notes, told))
    return New(msgspec.structs.replace(result, target=target, findings=kept), (*origins.notes, told))
