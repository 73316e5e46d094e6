"""Secrets in the tree: Kingfisher over our copies of the files, with its rules and ours.

The copies are called `<something>.txt`, because Kingfisher leaves out lock files, node_modules, HTML, SVG and more by
their names and does not say so. It does not list what it read either; a rule of ours that matches the end of every
file tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from walkdown.errors import ScannerError
from walkdown.model.outcome import Missing
from walkdown.model.place import FilePlace
from walkdown.model.scanner import Batch, BatchFile, Command, Parsed, Printed, SourceFile, Tool, Where
from walkdown.scanners.kingfisher import judge, output

_CONTEXT_BYTES = 400


class Kingfisher:
    name = "kingfisher"
    title = "Secrets"
    by_path = True  # tests, translations and browser code are told apart by where they lie
    batch = 2500

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - secrets lie in files of any kind
        return frozenset({"secret.code", "secret.frontend", "config.defaults"})

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        return output.find(where)

    def wants(self, file: SourceFile) -> bool:
        return file.size > 0

    def copied_as(self, path: str) -> str:  # noqa: ARG002 - one name for all
        return "copy.txt"  # Kingfisher leaves files out by their names; of this one it has no opinion

    def key(self, tool: Tool) -> str:
        return output.key(tool)

    def argv(self, tool: Tool, batch: Batch) -> Command:
        return output.command(tool, batch, batch.folder, "--git-history", "none")

    def parse(self, tool: Tool, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002 - one version
        """Reads the copies in the batch's folder: Kingfisher counts bytes, people and screens count characters."""
        files = {str(Path(batch.folder, file.name)): file for file in batch.files}
        by_file: dict[str, list[output.Item]] = {}
        for item in output.decode(printed.stdout):
            if item.finding.path not in files:
                raise ScannerError("Kingfisher reports about a file that it was not given.")
            by_file.setdefault(item.finding.path, []).append(item)
        looked: set[str] = set()
        seen: list[output.Seen] = []
        for path, items in by_file.items():
            if any(output.proves_reading(item) for item in items):
                looked.add(files[path].path)
            candidates = [item for item in items if item.rule.id != output.SEEN]
            if candidates:
                lines = Path(path).read_bytes().split(b"\n")
                seen.extend(_locate(files[path], item, lines) for item in candidates)
        findings = output.weigh(seen, batch.secret_key)
        return Parsed(findings=tuple(findings), looked=frozenset(looked))


def _locate(file: BatchFile, item: output.Item, lines: list[bytes]) -> output.Seen:
    """Where the secret is, in characters; only the line where its bytes are not what Kingfisher shows (decoded from
    base64 or UTF-16), so that a masker covers the whole line rather than the wrong part of it."""
    match = item.finding
    last = match.line + match.snippet.count("\n")
    sure = match.confidence == "high"
    span = ((match.line, match.column_start), (last, match.column_end))
    if not _is_there(match, last, lines):
        candidate = judge.Candidate(item.rule.id, match.snippet, file.path, sure=sure)
        return output.Seen(candidate, FilePlace(file.path, match.line, end_line=last), *span)
    line = lines[match.line - 1]
    before = _text(line[max(0, match.column_start - _CONTEXT_BYTES) : match.column_start])
    after = _text(lines[last - 1][match.column_end + 1 : match.column_end + 1 + _CONTEXT_BYTES])
    candidate = judge.Candidate(
        item.rule.id, match.snippet, file.path, before + match.snippet + after, len(before), sure
    )
    shift, length = judge.secret_span(candidate)
    start = len(_text(line[: match.column_start])) + shift + 1
    end = start + length if last == match.line else len(_text(lines[last - 1][: match.column_end + 1])) + 1
    return output.Seen(candidate, FilePlace(file.path, match.line, start, last, end), *span)


def _is_there(match: output.Match, last: int, lines: list[bytes]) -> bool:
    if match.encoding or not 1 <= match.line <= last <= len(lines):
        return False
    if match.line == last:
        return _text(lines[last - 1][match.column_start : match.column_end + 1]) == match.snippet
    text = b"\n".join(lines[match.line - 1 : last])
    tail = len(lines[last - 1]) - match.column_end - 1
    return _text(text[match.column_start : len(text) - max(0, tail)]) == match.snippet


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
