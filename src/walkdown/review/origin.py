"""Where a walk starts: the newest record of this repository with a signature that somebody vouches for.

Its decisions are laid over the journal, which stays as it is. What people did here since wins; what was decided on
evidence that is no longer so shows as stale. A record that nobody vouches for only proposes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timezone
from pathlib import Path

import msgspec

from walkdown.checklist import Checklist, Evidence, gather
from walkdown.checklist.evidence import changed_by_eye
from walkdown.checklist.readiness import severity_then
from walkdown.errors import WalkdownError
from walkdown.model import (
    Decided,
    Decision,
    Event,
    Fact,
    FilePlace,
    Finding,
    Item,
    Kind,
    PackagePlace,
    Standing,
    State,
    Subject,
    Topics,
    Verdict,
    is_whole,
    path_of,
)
from walkdown.record.files import RecordFiles
from walkdown.record.folder import all_records
from walkdown.record.staleness import Stale
from walkdown.record.statement import FindingLine, ItemLine, Predicate, Said, Statement, sha256
from walkdown.record.tree import Tree
from walkdown.record.trust import Trust
from walkdown.record.verification import TAMPERED, UNKNOWN_SIGNER, UNREADABLE, UNSIGNED, Verification
from walkdown.record.verify import verify
from walkdown.review.board import Looked, Offer, Origin
from walkdown.review.review import Review
from walkdown.review.told_again import Secrets, told_again, unknown
from walkdown.safetext import for_json

__all__ = ["Offer", "Origin", "Origins", "carry", "facts_digest", "find_origins", "look_for_origins", "question_of"]

MOST_LOOKED_AT = 20
_SET_ASIDE = frozenset({Verdict.FALSE_POSITIVE, Verdict.ACCEPTED})
_OTHERWISE = "decided otherwise at the same time, says the record"


class Origins(msgspec.Struct, frozen=True):
    """`trusted`: where the walk starts. `offered`: a newer record that nobody vouches for. `notes`: records that could
    not be used, and why."""

    trusted: Origin | None = None
    offered: Origin | None = None
    notes: tuple[str, ...] = ()


class Carried(msgspec.Struct, frozen=True):
    """A record's decision in the names of today. `said`: how the record tells it."""

    standing: Standing
    said: Said

    @property
    def subject(self) -> Subject:
        return self.standing.decision.subject


# --- which record ----------------------------------------------------------------------------------------------------


def find_origins(review: Review, trust: Trust) -> tuple[Origin | None, Origin | None]:
    """The newest that is trusted; and the newest of those that are newer and not trusted."""
    found = look_for_origins(review, trust)
    return found.trusted, found.offered


def look_for_origins(review: Review, trust: Trust) -> Origins:
    """Newest first, until one is trusted. Asks git, and ssh-keygen or gpg."""
    notes: list[str] = []
    offered: Origin | None = None
    records = all_records(Path(review.target.root))
    tree, now = Tree(review.target), datetime.now(timezone.utc)
    for files in records[:MOST_LOOKED_AT]:
        try:
            # What it says of the tree is another question, which today's scan answers.
            found = verify(files, tree, trust, now, Stale())
        except (WalkdownError, OSError) as error:  # perhaps the target was closed meanwhile
            notes.append(f"{files.name} is left out: {error}")
            continue
        codes = {problem.code for problem in found.problems}
        if found.statement is None or codes & {UNREADABLE, TAMPERED}:
            bad = next((one.line for one in found.problems if one.code in (TAMPERED, UNREADABLE)), found.line)
            notes.append(f"{files.name} is left out. {bad}")
            continue
        if not _is_of_here(found.statement, tree, review):
            why = f"it is of {found.statement.about.name}, and nothing shows that this is the same project"
            notes.append(f"{files.name} is left out: {why}.")
            continue
        origin = _origin(files, found.statement, found, trusted=not codes & {UNKNOWN_SIGNER, UNSIGNED})
        if origin.trusted:
            return Origins(origin, offered, tuple(notes))
        offered = offered or origin
    if len(records) > MOST_LOOKED_AT:
        notes.append(f"Only the newest {MOST_LOOKED_AT} of {len(records)} records were looked at.")
    return Origins(None, offered, tuple(notes))


def _is_of_here(statement: Statement, tree: Tree, review: Review) -> bool:
    """By the first commits, of which `verify` has refused others. Where one side has none, a record that came along
    with a copied folder must not answer for another project."""
    about = statement.about
    if about.digest.looked == tree.looked or (statement.predicate.repo.roots and tree.roots.commits) or tree.shallow:
        return True
    return about.name == for_json(review.masker.mask_text(review.target.facts.name))


def _origin(files: RecordFiles, statement: Statement, found: Verification, *, trusted: bool) -> Origin:
    people = found.trusted if trusted else found.signers
    by = tuple(dict.fromkeys(one.name or one.mail for one in people))
    return Origin(files.name, sha256(files.json), statement, by, trusted)


# --- what it says, in the names of today -----------------------------------------------------------------------------


def carry(state: State, origin: Origin, looked: Looked, checklist: Checklist, today: date) -> State:
    """The journal's state with the record's decisions laid over it. Nothing is written."""
    return lay_over(state, carried_by(origin, looked, checklist, ids_of(origin, looked)), today)


def ids_of(
    origin: Origin,
    looked: Looked,
    renames: Mapping[str, str] | None = None,
    same_secret: Callable[[FindingLine, Finding], bool] = unknown,
) -> dict[str, str]:
    """The record's names of findings to those of today."""
    return told_again(origin.statement.predicate.findings, looked.result.findings, renames or {}, same_secret)


def ids_in(review: Review, origin: Origin, looked: Looked) -> dict[str, str]:
    """`ids_of`, where files and history help: git knows what was renamed, and the files what a secret is."""
    statement = origin.statement
    here, renames = review.target.inventory.names, {}
    commit = statement.about.digest.git_commit
    if commit and any(isinstance(one.place, FilePlace) and one.place.path not in here for one in _findings(origin)):
        try:
            renames = review.target.renames_since(commit)
        except (WalkdownError, OSError):
            renames = {}  # this clone does not have that commit: then they are told by their company alone
    return ids_of(origin, looked, renames, Secrets(review, statement).same)


def _findings(origin: Origin) -> tuple[FindingLine, ...]:
    return origin.statement.predicate.findings


def carried_by(origin: Origin, looked: Looked, checklist: Checklist, ids: Mapping[str, str]) -> tuple[Carried, ...]:
    """Made once for a scan: what it says does not hang on what people do here."""
    predicate, result = origin.statement.predicate, looked.result
    # The very files that were signed, and a tool that is not on this machine.
    blind = origin.statement.about.digest.looked == result.target.looked and not all(
        is_whole(one.outcome) for one in result.reports
    )
    return (
        *_of_items(predicate, looked, checklist, ids, origin.name, blind=blind),
        *_of_findings(predicate, looked, ids, origin.name),
        *_of_gaps(predicate, origin.name),
        *doors_carried(predicate, looked, ids, origin.name),
    )


def lay_over(state: State, carried: tuple[Carried, ...], today: date) -> State:
    """What was done here at the same time or later wins, an undo too."""
    if not carried:
        return state
    last = f"{today.isoformat()}T99"  # a clock that went wrong must not win for ever
    decisions = dict(state.decisions)
    for one in carried:
        at = one.standing.event.time
        if state.touched.get(one.subject, "") < at <= last:
            decisions[one.subject] = one.standing
    return msgspec.structs.replace(state, decisions=decisions)


def offers_of(state: State, offered: tuple[Carried, ...], record: str) -> dict[Subject, Offer]:
    """What a record proposes that is not so already, and that nobody answered since."""
    found = {}
    for one in offered:
        at, standing = one.standing.event.time, state.decisions.get(one.subject)
        if state.touched.get(one.subject, "") >= at or (standing and standing.event.time >= at):
            continue
        if standing is None or _says(standing.decision) != _says(one.standing.decision):
            said = msgspec.structs.replace(one.said, decision=one.standing.decision)
            found[one.subject] = Offer(said, record)
    return found


def _says(decision: Decision) -> tuple[object, ...]:
    return decision.verdict, decision.owner, decision.until, decision.reason


def _of_findings(predicate: Predicate, looked: Looked, ids: Mapping[str, str], record: str) -> Iterator[Carried]:
    for line in predicate.findings:
        finding = looked.by_id.get(ids.get(line.id, "")) if line.said else None
        if line.said is None or finding is None:
            continue
        told = line.said.decision
        # Who set aside something harmless has not set aside what it is said to be today, nor what it had become when it
        # was signed over.
        then = severity_then(told) or line.severity
        if told.verdict in _SET_ASIDE and not then.at_least(finding.severity):
            continue
        decision = msgspec.structs.replace(told, subject=Subject(Kind.FINDING, finding.id), domain=domain_of(finding))
        yield Carried(_standing(line.said, decision, record), line.said)


def domain_of(finding: Finding) -> str:
    """What a decision about a finding was about."""
    return f"{finding.fingerprint}:{finding.severity.value}"


def _of_gaps(predicate: Predicate, record: str) -> Iterator[Carried]:
    for line in predicate.gaps:
        if line.said and line.said.decision.subject.kind is Kind.GAP:
            yield Carried(_standing(line.said, line.said.decision, record), line.said)


def doors_carried(predicate: Predicate, looked: Looked, ids: Mapping[str, str], record: str) -> Iterator[Carried]:
    """A door and a guard go by the same name on every machine, and so does what a decision about them rests on: one
    that is another today is open again by itself."""
    for line in predicate.doors:
        if line.said and line.said.decision.subject.kind is Kind.DOOR and line.id in looked.doors.digests:
            rests_on = tuple(sorted(ids[one] for one in line.said.decision.rests_on if one in ids))
            subject = Subject(Kind.DOOR, line.id)
            decision = msgspec.structs.replace(line.said.decision, subject=subject, rests_on=rests_on)
            yield Carried(_standing(line.said, decision, record), line.said)
    for guard in predicate.guards:
        if guard.said.decision.subject.kind is Kind.GUARD and guard.id in looked.doors.guards:
            decision = msgspec.structs.replace(guard.said.decision, subject=Subject(Kind.GUARD, guard.id))
            yield Carried(_standing(guard.said, decision, record), guard.said)


def _of_items(
    predicate: Predicate, looked: Looked, checklist: Checklist, ids: Mapping[str, str], record: str, *, blind: bool
) -> Iterator[Carried]:
    lines = {line.id: line for line in predicate.items if line.said}
    if not lines:
        return
    for evidence in gather(checklist, looked.index):
        line = lines.get(evidence.item.id)
        if line is None or line.said is None:
            continue
        told = line.said.decision
        same = told.domain == line.domain and (
            _is_same(line, evidence, ids, predicate.topics) or (blind and _adds_nothing(line, evidence, ids))
        )
        decision = msgspec.structs.replace(
            told,
            subject=Subject(Kind.ITEM, line.id),
            # Otherwise the evidence is another one, and no digest may make it look the same.
            domain=evidence.domain if same else "",
            rests_on=tuple(sorted(ids[one] for one in told.rests_on if one in ids)),
        )
        yield Carried(_standing(line.said, decision, record), line.said)


def _is_same(line: ItemLine, evidence: Evidence, ids: Mapping[str, str], topics: Topics) -> bool:
    """Whether everything a decision on this item rested on is as it was, whatever the names are here."""
    now = {one.id for one in (*evidence.against, *evidence.dismissed)}
    return (
        line.question == question_of(evidence.item)
        and len(line.found) == len(now)
        and {ids.get(one, "") for one in line.found} == now
        and line.facts == facts_digest(evidence)
        and line.gaps == evidence.gaps
        and line.looked == evidence.looked
        and line.topics == evidence.topics
        and not changed_by_eye(evidence, topics)
    )


def _adds_nothing(line: ItemLine, evidence: Evidence, ids: Mapping[str, str]) -> bool:
    """Less was looked at than then, and nothing else was found: what was said then was said of these very files. That
    the tool is missing stands in the way by itself."""
    now = {one.id for one in (*evidence.against, *evidence.dismissed)}
    then = {ids[one] for one in line.found if one in ids}
    return evidence.gaps > line.gaps and now <= then and line.question == question_of(evidence.item)


def _standing(said: Said, decision: Decision, record: str) -> Standing:
    # As an event of no journal: nobody here can undo it, and who decides over it decides over nothing of ours.
    told = msgspec.structs.replace(decision, over=0, batch="")
    event = Event(0, said.at, said.by, said.channel, "", Decided(told))
    other = msgspec.structs.replace(told, verdict=_opposite(decision), reason=_OTHERWISE, owner="", until="")
    disputed = tuple(Event(0, said.at, actor, said.channel, "", Decided(other)) for actor in said.disputed)
    return Standing(told, event, disputed, record)


def _opposite(decision: Decision) -> Verdict:
    """The record names who decided otherwise, not how: until it is settled it counts as what is worse."""
    worse = {
        Kind.ITEM: Verdict.NEEDS_WORK,
        Kind.FINDING: Verdict.REAL,
        Kind.DOOR: Verdict.NEEDS_WORK,
        Kind.GUARD: Verdict.NO_GUARD,
    }
    return worse.get(decision.subject.kind, decision.verdict)


# --- how evidence is told again --------------------------------------------------------------------------------------


def question_of(item: Item) -> str:
    """Digest of what a person was asked."""
    return _digest((item.title, item.look, item.reach.value))


def facts_digest(evidence: Evidence) -> str:
    """Digest of what speaks for an item, and where; not in which line, which any edit above it changes."""
    return _digest(tuple(sorted(map(_told, evidence.facts))))


def _told(fact: Fact) -> tuple[str, str, str]:
    place = fact.place
    within = place.symbol if isinstance(place, FilePlace) else ""
    if isinstance(place, PackagePlace):
        within = f"{place.name} {place.version}"
    return fact.rule.id, path_of(place), within


def _digest(parts: object) -> str:
    # json spells out what is no text; a name of a file may hold that.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
