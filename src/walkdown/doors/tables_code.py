"""Tables as the code declares them: entities of TypeORM, tables of Drizzle, models of Mongoose and Sequelize."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from walkdown.doors.libraries.typeorm_words import table_named
from walkdown.doors.tables import Column, Table
from walkdown.syntax.program import Call, Class, Const, Expr, Func, Let, Member, Name, Obj, Program, Text

_RELATIONS = frozenset({"ManyToOne", "OneToOne", "OneToMany", "ManyToMany"})
_UNIQUE = frozenset({"PrimaryGeneratedColumn", "PrimaryColumn", "ObjectIdColumn"})
_COLUMNS = _UNIQUE | _RELATIONS | {
    "Column", "CreateDateColumn", "UpdateDateColumn", "DeleteDateColumn", "VersionColumn",
    "TreeParent", "JoinColumn", "Prop",
}  # fmt: skip
_DRIZZLE = ("pgTable", "mysqlTable", "sqliteTable")
_SEQUELIZE = frozenset({"sequelize", "sequelize-typescript"})


def declared(programs: Mapping[str, Program]) -> tuple[Table, ...]:
    return tuple(table for path, program in programs.items() for table in _of_file(path, program))


def _of_file(path: str, program: Program) -> Iterator[Table]:
    modules = {one.module for one in program.imports}
    if "typeorm" in modules or "@nestjs/mongoose" in modules:
        for one in program.classes:
            if _is_marked(one, "Entity"):
                yield Table(one.name, path, one.line, "typeorm", table_named(one), tuple(_entity_columns(one)))
            elif _is_marked(one, "Schema"):
                yield Table(one.name, path, one.line, "mongoose", one.name, tuple(_entity_columns(one)))
    if not any(one == "mongoose" or one in _SEQUELIZE or one.startswith("drizzle-orm") for one in modules):
        return
    schemas: dict[str, Obj] = {}
    for stmt in program.body:
        if not isinstance(stmt, Let) or stmt.value is None or len(stmt.names) != 1 or not isinstance(stmt.value, Call):
            continue
        called, args = _last(stmt.value.callee), [one.value for one in stmt.value.args]
        if called == "Schema" and args and isinstance(args[0], Obj):
            schemas[stmt.names[0].name] = args[0]
        elif len(args) > 1 and isinstance(args[0], Text):
            yield from _called(path, stmt, called, args, schemas)
    for export in program.exports:
        if isinstance(export.value, Call) and _last(export.value.callee) == "model":
            yield from _called(
                path, Let((), export.value, export.line), "model", [a.value for a in export.value.args], schemas
            )


def _called(path: str, stmt: Let, called: str, args: list[Expr], schemas: Mapping[str, Obj]) -> Iterator[Table]:
    named = args[0].value if args and isinstance(args[0], Text) else ""
    second = args[1] if len(args) > 1 else None
    if called in _DRIZZLE and isinstance(second, Obj):
        columns = tuple(_drizzle_column(entry.key, entry.value) for entry in second.entries if entry.key)
        yield Table(named, path, stmt.line, "drizzle", named, columns)
    elif called == "model" and isinstance(second, Name) and second.name in schemas:
        yield Table(named, path, stmt.line, "mongoose", named, tuple(_object_columns(schemas[second.name])))
    elif called == "define" and isinstance(second, Obj):
        yield Table(named, path, stmt.line, "sequelize", named, tuple(_object_columns(second)))


def _entity_columns(of: Class) -> Iterator[Column]:
    for field in of.fields:
        marks = {_last(mark.value.callee): mark.value for mark in field.marks if isinstance(mark.value, Call)}
        if not marks.keys() & _COLUMNS:
            continue
        options = [one.value for call in marks.values() for one in call.args if isinstance(one.value, Obj)]
        unique = bool(marks.keys() & _UNIQUE) or any(_says(one, "unique", "true") for one in options)
        relation = next((name for name in marks if name in _RELATIONS), "")
        kind = field.type.name if field.type is not None else ""
        inner = field.type.inner[0].name if field.type is not None and field.type.inner else kind
        hidden = any(_says(one, "select", "false") for one in options)
        yield Column(field.name, kind, unique, inner if relation else "", relation.endswith("Many"), hidden)


def _drizzle_column(name: str, value: Expr) -> Column:
    """`text("email").notNull().unique()`: read from the last call to the first."""
    words: list[str] = []
    refers = ""
    while isinstance(value, Call):
        word = _last(value.callee)
        words.append(word)
        if word == "references" and value.args and isinstance(value.args[0].value, Func):
            refers = "?"  # the function is elsewhere; that it leads to another table is known
        value = value.callee.of if isinstance(value.callee, Member) else Const("null")
    return Column(name, words[-1] if words else "", "unique" in words or "primaryKey" in words, refers)


def _object_columns(of: Obj) -> Iterator[Column]:
    """`{ email: { type: String, unique: true }, owner: { type: ObjectId, ref: "User" } }`."""
    for entry in of.entries:
        if not entry.key:
            continue
        value = entry.value
        if not isinstance(value, Obj):
            yield Column(entry.key, _last(value))
            continue
        kind = next((_last(one.value) for one in value.entries if one.key == "type"), "")
        refers = next(
            (one.value.value for one in value.entries if one.key == "ref" and isinstance(one.value, Text)), ""
        )
        unique = _says(value, "unique", "true") or _says(value, "primaryKey", "true")
        yield Column(entry.key, kind, unique, refers, hidden=_says(value, "select", "false"))


def _says(of: Obj, key: str, value: str) -> bool:
    return any(one.key == key and isinstance(one.value, Const) and one.value.value == value for one in of.entries)


def _is_marked(of: Class, name: str) -> bool:
    return any(isinstance(mark.value, Call) and _last(mark.value.callee) == name for mark in of.marks)


def _last(expr: Expr) -> str:
    return expr.name if isinstance(expr, (Name, Member)) else ""
