"""What the questions say of a few files given as text: `told({"app.ts": "..."}, "data.no-transaction")`."""

from __future__ import annotations

from collections.abc import Mapping

from walkdown.doors.link import linked
from walkdown.doors.questions.ask import ask
from walkdown.doors.questions.asked import Map
from walkdown.doors.sql import read_sql
from walkdown.model.finding import Finding
from walkdown.syntax.script_program import read_program

_CODE = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})


def map_of(files: Mapping[str, str]) -> Map:
    programs = {
        path: read_program(text.encode(), ending)
        for path, text in files.items()
        if (ending := path.rpartition(".")[2]) in _CODE
    }
    sql = {path: read_sql(text.encode()) for path, text in files.items() if path.endswith(".sql")}
    return linked(sorted(files), programs, lambda path: files[path].encode(), sql)


def told(files: Mapping[str, str], hazard: str) -> list[Finding]:
    answer = ask(map_of(files))
    assert answer.failed == ()
    return [one for one in answer.findings if one.rule.hazard == hazard]
