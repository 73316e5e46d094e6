"""Walks the tree of a JavaScript or TypeScript file within bounds; functions and classes wait their turn in a queue."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from tree_sitter import Language, Node

from walkdown.syntax.program import (
    DEEPEST,
    LONGEST_SQL,
    LONGEST_TEXT,
    Choice,
    Class,
    ClassValue,
    Export,
    Expr,
    Func,
    Function,
    Import,
    Mark,
    Op,
    Stmt,
    Text,
    Unknown,
)  # fmt: skip
from walkdown.syntax.text import BLANK, is_secret_name, without_user

MOST_NODES = 300_000

TOO_DEEP = f"It nests deeper than {DEEPEST} levels, and what lies deeper was not read."
TOO_MUCH = f"It holds more than {MOST_NODES:,} pieces of code, and the rest was not read."

COMMENTS = frozenset({"comment", "html_comment", "hash_bang_line"})
FUNCTIONS = frozenset({
    "function_expression", "arrow_function", "generator_function", "function_declaration",
    "generator_function_declaration", "function",
})  # fmt: skip
CLASSES = frozenset({"class", "class_declaration", "abstract_class_declaration"})
# What says nothing at run time, by where in it the value stands.
_WRAPS = {
    "parenthesized_expression": 0, "as_expression": 0, "satisfies_expression": 0, "non_null_expression": 0,
    "instantiation_expression": 0, "expression_statement": 0, "type_assertion": -1,
}  # fmt: skip

_SQL = re.compile(
    r"\s*(?:--|/\*|(?:select|insert|update|delete|create|alter|drop|grant|revoke|with|do|comment|begin|set|call|merge)\b)",
    re.IGNORECASE,
)
# What no cache of ours may hold: keys and tokens by their shape.
_SECRET = re.compile(
    r"(?:sk|pk|rk|whsec|sb_secret|ghp|gho|ghs|github_pat|glpat|npm|xox[abprs]|key|token)[_-][\w-]{12,}"
    r"|AKIA[A-Z0-9]{12,}|AIza[\w-]{20,}|SG\.[\w.-]{20,}|eyJ[\w-]{8,}\.[\w.-]+|[0-9a-fA-F]{32,}|-----BEGIN[\s\S]*"
    r"|(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9+=]{32,}"
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|(\r\n|.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}

ReadValue = Callable[["Reader", Node], Expr]
ReadStatement = Callable[["Reader", Node, list[Stmt]], None]


class Waiting(NamedTuple):
    """A function or class whose number is given and whose inside is read later."""

    at: int
    node: Node
    name: str
    inside: int
    kind: str = "function"
    owner: int = -1
    marks: tuple[Mark, ...] = ()


class Kinds(NamedTuple):
    """Everything looked up by the grammar's own number of a kind of node, which is faster than by its name."""

    values: Mapping[int, ReadValue]
    statements: Mapping[int, ReadStatement]
    wraps: Mapping[int, int]
    functions: frozenset[int]
    classes: frozenset[int]
    comments: frozenset[int]

    @classmethod
    def of(cls, language: Language, values: Mapping[str, ReadValue], statements: Mapping[str, ReadStatement]) -> Kinds:
        names = {at: language.node_kind_for_id(at) or "" for at in range(language.node_kind_count)}
        return cls(
            {at: values[name] for at, name in names.items() if name in values and language.node_kind_is_named(at)},
            {at: statements[name] for at, name in names.items() if name in statements},
            {at: _WRAPS[name] for at, name in names.items() if name in _WRAPS},
            frozenset(at for at, name in names.items() if name in FUNCTIONS and language.node_kind_is_named(at)),
            frozenset(at for at, name in names.items() if name in CLASSES and language.node_kind_is_named(at)),
            frozenset(at for at, name in names.items() if name in COMMENTS),
        )


class Reader:
    """What has been read of one file so far. No level of the program it yields is deeper than DEEPEST."""

    def __init__(self, source: bytes, kinds: Kinds) -> None:
        self.source = source
        self.imports: list[Import] = []
        self.exports: list[Export] = []
        self.functions: list[Function | None] = []
        self.classes: list[Class | None] = []
        self.cut = ""
        self.inside = -1
        self.depth = 0
        self.switches = 0
        self.waiting_functions: deque[Waiting] = deque()
        self.waiting_classes: deque[Waiting] = deque()
        self._kinds = kinds
        self._left = MOST_NODES

    # -- nodes ------------------------------------------------------------------------------------------------------

    def named(self, node: Node) -> list[Node]:
        comments = self._kinds.comments
        return [child for child in node.named_children if child.kind_id not in comments]

    def each(self, node: Node) -> Iterator[Node]:
        """The same one by one, each forgotten after its turn: a node keeps all that was ever asked of it."""
        cursor = node.walk()
        more = cursor.goto_first_child()
        while more:
            child = cursor.node
            if child is not None and child.is_named and child.kind_id not in self._kinds.comments:
                yield child
            del child
            more = cursor.goto_next_sibling()

    def text(self, node: Node | None) -> str:
        """A name or a word as it stands in the code."""
        if node is None:
            return ""
        end = min(node.end_byte, node.start_byte + LONGEST_TEXT)
        return self.source[node.start_byte : end].decode("utf-8", "replace")

    def bare(self, node: Node) -> Node:
        """The value inside brackets, casts and other words that say nothing at run time."""
        wraps = self._kinds.wraps
        while (at := wraps.get(node.kind_id)) is not None:
            inner = self.named(node)
            if not inner:
                break
            node = inner[at]
        return node

    def enter(self) -> bool:
        """One level deeper, while the bounds allow it; whoever enters also leaves."""
        if self.depth >= DEEPEST:
            self.cut = self.cut or TOO_DEEP
            return False
        self._left -= 1
        if self._left < 0:
            self.cut = TOO_MUCH
            return False
        self.depth += 1
        return True

    # -- values -----------------------------------------------------------------------------------------------------

    def value(self, node: Node | None) -> Expr:
        if node is None:
            return Unknown()
        node = self.bare(node)
        if not self.enter():
            return Unknown()
        handler = self._kinds.values.get(node.kind_id)
        found = self.unknown(node) if handler is None else handler(self, node)
        self.depth -= 1
        return found

    def value_named(self, node: Node | None, name: str) -> Expr:
        """The value that gets this name: a function or class without one is called by it; a secret is left out."""
        if node is None:
            return Unknown()
        node = self.bare(node)
        if node.kind_id in self._kinds.functions:
            return Func(self.function(node, name))
        if node.kind_id in self._kinds.classes:
            return ClassValue(self.class_(node, name))
        found = self.value(node)
        return without_secret(found) if name and is_secret_name(name) and name.lower() != "auth" else found

    def values(self, nodes: Iterable[Node]) -> tuple[Expr, ...]:
        found: list[Expr] = []
        for node in nodes:  # no comprehension, whose frame would count at every level
            found.append(self.value(node))  # noqa: PERF401
        return tuple(found)

    def unknown(self, node: Node) -> Expr:
        """What no reader knows; the values in it are kept, for they are there."""
        known = self._kinds.values
        return Unknown(self.values(child for child in self.named(node) if self.bare(child).kind_id in known))

    def is_value(self, node: Node) -> bool:
        return self.bare(node).kind_id in self._kinds.values

    # -- statements -------------------------------------------------------------------------------------------------

    def statement(self, node: Node, into: list[Stmt]) -> None:
        handler = self._kinds.statements.get(node.kind_id)
        if (handler is None and not node.is_error) or not self.enter():
            return
        if handler is not None:
            handler(self, node, into)
        else:
            for child in self.named(node):
                self.statement(child, into)
        self.depth -= 1

    def is_statement(self, node: Node) -> bool:
        return node.kind_id in self._kinds.statements

    def block(self, node: Node | None) -> tuple[Stmt, ...]:
        """The statements of a block, or the one statement that stands where a block could."""
        found: list[Stmt] = []
        if node is not None:
            for one in self.each(node) if node.type in ("statement_block", "else_clause") else (node,):
                self.statement(one, found)
        return tuple(found)

    # -- functions and classes --------------------------------------------------------------------------------------

    def function(self, node: Node, name: str, kind: str = "", owner: int = -1, marks: tuple[Mark, ...] = ()) -> int:
        at = len(self.functions)
        self.functions.append(None)
        kind = kind or ("arrow" if node.type == "arrow_function" else "function")
        own = self.text(node.child_by_field_name("name")) if kind == "function" else ""
        self.waiting_functions.append(Waiting(at, node, own or name, self.inside, kind, owner, marks))
        return at

    def class_(self, node: Node, name: str, marks: tuple[Mark, ...] = ()) -> int:
        at = len(self.classes)
        self.classes.append(None)
        own = self.text(node.child_by_field_name("name"))
        self.waiting_classes.append(Waiting(at, node, own or name, self.inside, marks=marks))
        return at


def line_of(node: Node) -> int:
    return node.start_point.row + 1


def text_of(value: str) -> Text:
    """A text cut to size; SQL may be longer, for tables are read from it."""
    if _SECRET.fullmatch(value):
        return Text(BLANK, cut=True)
    longest = LONGEST_SQL if len(value) > LONGEST_TEXT and _SQL.match(value) else LONGEST_TEXT
    return Text(without_user(value[:longest]), cut=len(value) > longest)


def without_secret(value: Expr) -> Expr:
    if isinstance(value, Text):
        return Text(BLANK, cut=True) if value.value else value
    if isinstance(value, Op):
        return Op(value.op, without_secret(value.left), without_secret(value.right))
    if isinstance(value, Choice):
        return Choice(value.test, without_secret(value.yes), without_secret(value.no))
    return value


def unescaped(text: str) -> str:
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        # A lone half of a pair is no text that could be written out as UTF-8.
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _ESCAPED.get(found[4], found[4])
