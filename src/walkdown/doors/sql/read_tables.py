"""Tables, their columns and keys, and what happens to them."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.doors.sql.statements import (
    AlterTable,
    Change,
    Column,
    CreateTable,
    Drop,
    Key,
    Move,
    Reference,
    Rename,
    Statement,
)  # fmt: skip
from walkdown.doors.sql.tree import after, child, dotted, every, flat, fold, kind, name_of, text_of, words

_MOST = 1600  # Postgres allows no more columns


def create_table(node: Node, line: int) -> Statement:
    names = [dotted(one) for one in node.children if one.type == "qualified_name"]
    columns: list[Column] = []
    keys: list[Key] = []
    like: list[str] = names[1:]
    elements = child(node, "OptTableElementList", "OptTypedTableElementList")
    for element in flat(next(every(elements, "TableElementList"), None) if elements else None)[:_MOST]:
        for one in element.children:
            if one.type == "columnDef":
                columns.append(column(one))
            elif one.type == "TableConstraint":
                keys.extend(_keys(one))
            elif one.type == "TableLikeClause":
                like.append(dotted(child(one, "qualified_name")))
    inherits = child(node, "OptInherit")
    if inherits is not None:
        like.extend(dotted(one) for one in every(inherits, "qualified_name"))
    temporary = any(word in ("temp", "temporary") for one in every(node, "OptTemp") for word in words(one))
    return CreateTable(
        line, names[0] if names else "", tuple(columns), tuple(keys), "exists" in words(node), tuple(like),
        temporary=temporary,
    )  # fmt: skip


def create_table_as(node: Node, line: int) -> Statement:
    target = next(every(node, "qualified_name"), None)
    said = [word for one in every(node, "OptTemp") for word in words(one)]
    return CreateTable(
        line,
        dotted(target),
        careful="exists" in words(node),
        filled=True,
        temporary=bool({"temp", "temporary"} & set(said)),
    )


def column(node: Node) -> Column:
    name, kind_of = child(node, "ColId"), child(node, "Typename")
    primary = unique = required = made = False
    default, refers = "", None
    for constraint in every(node, "ColConstraintElem"):
        said = words(constraint)
        primary, unique = primary or "primary" in said, unique or "unique" in said
        required = required or said[:2] == ["not", "null"]
        if "default" in said:
            default = " ".join(text_of(constraint).split())[8:88].strip()
        if "references" in said:
            other = child(constraint, "qualified_name")
            columns = [name_of(one)[-1] for one in every(constraint, "columnElem")]
            refers = Reference(dotted(other), columns[0] if columns else "")
        made = made or "generated" in said
    written = text_of(kind_of).lower().replace('"', "")[:80] if kind_of is not None else ""
    return Column(
        name_of(name)[-1] if name is not None else "",
        written,
        default,
        primary,
        unique,
        required or primary,
        made,
        refers,
    )


def _keys(node: Node) -> list[Key]:
    element = child(node, "ConstraintElem") or node
    said = words(element)
    lists = [
        tuple(name_of(one)[-1] for one in every(group, "columnElem"))
        for group in element.children if group.type in ("columnList", "opt_column_list", "opt_column_and_period_list")
    ]  # fmt: skip
    if "foreign" in said and lists:
        return [Key("foreign", lists[0], dotted(child(element, "qualified_name")), lists[1] if len(lists) > 1 else ())]
    if lists and ("primary" in said or "unique" in said):
        return [Key("primary" if "primary" in said else "unique", lists[0])]
    return []


# -- what happens to them ----------------------------------------------------------------------------------------------


def alter_table(node: Node, line: int) -> Statement:
    target = next(every(node, "qualified_name"), None)
    commands = child(node, "alter_table_cmds")
    changes = [change for one in flat(commands) for change in _change(one)] if commands is not None else []
    return AlterTable(line, dotted(target), tuple(changes[:400]))


def _change(node: Node) -> list[Change]:
    said = words(node)
    if "security" in said and "level" in said:
        value = "no force" if "no" in said else said[0]
        return [Change("rls", value=value)]
    if definition := child(node, "columnDef"):
        return [Change("add", column(definition))]
    if constraint := child(node, "TableConstraint"):
        return [Change("key", key=one) for one in _keys(constraint)]
    if options := child(node, "reloptions"):
        return [Change("option", value=" ".join(text_of(options).lower().split())[:200])]
    name = child(node, "ColId")
    about = Column(name_of(name)[-1]) if name is not None else None
    if (
        (
            "drop" in said
            and about is not None
            and "constraint" not in said
            and child(node, "alter_column_default") is None
        )
        and "not" not in said
        and "default" not in said
    ):
        return [Change("drop", about)]
    return [Change("other", about, value=" ".join(said)[:60])]


def rename(node: Node, line: int) -> Statement:
    said = words(node)
    names = [name_of(one)[-1] for one in node.children if one.type == "name"]
    target = next(every(node, "qualified_name", "any_name", "func_name", "function_with_argtypes"), None)
    where, what = dotted(target), _what(said)
    if what == "policy" and len(names) == 2:
        return Rename(line, "policy", names[0], names[1], where)
    if len(names) == 2 and what in ("table", "view", "materialized view") and "constraint" not in said:
        return Rename(line, "column", names[0], names[1], where)
    if "constraint" in said or not names:
        return Rename(line, "other", where, "")
    if what == "schema" and len(names) == 2:
        return Rename(line, "schema", names[0], names[1])
    return Rename(line, what, where or names[0], names[-1])


def move(node: Node, line: int) -> Statement:
    target = next(every(node, "qualified_name", "any_name", "func_name"), None)
    names = [name_of(one)[-1] for one in node.children if one.type == "name"]
    return Move(line, _what(words(node)), dotted(target), names[-1] if names else "")


def drop(node: Node, line: int) -> Statement:
    said = [*words(node), *(word for one in every(node, "object_type_any_name", "drop_type_name",
            "object_type_name", "object_type_name_on_any_name") for word in words(one))]  # fmt: skip
    if not said[1:]:
        said += text_of(node).lower().split()[:3]
    cascade = "cascade" in said or any(
        True for _ in every(node, "opt_drop_behavior") if "cascade" in text_of(_).lower()
    )
    what = _what([one for one in said if one != "drop"])
    names = [dotted(one) for group in every(node, "any_name_list", "name_list") for one in flat(group)]
    single = [name_of(one)[-1] for one in node.children if one.type == "name"]
    lone = [dotted(one) for one in node.children if one.type == "any_name"]
    if what in ("policy", "trigger", "rule"):
        return Drop(line, what, tuple(single), lone[-1] if lone else "", cascade)
    return Drop(line, what, tuple(dict.fromkeys([*names, *lone, *single])), "", cascade)


def _what(said: list[str]) -> str:
    for one in ("policy", "trigger", "rule", "publication", "schema", "function", "procedure", "routine", "table"):
        if one in said:
            return "function" if one in ("procedure", "routine") else one
    if "view" in said:
        return "materialized view" if "materialized" in said else "view"
    return "type" if "type" in said else "other"


__all__ = ["after", "alter_table", "create_table", "create_table_as", "drop", "fold", "kind", "move", "rename"]
