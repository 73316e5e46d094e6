"""What a file of Python takes from modules: names it imports, attributes of modules, arguments it passes by name.

A quick look by patterns first, which may see too much; only where that finds something strange is the file parsed, and
what counts then is the syntax.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from walkdown.syntax.text import decode

MOST_BYTES = 1024 * 1024
_LONGEST = 300
_FROM = re.compile(
    r"(?:^|[;:])[ \t]*from[ \t]+([A-Za-z_][\w.]*)[ \t]+import[ \t]+(\([^)]*\)|(?:\\\r?\n|[^\n#;\\])*)", re.MULTILINE
)
_IMPORT = re.compile(r"(?:^|[;:])[ \t]*import[ \t]+((?:\\\r?\n|[^\n#;\\])+)", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_ITEM = re.compile(r"\s*([A-Za-z_][\w.]*)(?:\s+as\s+(\w+))?\s*")
_CATCHES = frozenset(
    {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException", "TypeError"}
)
_DEPENDS = re.compile(
    r"TYPE_CHECKING|version|hasattr|getattr|find_spec|\bPY\d|\bPY_?\d|platform|os\.name|\b(?:has|is|have|with|use)_\w|installed"
    r"|available|enabled|support|legacy|_gte?_?\d|_lte?_?\d|modules|\bv\d|sys\.",
    re.IGNORECASE,
)


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


class Place(msgspec.Struct, frozen=True):
    line: int
    column: int
    end_line: int
    end_column: int


class Taken(msgspec.Struct, frozen=True):
    """`name` of `module`; an empty name where the module itself is imported. `argument`: passed to it by name."""

    module: str
    name: str = ""
    argument: str = ""


class Site(msgspec.Struct, frozen=True):
    taken: Taken
    place: Place


class Quick(msgspec.Struct, frozen=True):
    """`names`: (module, name). `modules`: imported whole. `attributes`: a module, or what looks like
    one, and the dotted rest."""

    names: frozenset[tuple[str, str]]
    modules: frozenset[str]
    attributes: frozenset[tuple[str, str]]


def quick_look(text: str) -> Quick:
    names: set[tuple[str, str]] = set()
    modules: set[str] = set()
    aliases: dict[str, set[str]] = defaultdict(set)
    for module, listed in _FROM.findall(text):
        for name, alias in _items(listed):
            names.add((module, name))
            aliases[alias or name].add(f"{module}.{name}")
    for (listed,) in ((found,) for found in _IMPORT.findall(text)):
        for name, alias in _items(listed):
            modules.add(name)
            aliases[alias or name.partition(".")[0]].add(name if alias else name.partition(".")[0])
    return Quick(frozenset(names), frozenset(modules), frozenset(_attributes(text, aliases)))


def _items(listed: str) -> Iterator[tuple[str, str]]:
    for one in _COMMENT.sub("", listed).strip("() \t\r\n\\").replace("\\", " ").split(","):
        if (found := _ITEM.fullmatch(one)) is not None and len(found.group(1)) <= _LONGEST:
            yield found.group(1), found.group(2) or ""


def _attributes(text: str, aliases: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """(module, dotted rest) for everything that looks like an attribute of something imported."""
    if not aliases:
        return
    words = "|".join(map(re.escape, sorted(aliases)))
    for alias, rest in set(re.findall(rf"(?<![\w.])({words})((?:\.[A-Za-z_]\w*){{1,6}})", text)):
        for module in aliases[alias]:
            yield module, rest[1:]


# -- by syntax ------------------------------------------------------------------------------------------------------


class Uses(msgspec.Struct, frozen=True):
    """`imports` and `attributes` as they stand; `calls`: (module, name) called with arguments by name."""

    imports: tuple[Site, ...] = ()
    attributes: tuple[Site, ...] = ()
    calls: tuple[Site, ...] = ()


def read_uses(data: bytes) -> Uses | None:
    """None where the file is not Python that runs."""
    if len(data) > MOST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = decode(data, python=True)
            tree = ast.parse(text)
        return _Reader(tree, text).uses()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    def __init__(self, tree: ast.Module, text: str) -> None:
        self._tree = tree
        self._lines = re.split(r"\r\n|\r|\n", text)
        self._imports: list[Site] = []
        self._modules: dict[str, set[str]] = defaultdict(set)
        self._from: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._bound: set[str] = set()
        self._asked: set[str] = set()
        self._excused: set[tuple[str, str]] = set()
        self._skipped: set[str] = set()
        self._has_star = False
        self._chains: list[tuple[str, tuple[ast.Attribute, ...]]] = []
        self._calls: list[tuple[ast.Call, str]] = []

    def uses(self) -> Uses:
        self._walk()
        return Uses(
            tuple(one for one in self._imports if not self._is_excused(one.taken)),
            tuple(self._attribute_sites()),
            tuple(self._call_sites()),
        )

    def _walk(self) -> None:
        waiting: list[tuple[ast.AST, bool, bool]] = [(self._tree, False, False)]
        while waiting:
            node, excused, inner = waiting.pop()
            self._node(node, excused)
            late = inner or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            below = ast.iter_child_nodes(node)
            waiting.extend((child, excused or _is_excuse(node, child, late), late) for child in below)

    def _node(self, node: ast.AST, excused: bool) -> None:
        if isinstance(node, ast.Import):
            self._import(node, excused)
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node, excused)
        elif isinstance(node, ast.Attribute):
            self._attribute(node, excused)
        elif isinstance(node, ast.Call):
            self._call(node, excused)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._bound.add(node.id)
        elif isinstance(node, ast.arg):
            self._bound.add(node.arg)
        elif isinstance(node, _NAMED):
            self._bound.add(node.name or "")
        elif isinstance(node, ast.MatchMapping):
            self._bound.add(node.rest or "")

    def _import(self, node: ast.Import, excused: bool) -> None:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            self._modules[local].add(alias.name if alias.asname else local)
            self._note(Taken(alias.name[:_LONGEST]), alias, excused)

    def _import_from(self, node: ast.ImportFrom, excused: bool) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._has_star = True
                continue
            local = alias.asname or alias.name
            if node.level or not node.module:
                self._bound.add(local)
                continue
            self._from[local].add((node.module, alias.name))
            self._note(Taken(node.module[:_LONGEST], alias.name[:_LONGEST]), alias, excused)

    def _note(self, taken: Taken, node: ast.AST, excused: bool) -> None:
        if excused:
            self._excused.add((taken.module, taken.name))
        else:
            self._imports.append(Site(taken, self._place(node)))

    def _is_excused(self, taken: Taken) -> bool:
        """Code that tried once whether a thing is there knows what to do without it further down."""
        top = taken.module.partition(".")[0]
        return (taken.module, taken.name) in self._excused or top in self._skipped or taken.name in self._asked

    def _attribute(self, node: ast.Attribute, excused: bool) -> None:
        """Chains of names, from the longest; the shorter ones within are passed over by their order."""
        parts: list[ast.Attribute] = [node]
        while isinstance(inner := parts[0].value, ast.Attribute):
            parts.insert(0, inner)
        if not isinstance(inner, ast.Name) or len(parts) > 8:
            return
        if excused or not isinstance(node.ctx, ast.Load):
            # What is asked for, set or deleted with care is no slip.
            self._asked.add(node.attr)
            return
        self._chains.append((inner.id, tuple(parts)))

    def _call(self, node: ast.Call, excused: bool) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in ("hasattr", "getattr", "setattr", "delattr", "patch", "object"):
            self._asked.update(text.rpartition(".")[2] for text in texts)
        elif name in ("importorskip", "find_spec"):
            self._skipped.update(text.partition(".")[0] for text in texts)
        if isinstance(node.func, ast.Name) and not excused and any(one.arg for one in node.keywords):
            self._calls.append((node, node.func.id))

    def _attribute_sites(self) -> Iterator[Site]:
        if self._has_star:
            return
        for local, parts in self._chains:
            if local in self._bound or len(self._modules[local]) + len(self._from[local]) != 1:
                continue
            start = next(iter(self._modules[local]), "") or ".".join(next(iter(self._from[local])))
            names = [part.attr for part in parts]
            taken = Taken(".".join([start, *names[:-1]]), names[-1])
            if not self._is_excused(taken) and not self._asked.intersection(names):
                yield Site(taken, self._place(parts[-1]))

    def _call_sites(self) -> Iterator[Site]:
        for call, local in self._calls:
            if self._has_star or local in self._bound or len(self._from[local]) != 1 or self._modules[local]:
                continue
            module, name = next(iter(self._from[local]))
            for keyword in call.keywords:
                if keyword.arg and not self._is_excused(Taken(module, name)):
                    yield Site(Taken(module, name, keyword.arg), self._place(keyword))

    def _place(self, node: ast.AST) -> Place:
        line = int(getattr(node, "lineno", 1))
        start, stop = int(getattr(node, "col_offset", 0)), getattr(node, "end_col_offset", None)
        end = int(getattr(node, "end_lineno", None) or line)
        return Place(line, self._column(line, start), end, self._column(end, stop or 0))

    def _column(self, line: int, byte: int) -> int:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return byte + 1 if text.isascii() else len(text.encode()[:byte].decode("utf-8", "replace")) + 1


def _is_excuse(node: ast.AST, child: ast.AST, late: bool) -> bool:
    if isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try))):
        return any(_catches(handler) for handler in node.handlers)  # type: ignore[attr-defined]
    if isinstance(node, ast.ExceptHandler):
        return _catches(node)
    if isinstance(node, (ast.If, ast.IfExp)) and child is not node.test:
        test = ast.unparse(node.test)[:500]
        # At the top of a module a condition is nearly always about what is installed.
        return bool(_DEPENDS.search(test)) or (not late and "__main__" not in test)
    if isinstance(node, ast.BoolOp):
        return bool(re.search(r"hasattr|version", ast.unparse(node)[:500], re.IGNORECASE))
    if isinstance(node, (ast.With, ast.AsyncWith)):
        shown = " ".join(ast.unparse(item.context_expr)[:200] for item in node.items)
        return bool(re.search(r"suppress|raises|assertRaises|ignore", shown))
    return False


def _catches(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    if kind is None:
        return True
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(getattr(name, "id", getattr(name, "attr", "")) in _CATCHES for name in names)
