"""Whether what comes in was held against a schema before it is used: everything, some of it, nothing."""

from __future__ import annotations

from collections.abc import Iterable

from walkdown.doors.values import Source, Value
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

# Parts of a request that are the asker's to choose; a header that says who asks is none of them.
_CHOSEN = frozenset({"body", "query", "params", "formData", "form", "searchParams", "files", "file", "args"})


def validated(visit: Visit) -> str:
    """yes, partly, no; none where nothing that came in reaches the data."""
    used = {source for did in visit.did for _, value in (*did.filters, *did.sets) for source in chosen(value)}
    used |= {source for did in visit.did if did.given is not None for source in chosen(did.given)}
    checked = [source.path for value, _ in visit.checked for source in value.sources if source.origin is Origin.INPUT]
    if not used:
        return "yes" if checked else "none"
    covered = [source for source in used if is_checked(source, checked)]
    if len(covered) == len(used):
        return "yes"
    inside = any(path[: len(source.path)] == source.path for source in used for path in checked)
    return "partly" if covered or inside else "no"


def chosen(value: Value) -> frozenset[Source]:
    return frozenset(
        source
        for source in value.sources
        if source.origin is Origin.INPUT and source.path and source.path[0] in _CHOSEN
    )


def is_checked(source: Source, checked: Iterable[tuple[str, ...]]) -> bool:
    """What a schema allowed covers all that lies in it."""
    return any(source.path[: len(path)] == path for path in checked)
