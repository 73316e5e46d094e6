"""The reviews on this machine: list them, put one away and bring it back, carry one to another machine.

Decisions hang on the names of items, gaps and findings. The first two are the same everywhere; a finding's name is
remembered, so what is known of findings travels along. Keyed hashes of secrets do not: they were made with this
machine's key, and whoever knows the key could try values against them. The other machine looks for itself, and takes
over the names by place.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import msgspec

from walkdown.errors import JournalError, UsageError
from walkdown.journal import Journal, fold
from walkdown.journal.carried import CarriedEvent, pack, unpack
from walkdown.journal.chain import Row
from walkdown.journal.database import files_of, is_in_use
from walkdown.journal.journal import common
from walkdown.model import Decided, Event
from walkdown.record.plain import json_bytes
from walkdown.review import last
from walkdown.review.review import Review
from walkdown.scan.identity import Known
from walkdown.scan.memory import Memory, Store

JOURNAL = "journal.sqlite"
SCHEMA = "walkdown.session/1"
MOST_BYTES = 256 * 1024 * 1024
_ABOUT = "about.json"
_DROPPED = re.compile(r"[0-9a-f]{24}-\d{8}T\d{6}Z(-\d+)?")
_LEAST_ID = 4

_Id = Annotated[str, msgspec.Meta(pattern=r"\AW-[A-Z2-7]{10}\Z")]
_Word = Annotated[str, msgspec.Meta(max_length=4096)]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class About(msgspec.Struct, frozen=True):
    """Which repo a session is of, as last seen. Only for people: the session itself is found by its folder's name."""

    name: _Word = ""
    root: _Word = ""
    remote: _Word = ""


class Summary(msgspec.Struct, frozen=True):
    """`trouble`: why the journal cannot be read, empty where it can."""

    id: str
    about: About
    events: int
    decisions: int
    last: str
    by: str
    bytes: int
    trouble: str = ""


class CarriedFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a finding, without the keyed hash; `keyed` says that it had one."""

    id: _Id
    family: _Word
    fingerprint: _Word
    path: _Word = ""
    symbol: _Word = ""
    context: _Word = ""
    line: _Number = 0
    column: _Number = 0
    keyed: bool = False
    fileless: bool = False


class Repo(msgspec.Struct, frozen=True):
    identity: _Word
    name: _Word
    remote: _Word = ""


class Carried(msgspec.Struct, frozen=True):
    """A session as a file. `live`, `gone`, `head`: what is known of findings, as the scan's memory has it."""

    schema: str
    repo: Repo
    events: tuple[CarriedEvent, ...]
    live: tuple[CarriedFinding, ...] = ()
    gone: tuple[CarriedFinding, ...] = ()
    head: _Word = ""


class Incoming(msgspec.Struct, frozen=True):
    """A session file that was read and found whole."""

    carried: Carried
    rows: tuple[Row, ...]
    events: tuple[Event, ...]

    @property
    def needs_scan(self) -> bool:
        """Some names hang on values that only a look at the files here can tell."""
        return any(one.keyed for one in self.carried.live)


class Taken(msgspec.Struct, frozen=True):
    """`nameless`: findings that could not be told again, so that they will have new names."""

    events: int
    nameless: int


class _Schema(msgspec.Struct, frozen=True):
    schema: str


# --- on this machine -------------------------------------------------------------------------------------------------


def remember(review: Review) -> None:
    """Note beside the journal which repo it is of."""
    facts = review.target.facts
    data = msgspec.json.encode(About(_clean(facts.name), _clean(facts.root), _clean(facts.remote)))
    path = review.state_folder / _ABOUT
    # Where it cannot be written, a list says less; nothing else goes by it.
    with contextlib.suppress(OSError):
        if not path.is_file() or path.read_bytes() != data:
            write_private(path, data)


def sessions(state: Path) -> tuple[Summary, ...]:
    """Every repo with decisions on this machine, the latest first."""
    found = [_summary(path.parent) for path in (state / "repos").glob(f"*/{JOURNAL}")]
    return tuple(sorted(found, key=lambda one: (one.last, one.id), reverse=True))


def dropped(state: Path) -> tuple[str, ...]:
    folder = state / "dropped"
    return tuple(sorted(path.name for path in folder.glob("*") if _DROPPED.fullmatch(path.name)))


def drop(state: Path, session_id: str) -> str:
    """Put a session away, whole; gives the name under which it can be brought back."""
    folder = state / "repos" / session_id
    if is_in_use(folder / JOURNAL):
        raise JournalError(f"Session {session_id} is open in another walkdown.", "Close that one first.")
    stamp = f"{session_id}-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}"
    target, count = state / "dropped" / stamp, 1
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        while target.exists():
            count += 1
            target = target.with_name(f"{stamp}-{count}")
        folder.rename(target)
    except OSError as error:
        raise JournalError(f"{folder} cannot be moved: {error.strerror}.", "Nothing was dropped.") from error
    return target.name


def restore(state: Path, name: str) -> str:
    """Bring a dropped session back to where it was; gives its id."""
    if name not in dropped(state):
        known = ", ".join(dropped(state)) or "none"
        raise UsageError(f"There is no dropped session {name}.", f"There are: {known}.")
    session_id = name.partition("-")[0]
    folder = state / "repos" / session_id
    if (folder / JOURNAL).exists():
        raise JournalError(f"That repo has a new session {session_id} by now.", "Drop that one first.")
    try:
        # What a scan alone left there meanwhile gives way, but is not thrown away.
        if folder.exists():
            folder.rename(folder.with_name(f"{session_id}.before-{name}"))
        (state / "dropped" / name).rename(folder)
    except OSError as error:
        raise JournalError(f"{name} cannot be moved back: {error.strerror}.") from error
    return session_id


def find(state: Path, start: str) -> Summary:
    """The session whose id starts so."""
    known = sessions(state)
    matching = [one for one in known if one.id.startswith(start)] if len(start) >= _LEAST_ID else []
    if len(matching) != 1:
        what = f"{len(matching)} sessions start with {start}." if matching else f"There is no session {start}."
        raise UsageError(what, f"There are: {', '.join(one.id for one in known) or 'none'}.")
    return matching[0]


def _summary(folder: Path) -> Summary:
    path = folder / JOURNAL
    size = sum(part.stat().st_size for part in files_of(path) if part.is_file())
    about = _about(folder / _ABOUT)
    try:
        with contextlib.closing(Journal(path)) as journal:
            events = journal.events()
    except JournalError as error:
        return Summary(folder.name, about, 0, 0, "", "", size, str(error))
    last = events[-1] if events else None
    return Summary(
        id=folder.name,
        about=about,
        events=len(events),
        decisions=len(fold(events).decisions),
        last=last.time if last else "",
        by=last.actor.name if last else "",
        bytes=size,
    )


def _about(path: Path) -> About:
    try:
        return msgspec.json.decode(path.read_bytes(), type=About)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return About()  # an older session has none, and nothing but a line in a list goes by it


# --- to another machine ----------------------------------------------------------------------------------------------


def export(review: Review) -> bytes:
    """All of a repo's session as one file. It holds people's words, names and mails, paths and hashes; no code."""
    path = review.state_folder / JOURNAL
    if not path.exists():
        raise UsageError(f"Nothing was decided about {review.target.facts.name} yet.", "There is nothing to export.")
    with contextlib.closing(Journal(path)) as journal:
        rows = journal.rows()
    memory = Store(review.state_folder).load()
    facts = review.target.facts
    carried = Carried(
        schema=SCHEMA,
        repo=Repo(review.identity, _clean(facts.name), _clean(facts.remote)),
        events=pack(rows),
        live=tuple(_carried(memory.live)),
        gone=tuple(_carried(memory.gone)),
        head=memory.head,
    )
    return json_bytes(carried) + b"\n"


def read_session(data: bytes, name: str) -> Incoming:
    """A session file, checked from end to end. It comes from elsewhere: nothing in it is believed before that."""
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} is larger than {MOST_BYTES // 1024**2} MB.", "That is no session of walkdown.")
    try:
        schema = msgspec.json.decode(data, type=_Schema).schema
        if schema != SCHEMA:
            raise UsageError(f"{name} is a {schema[:40]}, not a {SCHEMA}.", "Was it made by a newer walkdown?")
        carried = msgspec.json.decode(data, type=Carried)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no session file: {error}.", "Make one: walkdown session export FILE") from error
    ids = [one.id for one in (*carried.live, *carried.gone)]
    if len(set(ids)) != len(ids):
        raise UsageError(f"{name} gives one name to two findings.", "It was altered; export it again.")
    rows, events = unpack(carried.events, f"the file {name}")
    _check_days(events, name)
    return Incoming(carried, rows, events)


def _check_days(events: Iterable[Event], name: str) -> None:
    """Waivers run out by these days, and answers grow old by them."""
    for event in events:
        act = event.act
        until = act.decision.until if isinstance(act, Decided) else ""
        if not _is_day(event.time, "%Y-%m-%dT%H:%M:%SZ") or (until and not _is_day(until, "%Y-%m-%d")):
            raise UsageError(f"Event {event.seq} of {name} has a day that is none.", "It was altered; export it again.")


def _is_day(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False


def check_fits(review: Review, incoming: Incoming, *, same_project: bool) -> None:
    """Raises where the session is of another project, or where the one here went another way."""
    repo = incoming.carried.repo
    if repo.identity != review.identity and not same_project:
        theirs = repo.remote or repo.name
        ours = review.target.facts.remote or review.target.facts.name
        raise UsageError(
            f"This session is of another clone or project: {theirs}; here is {ours}.",
            "If it is the same project under another address: --same-project",
        )
    path = review.state_folder / JOURNAL
    if not path.exists():
        return
    with contextlib.closing(Journal(path)) as journal:
        ours_rows = journal.rows()
    same = common(ours_rows, incoming.rows)
    if same < min(len(ours_rows), len(incoming.rows)):
        raise JournalError(
            f"The two sessions part after event {same}: {len(ours_rows) - same} were written here since,"
            f" and {len(incoming.rows) - same} there.",
            "Nobody's decisions are mixed silently. Keep one: walkdown session drop"
            f" {review.identity} puts the one here aside (restore brings it back); then import again.",
        )


def take_over(review: Review, incoming: Incoming) -> Taken:
    """Append what is new, and let findings have their names. After a scan, where `needs_scan` says so."""
    folder = review.state_folder
    with contextlib.closing(Journal(folder / JOURNAL)) as journal:
        new = journal.adopt(incoming.rows)
        further = len(journal.rows()) > len(incoming.rows)
    if further:
        return Taken(0, 0)  # the names here are the newer ones, too
    store = Store(folder)
    memory, nameless = with_names(incoming.carried, store.load())
    store.save(memory)
    if store.notes:
        raise JournalError(f"The decisions are here, but: {' '.join(store.notes)}", "Mend that and import again.")
    last.forget(folder)
    return Taken(new, nameless)


def with_names(carried: Carried, ours: Memory) -> tuple[Memory, int]:
    """Their names for what is known here; and how many of them fit nothing here for sure."""
    theirs = carried.live
    paired = _paired([one for one in theirs if one.keyed], [one for one in ours.live if one.secret])
    live = tuple(_known(one, paired.get(one.id, "")) for one in theirs)
    gone = tuple(_known(one, "") for one in carried.gone)
    names = {one.id for one in (*live, *gone)}
    # What only this machine knows keeps its name, and gets it back when the next scan sees it again.
    alone = tuple(one for one in (*ours.live, *ours.gone) if one.id not in names)
    nameless = sum(one.keyed and one.id not in paired for one in theirs)
    return Memory(live, (*gone, *alone), carried.head), nameless


def write_private(path: Path, data: bytes) -> None:
    """Whole or not at all, and for nobody else to read."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _carried(known: Iterable[Known]) -> Iterator[CarriedFinding]:
    for one in known:
        yield CarriedFinding(
            id=one.id,
            family=one.family,
            fingerprint=one.fingerprint,
            path=one.path,
            symbol=one.symbol,
            context=one.context,
            line=one.line,
            column=one.column,
            keyed=bool(one.secret),
            fileless=one.fileless,
        )


def _known(one: CarriedFinding, secret: str) -> Known:
    return Known(
        id=one.id,
        family=one.family,
        fingerprint=one.fingerprint,
        path=one.path,
        symbol=one.symbol,
        context=one.context,
        line=one.line,
        column=one.column,
        secret=secret,
        fileless=one.fileless,
    )


def _paired(theirs: Sequence[CarriedFinding], ours: Sequence[Known]) -> dict[str, str]:
    """Their ids to our keyed hashes: the same place first, then what fits only one way."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for depth in range(4):
        left = _grouped((one for one in theirs if one.id not in found), depth)
        right = _grouped((one for one in ours if one.id not in used), depth)
        for key, group in left.items():
            others = right.get(key, [])
            if len(group) == len(others) == 1 and isinstance(others[0], Known):
                found[group[0].id] = others[0].secret
                used.add(others[0].id)
    return found


def _grouped(ones: Iterable[CarriedFinding | Known], depth: int) -> dict[Hashable, list[CarriedFinding | Known]]:
    groups: dict[Hashable, list[CarriedFinding | Known]] = defaultdict(list)
    for one in ones:
        what = (one.family, one.fingerprint)
        home = (one.path, one.symbol)
        key = (
            (what, home, one.context, one.line, one.column),
            (what, home, one.context),
            (what, home),
            (what, one.context),
        )[depth]
        groups[key].append(one)
    return groups


def _clean(text: str) -> str:
    """A folder's name may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()[:4096]
