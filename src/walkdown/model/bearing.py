"""Which kinds of files bear on which hazard: when such a file changes, a decision about the hazard is asked again.

The names are those of `target/topics`. Where nothing but the world outside the files can change an answer, there are
none; such a question has a greatest age instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from walkdown.model.item import Item

BEARS: dict[str, tuple[str, ...]] = {
    # Input boundary
    "input.unvalidated": ("entrance", "parse"),
    "input.client-only": ("entrance", "parse"),
    "input.sql-built": ("query",),
    "input.sql-mixed": ("query",),
    "input.xss": ("page", "render"),
    "input.command": ("shell",),
    "input.path": ("files",),
    "input.ssrf": ("outbound",),
    "input.deserialize": ("parse", "shell"),
    "input.template": ("render",),
    "input.redirect": ("redirect",),
    "input.upload": ("files",),
    "input.host": ("redirect", "edge"),
    "input.mass-assign": ("parse", "schema", "write"),
    # Errors and resilience
    "error.swallowed": ("failure",),
    "error.leaked": ("entrance",),
    "error.no-timeout": ("outbound",),
    "error.no-retry": ("outbound",),
    "error.no-fallback": ("outbound",),
    "error.promise": ("failure",),
    "error.unclear": ("failure",),
    # Who may do what
    "auth.endpoint-open": ("access", "entrance"),
    "auth.client-side": ("access", "entrance"),
    "auth.object-level": ("access", "entrance", "query"),
    "auth.rls": ("schema",),
    "auth.guard-removed": ("access", "entrance"),
    "auth.middleware-order": ("access", "entrance"),
    "auth.password": ("password",),
    "auth.timing": ("password", "tokens"),
    "auth.rate-limit": ("entrance", "limit"),
    "auth.session": ("edge", "tokens"),
    "auth.jwt": ("tokens",),
    "auth.stale": ("tokens",),
    "auth.fail-open": ("access",),
    "auth.csrf": ("edge", "entrance"),
    # Secrets: they can stand in anything that is text
    "secret.code": ("text",),
    "secret.history": ("text",),
    "secret.frontend": ("page", "settings"),
    "secret.ignored": ("ignore",),
    "secret.logged": ("log",),
    # Configuration
    "config.hardcoded": ("outbound", "settings"),
    "config.debug": ("settings",),
    "config.unchecked": ("settings",),
    "config.defaults": ("password", "settings"),
    # Web edge
    "web.cors": ("edge",),
    "web.headers": ("edge",),
    "web.https": ("edge",),
    # Concurrency
    "race.read-write": ("concurrency", "write"),
    "race.check-act": ("concurrency", "write"),
    "race.global-state": ("concurrency",),
    # Data
    "data.no-transaction": ("write",),
    "data.idempotency": ("job", "payment"),
    "data.money-float": ("payment",),
    "data.naive-time": ("time",),
    "data.destructive-fallback": ("write",),
    "data.cache": ("cache",),
    "data.schema": ("schema",),
    "data.migrations": ("schema",),
    "data.backup": (),
    "job.resume": ("job",),
    # Performance time bombs
    "perf.n-plus-one": ("query",),
    "perf.unbounded": ("query",),
    "perf.page-unstable": ("query",),
    "perf.connection": ("query",),
    "perf.sequential": ("outbound", "query"),
    "perf.in-memory": ("query",),
    "perf.blocking": ("concurrency", "entrance"),
    "perf.regex": ("parse", "entrance"),
    # Dependencies
    "dep.phantom": ("deps",),
    "dep.lookalike": ("deps",),
    "dep.undeclared": ("code", "deps"),
    "dep.unpinned": ("deps",),
    "dep.vulnerable": ("deps",),
    "dep.abandoned": ("deps",),
    "dep.unused": ("code", "deps"),
    "dep.invented-api": ("code", "deps"),
    # Tests
    "test.absent": ("code", "tests"),
    "test.hollow": ("tests",),
    "test.happy-only": ("tests",),
    "test.blind-spot": ("tests",),
    "test.skipped": ("tests",),
    "test.external": ("outbound",),
    # Escape hatches
    "types.any": ("code", "types"),
    "types.silenced": ("types",),
    "types.gate": ("ci", "gates"),
    # Ship and run
    "ops.build": ("build", "ci", "deps"),
    "ops.container": ("build",),
    "ops.ci": ("ci",),
    "ops.health": ("build", "monitor"),
    "ops.rollback": ("build", "ci", "schema"),
    "ops.flags": ("build",),
    "ops.single": ("build", "job", "settings"),
    "ops.licence": ("deps", "licence"),
    # Seeing what happens
    "obs.errors": ("monitor",),
    "obs.logs": ("log",),
    "obs.metrics": ("monitor",),
    "obs.alerts": ("monitor",),
    # Architecture
    "arch.cycles": ("code",),
    "arch.duplicate": ("code",),
    "arch.errors-mixed": ("code",),
    "arch.giant": ("code",),
    "arch.context": ("rules",),
    "arch.decisions": ("deps", "schema"),
    # AI in the product
    "ai.no-contract": ("model",),
    "ai.unbounded": ("model",),
    "ai.injection": ("model",),
    "ai.tools": ("model",),
    "ai.compound": ("model",),
    "ai.memory": ("rules",),
    # Review and responsibility
    "review.must-read": ("access", "ci", "entrance", "password", "payment", "schema", "shell"),
    "review.two": (),
    "review.audit": (),
    "review.pii": ("personal", "schema"),
    "review.vendor": ("deps",),
}


def topics_of_item(item: Item) -> tuple[str, ...]:
    """The topics of all its hazards, sorted; none where no file can tell."""
    return topics_of_hazards(item.hazards)


def topics_of_hazards(hazards: Iterable[str]) -> tuple[str, ...]:
    """An own list's hazards are known to the loader, so that one without an entry is one that no file tells of."""
    return tuple(sorted({topic for hazard in hazards for topic in BEARS.get(hazard, ())}))
