"""A review in which every text that is not ours is hostile: each piece of the corpus wherever one could come to."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec

from helpers.hostile import PIECES, SURROGATES, dressed
from helpers.repos import git, make_repo
from walkdown.model import (
    Actor,
    Cancelled,
    Channel,
    CommitPlace,
    Confidence,
    Coverage,
    Fact,
    Failed,
    FilePlace,
    Finding,
    Item,
    Kind,
    Missing,
    NothingToScan,
    Outcome,
    PackagePlace,
    Place,
    Ran,
    Reach,
    RepoPlace,
    Report,
    Rule,
    ScanResult,
    Severity,
    Silence,
    SkipKind,
    Skipped,
    Source,
    StackPart,
    Step,
    Subject,
    TargetFacts,
    TimedOut,
    Verdict,
)
from walkdown.model.door import (
    Checks,
    Door,
    DoorKind,
    Filter,
    Guard,
    Operation,
    Origin,
    strongest,
)
from walkdown.model.door import (
    Reach as DoorReach,
)
from walkdown.review import Session, Terms
from walkdown.review.about import About, SignOff
from walkdown.review.board import look_at
from walkdown.scan.events import Ended, Note, Progress, ScanEvent, Started
from walkdown.settings import External

TODAY = date(2026, 11, 20)
NAME = dressed("\x1b]0;owned\x07[@click=app.quit]\u202e")
"""Where there is room for one only: of the folder, of who decides."""

_SEVERITIES = tuple(Severity)
_KINDS = tuple(DoorKind)
_CHECKS = tuple(Checks)
_REACHES = tuple(Reach)


def hostile_tree(parent: Path, pieces: dict[str, str]) -> Path:
    """A file for each piece: its name hostile as far as a system lets it, its lines too."""
    folder = make_repo(parent, {}, name=NAME)
    for number, piece in enumerate(pieces.values()):
        name = os.fsdecode(_bytes(f"{number:02}-{piece.translate(_NO_FILE)[:60]}.py"))
        (folder / name).write_bytes(_bytes(f"# one\n# {dressed(piece)}\nx = '''{dressed(piece)}'''\n"))
    git(folder, "checkout", "--quiet", "-b", "Mal\u202e\u200b;lam")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "work")
    return folder


def _bytes(text: str) -> bytes:
    """Bytes that are no UTF-8 where the text is none; without zeros, which would make a gap of the file."""
    return text.replace("\0", "").encode("utf-8", "surrogatepass")


_NO_FILE = {ord("/"): "-"}


def hostile_session(tree: Path, pieces: dict[str, str]) -> Session:
    """Decided by hostile people, scanned by hostile tools, asked by a hostile checklist."""
    session = Session.open(str(tree), Channel.APP)
    texts = [dressed(piece) for piece in pieces.values()]
    items = tuple(_item(number, text) for number, text in enumerate(texts))
    session.checklist = msgspec.structs.replace(session.checklist, name=texts[0], title=texts[0], items=items)
    session.review.settings = msgspec.structs.replace(
        session.review.settings, external=tuple(External(text, ("true",)) for text in texts)
    )
    result = _result(session, texts)
    session.review.show(result)
    session._looked = look_at(result, Severity.LOW, fresh=True)
    session.refresh()
    return session


def decide_all(session: Session, texts: list[str], today: date) -> None:
    """Of everything a part: decided, disputed, run out, noted."""
    for number, text in enumerate(texts):
        who, other = Actor(text, text), Actor(f"other {text}", "")
        until = today + timedelta(days=number % 3)
        terms = Terms(text, text, until.isoformat(), text)
        before, subject = session.board, Subject(Kind.ITEM, f"item.n{number}")
        session.note(subject, text, who)
        if number % 4:
            session.decide([subject], Verdict.WAIVED, terms, who)
            session.decide([Subject(Kind.FINDING, f"f{number:04}")], Verdict.ACCEPTED, terms, who)
            session.decide([Subject(Kind.DOOR, f"D-{number}")], Verdict.PUBLIC, terms, who)
        if number % 4 == 2:
            session.decide([subject], Verdict.NOT_APPLICABLE, terms, other, before)
            session.decide([Subject(Kind.FINDING, f"f{number:04}")], Verdict.FALSE_POSITIVE, terms, other, before)
    for number, gap in enumerate(session.board.gaps):
        terms = Terms(texts[number % len(texts)], texts[number % len(texts)], today.isoformat())
        if _can_be_kept(gap.group) and number % 2:
            session.decide([gap.class_subject if number % 4 == 1 else gap.subject], Verdict.WAIVED, terms, Actor(NAME))


def _can_be_kept(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def hostile_about(texts: list[str]) -> About:
    return About(
        NAME, True, texts[0], texts[1], True, 3, tuple(StackPart("language", text, text, 1) for text in texts),
        tuple(texts), SignOff(texts[2], texts[3], tuple(texts)),
    )  # fmt: skip


def hostile_scan(texts: list[str]) -> list[ScanEvent]:
    """What a scan under way may say."""
    said: list[ScanEvent] = []
    for number, text in enumerate(texts):
        said += Started(text, text, 10, 1), Progress(text, 3, 10, (_finding(number, text, FilePlace(text, 2), ""),))
        said += [Ended(_report(number, text), 1)] if number % 3 else []
        said += [Note(text)]
    return said


def _item(number: int, text: str) -> Item:
    return Item(
        f"item.n{number}", text, f"{number:02} {text}", text, text, text, _REACHES[number % 3], (text,), (text,),
        (text,) if number % 7 == 6 else (), number % 2 == 0, 30 if number % 3 == 2 else None, (text,),
    )  # fmt: skip


def _result(session: Session, texts: list[str]) -> ScanResult:
    paths = {file.path[:2]: file.path for file in session.review.target.files}
    found = [
        _finding(number, text, FilePlace(paths[f"{number:02}"], 2, 1, 2, 5, text), f"f{number:04}")
        for number, text in enumerate(texts)
    ]
    odd = [_finding(number, text, place, f"o{number:04}") for number, (text, place) in enumerate(_odd_places(texts))]
    skipped = [Skipped(text, kind, text, text) for text in texts for kind in (SkipKind.LIMIT, SkipKind.SCOPE)]
    facts = TargetFacts(
        NAME, texts[0], texts[-1], True, "", session.review.target.looked,
        tuple(StackPart("language", text, text, 1) for text in texts), tuple(skipped), tuple(texts),
    )  # fmt: skip
    fors = tuple(Fact(_rule(text), FilePlace(text, 1)) for text in texts)
    reports = tuple(_report(number, text) for number, text in enumerate(texts))
    doors = tuple(_door(number, text, paths[f"{number:02}"]) for number, text in enumerate(texts))
    at_a_door = (Step(FilePlace(doors[-1].file, 1), texts[-1]),)
    found.append(msgspec.structs.replace(found[-1], id="d0001", steps=at_a_door))
    return ScanResult(facts, reports, (*found, *odd), fors, started=texts[0], finished=texts[0], doors=doors)


def _door(number: int, text: str, path: str) -> Door:
    """In a real file, so that its code is shown, which is hostile as well."""
    guards = (Guard(text, text, 3, _CHECKS[number % len(_CHECKS)], text, text),)
    values = (Filter(text, Origin.INPUT, maybe=True), Filter(text, Origin.ROW))
    way = ((path, 1, text), (path, 2, text), (text, 3, text))
    reaches = (
        DoorReach(text, Operation.UPDATE, path, 2, values, values, library=text, way=way, why=text),
        DoorReach(text, Operation.HTTP, text, 2, whole=True),
    )
    return Door(
        f"D-{number}", _KINDS[number % len(_KINDS)], text, text, path, 1, text, text, guards, strongest(guards),
        ("yes", "partly", "no", text)[number % 4], text, reaches, (text,),
    )  # fmt: skip


def _odd_places(texts: list[str]) -> list[tuple[str, Place]]:
    makers: tuple[Callable[[str], Place], ...] = (
        lambda text: FilePlace(text, 3, symbol=text),
        lambda text: CommitPlace(text, text, 2),
        lambda text: PackagePlace(text, text, text, text, 2),
        RepoPlace,
    )
    return [(text, makers[number % 4](text)) for number, text in enumerate(texts)]


def _rule(text: str) -> Rule:
    return Rule(text, text, text, text, text, text, hazard=text, family=text, cwe=(89,))


def _finding(number: int, text: str, place: Place, finding_id: str) -> Finding:
    return Finding(
        _rule(text), _SEVERITIES[number % len(_SEVERITIES)], Confidence.LIKELY, place, finding_id,
        (Source(text, text), Source("bandit", text)), (FilePlace(text, 4), RepoPlace(text)),
        (Step(FilePlace(text, 1), text), Step(PackagePlace(text, text), text)), Silence(text, 2, text, text),
        fingerprint=f"{number:032x}",
    )  # fmt: skip


def _report(number: int, text: str) -> Report:
    outcomes: tuple[Outcome, ...] = (
        Ran(), Failed(text), Missing(text, text), NothingToScan(text), TimedOut(3), Cancelled(),
    )  # fmt: skip
    gaps = (Skipped(text, SkipKind.GAP, text, text), Skipped("", SkipKind.GAP, text, text))
    coverage = Coverage(5, 3, gaps if number % 6 in (0, 1) else ())
    return Report(text, text, outcomes[number % 6], coverage, 1.0, 1, (text,))


EVERY_PIECE = {**PIECES, **SURROGATES}
