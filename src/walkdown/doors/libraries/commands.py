"""Commands of the system and code that is made when it runs: what of the request stands in their text."""

from __future__ import annotations

from walkdown.doors.checked import chosen, is_checked, paths_looked_at
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import record_of
from walkdown.doors.libraries.sql_run import text_of
from walkdown.doors.library import Calling
from walkdown.doors.values import UNKNOWN, Closure, Outside, Value, of
from walkdown.model.door import Origin

COMMAND, CODE = "input in a command: ", "input in code: "  # marks, followed by which input
_SHELLS = frozenset({"child_process", "node:child_process", "shelljs"})
_MACHINES = frozenset({"vm", "node:vm"})
_TEXTS = frozenset({"exec", "execSync"})
_LISTS = frozenset({"spawn", "spawnSync", "execFile", "execFileSync"})
_RUNS = frozenset({"runInNewContext", "runInThisContext", "runInContext", "Script", "compileFunction"})


class Commands(Base):
    packages = frozenset({"", *_SHELLS, *_MACHINES})

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if not outside.package and name not in ("eval", "Function"):
            return None
        if not outside.package or (outside.package in _MACHINES and name in _RUNS):
            _mark(CODE, calling.args[-1].value if name == "Function" and calling.args else calling.arg(0), calling)
            return None
        if outside.package in _SHELLS and (name in _TEXTS or (name in _LISTS and _through_a_shell(calling))):
            _mark(COMMAND, calling.arg(0), calling)
            for one in calling.args[1:]:
                if isinstance(one.value.shape, Closure):
                    calling.follower.invoke(one.value, (), calling.visit, calling.spot)
            return of(Origin.UNKNOWN, "output")
        return None


def _through_a_shell(calling: Calling) -> bool:
    return any(
        (said := record_of(one.value).get("shell")) is not None and said.text not in ("false", None)
        for one in calling.args[1:]
    )


def _mark(what: str, text: Value | None, calling: Calling) -> None:
    _, holes = text_of(text or UNKNOWN)
    calling.visit.touch()
    well, _ = paths_looked_at((held.fact for held in calling.visit.held), frozenset())
    for hole in holes:
        for source in sorted(chosen(hole), key=lambda one: one.path):
            if not is_checked(source, well):
                calling.visit.used.append((f"{what}{'.'.join(source.path)}", calling.spot))
