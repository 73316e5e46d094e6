"""All questions to a database, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.sql import (
    ask_dynamic,
    ask_functions,
    ask_policies,
    ask_rights,
    ask_server_values,
    ask_storage,
    ask_tables,
    ask_views,
    texts,
)  # fmt: skip
from walkdown.doors.sql.answers import COMMANDS, Answers
from walkdown.doors.sql.findings import Findings, place, sureness
from walkdown.doors.sql.state import Database, Table
from walkdown.doors.sql.who import Who
from walkdown.model.finding import Fact, Finding

_OPEN = (Who.ANYONE, Who.LOGIN, Who.UNKNOWN)


def judge(database: Database, known: Answers | None = None) -> Findings:
    """Where no stranger has a key of the database, a table without row security is as it should be: nothing to say.
    `known`: what it was asked before."""
    asked = known or Answers(database)
    found = list(_findings(asked)) if database.supabase else []
    facts = list(_facts(asked)) if database.supabase else []
    return Findings(tuple(found), tuple(facts), asked.all() if known is None else ())


def _findings(asked: Answers) -> Iterator[Finding]:
    deciding = ask_rights.Deciding(asked)
    writes = ask_server_values.written(asked)
    for table in asked.database.tables:
        if not table.spot.path and table.name.startswith(("auth.", "storage.")):
            continue
        if table.kind == "table":
            yield from ask_tables.ask(asked, table)
            yield from ask_policies.ask(asked, table)
            rights = list(ask_rights.ask(asked, table, deciding))
            yield from rights or ask_server_values.ask(asked, table, writes)
        else:
            yield from ask_views.ask(asked, table)
    yield from ask_functions.ask(asked)
    yield from ask_dynamic.ask(asked)
    yield from ask_storage.ask(asked)


def _facts(asked: Answers) -> Iterator[Fact]:
    for table in asked.database.tables:
        if (
            table.row_security is not None
            and table.row_security.path
            and table.kind == "table"
            and _guarded(asked, table)
        ):
            yield Fact(texts.GUARDED, place(table.row_security, table.short), sureness(asked.database, table))


def _guarded(asked: Answers, table: Table) -> bool:
    return bool(asked.granted(table, "select")) and all(
        asked.of(table, command).who not in _OPEN for command in COMMANDS
    )
