"""Small databases, written down as SQL and played."""

from __future__ import annotations

from walkdown.doors.sql import Answer, Database, Findings, judge, play, read_sql
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.who import Who

TEAM = """
create table public.profiles (id uuid primary key references auth.users(id), email text, role text);
create table public.teams (id uuid primary key default gen_random_uuid(), name text);
create table public.members (team_id uuid references teams(id), user_id uuid references auth.users(id), role text);
create table public.notes (
  id uuid primary key default gen_random_uuid(), team_id uuid references teams(id),
  user_id uuid references auth.users(id), body text, published boolean);
alter table public.profiles enable row level security;
alter table public.teams enable row level security;
alter table public.members enable row level security;
alter table public.notes enable row level security;
create policy own on public.members for select using (user_id = auth.uid());
"""


def database(*files: str, folder: str = "supabase/migrations") -> Database:
    """One migration for each text, in this order."""
    named = [(f"{folder}/2024010100000{at}_m.sql", read_sql(text.encode())) for at, text in enumerate(files)]
    played = play(named)
    assert len(played) == 1
    return played[0]


def asked(sql: str, table: str, command: str = "select") -> Answer:
    answers = Answers(database(sql))
    found = answers.world.table(table)
    assert found is not None
    return answers.of(found, command)


def who(condition: str, command: str = "select", *, to: str = "public", more: str = "") -> Who:
    """Who may do this with notes under a policy with this condition."""
    part = "with check" if command == "insert" else "using"
    return asked(
        f"{TEAM}{more};create policy p on notes for {command} to {to} {part} ({condition});", "notes", command
    ).who


def found(*files: str) -> Findings:
    return judge(database(*files))


def rules(*files: str) -> set[tuple[str, str]]:
    """(rule, what it is about) of every finding."""
    return {(one.rule.id.removeprefix("sql-"), getattr(one.place, "symbol", "")) for one in found(*files).findings}
