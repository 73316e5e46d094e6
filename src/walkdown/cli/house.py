"""The small commands about walkdown's own things: its cache, accepted configs, published shapes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import click

from walkdown.cache import Cache
from walkdown.errors import UsageError
from walkdown.safetext import for_terminal
from walkdown.settings import PROJECT_CONFIG, Folders, accept_project


def show_cache_size() -> int:
    folders = Folders.of_user()
    with _cache(folders) as cache:
        entries, size = cache.size()
    click.echo(f"{entries} results, {size / 1e6:.1f} MB in {folders.cache}")
    return 0


def clear_cache() -> int:
    with _cache(Folders.of_user()) as cache:
        entries, _ = cache.size()
        cache.clear()
    click.echo(f"{entries} results forgotten. Decisions and records are untouched.")
    return 0


@contextlib.contextmanager
def _cache(folders: Folders) -> Iterator[Cache]:
    cache = Cache(folders.cache)
    try:
        yield cache
        for note in cache.notes:
            click.echo(f"walkdown: {for_terminal(note)}", err=True)
    finally:
        cache.close()


def accept_config(path: str, *, yes: bool) -> int:
    from walkdown.review import identity_of, project_config
    from walkdown.target import open_target

    folders = Folders.of_user()
    data = project_config(path)
    if data is None:
        raise UsageError(f"{path} has no {PROJECT_CONFIG}.", "There is nothing to accept.")
    click.echo(for_terminal(data.decode("utf-8", "replace"), single_line=False))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Only a person can accept a project's settings.", "At a terminal, or with --yes.")
        click.confirm("Let these settings count for this project?", abort=True)
    with open_target(path) as target:
        digest = accept_project(folders, data, identity_of(target))
    click.echo(f"Accepted, as long as the file stays as it is (sha256 {digest[:16]}…).")
    return 0


def show_schema(name: str) -> int:
    from walkdown.record.schemas import generate, text_of

    schemas = generate()
    if name and name not in schemas:
        raise UsageError(f"There is no schema {name}.", f"There are: {', '.join(schemas)}.")
    click.echo(text_of(schemas[name]) if name else "\n".join(schemas), nl=not name)
    return 0
