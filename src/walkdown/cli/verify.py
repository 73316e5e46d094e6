"""`walkdown verify`: does a record still speak for this tree, and who vouches for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click
import msgspec

from walkdown.cli.asked import asked
from walkdown.cli.scan import live, run_interruptible
from walkdown.cli.walked import with_note
from walkdown.record.plain import json_bytes
from walkdown.record.statement import ExceptionLine
from walkdown.record.verification import Reopened, Verification, Vouched
from walkdown.record.wire_verify import wire_of
from walkdown.review import Review
from walkdown.review.checking import check_record, trust_for
from walkdown.safetext import for_terminal

_SHOWN = 20
_GROUPS = (
    ("item", "Items"),
    ("finding", "Findings"),
    ("door", "Doors"),
    ("guard", "Guards"),
    ("gap", "Not looked at"),
)


class VerifyFlags(msgspec.Struct, frozen=True):
    record: str
    repo: str
    path: str
    allowed_signers: str
    trust_ref: str
    rescan: bool
    offline: bool
    form: str
    debug: bool = False


def run_verify(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, VerifyFlags)
    with Review.open(flags.path or flags.repo, asked(offline=flags.offline)) as review:
        trust = trust_for(review, flags.allowed_signers, flags.trust_ref)
        scan = None
        if flags.rescan:
            with live(debug=flags.debug) as listener:
                scan = run_interruptible(review, listener)
        verification = with_note(check_record(review, flags.record, trust, rescan=scan), review)
    if flags.form == "json":
        wire = wire_of(verification, rescanned=scan is not None)
        click.echo(msgspec.json.format(json_bytes(wire), indent=2).decode())
    else:
        for text in _lines(verification):
            click.echo(for_terminal(text))
    return verification.code


def _lines(one: Verification) -> Iterator[str]:
    yield one.line
    for problem in one.problems:
        if problem.line != one.line and not one.line.startswith(problem.line):
            yield f"  {problem.line}"
    yield from (f"  {_signer(signer)}" for signer in one.signers)
    if one.statement is not None:
        yield from _exceptions(one.statement.predicate.exceptions)
    yield from _groups(one.reopened)
    yield from _some("Changed since", one.changed)
    yield from (f"Note: {text}" for text in one.notes)
    yield f"Record: {one.record}"


def _signer(one: Vouched) -> str:
    who = f"{one.name} <{one.mail}>" if one.mail else one.name
    about = ", ".join(filter(None, (one.role, "a machine" if one.by_machine else "", one.time)))
    believed = "trusted" if one.trusted else "NOT trusted"
    return " ".join(filter(None, (f"{who} ({about})", one.key, f"{believed}: {one.why}")))


def _exceptions(exceptions: Sequence[ExceptionLine]) -> Iterator[str]:
    yield from _some(
        "Signed over", [f"{one.title}{f' ({one.place})' if one.place else ''}: {one.why}" for one in exceptions]
    )


def _groups(reopened: Sequence[Reopened]) -> Iterator[str]:
    for kind, title in _GROUPS:
        group = sorted((one for one in reopened if one.kind == kind), key=lambda one: not one.sure)
        yield from _some(title, [_row(one) for one in group])


def _row(one: Reopened) -> str:
    cause = "" if one.cause == "code" else f" [{one.cause}]"
    return f"{'reopens' if one.sure else 'may reopen'}  {one.id}  {one.title}: {one.why}{cause}"


def _some(title: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield f"{title} ({len(rows)})"
        yield from (f"  {row}" for row in rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield f"  and {len(rows) - _SHOWN} more: --format json has them all"
