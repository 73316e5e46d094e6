"""error.leaked: rows are sent as they were read, with columns that nobody outside should see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import behind, secret_words
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, Site, code_of
from walkdown.doors.questions.code_parts import statements, values, within
from walkdown.doors.questions.failure_texts import SECRETS_LEAKED, SOLD_LEAKED
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.tables import Table
from walkdown.doors.values import Items, Record, Source, Value
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Checks, Operation, Origin
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import (
    Assign,
    Call,
    Const,
    Entry,
    Function,
    Index,
    Let,
    Member,
    Name,
    Not,
    Number,
    Program,
    Text,
)

_PLAIN = ("true", "false", "undefined", "null")
_DEEPEST = 4
_SHAPES = frozenset({
    "pick", "sanitize", "sanitizeUser", "toJSON", "plainToInstance", "plainToClass", "instanceToPlain",
    "instanceToInstance", "parse", "safeParse",
})  # fmt: skip
_SHAPERS = re.compile(
    r"dto|serial|present(?:er|ation)|resource|public|safe|sanit|strip(?!e)|mask|redact|clean|to_?json", re.IGNORECASE
)
_LEAVES_OUT = ("omit", "exclude", "without")
_CHOOSES = frozenset({"select", "omit", "attributes", "returning", "fields", "projection"})


_ALL = "*"  # nothing secret is left


class _Told(Grouped[Spot]):
    """By where the row is read; and by the answer, where it has several of a table."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[tuple[Spot, str], Spot] = {}
        self._excludes: bool | None = None
        self._gone: dict[tuple[str, int], set[str]] = {}
        self._hidden: dict[tuple[str, bool], set[str]] = {}

    def first(self, answered: tuple[Spot, str], read: Spot) -> Spot:
        return self._first.setdefault(answered, read)

    def excludes(self, found: Map) -> bool:
        if self._excludes is None:
            self._excludes = any(one.name in _TURNS for program in found.programs.values() for one in program.imports)
        return self._excludes

    def gone(self, code: Code, path: str, number: int) -> set[str]:
        """What a function leaves out of rows; asked once of each."""
        key = (path, number)
        if key not in self._gone:
            function = code.function(path, number)
            bound = [name for param in function.params for name in param.names]
            left = {one.way[-1] for one in bound if one.way}
            for stmt in statements(function.body):
                left |= _stripped(stmt)
            self._gone[key] = left
        return self._gone[key]

    def hidden(self, program: Program, path: str, excludes: bool) -> set[str]:
        key = (path, excludes)
        if key not in self._hidden:
            self._hidden[key] = _hidden(program, excludes)
        return self._hidden[key]


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told = _Told()
    for one in behind.doors(found):
        known = {number for number, _ in behind.own(one)}
        for value, spot, inner in _sent(one):
            for source in _whole_rows(value):
                if inner and source.row not in known:
                    continue
                _row(found, code, one, source, spot, told)
    return told.findings()


def _sent(one: Followed) -> Iterator[tuple[Value, Spot, bool]]:
    """What is answered, where; and whether it is what a function gave back, among which are those of guards."""
    for answer in one.visit.answers:
        if answer.status < 400 and answer.kind == "body":
            yield answer.value, answer.spot, False
    if one.door.framework in ("nest", "fastify") and not one.visit.answers:
        for value, _ in one.visit.exits:
            yield value, Spot(one.door.file, one.door.line), True


def _whole_rows(value: Value, deep: int = 0) -> Iterator[Source]:
    """Rows in what is sent, of which no part was chosen."""
    if deep > _DEEPEST or _is_length(value):
        return
    records = [shape for shape in value.shapes() if isinstance(shape, Record)]
    for record in records:
        for _, inner in record.entries:
            yield from _whole_rows(inner, deep + 1)
    lists = [shape for shape in value.shapes() if isinstance(shape, Items)]
    for items in lists:
        each = [items.each] if items.each is not None else list(items.known[:4])
        for inner in each:
            yield from _whole_rows(inner, deep + 1)
    if not records and not any(one.each is not None or one.known for one in lists):
        for source in value.sources:
            of_row = source.row >= 0 and source.origin in (Origin.ROW, Origin.IDENTITY)
            if of_row and set(source.path[1:]) <= {"*", "0"}:
                yield source


def _is_length(value: Value) -> bool:
    """`rows.length`: it comes from the rows, and says nothing of them but that they are there."""
    return (
        value.shape is None
        and bool(value.if_true)
        and all(fact.kind == "there" and fact.left == value.sources for fact in value.if_true)
    )


def _row(found: Map, code: Code, one: Followed, source: Source, spot: Spot, told: _Told) -> None:  # noqa: PLR0917
    did = one.visit.did[source.row] if source.row < len(one.visit.did) else None
    table = found.tables.find(did.table) if did is not None else None
    if did is None or table is None or did.operation not in _GIVES or code.counts(did.spot):
        return
    rule, held = SECRETS_LEAKED, _read_secrets(table, did)
    if not held and one.door.guard is None and did.operation is Operation.READ and not did.columns:
        rule, held = SOLD_LEAKED, secret_words.sold(table)
    secrets = _still_there(found, code, did, table, spot, held, told) if held else []
    if not secrets:
        return
    sure = behind.confidence(one, did)
    key = told.first((spot, did.table), did.spot)  # two rows of a table in one answer are one flaw
    severity = (
        Severity.MEDIUM
        if sure is Confidence.UNSURE or rule is SOLD_LEAKED or not secret_words.weighs(table, secrets)
        else _severity(one, did, source)
    )
    read = "reads" if did.operation is Operation.READ else "gets back"
    last = f"sends the row of {did.table} as it is"
    steps = (*way(one.door, did, f"{read} {did.table} with {', '.join(secrets[:3])}"), step(spot, last))
    told.add(key, tell(rule, severity, sure, spot, steps, further=(did.spot,)))


_GIVES = frozenset({Operation.READ, Operation.INSERT, Operation.UPDATE, Operation.UPSERT})


def _read_secrets(table: Table, did: Did) -> list[str]:
    """The secret columns that an operation reads: all of them, unless it names what it reads."""
    named = {one for one in did.columns if not one.startswith("-")}
    without = {one.removeprefix("-") for one in did.columns if one.startswith("-")}
    found: list[str] = []
    secret = secret_words.secrets_of(table)
    for column in table.columns:
        if column.name not in secret or column.name in without:
            continue
        asked = f"+{column.name}" in named
        plain = secret_words.asked(named)
        if asked or (column.name in plain if plain else not column.hidden):
            found.append(column.name)
    return found


def _severity(one: Followed, did: Did, source: Source) -> Severity:
    own = source.origin is Origin.IDENTITY or did.operation is not Operation.READ or _is_asker(one, did)
    if own or one.door.guard is Checks.ROLE:
        return Severity.MEDIUM
    return Severity.HIGH


def _is_asker(one: Followed, did: Did) -> bool:
    """Found by who is asking, or by the row that was looked up for that before the handler ran."""
    known = {number for number, _ in behind.own(one)}
    return any(
        source.origin is Origin.IDENTITY
        or (source.origin is Origin.ROW and source.row >= 0 and source.row not in known)
        for _, value in did.filters
        for source in value.sources
    )


# -- left out on the way ----------------------------------------------------------------------------------------------


def _still_there(  # noqa: PLR0917
    found: Map, code: Code, did: Did, table: Table, spot: Spot, secrets: Sequence[str], told: _Told
) -> list[str]:
    gone: set[str] = set()
    # `@Exclude()` does nothing by itself: somebody has to turn rows into what is sent.
    for path in (table.path, did.spot.path):
        program = found.programs.get(path)
        gone |= told.hidden(program, path, told.excludes(found)) if program is not None else set()
    if _ALL in gone:
        return []
    spots = {did.spot, spot, *(frame.spot for frame in did.way)}
    if any(_chooses(site) for at in spots for site in code.sites(at)):
        return []
    own = {function.name for path in (table.path, did.spot.path) for function in _functions(found, path)}
    if any(_asks_row(site, own) for site in code.sites(spot)):
        return []
    for path, number in {(at.path, number) for at in spots for number in code.inside(at)}:
        gone |= told.gone(code, path, number)
        if _ALL in gone:
            return []
    return [name for name in secrets if name not in gone]


def _functions(found: Map, path: str) -> tuple[Function, ...]:
    program = found.programs.get(path)
    return program.functions if program is not None else ()


def _asks_row(site: Site, own: set[str]) -> bool:
    """`user.filter()`: a function of the row's own class decides what of it goes out."""
    asked = (one for arg in site.call.args for one in within(arg.value) if isinstance(one, Call) and not one.args)
    return any(isinstance(one.callee, Member) and one.callee.name in own for one in asked)


def _chooses(site: Site) -> bool:
    return any(isinstance(one, Entry) and one.key in _CHOOSES for one in within(site.call))


def _stripped(stmt: Any) -> set[str]:
    """`const { password, ...rest } = row`, `delete row.password`, `row.password = undefined`, `omit(row, …)`."""
    gone: set[str] = set()
    if isinstance(stmt, Let):
        gone |= {bound.way[-1] for bound in stmt.names if bound.way}
    for one in values(stmt):
        if isinstance(one, Not) and one.op == "delete" and isinstance(one.of, (Member, Index)):
            gone.add(one.of.name if isinstance(one.of, Member) else getattr(one.of.key, "value", ""))
        elif isinstance(one, Assign) and isinstance(one.target, Member) and isinstance(one.value, (Const, Name)):
            gone |= {one.target.name} if getattr(one.value, "value", "undefined") in _PLAIN else set()
        elif isinstance(one, Entry) and isinstance(one.value, (Const, Number)):
            gone.add(one.key)  # `omit: { password: true }`, `{ ...row, password: undefined }`
        elif isinstance(one, Text) and one.value.lstrip().startswith("-"):
            gone |= {part.lstrip("-") for part in one.value.split()}
        elif isinstance(one, Call) and isinstance(one.callee, (Name, Member)):
            if one.callee.name in _SHAPES or _SHAPERS.search(one.callee.name):
                return {_ALL}
            if any(isinstance(arg.value, Name) and _SHAPERS.search(arg.value.name) for arg in one.args):
                return {_ALL}  # `rows.map(toSafeUser)`
            if any(word in one.callee.name.lower() for word in _LEAVES_OUT):
                gone |= {part.value for part in within(one) if isinstance(part, Text)} or {_ALL}
        elif isinstance(one, Entry) and one.key in _LEAVES_OUT:
            gone |= {part.value for part in within(one.value) if isinstance(part, Text)}
    return gone


def _hidden(program: Program, excludes: bool) -> set[str]:
    """What a model leaves out by itself when it is sent: `toJSON`, `@Exclude()`, a plugin."""
    if any(function.name in ("toJSON", "transform") for function in program.functions):
        return {_ALL}
    marks = _MARKS if excludes else frozenset({"HideField"})
    gone = {
        field.name
        for one in program.classes
        for field in one.fields
        if any(isinstance(mark.value, Call) and _called(mark.value) in marks for mark in field.marks)
    }
    plugs = any(
        _called(inner) == "plugin" for stmt in program.body for inner in values(stmt) if isinstance(inner, Call)
    )
    return {_ALL} if plugs else gone


_TURNS = frozenset({"ClassSerializerInterceptor", "instanceToPlain", "classToPlain", "plainToInstance"})
_MARKS = frozenset({"Exclude", "HideField"})


def _called(call: Call) -> str:
    return call.callee.name if isinstance(call.callee, (Name, Member)) else ""
