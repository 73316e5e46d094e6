"""Commands that look: the app, its demo, a scan, what tools there are. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import CONTEXT, LISTS, PATH, SEVERITIES, Number, cli


@cli.command("open", context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who decides. Default: git's user.")
@click.option("--with", "other", default="", metavar='"Name <mail>"', help="A second person at the same screen.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
@LISTS
@click.option("--theme", default="", metavar="NAME", help="walkdown-dark, walkdown-light, or one of Textual's.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def open_app(path: str, **options: object) -> int:
    """Open the app on PATH. `walkdown` and `walkdown PATH` do the same."""
    from walkdown.cli.app import open_on

    return open_on(path, options)


@cli.command(context_settings=CONTEXT)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who decides. Default: git's user.")
@click.option("--with", "other", default="", metavar='"Name <mail>"', help="A second person at the same screen.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
@LISTS
@click.option("--theme", default="", metavar="NAME", help="walkdown-dark, walkdown-light, or one of Textual's.")
@click.option("--fresh", is_flag=True, help="Forget what was decided in earlier demos.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def demo(**options: object) -> int:
    """Open the app on a small flawed shop of ours, to see everything without a repo of your own."""
    from walkdown.cli.app import open_demo

    return open_demo(options)


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "markdown"]), default="text")
@click.option("--output", type=click.Path(dir_okay=False), help="Write there instead of to standard output.")
@click.option("--only", multiple=True, metavar="SCANNER", help="Run only this scanner. Repeatable.")
@click.option("--skip", multiple=True, metavar="SCANNER", help="Leave this scanner out. Repeatable.")
@click.option("--changed-since", default="", metavar="REF", help="Only files that differ from this commit.")
@click.option("--new-since-signoff", is_flag=True, help="Only findings that the last trusted sign-off does not cover.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 at this severity or over. Default: high.")
@click.option("--show", type=click.Choice(SEVERITIES), default="low", help="List findings from here up. Default: low.")
@click.option("--allow-incomplete", is_flag=True, help="Exit 0 instead of 3 where something was not looked at.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
@click.option("--ask-indexes", is_flag=True, help="Send the names of your packages to their indexes, to hear more.")
@click.option("--no-cache", is_flag=True, help="Scan everything anew and remember nothing.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Children at once. Default: the cores at hand.")
@click.option("--timeout", type=Number(1, 86_400), metavar="SECONDS", help="Longest time for the whole scan.")
@click.option("--sarif", multiple=True, type=click.Path(dir_okay=False), help="Take in another tool's findings.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only files that match. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out files that match. Repeatable.")
@click.option("--include-ignored", is_flag=True, help="Scan what git ignores too.")
@click.option("--max-file-mb", type=Number(0.01, 1024), help="Largest file to scan. Default: 5.")
@click.option("--rules", multiple=True, type=click.Path(file_okay=False), help="Semgrep rules of your own.")
@click.option("--blame", is_flag=True, help="Say who silenced a finding in the source, and when.")
@click.option("--debug", is_flag=True, help="Show tracebacks, secrets masked.")
@guarded
def scan(**options: object) -> int:
    """Look at PATH with every scanner and say what was found, and what was not looked at."""
    from walkdown.cli.scan import run_scan

    return run_scan(options)


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def doctor(path: str, **_: object) -> int:
    """List the tools, their versions, what is missing, and the command that installs it."""
    from walkdown.cli.doctor import run_doctor

    return run_doctor(path)
