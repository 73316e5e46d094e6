"""Whether what comes in was looked at before it is used: everything, some of it, nothing.

A schema counts for what it names. So does code that looks at a value and refuses: its kind, its length, one of a few
words, the value of somebody who is known. That something is there at all counts for a part: nobody looked what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum

from walkdown.doors.looked import SHAPED
from walkdown.doors.values import Fact, Source, Value
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Origin

# Parts of a request that are the asker's to choose; a header that says who asks is none of them.
_CHOSEN = frozenset(
    {"body", "query", "params", "formData", "form", "searchParams", "files", "file", "args", "url", "input"}
)
TAKES = "takes input"  # a mark: the handler asks for what came in, whatever becomes of it
_OFTEN = 60  # answers that are looked at
_Paths = frozenset[tuple[str, ...]]


class Looked(IntEnum):
    """How closely."""

    NOT = 0
    THERE = 1
    WELL = 2


def validated(visit: Visit, since: int = 0) -> str:
    """yes, partly, no; none where it takes nothing in. `since`: how many marks were there before the handler ran."""
    by_schema = schema_paths(visit)
    refused = frozenset(held.fact for held in visit.seen)
    found: dict[Source, Looked] = {}
    inside: set[Source] = set()
    for did in visit.did:
        used = {source for value in values_of(did) for source in chosen(value)}
        if not used:
            continue
        well, there = paths_looked_at((held.fact for held in did.held), refused)
        for source in used:
            how = _how(source, by_schema, well, there)
            found[source] = min(how, found.get(source, how))
            if any(path[: len(source.path)] == source.path for path in (*by_schema, *well, *there)):
                inside.add(source)
    if not found:
        return _otherwise(visit, by_schema, refused, since)
    if all(how is Looked.WELL for how in found.values()):
        return "yes"
    if inside or by_schema or any(how is not Looked.NOT for how in found.values()):
        return "partly"
    return "partly" if any(paths_looked_at(refused, refused)) else "no"


def _otherwise(visit: Visit, by_schema: _Paths, refused: frozenset[Fact], since: int) -> str:
    """Nothing that came in reaches the data; it may be sent back, asked about, or only taken."""
    well, there = paths_looked_at(refused, refused)
    if by_schema or well:
        return "yes"
    if there:
        return "partly"
    sent = any(chosen(answer.value) for answer in visit.answers[:_OFTEN])
    return "no" if sent or any(what == TAKES for what, _ in visit.used[since:]) else "none"


def values_of(did: Did) -> Iterator[Value]:
    for _, value in (*did.filters, *did.sets):
        yield value
    if did.given is not None:
        yield did.given


def schema_paths(visit: Visit) -> _Paths:
    return frozenset(
        source.path for value, _ in visit.checked for source in value.sources if source.origin is Origin.INPUT
    )


def paths_looked_at(facts: Iterable[Fact], refused: frozenset[Fact]) -> tuple[_Paths, _Paths]:
    """What was looked at well, and of what is only known that it is there. That counts where somebody is refused: an
    optional filter is asked for, too."""
    well: set[tuple[str, ...]] = set()
    there: set[tuple[str, ...]] = set()
    for fact in facts:
        if fact.kind in (SHAPED, "among", "equal"):
            well |= {one.path for one in fact.left | fact.right if _is_chosen(one)}
        elif fact.kind == "there" and fact in refused:
            # A path always has its parts.
            there |= {one.path for one in fact.left if _is_chosen(one) and one.path[1:] and one.path[0] != "params"}
    return frozenset(well), frozenset(there)


def _how(source: Source, by_schema: _Paths, well: _Paths, there: _Paths) -> Looked:
    if is_checked(source, by_schema) or is_checked(source, well):
        return Looked.WELL
    return Looked.THERE if is_checked(source, there) else Looked.NOT


def _is_chosen(source: Source) -> bool:
    return source.origin is Origin.INPUT and source.path[:1] != () and source.path[0] in _CHOSEN


def chosen(value: Value) -> frozenset[Source]:
    return frozenset(source for source in value.sources if _is_chosen(source))


def is_checked(source: Source, checked: Iterable[tuple[str, ...]]) -> bool:
    """What a schema allowed covers all that lies in it."""
    return any(source.path[: len(path)] == path for path in checked)
