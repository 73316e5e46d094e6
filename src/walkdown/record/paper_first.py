"""The first page of a paper: the verdict, what it is about, who signed, and by name all that was signed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from walkdown.record.paper_blocks import Block, Code, Line, Loud, Strong, Table, Title, Words, joined
from walkdown.record.paper_words import FOLD, VERDICTS, count, days_between, gap_class, moment, place, short
from walkdown.record.statement import ExceptionLine, ListLine, Predicate, RecordSubject

_NOBODY = "Nobody vouches for what this says, and anybody could have written it."


def head(about: RecordSubject, record: Predicate, *, report: bool) -> Iterator[Block]:
    """Who made it comes before everything else where it was no person."""
    if record.by_machine and not report:
        did = "Written by a machine, not by a person." if record.unsigned else "Signed by a machine, not by a person."
        yield Words((Strong(did, "bad"),))
    if report:
        yield Title(1, ("Review report of ", about.name))
        yield Loud((Strong("Not signed: a report of how the review stood.", "bad"), f" {_NOBODY}"))
        many = len(record.exceptions)
        standing = f"{count(many, 'thing stands', 'things stand')} open." if many else "Nothing stands open."
        yield Words((Strong(standing, "bad" if many else "good"),))
    else:
        yield Title(1, ("Unsigned record of " if record.unsigned else "Sign-off of ", about.name))
        yield from _verdict(record)
    yield Words((_sums(record),))
    yield _scope(about, record, report=report)


def _verdict(record: Predicate) -> Iterator[Block]:
    sentence = record.verdict.rstrip(".") + "."
    if record.unsigned:
        yield Loud((Strong(sentence, "bad"), f" {_NOBODY}"))
    elif record.exceptions:
        yield Loud((Strong(sentence, "bad"), " Each is named below."))
    else:
        yield Words((Strong(sentence, "good"),))


def _sums(record: Predicate) -> str:
    """What was decided, and how much was found, in numbers."""
    decided = Counter(line.said.decision.verdict if line.said else None for line in record.items)
    told = [f"{decided[verdict]} {name}" for verdict, (_, name) in VERDICTS.items() if decided[verdict]]
    told += [f"{decided[None]} undecided"] if decided[None] else []
    sums = msgspec.structs.asdict(record.counts)
    found = [f"{number:,} {name}" for name, number in sums.items() if number]
    gaps = [gap for gap in record.gaps if gap.kind == "gap"]
    let_go = sum(gap.said is not None for gap in gaps)
    return " ".join(
        (
            f"{_with(count(len(record.items), 'item'), told)}.",
            f"{_with(count(sum(sums.values()), 'finding'), found)}.",
            f"{_with(count(len(gaps), 'gap'), [f'{let_go:,} waived'] if let_go else [])}.",
        )
    )


def _with(total: str, parts: Sequence[str]) -> str:
    return f"{total}: {', '.join(parts)}" if parts else total


def _scope(about: RecordSubject, record: Predicate, *, report: bool) -> Table:
    rows: list[tuple[str, Line]] = [
        ("Repository", _repository(about, record)),
        ("Commit", _commit(about, record)),
        ("Tree", (Code(about.digest.git_tree),) if about.digest.git_tree else ()),
        ("Content", (Code(about.digest.looked), f" over {count(record.files, 'file')}")),
        ("For", _occasion(record)),
        ("Checklist", joined(map(_list, record.lists), "; ")),
        ("" if report else "Written by" if record.unsigned else "Signed by", _signer(record)),
        ("Made", (f"{moment(record.made)}, walkdown {record.walkdown}",)),
        ("Scanned", _scanned(record)),
        ("Threshold", (f"{record.threshold.value}: a finding of that severity or worse must be settled",)),
        ("Built with", (", ".join(record.stack),) if record.stack else ()),
        ("Project settings", (short(record.settings_digest),) if record.settings_digest else ()),
    ]
    shown = tuple(((name,), line) for name, line in rows if name and line)
    return Table("facts", ("Scope", ""), shown)


def _repository(about: RecordSubject, record: Predicate) -> Line:
    line: Line = (about.name,)
    if record.repo.branch:
        line = (*line, ", branch ", Code(record.repo.branch))
    if record.repo.prefix:
        line = (*line, ", only the folder ", Code(record.repo.prefix))
    return line


def _commit(about: RecordSubject, record: Predicate) -> Line:
    if not about.digest.git_commit:
        return ("none: this is not a commit of git",)
    commit: Line = (Code(about.digest.git_commit),)
    if record.dirty:
        return (*commit, " ", Strong("with uncommitted changes", "bad"))
    return (*commit, " with nothing uncommitted")


def _occasion(record: Predicate) -> Line:
    said = record.occasion
    parts = (said.environment, said.release and f"release {said.release}", said.ticket and f"ticket {said.ticket}")
    return joined((part,) for part in parts if part)


def _list(one: ListLine) -> Line:
    return (f"{one.title}, version {one.version}, ", Code(f"{one.name} {one.digest[:12]}".strip()))


def _signer(record: Predicate) -> Line:
    signer = record.signer
    if not signer.name:
        return ()
    mail: Line = (" ", Code(signer.mail)) if signer.mail else ()
    role: Line = (f", as {signer.role}",) if signer.role else ()
    return (signer.name, *mail, *role)


def _scanned(record: Predicate) -> Line:
    age = days_between(record.scanned, record.made)
    before = f", {count(age, 'day')} before" if age else ""
    where = ", offline: nothing was asked over the network" if record.offline else ""
    return (f"{moment(record.scanned)}{before}{where}",)


# --- exceptions ------------------------------------------------------------------------------------------------------


def exceptions(record: Predicate, *, report: bool) -> Iterator[Block]:
    if not record.exceptions:
        return
    yield Title(2, (f"{'Open' if report else 'Exceptions'} ({len(record.exceptions):,})",))
    did = "This stood open when it was written." if record.unsigned else "This stood open and was signed over."
    yield Words(("This stands between the review and a sign-off." if report else did,))
    known = _known(record)
    groups: dict[tuple[str, str], list[ExceptionLine]] = {}
    for line in record.exceptions:
        about = known.get((line.kind, line.id))
        groups.setdefault((line.kind, about.sort if about else line.title), []).append(line)
    rows = [row for group in groups.values() for row in _exceptions(group, known)]
    yield Table("exceptions", ("Kind", "What", "Where", "Why it is open" if report else "Why it was open"), tuple(rows))


class _About(msgspec.Struct, frozen=True):
    """`sort`: the same for all that differ in their place only: the rule of a finding, the class of a gap."""

    sort: str
    what: str
    where: Line


def _known(record: Predicate) -> Mapping[tuple[str, str], _About]:
    """What the record says elsewhere about what stands open."""
    items = {("item", line.id): _About(line.id, line.title, (line.section,)) for line in record.items}
    found = {
        ("finding", line.id): _About(f"{line.tool} {line.rule}", line.title, place(line.place))
        for line in record.findings
        if line.open
    }
    gaps = {
        ("gap", line.id): _About(gap_class(line), gap_class(line), (Code(line.path),) if line.path else ())
        for line in record.gaps
    }
    doors = {("door", line.id): _About("door", line.title, _spot(line.file, line.line)) for line in record.doors}
    return items | found | gaps | doors


def _spot(path: str, line: int) -> Line:
    return (Code(f"{path}:{line}" if line else path),) if path else ()


def _exceptions(group: Sequence[ExceptionLine], known: Mapping[tuple[str, str], _About]) -> Iterator[tuple[Line, ...]]:
    first = group[0]
    if len(group) <= FOLD or first.kind not in ("finding", "gap", "door"):
        for line in group:
            where: Line = (Code(line.place),) if line.place else ()
            about = known.get((line.kind, line.id)) or _About("", line.title, where)
            yield (line.kind,), (about.what or line.title,), about.where or where, (line.why,)
        return
    named = known.get((first.kind, first.id)) or _About("", first.title, ())
    reasons = Counter(line.why for line in group)
    told = "; ".join(f"{why} ({number:,})" for why, number in reasons.most_common(5))
    more = f"; and {count(len(reasons) - 5, 'other reason')}" if len(reasons) > 5 else ""
    below = f"{len(group):,} places, named in the table of {first.kind}s below"
    what = "such doors" if first.kind == "door" else named.what
    yield (first.kind,), (Strong(f"{len(group):,} times"), f" {what}"), (below,), (f"{told}{more}",)
