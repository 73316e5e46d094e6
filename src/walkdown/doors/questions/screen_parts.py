"""Small things about the code of screens: what leaves, what is handed to a hook, what a value is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from walkdown.doors.questions.role_words import last
from walkdown.syntax.program import Call, Do, Expr, Func, Obj, Program, Return, Stmt, Throw

_LEAVES = frozenset({"navigate", "redirect", "push", "replace", "notFound", "setLocation", "forbidden"})


def leaves(body: Iterable[Stmt]) -> bool:
    for stmt in body:
        if isinstance(stmt, (Return, Throw)):
            return True
        if isinstance(stmt, Do) and isinstance(stmt.value, Call) and last(stmt.value.callee) in _LEAVES:
            return True
    return False


def handed(call: Call) -> Iterator[int]:
    """The functions that a hook is given, by themselves or in its options."""
    if not last(call.callee).startswith("use"):
        return
    for arg in call.args:
        if isinstance(arg.value, Func):
            yield arg.value.at
        elif isinstance(arg.value, Obj):
            yield from (one.value.at for one in arg.value.entries if isinstance(one.value, Func))


def is_lazy(value: Expr, program: Program) -> bool:
    """`lazy(() => import("./page"))` only says where the page is."""
    if not isinstance(value, Call) or last(value.callee) not in ("lazy", "dynamic", "lazyWithRetry"):
        return False
    return bool(value.args) and isinstance(value.args[0].value, Func) and bool(program.functions)


def inside(value: object) -> Iterator[Expr]:
    """What a value or a statement is made of."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            held = getattr(value, name)
            if isinstance(held, tuple):
                yield from (one for one in held if isinstance(one, msgspec.Struct))  # type: ignore[misc]
            elif isinstance(held, msgspec.Struct):
                yield held  # type: ignore[misc]
