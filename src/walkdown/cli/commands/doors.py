"""The map of doors in plain text: list it, look at one, decide. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, FORM, LISTS, NOTE, OFFLINE, PATH, REASON, REPO, WHO, cli


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--unguarded", is_flag=True, help="Only those of which no guard is known that asks anything.")
@click.option("--filter", "text", default="", metavar="TEXT", help="Only those with these words: a path, table, guard.")
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def doors(**options: object) -> int:
    """Every entrance of the application at PATH: who may come in, and what lies behind. Exit 3 where the map has gaps.

    Findings about doors change no exit code here: walkdown scan and walkdown status judge."""
    from walkdown.cli.doors import list_doors

    return list_doors(options)


@cli.group(context_settings=CONTEXT)
def door() -> None:
    """One entrance of the application: look at it, decide it. All of them: walkdown doors"""


@door.command("show")
@click.argument("door_id", metavar="ID")
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def door_show(door_id: str, repo: str, form: str, who: str, offline: bool, **_: object) -> int:
    """A door with its guards, the data behind it and what speaks against it. ID may be "POST /orders", too."""
    from walkdown.cli.doors import show_door

    return show_door(door_id, repo, who, offline=offline, form=form)


@door.command("decide")
@click.argument("door_ids", metavar="ID...", nargs=-1, required=True)
@click.argument("verdict", type=click.Choice(["guarded", "public", "flaw"]))
@REASON
@NOTE
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def door_decide(**options: object) -> int:
    """Decide doors: guarded as meant, public on purpose, or a flaw.

    public needs --reason; so does guarded where the map sees no guard. A door that changes is open again."""
    from walkdown.cli.doors import decide_doors

    return decide_doors(options)


@cli.group(context_settings=CONTEXT)
def guard() -> None:
    """What stands at the doors: list it, say once what it asks."""


@guard.command("list")
@click.argument("path", default=".", type=PATH)
@FORM
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def guard_list(path: str, form: str, offline: bool, **_: object) -> int:
    """Every guard, what it asks as far as that was read, and before how many doors it stands."""
    from walkdown.cli.guards import list_guards

    return list_guards(path, offline=offline, form=form)


@guard.command("means")
@click.argument("guard_id", metavar="ID")
@click.argument("means", type=click.Choice(["owner", "role", "login", "secret", "nothing"]))
@REASON
@NOTE
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def guard_means(**options: object) -> int:
    """Say what a guard asks, and every door behind it follows, until the guard's file changes. ID may be its name."""
    from walkdown.cli.guards import say_what_it_means

    return say_what_it_means(options)
