"""A door in words, as list and page show it. Everything comes out safe for the screen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from walkdown.model.door import WRITES, Checks, Door, DoorKind, Filter, Guard, Operation, Origin, Reach
from walkdown.review.doors import DoorRow
from walkdown.tui.text import join, plain, quiet

_MOST_TOLD = 12
_UNNAMED = "(function)"
KINDS = {
    DoorKind.ROUTE: "Routes",
    DoorKind.PAGE: "Pages",
    DoorKind.ACTION: "Server actions",
    DoorKind.EDGE: "Edge functions",
    DoorKind.WEBHOOK: "Webhooks",
    DoorKind.RPC: "The database's own doors",
    DoorKind.EVENT: "Messages and events",
    DoorKind.JOB: "Jobs",
    DoorKind.COMMAND: "Commands",
}
_GUARDS = {
    None: "open",
    Checks.NOTHING: "open",
    Checks.UNKNOWN: "unclear",
    Checks.LOGIN: "login",
    Checks.ROLE: "role",
    Checks.OWNER: "owner",
    Checks.SECRET: "secret",
}
_MEANS = {
    Checks.NOTHING: "turns nobody away",
    Checks.UNKNOWN: "what it asks was not understood",
    Checks.LOGIN: "asks who is signed in",
    Checks.ROLE: "asks for a role",
    Checks.OWNER: "asks whose it is",
    Checks.SECRET: "asks for a secret",
}
_FROM = {
    Origin.IDENTITY: "who asks",
    Origin.INPUT: "the input",
    Origin.CONSTANT: "the code",
    Origin.ROW: "an earlier row",
    Origin.ENVIRONMENT: "the environment",
    Origin.MADE: "the server",
    Origin.UNKNOWN: "somewhere unclear",
}
_CHECKED = {
    "yes": "All that comes in is checked before it is used.",
    "partly": "Some of what comes in is checked, not all.",
    "no": "Nothing that comes in is checked before it is used.",
    "none": "It takes nothing that would have to be checked.",
}
_DOES = {
    Operation.READ: "reads",
    Operation.INSERT: "adds to",
    Operation.UPDATE: "changes",
    Operation.UPSERT: "adds to or changes",
    Operation.DELETE: "deletes from",
    Operation.RPC: "calls",
    Operation.FILE: "opens a file,",
    Operation.HTTP: "calls out to",
}


def guard_word(checks: Checks | None) -> str:
    return _GUARDS[checks]


def word_of(row: DoorRow) -> str:
    """One word for what stands at the door. A guard that nobody understood is not the same as none."""
    unknown = row.guard is None and any(one.checks is Checks.UNKNOWN for one in row.guards or row.door.guards)
    return guard_word(Checks.UNKNOWN if unknown else row.guard)


def facts(row: DoorRow) -> Content:
    """What kind of door, who may come in, what it may change: one line."""
    door, word = row.door, word_of(row)
    parts = [
        Content(KINDS[door.kind].removesuffix("s").lower() if door.kind is not DoorKind.RPC else "database"),
        *([plain(door.framework)] if door.framework else []),
        Content(f"{word} to anyone" if word == "open" else word),
        Content("writes" if door.writes else "reads" if door.reaches else "reaches no data"),
    ]
    return Content(" · ").join(parts)


def place(door: Door) -> Content:
    handler = "" if door.handler in ("", _UNNAMED) else f"  {door.handler}"
    return join(plain(f"{door.file}:{door.line}", "$accent"), plain(handler, "$quiet"))


def guards(all_of_it: Sequence[Guard]) -> list[Content]:
    """In the order they are met."""
    return [_guard(one) for one in all_of_it[:_MOST_TOLD]] or [Content("Nothing stands before it.")]


def _guard(one: Guard) -> Content:
    detail = f" ({one.detail})" if one.detail else ""
    why = f"\n{one.why}" if one.why else ""
    return join(
        plain("in the handler" if one.name == _UNNAMED else one.name, "bold", width=40),
        plain(f"  {_MEANS[one.checks]}{detail}"),
        plain(f"  {one.path}:{one.line}", "$quiet"),
        plain(why, "$quiet", lines=True),
    )


def inputs(door: Door) -> Content:
    return Content(_CHECKED.get(door.validated, _CHECKED["no"]))


def reaches(door: Door, chosen: int) -> list[Content]:
    """Each operation in a line, numbered, the one whose way is shown marked."""
    if not door.reaches:
        return [Content("No data, no file and no other service, as far as the code was followed.")]
    lines = [_reach(number, one, here=number == chosen) for number, one in enumerate(door.reaches)]
    start = max(0, min(chosen - _MOST_TOLD // 2, len(lines) - _MOST_TOLD))
    shown = lines[start : start + _MOST_TOLD]
    more = len(lines) - len(shown)
    return [*shown, quiet(f"and {more} more")] if more > 0 else shown


def _reach(number: int, one: Reach, *, here: bool) -> Content:
    style = "bold $accent" if here else "bold" if one.operation in WRITES else ""
    return join(
        quiet(f"{number + 1:>2}  "),
        plain(f"{_DOES[one.operation]} {one.table or 'something unclear'}", style),
        plain(_by(one)),
        plain(_notes(one), "$quiet"),
    )


def _by(one: Reach) -> str:
    said = [f"{each.field} from {_FROM[each.origin]}{', which may be missing' if each.maybe else ''}"
            for each in one.filters[:4]]  # fmt: skip
    where = f" by {'; '.join(said)}" if said else ""
    return f"{where}{_written(one.sets, whole=one.whole)}"


def _written(sets: Sequence[Filter], *, whole: bool) -> str:
    if whole:
        return "; the row is the input as it came"
    told = [one.field for one in sets if one.origin is Origin.INPUT][:4]
    return f"; sets {', '.join(told)} from the input" if told else ""


def _notes(one: Reach) -> str:
    said = [
        "in a transaction" if one.transaction else "",
        "once for each of several" if one.loop else "",
        "" if one.bounded else "any number of rows",
        one.why,
    ]
    told = " · ".join(part for part in said if part)
    return f"  ({told})" if told else ""


def uncertain(door: Door) -> list[Content]:
    return [plain(one) for one in door.uncertain[:_MOST_TOLD]]


def stations(door: Door, reach: Reach | None) -> list[tuple[str, int, str]]:
    """From the door to one operation: path, line, and what happens there in a few words. Each place once."""
    found = [(door.file, door.line, f"{door.title} comes in")]
    if reach is not None:
        found += [(path, line, f"calls {name}") for path, line, name in reach.way[1:] if name != "(function)"]
        found.append((reach.path, reach.line, f"{_DOES[reach.operation]} {reach.table}"))
    places: dict[tuple[str, int], str] = {}
    for path, line, said in found:
        places.pop((path, line), None)
        places[path, line] = said
    return [(path, line, said) for (path, line), said in places.items()]
