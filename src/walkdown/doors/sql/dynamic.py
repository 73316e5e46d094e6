"""`do` blocks: what they do plainly is read as if it stood outside, SQL made of constants too; the rest is marked."""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from walkdown.doors.sql.acts import expression
from walkdown.doors.sql.expressions import Call, Cmp, Col, Expr, In, Lit, Mix, Row, inside
from walkdown.doors.sql.lexer import uncommented
from walkdown.doors.sql.statements import Opaque, Statement
from walkdown.doors.sql.tree import LONGEST, child, every, parse, string, text_of

_HOLE = re.compile(r"%(?:\d+\$)?([sIL%])")
_ACCESS = re.compile(r"\b(?:policy|grant|revoke|row\s+level|security|table|function)\b", re.IGNORECASE)

EVERY = "every__table"  # stands for all tables there are
Reader = Callable[[str, int], list[Statement]]


def read_do(node: Node, line: int, reader: Reader) -> list[Statement]:
    held = next(every(node, "dollar_quoted_string", "string_literal"), None)
    if held is None:
        return [Opaque(line, "do", "not understood")]
    text = string(text_of(held))
    first = line + held.start_point[0]
    if len(text) > LONGEST:
        return [Opaque(line, "do", "too long to be read")]
    found: list[Statement] = []
    tree = parse(uncommented(text), plpgsql=True)
    todo: list[tuple[Node, dict[str, tuple[str, ...]]]] = [(tree.root_node, {})]
    while todo:
        one, known = todo.pop()
        if one.type in ("stmt_execsql", "stmt_dynexecute"):
            found.extend(_run(one, known, first, reader))
            continue
        inner = known
        if one.type in ("stmt_foreach_a", "stmt_for"):
            inner = {**known, **_loop(one)}
        elif one.type == "decl_statement":
            _declared(one, known)
        todo.extend((part, inner) for part in reversed(one.children))
    if tree.root_node.has_error:
        found.append(Opaque(line, "do", "partly understood"))
    return found


def _declared(node: Node, known: dict[str, tuple[str, ...]]) -> None:
    name, given = child(node, "decl_varname"), child(node, "decl_defval")
    held = next(every(given, "sql_expression"), None) if given is not None else None
    if name is not None and held is not None:
        values = _texts(expression(text_of(held)))
        if values:
            known[text_of(name).strip().lower()] = values


def _loop(node: Node) -> dict[str, tuple[str, ...]]:
    """The values a loop's variable takes, where they are written down."""
    variable = child(node, "for_variable")
    held = next(every(node, "sql_expression"), None)
    if variable is None or held is None:
        return {}
    name, text = text_of(variable).strip().lower(), text_of(held)
    if re.search(r"\bpg_tables\b|\binformation_schema\s*\.\s*tables\b", text, re.IGNORECASE):
        listed = _listed(text)
        return {name: listed or ((EVERY,) if not re.search(r"\b(?:like|~|not\s+in)\b", text, re.IGNORECASE) else ())}
    values = _texts(expression(text)) if node.type == "stmt_foreach_a" else _unnested(text)
    return {name: values} if values else {}


def _listed(text: str) -> tuple[str, ...]:
    """`tablename in ('a', 'b')` or `= any (array['a'])` in the query of a loop."""
    select = expression(f"({text.strip().rstrip(';')})")
    for one in inside(select):
        if isinstance(one, In) and isinstance(one.item, Col) and one.item.parts[-1] in ("tablename", "table_name"):
            return tuple(item.value for item in one.items if isinstance(item, Lit))
        if isinstance(one, Cmp) and isinstance(one.left, Col) and one.left.parts[-1] in ("tablename", "table_name"):
            return (one.right.value,) if isinstance(one.right, Lit) else ()
    return ()


def _unnested(text: str) -> tuple[str, ...]:
    select = expression(f"({text.strip().rstrip(';')})")
    calls = [one for one in inside(select) if isinstance(one, Call) and one.name.rpartition(".")[2] == "unnest"]
    return _texts(calls[0].args[0]) if calls and calls[0].args else ()


def _texts(expr: Expr) -> tuple[str, ...]:
    if isinstance(expr, Row) and all(isinstance(one, Lit) for one in expr.items):
        return tuple(one.value for one in expr.items if isinstance(one, Lit))
    if isinstance(expr, Lit) and expr.kind == "s":
        return tuple(expr.value.strip("{}").split(",")) if expr.value.startswith("{") else (expr.value,)
    return ()


def _run(node: Node, known: dict[str, tuple[str, ...]], first: int, reader: Reader) -> list[Statement]:
    held = next(every(node, "sql_expression"), None)
    line = first + node.start_point[0]
    if held is None:
        return []
    if node.type == "stmt_execsql":
        return reader(text_of(held), line)
    text = text_of(held)
    built = _built(expression(text), known)
    if built is None:
        return [Opaque(line, "execute", "SQL that is put together while it runs")] if _ACCESS.search(text) else []
    return [one for made in built[:200] for one in reader(made, line)]


def _built(expr: Expr, known: dict[str, tuple[str, ...]]) -> list[str] | None:
    """The texts an `execute` may run, where they can be known."""
    names = dict.fromkeys(part for one in inside(expr) if isinstance(one, Col) for part in [_held(one)])
    used = [name for name in names if name in known]
    if len(used) > 1:
        return None
    choices = known[used[0]] if used else ("",)
    out: list[str] = []
    for value in choices:
        made = _text(expr, {used[0]: value} if used else {})
        if made is None:
            return None
        out.append(made)
    return out


def _held(one: Col) -> str:
    """`r.tablename` in a loop over records stands for the loop's variable."""
    return one.parts[0]


def _text(expr: Expr, known: dict[str, str]) -> str | None:
    if isinstance(expr, Lit):
        return expr.value if len(expr.value) < 4_000 else None
    if isinstance(expr, Col):
        return known.get(_held(expr))
    if isinstance(expr, Mix) and expr.what == "||":
        parts = [_text(one, known) for one in expr.items]
        return None if None in parts else "".join(one or "" for one in parts)
    if isinstance(expr, Call) and expr.name.rpartition(".")[2] == "quote_ident" and len(expr.args) == 1:
        return _text(expr.args[0], known)
    if isinstance(expr, Call) and expr.name.rpartition(".")[2] == "format" and expr.args:
        return _formatted([_text(one, known) for one in expr.args])
    return None


def _formatted(parts: list[str | None]) -> str | None:
    if parts[0] is None:
        return None
    given = iter(parts[1:])
    missing = False

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        if found[1] == "%":
            return "%"
        value = next(given, None)
        if value is None:
            missing = True
            return ""
        if found[1] == "I":
            return f'"{value}"'
        return f"'{value}'" if found[1] == "L" else value

    made = _HOLE.sub(fill, parts[0])
    return None if missing else made


__all__ = ["EVERY", "read_do"]
