"""What `verify` and `check` say of the checklist that a record was walked by, against the one that is used here."""

from __future__ import annotations

import msgspec

from walkdown.errors import ChecklistError
from walkdown.record.verification import Verification
from walkdown.record.walked_list import Wanted, difference
from walkdown.review import Review


def wanted_list(review: Review) -> Wanted:
    """What --checklist names, else what a walk here would use."""
    from walkdown.review.lists import chosen_list  # a refused record needs no checklist

    one = chosen_list(review.settings, review.target.root)
    return Wanted(one.name, one.version, one.digest, tuple(item.id for item in one.items))


def with_note(verification: Verification, review: Review) -> Verification:
    """Where another list was walked, a reader of a green line should know."""
    if verification.statement is None:
        return verification
    try:
        why = difference(verification.statement.predicate, wanted_list(review))
    except ChecklistError as error:
        why = f"The list that was walked cannot be held against the one used here: {error.what.rstrip('.')}"
    if not why:
        return verification
    return msgspec.structs.replace(verification, notes=(*verification.notes, f"{why}."))
