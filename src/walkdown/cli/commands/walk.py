"""The walk in plain text: status, items, findings, gaps, and taking back. Imports only click."""

from __future__ import annotations

import click

from walkdown.cli.exits import guarded
from walkdown.cli.root import (
    CONTEXT,
    FORM,
    LISTS,
    NOTE,
    OFFLINE,
    OWNER,
    PATH,
    REASON,
    REPO,
    SEVERITIES,
    UNTIL,
    WHO,
    cli,
)


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@FORM
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def status(path: str, form: str, offline: bool, **_: object) -> int:
    """What stands in the way of a sign-off. Exit 0 if nothing does, 3 if only gaps do, 8 if a waiver has expired."""
    from walkdown.cli.status import show_status

    return show_status(path, offline=offline, form=form)


@cli.group(context_settings=CONTEXT)
def item() -> None:
    """The items of the checklist: list them, look at one, decide it."""


@item.command("list")
@click.argument("path", default=".", type=PATH)
@FORM
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_list(path: str, form: str, offline: bool, **_: object) -> int:
    """Every item, what speaks for and against it, and what was decided."""
    from walkdown.cli.items import list_items

    return list_items(path, offline=offline, form=form)


@item.command("show")
@click.argument("item_id", metavar="ID")
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_show(item_id: str, repo: str, form: str, who: str, offline: bool, **_: object) -> int:
    """An item with its evidence and the code. Read at a terminal, it counts as having looked."""
    from walkdown.cli.items import show_item

    return show_item(item_id, repo, who, offline=offline, form=form)


@item.command("decide")
@click.argument("item_id", metavar="ID")
@click.argument("verdict", type=click.Choice(["pass", "needs-work", "waive", "n-a"]))
@REASON
@OWNER
@UNTIL
@NOTE
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_decide(**options: object) -> int:
    """Decide an item. waive needs --reason, --owner and --until; n-a needs --reason.

    A script cannot pass an item that only a person can judge, nor one whose evidence nobody looked at."""
    from walkdown.cli.items import decide_item

    return decide_item(options)


@item.command("accept-n-a")
@click.option("--reason", default="", help="Why, for all of them.")
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def item_accept_n_a(**options: object) -> int:
    """Accept every "does not apply" that the scan proposes and nobody decided, with one --reason.

    See them before: walkdown item list, marked n-a? there. One undo takes all of them back."""
    from walkdown.cli.items import accept_not_applicable

    return accept_not_applicable(options)


@cli.group(context_settings=CONTEXT)
def finding() -> None:
    """What the scanners found: list it, look at one, say what it is."""


@finding.command("list")
@click.argument("repo", default=".", type=PATH, metavar="[PATH]")
@click.option("--severity", type=click.Choice(SEVERITIES), help="This severity or worse.")
@click.option("--path", "within", default="", metavar="GLOB", help="Only in this file, folder or pattern.")
@click.option("--state", type=click.Choice(["open", "real", "false-positive", "accepted", "aside"]), help="Decided so.")
@click.option("--hazard", default="", metavar="NAME", help="Only this hazard, or all that begin so: input")
@click.option("--tool", default="", metavar="SCANNER", help="Only what this scanner saw.")
@FORM
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def finding_list(**options: object) -> int:
    """Every finding, the worst first, and what was decided about it."""
    from walkdown.cli.findings import list_findings

    return list_findings(options)


@finding.command("show")
@click.argument("finding_id", metavar="ID")
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def finding_show(finding_id: str, repo: str, form: str, who: str, offline: bool, **_: object) -> int:
    """A finding with its code, why it matters and what to do."""
    from walkdown.cli.findings import show_finding

    return show_finding(finding_id, repo, who, offline=offline, form=form)


@finding.command("decide")
@click.argument("finding_ids", metavar="ID...", nargs=-1, required=True)
@click.argument("verdict", type=click.Choice(["real", "false-positive", "accept"]))
@REASON
@OWNER
@UNTIL
@NOTE
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def finding_decide(**options: object) -> int:
    """Say what one or many findings are. false-positive needs --reason; accept needs --owner and --until, too."""
    from walkdown.cli.findings import decide_findings

    return decide_findings(options)


@cli.group(context_settings=CONTEXT)
def gap() -> None:
    """What nobody looked at, and why: list it, let it go for a time."""


@gap.command("list")
@click.argument("path", default=".", type=PATH)
@click.option("--all", "everything", is_flag=True, help="Every one, limits and scope too.")
@FORM
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def gap_list(path: str, everything: bool, form: str, offline: bool, **_: object) -> int:
    """Every gap by its class, what the class means, and what to do about it."""
    from walkdown.cli.gaps import list_gaps

    return list_gaps(path, offline=offline, form=form, everything=everything)


@gap.command("waive")
@click.argument("gap_ids", metavar="[ID]...", nargs=-1)
@click.option("--class", "classes", multiple=True, metavar="NAME", help="All of a class: bandit/syntax-error")
@REASON
@OWNER
@UNTIL
@REPO
@FORM
@WHO
@OFFLINE
@LISTS
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def gap_waive(**options: object) -> int:
    """Go on without having looked, for a time. Needs --reason, --owner and --until."""
    from walkdown.cli.gaps import waive_gaps

    return waive_gaps(options)


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@click.option("--event", type=click.IntRange(1), metavar="N", help="This one, also if another person decided it.")
@FORM
@WHO
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def undo(path: str, event: int | None, form: str, who: str, **_: object) -> int:
    """Take back your last decision, or the one named."""
    from walkdown.cli.undo import undo as take_back

    return take_back(path, who, event=event, form=form)


@cli.command(context_settings=CONTEXT)
@click.argument("path", default=".", type=PATH)
@FORM
@WHO
@click.option("--debug", is_flag=True, hidden=True)
@guarded
def redo(path: str, form: str, who: str, **_: object) -> int:
    """Bring back what you took back last."""
    from walkdown.cli.undo import redo as bring_back

    return bring_back(path, who, form=form)
