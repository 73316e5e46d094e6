"""`walkdown sign` and `walkdown verify`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from walkdown.cli.exits import FINDINGS, FINE
from walkdown.cli.walk import open_session
from walkdown.errors import UsageError
from walkdown.review import How, Review, actor_of, make_record, sign_record, verify_record
from walkdown.safetext import for_terminal


class SignFlags(msgspec.Struct, frozen=True):
    path: str
    who: str
    role: str
    key: str | None
    unsigned: bool
    with_exceptions: bool
    by_machine: bool
    offline: bool


class VerifyFlags(msgspec.Struct, frozen=True):
    record: str
    path: str
    allowed_signers: str | None


def run_sign(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, SignFlags)
    if not flags.key and not flags.unsigned:
        raise UsageError("Nothing to sign with.", "Name your SSH key with --key, or say --unsigned.")
    if not sys.stdin.isatty() and not flags.by_machine:
        raise UsageError("A human signs, at a terminal.", "A script says --by-machine, and the record says so too.")
    actor = actor_of(flags.who)
    with open_session(flags.path, offline=flags.offline) as session:
        open_points = session.board.obstacles
        for one in open_points:
            click.echo(f"  open  {for_terminal(f'{one.title}: {one.why}')}")
        if open_points and not flags.with_exceptions:
            click.echo("Not signed. Settle these, or sign with --with-exceptions, which names them.")
            return FINDINGS
        if not flags.by_machine and click.prompt('Type "sign" to sign') != "sign":
            click.echo("Not signed.")
            return FINDINGS
        made = make_record(session, How(flags.with_exceptions, flags.by_machine))
    click.echo(f"Record: {for_terminal(str(made.path.name))}  ({made.verdict})")
    if flags.key:
        click.echo(f"Signature: {sign_record(made.path, actor, flags.role, Path(flags.key)).name}")
    else:
        click.echo("UNSIGNED: nobody vouches for this record.")
    return FINE


def run_verify(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, VerifyFlags)
    allowed = Path(flags.allowed_signers) if flags.allowed_signers else None
    if allowed is not None and not allowed.is_file():
        raise UsageError(f"There is no file {allowed}.", "It holds lines of: mail key-type key")
    with Review.open(flags.path) as review:
        verification = verify_record(review, Path(flags.record) if flags.record else None, allowed)
    click.echo(for_terminal(verification.line))
    for item in verification.reopened:
        click.echo(f"  may reopen  {for_terminal(item)}")
    return verification.code
