"""Gives a finding what tells it apart wherever its file lies: the symbol around it, a fingerprint and its context."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from walkdown.model.finding import Finding
from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, path_of
from walkdown.scan.families import SECRET, family_of, kin_of
from walkdown.syntax import Source, Span, View, read

_FINGERPRINT_DIGITS = 32
# Short on purpose: context only chooses between twins.
_CONTEXT_DIGITS = 6


def describe(findings: Sequence[Finding], source: bytes, *, key: bytes = b"") -> list[Finding]:
    """Findings of one file, in their order. Nothing here depends on the file's path, only on its extension.

    A secret's text enters no plain hash, so fingerprints are the same on every machine. With `key`, strings that were
    left out count through a keyed hash of their own, so that another value is another flaw.
    """
    if not findings:
        return []
    parsed = read(source, path_of(findings[0].place))
    return [_described(finding, parsed, key) for finding in findings]


def describe_placeless(findings: Sequence[Finding]) -> list[Finding]:
    """Findings about a package, a commit or the repository, which no source text describes."""
    return [_elsewhere(finding) for finding in findings]


def _described(finding: Finding, parsed: Source, key: bytes) -> Finding:
    place = finding.place
    if not isinstance(place, FilePlace):
        return _elsewhere(finding)
    family = family_of(finding)
    asked = Span(place.line, place.column, place.end_line, place.end_column)
    about_secret = bool(finding.secret) or kin_of(family) == SECRET or finding.rule.hazard.startswith("secret.")
    view = parsed.at(asked, blank=about_secret)
    return msgspec.structs.replace(
        finding,
        place=_placed(place, view),
        fingerprint=_hash(family, view.symbol, view.code),
        keyed=_keyed(finding, view, key),
        context="-".join(_hash(part)[:_CONTEXT_DIGITS] for part in view.context),
    )


def _placed(place: FilePlace, view: View) -> FilePlace:
    """Made exact: a scanner that flags a whole function means its header, and one that knows no end column means the
    expression that starts there."""
    if view.span is None:
        return msgspec.structs.replace(place, symbol=view.symbol)
    span = view.span
    return FilePlace(place.path, span.line, span.column, span.end_line, span.end_column, view.symbol)


def _keyed(finding: Finding, view: View, key: bytes) -> str:
    if finding.secret or not view.literals or not key:
        return ""
    return hmac.new(key, "\0".join(view.literals).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _elsewhere(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, fingerprint=_hash(*_about(finding)))


def _about(finding: Finding) -> tuple[str, ...]:
    place, family = finding.place, family_of(finding)
    if isinstance(place, PackagePlace):
        # Not the version: an update that is still vulnerable leaves the same flaw in place.
        return ("package", finding.rule.id, place.ecosystem, place.name)
    if isinstance(place, CommitPlace):
        where = () if finding.secret else (place.commit, str(place.line))
        return ("commit", family, *where)
    if isinstance(place, FilePlace):
        return ("file", family)
    return ("repo", family, finding.rule.id, place.about)


def _hash(*parts: str) -> str:
    # Lengths in front, so that no two lists of parts read the same.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_FINGERPRINT_DIGITS]
