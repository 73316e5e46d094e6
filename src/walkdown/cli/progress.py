"""One live line per scanner on standard error, gone when the scan ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from walkdown.cli.text import state_word
from walkdown.scan.events import Ended, Listener, ScanEvent, Started
from walkdown.scan.events import Progress as Step


@contextlib.contextmanager
def progress() -> Iterator[Listener]:
    bars = Progress(
        TextColumn("{task.description:<12}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %", markup=False),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    rows: dict[str, TaskID] = {}
    found: dict[str, int] = {}

    def row(scanner: str) -> TaskID:
        if scanner not in rows:
            rows[scanner] = bars.add_task(scanner, total=None, said="waiting")
        return rows[scanner]

    def listen(event: ScanEvent) -> None:
        if isinstance(event, Started):
            bars.update(row(event.scanner), total=event.asked, completed=event.cached, said="running")
        elif isinstance(event, Step):
            found[event.scanner] = found.get(event.scanner, 0) + len(event.found)
            said = f"{event.done} of {event.asked} · {found[event.scanner]} found"
            bars.update(row(event.scanner), total=event.asked, completed=event.done, said=said)
        elif isinstance(event, Ended):
            name = event.report.scanner
            asked = event.report.coverage.asked or 1
            # `state_word` is styled for plain output; here only its words are wanted.
            bars.update(row(name), total=asked, completed=asked, said=_plain(state_word(event.report)))

    with bars:
        yield listen


def _plain(styled: str) -> str:
    import click

    return click.unstyle(styled)
