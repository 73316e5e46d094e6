"""Functions: with whose rights they run, who may change what they look up, and what their body does."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.doors.sql.bodies import read_plpgsql_body, read_sql_body
from walkdown.doors.sql.statements import AlterFunction, Argument, Body, Drop, Function, Rename, Statement
from walkdown.doors.sql.tree import child, dotted, every, flat, fold, name_of, string, text_of, words


def create_function(node: Node, line: int) -> Statement:
    language, definer, search_path, text = "", False, None, None
    body_node: Node | None = None
    for item in every(node, "createfunc_opt_item"):
        said = _said(item)
        if "language" in said:
            written = text_of(item).split()[-1].strip("'\"").lower()
            language = written
        elif item.children and item.children[0].type == "kw_as":
            body_node = next(every(item, "dollar_quoted_string", "string_literal"), None)
            text = string(text_of(body_node)) if body_node is not None else None
        else:
            definer, search_path = _option(item, said, definer, search_path)
    inline = child(node, "opt_routine_body")
    if inline is not None:
        language, text, body_node = language or "sql", _inline(inline), inline
    return Function(
        line,
        dotted(child(node, "func_name")),
        tuple(_arguments(node)),
        _returned(node),
        _many(node),
        language or "sql",
        definer,
        search_path,
        _body(language or "sql", text, body_node, line),
    )


def _body(language: str, text: str | None, node: Node | None, line: int) -> Body | None:
    if text is None or node is None:
        return None
    first = line + node.start_point[0]
    if language == "plpgsql":
        return read_plpgsql_body(text, first)
    return read_sql_body(text, first) if language == "sql" else None


def _inline(node: Node) -> str:
    """`return x` or `begin atomic ... end` as the body it stands for."""
    text = text_of(node).strip()
    if text.lower().startswith("return"):
        return f"SELECT {text[6:]}"
    return text[text.lower().index("atomic") + 6 :].rstrip().removesuffix("END").removesuffix("end")


def _said(node: Node) -> list[str]:
    return [one.type[3:] for one in every(node, *_WORDS)]


_WORDS = tuple(
    f"kw_{one}"
    for one in ("language", "security", "definer", "invoker", "set", "as", "external", "reset", "from", "current")
)


def _option(item: Node, said: list[str], definer: bool, search_path: str | None) -> tuple[bool, str | None]:
    if "security" in said:
        return "definer" in said, search_path
    variable = next(every(item, "var_name"), None)
    if "set" in said and variable is not None and text_of(variable).lower() == "search_path":
        values = [string(text_of(one)).strip('"') for one in every(item, "var_value")]
        return definer, ", ".join(values) if values else "current"
    return definer, search_path


def _arguments(node: Node) -> list[Argument]:
    found: list[Argument] = []
    for one in every(node, "func_arg"):
        mode = child(one, "arg_class")
        name, kind = child(one, "param_name"), child(one, "func_type")
        out = (
            mode is not None
            and "in" not in words(mode)
            and bool({"out", "variadic"} & set(words(mode)))
            and "variadic" not in words(mode)
        )
        found.append(Argument(
            name_of(name)[-1] if name is not None else "", _type(text_of(kind)) if kind is not None else "", out
        ))  # fmt: skip
        if len(found) >= 60:
            break
    return found


def _type(text: str) -> str:
    return " ".join(text.lower().replace('"', "").split())[:60]


def _returned(node: Node) -> str:
    if child(node, "table_func_column_list") is not None:
        return "table"
    found = child(node, "func_return")
    return _type(text_of(found)).removeprefix("setof ") if found is not None else ""


def _many(node: Node) -> bool:
    found = child(node, "func_return")
    return child(node, "table_func_column_list") is not None or (
        found is not None and text_of(found).lower().startswith("setof")
    )


# -- what happens to them ----------------------------------------------------------------------------------------------


def alter_function(node: Node, line: int) -> Statement:
    target = child(node, "function_with_argtypes")
    definer: bool | None = None
    search_path: str | None = None
    for item in every(node, "common_func_opt_item"):
        said = _said(item)
        if "security" in said:
            definer = "definer" in said
        _, search_path = _option(item, said, False, search_path)
    return AlterFunction(line, _name(target), _types(target), definer, search_path)


def drop_function(node: Node, line: int) -> Statement:
    names = tuple(_name(one) for one in flat(child(node, "function_with_argtypes_list")))
    return Drop(line, "function", names, "", "cascade" in text_of(node).lower().split())


def rename_function(node: Node, line: int) -> Statement:
    target = child(node, "function_with_argtypes")
    names = [fold(text_of(one)) for one in node.children if one.type == "name"]
    return Rename(line, "function", _name(target), names[-1] if names else "")


def _name(node: Node | None) -> str:
    if node is None:
        return ""
    return dotted(child(node, "func_name")) if child(node, "func_name") is not None else dotted(node)


def _types(node: Node | None) -> tuple[str, ...] | None:
    if node is None or child(node, "func_args") is None:
        return None
    return tuple(_type(text_of(one)) for one in every(node, "func_type"))
