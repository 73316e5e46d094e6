"""Where the `walkdown` command comes in. Importing it brings only click along."""

from __future__ import annotations

import os
import sys

from walkdown.cli import commands
from walkdown.cli.root import cli

__all__ = ["cli", "commands", "main"]


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
