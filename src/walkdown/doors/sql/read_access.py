"""Policies, grants and default privileges."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.doors.sql.build import Builder
from walkdown.doors.sql.expressions import Expr
from walkdown.doors.sql.statements import AlterPolicy, DefaultGrant, Grant, Policy, Privilege, Statement
from walkdown.doors.sql.tree import child, dotted, every, flat, fold, kind, name_of, text_of, words

_COMMANDS = ("select", "insert", "update", "delete", "all")


def create_policy(node: Node, line: int) -> Statement:
    builder = Builder()
    command = child(node, "RowSecurityDefaultForCmd")
    said = [word for one in every(command, *_kw(_COMMANDS)) for word in [kind(one)]] if command is not None else []
    manner = child(node, "RowSecurityDefaultPermissive")
    roles = _roles(child(node, "RowSecurityDefaultToRole"))
    using, check = _conditions(node, builder)
    return Policy(
        line,
        _name(node),
        dotted(child(node, "qualified_name")),
        said[0] if said else "all",
        manner is None or "restrictive" not in text_of(manner).lower(),
        roles or ("public",),
        using,
        check,
        builder.wrong or node.has_error,
    )


def alter_policy(node: Node, line: int) -> Statement:
    builder = Builder()
    using, check = _conditions(node, builder)
    roles = _roles(child(node, "RowSecurityOptionalToRole"))
    return AlterPolicy(line, _name(node), dotted(child(node, "qualified_name")), roles, using, check)


def _conditions(node: Node, builder: Builder) -> tuple[Expr | None, Expr | None]:
    found: list[Expr | None] = []
    for part in ("RowSecurityOptionalExpr", "RowSecurityOptionalWithCheck"):
        clause = child(node, part)
        inner = next((one for one in clause.children if one.type == "a_expr"), None) if clause is not None else None
        found.append(builder.expr(inner) if inner is not None else None)
    return found[0], found[1]


def _name(node: Node) -> str:
    found = child(node, "name")
    return name_of(found)[-1] if found is not None else ""


def _roles(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(fold(text_of(one).strip()) for one in every(node, "RoleSpec"))


def _kw(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"kw_{one}" for one in names)


# -- grants ------------------------------------------------------------------------------------------------------------


def grant(node: Node, line: int) -> Statement:
    target = child(node, "privilege_target")
    revoke = node.type == "RevokeStmt"
    said = words(target) if target is not None else []
    what = "other"
    for one in ("schema", "function", "functions", "routine", "routines", "procedure", "procedures", "table", "tables"):
        if one in said:
            what = {"routine": "function", "procedure": "function"}.get(one.rstrip("s"), one.rstrip("s"))
            if one != "schema":
                break
    if not said or said == ["table"]:
        what = "table"
    names: list[str] = []
    if target is not None:
        for group in target.children:
            if group.type in ("qualified_name_list", "name_list", "any_name_list"):
                names.extend(dotted(part) for part in flat(group))
            elif group.type == "function_with_argtypes_list":
                names.extend(dotted(child(part, "func_name") or part) for part in flat(group))
    everything = "all" in said
    return Grant(line, revoke, _privileges(node), what, tuple(names), _grantees(node), everything)


def default_grant(node: Node, line: int) -> Statement:
    action = child(node, "DefACLAction")
    if action is None:
        return DefaultGrant(line, False, (), "other", (), ())
    target = child(action, "defacl_privilege_target")
    what = text_of(target).strip().lower().rstrip("s") if target is not None else "other"
    what = "function" if what == "routine" else what
    schemas: list[str] = []
    for option in every(node, "DefACLOption"):
        if "schema" in words(option):
            schemas.extend(dotted(one) for group in every(option, "name_list") for one in flat(group))
    revoke = "revoke" in words(action)
    return DefaultGrant(line, revoke, _privileges(action), what, tuple(dict.fromkeys(schemas)), _grantees(action))


def _privileges(node: Node) -> tuple[Privilege, ...]:
    found = child(node, "privileges")
    if found is None:
        return ()
    listed = list(every(found, "privilege"))
    if not listed:
        return (Privilege("all"),)
    out: list[Privilege] = []
    for one in listed:
        columns = child(one, "opt_column_list")
        name = text_of(one).split("(")[0].strip().lower()
        held = tuple(name_of(part)[-1] for part in every(columns, "columnElem")) if columns is not None else ()
        out.append(Privilege(name, held))
    return tuple(out)


def _grantees(node: Node) -> tuple[str, ...]:
    found = child(node, "grantee_list")
    return tuple(fold(text_of(one).strip()) for one in every(found, "RoleSpec")) if found is not None else ()
