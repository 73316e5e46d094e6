"""What a module of JavaScript or a type declaration exports, told by its syntax alone, and whether that can be all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec
from tree_sitter import Language, Node, Parser

_REFERENCE = re.compile(rb"^\s*///\s*<reference\s+path=", re.MULTILINE)
# Newer than the grammar; where it stands tells nothing about names.
_TYPE_STAR = re.compile(rb"\bexport\s+type\s+(?=\*)")
_VARIANCE = re.compile(rb"([<,]\s*(?:/\*.{0,200}?\*/\s*)?)(?:in\s+out|out|in)\s+(?!as\b)(?=[A-Za-z_$])")
_TEMPLATE = re.compile(rb"`[^`]*`")
_DECLARED = frozenset({
    "interface_declaration", "type_alias_declaration", "class_declaration", "abstract_class_declaration",
    "function_signature", "function_declaration", "generator_function_declaration", "enum_declaration",
    "internal_module", "module", "import_alias",
})  # fmt: skip
_VARIABLES = frozenset({"lexical_declaration", "variable_declaration"})
_MODULE_MARKS = frozenset({"export_statement", "import_statement"})
_MOST_NODES = 50_000


class Exports(msgspec.Struct, frozen=True):
    """`stars`: the modules whose exports are passed on as they are. `is_open`: more may come that is not read here."""

    names: frozenset[str] = frozenset()
    stars: tuple[str, ...] = ()
    is_open: bool = False


class Script(msgspec.Struct, frozen=True):
    """`is_module`: it has exports of its own. `ambient`: the modules that it declares by name instead."""

    exports: Exports
    is_module: bool = True
    ambient: Mapping[str, Exports] = {}


OPEN = Script(Exports(is_open=True))


def read_script(data: bytes, name: str) -> Script:
    try:
        return _read(data, name)
    except RecursionError:
        return OPEN


def _read(data: bytes, name: str) -> Script:
    declares = name.endswith((".d.ts", ".d.mts", ".d.cts"))
    if declares or name.endswith((".ts", ".tsx", ".mts", ".cts")):
        data = _VARIANCE.sub(rb"\1", _TYPE_STAR.sub(b"export ", data))
    root = Parser(language_of(name)).parse(data).root_node
    if root.has_error and declares:
        root = Parser(language_of(name)).parse(_TEMPLATE.sub(b"string", data)).root_node
    if root.has_error or root.child_count > _MOST_NODES:
        return OPEN
    statements = root.children
    is_module = any(node.type in _MODULE_MARKS for node in statements)
    exports = _exports(statements, implied=declares)
    ambient = dict(_ambient(statements)) if declares else {}
    if not declares and not is_module:
        return OPEN
    if not is_module and _REFERENCE.search(data):
        return Script(Exports(is_open=True), is_module=False, ambient={})
    return Script(exports, is_module, ambient)


def _exports(statements: list[Node], *, implied: bool) -> Exports:
    """`implied`: in a declaration, what stands there is offered without a word."""
    names: set[str] = set()
    stars: list[str] = []
    is_open = False
    whole: list[str] = []
    for node in statements:
        if node.type == "export_statement":
            is_open |= _export(node, names, stars, whole)
        elif implied:
            names.update(_declared(node))
    for name in whole:
        if source := _imported_whole(statements, name):
            stars.append(source)
            continue
        members = _members(statements, name)
        is_open |= members is None
        names |= members or set()
    return Exports(frozenset(names), tuple(stars), is_open)


def _export(node: Node, names: set[str], stars: list[str], whole: list[str]) -> bool:
    """Note what one statement exports; True where that cannot be told."""
    kinds = {child.type for child in node.children}
    source = node.child_by_field_name("source")
    if "=" in kinds:
        value = node.named_children[-1] if node.named_children else None
        if value is None or value.type != "identifier":
            return True
        whole.append(_text(value))
    elif "namespace_export" in kinds:
        names.update(
            _text(part) for child in node.children if child.type == "namespace_export" for part in child.named_children
        )
    elif "*" in kinds:
        if source is None:
            return True
        stars.append(_text(source)[1:-1])
    elif "export_clause" in kinds:
        names.update(_clause(next(child for child in node.children if child.type == "export_clause")))
    elif "as" in kinds and "namespace" in kinds:
        return False
    elif (declaration := node.child_by_field_name("declaration")) is not None:
        names.update(_declared(declaration))
        if "default" in kinds:
            names.add("default")
    elif "default" in kinds:
        names.add("default")
    else:
        found = [name for child in node.named_children for name in _declared(child)]
        names.update(found)
        return not found
    return False


def _clause(clause: Node) -> Iterator[str]:
    for one in clause.named_children:
        if one.type == "export_specifier":
            name = one.child_by_field_name("alias") or one.child_by_field_name("name")
            if name is not None:
                yield _text(name).strip("\"'")


def _declared(node: Node) -> Iterator[str]:
    if node.type in ("ambient_declaration", "expression_statement"):
        for child in node.named_children:
            yield from _declared(child)
    elif node.type in _VARIABLES:
        for one in node.named_children:
            name = one.child_by_field_name("name") if one.type == "variable_declarator" else None
            if name is not None:
                yield from _pattern(name)
    elif node.type in _DECLARED:
        name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else None)
        if name is not None and name.type != "string":
            yield _text(name).partition(".")[0]


def _pattern(node: Node) -> Iterator[str]:
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield _text(node)
        return
    for child in node.named_children:
        yield from _pattern(child.child_by_field_name("value") or child if child.type == "pair_pattern" else child)


def _imported_whole(statements: list[Node], name: str) -> str:
    """The module that `import * as name` names; empty where nothing does."""
    for node in statements:
        source = node.child_by_field_name("source") if node.type == "import_statement" else None
        clauses = [part for child in node.children if child.type == "import_clause" for part in child.named_children]
        if source is not None and any(
            one.type == "namespace_import" and _text(one).split()[-1] == name for one in clauses
        ):
            return _text(source)[1:-1]
    return ""


def _members(statements: list[Node], name: str) -> set[str] | None:
    """What `export = name` offers, where name is a namespace, perhaps also a function; None for anything else."""
    members: set[str] = set()
    seen = False
    for outer in statements:
        for node in outer.named_children if outer.type in ("ambient_declaration", "expression_statement") else [outer]:
            if name not in _declared(node):
                continue
            if node.type in ("internal_module", "module"):
                body = node.child_by_field_name("body")
                inner = _exports(body.named_children if body is not None else [], implied=True)
                if inner.is_open or inner.stars:
                    return None
                members |= inner.names
                seen = True
            elif node.type not in ("function_signature", "function_declaration", "interface_declaration"):
                return None
    return members if seen else None


def _ambient(statements: list[Node]) -> Iterator[tuple[str, Exports]]:
    for outer in statements:
        for node in outer.named_children if outer.type == "ambient_declaration" else ():
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            if node.type == "module" and name is not None and name.type == "string":
                given = body.named_children if body is not None else []
                yield _text(name)[1:-1], _exports(given, implied=True) if body is not None else Exports(is_open=True)


def _text(node: Node) -> str:
    return (node.text or b"")[:300].decode("utf-8", "replace")


@cache
def _of_kind(extension: str) -> Language:
    import tree_sitter_javascript
    import tree_sitter_typescript

    if extension in ("ts", "mts", "cts"):
        return Language(tree_sitter_typescript.language_typescript())
    if extension == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_javascript.language())


def language_of(name: str) -> Language:
    return _of_kind(name.rpartition(".")[2].lower())
