"""Which checklists there are, where each comes from, and the one door through which they are loaded."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path

import msgspec

from walkdown.checklist.faults import Fault, FaultyChecklistError
from walkdown.checklist.inherit import Draft, combine
from walkdown.checklist.read import Kind, ReadFile
from walkdown.checklist.shape import Checklist, Head, Topic
from walkdown.errors import ChecklistError
from walkdown.target.plain_read import NotRegularError, TooLargeError, open_folder, read_below

DEFAULT = "pre-deploy"
TARGET_FOLDER = ".walkdown/checklists"
_HEAD = "list.toml"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_OWN_BYTES = 1024 * 1024
_TARGET_BYTES = 64 * 1024
_TARGET_MOST = 100


class Origin(Enum):
    """From the nearest to the person to the farthest; a target's lists stand apart from all of them."""

    GIVEN = "given"
    USER = "user"
    SHIPPED = "shipped"
    TARGET = "target"


class Known(msgspec.Struct, frozen=True):
    """A list that could be loaded: a file, or a folder with a `list.toml`. `root`: the target it comes from."""

    name: str
    origin: Origin
    path: Path
    root: Path | None = None

    @property
    def label(self) -> str:
        """What it is asked for by, and what a record calls it."""
        return f"target:{self.name}" if self.origin is Origin.TARGET else self.name


class Lists:
    """`picked` is what the person asked for, or the default where they asked for nothing."""

    def __init__(self, known: Sequence[Known], picked: Sequence[Known]) -> None:
        self.known = tuple(known)
        self.picked = tuple(picked)
        self._rank = {origin: rank for rank, origin in enumerate(Origin)}

    def named(self, label: str) -> Known:
        """The nearest list of that name; a target's only by its whole label, `target:NAME`."""
        same = self._same(label)
        if not same:
            raise ChecklistError(f"There is no checklist {label}.", f"There are: {_labels(self.known)}.")
        return same[0]

    def load(self, which: Known | str) -> Checklist:
        known = self.named(which) if isinstance(which, str) else which
        loaded, faults = self._load(known, ())
        if loaded is None:
            raise FaultyChecklistError(faults)
        return loaded

    def faults(self, known: Known) -> tuple[Fault, ...]:
        """Every fault of its files, and of what it extends."""
        return self._load(known, ())[1]

    def _load(self, known: Known, below: tuple[Known, ...]) -> tuple[Checklist | None, tuple[Fault, ...]]:
        """`below`: the lists that extend this one, the way down which we came."""
        draft = _read(known)
        self._check_name(draft, known)
        parent, sound = self._parent(draft, known, below)
        loaded = combine(draft, known.label, parent) if sound else None
        return (None if draft.faults else loaded), draft.faults

    def _check_name(self, draft: Draft, known: Known) -> None:
        if not _NAME.fullmatch(known.name):
            draft.head.fault((), f"makes a list called {known.name!r}", "a name of small letters, digits and dashes")
        for other in self._same(known.label):
            if other == known:
                continue
            if other.origin is known.origin:
                draft.head.fault((), f"is called {known.name}, as {other.path} is", "one list of that name")
            elif self._rank[other.origin] > self._rank[known.origin] and draft.head.extends != known.name:
                what = f"takes the place of {other.path}"
                draft.head.fault(("extends",), what, f'extends = "{known.name}", or another file name')

    def _parent(self, draft: Draft, known: Known, below: tuple[Known, ...]) -> tuple[Checklist | None, bool]:
        """What it extends, and whether that is settled. A list may extend the next one of its own name."""
        head = draft.head
        if not head.extends:
            return None, True
        same = self._same(head.extends)
        found = same[same.index(known) + 1 :] if known in same else same
        way = (*below, known)
        if found and found[0] not in way:
            parent, faults = self._load(found[0], way)
            if parent is None:
                first = f"{faults[0].file}:{faults[0].line}: {faults[0].key} {faults[0].what}"
                head.fault(("extends",), f"{head.extends!r} has faults of its own, as {first}", "a list without faults")
            return parent, parent is not None
        if found or known in same:
            circle = way[way.index(found[0]) :] if found else (known,)
            what = "leads back to " + " by way of ".join(one.label for one in circle)
            head.fault(("extends",), what, "a list that does not extend this one")
        else:
            what = f"{head.extends!r} is no list that is known"
            head.fault(("extends",), what, f"one of {_labels(self.known, offered=False)}")
        return None, False

    def _same(self, label: str) -> list[Known]:
        return sorted((one for one in self.known if one.label == label), key=lambda one: self._rank[one.origin])


def find_lists(shipped: Path, user: Path | None = None, given: Sequence[str] = (), target: Path | None = None) -> Lists:
    """`shipped` and `user` are folders of lists; `given` are names, labels or paths, as flags take them."""
    known = [*_below(shipped, Origin.SHIPPED), *(_below(user, Origin.USER) if user else ())]
    offered = _offered(target) if target else ()
    paths = {one.path.resolve(): one for one in known}
    asked: list[Known | str] = []
    for text in given:
        path = _path_of(text)
        if path is None:
            asked.append(text)
        elif target and _is_in(path, target / TARGET_FOLDER):
            asked.append(_of_target(target, path.stem))
        else:
            asked.append(paths.setdefault(path.resolve(), Known(_name_of(path), Origin.GIVEN, path)))
    lists = Lists([*dict.fromkeys((*known, *paths.values())), *offered], ())
    return Lists(lists.known, [lists.named(one) if isinstance(one, str) else one for one in asked or [DEFAULT]])


def _is_in(path: Path, folder: Path) -> bool:
    """As it is written: the file may be a link to anywhere."""
    return path.parent.resolve() == folder.resolve()


def _path_of(text: str) -> Path | None:
    """None for a name. A topic file, or the `list.toml` itself, stands for the folder it belongs to."""
    if "/" not in text and not text.endswith(".toml"):
        return None
    path = Path(text)
    if not path.exists():
        raise ChecklistError(f"There is no {path}.", "Name a checklist file, or a folder with a list.toml.")
    return path.parent if path.is_file() and (path.parent / _HEAD).is_file() else path


def _name_of(path: Path) -> str:
    whole = path.resolve()
    return whole.name if whole.is_dir() else whole.stem


def _below(folder: Path, origin: Origin) -> Iterator[Known]:
    """Files with a list in them, and folders with a list's files in them."""
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise ChecklistError(f"{folder} cannot be read: {error.strerror}.", "Mend its permissions.") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and any(entry.glob("*.toml")):
            yield Known(entry.name, origin, entry)
        elif entry.suffix == ".toml" and not entry.is_dir():
            yield Known(entry.stem, origin, entry)


def _offered(root: Path) -> tuple[Known, ...]:
    """The lists a target brings along: seen by name, not read. What is no plain file there is not offered."""
    stems: list[str] = []
    # No such folder, or a link in its place: then the target offers nothing.
    with contextlib.suppress(OSError):
        folder = open_folder(str(root), TARGET_FOLDER)
        try:
            with os.scandir(folder) as entries:
                plain = [one.name for one in entries if one.is_file(follow_symlinks=False)]
            stems = [name.removesuffix(".toml") for name in plain if name.endswith(".toml")]
        finally:
            os.close(folder)
    return tuple(_of_target(root, stem) for stem in sorted(stems)[:_TARGET_MOST])


def _of_target(root: Path, stem: str) -> Known:
    return Known(stem, Origin.TARGET, root / TARGET_FOLDER / f"{stem}.toml", root)


def _read(known: Known) -> Draft:
    path = known.path
    if known.root is not None:
        root, relative = str(known.root), f"{TARGET_FOLDER}/{known.name}.toml"
        return Draft(_file(path, Head, lambda: read_below(root, relative, _TARGET_BYTES)))
    if not path.is_dir():
        return Draft(_own(path, Head))
    topics = sorted(topic for topic in path.glob("*.toml") if topic.name != _HEAD)
    return Draft(_own(path / _HEAD, Head), [_own(topic, Topic) for topic in topics])


def _own(path: Path, kind: type[Kind]) -> ReadFile[Kind]:
    """Of the user's own files, which may well be links into a folder of settings."""
    whole = path.resolve()
    return _file(path, kind, lambda: read_below(str(whole.parent), whole.name, _OWN_BYTES))


def _file(path: Path, kind: type[Kind], read: Callable[[], bytes]) -> ReadFile[Kind]:
    try:
        return ReadFile(str(path), read(), kind)
    except FileNotFoundError:
        what, expected = "is missing", "a file with title and version"
    except TooLargeError as error:
        what, expected = f"holds {error.size} bytes", "a checklist, which is smaller"
    except NotRegularError:
        what, expected = "is no plain file", "a file, not a link or a folder"
    except OSError as error:
        what, expected = f"cannot be read ({error.strerror})", "a file that can be read"
    unread = ReadFile(str(path), None, kind)
    unread.faults.append(Fault(str(path), 0, "the file", what, expected))
    return unread


def _labels(known: Iterable[Known], *, offered: bool = True) -> str:
    names = (one.label for one in known if offered or one.origin is not Origin.TARGET)
    return ", ".join(dict.fromkeys(names))
