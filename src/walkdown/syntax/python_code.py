"""Python code as text that no formatter changes: the syntax tree written out, without layout, quotes and parentheses.

Our own writer and not `ast.dump` or `ast.unparse`, whose output differs from one Python to the next.
"""

from __future__ import annotations

import ast

from walkdown.syntax.text import BLANK, is_secret_name, without_user

# Fields that say nothing about meaning, or that only some Pythons have. `str` is the source text in a t-string.
_LEFT_OUT = frozenset({"ctx", "kind", "type_comment", "str"})
_BODIES = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})

COMPOUND: tuple[type[ast.AST], ...] = tuple(
    getattr(ast, name)
    for name in (
        "FunctionDef", "AsyncFunctionDef", "ClassDef", "If", "For", "AsyncFor", "While", "With", "AsyncWith", "Try",
        "TryStar", "Match", "Module",
    )
    if hasattr(ast, name)
)  # fmt: skip
_TRIES: tuple[type[ast.AST], ...] = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))


class Writer:
    """Writes nodes. `blank` drops every string; strings bound to a secret's name are always dropped."""

    def __init__(self, *, blank: bool = False) -> None:
        self.out: list[str] = []
        self.literals: list[str] = []
        self._blank = blank

    def header(self, node: ast.AST) -> None:
        """A statement without the blocks under it; of a `try`, the handlers, for they are what it is about."""
        if isinstance(node, _TRIES):
            self.out.append("Try(")
            self._each(getattr(node, "handlers"))  # noqa: B009
            self.out.append(")")
        elif isinstance(node, COMPOUND) or type(node).__name__ == "match_case":
            self._fields(node, without=_BODIES)
        elif isinstance(node, ast.Expr):
            self._value(node.value)
        else:
            self._value(node)

    def label(self, node: ast.AST) -> None:
        """What the first and last statement of a block stand next to: the head of the block, shorter than `header`."""
        if isinstance(node, _TRIES):
            self.out.append("Try")
        elif isinstance(node, ast.ExceptHandler):
            self._fields(node, without=_BODIES)
        else:
            self.header(node)

    def _value(self, value: object) -> None:
        if isinstance(value, ast.Constant):
            self._constant(value.value)
        elif isinstance(value, ast.AST):
            self._node(value)
        elif isinstance(value, list):
            self._each(value)
        else:
            self.out.append(repr(value))

    def _each(self, values: list[object]) -> None:
        self.out.append("[")
        for value in values:
            self._value(value)
            self.out.append(" ")
        self.out.append("]")

    def _node(self, node: ast.AST) -> None:
        if _binds_secret(node):
            self._secretly(node)
        elif isinstance(node, ast.Dict):
            self._dict(node)
        elif isinstance(node, ast.arguments):
            self._arguments(node)
        elif isinstance(node, ast.Delete) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple):
            # `del (a, b)` and `del a, b` are the same to a formatter, not to the parser.
            self.out.append("Delete(targets=")
            self._value(list(node.targets[0].elts))
            self.out.append(")")
        else:
            self._fields(node)

    def _fields(self, node: ast.AST, without: frozenset[str] = frozenset()) -> None:
        self.out.append(f"{type(node).__name__}(")
        for name in node._fields:
            value = getattr(node, name, None)
            if name in _LEFT_OUT or name in without or value is None or value == []:
                continue
            self.out.append(f"{name}=")
            self._value(value)
        self.out.append(")")

    def _secretly(self, node: ast.AST) -> None:
        before, self._blank = self._blank, True
        self._fields(node)
        self._blank = before

    def _dict(self, node: ast.Dict) -> None:
        self.out.append("Dict(")
        for key, value in zip(node.keys, node.values, strict=True):
            self._value(key)
            self.out.append(":")
            before = self._blank
            self._blank = before or (key is not None and _is_secret(key))
            self._value(value)
            self._blank = before
            self.out.append(" ")
        self.out.append(")")

    def _arguments(self, node: ast.arguments) -> None:
        positional = [*node.posonlyargs, *node.args]
        defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(node.defaults)), *node.defaults]
        self.out.append(f"arguments({len(node.posonlyargs)} ")
        for arg, default in [*zip(positional, defaults, strict=True), (node.vararg, None)]:
            self._argument(arg, default)
        for arg, default in [*zip(node.kwonlyargs, node.kw_defaults, strict=True), (node.kwarg, None)]:
            self._argument(arg, default)
        self.out.append(")")

    def _argument(self, arg: ast.arg | None, default: ast.expr | None) -> None:
        self._value(arg)
        if default is not None:
            before = self._blank
            self._blank = before or (arg is not None and is_secret_name(arg.arg))
            self.out.append("=")
            self._value(default)
            self._blank = before
        self.out.append(" ")

    def _constant(self, value: object) -> None:
        if isinstance(value, (str, bytes)):
            if self._blank:
                self.literals.append(repr(value))
                self.out.append(BLANK)
            else:
                self.out.append(repr(without_user(value) if isinstance(value, str) else value))
        elif type(value) is int:
            self.out.append(hex(value))  # repr refuses integers of many thousand digits
        else:
            self.out.append(repr(value))


def _binds_secret(node: ast.AST) -> bool:
    """It gives a value to, or compares it with, something whose name speaks of a secret."""
    if isinstance(node, ast.keyword):
        return node.arg is not None and is_secret_name(node.arg)
    if isinstance(node, ast.Assign):
        return any(_is_secret(target) for target in node.targets)
    if isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        return _is_secret(node.target)
    return isinstance(node, ast.Compare) and any(_is_secret(side) for side in (node.left, *node.comparators))


def _is_secret(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return is_secret_name(node.id)
    if isinstance(node, ast.Attribute):
        return is_secret_name(node.attr)
    if isinstance(node, ast.Subscript):
        return _is_secret(node.slice)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and is_secret_name(node.value[:80])
