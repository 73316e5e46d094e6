"""What one scan came to: the target as it was, how every scanner ended, and all that was found. Frozen."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from walkdown.model.door import Door
from walkdown.model.finding import Fact, Finding
from walkdown.model.outcome import Report, SkipKind, Skipped


class StackPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing the target is built with, and the place that showed it."""

    kind: str
    name: str
    path: str = ""
    line: int = 0

    # kind: language, framework, database, platform, ai. name: as the `applies` of a checklist item spells it.


class TargetFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """`root` is the target as the person named it, `.` by default: never a path that tells about this machine."""

    root: str = "."
    head: str = ""
    branch: str = ""
    dirty: bool = False
    tree: str = ""
    looked: str = ""
    stack: tuple[StackPart, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    narrowed: bool = False

    # narrowed: only a part was asked for (flags left out files or scanners), so nothing is said of the rest.
    # head, branch, tree: empty without git or before the first commit. tree: HEAD's git tree without the record files.
    # looked: our hash over everything that was scanned. skipped: what no scanner was offered (target's own list).


class TopicDigest(msgspec.Struct, frozen=True):
    """All files that bear on one topic, as one digest over their paths and content."""

    name: str
    digest: str
    files: int


class Topics(msgspec.Struct, frozen=True):
    """`rules`: digest of what tells topics; digests made by other rules cannot be compared with these."""

    rules: str = ""
    digests: tuple[TopicDigest, ...] = ()


class Looks(msgspec.Struct, frozen=True):
    """What a scanner's rules look for in these files, whether or not it ran: silence about the rest means nothing."""

    scanner: str
    hazards: tuple[str, ...]


class ScanResult(msgspec.Struct, frozen=True):
    """Times are ISO 8601 in UTC with a `Z`. `settings_digest` names the project settings a person accepted, if any.
    `unread`: what those files hold that somebody could not look at, as a digest by path. `doors`: the map."""

    target: TargetFacts
    reports: tuple[Report, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    version: str = ""
    settings_digest: str = ""
    started: str = ""
    finished: str = ""
    looks: tuple[Looks, ...] = ()
    topics: Topics = Topics()
    unread: Mapping[str, str] = {}
    doors: tuple[Door, ...] = ()
    guard_files: Mapping[str, str] = {}

    # guard_files: what each file holds in which a guard of a door stands, as a digest by path.

    @property
    def gaps(self) -> tuple[tuple[str, Skipped], ...]:
        """Every gap with the scanner it belongs to; the target's own gaps come first, under an empty name."""
        own = [("", skip) for skip in self.target.skipped if skip.kind is SkipKind.GAP]
        return (*own, *((report.scanner, skip) for report in self.reports for skip in report.coverage.gaps))

    @property
    def complete(self) -> bool:
        """True where every scanner ended well and nothing that should have been looked at was missed."""
        return not self.gaps and all(report.complete for report in self.reports)
