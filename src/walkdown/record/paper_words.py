"""The words a paper uses for times, places, decisions and counts."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias

from walkdown.model.event import Actor, Channel, Verdict
from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, Place
from walkdown.record.paper_blocks import Code, Line, Run, Strong, joined
from walkdown.record.statement import DoorLine, FindingLine, GapLine, ItemLine, Said

SHORT = 12  # characters of a digest where the whole would only fill the line; the JSON has it whole
FOLD = 60  # as many lines that differ in their place only are one line with a number
UNDECIDED = "undecided"
Twins: TypeAlias = frozenset[str]  # names that more than one person goes by, as they read
VERDICTS = {
    Verdict.PASS: ("●", "pass"),
    Verdict.NEEDS_WORK: ("✗", "needs work"),
    Verdict.WAIVED: ("◐", "waived"),
    Verdict.NOT_APPLICABLE: ("–", "does not apply"),  # noqa: RUF001 - the shape it has on the screen
    Verdict.REAL: ("✗", "real"),
    Verdict.FALSE_POSITIVE: ("●", "false positive"),
    Verdict.ACCEPTED: ("◐", "accepted"),
    Verdict.GUARDED: ("●", "guarded as meant"),
    Verdict.PUBLIC: ("◇", "public on purpose"),
    Verdict.OWNER_GUARD: ("●", "asks whose it is"),
    Verdict.ROLE_GUARD: ("●", "asks for a role"),
    Verdict.LOGIN_GUARD: ("●", "asks who is signed in"),
    Verdict.SECRET_GUARD: ("●", "asks for a secret"),
    Verdict.NO_GUARD: ("✗", "asks nothing"),
}
CHANNELS = {Channel.APP: "in the app", Channel.TERMINAL: "at a terminal", Channel.SCRIPT: "by a script"}
_STANDPOINTS = {
    "against": "something speaks against it",
    "for": "something speaks for it",
    "silent": "looked, nothing found",
    "could-not-look": "could not look",
    "nobody-looks": "a person judges",
    "does-not-apply": "nothing of the kind here",
}


def count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@lru_cache(4096)
def moment(time: str) -> str:
    """A time as people read it; as it stands where it is none of ours."""
    try:
        return f"{datetime.strptime(time, '%Y-%m-%dT%H:%M:%SZ'):%Y-%m-%d %H:%M} UTC"  # noqa: DTZ007 - the Z is in it
    except ValueError:
        return time


def days_between(earlier: str, later: str) -> int | None:
    """Whole days from one of our times to another; None where one of them is none."""
    try:
        return (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days
    except ValueError:
        return None


def person(actor: Actor, twins: Twins = frozenset()) -> Line:
    """The name alone says who, except where two share it; every mail stands on the first page. A mail is code: forges
    make links of mails, and of the names behind an @."""
    mail = actor.mail if not actor.name or as_read(actor.name) in twins else ""
    return joined(((actor.name,) if actor.name else (), (Code(mail),) if mail else ()), " ")


def as_read(name: str) -> str:
    """What tells two names apart for a reader in a hurry."""
    return " ".join(name.casefold().split())


def place(where: Place) -> Line:
    match where:
        case FilePlace(path=path, line=line):
            return (_spot(path, line),)
        case CommitPlace(commit=commit, path=path, line=line):
            return (_spot(path, line), " in commit ", Code(commit[:SHORT]))
        case PackagePlace(name=name, version=version, path=path, line=line):
            package = Code(f"{name} {version}".strip())
            return (package, " in ", _spot(path, line)) if path else (package,)
        case _:
            return (where.about or "the repository",)


def _spot(path: str, line: int) -> Code:
    return Code(f"{path}:{line}" if line else path)


def seen_by(finding: FindingLine) -> Line:
    named = [f"{one.tool} {one.rule}" for one in finding.sources] or [f"{finding.tool} {finding.rule}"]
    return joined((Code(name),) for name in dict.fromkeys(named))


def verdict(said: Said | None, *, matters: bool) -> Line:
    """A shape and a word, so that neither colour nor font is needed to tell them apart. `matters`: it stands open."""
    if said is None:
        return (Strong(f"○ {UNDECIDED}", "bad"),) if matters else (f"○ {UNDECIDED}",)
    return (" ".join(VERDICTS[said.decision.verdict]),)


def decided_by(said: Said | None, twins: Twins = frozenset()) -> Line:
    """By whom, through which channel, when, and who disagreed."""
    if said is None:
        return ()
    line: Line = (*person(said.by, twins), f", {CHANNELS[said.channel]}, {moment(said.at)}")
    if said.origin:
        line = (*line, ", carried from ", Code(said.origin))
    if said.disputed:
        line = (*line, ". ", Strong("Disputed", "bad"), " by ", *joined(person(one, twins) for one in said.disputed))
    return line


def why(line: ItemLine | FindingLine | DoorLine) -> Line:
    """What stands open about it first, then the reason, who answers for it, and the remarks."""
    parts: list[Line] = []
    if line.open and (line.said or not line.open.endswith(UNDECIDED)):
        parts.append((Strong("Open:", "bad"), f" {line.open}."))
    if line.said:
        parts += reasons(line.said)
    if isinstance(line, FindingLine) and line.aside:
        parts.append((f"Answered elsewhere: {line.aside}.",))
    if line.note:
        parts.append((f"Note: {line.note}",))
    return joined(parts, " ")


def reasons(said: Said) -> list[Line]:
    decision = said.decision
    parts: list[Line] = [(decision.reason,)] if decision.reason else []
    if decision.until:
        parts.append((f"({decision.owner or said.by.name} answers for it until {decision.until})",))
    if decision.note:
        parts.append((f"Remark: {decision.note}",))
    return parts


def evidence(item: ItemLine) -> Line:
    numbers = {"against": item.against, "for": item.speaking_for, "gaps": item.gaps, "set aside": item.dismissed}
    told = " · ".join(f"{name} {number:,}" for name, number in numbers.items() if number)
    return (told or _STANDPOINTS.get(item.standpoint, item.standpoint),)


def gap_class(gap: GapLine) -> str:
    return f"{gap.scanner or 'target'}/{gap.code}"


def is_past(until: str, made: str) -> bool:
    """Its last day had gone by when this was made. A day that nobody can read counts as gone."""
    if not until:
        return False
    left = days_between(made, until)
    return left is None or left < 0


def short(digest: str) -> Run:
    return Code(digest[:SHORT])
