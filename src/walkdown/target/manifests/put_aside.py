"""Lists of packages that nobody installs as they stand: what is broken in them is nobody's gap."""

from __future__ import annotations

import msgspec

from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.sides import is_fixture

_OF_CONTENT = frozenset({"broken-manifest", "unclear-line", "not-found", "outside"})


def put_aside(skip: Skipped) -> Skipped:
    """A template is filled in before it is installed, and what a test reads is often broken on purpose."""
    if skip.kind is not SkipKind.GAP or skip.code not in _OF_CONTENT or not is_fixture(skip.path):
        return skip
    reason = f"{skip.reason} It lies among tests or templates, and nobody installs it as it stands."
    return msgspec.structs.replace(skip, kind=SkipKind.SCOPE, reason=reason)
