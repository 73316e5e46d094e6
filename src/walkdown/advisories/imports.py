"""What a file imports, read from its syntax: Python through `ast`, JavaScript and TypeScript through tree-sitter.

Nothing is ever imported, and no path is resolved on this machine.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cache

import msgspec
from tree_sitter import Language, Node, Parser, Tree

from walkdown.advisories.import_lines import lines_with_imports, may_be_newer
from walkdown.advisories.script_blocks import BLOCKS, is_packed, script_of
from walkdown.syntax.text import decode

MOST_BYTES = 1024 * 1024
MOST_IMPORTS = 5_000
_LONGEST = 300
PYTHON = frozenset({"py", "pyw"})
SCRIPT = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})

_MISSING = frozenset({"ImportError", "ModuleNotFoundError"})
_CATCHES = _MISSING | {"Exception", "BaseException"}
_OTHERWISE = _CATCHES | {"AttributeError", "NameError"}  # what is imported there stands in for what is not there
_HOMES = re.compile(rb"typeof\s+(?:exports|module|define|require)\b|\bdefine\.amd\b")
_BY_NAME = re.compile(rb"import_module|__import__|importorskip")
_MISSES = re.compile(rb"ImportError|ModuleNotFoundError")
_CALLS = re.compile(rb"\b(?:import|require|from)\b")


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`name`: the dotted module, or the text between the quotes. `optional`: the code goes on without it, or it is
    needed for types only. `late`: inside a function of Python."""

    name: str
    line: int
    optional: bool = False
    late: bool = False


def read_imports(data: bytes, extension: str) -> tuple[Import, ...] | None:
    """None where the file cannot be read as what it says it is."""
    if len(data) > MOST_BYTES:
        return None
    try:
        if extension in BLOCKS:
            data, extension = script_of(data, extension)
        found = _python(data) if extension in PYTHON else _script(data, extension)
        return tuple(sorted(found, key=lambda one: (one.line, one.name)))[:MOST_IMPORTS]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _python(data: bytes) -> tuple[Import, ...]:
    if b"import" not in data:
        return ()
    text = decode(data, python=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        if "nested parentheses" in str(error) or not may_be_newer(text):
            raise
        found = [
            Import(name[:_LONGEST], line, optional, late) for name, line, optional, late in lines_with_imports(text)
        ]
        if not found:
            raise
        asked: set[str] = set()
    else:
        found = list(_statements(tree, deep=_BY_NAME.search(data) is not None))
        asked = set(_asked_for(tree)) if found else set()
        if any(one.late for one in found) and _MISSES.search(data):
            rescued = _rescued(tree)
            found = [_without(one, rescued) for one in found]
    # Code that tried once whether a module is there knows what to do without it further down.
    tried = {one.name.partition(".")[0] for one in found if one.optional} | asked
    return tuple(
        msgspec.structs.replace(one, optional=True) if one.name.partition(".")[0] in tried else one for one in found
    )


def _statements(tree: ast.Module, *, deep: bool) -> Iterator[Import]:
    """`deep`: expressions too, which take most of the time and import nothing but by a call that names the module."""
    waiting: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while waiting:
        node, optional, late = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (Import(alias.name[:_LONGEST], node.lineno, optional, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node, optional, late)
        elif isinstance(node, ast.Call):
            yield from _called(node, optional)
        inner = late or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        children = ast.iter_child_nodes(node) if deep else _inner_statements(node)
        waiting.extend((child, optional or _is_optional(node, child), inner) for child in children)


def _inner_statements(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        inner = getattr(node, name, ())
        if isinstance(inner, list):
            yield from inner


def _walk_statements(tree: ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(_inner_statements(node))


def _asked_for(tree: ast.Module) -> Iterator[str]:
    """`if not check_module("apprise"): return`: the names that a condition asks after."""
    for node in _walk_statements(tree):
        if isinstance(node, ast.If):
            for call in ast.walk(node.test):
                if isinstance(call, ast.Call) and len(call.args) == 1 and isinstance(call.args[0], ast.Constant):
                    value = call.args[0].value
                    if isinstance(value, str) and value.isidentifier():
                        yield value


def _rescued(tree: ast.Module) -> list[tuple[int, int]]:
    """Lines of the functions that are called where a missing module is caught."""
    called = {
        getattr(call.func, "id", getattr(call.func, "attr", ""))
        for node in _walk_statements(tree)
        if isinstance(node, ast.Try) and any(_catches(handler, _MISSING) for handler in node.handlers)
        for statement in node.body
        for call in ast.walk(statement)
        if isinstance(call, ast.Call)
    }
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in _walk_statements(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in called
    ]


def _without(one: Import, rescued: list[tuple[int, int]]) -> Import:
    held = one.late and any(start <= one.line <= end for start, end in rescued)
    return msgspec.structs.replace(one, optional=True) if held else one


def _from(node: ast.ImportFrom, optional: bool, late: bool) -> Iterator[Import]:
    """`from google.cloud import storage` names the module google.cloud.storage."""
    if node.level or not node.module:
        return
    if node.module in ("google", "google.cloud", "azure", "azure.storage", "ruamel", "opentelemetry", "snowflake"):
        yield from (
            Import(f"{node.module}.{alias.name}"[:_LONGEST], node.lineno, optional, late) for alias in node.names
        )
    else:
        yield Import(node.module[:_LONGEST], node.lineno, optional, late)


def _called(node: ast.Call, optional: bool) -> Iterator[Import]:
    """`importlib.import_module("x")` needs it when that line runs; `importorskip` does without it."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    value = first.value if isinstance(first, ast.Constant) else None
    asks = name in ("import_module", "__import__", "importorskip")
    if asks and isinstance(value, str) and re.fullmatch(r"[A-Za-z_][\w.]*", value):
        yield Import(value[:_LONGEST], node.lineno, optional or name == "importorskip", late=True)


def _is_optional(node: ast.AST, child: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        # What the handler imports in its stead is as optional: one of the two is there.
        return any(_catches(handler) for handler in node.handlers)
    if isinstance(node, ast.ExceptHandler):
        return _catches(node, _OTHERWISE)
    if isinstance(node, ast.If) and child is not node.test:
        return bool(
            re.search(r"TYPE_CHECKING|version_info|PY2|PY3|find_spec|platform|os\.name", ast.unparse(node.test))
        )
    if isinstance(node, ast.With):
        return any("suppress" in ast.unparse(item.context_expr)[:80] for item in node.items)
    return False


def _catches(handler: ast.ExceptHandler, wanted: frozenset[str] = _CATCHES) -> bool:
    kind = handler.type
    if kind is None:
        return True
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(getattr(name, "id", getattr(name, "attr", "")) in wanted for name in names)


def _script(data: bytes, extension: str) -> tuple[Import, ...]:
    if not _CALLS.search(data) or is_packed(data):
        return ()
    source = decode(data).encode("utf-8", "surrogatepass")
    tree = Parser(_language(extension)).parse(source)
    return tuple(_sources(tree))


def _sources(tree: Tree) -> Iterator[Import]:
    waiting: list[tuple[Node, bool]] = [(tree.root_node, False)]
    while waiting:
        node, optional = waiting.pop()
        if node.type in ("import_statement", "export_statement", "import_require_clause"):
            types = any(child.type in ("type", "typeof") for child in node.children[:3]) or _only_types(node)
            if (source := node.child_by_field_name("source")) is not None:
                yield from _quoted(source, optional or types)
        elif node.type == "call_expression":
            yield from _called_script(node, optional)
        if node.type in ("ambient_declaration", "comment", "string", "regex"):
            continue
        body = node.child_by_field_name("body") if node.type == "try_statement" else None
        optional = optional or _asks_first(node)
        waiting.extend((child, optional or child == body) for child in node.children)


def _asks_first(node: Node) -> bool:
    """`typeof exports == "object" ? require("x") : window.X`: code made for several homes; `X || await import("x")`:
    what is there already comes first."""
    if node.type in ("if_statement", "ternary_expression"):
        condition = node.child_by_field_name("condition")
        return condition is not None and bool(_HOMES.search(condition.text or b""))
    if node.type == "binary_expression":
        sign, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        text = (left.text or b"") if left is not None else b""
        return sign is not None and sign.type in ("||", "??") and bool(re.match(rb"(?:globalThis|window|self)\b", text))
    return False


def _only_types(node: Node) -> bool:
    """`import { type A, type B } from "x"` leaves nothing behind in the running code."""
    clause = next((child for child in node.children if child.type == "import_clause"), None)
    if clause is None or clause.named_child_count != 1:
        return False
    named = clause.named_children[0]
    return (
        named.type == "named_imports"
        and bool(named.named_children)
        and all(any(part.type == "type" for part in one.children) for one in named.named_children)
    )


def _called_script(node: Node, optional: bool) -> Iterator[Import]:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or not arguments.named_children:
        return
    name = (function.text or b"")[:40]
    if name in (b"require", b"import"):
        yield from _quoted(arguments.named_children[0], optional)
    elif name == b"require.resolve":
        yield from _quoted(arguments.named_children[0], True)


def _quoted(node: Node, optional: bool) -> Iterator[Import]:
    if node.type == "string":
        text = (node.text or b"")[1:-1].decode("utf-8", "replace")
        if 0 < len(text) <= _LONGEST:
            yield Import(text, node.start_point[0] + 1, optional)


@cache
def _language(extension: str) -> Language:
    import tree_sitter_javascript
    import tree_sitter_typescript

    if extension in ("ts", "mts", "cts"):
        return Language(tree_sitter_typescript.language_typescript())
    if extension == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_javascript.language())
