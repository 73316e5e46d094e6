"""The grammar's trees, made easy to ask: names, lists, words. Never deeper than what people write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import tree_sitter_postgres
from tree_sitter import Language, Node, Parser, Tree

LONGEST = 160_000  # bytes of one statement; what is longer is data, or meant to hurt


@cache
def _parser(*, plpgsql: bool) -> Parser:
    if plpgsql:
        # the package's own type stub leaves its second grammar out
        return Parser(Language(tree_sitter_postgres.language_plpgsql()))  # type: ignore[attr-defined]
    return Parser(Language(tree_sitter_postgres.language()))


def parse(text: str, *, plpgsql: bool = False) -> Tree:
    return _parser(plpgsql=plpgsql).parse(text.encode("utf-8", "surrogatepass"))


def statement(tree: Tree) -> Node | None:
    """The one statement in a tree, or nothing where the grammar found none."""
    for node in tree.root_node.children:
        if node.type == "toplevel_stmt":
            inner = thin(node)
            return inner if inner.type not in ("toplevel_stmt", "stmt") else None
    return None


def thin(node: Node) -> Node:
    """Down through nodes that hold nothing but one other."""
    while node.child_count == 1 and node.children[0].is_named:
        node = node.children[0]
    return node


def text_of(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def kind(node: Node) -> str:
    """`kw_create` is `create`; other nodes keep their type."""
    return node.type.removeprefix("kw_")


def words(node: Node) -> list[str]:
    """The keywords that stand directly in a node."""
    return [child.type[3:] for child in node.children if child.type.startswith("kw_")]


def child(node: Node, *types: str) -> Node | None:
    return next((one for one in node.children if one.type in types), None)


def after(node: Node, word: str) -> Node | None:
    """The node that follows a keyword."""
    found = False
    for one in node.children:
        if found and one.type != "(":
            return one
        found = found or one.type == f"kw_{word}"
    return None


def flat(node: Node | None) -> list[Node]:
    """A list the grammar nests to the left, in order and without its commas."""
    out: list[Node] = []
    while node is not None:
        rest: Node | None = None
        for one in reversed(node.children):
            if one.type == node.type:
                rest = one
            elif one.is_named:
                out.append(one)
        node = rest
    return out[::-1]


def every(node: Node, *types: str) -> Iterator[Node]:
    """All nodes of these types, in order, also nested ones."""
    todo = [node]
    while todo:
        one = todo.pop()
        if one.type in types:
            yield one
        todo.extend(reversed(one.children))


def fold(word: str) -> str:
    """An identifier as Postgres knows it."""
    if len(word) > 1 and word[0] == word[-1] == '"':
        return word[1:-1].replace('""', '"')
    return word.lower()


def name_of(node: Node | None) -> tuple[str, ...]:
    """The parts of a name that may be qualified: `public."Orders"`."""
    if node is None:
        return ()
    if node.child_count == 0:
        return (fold(text_of(node)),)
    parts: list[str] = []
    todo = [node]
    while todo:
        one = todo.pop()
        if one.child_count == 0:
            if one.is_named and one.type != "operator":
                parts.append(fold(text_of(one)))
        elif one.type in ("ERROR", "func_args", "opt_column_list"):
            continue
        else:
            todo.extend(reversed(one.children))
    return tuple(parts)


def dotted(node: Node | None) -> str:
    """`schema.name`, or the name alone."""
    return ".".join(name_of(node)[-2:])


def string(text: str) -> str:
    """What a string literal says."""
    if text.startswith("$"):
        end = text.find("$", 1) + 1
        return text[end : len(text) - end]
    if text[:1] in "eE" and text[1:2] == "'":
        return text[2:-1].replace("''", "'").replace("\\'", "'").replace("\\n", "\n")
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return text


def strings(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(
        string(text_of(one)) for node in nodes for one in every(node, "string_literal", "dollar_quoted_string")
    )
