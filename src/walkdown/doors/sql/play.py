"""Plays the files of a repository in order: what holds at the end is what counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.doors.sql.order import Group, grouped
from walkdown.doors.sql.player import Player
from walkdown.doors.sql.state import Database, Spot
from walkdown.doors.sql.statements import SqlFacts


def play(files: Sequence[tuple[str, SqlFacts]]) -> tuple[Database, ...]:
    """One database for each application that has its own. Files of other dialects are left aside."""
    held = {path: facts for path, facts in files if facts.dialect == "postgres"}
    found: list[Database] = []
    for group in grouped(held):
        facts = [(path, held[path]) for path in group.paths]
        if any(one.statements or one.broken for _, one in facts):
            found.append(_played(group, facts, [(path, held[path]) for path in group.aside]))
    return tuple(found)


def _played(group: Group, files: Sequence[tuple[str, SqlFacts]], aside: Sequence[tuple[str, SqlFacts]]) -> Database:
    supabase = group.tool == "supabase" or _in_supabase(group) or any(facts.supabase for _, facts in files)
    player = Player(supabase=supabase)
    for path, facts in files:
        player.file(path, facts)
    for path, facts in aside:
        player.beside(path, facts)
    broken = [(Spot(path, one.line), one.why) for path, facts in files for one in facts.broken]
    broken += [(Spot(path, 0), "not read to its end") for path, facts in files if facts.cut]
    return player.database(group, tuple(broken))


def _in_supabase(group: Group) -> bool:
    return any(re.search(r"(?:^|/)supabase/", path) for path in group.paths)
