"""What the audit of npm packages will not look at, said before it starts: gaps, limits, and what a lock answers for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.manifests import floating
from walkdown.target.manifests.npm_graph import NPM, OVERRIDES, PEER
from walkdown.target.manifests.put_aside import put_aside

_SHOWN = 5


def unread(manifests: Sequence[Manifest]) -> list[Skipped]:
    found: list[Skipped] = []
    for manifest in manifests:
        if manifest.ecosystem == NPM:
            found.extend(map(put_aside, manifest.skipped))
            found.extend(_addresses(manifest))
            found.extend(() if manifest.lock else _open(manifest, manifests))
    return found


def _open(manifest: Manifest, manifests: Sequence[Manifest]) -> Iterator[Skipped]:
    """What is left to whoever uses this package, and what is forced on others, installs nothing by itself."""
    left, locks = floating(manifest, manifests)
    left = tuple(one for one in left if one.group not in (PEER, OVERRIDES))
    ranges = [one for one in manifest.dependencies if one.pin in (Pin.RANGE, Pin.ANY) and one.group != OVERRIDES]
    if left:
        yield _limit(manifest, "unpinned", left, "Neither a fixed version nor a lock file that gives one")
    elif ranges and locks:
        paths = " and ".join(lock.path for lock in locks[:3])
        count = "1 package" if len(ranges) == 1 else f"{len(ranges)} packages"
        reason = f"{count} left open. The versions that are installed come from {paths}."
        yield Skipped(manifest.path, SkipKind.SCOPE, "locked", reason)


def _addresses(manifest: Manifest) -> Iterator[Skipped]:
    addresses = [one for one in manifest.dependencies if one.pin is Pin.URL]
    if addresses:
        yield _limit(manifest, "no-index", addresses, "An address in place of a version")


def _limit(manifest: Manifest, code: str, about: Sequence[Dependency], what: str) -> Skipped:
    names = [one.name or f"line {one.line}" for one in about]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    total = len(manifest.dependencies)
    count = f"{len(about)} of {total} package{'' if total == 1 else 's'}"
    reason = f"{what} for {count}, so no advisory can be held against it: {shown}."
    return Skipped(manifest.path, SkipKind.LIMIT, code, reason)
