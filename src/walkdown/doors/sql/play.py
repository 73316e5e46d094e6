"""Plays the files of a repository in order: what holds at the end is what counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from walkdown.doors.sql.order import Group, grouped
from walkdown.doors.sql.player import Player
from walkdown.doors.sql.state import Database, Spot
from walkdown.doors.sql.statements import CreateTable, SqlFacts


def play(files: Sequence[tuple[str, SqlFacts]], used: Collection[str] = ()) -> tuple[Database, ...]:
    """One database for each application that has its own. Files of other dialects are left aside. `used`: tables that
    a browser asks for with the public key: the database that has them is one that strangers can reach, though none of
    its files say so."""
    names = {f"public.{one}" if "." not in one else one for one in used}
    held = {path: facts for path, facts in files if facts.dialect == "postgres"}
    found: list[Database] = []
    for group in grouped(held):
        facts = [(path, held[path]) for path in group.paths]
        if any(one.statements or one.broken for _, one in facts):
            found.append(_played(group, facts, [(path, held[path]) for path in group.aside], names))
    return tuple(found)


def _played(
    group: Group, files: Sequence[tuple[str, SqlFacts]], aside: Sequence[tuple[str, SqlFacts]], used: Collection[str]
) -> Database:
    supabase = group.tool == "supabase" or _in_supabase(group) or any(facts.supabase for _, facts in files)
    supabase = supabase or _makes(files, used)
    player = Player(supabase=supabase)
    for path, facts in files:
        player.file(path, facts)
    for path, facts in aside:
        player.beside(path, facts)
    broken = [(Spot(path, one.line), one.why) for path, facts in files for one in facts.broken]
    broken += [(Spot(path, 0), "not read to its end") for path, facts in files if facts.cut]
    return player.database(group, tuple(broken))


def _makes(files: Sequence[tuple[str, SqlFacts]], used: Collection[str]) -> bool:
    made = {one.name for _, facts in files for one in facts.statements if isinstance(one, CreateTable)}
    return any(name in used or f"public.{name}" in used for name in made)


def _in_supabase(group: Group) -> bool:
    return any(re.search(r"(?:^|/)supabase/", path) for path in group.paths)
