"""What a SARIF result means in our words: how bad, how sure, which weakness, and a title without secrets."""

from __future__ import annotations

import re

from walkdown.model import Confidence, Severity
from walkdown.safetext import Masker, for_terminal
from walkdown.scanners.sarif import shape

_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
    "informational": Severity.INFO,
}
_CONFIDENCES = {
    "very-high": Confidence.SURE,
    "sure": Confidence.SURE,
    "high": Confidence.SURE,
    "likely": Confidence.LIKELY,
    "medium": Confidence.LIKELY,
    "low": Confidence.UNSURE,
    "unsure": Confidence.UNSURE,
}
_PRECISIONS = {
    "very-high": Confidence.SURE,
    "high": Confidence.LIKELY,
    "medium": Confidence.UNSURE,
    "low": Confidence.UNSURE,
}
_CWE = re.compile(r"(?i)\bcwe[-/_ ]{0,2}(?:cwe-)?0{0,3}(\d{1,5})\b")
_SECRET_TOOLS = re.compile(
    r"(?i)gitleaks|trufflehog|detect-secrets|ggshield|noseyparker|kingfisher|secretlint|whispers"
)
_SECRET_CWES = frozenset((259, 321, 522, 540, 615, 798))
_NET = Masker()


def short(text: str | None, width: int) -> str:
    """Foreign text as one short line that shows no credential. Cut last, so that no half secret stays."""
    return for_terminal(_NET.mask_text((text or "")[:5000]), width=width).strip()


def title_of(told: shape.Rule) -> str:
    texts = (told.short_description, told.help)
    said = (short(text.text.strip().partition("\n")[0], 160) for text in texts if text and text.text)
    return next(filter(None, said), "") or short(told.name, 160) or short(told.id, 160)


def link_of(uri: str | None) -> str:
    shown = short(uri, 500)
    return shown if uri == shown and shown.startswith(("https://", "http://")) and " " not in shown else ""


def severity_of(
    result: shape.Result, told: shape.Rule, properties: shape.Properties, general: shape.Properties, *, usual: str
) -> Severity:
    """What the result says of itself, else its rule: the score GitHub reads, else a word. Last comes the level."""
    words = (properties.severity, properties.issue_severity, properties.zizmor_severity)
    for score, said in ((properties.score, words), (general.score, (general.severity,))):
        named = (_SEVERITIES.get(str(word).lower()) for word in said)
        found = _by_score(score) or next(filter(None, named), None)
        if found:
            return found
    default = told.default_configuration.level if told.default_configuration else None
    return _LEVELS.get(result.level or default or usual, Severity.MEDIUM)


def _by_score(score: str | float | None) -> Severity | None:
    try:
        number = float(score) if score is not None else 0.0
    except ValueError:
        return None
    for least, severity in ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM)):
        if number >= least:
            return severity
    return Severity.LOW if number > 0 else None


def confidence_of(properties: shape.Properties, general: shape.Properties) -> Confidence:
    words = (properties.confidence, properties.issue_confidence, properties.zizmor_confidence, general.confidence)
    said = (_CONFIDENCES.get(str(word).lower()) for word in words)
    return next(filter(None, said), None) or _PRECISIONS.get(general.precision or "", Confidence.LIKELY)


def cwes_of(
    result: shape.Result, told: shape.Rule, properties: shape.Properties, general: shape.Properties
) -> tuple[int, ...]:
    texts = [*(properties.tags or ()), *(general.tags or ())]
    for said in (properties.cwe, general.cwe):
        texts += [said] if isinstance(said, str) else said or ()
    targets = [*(result.taxa or ()), *(one.target for one in told.relationships or () if one.target)]
    texts += [
        f"CWE-{(one.id or '').upper().removeprefix('CWE-')}"
        for one in targets
        if one.tool_component and (one.tool_component.name or "").upper() == "CWE"
    ]
    return tuple(sorted({int(found) for text in texts for found in _CWE.findall(text)}))


def is_secret(tool: str, told: shape.Rule, cwe: tuple[int, ...]) -> bool:
    """Then the line it points to must be hidden wherever code is shown."""
    tags = shape.decode_or(told.properties, shape.Properties, shape.Properties()).tags or ()
    named = any("secret" in tag.lower() for tag in tags)
    return named or bool(_SECRET_CWES.intersection(cwe)) or bool(_SECRET_TOOLS.search(tool))
