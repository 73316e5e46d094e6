"""What questions are asked of: the map as it was followed, the databases as they stand at the end, the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from walkdown.doors.assemble import Followed
from walkdown.doors.sql.state import Database
from walkdown.doors.supabase_access import Access
from walkdown.doors.supabase_policies import Policies
from walkdown.doors.tables import Tables
from walkdown.model.finding import Fact, Finding
from walkdown.syntax.program import Program


@dataclass(frozen=True, slots=True)
class Map:
    """`access`: what the browser does with the data itself. `tables`: as code, schemas and migrations declare them.
    `read` gives the bytes of any file of `paths`. `policies`: the databases, asked as far as doors needed. `cut`: the
    start of the application was not followed to its end."""

    doors: Sequence[Followed]
    access: Sequence[Access] = ()
    tables: Tables = field(default_factory=Tables)
    databases: Sequence[Database] = ()
    paths: Sequence[str] = ()
    programs: Mapping[str, Program] = field(default_factory=dict)
    cut: bool = False
    read: Callable[[str], bytes] = lambda _path: b""
    policies: Policies = field(default_factory=lambda: Policies(()))


Question: TypeAlias = Callable[[Map], Iterable[Finding | Fact]]
