"""Commands that hold a sign-off against what is asked of one, and carry it along with git. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, LISTS, OFFLINE, PATH, REPO, WALKED, cli


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--record", default="", metavar="NAME", help="Which record. Default: the newest.")
@click.option("--allowed-signers", default="", metavar="FILE", help="Whom to trust, in ssh-keygen's format.")
@click.option("--trust-ref", default="", metavar="REF", help="Trust .walkdown/allowed_signers of this commit.")
@click.option("--max-age", default="", metavar="30d|12h", help="Oldest record that is good enough.")
@click.option("--require-signers", default=1, type=click.IntRange(1, 100), metavar="N", help="How many people signed.")
@click.option("--allow-exceptions", is_flag=True, help="A sign-off over something open is enough.")
@click.option("--allow-machine", is_flag=True, help="A machine's signature counts as well.")
@click.option("--rescan", is_flag=True, help="Scan with today's rules, to be sure of what is reopened.")
@WALKED
@OFFLINE
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "junit", "github"]), default="text")
@click.option("--output", type=click.Path(dir_okay=False), help="Write there instead of to standard output.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def check(**options: object) -> int:
    """For CI and hooks: exit 0 only if a valid sign-off covers this tree and meets what is asked of it."""
    from walkdown.cli.check import run_check

    return run_check(options)


@cli.group(context_settings=CONTEXT)
def note() -> None:
    """A sign-off as a git note on the commit it is about, beside the files or instead of them."""


@note.command("attach")
@click.argument("record", default="")
@REPO
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def note_attach(record: str, repo: str, **_: object) -> int:
    """Attach RECORD (default: the newest) to the commit that was signed, under refs/notes/walkdown."""
    from walkdown.cli.note import attach_note

    return attach_note(record, repo)


@note.command("show")
@REPO
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def note_show(repo: str, **_: object) -> int:
    """Say which record is attached to HEAD, or to the nearest commit before it."""
    from walkdown.cli.note import show_note

    return show_note(repo)


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--to", default="", metavar="FILE", help="AGENTS.md, CLAUDE.md, .cursorrules, or another file in PATH.")
@click.option("--write", is_flag=True, help="Write it, after showing the difference and asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def lessons(**options: object) -> int:
    """Show the rules that this review taught, as a section for a coding assistant's file; --write puts it there."""
    from walkdown.cli.lessons import run_lessons

    return run_lessons(options)
