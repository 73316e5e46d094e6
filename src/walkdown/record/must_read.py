"""Which changed lines speak of access, sessions, secrets or money, so that a person must read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from walkdown.record import guard_words as words
from walkdown.record.guard_words import COMMENT, IMPORT, LONGEST_LINE, MOST_LINES, MUST_READ, Versions
from walkdown.record.statement import Hunk

_MOST_COMPARED = 3_000
_MIDDLEWARE = re.compile(r"(?:^|/)(?:(?:middleware|proxy|hooks\.server)\.[cm]?[jt]s|middlewares?(?:\.py$|/))")


def must_read(one: Versions, told: set[tuple[str, int]]) -> Iterator[tuple[int, Hunk]]:
    before, after = (one.before or "").split("\n")[:MOST_LINES], (one.after or "").split("\n")[:MOST_LINES]
    for old, new in _changes(before, after):
        said = _spoken(one.path, (*before[old[0] : old[1]], *after[new[0] : new[1]]))
        line = new[0] + 1 if one.after is not None else 0
        covered = any(path == one.path and new[0] < at <= max(new[1], new[0] + 1) for path, at in told)
        if said and not covered:
            yield said[0][0], Hunk(MUST_READ, one.path, min(line, len(after)), ", ".join(name for _, name in said))


def _spoken(path: str, lines: Iterable[str]) -> list[tuple[int, str]]:
    """The topics these lines are about, most serious first. Comments and imports do nothing."""
    bare = [line.strip()[:LONGEST_LINE] for line in lines]
    text = "\n".join(line for line in bare if not COMMENT.match(line) and not IMPORT.match(line))
    said = [(rank, name) for rank, (name, regex) in enumerate(words.TOPICS) if regex.search(text)]
    # Every request goes through such a file, whatever words it is written in.
    return said or ([(0, "middleware")] if text.strip() and _MIDDLEWARE.search(path) else [])


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Stretches of lines that differ; what differs in its white space only is the same. Neighbours become one."""
    old, new = ["".join(line.split()) for line in before], ["".join(line.split()) for line in after]
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if len(a) > _MOST_COMPARED or len(b) > _MOST_COMPARED:
        yield from _roughly(a, b, start)
        return
    held: tuple[tuple[int, int], tuple[int, int]] | None = None
    for tag, i, j, k, m in SequenceMatcher(None, a, b).get_opcodes():
        if tag == "equal" or "".join(a[i:j]) == "".join(b[k:m]):  # re-wrapped by a formatter
            continue
        one = ((start + i, start + j), (start + k, start + m))
        if held and one[1][0] - held[1][1] <= 3 and one[0][0] - held[0][1] <= 3:
            held = ((held[0][0], one[0][1]), (held[1][0], one[1][1]))
            continue
        if held:
            yield held
        held = one
    if held:
        yield held


def _roughly(a: Sequence[str], b: Sequence[str], start: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Too much to be aligned: every line that was not there, one by one."""
    known, left = set(a), set(b)
    for at, line in enumerate(b):
        if line and line not in known:
            yield (start, start), (start + at, start + at + 1)
    for at, line in enumerate(a):
        if line and line not in left:
            yield (start + at, start + at + 1), (start, start)
