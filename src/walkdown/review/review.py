"""The use-cases: open a repo, scan it, decide, sign. What the commands and the app call, and all they call."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from types import TracebackType

import msgspec

from walkdown import __version__
from walkdown.cache import Cache
from walkdown.doors.scanner import Doors
from walkdown.errors import GitError, SettingsError, TargetError, WalkdownError
from walkdown.model import (
    Door,
    FilePlace,
    Finding,
    History,
    Looks,
    Manifest,
    Missing,
    PackagePlace,
    Report,
    ScanResult,
    Silence,
    SkipKind,
    Skipped,
    SourceFile,
    StackPart,
    TargetFacts,
    Tool,
    Topics,
)
from walkdown.review.unread import unread
from walkdown.safetext import Masker, value_at
from walkdown.scan.events import Listener, Note, nobody
from walkdown.scan.families import SECRET, family_of, kin_of
from walkdown.scan.foreign import read_reports
from walkdown.scan.ground import Ground
from walkdown.scan.memory import Store, secret_key
from walkdown.scan.scan import Scan, Scanned
from walkdown.scan.slots import Slots
from walkdown.scan.topics import topics_of_files
from walkdown.scan.view import scratch
from walkdown.scanners.programs import Programs
from walkdown.scanners.registry import Scanner, all_scanners, chosen
from walkdown.settings import Folders, Settings, load, read_project
from walkdown.target import Target, Wanted, open_target
from walkdown.target.inventory import digest_of
from walkdown.target.manifests import read_manifests

_CODE_LINES = 4
_HELD = frozenset({"secret.code", "secret.history"})
_LINE_READ = 12_000
_LINE_SHOWN = 1_000
_TEXTS_KEPT = 64


class Review:
    """One repo under review. Use it in a `with`."""

    def __init__(self, target: Target, settings: Settings, named: str) -> None:
        self.target = target
        self.settings = settings
        self.masker = Masker()
        self._knows_secrets = False
        self.narrowed = False  # by what was asked this time, other than every time
        self._named = named
        self._scan: Scan | None = None
        self._texts: OrderedDict[str, str] = OrderedDict()

    @classmethod
    def open(cls, path: str, adjust: Callable[[Settings], Settings] = lambda settings: settings) -> Review:
        target = open_target(path)
        try:
            accepted_for = identity_of(target)
            usual = load(Folders.of_user(), project_config(path), accepted_for)
            settings = adjust(usual)
        except BaseException:
            target.close()
            raise
        # Nothing was read yet: the target takes its inventory when it is first asked for.
        target.wanted = Wanted(
            include_ignored=settings.include_ignored,
            huge_bytes=settings.max_file_bytes,
            include=settings.include,
            exclude=settings.exclude,
        )
        review = cls(target, settings, path)
        review.narrowed = settings.exclude != usual.exclude
        return review

    def __enter__(self) -> Review:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.target.close()

    @cached_property
    def identity(self) -> str:
        return identity_of(self.target)

    @property
    def state_folder(self) -> Path:
        return self.settings.folders.state / "repos" / self.identity

    @property
    def scanner_names(self) -> tuple[str, ...]:
        """Those that a scan runs, in the order they are shown."""
        return tuple(one.name for one in self._chosen)

    @cached_property
    def _every(self) -> Sequence[Scanner]:
        """Made once: the rules of some of them are read and checked with it."""
        return _scanners(self.settings, self.target.root)

    @cached_property
    def _chosen(self) -> Sequence[Scanner]:
        return chosen(self._every, self.settings.only, self.settings.skip)

    async def scan(self, listener: Listener = nobody) -> ScanResult:
        started = _now()
        files, narrowed = await asyncio.to_thread(self._files)
        settings, folders = self.settings, self.settings.folders
        everything, scanners = self._every, self._chosen
        left_out = [one.name for one in everything if one not in scanners]
        narrowed += [Skipped("", SkipKind.SCOPE, "scanner", f"{name} was left out on purpose") for name in left_out]
        key, note = secret_key(folders.state)
        store = Store(await asyncio.to_thread(lambda: self.state_folder))  # asks git, which may take its time
        memory = store.load()
        cache = Cache(folders.cache) if settings.cache else None
        with scratch(sum(file.size for file in files)) as room:
            ground = Ground(
                settings=settings,
                files=files,
                read=self._read_unchanged,
                cache=cache,
                scratch=room,
                where=Programs(self.target.root),
                secret_key=key,
                tell=listener,
                slots=Slots(settings.jobs),
            )
            known = {file.path for file in self.target.files}
            reports = read_reports(settings.sarif, self.target.root, known, self.target.read, key)
            # Manifests and history are judged as a whole, whatever files were chosen.
            scan = self._scan = Scan(ground, _Sources(self), scanners, reports)
            renames = await asyncio.to_thread(self._renames, memory.head)
            looked = self._looked_at(files) if narrowed or self.narrowed else None
            # Of all files, also where a narrowed scan reads some only: what the rest is about did not change with that.
            about = asyncio.create_task(
                asyncio.to_thread(topics_of_files, self.target.files, self._read_unchanged, cache, key)
            )
            try:
                scanned = await scan.run(memory, renames, head=self.target.facts.head, looked=looked)
                topics = await about
            finally:
                self._scan = None
                about.cancel()
                if cache is not None:
                    cache.close()
        store.save(scanned.memory)
        notes = [text for text in (note, *(cache.notes if cache else ()), *store.notes, *settings.notes) if text]
        for text in notes:
            listener(Note(text))
        narrowed += unread(self.target.files, everything)
        result = await asyncio.to_thread(self._result, scanned, files, narrowed, notes, started=started, topics=topics)
        self.masker = await asyncio.to_thread(self._masker, result.findings)
        self._knows_secrets = True
        return result

    def show(self, result: ScanResult) -> None:
        """Make ready to show code beside a result of the content as it is now."""
        self.masker = self._masker(result.findings)
        self._knows_secrets = True

    def stop(self, scanner: str) -> None:
        """End one scanner of the scan under way; what it found so far is kept."""
        if self._scan is not None:
            self._scan.stop(scanner)

    def code_of(self, finding: Finding) -> str:
        """The flagged lines as they are now, secrets masked; empty where there is no file to show."""
        place = finding.place
        if not isinstance(place, FilePlace) or not place.line:
            return ""
        lines = self._text(place.path).split("\n")[place.line - 1 : (place.end_line or place.line)][:_CODE_LINES]
        return self.masker.mask_block(place.path, place.line, "\n".join(lines))

    def code_around(self, finding: Finding, before: int = 6, after: int = 6) -> tuple[int, str]:
        """The flagged line and its neighbours as they are now, secrets masked, and the number of the first line.
        An empty text where there is nothing to show, or where nobody knows yet what in it is secret."""
        place = finding.place
        if not isinstance(place, FilePlace | PackagePlace):
            return 0, ""
        return self.code_at(place.path, place.line, before, after)

    def code_at(self, path: str, line: int, before: int, after: int) -> tuple[int, str]:
        """The same for any line of any file that was scanned."""
        if not self._knows_secrets or not line:
            return 0, ""
        first = max(1, line - before)
        lines = self._text(path).split("\n")[first - 1 : line + after]
        # A line may be megabytes long. Hidden first and cut afterwards, and by more than any secret is long: what the
        # first cut leaves of one would not be known again.
        short = "\n".join(line[:_LINE_READ] for line in lines)
        masked = self.masker.mask_block(path, first, short)
        return first, "\n".join(line[:_LINE_SHOWN] for line in masked.split("\n"))

    def written_by(self, finding: Finding) -> Mapping[int, tuple[str, str]]:
        """Who wrote the flagged line, and the comment that silences it, and when. Empty where git does not know. Asks
        git, which may take its time."""
        place = finding.place
        if not isinstance(place, FilePlace | PackagePlace) or not place.line:
            return {}
        lines = [place.line, *([finding.silenced.line] if finding.silenced else [])]
        try:
            found = self.target.blame(place.path, lines)
        except (WalkdownError, OSError):
            return {}  # git does not know the file, or there is none, or the target was closed meanwhile
        return {line: (one.who, one.when) for line, one in found.items() if one.who}

    def _files(self) -> tuple[Sequence[SourceFile], list[Skipped]]:
        files = self.target.files
        narrowed: list[Skipped] = []
        if self.settings.changed_since:
            changed = self.target.changed_since(self.settings.changed_since)
            files = [file for file in files if file.path in changed]
            rest = len(self.target.files) - len(files)
            reason = f"{rest} files are as they were at {self.settings.changed_since}"
            narrowed.append(Skipped("", SkipKind.SCOPE, "unchanged", reason))
        if self.settings.include:
            narrowed.append(Skipped("", SkipKind.SCOPE, "include", "only what --include names was looked at"))
        return files, narrowed

    def _looked_at(self, files: Sequence[SourceFile]) -> Callable[[str], bool]:
        """Whether a narrowed scan speaks for a path: it was among the files, or it is truly gone."""
        scanned = {file.path for file in files}
        root, names = Path(self.target.root), self.target.inventory.names
        return lambda path: path in scanned or not os.path.lexists(root / names.get(path, path))

    def _read_unchanged(self, path: str) -> bytes:
        """The bytes that were hashed, or an error: a result must never be kept under another content's name."""
        reading = self.target.look(path)
        if not reading.same:
            raise TargetError(f"{path} changed while the scan ran.", "Scan again.")
        return reading.data

    def _renames(self, since: str) -> Mapping[str, str]:
        """Old paths to new; without them, moved files are still told by their findings, only less surely."""
        if not since or self.target.history is None or not self.target.facts.head:
            return {}
        try:
            return self.target.renames_since(since)
        except GitError:
            return {}  # that commit is gone (a rebase, a shallow clone): nothing to tell renames from

    def _result(
        self,
        scanned: Scanned,
        files: Sequence[SourceFile],
        narrowed: Sequence[Skipped],
        notes: Sequence[str],
        *,
        started: str,
        topics: Topics,
    ) -> ScanResult:
        findings = self._blamed(scanned.findings) if self.settings.blame else scanned.findings
        target, facts = self.target, self.target.facts
        return ScanResult(
            target=TargetFacts(
                root=self._named if not Path(self._named).is_absolute() else facts.name,
                head=facts.head,
                branch=facts.branch,
                dirty=target.dirty,
                tree=target.tree,
                looked=digest_of(files),
                narrowed=self.narrowed or any(skip.kind is SkipKind.SCOPE for skip in narrowed),
                stack=tuple(StackPart(one.kind, one.name, one.path, one.line) for one in target.stack),
                skipped=(*target.skipped, *narrowed),
                notes=(*(f"{note.text} {note.do}".strip() for note in target.notes), *notes),
            ),
            reports=scanned.reports,
            findings=findings,
            facts=scanned.facts,
            version=__version__,
            settings_digest=self.settings.project_digest,
            started=started,
            finished=_now(),
            looks=self._looks(files),
            topics=topics,
            unread=self._contents_of_gaps(scanned.reports),
            doors=scanned.doors,
            guard_files=self._contents_of_guards(scanned.doors),
        )

    def _contents_of_guards(self, doors: Sequence[Door]) -> Mapping[str, str]:
        """What was said of a guard was said of its file as it was."""
        files = self.target.inventory.by_path
        paths = {guard.file for door in doors for guard in door.guards}
        return {path: files[path].content for path in sorted(paths) if path in files}

    def _contents_of_gaps(self, reports: Sequence[Report]) -> Mapping[str, str]:
        """Of the files that somebody should have looked at and could not. What no scanner is offered goes by the name
        that git has for it; some are too large to be read for that, too."""
        inventory = self.target.inventory
        skips = (*self.target.skipped, *(skip for one in reports for skip in one.coverage.gaps))
        paths = {skip.path for skip in skips if skip.kind is SkipKind.GAP and skip.path}
        files, blobs = inventory.by_path, inventory.blobs
        told = {path: files[path].content if path in files else blobs.get(path, "") for path in sorted(paths)}
        return {path: content for path, content in told.items() if content}

    def _looks(self, files: Sequence[SourceFile]) -> tuple[Looks, ...]:
        paths = [file.path for file in files]
        return tuple(Looks(one.name, tuple(sorted(one.looks_for(paths)))) for one in self._chosen)

    def _blamed(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Who silenced it, and when, where git knows."""
        return tuple(
            msgspec.structs.replace(one, silenced=self._who_silenced(one.place.path, one.silenced))
            if one.silenced is not None and isinstance(one.place, FilePlace)
            else one
            for one in findings
        )

    def _who_silenced(self, path: str, silence: Silence) -> Silence:
        try:
            blame = self.target.blame(path, [silence.line]).get(silence.line)
        except GitError:
            return silence  # a file that git does not know yet: nobody to name
        return silence if blame is None else msgspec.structs.replace(silence, who=blame.who, when=blame.when)

    def _masker(self, findings: Sequence[Finding]) -> Masker:
        """By place it hides what any tool took for a secret, also where the secret scan itself did not run. By value,
        wherever it stands, only what was judged to be one: `secret` and `changeme` are words of our own sentences too.
        """
        told = ((one, place) for one in findings if _is_secret(one) for place in (one.place, *one.places))
        places = [(one, place) for one, place in told if isinstance(place, FilePlace)]
        judged = [place for one, place in places if one.secret and one.rule.hazard != "config.defaults"]
        values = {value_at(self._text(place.path), place) for place in judged}
        return Masker([place for _, place in places], values - {""})

    def _text(self, path: str) -> str:
        if path not in self._texts:
            try:
                reading = self.target.look(path)
                # Changed since the scan: its lines are no longer where the findings and the masker think they are.
                text = reading.data.decode("utf-8", "replace") if reading.same else ""
            except WalkdownError:
                text = ""  # it vanished since the scan: the finding is still told, its code cannot be shown
            self._texts[path] = text.removeprefix("\ufeff")
            while len(self._texts) > _TEXTS_KEPT:
                self._texts.popitem(last=False)
        self._texts.move_to_end(path)
        return self._texts[path]


class _Sources:
    """The target as a JobScanner may see it."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self.files = review.target.files
        self.identity = review.identity
        self.offline = review.settings.offline

    @property
    def history(self) -> History | None:
        target = self._review.target
        return target.history if target.facts.head else None

    def read(self, path: str) -> bytes:
        return self._review.target.read(path)

    def manifests(self) -> Sequence[Manifest]:
        return read_manifests(self.files, self.read)


def identity_of(target: Target) -> str:
    """The same for a clone, a worktree and a moved folder; the path alone where there is no git."""
    facts, history = target.facts, target.history
    roots = history.roots() if history is not None and facts.head else ()
    about = (*roots, facts.remote, facts.prefix) if roots else (facts.root,)
    return hashlib.sha256("\0".join(about).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _is_secret(finding: Finding) -> bool:
    """Whether its place is the secret itself, not the line that logs it or the name under which a browser gets it."""
    return bool(finding.secret) or kin_of(family_of(finding)) == SECRET or finding.rule.hazard in _HELD


def project_config(path: str) -> bytes | None:
    """The project's own config as bytes; whether it counts is for a person to say."""
    return read_project(Path(path))


def tools_at_hand(path: str) -> list[tuple[str, tuple[Tool, ...] | Missing]]:
    """Every scanner with the tools that were found for it, best first."""
    if not Path(path).is_dir():
        raise TargetError(f"{path} is no folder.", "Give the folder of a project, or leave it out.")
    settings = load(Folders.of_user(), None)
    where = Programs(path)
    return [(one.name, one.find(where)) for one in _scanners(settings, path)]


def _scanners(settings: Settings, target: str) -> Sequence[Scanner]:
    """All there are. Two of one name would share outcomes and cache."""
    scanners = all_scanners(settings, target, Doors())
    names = [one.name for one in scanners]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"There are two scanners called {name}.", "Give yours another name in your config.")
    return scanners


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
