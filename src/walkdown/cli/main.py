"""The `walkdown` command. Imports only click at start; each command brings what it needs when it runs."""

from __future__ import annotations

import math
import os
import sys
from typing import Any

import click

from walkdown import __version__
from walkdown.cli.exits import EXIT_CODES, guarded

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# Our own errors say more than click's about a path that cannot be used.
_PATH = click.Path(readable=False)
_SEVERITIES = ["critical", "high", "medium", "low", "info"]
_FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_OFFLINE = click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
_WHO = click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who acts. Default: git's user.")
_REPO = click.option("--repo", default=".", type=_PATH, metavar="PATH", help="The repository. Default: this folder.")
_REASON = click.option("--reason", default="", help="Why.")
_OWNER = click.option("--owner", default="", help="Who answers for it.")
_UNTIL = click.option("--until", default="", metavar="DATE", help="The last day it holds, as 2026-12-31.")
_NOTE = click.option("--note", default="", help="A remark that is kept with the decision.")


class _Number(click.FloatRange):
    """`nan` passes every comparison with a bound, so it is refused by itself."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number", param, ctx)
        return number


class _Front(click.Group):
    """`walkdown` and `walkdown PATH` open the app; everything else is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help", "--version")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Front, context_settings=_CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="walkdown")
def cli() -> None:
    """The last review before a deploy: scanners find, you decide, the record proves."""


@cli.command("open", context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who decides. Default: git's user.")
@click.option("--with", "other", default="", metavar='"Name <mail>"', help="A second person at the same screen.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
@click.option("--theme", default="", metavar="NAME", help="walkdown-dark, walkdown-light, or one of Textual's.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def open_app(path: str, **options: object) -> int:
    """Open the app on PATH. `walkdown` and `walkdown PATH` do the same."""
    from walkdown.cli.app import open_on

    return open_on(path, options)


@cli.command(context_settings=_CONTEXT)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who decides. Default: git's user.")
@click.option("--with", "other", default="", metavar='"Name <mail>"', help="A second person at the same screen.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
@click.option("--theme", default="", metavar="NAME", help="walkdown-dark, walkdown-light, or one of Textual's.")
@click.option("--fresh", is_flag=True, help="Forget what was decided in earlier demos.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def demo(**options: object) -> int:
    """Open the app on a small flawed shop of ours, to see everything without a repo of your own."""
    from walkdown.cli.app import open_demo

    return open_demo(options)


@cli.command(context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "markdown"]), default="text")
@click.option("--output", type=click.Path(dir_okay=False), help="Write there instead of to standard output.")
@click.option("--only", multiple=True, metavar="SCANNER", help="Run only this scanner. Repeatable.")
@click.option("--skip", multiple=True, metavar="SCANNER", help="Leave this scanner out. Repeatable.")
@click.option("--changed-since", default="", metavar="REF", help="Only files that differ from this commit.")
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Exit 1 at this severity or over. Default: high.")
@click.option("--show", type=click.Choice(_SEVERITIES), default="low", help="List findings from here up. Default: low.")
@click.option("--allow-incomplete", is_flag=True, help="Exit 0 instead of 3 where something was not looked at.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine, name lookups included.")
@click.option("--no-cache", is_flag=True, help="Scan everything anew and remember nothing.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Children at once. Default: the cores at hand.")
@click.option("--timeout", type=_Number(1, 86_400), metavar="SECONDS", help="Longest time for the whole scan.")
@click.option("--sarif", multiple=True, type=click.Path(dir_okay=False), help="Take in another tool's findings.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only files that match. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out files that match. Repeatable.")
@click.option("--include-ignored", is_flag=True, help="Scan what git ignores too.")
@click.option("--max-file-mb", type=_Number(0.01, 1024), help="Largest file to scan. Default: 5.")
@click.option("--rules", multiple=True, type=click.Path(file_okay=False), help="Semgrep rules of your own.")
@click.option("--blame", is_flag=True, help="Say who silenced a finding in the source, and when.")
@click.option("--debug", is_flag=True, help="Show tracebacks, secrets masked.")
@guarded
def scan(**options: object) -> int:
    """Look at PATH with every scanner and say what was found, and what was not looked at."""
    from walkdown.cli.scan import run_scan

    return run_scan(options)


@cli.command(context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def doctor(path: str, **_: object) -> int:
    """List the tools, their versions, what is missing, and the command that installs it."""
    from walkdown.cli.doctor import run_doctor

    return run_doctor(path)


@cli.group(context_settings=_CONTEXT)
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


@cli.group(context_settings=_CONTEXT)
def config() -> None:
    """The settings a project brings along."""


@config.command("accept")
@click.argument("path", default=".", type=_PATH)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def config_accept(path: str, yes: bool, **_: object) -> int:
    """Read the project's .walkdown/config.toml and let it count on this machine, as long as it stays as it is."""
    from walkdown.cli.house import accept_config

    return accept_config(path, yes=yes)


@cli.command(context_settings=_CONTEXT)
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


@cli.command(context_settings=_CONTEXT)
@click.argument("name", required=False, default="")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def schema(name: str, **_: object) -> int:
    """Print the JSON schema NAME of what walkdown writes, or the list of them."""
    from walkdown.cli.house import show_schema

    return show_schema(name)


@cli.command(context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@_FORM
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def status(path: str, form: str, offline: bool, **_: object) -> int:
    """What stands in the way of a sign-off. Exit 0 if nothing does, 3 if only gaps do, 8 if a waiver has expired."""
    from walkdown.cli.status import show_status

    return show_status(path, offline=offline, form=form)


@cli.group(context_settings=_CONTEXT)
def item() -> None:
    """The items of the checklist: list them, look at one, decide it."""


@item.command("list")
@click.argument("path", default=".", type=_PATH)
@_FORM
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_list(path: str, form: str, offline: bool, **_: object) -> int:
    """Every item, what speaks for and against it, and what was decided."""
    from walkdown.cli.items import list_items

    return list_items(path, offline=offline, form=form)


@item.command("show")
@click.argument("item_id", metavar="ID")
@_REPO
@_FORM
@_WHO
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_show(item_id: str, repo: str, form: str, who: str, offline: bool, **_: object) -> int:
    """An item with its evidence and the code. Read at a terminal, it counts as having looked."""
    from walkdown.cli.items import show_item

    return show_item(item_id, repo, who, offline=offline, form=form)


@item.command("decide")
@click.argument("item_id", metavar="ID")
@click.argument("verdict", type=click.Choice(["pass", "needs-work", "waive", "n-a"]))
@_REASON
@_OWNER
@_UNTIL
@_NOTE
@_REPO
@_FORM
@_WHO
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_decide(**options: object) -> int:
    """Decide an item. waive needs --reason, --owner and --until; n-a needs --reason.

    A script cannot pass an item that only a person can judge, nor one whose evidence nobody looked at."""
    from walkdown.cli.items import decide_item

    return decide_item(options)


@cli.group(context_settings=_CONTEXT)
def finding() -> None:
    """What the scanners found: list it, look at one, say what it is."""


@finding.command("list")
@click.argument("repo", default=".", type=_PATH, metavar="[PATH]")
@click.option("--severity", type=click.Choice(_SEVERITIES), help="This severity or worse.")
@click.option("--path", "within", default="", metavar="GLOB", help="Only in this file, folder or pattern.")
@click.option("--state", type=click.Choice(["open", "real", "false-positive", "accepted"]), help="Decided so.")
@click.option("--hazard", default="", metavar="NAME", help="Only this hazard, or all that begin so: input")
@click.option("--tool", default="", metavar="SCANNER", help="Only what this scanner saw.")
@_FORM
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def finding_list(**options: object) -> int:
    """Every finding, the worst first, and what was decided about it."""
    from walkdown.cli.findings import list_findings

    return list_findings(options)


@finding.command("show")
@click.argument("finding_id", metavar="ID")
@_REPO
@_FORM
@_WHO
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def finding_show(finding_id: str, repo: str, form: str, who: str, offline: bool, **_: object) -> int:
    """A finding with its code, why it matters and what to do."""
    from walkdown.cli.findings import show_finding

    return show_finding(finding_id, repo, who, offline=offline, form=form)


@finding.command("decide")
@click.argument("finding_ids", metavar="ID...", nargs=-1, required=True)
@click.argument("verdict", type=click.Choice(["real", "false-positive", "accept"]))
@_REASON
@_OWNER
@_UNTIL
@_NOTE
@_REPO
@_FORM
@_WHO
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def finding_decide(**options: object) -> int:
    """Say what one or many findings are. false-positive needs --reason; accept needs --owner and --until, too."""
    from walkdown.cli.findings import decide_findings

    return decide_findings(options)


@cli.group(context_settings=_CONTEXT)
def gap() -> None:
    """What nobody looked at, and why: list it, let it go for a time."""


@gap.command("list")
@click.argument("path", default=".", type=_PATH)
@click.option("--all", "everything", is_flag=True, help="Every one, limits and scope too.")
@_FORM
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def gap_list(path: str, everything: bool, form: str, offline: bool, **_: object) -> int:
    """Every gap by its class, what the class means, and what to do about it."""
    from walkdown.cli.gaps import list_gaps

    return list_gaps(path, offline=offline, form=form, everything=everything)


@gap.command("waive")
@click.argument("gap_ids", metavar="[ID]...", nargs=-1)
@click.option("--class", "classes", multiple=True, metavar="NAME", help="All of a class: bandit/syntax-error")
@_REASON
@_OWNER
@_UNTIL
@_REPO
@_FORM
@_WHO
@_OFFLINE
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def gap_waive(**options: object) -> int:
    """Go on without having looked, for a time. Needs --reason, --owner and --until."""
    from walkdown.cli.gaps import waive_gaps

    return waive_gaps(options)


@cli.command(context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@click.option("--event", type=click.IntRange(1), metavar="N", help="This one, also if another person decided it.")
@_FORM
@_WHO
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def undo(path: str, event: int | None, form: str, who: str, **_: object) -> int:
    """Take back your last decision, or the one named."""
    from walkdown.cli.undo import undo as take_back

    return take_back(path, who, event=event, form=form)


@cli.command(context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@_FORM
@_WHO
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def redo(path: str, form: str, who: str, **_: object) -> int:
    """Bring back what you took back last."""
    from walkdown.cli.undo import redo as bring_back

    return bring_back(path, who, form=form)


@cli.command(context_settings=_CONTEXT)
@click.argument("path", default=".", type=_PATH)
@click.option("--as", "who", default="", metavar='"Name <mail>"', help="Who signs. Default: git's user.")
@click.option("--role", default="reviewer", show_default=True)
@click.option("--key", type=click.Path(dir_okay=False), help="SSH key to sign with.")
@click.option("--unsigned", is_flag=True, help="Write the record without a signature; it says so loudly.")
@click.option("--with-exceptions", is_flag=True, help="Sign although something stands open.")
@click.option("--by-machine", is_flag=True, help="Sign without a terminal; the record says a machine did.")
@click.option("--offline", is_flag=True)
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def sign(**options: object) -> int:
    """Write the sign-off record and sign it."""
    from walkdown.cli.signoff import run_sign

    return run_sign(options)


@cli.command(context_settings=_CONTEXT)
@click.argument("record", default="", type=click.Path())
@click.option("--path", default=".", type=click.Path(), help="The tree to hold the record against.")
@click.option("--allowed-signers", type=click.Path(dir_okay=False), help="Whom to trust, in ssh-keygen's format.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def verify(**options: object) -> int:
    """Check a record: untouched, signed by someone you trust, and made for this tree."""
    from walkdown.cli.signoff import run_verify

    return run_verify(options)


@cli.group(context_settings=_CONTEXT)
def checklist() -> None:
    """The lists of questions: which there are, what one asks, whether a file is sound."""


@checklist.command("list")
@click.argument("path", default=".", type=_PATH)
@_FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def checklist_list(path: str, form: str, **_: object) -> int:
    """Every list that is shipped, yours, or offered by the repository at PATH."""
    from walkdown.cli.checklist import list_lists

    return list_lists(path, form)


@checklist.command("show")
@click.argument("name")
@click.option("--path", default=".", type=_PATH, help="The repository that target:NAME is looked for in.")
@_FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def checklist_show(name: str, path: str, form: str, **_: object) -> int:
    """What the list NAME asks. NAME may be a file or folder too, or target:NAME for one of the repository's own."""
    from walkdown.cli.checklist import show_list

    return show_list(name, path, form)


@checklist.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@_FORM
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def checklist_check(files: tuple[str, ...], form: str, **_: object) -> int:
    """Every fault of these lists, with file, line, key and what was expected. Exit 2 where there is one."""
    from walkdown.cli.checklist import check_lists

    return check_lists(files, form)


@cli.group(context_settings=_CONTEXT)
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
@click.argument("path", default=".", type=_PATH)
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_export(file: str, path: str, **_: object) -> int:
    """Write the review of PATH to FILE, or to standard output for -, to go on with it on another machine."""
    from walkdown.cli.session import export_session

    return export_session(file, path)


@session.command("import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("path", default=".", type=_PATH)
@click.option("--same-project", is_flag=True, help="It is the same project, though under another address.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine while findings are matched.")
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def session_import(file: str, path: str, same_project: bool, offline: bool, **_: object) -> int:
    """Take over the review in FILE for PATH. Where both went on by themselves it is refused; nothing is mixed."""
    from walkdown.cli.session import import_session

    return import_session(file, path, same_project=same_project, offline=offline)


def main() -> None:
    """Where the console script and `python -m walkdown` come in."""
    _have_standard_streams()
    sys.exit(cli(prog_name="walkdown", standalone_mode=True))


def _have_standard_streams() -> None:
    """Whoever starts us may have closed them; the next file we open would then take their place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, os.fdopen(number, mode))
