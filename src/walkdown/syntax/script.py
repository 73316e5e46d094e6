"""Finds the JavaScript or TypeScript code a scanner pointed at, through tree-sitter."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from tree_sitter import Language, Node, Parser

from walkdown.syntax.script_code import CLASSES, FUNCTIONS, Writer, body_of, wrapped_in
from walkdown.syntax.text import Lines, Source, Span, View, compact, decode

_DEEPEST = 600  # far beyond code people write; deeper files are answered by their lines
_SEQUENCES = frozenset({
    "program", "statement_block", "class_body", "switch_body", "switch_case", "switch_default", "interface_body",
})  # fmt: skip
_ROWS = frozenset({"array", "object", "arguments", "jsx_element", "object_type", "named_imports"})
_TRANSPARENT = frozenset({"parenthesized_expression", "expression_statement"})
_INSIDE_STRING = frozenset({"string_fragment", "escape_sequence", "regex_pattern", "regex_flags"})
_IGNORED = frozenset({"comment", "empty_statement"})
_ROUTE = re.compile(r"[\w/:.*{}\[\]-]{1,60}")


@cache
def _language(extension: str) -> Language:
    if extension in ("ts", "mts", "cts"):
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_typescript())
    if extension == "tsx":
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_tsx())
    import tree_sitter_javascript

    return Language(tree_sitter_javascript.language())


def read_script(source: bytes, extension: str) -> Source:
    text = decode(source)
    encoded = text.encode("utf-8", "surrogatepass")
    return _Script(Parser(_language(extension)).parse(encoded).root_node, encoded, Lines(text))


class _Script:
    def __init__(self, root: Node, source: bytes, lines: Lines) -> None:
        self._root = root
        self._lines = lines
        self._starts = [0, *(found.end() for found in re.finditer(rb"\n", source))]
        self._children: dict[int, list[Node]] = {}
        self._codes: dict[tuple[tuple[int, ...], bool], tuple[str, tuple[str, ...]]] = {}
        self._labels: dict[int, str] = {}
        self._neighbours: dict[int, str] = {}

    def at(self, span: Span, *, blank: bool = False) -> View:
        bounds = self._lines.bounds(span)
        if bounds is None:
            return View()
        start, end = self._byte(bounds.start), self._byte(bounds.end)
        path = self._path(start, end)
        if path is None:
            return self._lines.at(span, blank=blank)
        if bounds.opening:
            path = _opening(path, start)
            end = path[-1].end_byte
        symbol = _symbol([*path, *wrapped_in(path[-1])])
        meant = self._meant(path[-1], start, end)
        if any(node.has_error for node in meant) or path[-1].type == "ERROR":
            plain = self._lines.at(span, blank=blank)
            return View(symbol, plain.code, plain.context)
        try:
            code, literals = self._code(meant, blank)
            way = path if meant[0] == path[-1] else [*path, meant[0]]
            narrowed = self._header_span(path[-1], end) if len(meant) == 1 and meant[0] == path[-1] else None
            if bounds.opening and narrowed is None and len(path) > 1:
                narrowed = self._span(path[-1].start_point, path[-1].end_point)
            return View(symbol, code, self._context(way), narrowed, literals)
        except RecursionError:
            return self._lines.at(span, blank=blank)

    def _code(self, nodes: Sequence[Node], blank: bool) -> tuple[str, tuple[str, ...]]:
        key = (tuple(node.id for node in nodes), blank)
        if key not in self._codes:
            writer = Writer(blank=blank)
            for node in nodes:
                writer.header(node)
            self._codes[key] = compact("".join(writer.out)), tuple(writer.literals)
        return self._codes[key]

    def _byte(self, place: tuple[int, int]) -> int:
        line, column = place
        before = self._lines.lines[line][:column]
        return self._starts[line] + (column if before.isascii() else len(before.encode("utf-8", "surrogatepass")))

    # -- where ------------------------------------------------------------------------------------------------------

    def _path(self, start: int, end: int) -> list[Node] | None:
        """From the root down to the smallest node that holds the range and means something by itself."""
        target = self._root.descendant_for_byte_range(start, end)
        if target is None:
            return None
        path = [self._root]
        while path[-1] != target:
            child = path[-1].child_with_descendant(target)
            if child is None or len(path) > _DEEPEST:
                return None
            path.append(child)
        while len(path) > 1 and (not path[-1].is_named or path[-1].type in _INSIDE_STRING):
            path.pop()
        while inner := self._inner(path[-1], start, end):
            path.append(inner)
        return path

    def _inner(self, node: Node, start: int, end: int) -> Node | None:
        """The one thing inside brackets, or the one statement beside a comment or semicolon."""
        if node.type in _TRANSPARENT:
            named = [child for child in node.named_children if child.type not in _IGNORED]
            return named[0] if len(named) == 1 else None
        if node.start_byte == start and node.end_byte == end and node.type != "program":
            return None
        touched = self._touched(node, start, end)
        if len(touched) != 1 or not start <= touched[0].start_byte <= touched[0].end_byte <= end:
            return None
        others = [child for child in node.children if child.start_byte < end and start < child.end_byte]
        return touched[0] if all(one == touched[0] or one.type in (";", ",", "comment") for one in others) else None

    def _touched(self, node: Node, start: int, end: int) -> list[Node]:
        children = self._children_of(node)
        first = bisect_left(children, start + 1, key=lambda child: child.end_byte)
        last = bisect_left(children, end, key=lambda child: child.start_byte)
        return children[first:last]

    def _meant(self, node: Node, start: int, end: int) -> Sequence[Node]:
        """The node itself, or the first and the last of the statements in it that the range touches."""
        if node.type not in _SEQUENCES:
            return [node]
        touched = self._touched(node, start, end)
        if not touched:
            return [node]
        return touched if len(touched) == 1 else [touched[0], touched[-1]]

    def _header_span(self, node: Node, end: int) -> Span | None:
        bodies = body_of(node)
        if not bodies or end <= bodies[0].start_byte or bodies[0].start_byte == node.start_byte:
            return None
        if node.type == "try_statement":
            return None
        last = bodies[0].prev_sibling or node
        return self._span(node.start_point, last.end_point if last != node else bodies[0].start_point)

    def _span(self, start: tuple[int, int], end: tuple[int, int]) -> Span:
        return Span(start[0] + 1, self._column(*start), end[0] + 1, self._column(*end))

    def _column(self, line: int, byte: int) -> int:
        text = self._lines.lines[line]
        return (
            byte + 1
            if text.isascii()
            else len(text.encode("utf-8", "surrogatepass")[:byte].decode("utf-8", "replace")) + 1
        )

    # -- beside -----------------------------------------------------------------------------------------------------

    def _context(self, path: Sequence[Node]) -> tuple[str, ...]:
        depth = next((at for at in range(len(path) - 1, 0, -1) if path[at - 1].type in _SEQUENCES), None)
        if depth is None:
            return ()
        block = self._children_of(path[depth - 1])
        at = _index(block, path[depth])
        edge = self._label(path[: depth - 1])
        before = [self._neighbour(block[i]) if i >= 0 else f"^{edge}" for i in (at - 2, at - 1)]
        after = [self._neighbour(block[i]) if i < len(block) else "$" for i in (at + 1, at + 2)]
        return (*before, *after, *self._beside(path[depth:]))

    def _beside(self, path: Sequence[Node]) -> tuple[str, ...]:
        for parent, node in zip(path[-2::-1], path[:0:-1], strict=True):
            if parent.type in _ROWS:
                row = self._children_of(parent)
                at = _index(row, node)
                return (
                    self._neighbour(row[at - 1]) if at > 0 else "^",
                    self._neighbour(row[at + 1]) if at + 1 < len(row) else "$",
                )
        return ()

    def _neighbour(self, node: Node) -> str:
        if node.id not in self._neighbours:
            writer = Writer(blank=True)
            writer.header(node)
            self._neighbours[node.id] = compact("".join(writer.out))
        return self._neighbours[node.id]

    def _label(self, path: Sequence[Node]) -> str:
        if not path:
            return ""
        node = path[-1]
        if node.id not in self._labels:
            writer = Writer(blank=True)
            writer.label(node)
            self._labels[node.id] = compact("".join(writer.out))
        return self._labels[node.id]

    def _children_of(self, node: Node) -> list[Node]:
        if node.id not in self._children:
            self._children[node.id] = [
                child
                for child in node.named_children
                if child.type not in _IGNORED and not (child.type == "jsx_text" and not (child.text or b"").strip())
            ]
        return self._children[node.id]


def _opening(path: list[Node], start: int) -> list[Node]:
    """Cut a path at the outermost node that begins at the point."""
    for depth, node in enumerate(path[1:], 1):
        if node.start_byte == start and node.type not in _TRANSPARENT:
            return path[: depth + 1]
    return path


def _index(row: Sequence[Node], node: Node) -> int:
    at = bisect_left(row, node.start_byte, key=lambda child: child.start_byte)
    return min(at, len(row) - 1)


def _symbol(path: Sequence[Node]) -> str:
    names = (_name(path, at) for at in range(1, len(path)))
    return ".".join(name for name in names if name)


def _name(path: Sequence[Node], at: int) -> str:
    node = path[at]
    if node.type in FUNCTIONS or node.type in CLASSES or node.type in ("internal_module", "module"):
        own = _plain(node.child_by_field_name("name"))
        return own or _given(path, at)
    if node.type in ("public_field_definition", "field_definition"):
        value = node.child_by_field_name("value")
        if value is not None and value.type in FUNCTIONS:
            return _plain(node.child_by_field_name("name") or node.child_by_field_name("property"))
    return ""


def _given(path: Sequence[Node], at: int) -> str:
    """The name a nameless function gets from what it is assigned to, or the route it is registered for."""
    for outer in range(at - 1, 0, -1):
        node = path[outer]
        if node.type in ("variable_declarator", "pair"):
            return _plain(node.child_by_field_name("name") or node.child_by_field_name("key"))
        if node.type == "assignment_expression":
            return _plain(node.child_by_field_name("left")).rpartition(".")[2]
        if node.type == "export_statement":
            return "default"
        if node.type == "call_expression":
            # `const load = useCallback(() => …)` is still `load`; `app.get("/x", …)` names itself.
            if route := _registered(node):
                return route
        elif node.type not in ("arguments", "parenthesized_expression", "as_expression", "satisfies_expression"):
            return ""
    return ""


def _registered(call: Node) -> str:
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    first = arguments.named_child(0) if arguments is not None else None
    if function is None or first is None or first.type != "string":
        return ""
    route = (first.text or b"").decode("utf-8", "replace")[1:-1]
    method = function.child_by_field_name("property") if function.type == "member_expression" else function
    return f"{_plain(method)}({route})" if _ROUTE.fullmatch(route) else ""


def _plain(node: Node | None) -> str:
    if node is None or node.end_byte - node.start_byte > 120:
        return ""
    return " ".join((node.text or b"").decode("utf-8", "replace").strip("\"'").split())
