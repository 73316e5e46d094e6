"""The published shapes of the walk: what `status`, `item`, `finding`, `gap`, `undo` and `redo` print as JSON.

As with the scan's shape: fields may be added, none is renamed, removed or given another meaning under the same name.
"""

from __future__ import annotations

import msgspec

from walkdown.model.event import Channel, Kind, Verdict
from walkdown.model.item import Reach
from walkdown.model.outcome import SkipKind
from walkdown.model.severity import Confidence, Severity
from walkdown.record.statement import Hunk
from walkdown.record.wire import WireFact, WireFinding

STATUS = "walkdown.status/1"
ITEM_LIST, ITEM_VIEW = "walkdown.item-list/1", "walkdown.item-view/1"
FINDING_LIST, FINDING_VIEW = "walkdown.finding-list/1", "walkdown.finding-view/1"
GAP_LIST = "walkdown.gap-list/1"
WRITTEN = "walkdown.written/1"


class WireDecision(msgspec.Struct, frozen=True):
    """A decision that stands. `event`: its number, for `undo --event`. `over`: its last day has gone by. `disputed`:
    numbers of the events with which others decided otherwise at the same time. `origin`: the signed record that it was
    carried over from; `event` is then 0."""

    verdict: Verdict
    reason: str
    owner: str
    until: str
    note: str
    event: int
    by: str
    mail: str
    at: str
    channel: Channel
    over: bool
    disputed: tuple[int, ...]
    origin: str


class WireObstacle(msgspec.Struct, frozen=True):
    """`kind`: scan, item, finding, gap, door, guard or tree. `id` is empty where there is nothing to decide about."""

    kind: str
    id: str
    title: str
    why: str


class WireItemCounts(msgspec.Struct, frozen=True, rename={"passed": "pass"}):
    total: int
    undecided: int
    passed: int
    needs_work: int
    waived: int
    not_applicable: int


class WireFindingCounts(msgspec.Struct, frozen=True):
    total: int
    critical: int
    high: int
    medium: int
    low: int
    info: int
    undecided: int
    real: int
    false_positive: int
    accepted: int


class WireGapCounts(msgspec.Struct, frozen=True):
    total: int
    waived: int


class WireDoorCounts(msgspec.Struct, frozen=True):
    """`unguarded`: those before which nothing was seen that asks anything."""

    total: int
    unguarded: int
    decided: int


class WireCounts(msgspec.Struct, frozen=True):
    """`expired`: waivers and acceptances that ran out and stand in the way again."""

    items: WireItemCounts
    findings: WireFindingCounts
    gaps: WireGapCounts
    expired: int
    doors: WireDoorCounts


class WireSignoff(msgspec.Struct, frozen=True):
    """The newest record with a signature that is trusted here. `reopened`: items that it settled and that are asked
    again. `hunks`: what changed since and bears on security; `what` is guard-removed or must-read."""

    record: str
    made: str
    commit: str
    by: tuple[str, ...]
    reopened: tuple[str, ...]
    hunks: tuple[Hunk, ...]


class WireSession(msgspec.Struct, frozen=True):
    """What was decided about, by which checklist, up to which severity. `fresh`: the scan is of the content as it is
    now. `events`: how many were written, the last one by `last_by` at `last_at`. `signoff` is null where there is none
    that is trusted."""

    repo: str
    head: str
    branch: str
    dirty: bool
    looked: str
    scanned: str
    fresh: bool
    events: int
    last_by: str
    last_at: str
    checklist: str
    checklist_version: str
    checklist_digest: str
    threshold: Severity
    signoff: WireSignoff | None


class WireStatus(msgspec.Struct, frozen=True):
    """`standing`: what stands in the way of a sign-off; empty exactly where `ready` is true."""

    schema: str
    ready: bool
    standing: tuple[WireObstacle, ...]
    counts: WireCounts
    session: WireSession


class WireItem(msgspec.Struct, frozen=True):
    """`standpoint` is the machine's view: against, for, silent, could-not-look, nobody-looks or does-not-apply.
    `decision` is the person's. `why`: why it does not count as settled, empty where it does. `opened`: somebody looked
    at the evidence as it is now."""

    id: str
    title: str
    section: str
    reach: Reach
    blocking: bool
    standpoint: str
    against: int
    dismissed: int
    facts: int
    decision: WireDecision | None
    why: str
    opened: bool
    note: str


class WireItemList(msgspec.Struct, frozen=True):
    schema: str
    items: tuple[WireItem, ...]


class WireItemView(msgspec.Struct, frozen=True):
    """An item with all that a person needs to decide it."""

    schema: str
    item: WireItem
    why: str
    do: str
    look: str
    references: tuple[str, ...]
    against: tuple[WireFinding, ...]
    dismissed: tuple[WireFinding, ...]
    facts: tuple[WireFact, ...]


class WireFindingLine(msgspec.Struct, frozen=True):
    """`state`: open, real, false-positive, accepted, or aside where `aside` says that what somebody said of its door or
    of a guard answers it. An acceptance that ran out is open again."""

    id: str
    severity: Severity
    confidence: Confidence
    title: str
    tools: tuple[str, ...]
    hazard: str
    path: str
    line: int
    state: str
    decision: WireDecision | None
    aside: str


class WireFindingList(msgspec.Struct, frozen=True):
    """`total`: how many there are without the filters."""

    schema: str
    total: int
    findings: tuple[WireFindingLine, ...]


class WireFindingView(msgspec.Struct, frozen=True):
    schema: str
    finding: WireFinding
    state: str
    decision: WireDecision | None
    opened: bool
    note: str
    aside: str


class WireGap(msgspec.Struct, frozen=True, rename={"group": "class"}):
    """`class`: what can be waived together. `decision`: its own waiver, or its class's, also one that ran out."""

    id: str
    group: str
    kind: SkipKind
    scanner: str
    path: str
    code: str
    reason: str
    waived: bool
    decision: WireDecision | None


class WireGapList(msgspec.Struct, frozen=True):
    """`limits` and `scope` are there to be known; only `gaps` are decided about."""

    schema: str
    gaps: tuple[WireGap, ...]
    limits: tuple[WireGap, ...]
    scope: tuple[WireGap, ...]


class WireWrite(msgspec.Struct, frozen=True):
    """`event`: the number of what was decided, taken back or brought back."""

    event: int
    kind: Kind
    id: str
    verdict: Verdict | None
    by: str
    at: str


class WireWritten(msgspec.Struct, frozen=True):
    """`did`: decided, taken-back or brought-back. On disk when this is printed."""

    schema: str
    did: str
    events: tuple[WireWrite, ...]
