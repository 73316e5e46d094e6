"""What changed since the last sign-off: in numbers, what has to be read, and what was asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.record.paper_blocks import Block, Bullets, Code, Line, Table, Title, Words
from walkdown.record.paper_words import count, moment
from walkdown.record.statement import Hunk, Predicate, Since

_MOST = 200  # of each list; the JSON names all
_REMOVED = "guard-removed"


def since(record: Predicate) -> Iterator[Block]:
    yield Title(2, ("Since the last sign-off",))
    if record.since is None:
        yield Words(("There is no earlier sign-off with a trusted signature to hold this against.",))
        return
    yield _table(record.since)
    if record.since.told:
        yield Words((f"Not everything could be told: {record.since.told}",))
    yield from _hunks(record.since.hunks)
    yield from _reopened(record)


def _table(one: Since) -> Table:
    files = f"{one.changed:,} changed, {one.added:,} added, {one.removed:,} removed"
    rows: list[tuple[str, Line]] = [
        ("Last sign-off", (Code(one.record), f" of {moment(one.made)}")),
        ("Its SHA-256", (Code(one.sha256),)),
        ("Its commit", (Code(one.commit),) if one.commit else ()),
        ("Signed by", (", ".join(one.by),) if one.by else ()),
        ("Files", (files,)),
        ("Findings", (f"{one.new_findings:,} new, {one.gone_findings:,} gone",)),
        ("Asked again", (count(len(one.reopened), "decision"),)),
    ]
    return Table("facts", ("Against", ""), tuple(((name,), line) for name, line in rows if line))


def _hunks(hunks: Sequence[Hunk]) -> Iterator[Block]:
    """A guard that is gone comes before all else that changed."""
    removed = [one for one in hunks if one.what == _REMOVED]
    read = [one for one in hunks if one.what != _REMOVED]
    for title, some in (("Guards removed", removed), ("Changed lines that bear on security", read)):
        if some:
            yield Title(3, (f"{title} ({len(some):,})",))
            rows = tuple(((Code(f"{one.path}:{one.line}" if one.line else one.path),), (one.why,)) for one in some)
            yield Table("hunks", ("Where", "What"), rows[:_MOST])
            yield from _rest(len(some))


def _reopened(record: Predicate) -> Iterator[Block]:
    asked = record.since.reopened if record.since else ()
    if not asked:
        return
    titles = {line.id: line.title for line in record.findings} | {line.id: line.title for line in record.items}
    yield Title(3, (f"Asked again ({len(asked):,})",))
    lines = tuple((titles[one], " ", Code(one)) if one in titles else (one,) for one in asked[:_MOST])
    yield Bullets(lines)
    yield from _rest(len(asked))


def _rest(number: int) -> Iterator[Block]:
    if number > _MOST:
        yield Words((f"And {number - _MOST:,} more; the JSON beside this file names them all.",))
