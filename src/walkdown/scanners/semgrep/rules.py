"""Reads Semgrep rule files, ours and those of `--rules`, for what findings say and which files they are about.

Titles, texts and severities come from here and never from Semgrep's output, whose messages carry code of the target.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import msgspec.yaml

from walkdown.errors import SettingsError
from walkdown.model import Confidence, Rule, Severity

OWN_FOLDER = Path(__file__).parents[2] / "rules" / "semgrep"

_SEVERITIES = {
    "CRITICAL": Severity.CRITICAL,
    "ERROR": Severity.HIGH,
    "HIGH": Severity.HIGH,
    "WARNING": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "INFO": Severity.LOW,
    "LOW": Severity.LOW,
    "INVENTORY": Severity.INFO,
    "EXPERIMENT": Severity.INFO,
}
_CONFIDENCES = {"HIGH": Confidence.SURE, "MEDIUM": Confidence.LIKELY, "LOW": Confidence.UNSURE}
_SECRET_CWES = frozenset({256, 259, 321, 522, 540, 615, 798})
_CWE = re.compile(r"(?:CWE-)?0*(\d{1,5})\b", re.IGNORECASE)


class _Own(msgspec.Struct, frozen=True):
    """`metadata.walkdown`: what this project's rules say about themselves."""

    kind: Literal["hazard", "evidence"]
    hazard: str
    title: str
    family: str = ""
    severity: Severity | None = None
    confidence: Confidence = Confidence.LIKELY
    fix: str = ""


class _Metadata(msgspec.Struct, frozen=True):
    # Other people's metadata is free-form: what we use of it is looked at before it is believed.
    walkdown: _Own | None = None
    cwe: object = None
    confidence: object = None
    source: object = None


class _RuleText(msgspec.Struct, frozen=True):
    id: str
    languages: tuple[str, ...] = ()
    message: str = ""
    severity: str = "WARNING"
    metadata: _Metadata = _Metadata()
    paths: object = None


class _File(msgspec.Struct, frozen=True):
    rules: tuple[_RuleText, ...]


class Known(msgspec.Struct, frozen=True):
    """A rule as findings need it. `evidence` rules speak for the code: what they match is a fact."""

    rule: Rule
    severity: Severity
    confidence: Confidence
    evidence: bool
    languages: tuple[str, ...] = ()


class RuleSet(msgspec.Struct, frozen=True):
    """All loaded rules by id. `unread`: YAML files of the folders that hold no rules, and so were left out."""

    files: tuple[str, ...]
    rules: Mapping[str, Known]
    languages: frozenset[str]
    by_path: bool
    digest: str
    unread: tuple[str, ...] = ()

    def find(self, check: str) -> Known | None:
        """The rule of an id in the output, which some versions put the folders of the rule file in front of."""
        while check not in self.rules:
            _, dot, check = check.partition(".")
            if not dot:
                return None
        return self.rules[check]


def load(folders: Sequence[str]) -> RuleSet:
    """Our rules and those of the given folders. Raises SettingsError where Semgrep would drop one silently."""
    files: list[str] = []
    unread: list[str] = []
    known: dict[str, Known] = {}
    languages: set[str] = set()
    digests: list[str] = []
    by_path = False
    for folder in (str(OWN_FOLDER), *folders):
        before = len(known)
        for path in _rule_files(folder):
            data = _read(path)
            texts = _decode(path, data)
            if texts is None:
                unread.append(str(path))
                continue
            for text in texts:
                if text.id in known:
                    raise SettingsError(f"{path}: the rule id {text.id} is already taken.", "Give each rule its own.")
                known[text.id] = _known(path, text)
                languages.update(language.lower() for language in text.languages)
                by_path = by_path or text.paths is not None
            files.append(str(path))
            digests.append(hashlib.sha256(data).hexdigest())
        if len(known) == before:
            raise SettingsError(f"{folder} holds no Semgrep rules.", "Name a folder with .yml or .yaml rule files.")
    digest = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
    return RuleSet(tuple(files), known, frozenset(languages), by_path, digest, tuple(unread))


def _rule_files(folder: str) -> Iterator[Path]:
    """Without hidden folders, and without the examples that Semgrep's own test command calls `.test.yaml`."""
    root = Path(folder)
    if not root.is_dir():
        raise SettingsError(f"{folder} is no folder.", "Give --rules a folder of Semgrep rules.")
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root)
        hidden = any(part.startswith(".") for part in inner.parts)
        if path.suffix in (".yml", ".yaml") and not hidden and not path.stem.endswith(".test") and path.is_file():
            yield path.absolute()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}."
        raise SettingsError(what, "Allow it, or leave the folder out.") from error


def _decode(path: Path, data: bytes) -> tuple[_RuleText, ...] | None:
    """None where it is some other YAML: people keep workflows and notes beside their rules."""
    try:
        return msgspec.yaml.decode(data, type=_File).rules
    except msgspec.ValidationError as error:
        if not _has_rules(data):
            return None
        raise SettingsError(f"{path} is no Semgrep rule file: {error}.", "Correct it, or take it out.") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f"{path} is not valid YAML.", "Correct it, or take it out of the folder.") from error


def _has_rules(data: bytes) -> bool:
    content = msgspec.yaml.decode(data)
    return isinstance(content, dict) and "rules" in content


def _known(path: Path, text: _RuleText) -> Known:
    own = text.metadata.walkdown
    if own is None:
        return _foreign(path, text)
    if own.kind == "hazard" and own.severity is None:
        raise SettingsError(f"{path}: the rule {text.id} has no severity.", "Add metadata.walkdown.severity.")
    rule = Rule(
        tool="semgrep",
        id=text.id,
        title=own.title,
        message=text.message.strip(),
        fix=own.fix,
        hazard=own.hazard,
        family=own.family,
        cwe=_cwes(text.metadata.cwe),
    )
    return Known(rule, own.severity or Severity.INFO, own.confidence, own.kind == "evidence", text.languages)


def _foreign(path: Path, text: _RuleText) -> Known:
    """A rule that was written for plain Semgrep."""
    severity = _SEVERITIES.get(text.severity.upper())
    if severity is None:
        what = f"{path}: the rule {text.id} has the severity {text.severity}, which is none of Semgrep's."
        raise SettingsError(what, "Use CRITICAL, ERROR, WARNING or INFO.")
    source = text.metadata.source
    cwe = _cwes(text.metadata.cwe)
    about_secret = _SECRET_CWES.intersection(cwe) or {"secret", "secrets"}.intersection(text.id.lower().split("."))
    rule = Rule(
        tool="semgrep",
        id=text.id,
        title=re.sub(r"[-_]+", " ", text.id.rpartition(".")[2]).strip().capitalize(),
        message=text.message.strip(),
        url=source if isinstance(source, str) and source.startswith("https://") else "",
        family="hardcoded-secret" if about_secret else "",  # so that its lines are masked wherever code is shown
        cwe=cwe,
    )
    confidence = _CONFIDENCES.get(str(text.metadata.confidence).upper(), Confidence.LIKELY)
    return Known(rule, severity, confidence, evidence=False)


def _cwes(value: object) -> tuple[int, ...]:
    """Numbers, or texts such as "CWE-89: ...", one or several."""
    several = value if isinstance(value, list) else [value]
    found = (_CWE.match(str(one)) for one in several if isinstance(one, int | str))
    return tuple(int(match.group(1)) for match in found if match)
