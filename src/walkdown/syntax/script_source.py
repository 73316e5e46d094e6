"""Parses a JavaScript or TypeScript file, helping the grammar over what it does not know yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node, Parser

from walkdown.syntax.script_language import language_of
from walkdown.syntax.text import decode

_LONGEST_TYPES = 2_000
_MOST_TAGS = 1_000
_MOST_REPAIRS = 2_000
_TAGGED = re.compile(rb"(?<![=\s])\s*>\s*`")
_AMPERSAND = re.compile(rb"(?<!&)&(?![&=])")
_ANGLES = re.compile(rb">=|[<>]")  # read backwards, where `=>` is no bracket
# Valid, and yet an error to the grammar; the word in the group says nothing at run time.
_WORDS = re.compile(rb"^[ \t]*export\s+(type)\s+\*|\bexport\s+default\s+(abstract)\s+class\b", re.MULTILINE)
_TYPES_ONLY = frozenset({"interface_declaration", "type_alias_declaration", "ambient_declaration"})
_MOST_BROKEN = 50


def parse(data: bytes, extension: str) -> tuple[bytes, Node]:
    """The file's text, and a tree whose places are those of the text."""
    # No string may end the file: the grammar takes a zero for its end.
    source = decode(data).encode("utf-8", "surrogatepass").replace(b"\0", b" ")
    parser = Parser(language_of(extension))
    root = parser.parse(source).root_node
    repaired = source
    if extension in ("ts", "tsx", "mts", "cts"):
        repaired = _without_tag_types(source, root)
        if root.has_error:
            repaired = _WORDS.sub(_blank_word, repaired)
    if root.has_error and extension in ("tsx", "jsx", "js"):
        repaired = _without_ampersands(repaired, root)
    return source, (root if repaired == source else parser.parse(repaired).root_node)


def _errors(root: Node) -> Iterator[Node]:
    """Only branches with an error in them are walked, and not those that hold types alone, whose newest signs the
    grammar does not know."""
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            yield node
        if node.type not in _TYPES_ONLY:
            waiting.extend(child for child in reversed(node.children) if child.has_error)


def _without_ampersands(source: bytes, root: Node) -> bytes:
    """`Save & close` in an element: to the grammar a `&` always begins a character by its name."""
    blanked = bytearray(source)
    for node in islice(_errors(root), _MOST_REPAIRS):
        end = min(node.end_byte + 1, node.start_byte + _LONGEST_TYPES)
        for found in _AMPERSAND.finditer(source, max(node.start_byte - 1, 0), end):
            blanked[found.start()] = 0x20
    return bytes(blanked)


def _without_tag_types(source: bytes, root: Node) -> bytes:
    """sql<Row>`...` reads as two comparisons; without the types it reads as what it is."""
    blanked: bytearray | None = None
    for found in islice(_TAGGED.finditer(source), _MOST_TAGS):
        tick = found.end() - 1
        start = _opening(source, source.rindex(b">", 0, tick))
        around = root.descendant_for_byte_range(tick - 1, tick + 1) if start is not None else None
        if around is None or around.type == "template_string":
            continue  # the backtick ends a text such as `<b>`
        blanked = bytearray(source) if blanked is None else blanked
        blanked[start:tick] = _blank(source[start:tick])
    return source if blanked is None else bytes(blanked)


def _opening(source: bytes, end: int) -> int | None:
    """Where the `<` stands that belongs to the `>`, right behind a name."""
    depth = 0
    for found in _ANGLES.finditer(source[max(end - _LONGEST_TYPES, 0) : end + 1][::-1]):
        if found[0] != b"<":
            depth += found[0] == b">"
            continue
        depth -= 1
        if depth == 0:
            at = end - found.start()
            before = source[at - 1 : at]
            return at if before.isalnum() or before in (b"_", b"$", b")", b"]") else None
    return None


def _blank(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", text)


def _blank_word(found: re.Match[bytes]) -> bytes:
    return found[0].replace(found[1] or found[2], b" " * len(found[1] or found[2]), 1)


def broken_lines(root: Node) -> tuple[int, ...]:
    """Where the file does not parse."""
    lines: set[int] = set()
    for node in _errors(root):
        lines.add(node.start_point.row + 1)
        if len(lines) == _MOST_BROKEN:
            break
    return tuple(sorted(lines))
