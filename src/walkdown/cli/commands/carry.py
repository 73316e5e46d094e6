"""Commands that sign and check records, and carry a review to another machine. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, FORM, LISTS, OFFLINE, PATH, cli


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who signs. Default: git's user.")
@click.option("--role", default="reviewer", show_default=True, help="In which role.")
@click.option("--key", metavar="FILE|gpg:ID", help="Sign with this key. Default: the one git signs with.")
@click.option("--unsigned", is_flag=True, help="Write the record without a signature; it says so loudly.")
@click.option("--with-exceptions", is_flag=True, help="Sign although something stands open; the record names it.")
@click.option("--by-machine", is_flag=True, help="Sign without a terminal; the record's first line says so.")
@click.option("--for", "environment", default="", metavar="NAME", help="What it may go to, such as production.")
@click.option("--release", default="", metavar="NAME", help="The release, such as 1.4.")
@click.option("--ticket", default="", metavar="ID", help="The change request it belongs to.")
@click.option("--note", is_flag=True, help="Attach the record to the commit as a git note, too.")
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def sign(**options: object) -> int:
    """Write the sign-off record and sign it with your key."""
    from walkdown.cli.signoff import run_sign

    return run_sign(options)


@cli.command(context_settings=CONTEXT)
@click.argument("record", default="", metavar="[RECORD]")
@click.option("--repo", default=".", type=PATH, metavar="PATH", help="The repository. Default: this folder.")
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who signs. Default: git's user.")
@click.option("--role", default="reviewer", show_default=True, help="In which role.")
@click.option("--key", metavar="FILE|gpg:ID", help="Sign with this key. Default: the one git signs with.")
@click.option("--by-machine", is_flag=True, help="Sign without a terminal; the signature says so.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def countersign(**options: object) -> int:
    """Put your own signature beside a record that stays as it is. Default: the newest one."""
    from walkdown.cli.signoff import run_countersign

    return run_countersign(options)


@cli.command(context_settings=CONTEXT)
@click.argument("record", default="", metavar="[RECORD]")
@click.option("--repo", default=".", type=PATH, metavar="PATH", help="The tree it is held against. Default: here.")
@click.option("--path", default="", type=PATH, hidden=True)
@click.option("--allowed-signers", default="", metavar="FILE", help="Whom to trust, in ssh-keygen's format.")
@click.option("--trust-ref", default="", metavar="REF", help="Trust the .walkdown/allowed_signers of this commit.")
@click.option("--rescan", is_flag=True, help="Scan with today's rules, to be sure what no longer stands.")
@OFFLINE
@LISTS
@FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def verify(**options: object) -> int:
    """Check a record: untouched, signed by someone you trust, and made for this tree. Default: the newest one."""
    from walkdown.cli.verify import run_verify

    return run_verify(options)


@cli.group(context_settings=CONTEXT)
def session() -> None:
    """The reviews on this machine: list them, put one away, carry one to another machine."""


@session.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_list(form: str, **_: object) -> int:
    """Every repository with decisions on this machine."""
    from walkdown.cli.session import list_sessions

    return list_sessions(form)


@session.command("drop")
@click.argument("session_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_drop(session_id: str, yes: bool, **_: object) -> int:
    """Put the session ID away. Nothing is deleted: `session restore` brings it back."""
    from walkdown.cli.session import drop_session

    return drop_session(session_id, yes=yes)


@session.command("restore")
@click.argument("name")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_restore(name: str, **_: object) -> int:
    """Bring back what `session drop` put away, by the name it gave."""
    from walkdown.cli.session import restore_session

    return restore_session(name)


@session.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("path", default=".", type=PATH)
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_export(file: str, path: str, **_: object) -> int:
    """Write the review of PATH to FILE, or to standard output for -, to go on with it on another machine."""
    from walkdown.cli.session import export_session

    return export_session(file, path)


@session.command("import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("path", default=".", type=PATH)
@click.option("--same-project", is_flag=True, help="It is the same project, though under another address.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine while findings are matched.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_import(file: str, path: str, same_project: bool, offline: bool, **_: object) -> int:
    """Take over the review in FILE for PATH. Where both went on by themselves it is refused; nothing is mixed."""
    from walkdown.cli.session import import_session

    return import_session(file, path, same_project=same_project, offline=offline)
