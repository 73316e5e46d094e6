"""error.leaked: what failed is told to the client in its own words, or as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import behind
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, Site, code_of
from walkdown.doors.questions.code_parts import parts, statements, values
from walkdown.doors.questions.failure_texts import STACK_LEAKED, TEXT_LEAKED
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.values import Value
from walkdown.doors.visits import Answer, Spot
from walkdown.model.door import Operation, Origin
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import (
    Call,
    Choice,
    Entry,
    Let,
    Member,
    Name,
    Op,
    Stmt,
    Text,
    Throw,
    Try,
)

_TEXTS = frozenset(
    {"message", "msg", "detail", "details", "sqlMessage", "errmsg", "hint", "toString", "stderr", "errors"}
)
_WHOLE = frozenset({"stack", "stackTrace", "sql", "query", "config", "parent", "original"})
_BASES = frozenset({"Error", "Object"})
_PLACE = ("env", "debug", "development", "production", "isdev", "isprod", "dev", "prod")
_KINDS = frozenset(
    {"name", "code", "status", "statusCode", "type", "isOperational", "isJoi", "expose", "isPublic", "meta"}
)
_LOOKS = frozenset({"includes", "startswith", "isaxioserror", "ishttperror", "test", "has", "match"})
_CHECKS = frozenset(
    {"parse", "parseAsync", "validate", "validateAsync", "safeParse", "validateSync", "json", "parseBody"}
)
_INNER = frozenset(
    {"InternalServerErrorException", "HttpException", "BadGatewayException", "ServiceUnavailableException"}
)


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    shown: dict[Spot, str | None] = {}
    for one in behind.doors(found):
        for answer in one.visit.answers:
            if _may_leak(answer.value):
                if answer.spot not in shown:
                    shown[answer.spot] = _shown(code, answer.spot)
                _answer(code, one, answer, shown[answer.spot], told)
    yield from told.findings()
    yield from _thrown(found)


def _may_leak(value: Value) -> bool:
    """A part of an error that says more than which kind it is, or the error as it is."""
    return any(
        source.origin is Origin.UNKNOWN
        and source.path[:1] == ("error",)
        and (len(source.path) == 1 or source.path[1] in _TEXTS | _WHOLE)
        for source in value.sources
    )


def _answer(code: Code, one: Followed, answer: Answer, seen: str | None, told: Grouped[Spot]) -> None:
    site = code.site(answer.spot)
    if seen is None or site is None:
        return
    door, whole = one.door, seen == "whole"
    data = any(did.operation not in (Operation.HTTP, Operation.FILE) for _, did in behind.own(one))
    open_to_all = door.guard is None and data and not 400 <= answer.status < 500
    last = "answers with the error itself" if whole else "answers with the text of the error"
    steps = (
        step(Spot(door.file, door.line), f"{named(door)} comes in"),
        *((step(Spot(answer.spot.path, site.tries[-1][0].line), "something in it fails"),) if site.tries else ()),
        step(answer.spot, last),
    )
    severity = Severity.MEDIUM if whole or open_to_all else Severity.LOW
    sure = Confidence.SURE if site.rescues else Confidence.LIKELY
    told.add(answer.spot, tell(STACK_LEAKED if whole else TEXT_LEAKED, severity, sure, answer.spot, steps))


def _thrown(found: Map) -> Iterator[Finding]:
    """What Nest answers with is thrown: `throw new InternalServerErrorException(error.message)`."""
    reached = {path for one in found.doors if one.door.framework == "nest" for path in _files_of(one)}
    for path in sorted(reached & found.programs.keys()):
        for function in found.programs[path].functions:
            for tried in (stmt for stmt in statements(function.body) if isinstance(stmt, Try) and stmt.caught):
                for stmt in tried.handler:
                    if isinstance(stmt, Throw) and (seen := _told_on(stmt, tried)) is not None:
                        spot = Spot(path, stmt.line)
                        steps = (
                            step(Spot(path, tried.line), "something in it fails"),
                            step(spot, "its text is thrown on"),
                        )
                        rule = STACK_LEAKED if seen == "whole" else TEXT_LEAKED
                        yield tell(rule, Severity.LOW, Confidence.LIKELY, spot, steps)


def _files_of(one: Followed) -> set[str]:
    frames = {frame.spot.path for did in one.visit.did for frame in did.way}
    return frames | {one.door.file} | {did.spot.path for did in one.visit.did}


def _told_on(stmt: Throw, tried: Try) -> str | None:
    """The text of what failed inside goes out as that of a server error."""
    made = stmt.value
    if (
        not isinstance(made, Call)
        or not made.new
        or not isinstance(made.callee, Name)
        or made.callee.name not in _INNER
    ):
        return None
    if _only_checks(tried):
        return None
    found = [_use(arg.value) for arg in made.args]
    return next((one for one in ("whole", "text") if one in found), None)


# -- what of it is sent -----------------------------------------------------------------------------------------------


def _shown(code: Code, spot: Spot) -> str | None:
    """`text` or `whole`: what of an error the code sends without having looked what kind of error it is."""
    site = code.site(spot)
    if site is None or any(_tells_kinds(test) for test in site.tests):
        return None
    if any(part == "handler" and _only_checks(tried) for tried, part in site.tries[-1:]):
        return None
    found = [_use(arg.value) for arg in site.call.args] + [_use(inner.value) for inner in _inner_values(site.call)]
    best = next((one for one in ("whole", "text") if one in found), None)
    return best or _through_names(code.function(spot.path, site.function).body, site)


def _only_checks(tried: Try) -> bool:
    """What may fail in it is only a check of what came in: its words are made for the asker."""
    calls = [one for stmt in statements(tried.body) for one in values(stmt) if isinstance(one, Call)]
    return bool(calls) and all(isinstance(call.callee, Member) and call.callee.name in _CHECKS for call in calls)


def _inner_values(call: Call) -> Iterator[Any]:
    """Arguments of the calls it hangs on: `res.status(500).json(...)` is a chain of them."""
    callee = call.callee
    while isinstance(callee, Member) and isinstance(callee.of, Call):
        yield from callee.of.args
        callee = callee.of.callee


def _use(value: Any) -> str | None:  # noqa: PLR0911 - each shape has an answer of its own
    """What of an error lies in an expression, outside of a choice that asks about its kind or about the place."""
    if isinstance(value, Choice):
        if _tells_kinds(value.test):
            return None
        return _use(value.yes) or _use(value.no)
    if isinstance(value, Op) and value.op in ("&&", "||", "??"):
        if _tells_kinds(value.left):
            return None
        return _use(value.left) or _use(value.right)
    if isinstance(value, Member):
        if _is_error_name(value.of):
            return "whole" if value.name in _WHOLE else "text" if value.name in _TEXTS else None
        return None
    if isinstance(value, Entry):
        return _use(value.value)
    if isinstance(value, Name):
        return "whole" if _is_error_name(value) else None
    if isinstance(value, Call):
        return _of_call(value)
    found = [_use(inner) for inner in parts(value)]
    return next((one for one in ("whole", "text") if one in found), None)


def _of_call(value: Call) -> str | None:
    """`String(error)` and `JSON.stringify(error)` are the error; what another function makes of it is not known."""
    called = value.callee
    if isinstance(called, Member) and called.name == "toString":
        return "text" if _is_error_name(called.of) else None
    found = [_use(arg.value) for arg in value.args]
    if isinstance(called, Name) and called.name == "String":
        return "text" if any(found) else None
    if isinstance(called, Member) and called.name == "stringify":
        return next((one for one in ("whole", "text") if one in found), None)
    return None


def _is_error_name(value: Any) -> bool:
    name = value.name if isinstance(value, Name) else ""
    low = name.lower()
    return low in ("e", "ex", "err", "error", "exception", "cause", "er") or low.endswith(("error", "err", "exception"))


def _through_names(body: Sequence[Stmt], site: Site) -> str | None:
    """`const message = error instanceof Error ? error.message : "Unknown"`, sent by its name."""
    names = {one.name for arg in site.call.args for one in _names(arg.value)}
    found = [
        _use(stmt.value)
        for stmt in statements(body)
        if isinstance(stmt, Let) and stmt.value is not None and any(bound.name in names for bound in stmt.names)
    ]
    return "text" if "text" in found else None


def _names(value: Any) -> Iterator[Name]:
    if isinstance(value, Name):
        yield value
    elif not isinstance(value, Member):
        for inner in parts(value):
            yield from _names(inner)


def _tells_kinds(test: Any) -> bool:  # noqa: PLR0911 - each shape has an answer of its own
    """Whether it asks which error it is, or whether this is a machine of the developers."""
    if isinstance(test, Op) and test.op == "instanceof":
        right = test.right.name if isinstance(test.right, (Name, Member)) else ""
        return right not in _BASES
    if isinstance(test, Op) and test.op in ("===", "==") and isinstance(test.right, Text):
        return isinstance(test.left, Member) and (_is_error_name(test.left.of) or "env" in test.left.name.lower())
    if isinstance(test, (Name, Member)) and test.name.lower() in _PLACE:
        return True
    if isinstance(test, Member) and (test.name in _KINDS or "env" in test.name.lower()):
        return True
    if isinstance(test, Call) and isinstance(test.callee, (Name, Member)):
        called = test.callee.name.lower()
        if called in _LOOKS or (called.startswith("is") and "error" in called):
            return True
        return any(_tells_kinds(arg.value) for arg in test.args)
    return any(_tells_kinds(inner) for inner in parts(test))
