"""Who acts: as given by `--as`, or git's user. Only ever a claim, which a signature can prove later."""

from __future__ import annotations

import os
import re

from walkdown.errors import UsageError
from walkdown.model import Actor
from walkdown.process import run_now

_NAMED = re.compile(r"\s*([^<>]+?)\s*(?:<([^<>\s]+)>)?\s*")


def actor_of(text: str) -> Actor:
    if not text:
        name, mail = _git_user("user.name"), _git_user("user.email")
        if not name:
            raise UsageError("Nobody knows who decides.", 'Say who you are: --as "Name <mail>"')
        return Actor(name, mail)
    found = _NAMED.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a name and mail.", 'Write it as: --as "Name <mail>"')
    return Actor(found[1], found[2] or "")


def _git_user(key: str) -> str:
    """From the user's own git config, asked outside of any repository: the target's must not name the signer."""
    ended = run_now(["git", "config", "--global", "--includes", "--get", key], cwd="/", env=dict(os.environ))
    return ended.stdout.decode("utf-8", "replace").strip() if ended.code == 0 else ""
