"""Gathers the versions that an index calls withdrawn, by the reason it gives, within bounds."""

from __future__ import annotations

from collections.abc import Iterable

from walkdown.scanners.indexes.wire import LONGEST_REASON, Withdrawn

MOST_VERSIONS = 50_000
_MOST_REASONS = 100
_LONGEST_VERSION = 100


def gathered(pairs: Iterable[tuple[str, str]]) -> tuple[Withdrawn, ...]:
    """From (version, reason). Reasons beyond the hundredth are left out, the versions are not."""
    by_reason: dict[str, list[str]] = {}
    for version, reason in pairs:
        if len(version) > _LONGEST_VERSION:
            continue
        said = bounded(reason)
        if said not in by_reason and len(by_reason) >= _MOST_REASONS:
            said = ""
        by_reason.setdefault(said, []).append(version)
    return tuple(Withdrawn(reason, tuple(versions)) for reason, versions in by_reason.items())


def bounded(text: str) -> str:
    return " ".join(text[: LONGEST_REASON * 4].split())[:LONGEST_REASON]
