"""JavaScript and TypeScript as text that no formatter changes: the tree written out, without what prettier decides."""

from __future__ import annotations

import re

from tree_sitter import Node

from walkdown.syntax.text import BLANK, is_secret_name, without_user

# Layout, or optional in the grammar: the tree says the same without them.
_LEFT_OUT = frozenset({";", ",", "(", ")", "comment", "html_comment", "hash_bang_line", "empty_statement"})
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$]*")
_ESCAPED = re.compile(r"\\(['\"`/-])")
_STRINGS = frozenset({"string", "template_string"})
FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip
CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_WRAPPERS = {
    "lexical_declaration": None, "variable_declaration": None, "variable_declarator": "value", "export_statement": None,
    "pair": "value", "public_field_definition": "value", "field_definition": "value", "assignment_expression": "right",
    "expression_statement": None, "parenthesized_expression": None,
}  # fmt: skip
_BLOCKS = {
    "if_statement": ("consequence", "alternative"), "for_statement": ("body",), "for_in_statement": ("body",),
    "while_statement": ("body",), "do_statement": ("body",), "switch_statement": ("body",), "try_statement": ("body",),
    "labeled_statement": ("body",), "with_statement": ("body",), "internal_module": ("body",), "module": ("body",),
    "interface_declaration": (), "switch_case": ("body",), "switch_default": ("body",),
}  # fmt: skip


def body_of(node: Node) -> tuple[Node, ...]:
    """The blocks a statement is only the header of. A flagged function or class is its header as well."""
    for inner in (node, *wrapped_in(node)):
        if inner.type in FUNCTIONS or inner.type in CLASSES:
            body = inner.child_by_field_name("body")
            return (body,) if body is not None and body.type in ("statement_block", "class_body") else ()
        if inner.type in _BLOCKS:
            return tuple(part for name in _BLOCKS[inner.type] for part in inner.children_by_field_name(name))
        if inner.type == "jsx_element":
            opening = inner.child_by_field_name("open_tag")
            return tuple(part for part in inner.named_children if part != opening)
    return ()


def wrapped_in(node: Node) -> list[Node]:
    """What a declaration, an export or an assignment is about: `export const f = () => …` is a function."""
    inside: list[Node] = []
    while (inner := _wrapped(inside[-1] if inside else node)) is not None:
        inside.append(inner)
    return inside


def _wrapped(node: Node) -> Node | None:
    if node.type not in _WRAPPERS:
        return None
    field = _WRAPPERS[node.type]
    if field is not None:
        return node.child_by_field_name(field)
    children = [child for child in node.named_children if child.type not in _LEFT_OUT and child.type != "decorator"]
    return children[0] if len(children) == 1 else None


class Writer:
    """Writes nodes. `blank` drops every string; strings bound to a secret's name are always dropped."""

    def __init__(self, *, blank: bool = False) -> None:
        self.out: list[str] = []
        self.literals: list[str] = []
        self._blank = blank

    def header(self, node: Node) -> None:
        self._write(node, frozenset(part.id for part in body_of(node)))

    def label(self, node: Node) -> None:
        """The head of a block, for what stands first or last in it."""
        self.out.append("try" if node.type == "try_statement" else node.type)
        if node.type not in ("try_statement", "catch_clause", "program"):
            self.header(node)

    def _write(self, node: Node, without: frozenset[int] = frozenset()) -> None:
        kind = node.type
        if kind in _LEFT_OUT or node.id in without:
            return
        if kind in _STRINGS or kind in ("jsx_text", "number", "regex"):
            self._literal(node)
        elif kind in ("parenthesized_expression", "expression_statement") or _bare_parameter(node):
            self._children(node, without)
        elif kind in ("union_type", "intersection_type"):
            self._members(node, kind)
        elif not node.child_count:
            self.out.append(_text(node))
            self.out.append(" ")
        else:
            self._branch(node, without)

    def _branch(self, node: Node, without: frozenset[int]) -> None:
        before = self._blank
        self._blank = before or _names_secret(node)
        self.out.append(f"{node.type}(")
        if node.type == "arrow_function" and (only := node.child_by_field_name("parameter")):
            self._only_parameter(node, only, without)
        elif node.type in ("array", "array_pattern"):
            self._elements(node, without)
        elif node.type == "jsx_element":
            self._element(node, without)
        else:
            self._children(node, without)
        if node.type == "new_expression" and node.child_by_field_name("arguments") is None:
            self.out.append("arguments()")
        self.out.append(")")
        self._blank = before

    def _children(self, node: Node, without: frozenset[int]) -> None:
        for child in node.children:
            self._write(child, without)

    def _only_parameter(self, node: Node, only: Node, without: frozenset[int]) -> None:
        """`x => x` reads like `(x) => x`."""
        for child in node.children:
            if child == only:
                self.out.append(f"formal_parameters({_text(child)} )")
            else:
                self._write(child, without)

    def _elements(self, node: Node, without: frozenset[int]) -> None:
        """A hole in an array is nothing but a second comma."""
        waiting = True
        for child in node.children:
            if child.type == ",":
                if waiting:
                    self.out.append("hole ")
                waiting = True
            elif child.is_named and child.type not in _LEFT_OUT:
                waiting = False
            self._write(child, without)

    def _element(self, node: Node, without: frozenset[int]) -> None:
        """A formatter moves line breaks in JSX, and writes `{" "}` where one would lose a space."""
        for child in node.children:
            if child.type == "jsx_expression" and not _text(child).strip("{}\"' \t\r\n"):
                continue
            self._write(child, without)

    def _members(self, node: Node, kind: str) -> None:
        """`| A | B` is `A | B`, however the grammar nests it."""
        self.out.append(f"{kind}(")
        waiting = list(reversed(node.named_children))
        while waiting:
            member = waiting.pop()
            if member.type == kind:
                waiting.extend(reversed(member.named_children))
            else:
                self._write(member)
        self.out.append(")")

    def _literal(self, node: Node) -> None:
        text = _text(node)
        if node.type == "jsx_text":
            if words := " ".join(text.split()):
                self._string(words)
        elif node.type == "number":
            self.out.append(_number(text))
        elif node.type == "template_string":
            self._template(node)
        elif node.type == "string":
            value = _ESCAPED.sub(r"\1", text[1:-1])
            if node.parent is not None and node.parent.type == "pair" and _is_key(node):
                # Quotes around a property's name are a matter of taste.
                self.out.append(value if _PLAIN_KEY.fullmatch(value) else repr(value))
            else:
                self._string(value)
        else:
            self.out.append(text)
        self.out.append(" ")

    def _template(self, node: Node) -> None:
        self.out.append("`")
        for child in node.children:
            if child.type == "template_substitution":
                self._branch(child, frozenset())
            elif child.is_named:
                self._string(_text(child))
        self.out.append("`")

    def _string(self, value: str) -> None:
        if self._blank:
            self.literals.append(value)
            self.out.append(BLANK)
        else:
            self.out.append(repr(without_user(value)))


def _bare_parameter(node: Node) -> bool:
    """TypeScript's tree wraps a parameter once more, even where it has no type."""
    return node.type == "required_parameter" and node.child_count == 1


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _number(text: str) -> str:
    text = text.lower().replace("_", "")
    if text.startswith("0") and text[1:2].isalpha():
        return text
    return (
        re.sub(r"(\.\d*?)0+(?=e|$)", r"\1", text if not text.startswith(".") else f"0{text}")
        .replace(".e", "e")
        .rstrip(".")
    )


def _is_key(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.child_by_field_name("key") == node


def _names_secret(node: Node) -> bool:
    """A declaration, assignment, property, attribute or comparison whose name speaks of a secret."""
    field = {
        "variable_declarator": "name", "assignment_expression": "left", "pair": "key", "jsx_attribute": "",
        "public_field_definition": "name", "field_definition": "property", "binary_expression": "left",
        "assignment_pattern": "left", "required_parameter": "pattern",
    }.get(node.type)  # fmt: skip
    if field is None:
        return False
    if node.type == "binary_expression" and not any(
        child.type in ("==", "===", "!=", "!==") for child in node.children
    ):
        return False
    named = node.child_by_field_name(field) if field else node.named_child(0)
    if named is None or named.end_byte - named.start_byte > 200:
        return False
    return is_secret_name(_text(named).rstrip("\"'])").rpartition(".")[2])
