"""Files that are taken in with no limit of size and no look at what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.checked import chosen
from walkdown.doors.libraries.files import MADE_AT
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable
from walkdown.doors.questions.input_texts import UPLOAD
from walkdown.doors.questions.inputs import At, is_asked, looked_at, lower, sureness
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Severity

_STORES = frozenset({"s3", "cloudinary", "gcs", "minio", "azure-blob", "imagekit", "supabase", "fs"})
_HOLDS = re.compile(
    r"^(?:file|image|img|avatar|photo|picture|document|attachment|upload|video|media|logo|cover)", re.IGNORECASE
)


def ask(found: Map) -> Iterator[Finding | Fact]:
    told: dict[Spot, tuple[Severity, At, Spot, list[Spot]]] = {}
    for one in found.doors:
        if not askable(one):
            continue
        for number, did in enumerate(one.visit.did):
            at = At(one, number, did)
            found_at = _set_up(at) if did.key == "upload" else _by_hand(at) if is_asked(one) else None
            if found_at is None:
                continue
            severity, spot = found_at
            before = told.get(spot)
            doors = [*(before[3] if before is not None else ()), at.start]
            worse = before is None or severity.rank < before[0].rank
            told[spot] = (severity, at, spot, doors) if worse or before is None else (*before[:3], doors)
    for severity, at, spot, doors in told.values():
        steps = [step(at.start, f"{named(at.one.door)} comes in"), step(spot, "takes a file without a limit")]
        yield tell(UPLOAD, severity, sureness(at), spot, steps, further=doors)


def _set_up(at: At) -> tuple[Severity, Spot] | None:
    """multer and its like: what they were set up with."""
    limits = at.did.columns
    if "limits" in limits and "filter" in limits:
        return None
    severity = Severity.LOW if "limits" in limits or "filter" in limits else Severity.MEDIUM
    return (lower(severity) if at.guarded else severity), _made_at(at.did)


def _made_at(did: Did) -> Spot:
    said = next((one.removeprefix(MADE_AT) for one in did.columns if one.startswith(MADE_AT)), "")
    path, _, line = said.rpartition(":")
    return Spot(path, int(line)) if path and line.isdigit() else did.spot


def _by_hand(at: At) -> tuple[Severity, Spot] | None:
    """`formData().get("file")` that is stored."""
    did = at.did
    if did.library not in _STORES or did.operation not in (Operation.FILE, Operation.HTTP):
        return None
    content = [value for name, value in did.sets if name in ("file", "content", "body")]
    files = {
        source
        for value in content
        for source in chosen(value)
        if source.path[0] == "body" and len(source.path) > 1 and _HOLDS.search(source.path[1])
    }
    if not files or any(looked_at(at, source) or _any_looked(at, source.path[:2]) for source in files):
        return None
    return (Severity.LOW if at.guarded else Severity.MEDIUM), did.spot


def _any_looked(at: At, path: tuple[str, ...]) -> bool:
    """Somebody asked for its size or its kind."""
    return any(
        source.path[:2] == path
        for held in (*at.did.held, *at.one.visit.seen)
        if held.fact.kind in ("shaped", "among", "equal")
        for source in held.fact.left | held.fact.right
    )
