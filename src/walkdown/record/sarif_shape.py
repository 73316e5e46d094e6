"""The part of SARIF 2.1.0 that we write, as types: a field that is not in the standard cannot be written by mistake."""

from __future__ import annotations

import msgspec

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"


class _Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Empty fields are left out, names are written the way SARIF spells them."""


class Text(_Part, frozen=True):
    text: str
    markdown: str = ""


class ArtifactLocation(_Part, frozen=True):
    """`uri` is relative to the folder that was scanned; only the reader knows where that is."""

    uri: str
    base: str = msgspec.field(name="uriBaseId", default="")


class Region(_Part, frozen=True):
    start_line: int
    start_column: int = 0
    end_line: int = 0
    end_column: int = 0


class PhysicalLocation(_Part, frozen=True):
    artifact_location: ArtifactLocation
    region: Region | None = None


class LogicalLocation(_Part, frozen=True):
    name: str
    kind: str = ""
    fully_qualified_name: str = ""


class Location(_Part, frozen=True):
    physical_location: PhysicalLocation | None = None
    logical_locations: tuple[LogicalLocation, ...] = ()
    message: Text | None = None
    id: int = -1


class ThreadFlowLocation(_Part, frozen=True):
    location: Location


class ThreadFlow(_Part, frozen=True):
    locations: tuple[ThreadFlowLocation, ...]


class CodeFlow(_Part, frozen=True):
    thread_flows: tuple[ThreadFlow, ...]


class Suppression(_Part, frozen=True):
    """`under review`: somebody asked to look away, nobody with a name has agreed yet."""

    kind: str
    status: str
    justification: str = ""
    location: Location | None = None


class Fingerprints(_Part, frozen=True):
    id: str = msgspec.field(name="walkdown/v1", default="")
    fingerprint: str = msgspec.field(name="walkdownFingerprint/v1", default="")


class ResultProperties(_Part, frozen=True):
    severity: str
    confidence: str
    hazard: str = ""
    sources: tuple[str, ...] = ()


class Result(_Part, frozen=True):
    rule_id: str
    rule_index: int
    level: str
    message: Text
    locations: tuple[Location, ...]
    partial_fingerprints: Fingerprints
    properties: ResultProperties
    related_locations: tuple[Location, ...] = ()
    code_flows: tuple[CodeFlow, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


class RuleProperties(_Part, frozen=True):
    """The names GitHub reads."""

    tags: tuple[str, ...]
    precision: str
    security_severity: str = msgspec.field(name="security-severity", default="")


class Configuration(_Part, frozen=True):
    level: str


class ReportingDescriptor(_Part, frozen=True):
    id: str
    short_description: Text
    default_configuration: Configuration
    properties: RuleProperties
    full_description: Text | None = None
    help: Text | None = None
    help_uri: str = ""


class Driver(_Part, frozen=True):
    name: str
    version: str = ""
    rules: tuple[ReportingDescriptor, ...] = ()


class Tool(_Part, frozen=True):
    driver: Driver


class DescriptorReference(_Part, frozen=True):
    id: str


class Notification(_Part, frozen=True):
    message: Text
    level: str
    descriptor: DescriptorReference
    locations: tuple[Location, ...] = ()


class Invocation(_Part, frozen=True):
    execution_successful: bool
    start_time_utc: str = ""
    end_time_utc: str = ""
    tool_execution_notifications: tuple[Notification, ...] = ()


class BaseId(_Part, frozen=True):
    description: Text


class BaseIds(_Part, frozen=True):
    root: BaseId = msgspec.field(name=ROOT)


class AutomationDetails(_Part, frozen=True):
    id: str


class RunProperties(_Part, frozen=True):
    """What was scanned, in our words; `complete` is false where this tool missed anything."""

    head: str = ""
    branch: str = ""
    dirty: bool = False
    tree: str = ""
    looked: str = ""
    settings_digest: str = ""
    complete: bool | None = None


class RunHead(_Part, frozen=True):
    """A run without its results, which are written one by one."""

    tool: Tool
    automation_details: AutomationDetails
    properties: RunProperties
    original_uri_base_ids: BaseIds
    invocations: tuple[Invocation, ...] = ()
    column_kind: str = msgspec.field(name="columnKind", default="")
