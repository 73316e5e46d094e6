"""Lets `python -m walkdown` do what the `walkdown` command does."""

from walkdown.cli.main import main

if __name__ == "__main__":
    main()
