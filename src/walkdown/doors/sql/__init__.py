"""SQL migrations, read file by file, played in order, judged by what holds at the end."""

from __future__ import annotations

from walkdown.doors.sql.answers import Answer, answers
from walkdown.doors.sql.findings import Findings
from walkdown.doors.sql.play import play
from walkdown.doors.sql.questions import judge
from walkdown.doors.sql.read import read_sql
from walkdown.doors.sql.state import Database
from walkdown.doors.sql.statements import SqlFacts
from walkdown.doors.sql.who import Who

__all__ = ["Answer", "Database", "Findings", "SqlFacts", "Who", "answers", "judge", "play", "read_sql"]
