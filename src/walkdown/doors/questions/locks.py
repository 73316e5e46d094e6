"""What holds a row still between a look at it and a write: a lock, a transaction that others wait for, a key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from walkdown.doors.questions.code import Code
from walkdown.doors.visits import Did, Spot
from walkdown.syntax.program import Call, Entry, Member, Name, Text

_SQL = re.compile(
    r"\bfor\s+(?:no\s+key\s+)?update\b|serializable|pg_(?:try_)?advisory|begin\s+(?:immediate|exclusive)",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"^(?:forUpdate|forNoKeyUpdate|setLock|withLock|acquireLock|acquire|tryLock|lock|Serializable|SERIALIZABLE|mutex|redlock|"
    r"runExclusive|setnx|pessimistic_write)$|advisory|Lock(?:ed)?$|^lock[A-Z]\w*|^with\w*Lock",
)
_LOCK_TEXTS = re.compile(r"^(?:pessimistic\w*|update|Serializable|NX)$", re.IGNORECASE)
_DOUBLE = re.compile(r"^(?:P2002|23505|11000|ER_DUP_ENTRY|SQLITE_CONSTRAINT\w*|P2034|40001)$")


def is_locked(code: Code, dids: Iterable[Did]) -> bool:
    """Somewhere in the functions that lead there a lock is taken."""
    return any(code.once(*key, _locks) for did in dids for key in _functions(code, did))


def knows_doubles(code: Code, did: Did) -> bool:
    """The code waits for the error of a unique key."""
    return any(code.once(*key, _is_double) for key in _functions(code, did))


def _functions(code: Code, did: Did) -> Iterable[tuple[str, int]]:
    spots: list[Spot] = [did.spot, *(frame.spot for frame in did.way[-4:])]
    return dict.fromkeys((spot.path, at) for spot in spots for at in code.around(spot)[:3])


def _locks(one: Any) -> bool:
    if isinstance(one, Text):
        return _SQL.search(one.value) is not None
    if isinstance(one, Entry):
        if one.key in ("lock", "isolationLevel"):
            return True
        return one.key == "NX"
    if isinstance(one, (Name, Member)):
        return _NAMES.search(one.name) is not None
    if isinstance(one, Call) and isinstance(one.callee, Member) and one.callee.name in ("for", "transaction"):
        return any(isinstance(arg.value, Text) and _LOCK_TEXTS.search(arg.value.value) for arg in one.args)
    return False


def _is_double(one: Any) -> bool:
    return isinstance(one, Text) and _DOUBLE.search(one.value) is not None
