"""What a module of Python binds at its top, told by its syntax alone, and whether that can be all."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from walkdown.syntax.text import decode

# Code with any of these may put names into a module that nobody can read there.
_TRICKS = re.compile(
    rb"\bsys\.modules\b|\bmodules\[|import_module\(\s*__name__|global_enum"
    rb"|\b_convert_?\(|meta_path|pythonapi|\b(?:locals|vars)\(\)\s*(?:\[|\.update|\.setdefault|\.__setitem__)"
)
_FRAMES = re.compile(rb"\bf_globals\b|\bf_locals\b")
_PATHS = re.compile(rb"__path__|sys\.modules|meta_path|pkgutil|pkg_resources|ModuleType|path_hooks")
_AT_TOP = frozenset({"exec", "eval", "execfile", "__import__"})
# May be told the module's name and do nothing to it.
_HARMLESS = frozenset({
    "getLogger", "get_logger", "get_task_logger", "Blueprint", "Flask", "TypeVar", "Logger", "getattr", "print",
    "files", "path", "ContextVar", "Quart", "Typer", "Celery", "get_tracer", "get_meter", "warn", "deprecated",
    "splitext", "split", "rsplit", "rpartition", "partition", "startswith", "endswith", "len", "str",
    "register_namespace",
})  # fmt: skip
_MOST_NAMES = 100_000
_WRITTEN = (ast.Dict, ast.Set, ast.List, ast.Tuple)


class Function(msgspec.Struct, frozen=True):
    """A plain function whose arguments can be told: the names it takes by keyword."""

    keywords: frozenset[str]


class Module(msgspec.Struct, frozen=True):
    """`names`: bound at the top in any branch. `stars`: (dots, module) of each `from … import *`. `is_open`: names may
    come that are not read here. `is_guarded`: none but such as are written somewhere in the package. `finds_more`: so
    may modules below it. `origins`: name to (dots, module, name) where one import alone binds it. `own`: names that
    something else than an import of the submodule binds."""

    names: frozenset[str] = frozenset()
    stars: tuple[tuple[int, str], ...] = ()
    is_open: bool = False
    is_guarded: bool = False
    finds_more: bool = False
    functions: Mapping[str, Function] = {}
    origins: Mapping[str, tuple[int, str, str]] = {}
    own: frozenset[str] = frozenset()


UNREADABLE = Module(is_open=True, finds_more=True)


def read_module(data: bytes) -> Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(decode(data, python=True))
        return _Reader(tree, data).module()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNREADABLE


def quickly_has(data: bytes, name: str) -> bool:
    """Whether a line plainly binds the name at the left margin; most names of most modules are found like this."""
    word = re.escape(name.encode())
    return bool(
        re.search(
            rb"^(?:class|def|async def)\s+%b\b|^%b\s*(?::[^=\n]+)?=(?!=)|^from\s+[\w.]+\s+import\s+[^(\n#;]*\b%b\b"
            rb"|^    %b(?:,|\s*$)|^    \w+ as %b,|^import\s+%b\s*$" % (word, word, word, word, word, word),
            data,
            re.MULTILINE,
        )
    )


class _Reader:
    def __init__(self, tree: ast.Module, data: bytes) -> None:
        self._tree = tree
        self._data = data
        self._bound: Counter[str] = Counter()
        self._own: set[str] = set()
        self._stars: list[tuple[int, str]] = []
        self._origins: dict[str, tuple[int, str, str]] = {}
        self._functions: dict[str, Function] = {}
        self._open = bool(_TRICKS.search(data))
        self._guarded = bool(_FRAMES.search(data))
        self._containers: set[str] = set()
        self._imported: set[str] = set()
        self._lazy: ast.FunctionDef | None = None
        self._finds_more = bool(_PATHS.search(data))

    def module(self) -> Module:
        for statement in self._tree.body:
            if isinstance(statement, ast.FunctionDef) and (told := function_of(statement)) is not None:
                self._functions[statement.name] = told
            self._statement(statement)
        self._judge_lazy()
        names = frozenset(list(self._bound)[:_MOST_NAMES])
        once = {name for name, times in self._bound.items() if times == 1}
        return Module(
            names,
            tuple(self._stars),
            self._open or len(self._bound) > _MOST_NAMES,
            self._guarded,
            self._finds_more or "__getattr__" in names,
            {name: told for name, told in self._functions.items() if name in once},
            {name: origin for name, origin in self._origins.items() if name in once},
            frozenset(self._own),
        )

    def _judge_lazy(self) -> None:
        """A `__getattr__` that looks names up in what is written above it gives no others."""
        inside = 0
        if "__getattr__" in self._bound:
            self._guarded = True
            if self._lazy is not None:
                inside = sum(isinstance(one, ast.Name) and one.id == "globals" for one in ast.walk(self._lazy))
                used = {one.id for one in ast.walk(self._lazy) if isinstance(one, ast.Name)}
                self._open |= _is_handed_on(self._lazy) and not used & self._containers
        if self._data.count(b"globals()") > inside:
            self._open = True

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._definition(node)
            return
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self._bind(name)
                self._imported.add(name)
        elif isinstance(node, ast.ImportFrom):
            self._from(node)
        else:
            self._plain(node)
        for below in _blocks(node):
            self._statement(below)

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self._bind(node.name)
        if node.name == "__getattr__" and isinstance(node, ast.FunctionDef):
            self._lazy = node
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                for name in inner.names:
                    self._bind(name)

    def _plain(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, _WRITTEN):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self._containers.update(one.id for one in targets if isinstance(one, ast.Name))
        inside = list(_expressions(node))
        told = any(isinstance(one, ast.Name) and one.id == "__all__" for one in inside)
        for one in inside:
            self._expression(one)
            if told and isinstance(one, ast.Constant) and isinstance(one.value, str):
                # What a module says it offers is believed.
                self._bind(one.value)

    def _from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._stars.append((node.level, node.module or ""))
                continue
            name = alias.asname or alias.name
            self._bound[name] += 1
            self._imported.add(name)
            self._origins[name] = (node.level, node.module or "", alias.name)
            if not (node.level == 1 and not node.module and name == alias.name):
                self._own.add(name)

    def _expression(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            self._bind(node.id)
        elif isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            self._guarded |= called in ("locals", "vars") and not node.args
            self._open |= called == "setattr" and self._may_be_module(node.args)
            told_name = called not in _HARMLESS and any(_is_own_name(value) for value in _given(node))
            # One that makes a `__getattr__` for moved names has them written in the package.
            self._guarded |= told_name and "getattr" in called
            self._open |= (told_name and "getattr" not in called) or called in _AT_TOP
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            self._bind(node.name)

    def _may_be_module(self, given: list[ast.expr]) -> bool:
        """Whether `setattr` may put a name into a module: not for one that only Python itself uses."""
        if len(given) > 1 and isinstance(given[1], ast.Constant) and str(given[1].value).startswith("__"):
            return False
        return not given or not isinstance(given[0], ast.Name) or given[0].id in self._imported

    def _bind(self, name: str) -> None:
        self._bound[name] += 1
        self._own.add(name)
        if name == "__path__":
            self._finds_more = True


def _is_handed_on(lazy: ast.FunctionDef) -> bool:
    """Whether the asked name is given to anything, and not only compared with names that stand there."""
    asked = {one.arg for one in lazy.args.args}
    given = [value for one in ast.walk(lazy) if isinstance(one, ast.Call) for value in _given(one)]
    given += [one.slice for one in ast.walk(lazy) if isinstance(one, ast.Subscript)]
    return any(isinstance(one, ast.Name) and one.id in asked for one in given)


def _is_own_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("__name__", "__package__", "__spec__")


def _given(call: ast.Call) -> Iterator[ast.AST]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)


def _blocks(node: ast.stmt) -> Iterator[ast.stmt]:
    """Statements inside a statement that run in the module itself."""
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(node, field, ())
    for handler in getattr(node, "handlers", ()):
        yield from handler.body
    for case in getattr(node, "cases", ()):
        yield from case.body


def _expressions(node: ast.stmt) -> Iterator[ast.AST]:
    """Every expression of a statement, those of the statements in it and of functions left out."""
    waiting: list[ast.AST] = [
        child for child in ast.iter_child_nodes(node) if not isinstance(child, (ast.stmt, ast.ExceptHandler))
    ]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(child for child in ast.iter_child_nodes(one) if not isinstance(child, ast.stmt))


def function_of(node: ast.FunctionDef) -> Function | None:
    """None where a wrapper or `**` may take any argument."""
    if node.decorator_list or node.args.kwarg is not None:
        return None
    return Function(frozenset(one.arg for one in (*node.args.args, *node.args.kwonlyargs)))
