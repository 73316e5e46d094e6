"""Commands that sign and check records, and carry a review to another machine. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, LISTS, OFFLINE, PATH, cli


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who signs. Default: git's user.")
@click.option("--role", default="reviewer", show_default=True)
@click.option("--key", type=click.Path(dir_okay=False), help="SSH key to sign with.")
@click.option("--unsigned", is_flag=True, help="Write the record without a signature; it says so loudly.")
@click.option("--with-exceptions", is_flag=True, help="Sign although something stands open.")
@click.option("--by-machine", is_flag=True, help="Sign without a terminal; the record says a machine did.")
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def sign(**options: object) -> int:
    """Write the sign-off record and sign it."""
    from walkdown.cli.signoff import run_sign

    return run_sign(options)


@cli.command(context_settings=CONTEXT)
@click.argument("record", default="", type=click.Path())
@click.option("--path", default=".", type=click.Path(), help="The tree to hold the record against.")
@click.option("--allowed-signers", type=click.Path(dir_okay=False), help="Whom to trust, in ssh-keygen's format.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def verify(**options: object) -> int:
    """Check a record: untouched, signed by someone you trust, and made for this tree."""
    from walkdown.cli.signoff import run_verify

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
