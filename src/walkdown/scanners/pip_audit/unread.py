"""What the audit of packages will not look at, said before it starts: gaps, limits, and what is left out on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.manifests import floating
from walkdown.target.manifests.put_aside import put_aside
from walkdown.target.manifests.reading import PYPI

_SHOWN = 5


def unread(manifests: Sequence[Manifest]) -> list[Skipped]:
    found: list[Skipped] = []
    for manifest in manifests:
        if manifest.ecosystem != PYPI:
            continue
        left, locks = floating(manifest, manifests)
        found.extend(_softened(put_aside(skip), locks) for skip in manifest.skipped)
        found.extend(_python(manifest, left, locks))
    return found


def _softened(skip: Skipped, locks: Sequence[Manifest]) -> Skipped:
    """A list that only a program can tell does no harm where a lock says what comes of it."""
    if skip.kind is SkipKind.LIMIT and locks:
        return msgspec.structs.replace(skip, kind=SkipKind.SCOPE, reason=f"{skip.reason} {_fixed_by(locks)}")
    return skip


def _python(manifest: Manifest, left: Sequence[Dependency], locks: Sequence[Manifest]) -> Iterator[Skipped]:
    if manifest.kind == "constraints":
        return
    ranges = [one for one in manifest.dependencies if one.pin in (Pin.RANGE, Pin.ANY)]
    if left:
        yield _limit(manifest, "unpinned", left, "Neither a fixed version nor a lock file that gives one")
    elif ranges:
        reason = f"{_packages(len(ranges))} left open. {_fixed_by(locks)}"
        yield Skipped(manifest.path, SkipKind.SCOPE, "locked", reason)
    addresses = [one for one in manifest.dependencies if one.pin is Pin.URL]
    if addresses:
        yield _limit(manifest, "no-index", addresses, "An address in place of a version")


def _limit(manifest: Manifest, code: str, about: Sequence[Dependency], what: str) -> Skipped:
    names = [one.name or f"line {one.line}" for one in about]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    count = f"{len(about)} of {_packages(len(manifest.dependencies))}"
    reason = f"{what} for {count}, so no advisory can be held against it: {shown}."
    return Skipped(manifest.path, SkipKind.LIMIT, code, reason)


def _fixed_by(locks: Sequence[Manifest]) -> str:
    return f"The versions that are installed come from {' and '.join(lock.path for lock in locks[:3])}."


def _packages(count: int) -> str:
    return "1 package" if count == 1 else f"{count} packages"
