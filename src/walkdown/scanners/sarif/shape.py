"""SARIF 2.1.0 as other tools write it: only what we read of it, leniently, because no two agree on the rest."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """Any field may be missing or null; what we do not name is skipped unread, messages and snippets among it."""


class Text(_Part, frozen=True):
    text: str | None = None


class ArtifactLocation(_Part, frozen=True):
    uri: str | None = None
    uri_base_id: str | None = None
    index: int | None = None


class Artifact(_Part, frozen=True):
    location: ArtifactLocation | None = None


class Region(_Part, frozen=True):
    start_line: int | None = None
    start_column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class PhysicalLocation(_Part, frozen=True):
    artifact_location: ArtifactLocation | None = None
    region: Region | None = None


class Location(_Part, frozen=True):
    physical_location: PhysicalLocation | None = None


class FlowLocation(_Part, frozen=True):
    location: Location | None = None


class ThreadFlow(_Part, frozen=True):
    locations: tuple[FlowLocation, ...] | None = None


class CodeFlow(_Part, frozen=True):
    thread_flows: tuple[ThreadFlow, ...] | None = None


class Suppression(_Part, frozen=True):
    kind: str | None = None
    status: str | None = None


class Component(_Part, frozen=True):
    """A reference to the tool itself or to one of its extensions."""

    name: str | None = None
    index: int | None = None


class Reference(_Part, frozen=True):
    """Names a rule, or an entry of a taxonomy such as CWE."""

    id: str | None = None
    index: int | None = None
    tool_component: Component | None = None


class Relationship(_Part, frozen=True):
    target: Reference | None = None


class Configuration(_Part, frozen=True):
    level: str | None = None


class Properties(msgspec.Struct, frozen=True):
    """The loose bag of SARIF, in the spellings that tools use for the same few things."""

    score: str | float | None = msgspec.field(name="security-severity", default=None)
    precision: str | None = None
    tags: tuple[str, ...] | None = None
    cwe: str | tuple[str, ...] | None = None
    severity: str | float | None = None
    issue_severity: str | None = None
    zizmor_severity: str | None = msgspec.field(name="zizmor/severity", default=None)
    confidence: str | float | None = None
    issue_confidence: str | None = None
    zizmor_confidence: str | None = msgspec.field(name="zizmor/confidence", default=None)


class Rule(_Part, frozen=True):
    id: str
    name: str | None = None
    short_description: Text | None = None
    help: Text | None = None
    help_uri: str | None = None
    default_configuration: Configuration | None = None
    relationships: tuple[Relationship, ...] | None = None
    properties: msgspec.Raw = msgspec.Raw()


class Origin(_Part, frozen=True):
    """What gitleaks adds where the finding is in a commit and not in the tree."""

    commit_sha: str | None = None


class Result(_Part, frozen=True):
    rule_id: str | None = None
    rule_index: int | None = None
    rule: Reference | None = None
    kind: str | None = None
    level: str | None = None
    baseline_state: str | None = None
    locations: tuple[Location, ...] | None = None
    related_locations: tuple[Location, ...] | None = None
    code_flows: tuple[CodeFlow, ...] | None = None
    suppressions: tuple[Suppression, ...] | None = None
    taxa: tuple[Reference, ...] | None = None
    partial_fingerprints: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()


class ToolComponent(_Part, frozen=True):
    name: str | None = None
    version: str | None = None
    semantic_version: str | None = None
    rules: tuple[msgspec.Raw, ...] | None = None


class Tool(_Part, frozen=True):
    driver: ToolComponent
    extensions: tuple[ToolComponent, ...] | None = None


class Notification(_Part, frozen=True):
    level: str | None = None
    descriptor: Reference | None = None
    locations: tuple[Location, ...] | None = None


class Invocation(_Part, frozen=True):
    execution_successful: bool | None = None
    tool_execution_notifications: tuple[Notification, ...] | None = None
    tool_configuration_notifications: tuple[Notification, ...] | None = None


class ExternalFiles(_Part, frozen=True):
    """Parts of a run that were moved into files of their own."""

    results: tuple[msgspec.Raw, ...] | None = None


class Run(_Part, frozen=True):
    tool: Tool
    results: tuple[msgspec.Raw, ...] | None = None
    invocations: tuple[Invocation, ...] | None = None
    original_uri_base_ids: dict[str, ArtifactLocation] | None = None
    artifacts: tuple[Artifact, ...] | None = None
    external_property_file_references: ExternalFiles | None = None


class Log(_Part, frozen=True):
    version: str | None = None
    runs: tuple[Run, ...] | None = None


T = TypeVar("T")


# Made once, here: msgspec crashes where two threads meet a type for the first time, and several tools may run at once.
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {
    one: msgspec.json.Decoder(one, strict=False) for one in (Log, Result, Rule, Properties, Origin)
}


def decode(data: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Numbers written as text are taken as numbers."""
    return cast("T", _DECODERS[shape].decode(data))


def decode_or(raw: msgspec.Raw, shape: type[T], otherwise: T) -> T:
    """For the loose bags: what does not fit says nothing."""
    if not bytes(raw):
        return otherwise  # the field was not there
    try:
        return decode(raw, shape)
    except msgspec.MsgspecError:
        return otherwise
