"""Says which finding of today is which one of last time, and gives the new ones an id.

Matching goes from the sure to the likely: same place; same place under a new path that git reports; then whatever is
left over, fits only one way and has more in common than its own words. What could be either is new, because a decision
must never move to other code.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

import msgspec

from walkdown.model.finding import Finding
from walkdown.model.place import FilePlace, line_of, path_of
from walkdown.scan.families import family_of

_MANY_TWINS = 40


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a finding so that it is recognised: hashes and a place, no code."""

    id: str
    family: str
    fingerprint: str
    path: str = ""
    symbol: str = ""
    context: str = ""
    line: int = 0
    column: int = 0
    secret: str = ""
    # A package, a commit or the repository: its path is only where that was told from.
    fileless: bool = False


def assign(
    current: Sequence[Finding],
    known: Sequence[Known],
    renames: Mapping[str, str],
    *,
    taken: Collection[str] = (),
    stays: Callable[[Known], bool] | None = None,
) -> tuple[list[Finding], list[Known]]:
    """Findings in their order with ids set, and what to remember of them. `renames`: old path to new.

    `taken`: further ids that once stood for something, such as fixed findings, and are not to be given again.
    `stays`: whether a known one is still to be thought of as where it was, though nothing was found there now.
    """
    seen = [_seen(finding) for finding in current]
    matching = _Matching(seen, known)
    matching.together(_at_home, _at_home)
    matching.together(_at_home, lambda old: _at_home(_moved(old, renames)))
    if stays is not None:
        matching.leave_out(stays)
    # Files that moved without git knowing: first by what fits only one way, then by the company it keeps.
    matching.alone(lambda one: (one.fingerprint, one.secret, one.context, one.line, one.column))
    matching.alone(lambda one: (one.fingerprint, one.secret, one.context, _base(one.path)))
    guessed = matching.guess_renames()
    matching.together(_at_home, lambda old: _at_home(_moved(old, guessed)))
    matching.alone(lambda one: (one.fingerprint, one.secret, one.context))
    matching.alone(lambda one: (one.fingerprint, one.secret))
    ids = _with_new_ids(seen, matching.ids, {*taken, *(old.id for old in known)})
    found = [msgspec.structs.replace(finding, id=id_) for finding, id_ in zip(current, ids, strict=True)]
    return found, [msgspec.structs.replace(one, id=id_) for one, id_ in zip(seen, ids, strict=True)]


def _seen(finding: Finding) -> Known:
    place = finding.place
    return Known(
        id="",
        family=family_of(finding),
        fingerprint=finding.fingerprint,
        path=path_of(place),
        symbol=place.symbol if isinstance(place, FilePlace) else "",
        context=finding.context,
        line=line_of(place),
        column=place.column if isinstance(place, FilePlace) else 0,
        secret=finding.secret or finding.keyed,
        fileless=not isinstance(place, FilePlace),
    )


def _at_home(one: Known) -> Hashable:
    return (one.path, one.symbol, one.fingerprint, one.secret)


def _moved(old: Known, renames: Mapping[str, str]) -> Known:
    return msgspec.structs.replace(old, path=renames[old.path]) if old.path in renames else old


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _related(new: Known, old: Known) -> bool:
    """Whether more than the flawed words themselves says that one became the other."""
    # What a commit holds has no neighbours; a secret's own value is enough there.
    return _base(new.path) == _base(old.path) or _akin(new.context, old.context) or bool(new.fileless and new.secret)


def _akin(one: str, other: str) -> bool:
    """Whether both stand among some of the same code. That a block begins or ends there is in common to strangers."""
    a, b = one.split("-"), other.split("-")
    if len(a) < 4 or len(b) < 4 or one == other:
        return one == other != ""
    return _share_a_neighbour(a[1], a[0], b[1], b[0]) or _share_a_neighbour(a[2], a[3], b[2], b[3])


def _share_a_neighbour(next_one: str, beyond_one: str, next_other: str, beyond_other: str) -> bool:
    # Past a block's edge both neighbours are the edge itself, and one that is only second may be it as well.
    return (next_one != beyond_one and next_one in (next_other, beyond_other)) or (
        next_other != beyond_other and next_other in (next_one, beyond_one)
    )


_Key = TypeVar("_Key", bound=Hashable)


class _Matching:
    """Pairs that are settled leave both sides, so every step works on what is left over."""

    def __init__(self, seen: Sequence[Known], known: Sequence[Known]) -> None:
        self._seen = seen
        self._known = known
        self._new = list(range(len(seen)))
        self._old = list(range(len(known)))
        self._pairs: list[tuple[int, int]] = []
        self.ids: dict[int, str] = {}

    def together(self, of_new: Callable[[Known], Hashable], of_old: Callable[[Known], Hashable]) -> None:
        """Pair within each group of equal key; twins in a group are told apart by their neighbours."""
        if not (self._new and self._old):
            return
        news = _grouped(self._new, lambda i: of_new(self._seen[i]))
        olds = _grouped(self._old, lambda i: of_old(self._known[i]))
        for key, group in news.items():
            if key in olds:
                for new, old in _pair_twins(group, olds[key], self._seen, self._known):
                    self._settle(new, old)
        self._drop_settled()

    def alone(self, key: Callable[[Known], Hashable]) -> None:
        """Pair what has a key that is left exactly once on both sides, and more in common than that."""
        if not (self._new and self._old):
            return
        news = _grouped(self._new, lambda i: key(self._seen[i]))
        olds = _grouped(self._old, lambda i: key(self._known[i]))
        for value, group in news.items():
            others = olds.get(value, ())
            if len(group) == len(others) == 1 and _related(self._seen[group[0]], self._known[others[0]]):
                self._settle(group[0], others[0])
        self._drop_settled()

    def leave_out(self, which: Callable[[Known], bool]) -> None:
        """Known ones that are to be paired with nothing from here on."""
        self._old = [old for old in self._old if not which(self._known[old])]

    def guess_renames(self) -> dict[str, str]:
        """Where most of a file's findings went, if that is the same file for all and no other file went there.

        Two files that share a finding's words may be strangers: most of what they share has to have kept its company.
        """
        votes = Counter(
            (self._known[old].path, self._seen[new].path)
            for new, old in self._pairs
            if self._known[old].path != self._seen[new].path
        )
        strange: Counter[tuple[str, str]] = Counter()
        for way, akin in self._shared_by_two_files():
            votes[way] += 1
            strange[way] += not akin
        best_new: dict[str, list[tuple[int, str]]] = defaultdict(list)
        best_old: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for (before, after), count in votes.items():
            best_new[before].append((count, after))
            best_old[after].append((count, before))
        targets = {before: target for before, counts in best_new.items() if (target := _clear_winner(counts))}
        return {
            before: after
            for before, after in targets.items()
            if _clear_winner(best_old[after]) == before and 2 * strange[before, after] < votes[before, after]
        }

    def _shared_by_two_files(self) -> Iterator[tuple[tuple[str, str], bool]]:
        """Fingerprints that are left in one file of then and in one file of now, however often in each, with whether
        any of them is still among the code it was among."""
        news = _grouped(self._new, lambda i: self._seen[i].fingerprint)
        olds = _grouped(self._old, lambda i: self._known[i].fingerprint)
        for fingerprint in news.keys() & olds.keys():
            before = {self._known[i].path for i in olds[fingerprint]}
            after = {self._seen[i].path for i in news[fingerprint]}
            if len(before) == len(after) == 1:
                contexts = {self._known[i].context for i in olds[fingerprint]}
                others = {self._seen[i].context for i in news[fingerprint]}
                akin = bool((contexts & others) - {""})
                if not akin and len(contexts) * len(others) <= _MANY_TWINS**2:
                    akin = any(_akin(one, other) for one in contexts for other in others)
                yield (before.pop(), after.pop()), akin

    def _settle(self, new: int, old: int) -> None:
        self.ids[new] = self._known[old].id
        self._pairs.append((new, old))

    def _drop_settled(self) -> None:
        used = {old for _, old in self._pairs}
        self._new = [new for new in self._new if new not in self.ids]
        self._old = [old for old in self._old if old not in used]


def _clear_winner(counts: Sequence[tuple[int, str]]) -> str:
    ranked = sorted(counts, reverse=True)
    return ranked[0][1] if len(ranked) == 1 or ranked[0][0] > ranked[1][0] else ""


def _grouped(items: Iterable[int], key: Callable[[int], _Key]) -> dict[_Key, list[int]]:
    groups: dict[_Key, list[int]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _pair_twins(
    news: Sequence[int], olds: Sequence[int], seen: Sequence[Known], known: Sequence[Known]
) -> list[tuple[int, int]]:
    """Best neighbours first. Where neighbours do not tell: order, but only if no old one could be the gone one."""
    if len(news) == len(olds) == 1:
        return [(news[0], olds[0])]
    news = sorted(news, key=lambda i: (seen[i].line, seen[i].column, i))
    olds = sorted(olds, key=lambda i: (known[i].line, known[i].column, i))
    pairs, news, olds = _pair_equal(news, olds, seen, known)
    if len(news) * len(olds) <= _MANY_TWINS**2:
        more, news, olds = _pair_alike(news, olds, seen, known)
        pairs += more
    if len(olds) <= len(news):
        pairs += zip(news, olds, strict=False)
    return pairs


_Pairs: TypeAlias = tuple[list[tuple[int, int]], list[int], list[int]]


def _pair_equal(news: Sequence[int], olds: Sequence[int], seen: Sequence[Known], known: Sequence[Known]) -> _Pairs:
    """Pair those whose neighbourhood is wholly the same, in order."""
    by_context = _grouped(news, lambda i: seen[i].context)
    old_context = _grouped(olds, lambda i: known[i].context)
    pairs = [
        pair
        for context, group in by_context.items()
        for pair in zip(group, old_context.get(context, ()), strict=False)
        if len(group) >= len(old_context[context])
    ]
    return _without(pairs, news, olds)


def _pair_alike(news: Sequence[int], olds: Sequence[int], seen: Sequence[Known], known: Sequence[Known]) -> _Pairs:
    """Pair by how much of the neighbourhood is the same, most first; with equal likeness the upper ones first."""
    news_left, olds_left = set(news), set(olds)
    scored = sorted(
        (-likeness(seen[new].context, known[old].context), at_new, at_old, new, old)
        for at_new, new in enumerate(news)
        for at_old, old in enumerate(olds)
    )
    # Where the gone ones are among several alike, nothing says which one stayed: those are left unpaired.
    ties_new = Counter((score, new) for score, _, _, new, _ in scored)
    ties_old = Counter((score, old) for score, _, _, _, old in scored)
    pairs: list[tuple[int, int]] = []
    for score, _, _, new, old in scored:
        clear = len(olds) <= len(news) or (ties_new[score, new] == 1 and ties_old[score, old] == 1)
        if score < 0 and clear and new in news_left and old in olds_left:
            news_left.remove(new)
            olds_left.remove(old)
            pairs.append((new, old))
    return _without(pairs, news, olds)


def _without(pairs: list[tuple[int, int]], news: Sequence[int], olds: Sequence[int]) -> _Pairs:
    paired_new, paired_old = {new for new, _ in pairs}, {old for _, old in pairs}
    return pairs, [i for i in news if i not in paired_new], [i for i in olds if i not in paired_old]


def likeness(one: str, other: str) -> int:
    """How many neighbours two contexts share; those right beside it count more than those further off."""
    a, b = one.split("-"), other.split("-")
    if len(a) < 4 or len(b) < 4:
        return int(one == other)
    beside = 2 * (a[1] == b[1]) + 2 * (a[2] == b[2])
    near = len({*a[:2]} & {*b[:2]}) + len({*a[2:4]} & {*b[2:4]})
    within = 2 * sum(x == y for x, y in zip(a[4:], b[4:], strict=False))
    return beside + near + within


def _with_new_ids(seen: Sequence[Known], given: Mapping[int, str], taken: set[str]) -> list[str]:
    """Derived from what and where it is, so that two fresh machines agree; counted on where that id is taken."""
    ids = dict(given)
    ordinals: Counter[tuple[str, ...]] = Counter()
    for at in sorted(set(range(len(seen))) - set(given), key=lambda i: (seen[i].path, seen[i].line, seen[i].column, i)):
        one = seen[at]
        what = (one.family, one.path, one.symbol, one.fingerprint)
        while (id_ := _derived(what, ordinals[what])) in taken:
            ordinals[what] += 1
        taken.add(id_)
        ids[at] = id_
    return [ids[at] for at in range(len(seen))]


def _derived(what: tuple[str, ...], ordinal: int) -> str:
    text = "\0".join((*what, str(ordinal)))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return "W-" + base64.b32encode(digest).decode("ascii")[:10]
