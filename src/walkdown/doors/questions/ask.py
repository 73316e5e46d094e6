"""All questions to the map, in the order of the hazards they are about."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

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
    open_secrets,
    rate_limit,
    read_as_none,
    read_write,
    rls,
    screen_routes,
    session,
    spent,
    stale,
    state_change,
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
    read_as_none.ask,
    leaked.ask,
    leaked_rows.ask,
    open_secrets.ask,
    no_transaction.ask,
    read_write.ask,
    check_act.ask,
    spent.ask,
    state_change.ask,
    twice.ask,
    n_plus_one.ask,
    unbounded.ask,
    connection.ask,
)


class Told(NamedTuple):
    """`failed`: questions that a fault of ours kept from an answer, and where it was."""

    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    failed: tuple[str, ...] = ()


def ask(found: Map, questions: Sequence[Question] = QUESTIONS) -> Told:
    told: list[Finding | Fact] = []
    failed: list[str] = []
    for question in questions:
        try:
            told.extend(question(found))
        except Exception as error:  # noqa: BLE001 - a fault in one question must not cost the answers of the others
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
            failed.append(f"{_name(question)} ({where})")
    findings = tuple(one for one in told if isinstance(one, Finding))
    return Told(findings, tuple(one for one in told if isinstance(one, Fact)), tuple(failed))


def _name(question: Question) -> str:
    return getattr(question, "__module__", "").rpartition(".")[2].replace("_", " ")
