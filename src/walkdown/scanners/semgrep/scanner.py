"""Semgrep with our rules, and those of `--rules`, over our own copies of the files.

What the target says in `.semgrepignore` and `nosemgrep` comments is switched off; such comments are reported with the
finding. Nothing is asked of or told to anybody over the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    BatchFile,
    Command,
    Fact,
    Finding,
    Missing,
    Parsed,
    Printed,
    SkipKind,
    Skipped,
    Source,
    SourceFile,
    Tool,
    Where,
)
from walkdown.safetext import for_terminal
from walkdown.scanners.semgrep import front as semgrep_front
from walkdown.scanners.semgrep import output as semgrep_output
from walkdown.scanners.semgrep import rules as semgrep_rules
from walkdown.scanners.semgrep import source as semgrep_source
from walkdown.scanners.semgrep.languages import Wanted, ending_for

_RULE_SECONDS = 10
_MEMORY_MIB = 3000  # beyond it the file is given up, rather than the whole run killed
_OPTIONS = (
    "--json",
    "--quiet",
    "--metrics=off",
    "--disable-version-check",
    "--disable-nosem",
    "--no-git-ignore",
    "--novcs",
    "--x-ignore-semgrepignore-files",  # also the built-in list, which leaves out tests/, vendor/ and node_modules/
    "--no-rewrite-rule-ids",
    "--max-target-bytes=0",
    f"--max-memory={_MEMORY_MIB}",
    f"--timeout={_RULE_SECONDS}",
    f"--timeout-threshold={semgrep_output.GIVES_UP_AFTER}",
)
_RENAMED = "Semgrep takes it only under another name, so rules that go by a file's path may have missed it"
_UNREAD_SHOWN = 3
# Codes from 2 on come with an explanation in the JSON, which says more than the number does.
_OK = frozenset({0, 1, 2, 3, 4, 5, 7, 8})


class Semgrep:
    name = "semgrep"
    title = "Semgrep"
    batch = 300

    def __init__(self, rule_folders: tuple[str, ...] = (), *, fast: bool = True) -> None:
        """Reads the rules at once, so that a faulty rule file is reported before anything runs."""
        self._rules = semgrep_rules.load(rule_folders)
        self._wanted = Wanted(self._rules.languages)
        self._fast = fast
        self.by_path = self._rules.by_path

    @property
    def unread_rule_files(self) -> tuple[str, ...]:
        """YAML files in the rule folders that hold no rules; worth a line, in case one was meant to."""
        return self._rules.unread

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        found = semgrep_front.find(where, fast=self._fast)
        unread = _unread_note(self.unread_rule_files)
        if isinstance(found, Missing) or not unread:
            return found
        return tuple(replace(tool, note="; ".join(filter(None, (tool.note, unread)))) for tool in found)

    def wants(self, file: SourceFile) -> bool:
        return file.path in self._wanted

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        """By the languages that are there: a rule for Python says nothing of TypeScript."""
        endings = {PurePosixPath(path).suffix or path: path for path in paths}.values()
        wanted = {known.languages: Wanted(known.languages) for known in self._rules.rules.values()}
        spoken = {languages for languages, those in wanted.items() if any(path in those for path in endings)}
        rules = (known for known in self._rules.rules.values() if not known.evidence and known.languages in spoken)
        return frozenset(known.rule.hazard for known in rules) - {""}

    def copied_as(self, path: str) -> str:
        """With an ending for which Semgrep does not drop the file."""
        return path + ending_for(path)

    def key(self, tool: Tool) -> str:
        return f"{tool.name} {tool.version} {self._rules.digest}"

    def argv(self, tool: Tool, batch: Batch) -> Command:
        rules = (f"--config={path}" for path in self._rules.files)
        env = (
            ("SEMGREP_SEND_METRICS", "off"),
            ("SEMGREP_ENABLE_VERSION_CHECK", "0"),
            ("SEMGREP_SETTINGS_FILE", f"{batch.scratch}/semgrep-settings.yml"),
            ("SEMGREP_LOG_FILE", f"{batch.scratch}/semgrep.log"),
            ("SEMGREP_VERSION_CACHE_PATH", f"{batch.scratch}/semgrep-version"),
            # A larger young heap: some 6 % less time for 160 MB, since most of what a rule builds is soon thrown away.
            ("OCAMLRUNPARAM", "s=8M,o=200"),
        )
        return Command((*tool.program, *_OPTIONS, f"--jobs={batch.jobs}", *rules, batch.folder), env, _OK)

    def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        """Reads the copies in the batch's folder: Semgrep counts bytes, people and screens count characters."""
        output = semgrep_output.decode(printed.stdout, printed.code)
        semgrep_output.check_rules(output)
        files = {str(Path(batch.folder, file.name)): file for file in batch.files}
        paths = {name: file.path for name, file in files.items()}
        skipped = semgrep_output.gaps(output.errors, paths)
        unread = semgrep_output.unread(output.errors)
        findings, facts = self._matches(output, files)
        return Parsed(
            findings=tuple(findings),
            facts=tuple(facts),
            looked=frozenset(paths[name] for name in output.paths.scanned if name in paths and name not in unread),
            skipped=(*skipped, *self._renamed(batch.files)),
        )

    def _renamed(self, files: Sequence[BatchFile]) -> Iterator[Skipped]:
        """A rule that goes by the path was asked about the name of our copy."""
        if self.by_path:
            for file in files:
                if file.name != file.path:
                    yield Skipped(file.path, SkipKind.GAP, "renamed-copy", _RENAMED)

    def _matches(
        self, output: semgrep_output.Output, files: Mapping[str, BatchFile]
    ) -> tuple[list[Finding], list[Fact]]:
        by_path: dict[str, list[semgrep_output.Match]] = {}
        for match in output.results:
            by_path.setdefault(match.path, []).append(match)
        findings: list[Finding] = []
        facts: list[Fact] = []
        for path, matches in by_path.items():
            if path not in files:
                raise ScannerError("Semgrep reports about a file that it was not given.", "Try: walkdown doctor")
            lines = Path(path).read_bytes().split(b"\n")
            for match in dict.fromkeys(matches):
                seen = self._seen(match, files[path], lines)
                if isinstance(seen, Fact):
                    facts.append(seen)
                else:
                    findings.append(seen)
        return findings, facts

    def _seen(self, match: semgrep_output.Match, file: BatchFile, lines: list[bytes]) -> Finding | Fact:
        known = self._rules.find(match.check_id)
        if known is None:
            raise ScannerError("Semgrep reports a rule that it was not given.", "Try: walkdown doctor")
        place = semgrep_source.place(file.path, match, lines)
        if known.evidence:
            return Fact(known.rule, place, known.confidence)
        return Finding(
            known.rule,
            known.severity,
            known.confidence,
            place,
            sources=(Source(self.name, known.rule.id),),
            silenced=semgrep_source.silence(known.rule.id, match.start.line, lines),
        )


def _unread_note(paths: Sequence[str]) -> str:
    if not paths:
        return ""
    names = ", ".join(for_terminal(path, width=120) for path in paths[:_UNREAD_SHOWN])
    more = f" and {len(paths) - _UNREAD_SHOWN} more" if len(paths) > _UNREAD_SHOWN else ""
    return f"no Semgrep rules in {names}{more}, although in a folder of --rules"
