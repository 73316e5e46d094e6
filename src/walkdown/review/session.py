"""A review that people decide on: the scan, the checklist and the journal together. What app and commands talk to.

Every method that writes returns after the disk has it; what `board` shows afterwards was kept first.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType

import msgspec

from walkdown import __version__
from walkdown.advisories.store import store_path
from walkdown.checklist import Checklist
from walkdown.errors import GitError
from walkdown.journal import Journal, fold, to_redo, to_undo
from walkdown.model import (
    Act,
    Actor,
    Channel,
    Decided,
    Decision,
    Event,
    Kind,
    Missing,
    Noted,
    Opened,
    Outcome,
    Redone,
    ScanResult,
    Signed,
    Subject,
    Undone,
    Verdict,
    is_whole,
)
from walkdown.review import last
from walkdown.review.board import Board, Looked, board_of, look_at
from walkdown.review.lists import chosen_list
from walkdown.review.origin import domain_of
from walkdown.review.recalled import Recalled, recall_records, stamp_of, with_since
from walkdown.review.review import Review
from walkdown.review.sessions import JOURNAL, remember
from walkdown.review.terms import NEEDS_OWNER, Terms, check
from walkdown.scan.events import Listener, nobody
from walkdown.settings import Settings
from walkdown.target import Target

_DAY = timedelta(days=1)
_SKEW = timedelta(minutes=5)


class Session:
    """One repo's review, open for decisions. Use it in a `with`."""

    def __init__(
        self, review: Review, checklist: Checklist, journal: Journal, channel: Channel, again: Callable[[], Review]
    ) -> None:
        """`again` opens the same target anew, for a target sees its files only once."""
        self.review = review
        self.checklist = checklist
        self._channel = channel
        self._journal = journal
        self._again = again
        self._scanned = False
        self._scanning: Review | None = None
        self._looked: Looked | None = None
        self._events: tuple[Event, ...] = ()
        self._recalled = Recalled()
        self.board = self._board()

    @classmethod
    def open(
        cls,
        path: str,
        channel: Channel,
        adjust: Callable[[Settings], Settings] = lambda settings: settings,
    ) -> Session:
        review = Review.open(path, adjust)
        try:
            checklist = chosen_list(review.settings, review.target.root)
            journal = Journal(review.state_folder / JOURNAL)
            remember(review)
            return cls(review, checklist, journal, channel, lambda: Review.open(path, adjust))
        except BaseException:
            review.target.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._journal.close()
        self.review.target.close()

    def recall(self) -> bool:
        """Take over what the last scan found. True where it speaks for the content as it is now."""
        kept = last.load(self.review.state_folder)
        if kept is None:
            return False
        same = kept.asked == self._asked() and kept.result.target.looked == self.review.target.looked
        # What failed or was missing may be there by now, and advisories come out every day.
        whole = all(_is_same_again(report.outcome) for report in kept.result.reports)
        fresh = same and whole and not kept.result.target.narrowed and _is_of_today(kept.result)
        self._scanned = fresh  # nothing is to be scanned now, and a later scan has to see the files as they are then
        if fresh:
            self.review.show(kept.result)
        looked = look_at(kept.result, self.review.settings.fail_on, fresh=fresh)
        recalled = recall_records(self.review, looked, self.checklist)
        self._looked, self._recalled = looked, recalled
        self.refresh()
        self._tell_people()
        return fresh

    async def scan(self, listener: Listener = nobody) -> Board:
        """Look at the files as they are now. Until it ends, the board stays what it was."""
        review = self.review if not self._scanned else await asyncio.to_thread(self._again)
        self._scanned, self._scanning = True, review
        try:
            result = await review.scan(listener)
        except BaseException:
            self._doubt(review)
            raise
        finally:
            self._scanning = None
        return await self._take_over(review, result)

    async def _take_over(self, review: Review, result: ScanResult) -> Board:
        """All at once, when nothing is left to wait for: nobody decides on a board that its screen does not show yet,
        and no code of the new files is shown beside what was found in the old ones."""
        try:
            looked = await asyncio.to_thread(look_at, result, review.settings.fail_on, fresh=True)
            recalled = await asyncio.to_thread(recall_records, review, looked, self.checklist)
            if not result.target.narrowed:
                await asyncio.to_thread(lambda: last.save(review.state_folder, result, self._asked(review)))
        except BaseException:
            self._doubt(review)
            raise
        if review is not self.review:
            self.review.target.close()
            self.review = review
        self._looked, self._recalled = looked, recalled
        self.refresh()
        await asyncio.to_thread(self._tell_people)
        return self.board

    def _doubt(self, review: Review) -> None:
        """A scan broke off. Whoever asked for it had a reason, so that the last one no longer counts as of now."""
        if review is not self.review:
            review.target.close()
        if self._looked is not None and self._looked.fresh:
            self._looked = msgspec.structs.replace(self._looked, fresh=False)
            # Without the journal: perhaps the app is being left, and it is closed already.
            self.board = board_of(self.checklist, self.board.state, self._looked, self.board.today, self.board.memory)

    def look_at_files(self) -> Board:
        """Whether the files are still those that were scanned; where not, the scan no longer counts as of now. Opens
        the target once more and reads every file: not for the thread that paints."""
        looked = self._looked
        if looked is None or not looked.fresh or looked.result.target.narrowed:
            return self.board
        with self._again() as now:
            target, then = now.target, looked.result.target
            here = target.looked, target.facts.head, target.dirty
        if here != (then.looked, then.head, then.dirty) and self._looked is looked:
            self._looked = msgspec.structs.replace(looked, fresh=False)
            self.board = self._board()
        return self.board

    def stop(self, scanner: str) -> None:
        """End one scanner of the scan under way; what it found so far is kept."""
        if self._scanning is not None:
            self._scanning.stop(scanner)

    def tell_since(self) -> Board:
        """Read the journal again, and find out what changed since the sign-off that this walk started from. Asks git
        and reads files, which may take a second: not for the thread that paints."""
        self.refresh()
        if self._looked is not None and self._recalled.since is None and self._recalled.origins.trusted:
            self._recalled = with_since(self._recalled, self.review, self._looked, self.checklist, _today())
            self.board = self._board()
        return self.board

    def _tell_people(self) -> None:
        """A command that only decides does not wait for it."""
        if self._channel is Channel.APP:
            self.tell_since()

    def refresh(self) -> Board:
        """Read the journal again: another window may have written to it, or signed. A new record is checked, which asks
        git and ssh-keygen: not for the thread that paints."""
        if self._looked is not None and stamp_of(self.review) != self._recalled.stamp:
            self._recalled = recall_records(self.review, self._looked, self.checklist)
            self.board = self._board()
            self._tell_people()  # the stamp is as it is now: it does not come back here
        return self._reread()

    def _reread(self) -> Board:
        """The journal alone."""
        # Made anew for every key that changes nothing, it would be felt from some thousand decisions on.
        if self.board.checklist is not self.checklist or self.board.looked is not self._looked or self._is_outdated():
            self.board = self._board()
        return self.board

    def changed_elsewhere(self) -> bool:
        """Whether the board is no longer true: another window wrote to the journal since we last read it, a record came
        or went, or a new day came, with which a waiver may have run out. Cheap: to be asked twice a second."""
        signed = self._looked is not None and stamp_of(self.review) != self._recalled.stamp
        return signed or self._is_outdated()

    def _is_outdated(self) -> bool:
        return self.board.today != _today() or bool(self._journal.new_events(len(self.board.state.events)))

    def decide(
        self, subjects: Sequence[Subject], verdict: Verdict, terms: Terms, actor: Actor, seen: Board | None = None
    ) -> tuple[Event, ...]:
        """One decision about one thing or many. Either all of them are written or none. It rests on the board that this
        person saw: what others decided since stays beside theirs as a dispute, and what a scan found since reopens it.
        """
        seen = seen or self.board
        self._reread()
        batch = secrets.token_hex(6) if len(subjects) > 1 else ""
        for subject in subjects:
            check(subject, verdict, terms, self.board, self._channel)
        acts = tuple(Decided(self._decision(subject, verdict, terms, batch, seen)) for subject in subjects)
        return self._write(acts, actor)

    def note(self, subject: Subject, text: str, actor: Actor) -> None:
        self._write((Noted(subject, text),), actor)

    def signed(self, record: str, sha256: str, actor: Actor) -> None:
        """A record is on disk: that stays true whatever is taken back."""
        self._write((Signed(record, sha256),), actor)

    def opened(self, subject: Subject, actor: Actor, seen: Board | None = None) -> None:
        """Somebody looks at the evidence, as `seen` shows it. Written once for the same evidence, and once more for an
        item whose answer is too old."""
        seen = seen or self.board
        domain = _domain(subject, seen)
        view = seen.item(subject.id) if subject.kind is Kind.ITEM else None
        if not (view.opened if view else seen.state.has_opened(subject, domain)):
            self._write((Opened(subject, domain),), actor)

    def undo(self, actor: Actor, seq: int | None = None) -> tuple[Event, ...]:
        """Take back this person's last decision, or the one named. Gives what was taken back."""
        state = self._reread().state
        event = to_undo(state, actor, seq)
        # A number names one thing; the key takes back what one key press did.
        events = (event,) if seq else tuple(one for one in self._batch(event) if one.seq not in state.undone)
        self._write(tuple(Undone(one.seq) for one in events), actor)
        return events

    def redo(self, actor: Actor) -> tuple[Event, ...]:
        state = self._reread().state
        event = to_redo(state, actor)
        # What another person took back of the same batch is theirs to bring back.
        mine = state.redoable.get(actor, ())
        events = tuple(one for one in self._batch(event) if one.seq in mine)
        self._write(tuple(Redone(one.seq) for one in events), actor)
        return events

    def _batch(self, event: Event) -> tuple[Event, ...]:
        batch = event.act.decision.batch if isinstance(event.act, Decided) else ""
        if not batch:
            return (event,)
        return tuple(
            one
            for one in self.board.state.events
            if isinstance(one.act, Decided) and one.act.decision.batch == batch and one.actor == event.actor
        )

    def _decision(self, subject: Subject, verdict: Verdict, terms: Terms, batch: str, seen: Board) -> Decision:
        standing = seen.standing(subject)
        return Decision(
            subject=subject,
            verdict=verdict,
            reason=terms.reason,
            owner=terms.owner if verdict in NEEDS_OWNER else "",
            until=terms.until if verdict in NEEDS_OWNER else "",
            note=terms.note,
            rests_on=_rests_on(subject, seen),
            domain=_decided_on(subject, seen),
            over=standing.event.seq if standing else 0,
            seconds=terms.seconds,
            batch=batch,
        )

    def _write(self, acts: Sequence[Act], actor: Actor) -> tuple[Event, ...]:
        events = self._journal.append_all(acts, actor, self._channel)
        self._reread()
        return events

    def _board(self) -> Board:
        known = self._events  # once: two threads may be here
        self._events = (*known, *self._journal.new_events(len(known)))
        today = _today()
        state, memory = self._recalled.over(fold(self._events), today)
        return board_of(self.checklist, state, self._looked, today, memory)

    def _asked(self, review: Review | None = None) -> str:
        """What a scan goes by, besides the files, in one text. Equal files may stand on another commit, committed or
        not, and in another history, which is searched for secrets too."""
        review = review or self.review
        settings, target = review.settings, review.target
        return msgspec.json.encode(
            (
                __version__,
                settings.include,
                settings.exclude,
                settings.only,
                settings.skip,
                settings.rules,
                tuple(_stamps((*settings.rules, str(store_path(settings.folders).parent)))),
                tuple(_touched((*settings.installed, *_environments(Path(target.root))))),
                (settings.advisory_days, settings.index_days, settings.ask_indexes),
                (settings.pypi_index, settings.npm_registry),
                settings.external,
                settings.sarif,
                settings.include_ignored,
                settings.max_file_bytes,
                settings.project_digest,
                settings.offline,
                target.facts.head,
                target.dirty,
                _tips(target),
            )
        ).decode()


def _rests_on(subject: Subject, board: Board) -> tuple[str, ...]:
    """The findings that spoke against it before this person's eyes."""
    if subject.kind is Kind.ITEM and (view := board.item(subject.id)):
        return view.evidence.rests_on
    if subject.kind is Kind.DOOR and (row := board.door(subject.id)):
        return row.rests_on
    return ()


def _decided_on(subject: Subject, board: Board) -> str:
    """What a decision was about, as a record keeps it."""
    if subject.kind is Kind.FINDING and (finding := board.finding(subject.id)):
        return domain_of(finding)
    if subject.kind is Kind.GAP and (gap := board.gap(subject.id)):
        return gap.content
    if subject.kind is Kind.DOOR and (row := board.door(subject.id)):
        return row.domain
    return _domain(subject, board)


def _domain(subject: Subject, board: Board) -> str:
    if subject.kind is Kind.ITEM and (view := board.item(subject.id)):
        return view.evidence.domain
    if subject.kind is Kind.FINDING and (finding := board.finding(subject.id)):
        return finding.fingerprint
    if subject.kind is Kind.DOOR and (row := board.door(subject.id)):
        return row.digest
    if subject.kind is Kind.GUARD and (guard := board.guard(subject.id)):
        return guard.domain
    return ""


def _is_same_again(outcome: Outcome) -> bool:
    """Whether a scan of the same would end so again. Data of ours are among what it goes by."""
    return is_whole(outcome) or (isinstance(outcome, Missing) and outcome.data)


def _tips(target: Target) -> tuple[str, ...]:
    """Where the history stands. Where git does not tell, no other answer is equal to this one."""
    try:
        return target.history.tips if target.history is not None else ()
    except GitError:
        return (secrets.token_hex(8),)


def _stamps(folders: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Tells whether a rule was changed, without reading them all."""
    for folder in folders:
        # A file may be named as well as a folder.
        for path in (Path(folder), *sorted(Path(folder).rglob("*"))):
            with contextlib.suppress(OSError):  # gone: then it tells by being gone
                about = path.stat()
                yield str(path), about.st_size, about.st_mtime_ns


def _environments(root: Path) -> Iterator[str]:
    """Where packages are mostly installed: what is put there or taken away changes the folder itself."""
    for name in (".venv", "venv"):
        yield from map(str, sorted(root.glob(f"{name}/lib/python*/site-packages")))
    yield str(root / "node_modules")


def _touched(folders: Iterable[str]) -> Iterator[tuple[str, int]]:
    for folder in folders:
        with contextlib.suppress(OSError):  # not there: then it tells by coming
            yield folder, Path(folder).stat().st_mtime_ns


def _is_of_today(result: ScanResult) -> bool:
    """Not of tomorrow either: a clock that went wrong must not keep a scan for years."""
    now = datetime.now(timezone.utc)
    first, end = now - _DAY, now + _SKEW
    return f"{first:%Y-%m-%dT%H:%M:%SZ}" < result.finished <= f"{end:%Y-%m-%dT%H:%M:%SZ}"


def _today() -> date:
    return datetime.now(timezone.utc).date()
