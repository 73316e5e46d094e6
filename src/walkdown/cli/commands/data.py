"""Commands about the data that audits go by: get it, bring it, carry it on, look at it. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, FORM, OFFLINE, cli


@cli.group(context_settings=CONTEXT)
def db() -> None:
    """Advisories and package names that dependencies are held against, kept on this machine."""


@db.command("update", context_settings=CONTEXT)
@click.option("--only", multiple=True, metavar="WHAT", help="PyPI, npm, advisories or names; more than once too.")
@click.option("--force", is_flag=True, help="Also where much would be lost.")
@OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def db_update(only: tuple[str, ...], force: bool, offline: bool, **_: object) -> int:
    """Fetch what osv.dev publishes for PyPI and npm (all of it the first time, then what changed), and
    from pypi.org and npmjs.com the names of all packages there are.

    Nothing about your code is sent; these hosts see that this machine asked for the lists."""
    from walkdown.cli.db import run_update

    return run_update(only, force=force, offline=offline)


@db.command("import", context_settings=CONTEXT)
@click.argument("path", type=click.Path())
@click.option("--force", is_flag=True, help="Also where much would be lost, or the data is older.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def db_import(path: str, force: bool, **_: object) -> int:
    """Take in PATH: an OSV all.zip, a folder of OSV files, a pack made by `walkdown db export`, or package names.

    Names come as an index that `db update` made, or as text, one a line under a first line such as
    "# walkdown names npm 2026-11-20T00:00:00Z"."""
    from walkdown.cli.db import run_import

    return run_import(path, force=force)


@db.command("export", context_settings=CONTEXT)
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def db_export(file: str, **_: object) -> int:
    """Write all advisories and package names into FILE, to be imported on a machine without a network."""
    from walkdown.cli.db import run_export

    return run_export(file)


@db.command("about", context_settings=CONTEXT)
@FORM
@OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def db_about(form: str, offline: bool, **_: object) -> int:
    """Say what there is, how old it is, and whether all of it can still be read."""
    from walkdown.cli.db_about import run_about

    return run_about(form, offline=offline)
