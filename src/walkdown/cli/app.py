"""`walkdown`, `walkdown PATH` and `walkdown demo`: the app, where there is a terminal to show it on."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping

import msgspec

from walkdown.cli.asked import asked
from walkdown.cli.exits import ending_signals
from walkdown.errors import UsageError
from walkdown.model import Actor
from walkdown.review import actor_of


class AppFlags(msgspec.Struct, frozen=True):
    who: str
    other: str
    offline: bool
    theme: str
    fresh: bool = False


def open_on(path: str, options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, AppFlags)
    _need_terminal()
    people = _people(flags)
    _collect_rarely()
    from walkdown.tui.run import run

    return run(path, people, asked(offline=flags.offline), theme=flags.theme, signals=ending_signals())


def open_demo(options: Mapping[str, object]) -> int:
    from walkdown.demo import demo_folder

    flags = msgspec.convert(options, AppFlags)
    _need_terminal()
    people = _people(flags, Actor("You"))
    _collect_rarely()
    from walkdown.tui.run import run

    with demo_folder() as folder:
        if flags.fresh:
            start_anew(str(folder))
        return run(str(folder), people, asked(offline=flags.offline), theme=flags.theme, signals=ending_signals())


def start_anew(path: str) -> None:
    """Put away what was decided on this repository before; `walkdown session restore` brings it back."""
    from walkdown.review import Review
    from walkdown.review.sessions import JOURNAL, drop

    with Review.open(path) as review:
        if (review.state_folder / JOURNAL).exists():
            drop(review.settings.folders.state, review.identity)


def _people(flags: AppFlags, nobody: Actor | None = None) -> tuple[Actor, ...]:
    """Who sits here. In the demo, someone whom git does not know is welcome too."""
    try:
        first = actor_of(flags.who)
    except UsageError:
        if nobody is None or flags.who:
            raise
        first = nobody
    return (first, actor_of(flags.other)) if flags.other else (first,)


def _collect_rarely() -> None:
    """What a review holds stays until the end; looking for cycles in it, over and over, makes keys stutter."""
    gc.set_threshold(50_000, 20, 50)


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise UsageError(
            "The app needs a terminal.", "Without one: walkdown scan, status, item, finding, gap. See: walkdown --help"
        )
