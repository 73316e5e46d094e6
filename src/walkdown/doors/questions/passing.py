"""Guards that look like one and refuse nobody: what stands behind them is open."""

from __future__ import annotations

import re
from typing import TypeAlias

from walkdown.doors.assemble import Followed
from walkdown.doors.find_express import LATE
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, own
from walkdown.doors.questions.purpose import is_entry, is_hook, is_public
from walkdown.model.door import WRITES, Checks, Guard, Operation

_GUARD = re.compile(
    r"^(?:auth|authenticate|authenticated|authorize|protect|protected|require|ensure|verify|check|isauth|isadmin|"
    r"adminonly|validate(?:token|jwt)|jwt|guard|is_?logged)|(?:auth|guard|protect)(?:middleware|guard)?$|"
    r"authmiddleware|tokenmiddleware",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(
    r"optional|maybe|try|soft|attach|load|parse|populate|context|extract|decode|init|onboarding|public|anonymous|guest|"
    r"verify_jwt|rate|limit|csrf|captcha|session$|passport|error|author(?!i)|body|input|schema",
    re.IGNORECASE,
)
Behind: TypeAlias = dict[tuple[str, str], list[tuple[Followed, Guard]]]


def passing(found: Map) -> Behind:
    """By file and name, with the doors behind it that nothing else guards. One that stops people at some door works,
    and means to let by at the others."""
    stops = {
        guard.name
        for one in found.doors
        for guard in one.door.guards
        if guard.checks in (Checks.LOGIN, Checks.ROLE, Checks.OWNER)
    }
    behind: Behind = {}
    for one in found.doors:
        if not askable(one) or one.door.guard is not None or one.entrance.public or not _matters(one):
            continue
        if is_entry(one.door) or is_public(one.door) or is_hook(one.door):
            continue
        for guard in one.door.guards:
            if (
                guard.checks is Checks.NOTHING
                and not is_late(guard)
                and guard.name not in stops
                and _is_guard(guard.name)
            ):
                behind.setdefault((guard.path, guard.name), []).append((one, guard))
    return behind


def _is_guard(name: str) -> bool:
    last = name.rpartition(".")[2]
    return _GUARD.search(last) is not None and _OPTIONAL.search(last) is None


def _matters(one: Followed) -> bool:
    return any(did.operation in WRITES | {Operation.READ} for _, did in own(one))


def late_guards(one: Followed) -> list[Guard]:
    return [guard for guard in one.door.guards if is_late(guard)]


def is_late(guard: Guard) -> bool:
    """It is mounted behind the routes it was meant for."""
    return guard.why == LATE
