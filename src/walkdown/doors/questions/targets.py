"""Addresses and files that the request chooses: where visitors are sent, what the server fetches, what it opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.checked import chosen, is_checked, paths_looked_at
from walkdown.doors.questions import input_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.inputs import (
    At,
    Said,
    about,
    head_of,
    is_asked,
    is_default,
    looked_at,
    lower,
    operations,
    says_on_the_way,
    sureness,
    together,
)
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.values import Items, Record, Source, Value
from walkdown.doors.visits import Held, Spot
from walkdown.model.door import Checks, Operation, Origin
from walkdown.model.finding import Fact, Finding, Rule
from walkdown.model.severity import Confidence, Severity

_MAILS = frozenset({"mail", "resend", "sendgrid", "mailgun", "postmark", "ses", "mailersend", "brevo"})
_HOSTS = frozenset({"host", "origin", "x-forwarded-host", "referer"})
_RESET = re.compile(r"reset|forgot|recover|password|magic|verif|invit|confirm|activat", re.IGNORECASE)
_OF_HOST = ("hostname", "host", "origin")
_NUMBERED = frozenset({"size", "mimetype", "type", "length"})
_MOST_PARTS = 200


def ask(found: Map) -> Iterator[Finding | Fact]:
    told: list[Said] = []
    for at in operations(found.doors):
        asked = (_fetched(at, found), _opened(at), _mailed(at))
        told.extend(said for said in asked if said is not None)
    yield from together(told)
    for one in found.doors:
        if is_asked(one):
            yield from _sent_away(one)


_CAREFUL = re.compile(
    r"ssrf|private_?(?:ip|host|net|addr)|is_?private|assert_?safe|safe_?(?:url|fetch)|is_?safe|valid(?:ate)?_?url|"
    r"allow(?:ed)?_?(?:host|domain|origin|url)|block(?:ed)?_?(?:host|ip|domain)|white_?list|NODE_ENV",
    re.IGNORECASE,
)
_FOR_TRIES = re.compile(r"(?:^|[-_./])(?:dev|mock|debug|local)(?:[-_./]|$)", re.IGNORECASE)


def _fetched(at: At, found: Map) -> Said | None:
    if at.did.operation is not Operation.HTTP:
        return None
    address = next((value for name, value in at.did.filters if name == "url"), None)
    head = head_of(address) if address is not None else None
    source = _first(head)
    if head is None or source is None or source.path[0] == "url" or _is_known(at.did.held, source):
        return None
    severity = Severity.HIGH
    if at.guarded or at.one.door.guard is Checks.ROLE:
        severity = Severity.LOW if at.one.door.guard is Checks.SECRET else Severity.MEDIUM
    last = f"fetches the address in {about(source)}"
    if says_on_the_way(found, at, _CAREFUL) or _FOR_TRIES.search(at.did.spot.path):
        return Said(at, texts.SSRF, lower(severity), Confidence.UNSURE, last)
    return _weighed(at, texts.SSRF, severity, head, last)


def _opened(at: At) -> Said | None:
    if at.did.operation is not Operation.FILE or at.did.library != "fs":
        return None
    path = next((value for name, value in at.did.filters if name == "path"), None)
    for part in _parts(path) if path is not None else ():
        if part.has(Origin.UNKNOWN):
            continue
        for source in sorted(chosen(part), key=lambda one: one.path):
            if _is_free_text(source) and not looked_at(at, source):
                guarded = at.guarded or at.one.door.guard is Checks.ROLE
                severity = Severity.MEDIUM if guarded else Severity.HIGH
                if _ends_fixed(path) or source.path[-1].lower().endswith("id"):
                    severity = lower(severity)
                word = {"delete": "deletes", "write": "writes"}.get(at.did.key, "opens")
                return _weighed(at, texts.PATH, severity, part, f"{word} a file named by {about(source)}")
    return None


def _ends_fixed(path: Value | None) -> bool:
    """`${name}.json`: only files of that kind."""
    *_, last = (None, *_parts_in_order(path)) if path is not None else (None,)
    return last is not None and last.text is not None and "." in last.text


def _is_free_text(source: Source) -> bool:
    """A name that the server gave itself, or a number, leads nowhere."""
    last = source.path[-1]
    if source.path[0] in ("file", "files"):
        return last in ("originalname", "name", "originalFilename")
    return source.path[0] != "url" and last not in _NUMBERED


def _mailed(at: At) -> Said | None:
    """A link in a mail that begins with what the request calls the server."""
    if at.did.operation is not Operation.HTTP or at.did.library not in _MAILS:
        return None
    body = [value for _, value in at.did.sets] + ([at.did.given] if at.did.given is not None else [])
    source = next((one for value in body for one in _deep(value) if _is_host(one)), None)
    if source is None:
        return None
    about_tokens = _RESET.search(f"{at.one.door.path} {at.one.door.handler}") is not None
    severity = Severity.HIGH if about_tokens and source.path[-1] != "origin" else Severity.MEDIUM
    last = f"mails a link that begins with the {source.path[-1]} of the request"
    return Said(at, texts.HOST, severity, sureness(at), last)


def _is_host(source: Source) -> bool:
    if source.origin is not Origin.INPUT or not source.path:
        return False
    return source.path[0] in ("host", "hostname") or (source.path[0] == "headers" and source.path[-1].lower() in _HOSTS)


def _sent_away(one: Followed) -> Iterator[Finding]:
    told: set[Spot] = set()
    for answer in one.visit.answers:
        if answer.kind != "redirect" or answer.spot in told:
            continue
        target = _target(answer.value)
        head = head_of(target)
        source = _first(head)
        if head is None or source is None or source.path[0] == "url" or _is_known(answer.held, source):
            continue
        told.add(answer.spot)
        door = one.door
        steps = [
            step(Spot(door.file, door.line), f"{named(door)} comes in"),
            step(answer.spot, f"sends the visitor to {about(source)}"),
        ]
        sure = Confidence.UNSURE if is_default(head) or door.uncertain else Confidence.LIKELY
        yield tell(texts.REDIRECT, Severity.MEDIUM, sure, answer.spot, steps, further=[Spot(door.file, door.line)])


def _target(value: Value) -> Value:
    shape = value.shape
    if isinstance(shape, Record):
        return next((inner for name, inner in shape.entries if name in ("destination", "href", "url")), Value())
    return value


def _is_known(held: Iterable[Held], source: Source) -> bool:
    """Somebody looked at the address, or at its host."""
    well, _ = paths_looked_at((one.fact for one in held), frozenset())
    return is_checked(source, well) or any((*source.path, part) in well for part in _OF_HOST)


def _weighed(at: At, rule: Rule, severity: Severity, part: Value, last: str) -> Said:
    if is_default(part):
        return Said(at, rule, lower(severity), Confidence.UNSURE, last)
    return Said(at, rule, severity, sureness(at), last)


def _first(value: Value | None) -> Source | None:
    sources = chosen(value) if value is not None else frozenset[Source]()
    return min(sources, key=lambda one: one.path) if sources else None


def _parts(value: Value) -> Iterator[Value]:
    """The pieces a text is put together from."""
    waiting = [value]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        inner = part.shape.known if isinstance(part.shape, Items) else ()
        if inner:
            waiting.extend(inner)
        else:
            yield part


def _parts_in_order(value: Value) -> list[Value]:
    inner = value.shape.known if isinstance(value.shape, Items) else ()
    return [part for one in inner for part in _parts_in_order(one)] if inner else [value]


def _deep(value: Value) -> Iterator[Source]:
    waiting = [value]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        one = waiting.pop()
        yield from one.sources
        for shape in one.shapes():
            if isinstance(shape, Record):
                waiting.extend(inner for _, inner in shape.entries)
            elif isinstance(shape, Items):
                waiting.extend(shape.known)
