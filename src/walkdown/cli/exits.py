"""Exit codes, and the one place that turns an error into a line a person can act on."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

import click

from walkdown.errors import WalkdownError

FINE, FINDINGS, USAGE, INCOMPLETE = 0, 1, 2, 3
STALE, TAMPERED, UNKNOWN_SIGNER, UNSIGNED, EXPIRED, INTERRUPTED = 4, 5, 6, 7, 8, 130

INTERRUPTED_WORDS = "walkdown: interrupted; what was scanned so far is kept."

EXIT_CODES = """\b
Exit codes:
  0  fine
  1  findings at or over the threshold, or policy not met
  2  usage, configuration, or something unreadable
  3  incomplete: something was not looked at, nothing over the threshold
  4  stale        5  tampered        6  unknown signer
  7  unsigned     8  a waiver has expired     130  interrupted
Where several hold: 2, 5, 6, 7, 8, 4, 1, 3."""


def guarded(command: Callable[..., int]) -> Callable[..., NoReturn]:
    """Run a command; its number is the exit code, its errors become one clear line each."""

    @functools.wraps(command)
    def run(**options: object) -> NoReturn:
        debug = bool(options.get("debug"))
        end_in_order()
        try:
            code = command(**options)
            sys.stdout.flush()
        except WalkdownError as error:
            _say(error, debug=debug)
            sys.exit(error.code)
        except KeyboardInterrupt:
            tell(INTERRUPTED_WORDS)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader of our output went away (`| head`): nothing to complain about, but do not claim success.
            _forget_output()
            sys.exit(USAGE)
        except OSError as error:
            _say_refused(error, debug=debug)
            _forget_output()
            sys.exit(USAGE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence: a traceback could print a secret
            _say_fault(error, debug=debug)
            sys.exit(USAGE)
        sys.exit(code)

    return run


def ending_signals() -> list[signal.Signals]:
    """What means "stop" to us: not what whoever started us wants ignored, as nohup and a shell's background jobs do."""
    usual = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return [number for number in usual if signal.getsignal(number) is not signal.SIG_IGN]


def end_in_order() -> None:
    """TERM and a hang-up end us as Ctrl-C does, so that what lies around is cleaned up."""

    def stop(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    for number in ending_signals():
        signal.signal(number, stop)


def tell(text: str) -> None:
    """A line on standard error. Where even that is full or gone, the exit code has to do."""
    try:
        click.echo(text, err=True)
    except OSError:
        _forget_output()


def _say(error: WalkdownError, *, debug: bool) -> None:
    from walkdown.safetext import Masker, for_terminal

    masker = Masker()
    tell(f"walkdown: {for_terminal(masker.mask_text(error.what))}")
    if error.do:
        tell(f"          {for_terminal(masker.mask_text(error.do))}")
    if debug:
        tell(_masked_traceback(error))


def _say_refused(error: OSError, *, debug: bool) -> None:
    """A full disk, a closed output, a vanished file system: not ours to mend, and no fault of ours either."""
    from walkdown.safetext import for_terminal

    about = f": {error.filename}" if isinstance(error.filename, str) else ""
    tell(f"walkdown: {for_terminal((error.strerror or str(error)) + about)}. The result is NOT complete.")
    tell("          Make room, or mend what is named, and run it again.")
    if debug:
        tell(_masked_traceback(error))


def _say_fault(error: Exception, *, debug: bool) -> None:
    tell(f"walkdown: a fault of ours: {type(error).__name__}. The scan is NOT complete.")
    if debug:
        tell(_masked_traceback(error))
    else:
        tell("          Run it again with --debug and tell us what it prints.")


def _forget_output() -> None:
    """What still waits to be written cannot be; without this Python would try again at its end, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
            continue
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _masked_traceback(error: BaseException) -> str:
    """No local variables, and the text through the masker: an error message may quote what it choked on."""
    import traceback

    from walkdown.safetext import Masker, for_terminal

    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return for_terminal(Masker().mask_text(text), single_line=False)
