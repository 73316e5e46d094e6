"""Views, triggers, storage buckets, publications, types, indexes, schemas."""

from __future__ import annotations

import re

from tree_sitter import Node

from walkdown.doors.sql.build import Builder
from walkdown.doors.sql.expressions import Cmp, Col, Expr, In, Lit, Select, inside
from walkdown.doors.sql.statements import Bucket, Index, Kind, Made, Publish, SearchPath, Statement, Trigger, View
from walkdown.doors.sql.tree import after, child, dotted, every, flat, fold, name_of, string, strings, text_of, words

INVOKER = re.compile(r"security_invoker\s*(?:=\s*'?(\w+)'?)?", re.IGNORECASE)


def create_view(node: Node, line: int) -> Statement:
    builder = Builder()
    select = child(node, "SelectStmt")
    options = child(node, "opt_reloptions")
    name = next(every(node, "qualified_name"), None)
    built = builder.select(select) if select is not None else Select()
    invoker = asks_as_reader(text_of(options)) if options is not None else None
    return View(line, dotted(name), built, "materialized" in words(node), bool(invoker))


def asks_as_reader(options: str) -> bool | None:
    """What `security_invoker` is set to in these options; none where it is not among them."""
    found = INVOKER.search(options)
    if found is None:
        return None
    return (found[1] or "true").lower() in ("true", "on", "1", "yes")


def create_trigger(node: Node, line: int) -> Statement:
    name, table = child(node, "name"), child(node, "qualified_name")
    text = text_of(node).lower()
    head = text[: text.find(" on ")] if " on " in text else text
    events = tuple(one for one in ("insert", "update", "delete", "truncate") if re.search(rf"\b{one}\b", head))
    function = child(node, "func_name")
    before = re.search(r"\b(?:before|instead)\b", head) is not None
    return Trigger(line, name_of(name)[-1] if name is not None else "", dotted(table), dotted(function), before, events)


# -- storage -----------------------------------------------------------------------------------------------------------


def insert(node: Node, line: int) -> Statement | None:
    """Only buckets matter; other rows are data."""
    if dotted(next(every(node, "qualified_name"), None)) != "storage.buckets":
        return None
    rest = child(node, "insert_rest")
    if rest is None:
        return None
    columns = [name_of(one)[0] for one in every(rest, "insert_column_item") if name_of(one)]
    rows = _rows(rest)
    if not columns:
        columns = ["id", "name", "owner", "created_at", "updated_at", "public"]
    ids: list[str] = []
    public: list[bool | None] = []
    for row in rows:
        given = dict(zip(columns, row))  # noqa: B905 - as many as both have
        name = given.get("id", given.get("name"))
        if isinstance(name, Lit):
            ids.append(name.value)
            said = given.get("public")
            public.append(said.value.lower().startswith("t") if isinstance(said, Lit) and said.kind in "bs" else None)
    if not ids:
        return None
    # rows of one insert that differ are told apart by the caller
    return Bucket(line, tuple(ids), public[0] or False) if len(set(public)) == 1 else _mixed(line, ids, public)


def _mixed(line: int, ids: list[str], public: list[bool | None]) -> Bucket:
    return Bucket(line, tuple(f"{'+' if one else '-'}{name}" for name, one in zip(ids, public, strict=True)), None)


def _rows(rest: Node) -> list[list[Expr]]:
    builder = Builder()
    values = list(every(rest, "values_clause"))
    lists = [[builder.expr(one) for one in flat(group)] for clause in values for group in clause.children
             if group.type == "expr_list"]  # fmt: skip
    if lists:
        return lists
    select = child(rest, "SelectStmt")
    return [[target.expr for target in builder.select(select).targets]] if select is not None else []


def update(node: Node, line: int) -> Statement | None:
    if dotted(next(every(node, "qualified_name"), None)) != "storage.buckets":
        return None
    builder = Builder()
    public: bool | None = None
    for clause in flat(child(node, "set_clause_list")):
        if name_of(child(clause, "set_target"))[:1] == ("public",):
            value = builder.expr(next((one for one in clause.children if one.type == "a_expr"), None))
            public = isinstance(value, Lit) and value.value.lower().startswith("t")
    return Bucket(line, _ids(node, builder), public) if public is not None else None


def delete(node: Node, line: int) -> Statement | None:
    if dotted(next(every(node, "qualified_name"), None)) != "storage.buckets":
        return None
    return Bucket(line, _ids(node, Builder()), None, gone=True)


def _ids(node: Node, builder: Builder) -> tuple[str, ...]:
    where = child(node, "where_or_current_clause")
    if where is None:
        return ("*",)
    ids: list[str] = []
    for one in inside(builder.expr(after(where, "where"))):
        if isinstance(one, Cmp) and isinstance(one.left, Col) and isinstance(one.right, Lit):
            ids.append(one.right.value)
        elif isinstance(one, In):
            ids.extend(item.value for item in one.items if isinstance(item, Lit))
    return tuple(ids)


# -- the rest ----------------------------------------------------------------------------------------------------------


def publication(node: Node, line: int) -> Statement:
    said = words(node)
    tables = [dotted(next(every(one, "qualified_name"), None) or one) for one in every(node, "PublicationObjSpec")]
    return Publish(line, tuple(tables), "drop" in said, "all" in said)


def define_type(node: Node, line: int) -> Statement | None:
    if "type" not in words(node):
        return None
    return Kind(line, dotted(child(node, "any_name")), strings([node])[:100])


def create_index(node: Node, line: int) -> Statement:
    columns = tuple(
        name_of(one)[-1] for part in every(node, "index_elem") for one in part.children if one.type == "ColId"
    )
    unique = child(node, "opt_unique") is not None or "unique" in words(node)
    return Index(line, dotted(next(every(node, "qualified_name"), None)), columns, unique)


def set_variable(node: Node, line: int) -> Statement | None:
    variable = next(every(node, "var_name"), None)
    if variable is None or text_of(variable).lower() != "search_path":
        return None
    values = [string(text_of(one)) for one in every(node, "var_value")]
    return SearchPath(line, tuple(fold(one.strip()) for value in values for one in value.split(",") if one.strip()))


def made(node: Node, line: int) -> Statement:
    what = {"CreateSchemaStmt": "schema", "CreateExtensionStmt": "extension"}.get(node.type, "role")
    found = child(node, "name", "ColId", "RoleId")
    name = next(iter(name_of(found)), "") if found is not None else ""
    return Made(line, f"{what} bypassrls" if "bypassrls" in text_of(node).lower() and what == "role" else what, name)
