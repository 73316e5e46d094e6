"""What a gate says as SARIF 2.1.0: one result for each point that failed and for each thing that is reopened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from walkdown.model.place import FilePlace, Place, RepoPlace
from walkdown.record import sarif_shape as sarif
from walkdown.record.gate_forms import reopened_line, words
from walkdown.record.gate_shape import FAILED, Gate
from walkdown.record.plain import json_bytes
from walkdown.record.sarif_places import location
from walkdown.record.verification import Verification

_MOST_PLACES = 20
_RULES = {
    "record": "There is a record that can be read",
    "integrity": "The record is as it was signed",
    "signature": "Somebody trusted signed it",
    "waivers": "Nothing that was let go has run out",
    "tree": "The record covers this tree",
    "complete": "Everything was looked at",
    "person": "A person signed it",
    "signers": "Enough people signed it",
    "age": "It is recent enough",
    "exceptions": "Nothing stood open",
    "committed": "What was signed lies here",
    "reopened": "A decision no longer stands",
}
# In a SARIF message `{0}` stands for an argument and `[words](target)` for a link. Ours have neither.
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_LINK = re.compile(r"\[(?=[^\]]{0,500}\]\()")


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    rule_id: str
    rule_index: int
    level: str
    message: sarif.Text
    locations: tuple[sarif.Location, ...]


class _Run(msgspec.Struct, frozen=True, rename="camel"):
    tool: sarif.Tool
    automation_details: sarif.AutomationDetails
    original_uri_base_ids: sarif.BaseIds
    invocations: tuple[sarif.Invocation, ...]
    results: tuple[_Result, ...]


class _Log(msgspec.Struct, frozen=True):
    schema: str = msgspec.field(name="$schema")
    version: str = "2.1.0"
    runs: tuple[_Run, ...] = ()


def check_sarif(gate: Gate, verification: Verification, version: str) -> bytes:
    rules = tuple(
        sarif.ReportingDescriptor(
            f"walkdown.check.{name}",
            sarif.Text(title),
            sarif.Configuration("error"),
            sarif.RuleProperties(("sign-off",), "very-high"),
        )
        for name, title in _RULES.items()
    )
    run = _Run(
        tool=sarif.Tool(sarif.Driver("walkdown check", version, rules)),
        automation_details=sarif.AutomationDetails("walkdown/check/"),
        original_uri_base_ids=sarif.BaseIds(sarif.BaseId(sarif.Text("The folder that was checked."))),
        invocations=(sarif.Invocation(execution_successful=True),),
        results=tuple(_results(gate, verification)),
    )
    return json_bytes(_Log(sarif.SCHEMA_URI, runs=(run,))) + b"\n"


def _results(gate: Gate, verification: Verification) -> Iterator[_Result]:
    for point in gate.points:
        if point.state == FAILED:
            yield _result(point.name, "error", point.why, ())
    for one in verification.reopened:
        yield _result("reopened", "error" if one.sure else "warning", reopened_line(one), one.paths)


def _result(rule: str, level: str, text: str, paths: Sequence[str]) -> _Result:
    places = [_place(path) for path in paths[:_MOST_PLACES]] or [RepoPlace("")]
    return _Result(
        f"walkdown.check.{rule}",
        list(_RULES).index(rule),
        level,
        sarif.Text(_plain(text)),
        tuple(location(place) for place in places),
    )


def _place(path: str) -> Place:
    """A path that leads out of the folder, as only a made-up record could name, belongs to the folder itself."""
    return RepoPlace("") if not path or ".." in path.split("/") else FilePlace(path)


def _plain(text: str) -> str:
    return _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", words(text)))
