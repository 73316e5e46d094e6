"""What the advisory data on this machine add to the questions: which advisories must come back, and how bad each is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from walkdown.advisories.flaws import merged
from walkdown.advisories.matching import Known, known
from walkdown.advisories.mending import Package, mended_by
from walkdown.advisories.osv import PYPI
from walkdown.advisories.store import About, Store, freshness, partial
from walkdown.errors import AdvisoryError
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.scanner import Job, Parsed
from walkdown.scanners.pip_audit.lists import Asked, Told

NO_DATA = Missing(
    "There is no advisory data on this machine.",
    "walkdown db update, or walkdown db import FILE",
    data=True,
)
ASKS_THE_INDEX = "No advisory data on this machine: asks the package index."
_SHOWN = 5
_DIGEST_SHOWN = 16


def about(path: Path | None) -> About | Missing | None:
    """None where there are no data on Python packages; Missing where there should be and they cannot be used."""
    if path is None or not path.exists():
        return None
    try:
        with Store.open(path) as store:
            return store.about if store.covers(PYPI) else None
    except AdvisoryError as error:
        return Missing(error.what, error.do, data=True)


def as_of(data: About) -> str:
    """To the second: an advisory's own time may be finer."""
    return f"{(data.part(PYPI) or data).as_of[:19].rstrip('Z')}Z"


def note(data: About) -> str:
    return f"Advisory data of {as_of(data)[:10]}, digest {data.digest[:_DIGEST_SHOWN]}…"


def judged(store: Store, packages: Iterable[Asked]) -> tuple[tuple[Asked, ...], tuple[Skipped, ...]]:
    """The packages with what must be said of each, and a gap for each manifest with a package that cannot be judged;
    one more where advisories are missing that could be about any of them."""
    told: list[Asked] = []
    unclear: dict[str, list[str]] = defaultdict(list)
    for one in packages:
        found = known(store, PYPI, one.name, one.version)
        told.append(msgspec.structs.replace(one, told=_told(one, found)))
        if found.unclear:
            for path in one.fixed_by:
                unclear[path].append(f"{one.name} {one.version} ({found.unclear[0]})")
    gaps = [_unclear(path, names) for path, names in sorted(unclear.items())]
    why = partial(store.about, PYPI)
    return tuple(told), (*([Skipped("", SkipKind.GAP, "partial-data", why)] if why else ()), *gaps)


def _told(one: Asked, found: Known) -> tuple[Told, ...]:
    """By id, as they come out of the store."""
    flaws = merged(found.affecting)
    versions = mended_by(Package(PYPI, one.name, one.version, found.about), flaws) if flaws else ()
    mended = {each.id: version for flaw, version in zip(flaws, versions, strict=True) for each in flaw.advisories}
    return tuple(Told(each.id, each.severity, mended[each.id]) for each in found.affecting)


def _unclear(path: str, names: Sequence[str]) -> Skipped:
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    reason = f"An advisory names versions that cannot be compared, so it is not known whether it is about: {shown}."
    return Skipped(path, SkipKind.GAP, "unclear-advisory", reason)


def age_gap(data: About, now: datetime, *, offline: bool, days: int | None) -> tuple[Skipped, ...]:
    why = freshness(data, now, offline=offline, days=days, ecosystem=PYPI)
    return (Skipped("", SkipKind.GAP, "stale-data", why),) if why else ()


def said_beforehand(gaps: Sequence[Skipped]) -> tuple[Job, ...]:
    """Gaps that are known without asking anybody: the data are too old, or cannot be compared with some packages."""
    return (Job("advisory data", "", (), settled=Parsed(skipped=tuple(gaps))),) if gaps else ()
