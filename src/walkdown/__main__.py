"""Lets `python -m walkdown` do what the `walkdown` command does."""

import sys
from pathlib import Path

# `python -m` puts the working folder first on the import path, and that is often the repo under review: its click.py
# must not become ours.
if sys.path and (sys.path[0] == "" or Path(sys.path[0]) == Path.cwd()):
    del sys.path[0]

from walkdown.cli.main import main

if __name__ == "__main__":
    main()
