"""The one line that says what a check of a record came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from walkdown.record.differences import Differences
from walkdown.record.staleness import AGE, EXPIRY, RULES, named
from walkdown.record.statement import Statement
from walkdown.record.verification import Problem, Reopened, Vouched, worst

_NAMED = 3
_KINDS = ("item", "finding", "door", "guard", "gap")


def who(signers: Sequence[Vouched], statement: Statement) -> str:
    """Those whom somebody vouches for; where nobody does, who says to have made it."""
    trusted = [one for one in signers if one.trusted]
    told = [_name(one) for one in trusted or signers] or [statement.predicate.signer.name or "somebody"]
    names = list(dict.fromkeys(told))
    more = len(names) - _NAMED
    if more > 0:
        return f"{', '.join(names[:_NAMED])} and {more} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _name(one: Vouched) -> str:
    """With the mail, for that is what somebody vouches for; a name is what people give themselves."""
    whole = f"{one.name} <{one.mail}>" if one.mail else one.name
    return f"{whole} (a machine)" if one.by_machine else whole


def line(problems: Sequence[Problem], statement: Statement, signers: Sequence[Vouched], differs: Differences) -> str:
    """The worst of it first; how much more there is."""
    if not problems:
        return valid(statement, signers, differs)
    code = worst(tuple(problems))
    first = next(one for one in problems if one.code == code)
    rest = len(problems) - 1
    more = f" And {rest} more problem{'s' if rest > 1 else ''}." if rest else ""
    return first.line + more


def valid(statement: Statement, signers: Sequence[Vouched], differs: Differences) -> str:
    changed = differs.changes.paths
    start = f"Valid: {who(signers, statement)} signed"
    if differs.same and not changed:
        text = f"{start} exactly what lies here."
    elif differs.same:
        text = f"{start} what lies here; only what no scanner reads changed ({named(changed)})."
    else:
        text = f"{start} on {statement.predicate.made[:10]}; {changes(differs)}, nothing that was decided rests on it."
    return text + _but(statement)


def _but(statement: Statement) -> str:
    """What a reader of a green line should know all the same."""
    many = len(statement.predicate.exceptions)
    return f" Signed with {many} exception{'s' if many > 1 else ''}." if many else ""


def changes(differs: Differences) -> str:
    paths = differs.changes.paths
    if not paths:
        return "files changed since"
    return f"{len(paths)} file{'s' if len(paths) > 1 else ''} changed since ({named(paths)})"


def stale(reopened: Sequence[Reopened], statement: Statement, signers: Sequence[Vouched], differs: Differences) -> str:
    """Of what no longer stands for another reason than a waiver's end."""
    causes = {one.cause for one in reopened}
    by = who(signers, statement)
    if causes == {AGE}:
        return f"Stale: what {by} signed was decided too long ago: {counted(reopened)}."
    if causes <= {AGE, RULES}:
        return f"Stale: the rules changed since {by} signed: {counted(reopened)}."
    return f"Stale: {changes(differs)}, after {by} signed: {counted(reopened)}."


def expired(reopened: Sequence[Reopened]) -> str:
    ended = [one for one in reopened if one.cause == EXPIRY]
    first = ended[0]
    more = f"; and {len(ended) - 1} more" if len(ended) > 1 else ""
    return f"Expired: {first.kind} {first.id} ({first.title}): {first.why}{more}."


def counted(reopened: Iterable[Reopened]) -> str:
    """2 items reopen, 1 finding may reopen"""
    tally = Counter((one.kind, one.sure) for one in reopened)
    parts = []
    for kind in _KINDS:
        for sure in (True, False):
            if many := tally[kind, sure]:
                verb = ("reopens" if many == 1 else "reopen") if sure else "may reopen"
                parts.append(f"{many} {kind}{'s' if many > 1 else ''} {verb}")
    return ", ".join(parts)
