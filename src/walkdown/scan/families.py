"""Which weakness a finding is about, in words coarse enough that two tools agree on them.

Our rules name their family themselves; the table is for what comes from outside with a CWE number only. A family is
part of a finding's identity: renaming one makes every finding of it new.
"""

from __future__ import annotations

from walkdown.model.finding import Finding, Rule
from walkdown.scanners.bandit import rules as bandit_rules

SECRET = "hardcoded-secret"  # noqa: S105 - the name of a family

_CWE = {
    22: "path-traversal", 23: "path-traversal", 36: "path-traversal", 73: "path-traversal", 77: "command-injection",
    78: "command-injection", 88: "command-injection", 79: "xss", 80: "xss", 83: "xss", 116: "xss",
    89: "sql-injection", 564: "sql-injection", 943: "nosql-injection", 90: "ldap-injection", 91: "xml-injection",
    643: "xml-injection", 94: "code-eval", 95: "code-eval", 96: "code-eval", 1336: "template-injection",
    93: "header-injection", 113: "header-injection", 117: "log-injection", 134: "format-string",
    200: "information-leak", 209: "error-leak", 210: "error-leak", 497: "error-leak", 215: "debug-mode",
    489: "debug-mode", 532: "secret-logged", 256: SECRET, 259: SECRET, 321: SECRET, 798: SECRET,
    312: "cleartext-storage", 319: "cleartext-protocol", 295: "tls-off", 297: "tls-off", 322: "ssh-host-key",
    326: "weak-key", 327: "weak-cipher", 328: "weak-hash", 916: "weak-hash", 330: "weak-random", 331: "weak-random",
    338: "weak-random", 345: "unverified-signature", 347: "unverified-signature", 203: "timing-compare",
    208: "timing-compare", 352: "csrf", 346: "cors", 942: "cors", 377: "temp-file", 379: "temp-file", 384: "session",
    613: "session", 614: "cookie-flags", 1004: "cookie-flags", 1275: "cookie-flags", 390: "swallowed-error",
    391: "swallowed-error", 755: "swallowed-error", 1088: "no-timeout", 770: "resource-exhaustion",
    1333: "slow-regex", 434: "upload", 502: "unsafe-deserialization", 601: "open-redirect", 605: "bind-all",
    611: "xml-external", 776: "xml-external", 639: "object-level-access", 285: "missing-authorization",
    862: "missing-authorization", 863: "missing-authorization", 287: "missing-authentication",
    306: "missing-authentication", 307: "no-rate-limit", 276: "file-permissions", 732: "file-permissions",
    915: "mass-assignment", 918: "ssrf", 1321: "prototype-pollution", 1392: "default-credential",
    494: "unpinned-download", 829: "unpinned-download",
}  # fmt: skip

# Families that are two views of one flaw where they meet: a password that is also a well-known default.
_KIN = {"default-credential": SECRET}


def family_of(finding: Finding) -> str:
    return family_of_rule(finding.rule)


def family_of_rule(rule: Rule) -> str:
    """What the rule says itself, else its first CWE we know, else the rule stands alone.

    Bandit's CWEs are too coarse for that (78 covers an import, a shell and eval), so its checks are looked up by name
    even where they come out of another tool's report.
    """
    if rule.family:
        return rule.family
    if rule.tool.lower() == "bandit" and (text := bandit_rules.texts().get(rule.id)):
        return text.family
    return next((_CWE[cwe] for cwe in rule.cwe if cwe in _CWE), f"{rule.tool}:{rule.id}")


def kin_of(family: str) -> str:
    """The family under which findings in the same place are taken for one."""
    return _KIN.get(family, family)
