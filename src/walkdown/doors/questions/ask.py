"""All questions to the map, in the order of the hazards they are about."""

from __future__ import annotations

from walkdown.doors.questions import (
    account_power,
    browser_keys,
    browser_values,
    built_text,
    check_act,
    client_values,
    connection,
    csrf,
    endpoint_open,
    fail_open,
    leaked,
    leaked_rows,
    mass_assign,
    middleware_order,
    n_plus_one,
    no_transaction,
    object_level,
    rate_limit,
    read_write,
    rls,
    screen_routes,
    session,
    spent,
    stale,
    swallowed,
    targets,
    twice,
    unbounded,
    unvalidated,
    uploads,
)
from walkdown.doors.questions.asked import Map, Question
from walkdown.model.finding import Fact, Finding

QUESTIONS: tuple[Question, ...] = (
    endpoint_open.ask,
    object_level.ask,
    rate_limit.ask,
    session.ask,
    fail_open.ask,
    stale.ask,
    middleware_order.ask,
    csrf.ask,
    mass_assign.ask,
    client_values.ask,
    browser_values.ask,
    unvalidated.ask,
    uploads.ask,
    targets.ask,
    built_text.ask,
    rls.ask,
    browser_keys.ask,
    account_power.ask,
    screen_routes.ask,
    swallowed.ask,
    leaked.ask,
    leaked_rows.ask,
    no_transaction.ask,
    read_write.ask,
    check_act.ask,
    spent.ask,
    twice.ask,
    n_plus_one.ask,
    unbounded.ask,
    connection.ask,
)


def ask(found: Map) -> tuple[tuple[Finding, ...], tuple[Fact, ...]]:
    told = [one for question in QUESTIONS for one in question(found)]
    findings = tuple(one for one in told if isinstance(one, Finding))
    return findings, tuple(one for one in told if isinstance(one, Fact))
