"""`walkdown scan`: flags in, one of four formats out, and an exit code that never says more than we know."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import msgspec

from walkdown.cli.exits import (
    FINDINGS,
    FINE,
    INCOMPLETE,
    INTERRUPTED,
    INTERRUPTED_WORDS,
    end_in_order,
    ending_signals,
    tell,
)
from walkdown.errors import UsageError
from walkdown.model import ScanResult, Severity
from walkdown.process import end_all_now
from walkdown.settings import MIB, Settings

if TYPE_CHECKING:
    from walkdown.review import Review
    from walkdown.scan.events import Listener


Scanned = TypeVar("Scanned")
_PATIENCE = 1.6  # seconds from Ctrl-C to the end at the latest; ending the children in good order takes at most 1.1


class ScanFlags(msgspec.Struct, frozen=True):
    """The flags as click gives them, decoded once."""

    path: str
    form: str
    output: str | None
    only: tuple[str, ...]
    skip: tuple[str, ...]
    changed_since: str
    new_since_signoff: bool
    fail_on: Severity | None
    show: Severity
    allow_incomplete: bool
    offline: bool
    ask_indexes: bool
    no_cache: bool
    jobs: int | None
    timeout: float | None
    sarif: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    include_ignored: bool
    max_file_mb: float | None
    rules: tuple[str, ...]
    blame: bool
    debug: bool


def run_scan(options: Mapping[str, object]) -> int:
    from walkdown.review import Review

    flags = msgspec.convert(options, ScanFlags)
    _check_output(flags.output)
    with Review.open(flags.path, lambda settings: with_flags(settings, flags)) as review:
        with live(debug=flags.debug) as listener:
            result = run_interruptible(review, listener)
        if flags.new_since_signoff:
            result = _new_since_signoff(review, result)
        _write(flags, review, result)
        return exit_code(result, review.settings)


def _new_since_signoff(review: Review, result: ScanResult) -> ScanResult:
    """Without what the last sign-off covers; all of it where there is none that somebody vouches for."""
    from walkdown.review.new_findings import new_since_signoff
    from walkdown.safetext import for_terminal

    new = new_since_signoff(review, result)
    for note in new.notes:
        tell(for_terminal(note))
    return new.result


def _check_output(name: str | None) -> None:
    """Before the scan, not after it: a folder that is not there would cost the person all of its time."""
    if name is None:
        return
    path = Path(name)
    if not path.parent.is_dir():
        raise UsageError(f"{name} cannot be written: there is no folder {path.parent}.", "Name another --output.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"{name} cannot be written: no permission.", "Name another --output.")


def with_flags(settings: Settings, flags: ScanFlags) -> Settings:
    """Flags win over everything; lists add up, except `--only`, which says it all."""
    return msgspec.structs.replace(
        settings,
        include=flags.include,
        exclude=(*settings.exclude, *flags.exclude),
        only=flags.only,
        skip=(*settings.skip, *flags.skip),
        fail_on=flags.fail_on or settings.fail_on,
        allow_incomplete=flags.allow_incomplete,
        offline=settings.offline or flags.offline,
        ask_indexes=settings.ask_indexes or flags.ask_indexes,
        cache=not flags.no_cache,
        jobs=flags.jobs or settings.jobs,
        timeout=flags.timeout or settings.timeout,
        max_file_bytes=int(flags.max_file_mb * MIB) if flags.max_file_mb else settings.max_file_bytes,
        include_ignored=flags.include_ignored,
        blame=flags.blame,
        changed_since=flags.changed_since,
        rules=(*settings.rules, *flags.rules),
        sarif=flags.sarif,
    )


def run_interruptible(review: Review, listener: Listener) -> ScanResult:
    return interruptible(lambda: review.scan(listener), review)


def interruptible(scan: Callable[[], Coroutine[Any, Any, Scanned]], review: Review) -> Scanned:
    """Ctrl-C, a hang-up and TERM cancel the scan, which ends every child before it gives up."""
    results: list[Scanned] = []

    async def whole() -> None:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            # A child that ends after the loop is closed is news to asyncio's log, not to the person.
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)
            cast("Any", task).cancel()
            loop.call_later(_PATIENCE, _leave, review)

        for number in ending_signals():
            loop.add_signal_handler(number, interrupt)
        # Not as the task's result: asyncio.run() builds the repr of that, 100 MB of text for 50,000 findings.
        results.append(await scan())

    try:
        asyncio.run(whole())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        end_in_order()  # the loop gives signals back as they were before any of us
    return results[0]


def _leave(review: Review) -> NoReturn:
    """The children of the scan are gone by now, but asyncio waits for threads too, and those cannot be told to stop:
    one may be deep in a large history. So end what they started, clean up, and go."""
    end_all_now()
    review.target.close()
    show_cursor = "\x1b[?25h" if sys.stderr.isatty() else ""  # the progress lines have no time to give it back
    tell(show_cursor + INTERRUPTED_WORDS)
    os._exit(INTERRUPTED)


def exit_code(result: ScanResult, settings: Settings) -> int:
    if any(finding.severity.at_least(settings.fail_on) for finding in result.findings):
        return FINDINGS
    if not result.complete and not settings.allow_incomplete:
        return INCOMPLETE
    return FINE


def live(*, debug: bool = False) -> AbstractContextManager[Listener]:
    """Where somebody watches, a line for each scanner while it runs."""
    import contextlib

    from walkdown.scan.events import nobody

    if debug or not sys.stderr.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return contextlib.nullcontext(nobody)
    from walkdown.cli.progress import progress

    return progress()


def _write(flags: ScanFlags, review: Review, result: ScanResult) -> None:
    if flags.output is None:
        for text in _render(flags, review, result, colour=_wants_colour()):
            sys.stdout.write(text)
        return
    path = Path(flags.output)
    try:
        if path.exists() and not path.is_file():  # a pipe or a device
            with path.open("w", encoding="utf-8") as file:
                file.writelines(_render(flags, review, result, colour=False))
            return
        # Written beside and moved into place: never half a report, and never through a link that the target planted.
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with part.open("x", encoding="utf-8") as file:
            file.writelines(_render(flags, review, result, colour=False))
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{flags.output} cannot be written: {error.strerror}.", "Name another --output.") from error


def _render(flags: ScanFlags, review: Review, result: ScanResult, *, colour: bool) -> Iterator[str]:
    if flags.form == "json":
        from walkdown.record.scan_json import scan_json

        yield from (piece.decode() for piece in scan_json(result, review.code_of, review.masker))
    elif flags.form == "sarif":
        from walkdown.record.scan_sarif import scan_sarif

        yield from (piece.decode() for piece in scan_sarif(result, review.masker))
    elif flags.form == "markdown":
        from walkdown.record.scan_markdown import scan_markdown

        yield from scan_markdown(result, review.code_of, review.masker)
    else:
        from walkdown.cli.text import scan_text

        # What fails the scan is always listed.
        show = max(flags.show, review.settings.fail_on, key=lambda severity: severity.rank)
        yield scan_text(result, review.code_of, review.settings, review.masker, show=show, colour=colour)


def _wants_colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
