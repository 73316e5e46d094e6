"""Reads one run of a SARIF file: the findings of one tool, and what the tool says it could not do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import msgspec

from walkdown.model import (
    CommitPlace,
    FilePlace,
    Finding,
    Place,
    RepoPlace,
    Rule,
    Silence,
    SkipKind,
    Skipped,
    Source,
    Step,
    line_of,
)
from walkdown.safetext import for_terminal
from walkdown.scanners.names import OURS
from walkdown.scanners.sarif import shape
from walkdown.scanners.sarif.places import Places
from walkdown.scanners.sarif.words import confidence_of, cwes_of, is_secret, link_of, severity_of, short, title_of

MOST_PLACES = 20
MOST_STEPS = 50

# By its family a secret is known everywhere else, whatever its tool and its weakness numbers say.
_SECRET_FAMILY = "hardcoded-secret"  # noqa: S105 - the name of a family
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def gap(code: str, reason: str, path: str = "") -> Skipped:
    return Skipped(path, SkipKind.GAP, code, reason)


class RunReader:
    """One tool's part of the file."""

    def __init__(self, run: shape.Run, name: str, root: str, known: Collection[str]) -> None:
        name_told = short(run.tool.driver.name, 60) or "unnamed tool"
        # A report may call its tool as it likes; what our own scanners found must not be taken for it, nor it for that.
        self.tool = f"{name_told} (imported)" if name_told.strip().casefold() in OURS else name_told
        self._run = run
        self._file = for_terminal(name, width=120)
        self._places = Places(run.original_uri_base_ids or {}, run.artifacts or (), root, known)
        self._components = [run.tool.driver, *(run.tool.extensions or ())]
        self._rules = [[_rule(raw) for raw in component.rules or ()] for component in self._components]
        self._by_id = {rule.id: rule for rules in reversed(self._rules) for rule in rules if rule}
        self._made: dict[tuple[str, tuple[int, ...], str], Rule] = {}

    def findings(self, raw: msgspec.Raw) -> tuple[Finding, ...] | None:
        """None where the result cannot be read; empty for what the tool itself calls passed or gone."""
        try:
            result = shape.decode(raw, shape.Result)
        except (msgspec.MsgspecError, RecursionError):
            return None
        if result.kind in ("pass", "notApplicable") or result.baseline_state == "absent":
            return ()
        return (self._finding(result),)

    def _finding(self, result: shape.Result) -> Finding:
        told = self._rule_of(result)
        properties = shape.decode_or(result.properties, shape.Properties, shape.Properties())
        general = shape.decode_or(told.properties, shape.Properties, shape.Properties())
        cwe = cwes_of(result, told, properties, general)
        place, *others = self._all_places(result)
        place = _in_commit(place, result)
        hazard = ""
        if is_secret(self.tool, told, cwe):
            hazard = "secret.history" if isinstance(place, CommitPlace) else "secret.code"
            place = _whole_lines(place)
        rule = self._made_rule(told, cwe, hazard)
        return Finding(
            rule=rule,
            severity=severity_of(result, told, properties, general, usual="error" if hazard else "warning"),
            confidence=confidence_of(properties, general),
            place=place,
            sources=(Source(rule.tool, rule.id),),
            places=tuple(others),
            steps=self._steps(result),
            silenced=_silence(result, line_of(place)),
        )

    def gaps(self) -> Iterator[Skipped]:
        """What the file says was not done."""
        if self._run.results is None:
            moved = self._run.external_property_file_references
            why = "keeps its results in other files" if moved and moved.results else "holds no results at all"
            yield gap("no-results", f"The run of {self.tool} in {self._file} {why}.")
        broken = sum(rule is None for rules in self._rules for rule in rules)
        if broken:
            yield gap("broken-rule", f"{self.tool} describes {broken} rules in {self._file} that cannot be read.")
        for invocation in self._run.invocations or ():
            if invocation.execution_successful is False:
                yield gap("tool-failed", f"{self.tool} says in {self._file} that its run did not succeed.")
            for told in (invocation.tool_execution_notifications, invocation.tool_configuration_notifications):
                for notification in told or ():
                    if notification.level == "error":
                        yield self._error(notification)

    def _error(self, notification: shape.Notification) -> Skipped:
        """The tool's own sentence may quote what it read; which error it was must do."""
        which = short(notification.descriptor.id, 60) if notification.descriptor else ""
        artifacts = [
            one.physical_location.artifact_location for one in notification.locations or () if one.physical_location
        ]
        paths = [self._places.path(artifact) for artifact in artifacts if artifact]
        reason = f"{self.tool} reported an error{f' ({which})' if which else ''}; {self._file} says more."
        return gap("tool-error", reason, next((path for path in paths if path), ""))

    def _rule_of(self, result: shape.Result) -> shape.Rule:
        """By number inside the part of the tool that is named, else by id; `CA1000/1` is a case of rule `CA1000`."""
        reference = result.rule or shape.Reference()
        index = result.rule_index if reference.index is None else reference.index
        part = reference.tool_component.index if reference.tool_component else None
        component = 0 if part is None or part < 0 else part + 1
        rule_id = result.rule_id or reference.id
        rules = self._rules[component] if component < len(self._rules) else []
        found = rules[index] if index is not None and 0 <= index < len(rules) else None
        if found and (rule_id is None or rule_id == found.id or rule_id.startswith(f"{found.id}/")):
            return found
        known = self._by_id.get(rule_id or "") or self._by_id.get((rule_id or "").rpartition("/")[0])
        return known or shape.Rule(rule_id or "unnamed-rule")

    def _made_rule(self, told: shape.Rule, cwe: tuple[int, ...], hazard: str) -> Rule:
        """One object for all findings of a rule."""
        made = self._made.get((told.id, cwe, hazard))
        if made is None:
            made = self._made[told.id, cwe, hazard] = Rule(
                tool=self.tool,
                id=short(told.id, 200) or "unnamed-rule",
                title=title_of(told),
                message=f"{self.tool} reports this, not walkdown: its own report ({self._file}) says why it matters.",
                fix=f"Follow what {self.tool} advises for this rule, then run it again.",
                url=link_of(told.help_uri),
                hazard=hazard,
                family=_SECRET_FAMILY if hazard else "",
                cwe=cwe,
            )
        return made

    def _all_places(self, result: shape.Result) -> list[Place]:
        """The main place first. Others that name no file of the target add nothing."""
        mine = [self._places.of(one, self.tool) for one in (result.locations or ())[:MOST_PLACES]]
        mine = mine or [RepoPlace(f"{self.tool} names no file for this")]
        related = [self._places.of(one, self.tool) for one in (result.related_locations or ())[:MOST_PLACES]]
        others = [place for place in (*mine[1:], *related) if not isinstance(place, RepoPlace) and place != mine[0]]
        return [mine[0], *list(dict.fromkeys(others))[:MOST_PLACES]]

    def _steps(self, result: shape.Result) -> tuple[Step, ...]:
        flows = [flow for one in (result.code_flows or ())[:1] for flow in one.thread_flows or ()]
        told = [one.location for one in (flows[0].locations or ())[:MOST_STEPS] if one.location] if flows else []
        if len(told) < 2:
            return ()
        roles = ["comes in", *["passes"] * (len(told) - 2), "does harm"]
        return tuple(Step(self._places.of(one, self.tool), role) for one, role in zip(told, roles, strict=True))


def _rule(raw: msgspec.Raw) -> shape.Rule | None:
    """None keeps the numbering of the others right."""
    try:
        return shape.decode(raw, shape.Rule)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _silence(result: shape.Result, line: int) -> Silence | None:
    """SARIF holds a result for suppressed only where nobody has rejected that, or is still thinking about it."""
    told = result.suppressions or ()
    if not told or any(one.status in ("rejected", "underReview") for one in told):
        return None
    return Silence("suppressed in source" if told[0].kind == "inSource" else "suppressed in the tool", line)


def _in_commit(place: Place, result: shape.Result) -> Place:
    origin = shape.decode_or(result.partial_fingerprints, shape.Origin, shape.Origin())
    if not isinstance(place, FilePlace) or not _SHA.fullmatch(origin.commit_sha or ""):
        return place
    return CommitPlace(origin.commit_sha or "", place.path, place.line, place.column, place.end_line, place.end_column)


def _whole_lines(place: Place) -> Place:
    """Tools disagree about where a secret begins and ends in its line, and one letter off shows one letter of it."""
    if not isinstance(place, FilePlace | CommitPlace):
        return place
    return msgspec.structs.replace(place, column=0, end_column=0)
