"""Commands about walkdown's own things: cache, configs, checklists, shapes, completion. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, FORM, PATH, cli


@cli.group(context_settings=CONTEXT)
def cache() -> None:
    """What is kept so that nothing is scanned twice."""


@cache.command("size")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def cache_size(**_: object) -> int:
    """Say how much is kept, and where."""
    from walkdown.cli.house import show_cache_size

    return show_cache_size()


@cache.command("clear")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def cache_clear(**_: object) -> int:
    """Forget all results. Decisions are kept elsewhere and stay."""
    from walkdown.cli.house import clear_cache

    return clear_cache()


@cli.group(context_settings=CONTEXT)
def config() -> None:
    """The settings a project brings along."""


@config.command("accept")
@click.argument("path", default=".", type=PATH)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def config_accept(path: str, yes: bool, **_: object) -> int:
    """Read the project's .walkdown/config.toml and let it count on this machine, as long as it stays as it is."""
    from walkdown.cli.house import accept_config

    return accept_config(path, yes=yes)


@cli.command(context_settings=CONTEXT)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def completion(shell: str, **_: object) -> int:
    """Print the completion script for your shell, to be sourced from its start-up file."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(kind(cli, {}, "walkdown", "_WALKDOWN_COMPLETE").source())
    return 0


@cli.command(context_settings=CONTEXT)
@click.argument("name", required=False, default="")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def schema(name: str, **_: object) -> int:
    """Print the JSON schema NAME of what walkdown writes, or the list of them."""
    from walkdown.cli.house import show_schema

    return show_schema(name)


@cli.group(context_settings=CONTEXT)
def checklist() -> None:
    """The lists of questions: which there are, what one asks, whether a file is sound."""


@checklist.command("list")
@click.argument("path", default=".", type=PATH)
@FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def checklist_list(path: str, form: str, **_: object) -> int:
    """Every list that is shipped, yours, or offered by the repository at PATH."""
    from walkdown.cli.checklist import list_lists

    return list_lists(path, form)


@checklist.command("show")
@click.argument("name", default="pre-deploy")
@click.option("--path", default=".", type=PATH, help="The repository that target:NAME is looked for in.")
@FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def checklist_show(name: str, path: str, form: str, **_: object) -> int:
    """What the list NAME asks: pre-deploy where none is named.

    NAME may be a file or folder too, or target:NAME for one of the repository's own."""
    from walkdown.cli.checklist import show_list

    return show_list(name, path, form)


@checklist.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def checklist_check(files: tuple[str, ...], form: str, **_: object) -> int:
    """Every fault of these lists, with file, line, key and what was expected. Exit 2 where there is one."""
    from walkdown.cli.checklist import check_lists

    return check_lists(files, form)
