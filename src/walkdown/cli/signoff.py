"""`walkdown sign` and `walkdown countersign`: a person at a terminal types a word, or a machine says that it is one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

from walkdown.cli.exits import FINDINGS, FINE
from walkdown.cli.walk import open_session
from walkdown.errors import UsageError
from walkdown.record.files import RecordFiles, Seal
from walkdown.record.folder import find_record
from walkdown.record.keys import Key, find_key
from walkdown.record.reading import read_statement
from walkdown.record.signature import seal
from walkdown.record.statement import ExceptionLine, Occasion, Signer, Statement
from walkdown.review import Review, actor_of
from walkdown.review.signoff import How, Made, Prepared, add_seal, countersignature_of, finish, prepare
from walkdown.safetext import for_terminal

_SHOWN = 20


class SignFlags(msgspec.Struct, frozen=True):
    path: str
    who: str
    role: str
    key: str | None
    unsigned: bool
    with_exceptions: bool
    by_machine: bool
    environment: str
    release: str
    ticket: str
    note: bool
    offline: bool


class CountersignFlags(msgspec.Struct, frozen=True):
    record: str
    repo: str
    who: str
    role: str
    key: str | None
    by_machine: bool


def run_sign(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, SignFlags)
    if flags.unsigned and flags.key:
        raise UsageError("--unsigned and --key do not go together.", "Leave one of them out.")
    _need_person(by_machine=flags.by_machine)
    actor = actor_of(flags.who)
    key = None if flags.unsigned else find_key(flags.key or "")
    signer = Signer(actor.name, actor.mail, flags.role)
    how = How(
        exceptions=True,
        machine=flags.by_machine,
        unsigned=flags.unsigned,
        signer=signer,
        occasion=Occasion(flags.environment, flags.release, flags.ticket),
    )
    with open_session(flags.path, offline=flags.offline) as session:
        prepared = prepare(session, how)
        _tell_open(prepared.exceptions)
        if prepared.exceptions and not flags.with_exceptions:
            click.echo(
                "Not signed. Settle these, or sign with --with-exceptions: the record names each on its first page."
            )
            return FINDINGS
        if not _confirmed(prepared, key, by_machine=flags.by_machine):
            return FINDINGS
        # As the record tells it: whoever pastes a secret into a role must not sign it either.
        signed = _sealed(prepared.files, prepared.statement.predicate.signer, key, by_machine=flags.by_machine)
        made = finish(session, prepared, signed)
        if flags.note:
            _attach(session.review, made, prepared, signed)
    _tell_made(made, signer)
    return FINE


def run_countersign(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, CountersignFlags)
    _need_person(by_machine=flags.by_machine)
    actor = actor_of(flags.who)
    key = find_key(flags.key or "")
    signer = Signer(actor.name, actor.mail, flags.role)
    with Review.open(flags.repo) as review:
        files = find_record(Path(review.target.root), flags.record)
        statement = read_statement(files.json, f"{files.name}.json")
        _check_whole(review, files, statement)
        _tell_open(statement.predicate.exceptions)
        if not flags.by_machine and not _typed(
            f"Record {files.name}: {for_terminal(statement.predicate.verdict)}", key
        ):
            return FINDINGS
        path = add_seal(review, files, seal(countersignature_of(files, signer, machine=flags.by_machine), key))
    click.echo(f"Countersigned: {for_terminal(path.name)}")
    return FINE


def _need_person(*, by_machine: bool) -> None:
    if not by_machine and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("A human signs, at a terminal.", "A script says --by-machine, and the record says so too.")


def _tell_open(exceptions: Sequence[ExceptionLine]) -> None:
    for one in exceptions[:_SHOWN]:
        where = f" ({one.place})" if one.place else ""
        click.echo(f"  open  {for_terminal(f'{one.title}{where}: {one.why}')}")
    if len(exceptions) > _SHOWN:
        click.echo(f"  and {len(exceptions) - _SHOWN} more: walkdown status")


def _confirmed(prepared: Prepared, key: Key | None, *, by_machine: bool) -> bool:
    about, predicate = prepared.statement.about, prepared.statement.predicate
    commit = about.digest.git_commit[:10] or "no commit"
    changed = ", with uncommitted changes" if predicate.dirty else ""
    click.echo(for_terminal(f"{about.name} at {commit}{changed}: {predicate.verdict}."))
    return by_machine or _typed("", key)


def _typed(said: str, key: Key | None) -> bool:
    """A word, never Enter alone."""
    if said:
        click.echo(said)
    click.echo(for_terminal(f"Key: {key.told}" if key else "No key: nobody will vouch for this record."))
    if click.prompt('Type "sign" to sign', default="", show_default=False).strip() == "sign":
        return True
    click.echo("Not signed.")
    return False


def _sealed(files: RecordFiles, signer: Signer, key: Key | None, *, by_machine: bool) -> Seal | None:
    return seal(countersignature_of(files, signer, machine=by_machine), key) if key else None


def _attach(review: Review, made: Made, prepared: Prepared, signed: Seal | None) -> None:
    from walkdown.record.git_note import attach

    attach(review.target, msgspec.structs.replace(prepared.files, seals=(signed,) if signed else ()))
    click.echo(f"Attached to the commit as a git note: refs/notes/walkdown ({made.path.stem})")


def _check_whole(review: Review, files: RecordFiles, statement: Statement) -> None:
    """Nobody puts their name under what was changed, or under what they do not have before them."""
    from walkdown.record.verify import faults_of

    faults = faults_of(files, statement)
    if faults:
        raise UsageError(f"Not signed. {faults[0].line}", "See: walkdown verify")
    if statement.about.digest.looked != review.target.looked:
        raise UsageError(
            "Not signed: the files here are not those the record speaks of.", "Check out its commit, or sign anew."
        )


def _tell_made(made: Made, signer: Signer) -> None:
    folder = ".walkdown/signoffs"
    click.echo(f"Record     {folder}/{for_terminal(made.path.stem)}.md and .json")
    if made.signature is None:
        click.echo("UNSIGNED: nobody vouches for this record.")
        return
    click.echo(f"Signature  {folder}/{for_terminal(made.signature.name)}")
    click.echo("Commit the folder, so that others can check it:  git add .walkdown && git commit")
    data = for_terminal(made.signature.name.rpartition(".")[0])
    mail = for_terminal(signer.mail or signer.name)
    tool = "ssh-keygen -Y verify -n walkdown -f ALLOWED_SIGNERS"
    if made.signature.suffix == ".sig":
        click.echo(f"By hand, in {folder}:  {tool} -I {mail} -s {data}.sig < {data}")
    else:
        click.echo(f"By hand, in {folder}:  gpg --verify {data}.asc {data}")
