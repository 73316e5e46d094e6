"""The doors of an application as people decide about them: what was said of each, of its guards, and what follows.

A person says once what a guard asks, and every door behind it follows. The map itself is never rewritten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from walkdown.model import Finding, Kind, Note, ScanResult, Standing, State, Step, Subject, Verdict, line_of, path_of
from walkdown.model.door import STRENGTH, Checks, Door, Guard, Reach, strongest
from walkdown.review.door_hints import hint_of

OPEN_TO_ALL, OF_OTHERS = "auth.endpoint-open", "auth.object-level"
_ORDER = (*(one.value for one in STRENGTH), "")
MEANINGS = {
    Verdict.OWNER_GUARD: Checks.OWNER,
    Verdict.ROLE_GUARD: Checks.ROLE,
    Verdict.LOGIN_GUARD: Checks.LOGIN,
    Verdict.SECRET_GUARD: Checks.SECRET,
    Verdict.NO_GUARD: Checks.NOTHING,
}
_MOST_PLACES = 20  # a finding that names so many may be about doors that it does not name


class KnownDoors(msgspec.Struct, frozen=True):
    """What follows from a scan alone. `findings`: about each door, by its id. `about`: the doors a finding is about.
    `digests`: of what a person looks at in a door. `guards`: each guard that a person can speak of, with its doors.
    `contents`: of the files in which guards stand."""

    doors: tuple[Door, ...] = ()
    findings: Mapping[str, tuple[Finding, ...]] = {}
    about: Mapping[str, tuple[str, ...]] = {}
    digests: Mapping[str, str] = {}
    guards: Mapping[str, tuple[Guard, tuple[str, ...]]] = {}
    contents: Mapping[str, str] = {}
    order: Mapping[str, int] = {}
    answerable: tuple[Finding, ...] = ()

    # order: where each door stands among them, by its id. answerable: findings that a word about a door may answer.


class GuardRow(msgspec.Struct, frozen=True):
    """A guard with the doors behind it. `means`: what it asks, as the map read it or as somebody said. `open`: nobody
    said, or what was said no longer holds, for which `why` gives the reason."""

    guard: Guard
    doors: tuple[str, ...]
    said: Standing | None
    means: Checks
    domain: str
    open: bool = True
    why: str = ""

    @property
    def id(self) -> str:
        return self.guard.id

    @property
    def subject(self) -> Subject:
        return Subject(Kind.GUARD, self.guard.id)


class DoorRow(msgspec.Struct, frozen=True):
    """A door as it stands. `guard`: what holds in effect, after what people said of guards, as `guards` tells them.
    `open`: nobody decided it, or what was decided no longer holds, for which `why` gives the reason. `hint`: why it may
    be public on purpose, which nobody assumes. `domain`: what a decision about it rests on, beside its findings."""

    door: Door
    said: Standing | None
    guard: Checks | None
    findings: tuple[Finding, ...]
    open: bool
    hint: str
    why: str = ""
    guards: tuple[Guard, ...] = ()
    domain: str = ""
    note: Note | None = None
    opened: bool = False

    @property
    def id(self) -> str:
        return self.door.id

    @property
    def subject(self) -> Subject:
        return Subject(Kind.DOOR, self.door.id)

    @property
    def digest(self) -> str:
        """Of what a person looks at in it, whatever its guards are said to mean."""
        return self.domain.rpartition(":")[0]

    @property
    def verdict(self) -> Verdict | None:
        return self.said.decision.verdict if self.said else None

    @property
    def rests_on(self) -> tuple[str, ...]:
        return tuple(sorted(one.id for one in self.findings))


class Aside(msgspec.Struct, frozen=True):
    """Why a finding about doors is set aside though nobody decided it by itself: what was said, of what, by whom."""

    by: tuple[Standing, ...]
    words: str


# --- what a scan tells -----------------------------------------------------------------------------------------------


def know_doors(result: ScanResult) -> KnownDoors:
    if not result.doors:
        return KnownDoors()
    at: dict[tuple[str, int], list[str]] = {}
    for door in result.doors:
        at.setdefault((door.file, door.line), []).append(door.id)
    findings: dict[str, list[Finding]] = {}
    answerable: list[Finding] = []
    about: dict[str, tuple[str, ...]] = {}
    for finding in result.findings:
        if ids := tuple(dict.fromkeys(one for spot in _spots(finding) for one in at.get(spot, ()))):
            about[finding.id] = ids
            if finding.rule.hazard in (OPEN_TO_ALL, OF_OTHERS) and len(finding.places) < _MOST_PLACES:
                answerable.append(finding)
            for one in ids:
                findings.setdefault(one, []).append(finding)
    guards: dict[str, tuple[Guard, list[str]]] = {}
    for door in result.doors:
        for guard in door.guards:
            if guard.can_be_told:
                known, doors = guards.setdefault(guard.id, (guard, []))
                doors += [] if door.id in doors[-1:] else [door.id]
                if strongest((known, guard)) is not strongest((known,)):
                    guards[guard.id] = guard, doors  # of one that asks several things, what says most
    return KnownDoors(
        doors=result.doors,
        findings={one: tuple(found) for one, found in findings.items()},
        about=about,
        digests={one.id: _digest_of(one) for one in result.doors},
        guards={one: (guard, tuple(doors)) for one, (guard, doors) in guards.items()},
        contents=result.guard_files,
        order={one.id: at for at, one in enumerate(result.doors)},
        answerable=tuple(answerable),
    )


def _spots(finding: Finding) -> Iterator[tuple[str, int]]:
    """Where a door has to be for a finding to be about it: where the way begins, or a place that is named."""
    first: Sequence[Step] = finding.steps[:1]
    for place in (*(step.place for step in first), finding.place, *finding.places):
        if line_of(place):
            yield path_of(place), line_of(place)


def _digest_of(door: Door) -> str:
    """Of all that a person judges. Not of lines and files: moving code changes nothing about who may do what."""
    guards = [(one.name, one.checks.value, one.detail) for one in door.guards]
    reaches = sorted({json.dumps(_told(one)) for one in door.reaches})
    parts = (door.kind.value, door.method, door.path, guards, door.validated, door.limiter, reaches)
    return _digest((*parts, bool(door.uncertain)))


def _told(reach: Reach) -> tuple[object, ...]:
    filters = [(one.field, one.origin.value, one.maybe) for one in reach.filters]
    sets = [(one.field, one.origin.value) for one in reach.sets]
    plain = (reach.table, reach.operation.value, reach.whole, reach.transaction, reach.loop, reach.bounded, reach.key)
    return (*plain, filters, sets)


def _guard_domain(guard: Guard, contents: Mapping[str, str]) -> str:
    """Another content of its file may ask something else, though it goes by the same name."""
    return _digest((guard.id, guard.checks.value, contents.get(guard.file, "")))


def _digest(parts: object) -> str:
    # json spells out what is no text; a name of a file may hold that.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


# --- what people said ------------------------------------------------------------------------------------------------


def door_rows(result: ScanResult, state: State) -> tuple[DoorRow, ...]:
    known = know_doors(result)
    return rows_of(known, state, guard_rows(known, state))


def guard_rows(known: KnownDoors, state: State) -> tuple[GuardRow, ...]:
    return tuple(_guard_row(guard, doors, known, state) for guard, doors in known.guards.values())


def _guard_row(guard: Guard, doors: tuple[str, ...], known: KnownDoors, state: State) -> GuardRow:
    said = state.decisions.get(Subject(Kind.GUARD, guard.id))
    row = GuardRow(guard, doors, said, guard.checks, _guard_domain(guard, known.contents))
    if said is None:
        return row
    if said.disputed:
        return msgspec.structs.replace(row, why=_differently(said))
    if said.decision.domain != row.domain or said.decision.verdict not in MEANINGS:
        return msgspec.structs.replace(row, why="its file changed since somebody said what it means")
    return msgspec.structs.replace(row, means=MEANINGS[said.decision.verdict], open=False)


def rows_of(known: KnownDoors, state: State, guards: Sequence[GuardRow]) -> tuple[DoorRow, ...]:
    means = {one.id: one.means for one in guards if not one.open}
    return tuple(_row(door, known, state, means) for door in known.doors)


def _row(door: Door, known: KnownDoors, state: State, means: Mapping[str, Checks]) -> DoorRow:
    subject = Subject(Kind.DOOR, door.id)
    said, digest = state.decisions.get(subject), known.digests[door.id]
    guards, guard = _as_said(door, means)
    findings = known.findings.get(door.id, ())
    why = _why_again(said, digest, guard, findings) if said else ""
    return DoorRow(
        door=door,
        said=said,
        guard=guard,
        findings=findings,
        open=said is None or bool(why),
        hint=hint_of(door, guard),
        why=why,
        guards=guards,
        domain=f"{digest}:{guard.value if guard else ''}",
        note=state.notes.get(subject),
        opened=state.has_opened(subject, digest),
    )


def _as_said(door: Door, means: Mapping[str, Checks]) -> tuple[tuple[Guard, ...], Checks | None]:
    if not any(one.can_be_told and one.id in means for one in door.guards):
        return door.guards, door.guard
    guards = tuple(
        msgspec.structs.replace(one, checks=means[one.id], why="") if one.can_be_told and one.id in means else one
        for one in door.guards
    )
    return guards, strongest(guards)


def _why_again(said: Standing, digest: str, guard: Checks | None, findings: Sequence[Finding]) -> str:
    """Why what was decided no longer holds; empty where it does."""
    if said.disputed:
        return _differently(said)
    then, _, held = said.decision.domain.rpartition(":")
    if is_weaker(guard, held):
        return f"guarded by {_word(held)} when it was decided, by {_word(guard.value if guard else '')} now"
    if then != digest:
        return "the door changed since it was decided"
    new = len({one.id for one in findings} - set(said.decision.rests_on))
    return f"{new} finding{'s are' if new > 1 else ' is'} new since it was decided" if new else ""


def is_weaker(guard: Checks | None, held: str) -> bool:
    """Less is asked now than what was in effect when somebody decided."""
    now = guard.value if guard else ""
    return now != held and held in _ORDER and _ORDER.index(now) > _ORDER.index(held)


def _word(checks: str) -> str:
    return {"": "nothing", "login": "a login", "role": "a role", "owner": "the owner", "secret": "a secret"}[checks]


def _differently(said: Standing) -> str:
    return f"{said.event.actor.name} and {', '.join(one.actor.name for one in said.disputed)} decided differently"


# --- findings that are answered by it --------------------------------------------------------------------------------


def asides(known: KnownDoors, state: State, rows: Sequence[DoorRow], guards: Sequence[GuardRow]) -> Mapping[str, Aside]:
    """Findings about who may reach what that are answered by what was said of a door or its guard, for every door they
    are about. What somebody decided about a finding itself always counts more."""
    said = {one.id: one for one in guards if not one.open}
    if not known.answerable or not (said or any(row.said for row in rows)):
        return {}
    by_id = {row.id: row for row in rows}
    told: dict[str, Aside] = {}
    for finding in known.answerable:
        if Subject(Kind.FINDING, finding.id) in state.decisions:
            continue
        answers = [_answer(by_id[one], finding.rule.hazard, said) for one in known.about[finding.id]]
        if all(answers):
            kept = tuple(one for one in answers if one)
            words = "; ".join(dict.fromkeys(words for _, words in kept))
            told[finding.id] = Aside(tuple(standing for standing, _ in kept), words)
    return told


def _answer(row: DoorRow, hazard: str, guards: Mapping[str, GuardRow]) -> tuple[Standing, str] | None:
    """What settles this hazard for this door. Public on purpose does not say that anybody may have what is another's;
    and who called the door a flaw is not overruled by what its guard means."""
    if row.said and not row.open:
        if row.verdict is Verdict.GUARDED or (row.verdict is Verdict.PUBLIC and hazard == OPEN_TO_ALL):
            what = "is guarded as meant" if row.verdict is Verdict.GUARDED else "is public on purpose"
            return row.said, _says(row.said, f"{row.door.title} {what}")
        if row.verdict is Verdict.NEEDS_WORK:
            return None
    enough = (Checks.OWNER,) if hazard == OF_OTHERS else STRENGTH
    for guard in row.guards:
        told = guards.get(guard.id) if guard.can_be_told else None
        if told and told.said and guard.checks in enough:
            return told.said, _says(told.said, f"{guard.name} means {guard.checks.value}")
    return None


def _says(standing: Standing, what: str) -> str:
    reason = standing.decision.reason
    return f"{what}, says {standing.event.actor.name}" + (f": {reason}" if reason else "")
