"""Decides what a candidate of the secret scanner is: a real secret, a well-known default that works as one, or nothing.

Kingfisher's rules are wide on purpose; a regular expression cannot tell a password from the word "Password" in a
translation. Pure: the candidate comes in as text, nothing is read and nothing is kept.
"""

from __future__ import annotations

import re
from enum import Enum

import msgspec

from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.kingfisher import places, values


class Sort(Enum):
    SECRET = "secret"  # noqa: S105 - the name of a verdict
    DEFAULT = "default"
    NOTHING = "nothing"


class Candidate(msgspec.Struct, frozen=True):
    """`line` is the text around the value and `at` where the value starts in it, as far as they are known."""

    rule: str
    value: str
    path: str
    line: str = ""
    at: int = 0
    sure: bool = False

    @property
    def before(self) -> str:
        return self.line[: self.at]

    @property
    def after(self) -> str:
        return self.line[self.at + len(self.value) :] if self.line else ""


class Verdict(msgspec.Struct, frozen=True):
    sort: Sort
    severity: Severity = Severity.HIGH
    confidence: Confidence = Confidence.LIKELY
    browser: bool = False
    what: str = ""


NOTHING = Verdict(Sort.NOTHING)
SERVICE_ROLE = "service-role"

# What these rules find is meant to be seen by everyone, or is no secret without its other half. Of the addresses only
# those that are named here: others, such as a webhook's, are secrets as a whole.
_PUBLIC = re.compile(
    r"(?:-client-id|-application-id|-account-id|-pub-key|-pub-api-key|-public-key|\.posthog-project-api-key"
    r"|\.artifactory-jfrog-url|\.salesforce-instance-url|\.supabase-project-url|\.upstash-redis-rest-url)(?:\.\d+)?$"
)
# Provider rules that go by context more than by shape; what they find is weighed like an assignment of ours.
_LIKE = {
    "betterleaks.generic-credential-uri": "url",
    "betterleaks.mongodb-connection-string": "url",
    "betterleaks.curl-auth-header": "token",
    "betterleaks.curl-auth-user": "password",
    "betterleaks.hashicorp-tf-password": "password",
    "betterleaks.nuget-config-password": "password",
    "betterleaks.aws-secret-access-key": "secret",
    "betterleaks.aws-session-token": "secret",
    "walkdown.url-password": "url",
    "walkdown.bearer-token": "token",
    "walkdown.docker-env": "password",
    "walkdown.aws-secret-access-key": "secret",
    "walkdown.default-credential.digits": "password",
}

_IN_URL = re.compile(r"(?i)[a-z][a-z0-9+.-]*://[^:/@\s]*:([^@\s]+)@")
_PUBLISHABLE = (
    "pk_live_", "pk_test_", "pk.ey", "pk-lf-", "live_pub_", "test_pub_", "pubkey-", "FLWPUBK", "sb_publishable_",
    "phc_", "-----BEGIN PUBLIC", "ssh-",
)  # fmt: skip
_LONG_IN_REHEARSAL = 24  # shorter ones in tests and documentation are made up for the page
_LOCAL_HOST = re.compile(
    r"(?i)^@(?:localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal|[a-z0-9_-]+(?=[:/?\"'\s]|$))"
)
_STANDS_IN = re.compile(r"(?i)^(?:your|my|some|a|the)[-_ ].*(?:secret|key|jwt)|secret.*(?:key|jwt)|jwt.*secret")
_STOOD_FOR_USER = re.compile(
    r"(?i)://[\[<{(]?(?:user(?:name)?|login|u|usr|foo|me|myuser|dbuser|db_user|someuser|name|<|\{|\$|\[)[^:/@\s]{0,3}:$"
)


def judge(candidate: Candidate) -> Verdict:
    """The one question this file answers."""
    value = candidate.value
    if (claims := values.claims(value)) is not None:
        return _judge_token(candidate, claims)
    kind = _LIKE.get(candidate.rule) or _kind_of(candidate.rule)
    if not kind:
        return _judge_shaped(candidate)
    if places.is_generated(candidate.path) or places.is_translation(candidate.path):
        return NOTHING
    if kind == "url":
        return _judge_url(candidate)
    if candidate.rule.endswith(".bare") and not _bare_is_text(candidate):
        return NOTHING
    return _judge_named(candidate, kind)


def is_public_rule(rule: str) -> bool:
    """Finds what is meant to be seen by everyone."""
    return _PUBLIC.search(rule) is not None


def goes_by_name(rule: str) -> bool:
    """Found because the code itself calls it a password, a secret or a token."""
    return _kind_of(rule) in ("password", "signing-key", "secret", "token")


def secret_span(candidate: Candidate) -> tuple[int, int]:
    """Start and length of the secret inside the value: some rules give a whole connection string."""
    whole = _IN_URL.match(candidate.value)
    if whole is not None:
        return whole.start(1), len(whole[1])
    kind = _LIKE.get(candidate.rule) or _kind_of(candidate.rule)
    return 0, len(candidate.value.rstrip(",;)")) if kind else len(candidate.value)


def secret_in(candidate: Candidate) -> str:
    start, length = secret_span(candidate)
    return candidate.value[start : start + length]


def _kind_of(rule: str) -> str:
    parts = rule.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == "walkdown" else ""


def _judge_token(candidate: Candidate, claims: values.Claims) -> Verdict:
    if claims.role == "anon" or claims.sub == "1234567890":
        return NOTHING
    rehearsal = places.is_rehearsal(candidate.path)
    if claims.role == "service_role":
        if claims.iss == "supabase-demo":
            return NOTHING if rehearsal else _default(Severity.MEDIUM, Confidence.SURE)
        browser = places.is_browser_code(candidate.path, candidate.before)
        return Verdict(Sort.SECRET, Severity.CRITICAL, Confidence.SURE, browser, SERVICE_ROLE)
    # Any other token is short-lived as a rule, and in a test it is signed with the test's own key.
    return NOTHING if rehearsal else Verdict(Sort.SECRET, Severity.MEDIUM, Confidence.LIKELY)


def _judge_shaped(candidate: Candidate) -> Verdict:  # noqa: PLR0911 - one line for each way out
    """The provider's own shape has matched, often with its checksum: only samples and public keys are let go."""
    value, path = candidate.value, candidate.path
    if _PUBLIC.search(candidate.rule) or re.search(r"EXAMPLE|x{6,}|X{6,}|\.{3}|<[a-z _-]+>|\$\{", value):
        return NOTHING
    if values.is_known_default(value):
        return NOTHING if places.is_rehearsal(path) else _default(Severity.LOW, Confidence.SURE)
    browser = places.is_browser_code(path, candidate.before)
    if candidate.rule == "betterleaks.gcp-api-key":
        # Google's browser keys are made to be seen; what protects them is the list of sites they may be used from.
        return Verdict(Sort.SECRET, Severity.LOW if browser else Severity.MEDIUM, Confidence.UNSURE, browser)
    if places.is_test(path):
        return Verdict(Sort.SECRET, Severity.LOW, Confidence.UNSURE)
    if places.is_rehearsal(path):
        return Verdict(Sort.SECRET, Severity.MEDIUM, Confidence.LIKELY)  # a README shows the key that was tried
    if re.search(r"(?i)(?:^|[_-])test_", value[:12]):
        return Verdict(Sort.SECRET, Severity.LOW, Confidence.LIKELY, browser)
    return Verdict(
        Sort.SECRET,
        Severity.CRITICAL if browser else Severity.HIGH,
        Confidence.SURE if candidate.sure else Confidence.LIKELY,
        browser,
    )


def _judge_url(candidate: Candidate) -> Verdict:  # noqa: PLR0911 - one line for each way out
    value = secret_in(candidate)
    if values.is_placeholder(value) or values.is_reference(value) or _STOOD_FOR_USER.search(candidate.before):
        return NOTHING
    rehearsal = places.is_rehearsal(candidate.path) or places.is_template(candidate.path)
    local = bool(_LOCAL_HOST.match(candidate.after))
    if values.is_machine_made(value) and (not rehearsal or len(value) >= _LONG_IN_REHEARSAL):
        return Verdict(Sort.SECRET, Severity.LOW if rehearsal or local else Severity.HIGH, _less_if(rehearsal or local))
    if rehearsal:
        return NOTHING
    user = re.search(r"//([^:/@\s]+):$", candidate.before)
    if values.is_known_default(value) or values.says_change_me(value) or (user and user.group(1) == value):
        return _default(Severity.LOW if local else Severity.MEDIUM, Confidence.LIKELY)
    if local:
        return _default(Severity.LOW, Confidence.UNSURE)
    if not candidate.line:
        return Verdict(Sort.SECRET, Severity.MEDIUM, Confidence.UNSURE)  # the host is not known
    return Verdict(Sort.SECRET, Severity.HIGH, Confidence.LIKELY)


def _judge_named(candidate: Candidate, kind: str) -> Verdict:  # noqa: PLR0911 - one line for each way out
    value = secret_in(candidate)
    rehearsal = places.is_rehearsal(candidate.path)
    if values.is_hash(value) or values.is_reference(value) or value.startswith(_PUBLISHABLE):
        return NOTHING
    if kind == "signing-key" and value.startswith("django-insecure-"):
        return NOTHING if rehearsal else Verdict(Sort.SECRET, Severity.HIGH, Confidence.SURE)
    weak = _is_weak(candidate, kind, value)
    if weak:
        return NOTHING if rehearsal or places.is_template(candidate.path) or places.is_ci(candidate.path) else weak
    if values.is_placeholder(value) or _repeats_name(candidate, value):
        return NOTHING
    if values.is_uuid(value):
        fits = kind in ("api-key", "secret", "token") and not places.is_code(candidate.path) and not rehearsal
        return Verdict(Sort.SECRET, Severity.MEDIUM, Confidence.UNSURE) if fits else NOTHING
    if values.is_machine_made(value):
        return _machine_made(candidate, rehearsal)
    if rehearsal or places.is_template(candidate.path):
        return NOTHING
    return _typed(candidate, kind, value)


def _machine_made(candidate: Candidate, rehearsal: bool) -> Verdict:
    if rehearsal:
        long = len(candidate.value) >= _LONG_IN_REHEARSAL
        return Verdict(Sort.SECRET, Severity.LOW, Confidence.UNSURE) if long else NOTHING
    if places.is_ci(candidate.path):
        return Verdict(Sort.SECRET, Severity.MEDIUM, Confidence.UNSURE)
    if candidate.value.startswith("sk_test_"):
        return Verdict(Sort.SECRET, Severity.LOW, Confidence.LIKELY)
    browser = places.is_public_name(candidate.before)
    return Verdict(Sort.SECRET, Severity.CRITICAL if browser else Severity.HIGH, Confidence.LIKELY, browser)


def _typed(candidate: Candidate, kind: str, value: str) -> Verdict:
    """A value that is neither a known default nor made by a machine: a person's password, or a plain word."""
    in_code = places.is_code(candidate.path)
    if kind == "password":
        if values.is_typed_password(value):
            return Verdict(Sort.SECRET, Severity.HIGH, Confidence.LIKELY)
        if not in_code and len(value) >= 6:
            return Verdict(Sort.SECRET, Severity.MEDIUM, Confidence.UNSURE)
    elif kind == "signing-key":
        if values.is_typed_password(value):
            return Verdict(Sort.SECRET, Severity.HIGH, Confidence.LIKELY)
        if not in_code:
            return _default(Severity.HIGH, Confidence.UNSURE)  # words that sign: whoever guesses them can sign too
    return NOTHING


def _is_weak(candidate: Candidate, kind: str, value: str) -> Verdict | None:
    """A default that works: how bad it is depends on what it opens and where it stands."""
    known = values.is_known_default(value)
    says = values.says_change_me(value)
    takes_effect = candidate.rule.endswith(".fallback") or not places.is_code(candidate.path)
    if kind == "signing-key":
        # A signing key works whatever it says, so even "your-secret-key" signs sessions that anyone can forge.
        stands_in = _STANDS_IN.search(value) or (takes_effect and values.is_placeholder(value))
        if (known or says or stands_in) and not _is_name(candidate, value) and not _has_hole(value):
            return _default(Severity.HIGH, Confidence.LIKELY)
    elif kind == "password":
        if (known and not _is_label(candidate, value)) or says:
            return _default(Severity.MEDIUM, Confidence.LIKELY)
    elif (known or says) and takes_effect and value.lower() not in ("token", "secret", "key", "test", "bearer"):
        return _default(Severity.MEDIUM, Confidence.LIKELY)
    return None


def _is_label(candidate: Candidate, value: str) -> bool:
    """`"password": "Password"` in code or JSON is what a person reads on the screen, or the name of a field."""
    if re.search(rf"(?:^|[^A-Za-z0-9_]){re.escape(value.upper())}\s*=\s*[\"']$", candidate.before):
        return places.is_code(candidate.path)
    return value.lower() in ("password", "passwd", "pass", "username", "login", "change", "default", "test") and (
        not value.islower() or places.holds_fields(candidate.path)
    )


def _is_name(candidate: Candidate, value: str) -> bool:
    """`SECRET_KEY = "secret_key"` may name a field; where it falls back or configures an app it is the key itself."""
    if candidate.rule.endswith(".fallback") or re.search(r"(?i)\bapp\.|config", candidate.before):
        return False
    return _repeats_name(candidate, value)


def _repeats_name(candidate: Candidate, value: str) -> bool:
    plain = re.sub(r"[^a-z]", "", value.lower())
    if len(plain) < 4 or len(plain) != len(re.sub(r"[-_.\s]", "", value)):
        return False
    before = re.sub(r"[^a-z]", "", candidate.before.lower())
    return plain in before if candidate.line else plain.endswith(("password", "secret", "token", "key"))


def _has_hole(value: str) -> bool:
    return re.search(r"\$\{|\{\{|<|%\(|^\$|\.\.\.|\*{3}|x{6,}", value) is not None


def _bare_is_text(candidate: Candidate) -> bool:
    """Unquoted, a value is text in .env, YAML and shell files; in code it is an expression."""
    if places.is_code(candidate.path):
        return False
    if re.search(r"[(){}\[\]]|->|=>|\|\||&&", candidate.value):
        return False
    if places.is_prose(candidate.path):
        return values.is_machine_made(candidate.value)
    return True


def _default(severity: Severity, confidence: Confidence) -> Verdict:
    return Verdict(Sort.DEFAULT, severity, confidence)


def _less_if(doubt: bool) -> Confidence:
    return Confidence.UNSURE if doubt else Confidence.LIKELY
