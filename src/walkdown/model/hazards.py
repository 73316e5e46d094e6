"""The hazards walkdown knows, by id: what can go wrong between a demo and production. Rules and lists name them."""

from __future__ import annotations

import msgspec


class Hazard(msgspec.Struct, frozen=True):
    id: str
    section: str
    title: str


_SECTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "input": (
        "Input boundary",
        {
            "unvalidated": "Request data is used as it comes",
            "client-only": "A rule that counts is kept only in the browser",
            "sql-built": "SQL is glued together",
            "sql-mixed": "SQL is glued in one place and parameterised in the next",
            "xss": "Text reaches a page without being escaped",
            "command": "A command line is built from input",
            "path": "A path is built from input",
            "ssrf": "The server fetches an address it was given",
            "deserialize": "Input is turned into code or objects",
            "template": "Input is used as a template",
            "redirect": "A redirect goes where the request says",
            "upload": "An upload has no bounds",
            "host": "Links follow the request's Host header",
            "mass-assign": "A whole request body is written to a record",
        },
    ),
    "error": (
        "Errors and resilience",
        {
            "swallowed": "A failure is hidden",
            "leaked": "Internals are shown to the user",
            "no-timeout": "A call may wait for ever",
            "no-retry": "A remote call is retried badly, or never",
            "no-fallback": "Nothing is planned for a provider that is down",
            "promise": "An asynchronous failure is lost",
            "unclear": "An error says nothing of use",
        },
    ),
    "auth": (
        "Who may do what",
        {
            "endpoint-open": "An endpoint has no guard",
            "client-side": "The guard stands in the screen only",
            "object-level": "A record is fetched by id, whoever owns it",
            "rls": "A table, bucket or database function is open",
            "guard-removed": "A guard of the last sign-off is gone",
            "middleware-order": "Guards are mounted in the wrong order",
            "password": "Passwords are kept badly",
            "timing": "A secret is compared in a way that leaks it",
            "rate-limit": "A sensitive endpoint can be tried without end",
            "session": "A session or token lives too long or too openly",
            "jwt": "A token is not truly checked",
            "stale": "Rights are read from a token that no longer tells the truth",
            "fail-open": "When in doubt, the guard lets everyone in",
            "csrf": "Another site can act for a signed-in user",
        },
    ),
    "secret": (
        "Secrets",
        {
            "code": "A secret stands in the code",
            "history": "A secret stands in the history",
            "frontend": "A secret reaches the browser",
            "ignored": "Secret files are tracked, or not kept out",
            "logged": "Secrets or personal data are logged",
        },
    ),
    "config": (
        "Configuration",
        {
            "hardcoded": "An address is fixed in the code",
            "debug": "Debug mode can reach production",
            "unchecked": "A setting is read and never checked",
            "defaults": "A default credential works",
        },
    ),
    "web": (
        "Web edge",
        {
            "cors": "Other origins are let in",
            "headers": "Protective headers are missing",
            "https": "Transport is not protected",
        },
    ),
    "race": (
        "Concurrency",
        {
            "read-write": "A value is read, changed and written back",
            "check-act": "What was checked may have changed when it is used",
            "global-state": "A request's state lives in a global",
        },
    ),
    "data": (
        "Data",
        {
            "no-transaction": "Writes that belong together can part",
            "idempotency": "A payment or job can run twice",
            "money-float": "Money is kept in floating point",
            "naive-time": "Times have no time zone",
            "destructive-fallback": "A failed read is written back as empty",
            "cache": "A cache never forgets",
            "schema": "The schema allows what must not be",
            "migrations": "The schema changes with no way back",
            "backup": "Nobody has restored a backup",
        },
    ),
    "job": ("Jobs", {"resume": "A job that was cut off cannot go on"}),
    "perf": (
        "Performance time bombs",
        {
            "n-plus-one": "One query for each row",
            "unbounded": "A whole table is loaded",
            "page-unstable": "Pages skip or repeat rows",
            "connection": "A connection is opened for each request",
            "sequential": "Calls wait for one another without need",
            "in-memory": "A table is sorted in the process",
            "blocking": "A blocking call holds the event loop",
            "regex": "A pattern can take for ever",
        },
    ),
    "dep": (
        "Dependencies",
        {
            "phantom": "A package that does not exist",
            "lookalike": "A name one slip from a known one",
            "undeclared": "Imported, declared nowhere",
            "unpinned": "Versions are left open",
            "vulnerable": "A known vulnerability",
            "abandoned": "Nobody looks after it any more",
            "unused": "Declared, never used",
            "invented-api": "A name the package does not have",
        },
    ),
    "test": (
        "Tests",
        {
            "absent": "No tests where they matter",
            "hollow": "Tests that prove nothing",
            "happy-only": "No test of a failure",
            "blind-spot": "Code and tests share one origin",
            "skipped": "Tests are switched off",
            "external": "Never tried against the real thing",
        },
    ),
    "types": (
        "Escape hatches",
        {
            "any": "Types are waved through",
            "silenced": "A check was silenced",
            "gate": "No type check or linter on the way in",
        },
    ),
    "ops": (
        "Ship and run",
        {
            "build": "The build cannot be repeated",
            "container": "The container gives too much away",
            "ci": "Nothing stands between a commit and production",
            "health": "Nobody can ask whether it lives",
            "rollback": "No way back from a bad deploy",
            "flags": "A risky feature has no switch",
            "single": "One machine holds everything",
            "licence": "A licence is missing or forbids the use",
        },
    ),
    "obs": (
        "Seeing what happens",
        {
            "errors": "Errors reach nobody",
            "logs": "Logs cannot be searched",
            "metrics": "Nobody measures",
            "alerts": "Nobody is woken",
        },
    ),
    "arch": (
        "Architecture",
        {
            "cycles": "Modules import each other in a circle",
            "duplicate": "The same logic stands twice",
            "errors-mixed": "Errors are handled in several styles",
            "giant": "Too large to review",
            "context": "The coding assistant has no rules",
            "decisions": "Nobody can say why it is built so",
        },
    ),
    "ai": (
        "AI in the product",
        {
            "no-contract": "Model output is used unchecked",
            "unbounded": "A model may run without end",
            "injection": "Users can write into the instructions",
            "tools": "A tool acts without asking who may",
            "compound": "Many steps, no checkpoint",
            "memory": "Lessons are lost",
        },
    ),
    "review": (
        "Review and responsibility",
        {
            "must-read": "Sensitive code that nobody has read",
            "two": "One pair of eyes",
            "audit": "Nobody from outside has looked",
            "pii": "Nobody knows what personal data is kept",
            "vendor": "The supplier cannot answer",
        },
    ),
}

HAZARDS: dict[str, Hazard] = {
    f"{area}.{name}": Hazard(f"{area}.{name}", section, title)
    for area, (section, titles) in _SECTIONS.items()
    for name, title in titles.items()
}
