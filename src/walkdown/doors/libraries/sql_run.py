"""Does what a statement in the code says: its table is reached, by the values that are handed over with it."""

from __future__ import annotations

from collections.abc import Sequence

from walkdown.doors.checked import chosen, is_checked, paths_looked_at
from walkdown.doors.libraries.shared import Handle, within
from walkdown.doors.libraries.sql_clauses import Ref, Said
from walkdown.doors.libraries.sql_text import read_statements
from walkdown.doors.libraries.sql_words import HOLE
from walkdown.doors.library import Calling
from walkdown.doors.rows import row_of
from walkdown.doors.values import UNKNOWN, Instance, Items, Literal, Record, Thing, Value, constant, either
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.model.door import Operation, Origin

SQL = "sql.text"
BUILT = "input in sql: "  # a mark, followed by `surely` where it can be nothing else, and by which input
_TABLE_NEVER = "(sql)"


def text_of(value: Value) -> tuple[str, tuple[Value, ...]]:
    """The text of a statement, and the values the code puts into it; each leaves its mark in the text."""
    holes: list[Value] = []
    pieces: list[str] = []
    waiting: list[Value] = [value]
    while waiting and len(pieces) < 400:
        one = waiting.pop(0)
        shape = next((s for s in one.shapes() if isinstance(s, (Literal, Items)) or _is_sql(s)), None)
        if isinstance(shape, Literal) and shape.value is not None:
            pieces.append(shape.value)
        elif isinstance(shape, Items) and shape.known and _joins_text(shape):
            waiting[:0] = list(shape.known)
        elif isinstance(shape, Thing) and isinstance(shape.data, tuple):
            waiting[:0] = [part for part in shape.data if isinstance(part, Value)]
        else:
            holes.append(one)
            pieces.append(f"{HOLE}{len(holes) - 1}{HOLE}")
    return "".join(pieces), tuple(holes)


def built(calling: Calling, asked: Value | None) -> None:
    """Marks what of the request stands in the text of a statement itself, where nobody looked at it."""
    _, holes = text_of(asked or UNKNOWN)
    calling.visit.touch()
    well, _ = paths_looked_at((held.fact for held in calling.visit.held), frozenset())
    for hole in holes:
        for source in sorted(chosen(hole), key=lambda one: one.path):
            if not is_checked(source, well) and not isinstance(hole.shape, Thing):
                sure = "" if any(one.origin is not Origin.INPUT for one in hole.sources) else "surely "
                calling.visit.used.append((f"{BUILT}{sure}{'.'.join(source.path)}", calling.spot))


def _is_sql(shape: object) -> bool:
    return isinstance(shape, Thing) and shape.kind == SQL


def _joins_text(shape: Items) -> bool:
    """Parts of one text, not a list of values."""
    return any(one.text is not None for one in shape.known)


def run_sql(  # noqa: PLR0917
    calling: Calling, text: str, holes: Sequence[Value], params: Value | None, library: str, transaction: int = 0,
    held: Handle | None = None,
) -> Value:  # fmt: skip
    """Does what a statement says; gives the rows of its last one."""
    said = read_statements(text)
    rows: Value | None = None
    for one in said:
        if one.operation is None:
            if held is not None and one.word:
                turn(held, one.word, calling.visit)
            continue
        number = transaction or (held.transaction(calling.visit) if held is not None else 0)
        with within(calling.visit, number or calling.visit.transaction):
            rows = row_of(calling.visit, _did(one, holes, params, calling.spot, library), many=True)
    if said or not _matters(text):
        return rows if rows is not None else Value(shape=Items())
    did = Did(
        _TABLE_NEVER, Operation.READ, calling.spot, library, bounded=True, why="The statement is made when it runs."
    )
    return row_of(calling.visit, did, many=True)


def _matters(text: str) -> bool:
    """Statements that make tables or set options reach no data."""
    return text.lstrip()[:1] == HOLE or not text.strip()


def _did(said: Said, holes: Sequence[Value], params: Value | None, spot: Spot, library: str) -> Did:
    def of(ref: Ref) -> Value:
        return _value(ref, holes, params)

    return Did(
        said.table, said.operation or Operation.READ, spot, library,
        filters=tuple((name, of(ref)) for name, ref in said.filters),
        sets=tuple((name, of(ref)) for name, ref in said.sets),
        given=of(said.given) if said.given is not None else None, bounded=said.bounded, ordered=said.ordered,
        columns=said.columns if said.operation is Operation.READ else (), why=said.why,
    )  # fmt: skip


def _value(ref: Ref, holes: Sequence[Value], params: Value | None) -> Value:
    if ref.kind == "constant":
        return constant(ref.value)
    if ref.kind == "hole":
        return holes[int(ref.value)] if int(ref.value) < len(holes) else UNKNOWN
    shape = params.shape if params is not None else None
    if isinstance(shape, Record):
        found = shape.get(ref.value)
        return found if found is not None else (either([one for _, one in shape.entries]) if shape.entries else UNKNOWN)
    if isinstance(shape, Instance):
        return shape.fields.get(ref.value, UNKNOWN)
    if isinstance(shape, Items) and ref.value.isdigit() and not any(_is_spread(one) for one in shape.known):
        at = int(ref.value)
        return shape.known[at] if at < len(shape.known) else shape.each or UNKNOWN
    return Value(params.sources) if params is not None and params.sources else UNKNOWN


def _is_spread(value: Value) -> bool:
    return isinstance(value.shape, Items)


def turn(held: Handle, word: str, visit: Visit) -> None:
    if word == "begin":
        held.start(visit)
    elif word == "end":
        held.end(visit)
