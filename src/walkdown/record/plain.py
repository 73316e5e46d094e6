"""What the exports share: an outcome in words, one order for findings, and JSON that can always be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from walkdown.model.finding import Finding
from walkdown.model.outcome import Cancelled, Failed, Missing, NothingToScan, Outcome, Ran, TimedOut
from walkdown.model.place import CommitPlace, RepoPlace, line_of, path_of
from walkdown.safetext import for_json

# DEL, C1 controls, line and paragraph separators, and everything that turns or joins what is read.
_ACTIVE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

CodeOf = Callable[[Finding], str]


def state_of(outcome: Outcome) -> str:
    """The one word that the model itself writes down for it."""
    return str(outcome.__struct_config__.tag)


def detail_of(outcome: Outcome) -> str:
    """Why it ended so and what to do about it; not yet masked."""
    match outcome:
        case Ran():
            return ""
        case NothingToScan(why):
            return why
        case Missing(what, how):
            return f"{what} To get it: {how}" if how else what
        case Failed(error):
            return error
        case TimedOut(seconds):
            return f"Stopped after {seconds:.0f} s. Raise the limit with --timeout."
        case Cancelled():
            return "Stopped by a person."


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file and line, so that two exports of the same scan differ nowhere; history and the repository come apart."""
    return sorted(findings, key=_order)


def _order(found: Finding) -> tuple[str, int, int, str, str]:
    kind = {CommitPlace: 1, RepoPlace: 2}.get(type(found.place), 0)
    return path_of(found.place), kind, line_of(found.place), found.rule.id, found.id


def json_bytes(value: object) -> bytes:
    """JSON as UTF-8. Text that UTF-8 cannot hold is rare, so it is only looked for where encoding fails. What could
    steer a terminal or turn the direction of reading is spelled out, which is the same JSON."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_writable(msgspec.to_builtins(value)))
    if data.isascii() and b"\x7f" not in data:
        return data
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", data.decode()).encode()


def _writable(value: object) -> object:
    if isinstance(value, str):
        return for_json(value)
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return value
