"""`walkdown note attach` and `walkdown note show`: a sign-off as a git note."""

from __future__ import annotations

from pathlib import Path

import click

from walkdown.cli.exits import FINE
from walkdown.errors import RecordError
from walkdown.record.folder import find_record
from walkdown.record.git_note import REF, attach, find
from walkdown.record.reading import read_statement
from walkdown.safetext import Masker, for_terminal
from walkdown.target import open_target


def attach_note(record: str, repo: str) -> int:
    with open_target(repo) as target:
        files = find_record(Path(target.root), record)
        attach(target, files)
    click.echo(f"Attached: {for_terminal(files.name)}, with {_signatures(len(files.seals))}.")
    click.echo(f"See it:   git notes --ref=walkdown show {_commit(files.json, files.name)[:12]}")
    click.echo(f"Send it:  git push origin {REF}")
    return FINE


def show_note(repo: str) -> int:
    with open_target(repo) as target:
        files = find(target)
    if files is None:
        raise RecordError(
            "No sign-off is attached to HEAD or to the 200 commits before it.",
            f"Fetch the notes with: git fetch origin {REF}:{REF}. To attach one: walkdown note attach",
        )
    predicate = read_statement(files.json, files.name).predicate
    words = Masker().mask_text
    click.echo(f"Record:    {for_terminal(files.name)}, on commit {_commit(files.json, files.name)[:12]}")
    click.echo(f"Verdict:   {for_terminal(words(predicate.verdict))} ({for_terminal(words(predicate.made))})")
    click.echo(f"Signed:    {_signatures(len(files.seals))}; nothing here was verified.")
    click.echo("To verify: walkdown verify")
    return FINE


def _commit(data: bytes, name: str) -> str:
    return for_terminal(read_statement(data, name).about.digest.git_commit)


def _signatures(number: int) -> str:
    return "no signature" if not number else "1 signature" if number == 1 else f"{number} signatures"
