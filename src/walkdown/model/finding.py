"""What speaks against a deploy (Finding) and what speaks for it (Fact).

Neither holds code or a tool's own words: both are kept in caches and journals, and a tool's message often quotes the
secret it found. Code is read from the target at the moment it is shown.
"""

from __future__ import annotations

import msgspec

from walkdown.model.place import Place
from walkdown.model.severity import Confidence, Severity


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was looked for, in our own words; one object shared by all findings of the rule."""

    tool: str
    id: str
    title: str
    message: str = ""
    fix: str = ""
    url: str = ""
    hazard: str = ""
    family: str = ""
    cwe: tuple[int, ...] = ()


class Source(msgspec.Struct, frozen=True):
    """A tool and the rule of its that saw the flaw."""

    tool: str
    rule: str


class Step(msgspec.Struct, frozen=True):
    """One station on the way from where the data comes in to where it does harm."""

    place: Place
    role: str


class Silence(msgspec.Struct, frozen=True):
    """A comment in the source that asked the tool to look away; shown, not obeyed."""

    how: str
    line: int
    who: str = ""
    when: str = ""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    rule: Rule
    severity: Severity
    confidence: Confidence
    place: Place
    id: str = ""
    sources: tuple[Source, ...] = ()
    places: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()
    silenced: Silence | None = None
    fingerprint: str = ""
    context: str = ""
    secret: str = ""
    keyed: str = ""
    preview: str = ""

    # gc=False: there may be a hundred thousand, and no cycle can be in one; the collector need not walk through them.
    # id: given by scan/identity, empty before. sources: every tool that named it, the main one first.
    # places: further places of the same flaw. fingerprint: family + normalised code + symbol, hashed.
    # context: hash of the neighbouring lines, tells twins in one function apart. secret: keyed hash of a secret value.
    # keyed: keyed hash of strings that must not enter the fingerprint, which is the same on every machine.
    # preview: masked start of a secret, safe to show.


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that speaks for the code: a limiter is mounted, a client has a default timeout."""

    rule: Rule
    place: Place
    confidence: Confidence = Confidence.SURE
