"""The root of all commands, and the options that several of them share. Imports only click."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

from walkdown import __version__
from walkdown.cli.exits import EXIT_CODES

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# Our own errors say more than click's about a path that cannot be used.
PATH = click.Path(readable=False)
SEVERITIES = ["critical", "high", "medium", "low", "info"]
FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
OFFLINE = click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
WHO = click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who acts. Default: git's user.")
_ASKED = "walkdown.checklists"
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _keep(context: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> None:
    context.meta[_ASKED] = names


# Kept beside the command's own options: all that opens a review asks `asked_lists` for it.
def _lists(told: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--checklist", multiple=True, metavar="NAME|FILE", expose_value=False, callback=_keep, help=told
    )


LISTS = _lists("Walk this list instead. Repeatable. See: walkdown checklist list")
WALKED = _lists("Pass only what was walked by this very list. Repeatable.")
REPO = click.option("--repo", default=".", type=PATH, metavar="PATH", help="The repository. Default: this folder.")
REASON = click.option("--reason", default="", help="Why.")
OWNER = click.option("--owner", default="", help="Who answers for it.")
UNTIL = click.option("--until", default="", metavar="DATE", help="The last day it holds, as 2026-12-31.")
NOTE = click.option("--note", default="", help="A remark that is kept with the decision.")


class Number(click.FloatRange):
    """`nan` passes every comparison with a bound, so it is refused by itself."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number", param, ctx)
        return number


def asked_lists() -> tuple[str, ...]:
    """What `--checklist` named, from within a command."""
    context = click.get_current_context(silent=True)
    return tuple(context.meta.get(_ASKED, ())) if context else ()


class _Front(click.Group):
    """`walkdown` and `walkdown PATH` open the app; everything else is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help", "--version")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Front, context_settings=CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="walkdown")
def cli() -> None:
    """The last review before a deploy: scanners find, you decide, the record proves."""
