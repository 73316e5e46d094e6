"""Commands that tell others how the review stands. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, LISTS, OFFLINE, PATH, cli


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "markdown", "json", "sarif", "csv"]),
    default="markdown",
    show_default=True,
)
@click.option("--output", type=click.Path(dir_okay=False), help="Write there instead of to standard output.")
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def report(**options: object) -> int:
    """The review of PATH as it stands now, decided or not. Not a sign-off: nobody signs it.

    HTML is one file without scripts that prints well. CSV holds the findings only; SARIF marks those that people set
    aside as suppressed."""
    from walkdown.cli.report import run_report

    return run_report(options)
