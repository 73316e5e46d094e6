"""Reads a JavaScript or TypeScript file into a Program. Whatever the file holds: never an error, and within bounds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from tree_sitter import Node

from walkdown.syntax.program import Program, Stmt
from walkdown.syntax.script_declarations import directives, read_class, read_function
from walkdown.syntax.script_expressions import VALUES
from walkdown.syntax.script_language import language_of
from walkdown.syntax.script_modules import top_statement
from walkdown.syntax.script_reader import Kinds, Reader
from walkdown.syntax.script_source import broken_lines, parse
from walkdown.syntax.script_statements import STATEMENTS

EXTENSIONS = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})
MOST_BYTES = 1_500_000
TOO_LARGE = f"It is larger than {MOST_BYTES / 1_000_000} MB, and the rest was not read."


@cache
def _kinds(extension: str) -> Kinds:
    return Kinds.of(language_of(extension), VALUES, STATEMENTS)


def read_program(data: bytes, extension: str) -> Program:
    language = "typescript" if extension in ("ts", "tsx", "mts", "cts") else "javascript"
    is_large = len(data) > MOST_BYTES
    source, root = parse(data[: data.rfind(b"\n", 0, MOST_BYTES) + 1] if is_large else data, extension)
    reader = Reader(source, _kinds(extension))
    says, rest = directives(reader, root)
    body = _read_body(reader, rest)
    _read_waiting(reader)
    return Program(
        language,
        imports=tuple(reader.imports),
        exports=tuple(reader.exports),
        body=body,
        functions=tuple(one for one in reader.functions if one is not None),
        classes=tuple(one for one in reader.classes if one is not None),
        says=says,
        broken=() if is_large else broken_lines(root),
        cut=TOO_LARGE if is_large else reader.cut,
    )


def _read_body(reader: Reader, nodes: Iterable[Node]) -> tuple[Stmt, ...]:
    body: list[Stmt] = []
    for node in nodes:
        for one in reader.each(node) if node.is_error else (node,):
            top_statement(reader, one, body)
    return tuple(body)


def _read_waiting(reader: Reader) -> None:
    """One after the other, not one inside the other, so that no depth of functions in functions matters."""
    while reader.waiting_functions or reader.waiting_classes:
        while reader.waiting_classes:
            one = reader.waiting_classes.popleft()
            reader.inside = one.inside
            reader.classes[one.at] = read_class(reader, one)
        if reader.waiting_functions:
            one = reader.waiting_functions.popleft()
            reader.inside = one.at
            reader.functions[one.at] = read_function(reader, one)
