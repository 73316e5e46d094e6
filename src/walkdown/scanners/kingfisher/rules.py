"""What walkdown says about a secret: one Rule for each kind of find, in our own words."""

from __future__ import annotations

import re
from functools import lru_cache

from walkdown.model.finding import Rule, Silence
from walkdown.scanners.kingfisher.judge import SERVICE_ROLE, Sort, Verdict

_TITLES = {
    "walkdown.password": "Password in the code",
    "walkdown.signing-key": "Signing key in the code",
    "walkdown.secret": "Secret in the code",
    "walkdown.token": "Token in the code",
    "walkdown.api-key": "API key in the code",
    "walkdown.url-password": "Password inside a connection string",
    "walkdown.aws-secret-access-key": "AWS secret access key in the code",
    "walkdown.bearer-token": "Token in an Authorization header",
    "walkdown.docker-env": "Secret built into the container image",
}
# Rules of the tool that only know the surroundings; ours say the same with a clearer name.
_VAGUE = re.compile(r"^betterleaks\.(?:generic-|curl-|hashicorp-tf-password|kubernetes-secret|jwt)")
_SILENCERS = re.compile(
    r"(?i)kingfisher:\s*(?:ignore|allow)|(?:gitleaks|betterleaks):\s*allow|trufflehog:\s*ignore|pragma:\s*allowlist\s+secret"
    r"|nosemgrep|\bnosec\b"
)

_ROTATE = (
    "Take the old value back where it was issued and issue a new one; deleting the line is not enough, it stays in the "
    "history. Then read it from the environment or a secret manager."
)
_CODE_MESSAGE = (
    "Everyone who can read this repository, a backup of it or a build made from it can use this secret in your name."
)
_HISTORY_MESSAGE = (
    "The file no longer shows it, but every clone carries the old version. Whoever has one can use the secret until it "
    "is taken back where it was issued."
)
_BROWSER_MESSAGE = "This code is sent to every visitor, and the secret with it. Anyone can read it out and use it."
_SERVICE_ROLE_MESSAGE = (
    "A Supabase service_role key passes every row-level rule. In the hands of a stranger it reads, changes and deletes "
    "all data of all users."
)
_DEFAULT_MESSAGE = (
    "It works as a credential and is among the first values anyone tries. If the deploy forgets to set its own, the "
    "application starts with this one and nobody notices."
)
_DEFAULT_FIX = "Remove the value and let the application refuse to start while the setting is missing."


def short(rule: str) -> str:
    """The rule without the way the value was written down."""
    return re.sub(r"\.(?:quoted|bare|fallback|digits)$", "", rule)


def precedence(rule: str) -> int:
    """A provider's own shape says most, then what signs, then the surroundings, then a bare name."""
    if not rule.startswith("walkdown."):
        return 2 if _VAGUE.match(rule) else 0
    order = (
        "aws-secret",
        "signing-key",
        "url-password",
        "docker-env",
        "password",
        "bearer",
        "api-key",
        "secret",
        "token",
    )
    place = next((index for index, name in enumerate(order) if rule.startswith("walkdown." + name)), len(order))
    return 1 if place <= 1 else 3 + place


@lru_cache(maxsize=512)
def rule_for(tool_rule: str, verdict: Verdict, history: bool) -> Rule:
    name = short(tool_rule)
    if verdict.sort is Sort.DEFAULT:
        return _default_rule(name)
    title = _TITLES.get(name) or f"Secret in the code: {_spoken(name)}"
    message = _CODE_MESSAGE
    if verdict.what == SERVICE_ROLE:
        name, title, message = "walkdown.supabase-service-role", "Supabase service_role key", _SERVICE_ROLE_MESSAGE
    plain = title.replace(" in the code", "")
    if history:
        return _rule(name, f"{plain} in the history", (_HISTORY_MESSAGE, _ROTATE), "secret.history", (798, 540))
    if verdict.browser:
        if verdict.what != SERVICE_ROLE:
            message = _BROWSER_MESSAGE
        fix = "Move the call that needs it to the server. " + _ROTATE
        return _rule(name, f"{plain} in browser code", (message, fix), "secret.frontend", (798, 200))
    return _rule(name, title, (message, _ROTATE), "secret.code", (798,))


def _default_rule(name: str) -> Rule:
    kind = {"betterleaks.generic-credential-uri": "url-password"}.get(name, name.rpartition(".")[2])
    known = "walkdown.default-credential"
    rule = known if name == known else f"{known}.{kind}"
    return _rule(rule, "Known default credential", (_DEFAULT_MESSAGE, _DEFAULT_FIX), "config.defaults", (1392, 798))


def silence(line: str, number: int) -> Silence | None:
    """A comment that asks some secret scanner to look away from this line."""
    said = _SILENCERS.search(line)
    return Silence(how=said[0], line=number) if said else None


def _rule(name: str, title: str, text: tuple[str, str], hazard: str, cwe: tuple[int, ...]) -> Rule:
    family = "default-credential" if hazard == "config.defaults" else "hardcoded-secret"
    return Rule("kingfisher", name, title, *text, hazard=hazard, family=family, cwe=cwe)


def _spoken(rule: str) -> str:
    """`betterleaks.slack-bot-token` reads as "slack bot token"."""
    return re.sub(r"[-_/]+", " ", re.sub(r"\.\d+$", "", rule).rpartition(".")[2].removeprefix("secrets/"))
