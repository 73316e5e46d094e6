"""Decodes Semgrep's JSON: matches, what it looked at, and everything that kept it from looking.

Messages, source lines and variables in it quote the target, invalid bytes included; they are never decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from walkdown.errors import ScannerError
from walkdown.model import SkipKind, Skipped

# Rules that run out of time on one file before Semgrep leaves the rest of them out. It does not say that it did.
GIVES_UP_AFTER = 3

_NO_SYNTAX = frozenset({"Syntax error", "Other syntax error", "Lexical error", "AST builder error"})
_NO_TIME = frozenset({"Timeout", "Fixpoint timeout"})
_NO_ROOM = frozenset({"Out of memory", "Stack overflow"})
_BAD_RULE = frozenset(
    {
        "Rule parse error",
        "Pattern parse error",
        "PatternParseError",
        "InvalidRuleSchemaError",
        "UnknownLanguageError",
        "Invalid YAML",
        "IncompatibleRule",
        "Incompatible rule",
        "Missing plugin",
    }
)
_PLAIN = re.compile(r"[\w.: -]{1,80}")


class At(msgspec.Struct, frozen=True):
    """A position; `col` counts bytes, from 1, a byte order mark included."""

    line: int
    col: int


class Match(msgspec.Struct, frozen=True):
    check_id: str
    path: str
    start: At
    end: At


class Error(msgspec.Struct, frozen=True):
    kind: str | tuple[str, msgspec.Raw] = msgspec.field(name="type")
    level: str = "error"
    path: str = ""
    rule_id: str = ""

    @property
    def name(self) -> str:
        name = self.kind if isinstance(self.kind, str) else self.kind[0]
        return name if _PLAIN.fullmatch(name) else "unknown error"

    @property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """First and last line of each part that was not understood."""
        if isinstance(self.kind, str):
            return ()
        spans = msgspec.json.decode(self.kind[1], type=tuple[_Span, ...])
        return tuple((span.start.line, span.end.line) for span in spans)


class _Span(msgspec.Struct, frozen=True):
    start: At
    end: At


class _Paths(msgspec.Struct, frozen=True):
    scanned: tuple[str, ...]


class _SkippedRule(msgspec.Struct, frozen=True):
    rule_id: str


class Output(msgspec.Struct, frozen=True):
    results: tuple[Match, ...]
    errors: tuple[Error, ...]
    paths: _Paths
    skipped_rules: tuple[_SkippedRule, ...] = ()


def decode(stdout: bytes, code: int) -> Output:
    try:
        return _decode(stdout)
    except msgspec.MsgspecError as error:
        what = f"Semgrep's output cannot be read (exit code {code})."
        raise ScannerError(what, "Try: walkdown doctor") from error


# Made once, here: msgspec crashes where two threads meet a type for the first time.
_outputs = msgspec.json.Decoder(Output)


def _decode(stdout: bytes) -> Output:
    try:
        return _outputs.decode(stdout)
    except UnicodeDecodeError:
        # Semgrep copies bytes that are no UTF-8 from the source into its messages.
        return _outputs.decode(stdout.decode("utf-8", "replace"))


def check_rules(output: Output) -> None:
    """A rule that was not run would look like a pass everywhere; the whole run fails instead."""
    for error in output.errors:
        if error.name in _BAD_RULE:
            rule = _bare(error.rule_id)
            what = f"Semgrep cannot use {f'the rule {rule}' if rule else 'a rule file'}: {error.name}."
            raise ScannerError(what, "Correct it or take it out of the --rules folder.")
    for skipped in output.skipped_rules:
        rule = _bare(skipped.rule_id) or "with an odd name"
        raise ScannerError(f"Semgrep left out the rule {rule}.", "Correct it or take it out of the --rules folder.")
    for error in output.errors:
        if not error.path and error.level == "error":
            raise ScannerError(f"Semgrep failed: {error.name}.", "Try: walkdown doctor")


def gaps(errors: Sequence[Error], paths: Mapping[str, str]) -> tuple[Skipped, ...]:
    """One line for each file and kind of trouble. `paths`: reported path by the path in the output."""
    troubles: dict[tuple[str, str], list[Error]] = {}
    for error in errors:
        if error.path and error.level != "info":
            path = paths.get(error.path)
            if path is None:
                raise ScannerError("Semgrep reports about a file that it was not given.", "Try: walkdown doctor")
            troubles.setdefault((path, _code(error)), []).append(error)
    return tuple(
        Skipped(path, SkipKind.GAP, code, _reason(code, several)) for (path, code), several in sorted(troubles.items())
    )


def unread(errors: Iterable[Error]) -> frozenset[str]:
    """Paths, as in the output, of which it cannot be said that Semgrep looked at them at all."""
    return frozenset(error.path for error in errors if _code(error) in ("syntax-error", "too-heavy", "tool-error"))


def _code(error: Error) -> str:
    if error.name == "PartialParsing":
        return "partly-parsed"
    if error.name in _NO_SYNTAX:
        return "syntax-error"
    if error.name in _NO_TIME:
        return "rule-timeout"
    if error.name in _NO_ROOM:
        return "too-heavy"
    if error.name == "Too many matches":
        return "too-many-matches"
    return "tool-error"


def _reason(code: str, errors: Sequence[Error]) -> str:
    rules = sorted({_bare(error.rule_id) for error in errors} - {""})
    named = f" ({', '.join(rules)})" if rules else ""
    if code == "syntax-error":
        return "Semgrep could not parse it"
    if code == "partly-parsed":
        return f"Semgrep could not parse {_lines(errors)}; it looked at the rest"
    if code == "rule-timeout":
        given_up = "; it left the remaining rules out" if len(rules) >= GIVES_UP_AFTER else ""
        return f"Semgrep ran out of time{named}{given_up}"
    if code == "too-heavy":
        return f"Semgrep ran out of memory{named}"
    if code == "too-many-matches":
        return f"A rule matched too often, and Semgrep dropped what it found{named}"
    return f"Semgrep failed on it: {errors[0].name}{named}"


def _bare(rule: str) -> str:
    """Without the folders that some versions put in front; empty where it is no plain name."""
    return rule.rpartition(".")[2] if _PLAIN.fullmatch(rule) else ""


def _lines(errors: Sequence[Error]) -> str:
    """The first three places in words; whoever opens the file sees the others."""
    places = sorted({place for error in errors for place in error.lines})
    parts = [str(first) if first == last else f"{first} to {last}" for first, last in places]
    parts = list(dict.fromkeys(parts))
    more = f" and {len(parts) - 3} more places" if len(parts) > 3 else ""
    word = "line" if len(parts) == 1 and " " not in parts[0] else "lines"
    return f"{word} {', '.join(parts[:3])}{more}" if parts else "some lines"
