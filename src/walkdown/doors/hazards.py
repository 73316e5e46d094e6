"""Which hazards the questions to the map speak of, told without loading any: silence about the rest means nothing."""

from __future__ import annotations

OF_SQL = frozenset({"auth.rls"})
OF_CODE = OF_SQL | {
    "auth.client-side", "auth.csrf", "auth.endpoint-open", "auth.fail-open", "auth.middleware-order",
    "auth.object-level", "auth.rate-limit", "auth.session", "auth.stale", "data.idempotency", "data.no-transaction",
    "error.leaked", "error.swallowed", "input.client-only", "input.command", "input.deserialize", "input.host",
    "input.mass-assign", "input.path", "input.redirect", "input.sql-built", "input.ssrf", "input.unvalidated",
    "input.upload", "perf.connection", "perf.n-plus-one", "perf.sequential", "perf.unbounded", "race.check-act",
    "race.read-write", "secret.frontend",
}  # fmt: skip
