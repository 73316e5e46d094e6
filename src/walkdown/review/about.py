"""What is known of a repository before anybody decides: for the first screen. Nothing here runs a scanner."""

from __future__ import annotations

from pathlib import Path

import msgspec

from walkdown.errors import WalkdownError
from walkdown.model import StackPart
from walkdown.record.folder import all_records
from walkdown.record.reading import read_countersignature, read_statement
from walkdown.review.lists import offered_lists
from walkdown.settings import Settings
from walkdown.target import State
from walkdown.target.opened import Target

_SIGNERS_SHOWN = 3


class SignOff(msgspec.Struct, frozen=True):
    """A record as it lies in the tree, unchecked: whoever wrote the tree could have written it too. `when`: its day.
    `unread`: why it could not be read, where it could not."""

    file: str
    when: str = ""
    signers: tuple[str, ...] = ()
    unread: str = ""


class About(msgspec.Struct, frozen=True):
    """`git` is false for a plain folder, `head` empty before the first commit. `changed`: the tree is not what the
    commit says. `notes`: what else one should know. `lists`: checklists
    that the target brings along and nobody loaded. Names and notes come from the target: untrusted."""

    name: str
    git: bool
    branch: str = ""
    head: str = ""
    changed: bool = False
    files: int = 0
    stack: tuple[StackPart, ...] = ()
    notes: tuple[str, ...] = ()
    signoff: SignOff | None = None
    lists: tuple[str, ...] = ()


def about(target: Target, settings: Settings) -> About:
    """Takes as long as reading every file once: not for the thread that paints."""
    facts = target.facts
    return About(
        name=facts.name,
        git=facts.state not in (State.NO_GIT, State.BROKEN),
        branch=facts.branch,
        head=facts.head,
        changed=target.dirty,
        files=len(target.files),
        stack=tuple(StackPart(one.kind, one.name, one.path, one.line) for one in target.stack),
        notes=tuple(f"{note.text} {note.do}".strip() for note in target.notes),
        signoff=last_signoff(Path(target.root)),
        lists=offered_lists(settings, target.root),
    )


def last_signoff(root: Path) -> SignOff | None:
    """The newest record in the tree, by what it says of itself."""
    records = all_records(root)
    if not records:
        return None
    newest = records[0]
    try:
        made = read_statement(newest.json, newest.name).predicate.made[:10]
        signers = [read_countersignature(one.statement, one.slug).name for one in newest.seals[:_SIGNERS_SHOWN]]
    except WalkdownError:
        return SignOff(newest.name, unread="it cannot be read")
    return SignOff(newest.name, made, tuple(signers))
