"""Which finding of today is which line of a record, though the record was made on another machine, under other names.

A record holds hashes and places, no code. A secret's value counts too where it lies: the same place with another value
is another secret, and what was decided about the old one says nothing about it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from walkdown.errors import WalkdownError
from walkdown.model import CommitPlace, FilePlace, Finding, line_of, path_of
from walkdown.record.statement import FindingLine, Statement
from walkdown.review.review import Review
from walkdown.safetext import value_at
from walkdown.scan.families import family_of
from walkdown.scan.identity import Known, assign
from walkdown.target.changes import old_bytes

_One = TypeVar("_One", FindingLine, Finding)


class Secrets:
    """Whether two places hold the same secret, told from the files then and now."""

    def __init__(self, review: Review, statement: Statement) -> None:
        self._target = review.target
        self._commit = "" if statement.predicate.dirty else statement.about.digest.git_commit
        self._paths = [path_of(one.place) for one in statement.predicate.findings if one.keyed]

    def same(self, line: FindingLine, finding: Finding) -> bool:
        then, now = line.place, finding.place
        if isinstance(then, CommitPlace) or isinstance(now, CommitPlace):
            return then == now
        if not isinstance(then, FilePlace) or not isinstance(now, FilePlace):
            return False
        file = self._target.inventory.by_path.get(now.path)
        at_then, at_now = (then.line, then.column), (now.line, now.column)
        if file is not None and line.file == file.content and at_then == at_now:
            return True
        before = self._before.get(then.path)
        if before is None or file is None:
            return False
        value = value_at(_text(before), then)
        return bool(value) and value == value_at(_text(self._now(now.path)), now)

    @cached_property
    def _before(self) -> Mapping[str, bytes]:
        try:
            return old_bytes(self._target, self._commit, self._paths) if self._commit else {}
        except (WalkdownError, OSError):
            return {}  # this clone does not have that commit: then nobody can tell

    def _now(self, path: str) -> bytes:
        try:
            return self._target.read(path)
        except WalkdownError:
            return b""


def unknown(line: FindingLine, finding: Finding) -> bool:
    """Where there are no files to look at."""
    return isinstance(line.place, CommitPlace) and line.place == finding.place


def told_again(
    lines: Sequence[FindingLine],
    findings: Sequence[Finding],
    renames: Mapping[str, str],
    same_secret: Callable[[FindingLine, Finding], bool] = unknown,
) -> dict[str, str]:
    """From the ids of the record to those of today. What could be either is not told."""
    prints = {one.fingerprint for one in lines}
    current = [one for one in findings if one.fingerprint in prints]
    plain = [one for one in lines if not one.keyed]
    found = _unmoved(plain, current)
    taken = set(found.values())
    rest = [_known(one) for one in plain if one.id not in found]
    left = [one for one in current if one.id not in taken and not (one.secret or one.keyed)]
    if rest and left:
        named, _ = assign(left, rest, renames)
        ids = {one.id for one in rest}
        found |= {one.id: today.id for one, today in zip(named, left, strict=True) if one.id in ids}
    keyed = [one for one in lines if one.keyed]
    return found | (_paired(keyed, [one for one in current if one.secret or one.keyed], same_secret) if keyed else {})


def _unmoved(lines: Sequence[FindingLine], findings: Sequence[Finding]) -> dict[str, str]:
    """Most are where they were and have the name they had: those with no twin need no comparing. Of twins another
    machine may have named either first."""
    then = Counter(map(_line_home, lines))
    now = Counter(map(_home, findings))
    names = {one.id: _home(one) for one in findings}
    return {
        one.id: one.id
        for one in lines
        if names.get(one.id) == (home := _line_home(one)) and then[home] == now[home] == 1
    }


def _home(one: Finding) -> Hashable:
    symbol = one.place.symbol if isinstance(one.place, FilePlace) else ""
    return path_of(one.place), symbol, one.fingerprint, one.context, bool(one.secret or one.keyed)


def _line_home(one: FindingLine) -> Hashable:
    symbol = one.place.symbol if isinstance(one.place, FilePlace) else ""
    return path_of(one.place), symbol, one.fingerprint, one.context, one.keyed


def _known(one: FindingLine) -> Known:
    place = one.place
    return Known(
        id=one.id,
        family=one.family,
        fingerprint=one.fingerprint,
        path=path_of(place),
        symbol=place.symbol if isinstance(place, FilePlace) else "",
        context=one.context,
        line=line_of(place),
        column=place.column if isinstance(place, FilePlace) else 0,
        fileless=not isinstance(place, FilePlace),
    )


def _paired(
    lines: Sequence[FindingLine], findings: Sequence[Finding], same: Callable[[FindingLine, Finding], bool]
) -> dict[str, str]:
    """The same place first, then what fits only one way; and the value has to be the same."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for depth in range(4):
        left = _by((one for one in lines if one.id not in found), _line_keys, depth)
        right = _by((one for one in findings if one.id not in used), _keys, depth)
        for key, group in left.items():
            others = right.get(key, [])
            if len(group) == len(others) == 1 and same(group[0], others[0]):
                found[group[0].id] = others[0].id
                used.add(others[0].id)
    return found


def _by(ones: Iterable[_One], keys: Callable[[_One], tuple[Hashable, ...]], depth: int) -> dict[Hashable, list[_One]]:
    groups: dict[Hashable, list[_One]] = defaultdict(list)
    for one in ones:
        groups[keys(one)[depth]].append(one)
    return groups


def _line_keys(one: FindingLine) -> tuple[Hashable, ...]:
    return _from_sure_to_likely(_known(one))


def _keys(one: Finding) -> tuple[Hashable, ...]:
    place = one.place
    symbol = place.symbol if isinstance(place, FilePlace) else ""
    column = place.column if isinstance(place, FilePlace) else 0
    known = Known("", family_of(one), one.fingerprint, path_of(place), symbol, one.context, line_of(place), column)
    return _from_sure_to_likely(known)


def _from_sure_to_likely(one: Known) -> tuple[Hashable, ...]:
    what, home = (one.family, one.fingerprint), (one.path, one.symbol)
    return (
        (what, home, one.context, one.line, one.column),
        (what, home, one.context),
        (what, home),
        (what, one.context),
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")
