"""`walkdown doctor`: what is at hand, what is missing, and the command that brings it."""

from __future__ import annotations

import platform

import click

from walkdown import __version__
from walkdown.model import Missing
from walkdown.safetext import for_terminal
from walkdown.settings import Folders

_WIDE = 18


def run_doctor(path: str) -> int:
    """Exit 3 where a tool is missing: the next scan would be incomplete."""
    from walkdown.review import tools_at_hand

    click.echo(f"walkdown {__version__} · Python {platform.python_version()} · {platform.system()}")
    missing = 0
    for name, found in tools_at_hand(path):
        if isinstance(found, Missing):
            missing += 1
            click.echo(f"  {name:<{_WIDE}} {click.style('missing', fg='red')}  {found.what}")
            click.echo(f"  {'':<{_WIDE}} {found.how}")
            continue
        for tool in found:
            python = f" · Python {tool.interpreter}" if tool.interpreter else ""
            program = for_terminal(tool.program[0]) if tool.program else "part of walkdown"
            click.echo(f"  {name:<{_WIDE}} {tool.version}{python}  {program}")
            if tool.note:
                click.echo(f"  {'':<{_WIDE}} {tool.note}")
    folders = Folders.of_user()
    click.echo(f"  {'config':<{_WIDE}} {folders.config}")
    click.echo(f"  {'cache':<{_WIDE}} {folders.cache}")
    click.echo(f"  {'decisions':<{_WIDE}} {folders.state}")
    click.echo(f"  {'advisories':<{_WIDE}} {folders.state / 'advisories'}  (walkdown db about)")
    return 3 if missing else 0
