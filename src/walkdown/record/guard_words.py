"""How guards are written in Python, TypeScript and SQL, and the words by which code is worth reading again."""

from __future__ import annotations

import re

import msgspec

# What a guard asks. Who passed a question about rights has said who they are, so PERMISSION stands in for LOGIN.
LOGIN, PERMISSION, LIMIT, CSRF, WEBHOOK, MATCHER = "login", "permission", "limiter", "csrf", "webhook", "matcher"
INSTEAD = {LOGIN: (PERMISSION,)}
REMOVED, MUST_READ = "guard-removed", "must-read"
LONGEST_NAME = 80
MOST_LINES, LONGEST_LINE = 20_000, 2_000
# Of lines without the white space around them.
COMMENT = re.compile(r"(?:#|//|/\*|\*(?:[\s/]|$)|\"\"\"|<!--|\{/\*)")
IMPORT = re.compile(r"(?:from\s+[\w.]+\s+import\b|import\b(?!\()|(?:export\s+)?(?:type\s+)?\{?[^=]*\bfrom\s+[\"'])")
_ODD = re.compile(r"[^\w/:.@()\[\]{}*=, -]", re.ASCII)

_RIGHTS = re.compile(r"(?i)permission|roles?\b|role[A-Z_]|admin|superuser|owner|scope|staff|polic|can[A-Z_]|group")
_WHO = r"(?:auth|login|logged|permission|role|admin|owner|access|scope|user|jwt|token|session|member|tenant|staff)"


class Versions(msgspec.Struct, frozen=True):
    """One changed file: its text at the time of the record and now; None where it was not there."""

    path: str
    before: str | None
    after: str | None


class Pattern(msgspec.Struct, frozen=True):
    """`kind` is empty where the words themselves say whether it asks who somebody is or what they may do."""

    kind: str
    regex: re.Pattern[str]


def _p(kind: str, text: str) -> Pattern:
    return Pattern(kind, re.compile(text))


GUARDS = (
    # Above a function or a class.
    _p("", rf"@[\w.]*\b(?i:{_WHO}\w*_?(?:required|accepted|needed|only)|requires?_?\w*{_WHO}\w*)\b"),
    _p("", r"@(?:UseGuards\(\s*[\w.]+|(?:Roles|Permissions|Authorized|PreAuthorize)\b)"),
    _p("", r"@[\w.]*\b(?:user_passes_test|authenticated)\b"),
    _p("", r"@method_decorator\(\s*\[?\s*\w*(?:login|permission|staff|user_passes)\w*"),
    _p("", r"\b\w*(?:LoginRequired|PermissionRequired|UserPassesTest|AccessRequired)Mixin\b"),
    _p(PERMISSION, r"\bpermission_classes\s*=\s*[\[(]\s*(?!AllowAny\b)[\w.]+"),
    # Asked for by a function's parameters.
    _p("", rf"\b(?:Depends|Security)\(\s*[\w.]*(?i:{_WHO.replace('|session', '')}|current|verify|require|api_?key)\w*"),
    _p("", r":\s*(?:\w+\.)*\b(?:Current\w*(?:User|Admin)|\w*(?:User|Auth|Admin)Dep|AdminUser|ActiveUser)\b"),
    # Called, or put before a handler.
    _p(WEBHOOK, r"\b(?:constructEvent(?:Async)?|construct_event)\b|\b(?i:(?:verify|validate|check)_?\w*signature)\b"),
    _p(CSRF, r"\b(?:CsrfViewMiddleware|csrf_protect|CSRFProtect|CsrfProtect|csurf|csrfProtection|doubleCsrf)\b"),
    _p(CSRF, r"\b(?i:(?:verify|validate|check|require)_?csrf\w*)\b"),
    _p(LIMIT, r"@\w*(?:limiter\.\w+|[rR]ate_?[lL]imit\w*|[tT]hrottle\w*)|\bthrottle_classes\s*=\s*[\[(]\s*\w+"),
    _p(LIMIT, r"\b(?:\w*[rR]ate_?[lL]imit(?:er)?\w*|slowDown)(?:\.\w+)?\("),
    _p("", rf"\b(?:require|ensure|assert|check|verify|validate|enforce)(?:_?is)?_?(?i:{_WHO})\w*\b"),
    _p("", r"\b(?:protected|admin|authed|authenticated|authorized|private|enforced\w*)Procedure\b"),
    _p("", r"\b(?:with|is)(?:Api|Page|Route)?(?:Auth|Admin|Role|Permission|LoggedIn)(?:[A-Z]\w*|enticated\w*)?\b"),
    _p("", r"\b(?:is_authenticated|isAuthenticated|has_perms?|hasPermission|hasRole|has_permission|has_role)\b"),
    _p("", r"\b(?:authenticate(?:Token|User)|auth(?:Middleware|Guard)|clerkMiddleware|passport\.authenticate)\b"),
    _p("", r"\b(?:app|router|server|api)\.use\(\s*\w*(?i:auth|jwt|session_?guard|require)\w*"),
    _p(LOGIN, r"\b(?:getServerSession|getServerAuthSession|unstable_getServerSession|auth\.protect|currentUser)\("),
    _p(LOGIN, r"\bupdateSession\(|\bawait\s+auth\(\)|\bauth\.(?:getUser|getSession|getClaims|api\.getSession)\("),
)  # fmt: skip
# What opens a door, and is written down where it was not.
OPENERS = (
    _p("the check against forged requests is off", r"@?\bcsrf_exempt\b"),
    _p("anyone may call it", r"\bAllowAny\b|\bpublicProcedure\b|@(?:Public|SkipAuth|AllowAnonymous)\b"),
    _p("certificates are not checked", r"\bverify\s*=\s*False\b|\brejectUnauthorized\s*:\s*false\b"),
    _p("certificates are not checked", r"\bCERT_NONE\b|\b_create_unverified_context\b|\bcheck_hostname\s*=\s*False\b"),
    _p("signatures are not checked", r"[\"']?verify_signature[\"']?\s*[:=]\s*False\b"),
)
# Where Next.js looks for it; a `lib/middleware.ts` is a file like others.
MIDDLEWARE = re.compile(
    r"^(?:(?:apps|packages|services|sites|web|frontend|client)/(?:[^/]+/)?)?(?:src/)?(?:middleware|proxy)\.[cm]?[jt]s$"
)
# Nearly every line says nothing of guards; a look for these words tells sooner than all patterns.
_HINTS = (
    "auth", "log", "perm", "role", "admin", "owner", "access", "scope", "user", "jwt", "token", "session", "member",
    "tenant", "staff", "csrf", "csurf", "limit", "throttle", "slowdown", "guard", "signature", "constructevent",
    "construct_event", "procedure", "current", "verify", "require", "apikey", "api_key", "public", "reject", "cert",
    "hostname", "allowany", "anonymous", "middleware",
)  # fmt: skip
SHAPE = re.compile(r"(?:async)?def\w+\(|function|class|=>|\.(?:get|post|put|patch|delete|all|use|route)\(|\)\{$")

CREATE_POLICY = re.compile(r"(?i)\bcreate\s+policy\s+(\"[^\"\n]{1,200}\"|\w+)\s+on\s+((?:[\w\"]+\s*\.\s*)?[\w\"]+)")
DROP_POLICY = re.compile(
    r"(?i)\bdrop\s+policy\s+(?:if\s+exists\s+)?(\"[^\"\n]{1,200}\"|\w+)\s+on\s+((?:[\w\"]+\s*\.\s*)?[\w\"]+)"
)
ROW_LEVEL = re.compile(
    r"(?i)\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?((?:[\w\"]+\s*\.\s*)?[\w\"]+)\s+"
    r"(enable|disable|force|no\s+force)\s+row\s+level\s+security"
)
TABLE_GONE = re.compile(r"(?i)\bdrop\s+table\s+(?:if\s+exists\s+)?((?:[\w\"]+\s*\.\s*)?[\w\"]+)")
TABLE_MADE = re.compile(r"(?i)\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?((?:[\w\"]+\s*\.\s*)?[\w\"]+)")

# Most serious first.
TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("access", re.compile(
        r"(?i)auth(?:n|z|enticat|oriz)|(?<![a-z])auth(?![a-z])|[_.@/]auth|login|logged_?in|permission|forbidden|"
        r"unauthori[sz]ed|superuser|is_?admin|require_?admin|(?<![a-z])(?:roles?|rls|acl|jwt)(?![a-z])|"
        r"row level security|current_?user|owner_?id|access_?control|(?:create|drop|alter)\s+policy|polic(?:y|ies)_"
    )),
    ("session", re.compile(r"(?i)session_?(?:id|cookie|key|token|age)|get\w*session\b|set_?cookie|cookies?\(|httponly|"
                           r"samesite|csrf|xsrf|refresh_?token")),
    ("password", re.compile(r"(?i)passw(?:or)?d|passphrase|bcrypt|argon2|scrypt|pbkdf2|one_?time_?code|(?<![a-z])otp")),
    ("crypto", re.compile(r"(?i)(?:en|de)crypt|cipher|hmac|(?<![a-z])(?:aes|rsa|sha1|md5)(?![a-z])|verify_?signature|"
                          r"constructEvent|verify\s*=|rejectUnauthorized|randombytes|secrets\.token|createHash")),
    ("secret handling", re.compile(r"(?i)secret(?!ar)|api_?key|private_?key|service_?role|access_?token|credential")),
    ("payment", re.compile(r"(?i)stripe|paypal|payment|invoice|refund|checkout_?session|subscription_?(?:id|price)|"
                           r"price_?id|(?<![a-z])charge[sd]?(?![a-z])")),
    ("cors", re.compile(r"(?i)(?<![a-z])cors(?![a-z])|allow_?origins?|access-control-allow|content-security-policy|"
                        r"trusted_?hosts?|allowed_?hosts")),
)  # fmt: skip


def kind_of(pattern: Pattern, words: str) -> str:
    return pattern.kind or (PERMISSION if _RIGHTS.search(words) else LOGIN)


def hints(line: str) -> bool:
    low = line.lower()
    return any(word in low for word in _HINTS)


def suffix_of(path: str) -> str:
    name = path.rpartition("/")[2]
    return "env" if name.startswith(".env") else name.rpartition(".")[2].lower()


def clean(text: str) -> str:
    """Names from the code go into a record: short, and of plain signs only."""
    return _ODD.sub("", text)[:LONGEST_NAME]
