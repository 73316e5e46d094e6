"""`walkdown lessons`: what the review taught, shown as a difference to the file, and written only after a typed yes."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import msgspec

from walkdown.cli.exits import FINDINGS, FINE
from walkdown.cli.walk import open_session
from walkdown.errors import UsageError
from walkdown.fixes.apply import check_name, read_file, replace_file
from walkdown.review.lessons import Lessons, form_of, lessons_of, trusted_texts, with_section
from walkdown.safetext import Masker, for_terminal

_USUAL = ("AGENTS.md", "CLAUDE.md", ".cursorrules")


class LessonFlags(msgspec.Struct, frozen=True):
    path: str
    to: str
    write: bool
    yes: bool
    offline: bool


def run_lessons(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, LessonFlags)
    if flags.write and not flags.yes and not sys.stdin.isatty():
        raise UsageError("Nobody is here to say yes.", "A script says --write --yes.")
    with open_session(flags.path, offline=flags.offline) as session:
        review = session.review
        root, masker = review.target.root, review.masker
        lessons = lessons_of(session.board, trusted_texts(review.settings, root))
    name = _name(root, flags.to)
    old = read_file(root, name)
    new = with_section(old, lessons.rules, form_of(name), name)
    _tell(lessons)
    if new == (old or b"") or (not lessons.rules and b"walkdown lessons" not in (old or b"")):
        click.echo(f"{for_terminal(name)} says all of it already." if lessons.rules else "Nothing to write.")
        return FINE
    for line in _difference(old or b"", new, name, masker):
        click.echo(line)
    if not flags.write:
        click.echo("Nothing was written. --write puts it there.")
        return FINE
    if not flags.yes and click.prompt(f'Type "y" to write {for_terminal(name)}', default="", show_default=False) != "y":
        click.echo("Nothing was written.")
        return FINDINGS
    replace_file(root, name, old, new)
    click.echo(f"Written: {for_terminal(name)}")
    return FINE


def _name(root: str, to: str) -> str:
    """A path in the project; where none is named, the first of the usual files that is there."""
    if not to:
        there = (name for name in _USUAL if Path(root, name).is_file())
        return next(there, _USUAL[0])
    name = to.removeprefix("./")
    if Path(name).is_absolute() and Path(name).is_relative_to(root):
        name = str(Path(name).relative_to(root))
    check_name(name)
    return name


def _tell(lessons: Lessons) -> None:
    if lessons.left_out:
        click.echo(f"{lessons.left_out} rules from the repository's own lists are left out: it does not teach itself.")


def _difference(old: bytes, new: bytes, name: str, masker: Masker) -> Iterator[str]:
    """Unified, for reading: secrets hidden, nothing that acts on a terminal, line endings not shown."""
    before, after = (masker.mask_text(data.decode("utf-8", "replace")).splitlines() for data in (old, new))
    colour = sys.stdout.isatty()
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""):
        shown = for_terminal(line)
        tint = {"+": "green", "-": "red"}.get(line[:1]) if colour else None
        yield click.style(shown, fg=tint) if tint else shown
