"""Finds the Python code a scanner pointed at, through the `ast` module."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from walkdown.syntax.python_code import COMPOUND, Writer
from walkdown.syntax.text import Lines, Source, Span, View, compact, decode

Point: TypeAlias = tuple[int, int]  # line from 1, byte from 0, as `ast` counts
_Blocks: TypeAlias = dict[ast.AST, tuple[list[ast.AST], int]]

_BETWEEN = re.compile(r"(?:[\s()\\;,:]|#[^\n]*)*")
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Where code sits side by side inside one statement.
_ROWS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call)
# Positions inside an f-string differ between Pythons, so it counts as one piece.
_WHOLE: tuple[type[ast.AST], ...] = tuple(getattr(ast, n) for n in ("JoinedStr", "TemplateStr") if hasattr(ast, n))


def read_python(source: bytes) -> Source:
    text = decode(source, python=True)
    lines = Lines(text, python=True)
    try:
        with warnings.catch_warnings():
            # Python warns about dubious literals while it parses; the file is the target's, not ours to comment on.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return lines
    return _Python(tree, lines)


class _Child(msgspec.Struct, frozen=True):
    start: Point
    end: Point
    node: ast.AST


class _Python:
    def __init__(self, tree: ast.Module, lines: Lines) -> None:
        self._tree = tree
        self._lines = lines
        self._children: dict[ast.AST, list[_Child]] = {}
        self._blocks: dict[ast.AST, _Blocks] = {}
        self._rows: dict[ast.AST, dict[ast.AST, int]] = {}
        self._codes: dict[tuple[tuple[ast.AST, ...], bool], tuple[str, tuple[str, ...]]] = {}
        self._neighbours: dict[ast.AST, str] = {}
        self._labels: dict[ast.AST, str] = {}

    def at(self, span: Span, *, blank: bool = False) -> View:
        bounds = self._lines.bounds(span)
        if bounds is None:
            return View()
        start, end = self._point(bounds.start), self._point(bounds.end)
        try:
            path = self._path(start, end)
            if bounds.opening:
                path, start, end = self._opening(path, start)
            meant = self._meant(path[-1], start, end)
            code, literals = self._code(tuple(meant), blank)
            # A range over several statements is placed by its first one.
            way = path if meant[0] is path[-1] else [*path, meant[0]]
            symbol = ".".join(node.name for node in path if isinstance(node, _NAMED))
            narrowed = self._header_span(path[-1], start, end) if meant == [path[-1]] else None
            if bounds.opening and narrowed is None and len(path) > 1:
                narrowed = self._span(start, end)
            return View(symbol, code, self._context(way), narrowed, literals)
        except RecursionError:
            return self._lines.at(span, blank=blank)

    def _code(self, nodes: tuple[ast.AST, ...], blank: bool) -> tuple[str, tuple[str, ...]]:
        if (nodes, blank) not in self._codes:
            writer = Writer(blank=blank)
            for node in nodes:
                writer.header(node)
            self._codes[nodes, blank] = compact("".join(writer.out)), tuple(writer.literals)
        return self._codes[nodes, blank]

    def _point(self, place: tuple[int, int]) -> Point:
        line, column = place
        before = self._lines.lines[line][:column]
        return line + 1, column if before.isascii() else len(before.encode("utf-8", "surrogatepass"))

    # -- where ------------------------------------------------------------------------------------------------------

    def _path(self, start: Point, end: Point) -> list[ast.AST]:
        """From the module down to the smallest node that holds the range."""
        path: list[ast.AST] = [self._tree]
        while not isinstance(path[-1], _WHOLE):
            child = self._holding(path[-1], start, end)
            if child is None:
                break
            path.append(child.node)
            if start <= child.start and child.end <= end and not isinstance(child.node, ast.Expr):
                break
        return path

    def _opening(self, path: list[ast.AST], start: Point) -> tuple[list[ast.AST], Point, Point]:
        """Cut a path at the outermost node that begins at the point."""
        for depth, node in enumerate(path[1:], 1):
            if (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) == start and not isinstance(node, ast.Expr):
                return path[: depth + 1], start, _end_of(node)
        return path, start, _end_of(path[-1])

    def _holding(self, node: ast.AST, start: Point, end: Point) -> _Child | None:
        children = self._children_of(node)
        index = bisect_right(children, start, key=lambda child: child.start) - 1
        if index >= 0 and end <= children[index].end:
            return children[index]
        return self._but_for_brackets(children, start, end)

    def _but_for_brackets(self, children: list[_Child], start: Point, end: Point) -> _Child | None:
        """The one child a range means that also takes in parentheses, a comma or a comment around it."""
        first = bisect_right(children, start, key=lambda child: child.end)
        if first >= len(children):
            return None
        child = children[first]
        if not (start <= child.start and child.end <= end):
            return None
        following = children[first + 1] if first + 1 < len(children) else None
        if following is not None and following.start < end:
            return None
        around = self._slice(start, child.start) + "\n" + self._slice(child.end, end)
        return child if _BETWEEN.fullmatch(around) else None

    def _slice(self, start: Point, end: Point) -> str:
        rows = [line.encode("utf-8", "surrogatepass") for line in self._lines.lines[start[0] - 1 : end[0]][:200]]
        if not rows:
            return ""
        rows[-1] = rows[-1][: end[1]] if end[0] - start[0] < 200 else rows[-1]
        rows[0] = rows[0][start[1] :]
        return b"\n".join(rows).decode("utf-8", "replace")

    def _meant(self, node: ast.AST, start: Point, end: Point) -> Sequence[ast.AST]:
        """The node itself, or the first and the last of the statements in it that the range touches."""
        if not isinstance(node, (*COMPOUND, ast.ExceptHandler)) and type(node).__name__ != "match_case":
            return [node]
        blocks = self._blocks_of(node)
        inner = [child for child in self._children_of(node) if child.node in blocks]
        if not inner or (start < inner[0].start and not isinstance(node, ast.Module)):
            return [node]
        touched = [child.node for child in inner if child.start < end and start < child.end]
        if not touched:
            return [node]
        return touched if len(touched) == 1 else [touched[0], touched[-1]]

    def _header_span(self, node: ast.AST, start: Point, end: Point) -> Span | None:
        """The lines of a block's header, where a scanner pointed at the whole block."""
        if not isinstance(node, COMPOUND) or isinstance(node, ast.Module):
            return None
        children = self._children_of(node)
        blocks = self._blocks_of(node)
        body = next((child for child in children if child.node in blocks), None)
        if body is None or end <= body.start:
            return None
        handlers = [child for child in children if isinstance(child.node, ast.ExceptHandler)]
        if handlers:
            return self._span(handlers[0].start, handlers[-1].end)
        head = [child.end for child in children if child.node not in blocks and child.end <= body.start]
        last = max([start, *head])
        line_end = (last[0], len(self._lines.lines[last[0] - 1].encode("utf-8", "surrogatepass")))
        return self._span(start, min(line_end, body.start))

    def _span(self, start: Point, end: Point) -> Span:
        return Span(start[0], self._column(start), end[0], self._column(end))

    def _column(self, point: Point) -> int:
        line = self._lines.lines[point[0] - 1]
        if line.isascii():
            return point[1] + 1
        return len(line.encode("utf-8", "surrogatepass")[: point[1]].decode("utf-8", "replace")) + 1

    # -- beside -----------------------------------------------------------------------------------------------------

    def _context(self, path: Sequence[ast.AST]) -> tuple[str, ...]:
        depth = next(
            (at for at in range(len(path) - 1, 0, -1) if isinstance(path[at], (ast.stmt, ast.ExceptHandler))), None
        )
        if depth is None:
            return ()
        return self._around(path[depth], path[depth - 1]) + self._beside(path[depth:])

    def _around(self, node: ast.AST, parent: ast.AST) -> tuple[str, ...]:
        """Two statements before and after in the same block; past the block's ends, the header above it."""
        block, at = self._blocks_of(parent).get(node, ([node], 0))
        edge = f"{isinstance(parent, ast.Module) or block is getattr(parent, 'body', None)}{self._label(parent)}"
        before = [self._neighbour(block[i]) if i >= 0 else f"^{edge}" for i in (at - 2, at - 1)]
        after = [self._neighbour(block[i]) if i < len(block) else "$" for i in (at + 1, at + 2)]
        return (*before, *after)

    def _beside(self, path: Sequence[ast.AST]) -> tuple[str, ...]:
        """The neighbours in the innermost list, dict or call within the statement."""
        for parent, node in zip(path[-2::-1], path[:0:-1], strict=True):
            if isinstance(parent, _ROWS):
                row = self._children_of(parent)
                if parent not in self._rows:
                    self._rows[parent] = {child.node: at for at, child in enumerate(row)}
                at = self._rows[parent][node]
                return (
                    self._neighbour(row[at - 1].node) if at else "^",
                    self._neighbour(row[at + 1].node) if at + 1 < len(row) else "$",
                )
        return ()

    def _neighbour(self, node: ast.AST) -> str:
        if node not in self._neighbours:
            writer = Writer(blank=True)
            writer.header(node)
            self._neighbours[node] = compact("".join(writer.out))
        return self._neighbours[node]

    def _label(self, node: ast.AST) -> str:
        if node not in self._labels:
            writer = Writer(blank=True)
            writer.label(node)
            self._labels[node] = compact("".join(writer.out))
        return self._labels[node]

    def _blocks_of(self, node: ast.AST) -> _Blocks:
        """Every statement directly under a node, with the list it stands in and its place there."""
        if node not in self._blocks:
            lists = [block for name in _BLOCKS if isinstance(block := getattr(node, name, None), list)]
            self._blocks[node] = {child: (block, at) for block in lists for at, child in enumerate(block)}
        return self._blocks[node]

    def _children_of(self, node: ast.AST) -> list[_Child]:
        if node not in self._children:
            self._children[node] = sorted(_placed(node), key=lambda child: child.start)
        return self._children[node]


def _end_of(node: ast.AST) -> Point:
    """The module itself begins and ends nowhere in particular."""
    line, column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
    return (1, 0) if line is None or column is None else (line, column)


def _placed(node: ast.AST) -> Iterator[_Child]:
    """The children that have a place; those of a child that has none (arguments, comprehension) in its stead."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.expr, ast.stmt, ast.ExceptHandler, ast.arg, ast.keyword, ast.alias)):
            start = (child.lineno, child.col_offset)
            for decorator in getattr(child, "decorator_list", ()):
                start = min(start, (decorator.lineno, max(0, decorator.col_offset - 1)))
            yield _Child(start, (child.end_lineno or child.lineno, child.end_col_offset or child.col_offset), child)
        elif type(child).__name__ == "match_case":
            yield from _case(child)
        else:
            yield from _placed(child)


def _case(node: ast.AST) -> Iterator[_Child]:
    inner = list(_placed(node))
    if inner:
        yield _Child(min(child.start for child in inner), max(child.end for child in inner), node)
