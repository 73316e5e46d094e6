"""What of the request is in a value, what the code knows of it, and where a text it is part of leads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from walkdown.doors.assemble import Followed
from walkdown.doors.checked import chosen, is_checked, paths_looked_at, schema_paths
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, is_privileged, is_unsure, own
from walkdown.doors.questions.tell import tell, way
from walkdown.doors.values import Items, Literal, Source, Value
from walkdown.doors.visits import Did, Held, Spot
from walkdown.model.door import Checks, DoorKind, Operation, Origin
from walkdown.model.finding import Finding, Rule, Step
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.text import decode

_CALLED_BY_MACHINES = frozenset({DoorKind.WEBHOOK, DoorKind.JOB, DoorKind.COMMAND})
_FIXED = frozenset({Origin.ENVIRONMENT, Origin.IDENTITY, Origin.ROW, Origin.MADE})
_MOST_PARTS = 60


@dataclass(frozen=True, slots=True)
class At:
    """An operation behind a door that a person can knock at."""

    one: Followed
    number: int
    did: Did

    @property
    def guarded(self) -> bool:
        """Only few may: an administrator, a service with a secret."""
        return self.one.door.guard is Checks.SECRET or is_privileged(self.one, self.did)

    @property
    def rank(self) -> int:
        return 0 if self.one.door.guard is None else 1

    def steps(self, last: str) -> tuple[Step, ...]:
        return way(self.one.door, self.did, last)

    @property
    def start(self) -> Spot:
        return Spot(self.one.door.file, self.one.door.line)


def operations(doors: Iterable[Followed]) -> Iterator[At]:
    for one in doors:
        if is_asked(one):
            for number, did in own(one):
                yield At(one, number, did)


def is_asked(one: Followed) -> bool:
    """A webhook is asked about elsewhere: whether anybody looks who sent it."""
    signed = any(what.startswith("signature") for what, _ in one.visit.used)
    return askable(one) and one.door.kind not in _CALLED_BY_MACHINES and not signed


def only_input(value: Value) -> frozenset[Source]:
    """The inputs of a value that comes from nowhere else; a default that stands in the code may be taken instead."""
    if any(source.origin not in (Origin.INPUT, Origin.CONSTANT) for source in value.sources):
        return frozenset()
    return chosen(value)


def looked_at(at: At, source: Source) -> bool:
    """Somebody asked more of it than whether it is there, and refused what did not fit, or it was compared with what
    the server knows."""
    well, _ = paths_looked_at((held.fact for held in at.did.held), frozenset())
    return is_checked(source, well)


def by_schema(one: Followed, source: Source) -> bool:
    return is_checked(source, schema_paths(one.visit))


def words_of(held: Iterable[Held], source: Source) -> frozenset[str]:
    """The few words it may be, where the code says which."""
    for one in held:
        fact = one.fact
        if fact.kind == "among" and source in fact.left and fact.detail:
            return frozenset(word.strip() for word in fact.detail.split(","))
    return frozenset()


def head_of(value: Value) -> Value | None:
    """What decides where an address leads: its beginning, where that is no fixed host or folder. None where it is
    fixed, or was not understood."""
    waiting, text = [value], ""
    for _ in range(_MOST_PARTS):
        if not waiting:
            return None
        part = waiting.pop(0)
        shape = part.shape
        inner = shape.known if isinstance(shape, Items) else ()
        if inner and any(one.text is not None for one in inner):
            waiting[:0] = list(inner)
        elif isinstance(shape, Literal) and not chosen(part):
            text += shape.value or ""
            if _leads_somewhere(text):
                return None
        elif any(source.origin in _FIXED for source in part.sources):
            return None
        elif chosen(part) and (shape is None or isinstance(shape, Literal)) and not _may_be_glued(part):
            return part
        else:
            return None
    return None


def _may_be_glued(part: Value) -> bool:
    """A text of several parts whose order is not known."""
    several = any(source.origin is not Origin.INPUT for source in part.sources)
    return several and not any(isinstance(shape, Literal) for shape in part.shapes())


def _leads_somewhere(text: str) -> bool:
    """`https://api.example.com/`, `/orders/`, `mailto:`."""
    before, mark, rest = text.partition("://")
    if mark:
        return any(sign in rest for sign in "/?#") or (rest != "" and not rest.endswith("."))
    return text != "" and not before.isspace()


def is_default(value: Value) -> bool:
    """`next || "/"`, or the value where it is one of a list, else another: which, nobody can tell."""
    return any(isinstance(shape, Literal) for shape in value.shapes())


def about(source: Source) -> str:
    """An input as people call it: `amount of the body`."""
    part = {"params": "path", "query": "query", "url": "address", "files": "file"}.get(source.path[0], source.path[0])
    rest = [step for step in source.path[1:] if step != "*"]
    return f"{rest[-1]} of the {part}" if rest else f"the {part}"


_LARGEST = 400_000


def function_text(found: Map, spot: Spot) -> str:
    """The code of the innermost function around a place."""
    program = found.programs.get(spot.path)
    around = [one for one in program.functions if one.line <= spot.line <= one.end_line] if program is not None else []
    if not around:
        return ""
    inner = min(around, key=lambda one: one.end_line - one.line)
    return "\n".join(decode(found.read(spot.path)[:_LARGEST]).split("\n")[inner.line - 1 : inner.end_line])


def says_on_the_way(found: Map, at: At, words: re.Pattern[str]) -> bool:
    """Whether the code between the door and the operation says one of these words."""
    places = dict.fromkeys((at.start, at.did.spot, *(frame.spot for frame in at.did.way)))
    return any(words.search(function_text(found, spot)) for spot in places)


_SAYS_MAY = re.compile(r"permi|role|admin|author|allow|grant|acl|policy|guard|restrict", re.IGNORECASE)


def may_be_guarded(at: At) -> bool:
    """Something stands before it that is called a guard, and was not understood or can be switched off."""
    weak = (Checks.UNKNOWN, Checks.NOTHING)
    named = [guard.name for guard in at.one.door.guards if guard.checks in weak]
    named += [before.name for before in at.one.entrance.before]
    if at.one.door.guard is None:
        named += [one.spot.path.rpartition("/")[2] for one in at.one.visit.answers if one.status in (401, 403)]
    return at.one.door.guard in (None, Checks.LOGIN) and any(_SAYS_MAY.search(name) for name in named)


def lower(severity: Severity, steps: int = 1) -> Severity:
    order = list(Severity)
    return order[min(order.index(severity) + steps, len(order) - 2)]


def sureness(at: At) -> Confidence:
    """Never sure: what a value is for is told by its name."""
    return Confidence.UNSURE if at.did.why or is_unsure(at.one.door) else Confidence.LIKELY


@dataclass(frozen=True, slots=True)
class Said:
    """A flaw at an operation, before doors that lead to the same are put together."""

    at: At
    rule: Rule
    severity: Severity
    confidence: Confidence
    last: str


def together(said: Iterable[Said]) -> Iterator[Finding]:
    """One flaw at one place is told once, by its worst door."""
    found: dict[tuple[str, Spot, str, Operation], list[Said]] = {}
    for one in said:
        did = one.at.did
        table = "" if did.operation in (Operation.HTTP, Operation.FILE) else did.table
        found.setdefault((one.rule.id, did.spot, table, did.operation), []).append(one)
    for several in found.values():
        worst = min(several, key=lambda one: (one.severity.rank, one.confidence.rank, one.at.rank))
        yield tell(
            worst.rule, worst.severity, worst.confidence, worst.at.did.spot, worst.at.steps(worst.last),
            further=[one.at.start for one in several],
        )  # fmt: skip
