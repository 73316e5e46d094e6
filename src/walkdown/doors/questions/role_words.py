"""What in a screen's code asks for a role: `isAdmin`, `profile.role === "admin"`, `hasRole("x")`, `<AdminRoute>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from walkdown.syntax.program import Arr, Await, Call, Choice, Const, Expr, Index, Markup, Member, Name, Not, Op, Text

_WHO = r"admin|staff|moderator|manager|super_?user|master|gestor|editor"
_FLAG = re.compile(
    rf"^(?:user_?)?(?:is|has|can_?manage)_?\w*(?:{_WHO})(?:_?(?:access|rights|role|user|permission))?s?$", re.I
)
_FLAG_ROLE = re.compile(r"^has_?(?:\w*_)?(?:role|permission)$", re.IGNORECASE)
_ASKS = re.compile(r"^(?:(?:user_?)?has|check|verify|require)_?(?:\w*_)?(?:role|permission|admin)s?$", re.IGNORECASE)
_ROLE = re.compile(
    r"^(?:current_?|my_?|actual_?)?(?:user_?|account_?)?(?:roles?|type)$|^(?:papel|perfil|tipo_?usuario)$", re.I
)
_PLAIN_ROLE = re.compile(
    r"^(?:current_?|my_?|actual_?)?user_?roles?$|^(?:current_?|my_?|actual_?)roles?$", re.IGNORECASE
)
_VIEWER = re.compile(r"user|profile|auth|session|^me$|account|current|perfil|usuario|^my", re.IGNORECASE)
_LOW = re.compile(
    r"^(?:user|member|viewer|client|customer|cliente|usuario|guest|student|aluno|patient|free|buyer|authenticated|"
    r"basic)s?$",
    re.IGNORECASE,
)
_LOADING = re.compile(r"load|pending|ready|mount|fetch|init|check|carreg|user|session|profile", re.IGNORECASE)
_WRAPS = re.compile(
    rf"^(?:with)?(?:super)?(?:{_WHO})\w*?(?:route|guard|only|gate|protected|required?|wrapper)$|"
    rf"^(?:require|protected|with|only|guard)\w*?(?:{_WHO})",
    re.IGNORECASE,
)
_ASKING_HOOK = re.compile(
    rf"^use(?:require)?_?(?:{_WHO})(?:guard|only|route|redirect)$|^useRequire(?:{_WHO}|role)$", re.I
)
_GIVEN = re.compile(r"^(?:allowed|required?|needed|only)?_?(?:roles?|permissions?)$", re.IGNORECASE)
_GIVEN_FLAG = re.compile(r"^(?:requires?|only|is)?_?admin(?:_?only|_?required)?$", re.IGNORECASE)
_SAME = frozenset({"===", "=="})
_OTHER = frozenset({"!==", "!="})

Asked: TypeAlias = "tuple[str, str]"
"""What is asked where a test is true, and where it is false; empty for nothing."""


def asked(test: Expr) -> Asked:
    if isinstance(test, Await):
        return asked(test.of)
    if isinstance(test, Not):
        yes, no = asked(test.of) if test.op == "!" else ("", "")
        return no, yes
    if isinstance(test, Op):
        return _both(test)
    if isinstance(test, Name) or (isinstance(test, Member) and _is_viewer(test)):
        name = test.name
        return (name, "") if _FLAG.match(name) or _FLAG_ROLE.match(name) else ("", "")
    if isinstance(test, Call):
        return _called(test), ""
    return "", ""


def _both(test: Op) -> Asked:
    if test.op in _SAME or test.op in _OTHER:
        told = _compared(test.left, test.right) or _compared(test.right, test.left)
        return (told, "") if test.op in _SAME else ("", told)
    if test.op not in ("&&", "||"):
        return "", ""
    one, two = asked(test.left), asked(test.right)
    if test.op == "&&":
        waits = one[1] if _waits(test.right) else two[1] if _waits(test.left) else ""
        return one[0] or two[0], waits or (one[1] and two[1])
    return one[0] and two[0], one[1] or two[1]


def _waits(test: Expr) -> bool:
    """`!loading`: it only says that the answer is there."""
    while isinstance(test, Not):
        test = test.of
    return isinstance(test, (Name, Member)) and _LOADING.search(test.name) is not None


def _compared(role: Expr, text: Expr) -> str:
    if not isinstance(text, Text) or _LOW.match(text.value) or not is_role(role):
        return ""
    return f"{last(role)} is {text.value}"


def is_role(value: Expr) -> bool:
    """A role of who is looking, not that of somebody in a list."""
    if isinstance(value, Name):
        return _PLAIN_ROLE.match(value.name) is not None
    return isinstance(value, Member) and _ROLE.match(value.name) is not None and _is_viewer(value)


def _is_viewer(value: Member) -> bool:
    root: Expr = value.of
    while isinstance(root, (Member, Index)):
        root = root.of
    return isinstance(root, Name) and _VIEWER.search(root.name) is not None


def last(value: Expr) -> str:
    return value.name if isinstance(value, (Name, Member)) else ""


def _called(call: Call) -> str:
    """`hasRole("admin")`, `["admin", "editor"].includes(role)`, `user.roles.includes("admin")`."""
    callee, first = call.callee, call.args[0].value if call.args else None
    name = last(callee)
    if _ASKS.match(name) or (_FLAG.match(name) and not name.startswith("use")):
        low = isinstance(first, Text) and _LOW.match(first.value)
        return "" if low else name
    if name in ("includes", "some") and isinstance(callee, Member) and first is not None:
        if isinstance(callee.of, Arr):
            return _one_of(callee.of) if is_role(first) else ""
        if isinstance(first, Text) and not _LOW.match(first.value) and is_role(callee.of):
            return f"{last(callee.of)} holds {first.value}"
    return ""


def _one_of(listed: Arr) -> str:
    words = list(_words(listed))
    return "" if not words or any(_LOW.match(one) for one in words) else f"one of {', '.join(words[:3])}"


def _words(value: Expr) -> Iterator[str]:
    if isinstance(value, Text):
        yield value.value
    elif isinstance(value, (Name, Member)):
        yield value.name
    elif isinstance(value, Arr):
        for one in value.items:
            yield from _words(one)
    elif isinstance(value, Choice):
        yield from _words(value.yes)


def wraps(markup: Markup) -> str:
    """What an element around others asks of who is looking."""
    for entry in markup.given:
        if _GIVEN.match(entry.key) and markup.name[:1].isupper() and markup.name != "Select":
            words = list(_words(entry.value))
            return f"{entry.key}: {', '.join(words[:3])}" if words and not any(map(_LOW.match, words)) else ""
        off = isinstance(entry.value, Const) and entry.value.value != "true"
        if (
            _GIVEN_FLAG.match(entry.key)
            and not off
            and re.search(r"route|guard|protect|gate|auth", markup.name, re.IGNORECASE)
        ):
            return entry.key
    return markup.name if wraps_by_name(markup.name) else ""


def wraps_by_name(name: str) -> bool:
    return _WRAPS.match(name) is not None


def is_asking_hook(name: str) -> bool:
    return _ASKING_HOOK.match(name) is not None
