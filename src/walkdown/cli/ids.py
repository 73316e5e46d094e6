"""Names as people type them: the start of an id is enough where only one begins so, and a typo is told what is near."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from walkdown.errors import UsageError
from walkdown.safetext import for_terminal

_SHOWN = 6
_LEAST = 4  # letters below which a start says too little
_COMPARED = 500


def resolve(wanted: str, known: Collection[str], what: str, see: str) -> str:
    """The id that is meant, or an error with what is near. `what`: item, finding or gap; `see`: the command that lists
    them all."""
    if wanted in known:
        return wanted
    start = wanted.casefold()
    found = [one for one in known if one.casefold().startswith(start)]
    if len(found) == 1 and len(start) >= _LEAST:
        return found[0]
    if found:
        named = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
        raise UsageError(f'Which {what}? "{for_terminal(wanted)}" begins {named}.', "Give more of it.")
    near = _near(wanted, known)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f'There is no {what} "{for_terminal(wanted, width=60)}".', f"{hint}All of them: {see}")


def _near(wanted: str, known: Collection[str]) -> list[str]:
    """Of very many only those that share the start or the end: comparing each letter by letter takes too long."""
    if len(known) > _COMPARED:
        start, end = wanted[:5].casefold(), wanted[-5:].casefold()
        known = [one for one in known if one.casefold().startswith(start) or one.casefold().endswith(end)][:_COMPARED]
    folded = {one.casefold(): one for one in known}
    return [folded[one] for one in get_close_matches(wanted.casefold(), list(folded), 3, 0.6)]
