"""A client of Supabase that is made in the browser with the key that passes every policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.rls_texts import SERVICE_KEY
from walkdown.doors.questions.role_words import last
from walkdown.doors.questions.screen_parts import inside
from walkdown.doors.questions.tell import step, tell
from walkdown.doors.visits import Spot
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Call, Expr, Let, Member, Op, Program, Text

_PUBLIC = re.compile(r"^(?:NEXT_PUBLIC|VITE|EXPO_PUBLIC|REACT_APP|NUXT_PUBLIC|GATSBY|PUBLIC)_")
_SERVICE = re.compile(r"SERVICE|SECRET|ADMIN", re.IGNORECASE)
_ENOUGH = 6


def ask(found: Map) -> Iterator[Finding | Fact]:
    """The name decides: without the prefix of the build it never comes to the browser."""
    exposed = [one for one in found.access if one.exposed]
    if not exposed:
        return
    made = [
        (Spot(path, line), name)
        for path, program in found.programs.items()
        if any("supabase" in one.module for one in program.imports)
        for line, name in _made(program)
    ]
    if not made:
        return
    near = {one.did.spot.path for one in exposed}
    made.sort(key=lambda one: (one[0].path not in near, one[0].path, one[0].line))
    spot, name = made[0]
    uses = [step(one.did.spot, f"with it the browser reaches {one.did.table}") for one in exposed[: _ENOUGH - 2]]
    yield tell(
        SERVICE_KEY, Severity.CRITICAL, Confidence.SURE, spot,
        [step(spot, f"{name} is put into the code that browsers load"), *uses],
        further=[one for one, _ in made[1:]],
    )  # fmt: skip


def _made(program: Program) -> Iterator[tuple[int, str]]:
    names = {
        bound.name: value
        for stmt in program.body
        if isinstance(stmt, Let) and stmt.value is not None and (value := _named(stmt.value))
        for bound in stmt.names[:1]
    }
    for call in _calls(program):
        if last(call.callee) in ("createClient", "createBrowserClient") and len(call.args) > 1:
            key = call.args[1].value
            told = _named(key) or names.get(last(key), "")
            if told:
                yield call.line, told


def _named(value: Expr) -> str:
    """The variable of the environment, or the key itself."""
    if isinstance(value, Op):
        return _named(value.left) or _named(value.right)
    if isinstance(value, Member) and _PUBLIC.match(value.name) and _SERVICE.search(value.name):
        return value.name
    return "a secret key" if isinstance(value, Text) and value.value.startswith("sb_secret_") else ""


def _calls(program: Program) -> Iterator[Call]:
    waiting: list[object] = [program.body, [one.value for one in program.exports], [f.body for f in program.functions]]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (tuple, list)):
            waiting.extend(one)
            continue
        if isinstance(one, Call):
            yield one
        waiting.extend(inside(one))
