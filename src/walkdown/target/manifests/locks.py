"""Which lock answers for which manifest, and what is left open where none does."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from walkdown.model.dependency import Dependency, Manifest, Pin

_NPM_LOCKS = frozenset({"package-lock", "pnpm-lock", "yarn-lock", "bun-lock"})


def floating(manifest: Manifest, manifests: Sequence[Manifest]) -> tuple[tuple[Dependency, ...], tuple[Manifest, ...]]:
    """The dependencies of `manifest` whose version nothing in the project fixes, and the locks that answer for it."""
    locks = tuple(lock for lock in manifests if lock is not manifest and answers(lock, manifest))
    fixed = {dependency.name for lock in locks for dependency in lock.dependencies}
    if any(lock.kind in _NPM_LOCKS for lock in locks):
        return (), locks
    left = tuple(
        dependency
        for dependency in manifest.dependencies
        if dependency.pin in (Pin.RANGE, Pin.ANY) and dependency.name not in fixed
    )
    return left, locks


def nearest_lock(manifest: Manifest, locks: Sequence[Manifest]) -> Manifest | None:
    """The lock deepest in the tree that answers for a manifest."""
    answering = [lock for lock in locks if answers(lock, manifest)]
    return max(answering, key=lambda lock: len(lock.covers), default=None)


def answers(lock: Manifest, manifest: Manifest) -> bool:
    """Whether a lock gives the versions for what a manifest asks for."""
    if not lock.lock or lock.ecosystem != manifest.ecosystem:
        return False
    if lock.kind in _NPM_LOCKS:
        # A workspace has one lock at its top; who belongs to it not every lock says.
        return _is_within(manifest.covers, lock.covers)
    return manifest.covers in _folders(lock)


def _folders(lock: Manifest) -> set[str]:
    """The lock's own folder and those of the project's packages that it names as members."""
    members = (dependency.specifier for dependency in lock.dependencies if dependency.pin is Pin.LOCAL)
    return {lock.covers, *members}


def _is_within(folder: str, top: str) -> bool:
    return top == "" or posixpath.commonpath((folder or ".", top)) == top
