"""What is told about who may reach what: doors without a guard, rows of others, guards that pass, limits of tries."""

from __future__ import annotations

from typing import TypedDict

from walkdown.doors.questions.tell import TOOL
from walkdown.model.finding import Rule


class _Common(TypedDict):
    hazard: str
    family: str
    cwe: tuple[int, ...]


_OBJECT: _Common = {"hazard": "auth.object-level", "family": "object-level-access", "cwe": (639,)}
_OPEN: _Common = {"hazard": "auth.endpoint-open", "family": "missing-authentication", "cwe": (306,)}
_FAIL: _Common = {"hazard": "auth.fail-open", "family": "fail-open", "cwe": (636,)}

OTHERS_CHANGED = Rule(
    TOOL, "doors-others-rows-changed", "Anyone signed in can change rows of others",
    "The row is found by an id that comes with the request, and nothing asks whose it is. Whoever is signed in puts "
    "another id there and changes or deletes what belongs to somebody else; ids are in links, lists and logs, and "
    "numbers can be counted through.",
    "Ask for the owner in the same statement (`where id = … and user_id = …` with the id of who is asking), or read "
    "the row first, compare its owner and answer 404. For what hangs on another row, check that one.",
    **_OBJECT,
)  # fmt: skip

OTHERS_READ = Rule(
    TOOL, "doors-others-rows-read", "Anyone signed in can read rows of others",
    "What is sent back is looked up by what comes with the request, and nothing asks whose it is. Whoever is signed in "
    "puts another id there and reads what belongs to somebody else, one id after the other.",
    "Add the id of who is asking to the query, or compare the owner of the row before it is sent and answer 404.",
    **_OBJECT,
)  # fmt: skip

ALL_READ = Rule(
    TOOL, "doors-everybodys-rows-read", "Anyone signed in gets everybody's rows",
    "The list is not narrowed to who is asking, though other code of the application asks for the owner of the same "
    "table. One request gives away what all others have stored.",
    "Add the id of who is asking (or of their team) to the query; leave the whole list to a door that asks for a role.",
    **_OBJECT,
)  # fmt: skip

ALL_CHANGED = Rule(
    TOOL, "doors-all-rows-changed", "Anyone signed in can change every row of a table",
    "The statement has no filter at all: one request of anybody who is signed in changes or deletes the whole table.",
    "Add the owner to the statement, or ask for a role that few have.",
    **_OBJECT,
)  # fmt: skip

SHARED_CHANGED = Rule(
    TOOL, "doors-shared-rows-changed", "Anyone signed in may change what all share",
    "The rows belong to nobody in particular, and a login is all that is asked before they are changed. Where people "
    "can sign up by themselves that is everybody.",
    "Ask for a role at this door (admin, editor), or say that everyone who can sign in may do it: then decide the door "
    "as guarded as meant.",
    **_OBJECT,
)  # fmt: skip

OPEN_WRITE = Rule(
    TOOL, "doors-open-write", "A stranger can change data: nothing stands at this door",
    "Nobody is asked who they are before data is changed. Anyone on the internet who knows or guesses the address can "
    "call it, in a loop, with ids of their choice; that the screen shows no button to strangers does not matter.",
    "Put the login check of the other doors in front of this one (middleware, guard, dependency), then check that the "
    "row belongs to who is asking. If it is public on purpose, decide the door so and say why.",
    **_OPEN,
)  # fmt: skip

OPEN_READ = Rule(
    TOOL, "doors-open-read", "A stranger can read private data: nothing stands at this door",
    "Nobody is asked who they are before the rows are sent. Anyone who knows or guesses the address can fetch them all "
    "or one after the other.",
    "Put the login check of the other doors in front of this one and narrow the query to who is asking. If it is "
    "public on purpose, decide the door so and send only the columns that may be seen.",
    **_OPEN,
)  # fmt: skip

OPEN_COST = Rule(
    TOOL, "doors-open-cost", "A stranger can spend your money: a paid service stands behind an open door",
    "Every call of this door calls a service that is paid by use, and nobody is asked who they are. A script that "
    "finds the address runs up the bill or uses up the quota within hours.",
    "Ask for a login, and limit the calls per user in a store that all processes share.",
    **_OPEN,
)  # fmt: skip

OPEN_HOOK = Rule(
    TOOL, "doors-webhook-unverified", "A webhook believes whoever calls it",
    "Another service is meant to call this door, but nothing checks that it did: no signature, no secret. Anyone can "
    "send the same message and be taken at their word: an order is paid, a plan is granted, a row is changed.",
    "Check the signature over the raw body with the service's own library (`stripe.webhooks.constructEvent`, "
    "`svix.verify`, an HMAC compared in constant time) before anything is done, and refuse when it is wrong or when no "
    "secret is configured. Where the service signs nothing, ask it back for the state of the payment.",
    hazard="auth.endpoint-open", family="webhook-unverified", cwe=(345, 306),
)  # fmt: skip

OPEN_JOB = Rule(
    TOOL, "doors-open-job", "A stranger can start a job that is meant for a timer",
    "A scheduler is meant to call this door, but nothing checks that it did. Anyone can start the work as often as "
    "they like: mails go out twice, the database is kept busy.",
    "Ask for a secret in a header (`Authorization: Bearer $CRON_SECRET`) and refuse when it is missing or not "
    "configured.",
    **_OPEN,
)  # fmt: skip

OPEN_EFFECT = Rule(
    TOOL, "doors-open-effect", "A stranger can use the application's own power: nothing stands at this door",
    "Nobody is asked who they are before files are stored, given out or deleted, messages are sent, or another service "
    "is told what came in. That service trusts the application, so it believes whoever calls here.",
    "Put the login check of the other doors in front of this one, and let the server choose file names, recipients and "
    "amounts. Where another service calls it, check its signature.",
    **_OPEN,
)  # fmt: skip

NO_LIMIT_LOGIN = Rule(
    TOOL, "doors-no-limit-login", "Passwords and codes can be tried without end",
    "Nothing counts the tries at this door. Lists of leaked passwords are tried by the million; a code of six digits "
    "is found in hours. A limit may stand in a proxy or firewall in front of the application: that cannot be seen "
    "here, so somebody has to say so.",
    "Limit the tries per account and per address in a store that all processes share (express-rate-limit with a "
    "Redis store, @upstash/ratelimit, @nestjs/throttler with storage), and let codes die after five wrong tries.",
    hazard="auth.rate-limit", family="no-rate-limit", cwe=(307,),
)  # fmt: skip

NO_LIMIT_SENDS = Rule(
    TOOL, "doors-no-limit-sends", "Accounts, mails or messages can be made without end",
    "Every call of this door makes an account or sends a mail or a message, and nothing counts the calls. It is used "
    "to flood people and to burn the good name of the sending domain. A limit in a proxy in front of the application "
    "cannot be seen here: somebody has to say so.",
    "Limit the calls per address and per recipient in a store that all processes share.",
    hazard="auth.rate-limit", family="no-rate-limit", cwe=(799,),
)  # fmt: skip

NO_LIMIT_MODEL = Rule(
    TOOL, "doors-no-limit-model", "A paid model can be called without end",
    "Every call of this door calls a language model that is paid by use, and nothing counts the calls of one user. A "
    "script, or one keen user, runs up the bill. A limit in a proxy in front of the application cannot be seen here: "
    "somebody has to say so.",
    "Count calls or tokens per user in a store that all processes share, and set a hard limit at the provider, too.",
    hazard="auth.rate-limit", family="no-rate-limit", cwe=(770,),
)  # fmt: skip

LIMIT_IN_MEMORY = Rule(
    TOOL, "doors-limit-in-memory", "The limit of tries is counted in one process",
    "The count is kept in the memory of the process: it starts again with every deploy and crash, and each process or "
    "serverless instance counts for itself, so the limit is as many times higher.",
    "Give the limiter a store that all processes share (Redis, Postgres), and count per account as well as per "
    "address.",
    hazard="auth.rate-limit", family="weak-rate-limit", cwe=(307,),
)  # fmt: skip

MAYBE_NOBODY = Rule(
    TOOL, "doors-filter-may-vanish", "The filter vanishes when its value is missing",
    "This library leaves a filter out when its value is undefined. Where the value is missing (no session, a field "
    "that was not sent) the statement runs without it and hits the rows of everybody.",
    "Refuse first when the value is missing (`if (!userId) return 401`), and let a schema make it required. Prisma: "
    "turn on `strictUndefinedChecks`.",
    **_FAIL,
)  # fmt: skip

GUARD_PASSES = Rule(
    TOOL, "doors-guard-passes", "A guard lets everyone by",
    "It looks at the token and then goes on in any case: when there is none, when it cannot be read, or when the check "
    "itself fails. The doors behind it look guarded and are open.",
    "Let every way but the good one end in a refusal: answer 401 in the `catch` and where the token is missing, and "
    "call `next()` (or return true) in one place only.",
    **_FAIL,
)  # fmt: skip

SIGNATURE_OPTIONAL = Rule(
    TOOL, "doors-signature-optional", "The signature is checked on some ways only",
    "A signature is looked at, but there is a way past it: when no secret is configured, or no signature was sent. A "
    "forgotten environment variable then opens the door to everyone, and nobody notices.",
    "Refuse when the secret is not configured or the header is missing, before anything else.",
    **_FAIL,
)  # fmt: skip

SECRET_OPTIONAL = Rule(
    TOOL, "doors-secret-optional", "A check is passed over when its secret is not configured",
    "The secret is compared only where there is one. Where the environment variable is missing, in a new deployment, a "
    "preview or after a typing mistake, the door is open to everyone, and nothing says so.",
    "Refuse first when the secret is not configured (`if (!secret) return 500`), then compare it, whatever was sent.",
    **_FAIL,
)  # fmt: skip

SESSION_UNPROVED = Rule(
    TOOL, "doors-session-unproved", "A session is given out before the proof was compared",
    "On one way through this door the code, token or password that was sent is never looked at: because the account "
    "already stands in some state, a session is given out at once. Whoever knows an address or an id of somebody else "
    "is signed in as them.",
    "Compare the proof first, on every way, and give out a session only after it. Where nothing is left to prove, "
    "answer without a session.",
    **_FAIL,
)  # fmt: skip

STALE_REFRESH = Rule(
    TOOL, "doors-stale-refresh", "A new token is signed from the words of the old one",
    "What the old token says of its owner goes into the new one, and the account is not looked up. Who is blocked, "
    "deleted or demoted renews their token again and again and keeps what they had.",
    "Look the account up by the id in the old token, refuse where it is gone or blocked, and take the role from there. "
    "Keep refresh tokens in a table, so that they can be taken back.",
    hazard="auth.stale", family="stale-authorization", cwe=(613,),
)  # fmt: skip

NO_LIMIT_CODE = Rule(
    TOOL, "doors-no-limit-code", "A short code can be tried without end",
    "A PIN, a one-time code or a voucher is compared with what was sent, and nothing counts the tries. Four digits are "
    "tried out in minutes, six in hours; whoever finds it is taken for somebody else, or for somebody higher up. A "
    "limit in a proxy in front of the application cannot be seen here: somebody has to say so.",
    "Count wrong tries per account and per code in a store that all processes share, lock after five, and make "
    "vouchers long and random.",
    hazard="auth.rate-limit", family="no-rate-limit", cwe=(307,),
)  # fmt: skip

STALE_ROLE = Rule(
    TOOL, "doors-stale-role", "The role is taken from the token for as long as the token lives",
    "What somebody may do was written into the token when they signed in and is not looked up again. Who is demoted, "
    "blocked or deleted keeps all rights until the token ends, and these tokens live long or for ever.",
    "Look the role and the state of the account up where the guard runs (a cached read is enough), or let tokens live "
    "for minutes and renew them against the database.",
    hazard="auth.stale", family="stale-authorization", cwe=(613,),
)  # fmt: skip

LATE_GUARD = Rule(
    TOOL, "doors-guard-too-late", "The guard is mounted after the routes",
    "Handlers run in the order in which they are mounted. This check stands behind all routes it was meant for, so it "
    "never runs for them.",
    "Mount it before the routes, or name it at each of them.",
    hazard="auth.middleware-order", family="middleware-order", cwe=(696,),
)  # fmt: skip

PARSED_FIRST = Rule(
    TOOL, "doors-body-parsed-first", "The body is parsed before its signature is checked",
    "The signature was made over the bytes that were sent. A parser that runs before has turned them into an object, "
    "so the check fails for every message, and somebody will take the check out to make it work.",
    "Mount `express.raw({ type: 'application/json' })` for this path before `express.json()`, or keep the raw bytes "
    "with its `verify` option and check those.",
    hazard="auth.middleware-order", family="middleware-order", cwe=(696, 347),
)  # fmt: skip

LATE_CORS = Rule(
    TOOL, "doors-cors-too-late", "CORS is answered after the login check",
    "Browsers ask first, without a token, whether they may call. The login check refuses that question, so calls from "
    "the web page fail, and the usual way out is to loosen the check.",
    "Mount `cors()` before the check.",
    hazard="auth.middleware-order", family="middleware-order", cwe=(696,),
)  # fmt: skip

CSRF = Rule(
    TOOL, "doors-csrf", "Another site can act for whoever is signed in",
    "Who is asking is told by a cookie that browsers also send along from other sites (`SameSite=None`), and nothing "
    "else is asked. A page somewhere else can send the same request in the name of whoever visits it.",
    "Set `sameSite: 'lax'` or `'strict'` for the cookie. Where it has to be sent across sites, ask for a CSRF token or "
    "compare the Origin header with a list.",
    hazard="auth.csrf", family="csrf", cwe=(352,),
)  # fmt: skip

CSRF_GET = Rule(
    TOOL, "doors-csrf-get", "A link changes data for whoever is signed in",
    "This door answers GET, changes data and knows the asker by a cookie. A link or a picture on any page is enough to "
    "make a browser call it; `SameSite=Lax` does not stop links.",
    "Change data with POST, PUT, PATCH or DELETE only.",
    hazard="auth.csrf", family="csrf", cwe=(352,),
)  # fmt: skip

MEMORY_SESSIONS = Rule(
    TOOL, "doors-session-memory", "Sessions are kept in the memory of one process",
    "Every deploy or crash signs everybody out, a second process knows nothing of the sessions of the first, and the "
    "store of express-session is known to leak memory until the process dies.",
    "Keep them in a store: connect-redis, connect-pg-simple, connect-mongo.",
    hazard="auth.session", family="session-store", cwe=(400, 613),
)  # fmt: skip

COOKIE_OPEN = Rule(
    TOOL, "doors-cookie-flags", "A session cookie is set without its protections",
    "Without `httpOnly` any script on the page can read it, so one XSS is a stolen session. Without `secure` it is "
    "sent in clear over plain http.",
    "Set `httpOnly: true`, `secure: true` (in production at least) and `sameSite: 'lax'` wherever this cookie is set.",
    hazard="auth.session", family="cookie-flags", cwe=(1004, 614),
)  # fmt: skip

TOKEN_FOR_EVER = Rule(
    TOOL, "doors-token-no-expiry", "A token is signed that never ends",
    "Whoever once gets hold of it, from a log, a backup or a lost phone, is let in for ever: it cannot be taken back "
    "short of changing the secret for everybody.",
    "Give `expiresIn` (minutes to hours for access, days for a refresh token that is kept in a table and can be "
    "deleted).",
    hazard="auth.session", family="session", cwe=(613,),
)  # fmt: skip

TOKEN_FOR_LONG = Rule(
    TOOL, "doors-token-long-expiry", "A token is signed that lives for very long",
    "Whoever gets hold of it is let in for months or years, and a password change does not stop it.",
    "Let access tokens live for minutes to hours, and renew them with a refresh token that is kept in a table and can "
    "be deleted.",
    hazard="auth.session", family="session", cwe=(613,),
)  # fmt: skip
