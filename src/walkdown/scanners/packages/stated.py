"""Packages that files name for a machine to install, outside lists and commands: what a program or a tool will read."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Callable, Iterator

import msgspec

from walkdown.scanners.packages.commands import MOST_BYTES, MOST_COMMANDS, Wanted, in_line, in_words, python_name

_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml")
_HEADER = re.compile(r"^# /// script\s*$(?P<lines>(?:\n#(?: .*)?$)+)", re.MULTILINE)
_LISTED = re.compile(r"^#\s*dependencies\s*=\s*\[(?P<names>.*?)\]\s*$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|'([^'\n]+)'")
_ARGUMENTS = re.compile(r"[\"']pip3?[\"']\s*,\s*[\"']install[\"']\s*((?:,\s*[\"'][^\"'\n]*[\"']\s*)+)")
_SHELL = re.compile(r"\b(?:system|popen|run|call|check_call|check_output|Popen)\(\s*[\"']([^\"'\n]+)[\"']")
_SCRIPTS = re.compile(r"\"scripts\"\s*:\s*\{(.*?)\n?\s*\}", re.DOTALL)
_ENTRY = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"\s*:\s*\"((?:[^\"\\\n]|\\.)*)\"")
_WANTS = frozenset({"install_requires", "setup_requires", "tests_require", "extras_require"})
_NODE_HOOK = re.compile(r"eslint|prettier|stylelint|commitlint|biome|markdownlint|language:\s*node")
_OTHER_HOOK = re.compile(r"language:\s*(?:golang|rust|ruby|perl|lua|dart|swift|docker\w*|conda|system|r)\b")
_EXTRA = re.compile(r"^(?P<before>\s*)(?:- )?additional_dependencies:\s*(?P<inline>\[[^\]]*\])?", re.MULTILINE)


def reader_of(path: str) -> Callable[[str], Iterator[Wanted]] | None:
    """None for a file in which nothing of this kind is looked for."""
    name = posixpath.basename(path)
    if name == "setup.py":
        return _setup
    if name.endswith(".py"):
        return _script
    if name == "package.json":
        return _scripts
    if re.fullmatch(r"environment[\w.-]*\.ya?ml", name):
        return _conda
    if re.fullmatch(r"\.pre-commit-config\.ya?ml", name):
        return _hooks
    return _tox if name == "tox.ini" else (_compose if _COMPOSE.fullmatch(name) else None)


def stated(path: str, data: bytes) -> tuple[Wanted, ...]:
    read = reader_of(path)
    if read is None or not any(word in data for word in (b"install", b"dependencies", b"npx", b"pip", b"deps", b"uv")):
        return ()
    found = list(read(data[:MOST_BYTES].decode("utf-8", "replace")))
    return tuple(dict.fromkeys(found))[:MOST_COMMANDS]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _python(words: Iterator[tuple[str, int]]) -> Iterator[Wanted]:
    for word, line in words:
        if name := python_name(word):
            yield Wanted("PyPI", name, line)


def _setup(text: str) -> Iterator[Wanted]:
    """Only what stands there in so many words: the program is never run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lists = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _WANTS:
            yield from _python(_constants(node.value, lists))


def _constants(node: ast.expr, lists: dict[str, ast.expr]) -> Iterator[tuple[str, int]]:
    node = lists.get(node.id, node) if isinstance(node, ast.Name) else node
    inner: list[ast.expr] = []
    if isinstance(node, (ast.List, ast.Tuple)):
        inner = node.elts
    elif isinstance(node, ast.Dict):
        inner = [one for value in node.values for one in (value.elts if isinstance(value, ast.List) else [value])]
    for one in inner:
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and " @ " not in one.value:
            yield one.value, one.lineno


def _script(text: str) -> Iterator[Wanted]:
    """The header that says what a script on its own needs, and an install that the code starts by itself."""
    for header in _HEADER.finditer(text):
        if found := _LISTED.search(header["lines"]):
            start = _line(text, header.start("lines") + found.start("names"))
            yield from _python(_quoted(found["names"], start))
    for command in _ARGUMENTS.finditer(text):
        words = [one or other for one, other in _QUOTED.findall(command.group(1))]
        yield from in_words("PyPI", words, _line(text, command.start()))
    for command in _SHELL.finditer(text):
        yield from in_line(_line(text, command.start()), command.group(1))


def _quoted(names: str, start: int) -> Iterator[tuple[str, int]]:
    for found in _QUOTED.finditer(names):
        wanted = found.group(1) or found.group(2)
        if " @ " not in wanted:
            yield wanted, start + names.count("\n", 0, found.start())


def _scripts(text: str) -> Iterator[Wanted]:
    for block in _SCRIPTS.finditer(text):
        for entry in _ENTRY.finditer(block.group(1)):
            number = _line(text, block.start(1) + entry.start(1))
            for one in in_line(number, entry.group(1).replace('\\"', '"')):
                yield msgspec.structs.replace(one, beside=True)


def _conda(text: str) -> Iterator[Wanted]:
    depth = -1
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line) - len(line.lstrip())
        if re.match(r"\s*-\s+pip:\s*$", line):
            depth = indent
        elif depth >= 0 and line.strip():
            entry = re.match(r"\s*-\s+[\"']?([^\"'#]+)", line)
            if entry and indent > depth and not entry.group(1).startswith("-"):
                yield from _python(iter([(entry.group(1).strip(), number)]))
            elif indent <= depth:
                depth = -1


def _tox(text: str) -> Iterator[Wanted]:
    inside = False
    for number, written in enumerate(text.split("\n"), 1):
        start = re.match(r"deps\s*=(.*)", written)
        line = f" {start.group(1)}" if start else written
        inside = inside or bool(start)
        if not inside or not line.strip():
            continue
        inside = line.startswith((" ", "\t"))
        wanted = re.sub(r"^\s*[\w,{}!-]+:\s+", "", line).partition("#")[0].strip()
        if inside and wanted and not re.search(r"[{}/]|^-|^\.", wanted):
            yield from _python(iter([(wanted, number)]))


def _hooks(text: str) -> Iterator[Wanted]:
    """What a hook of pre-commit installs beside itself. In which language says the hook."""
    for found in _EXTRA.finditer(text):
        about = text[_hook_start(text, found.start()) : _hook_end(text, found.end())]
        if _OTHER_HOOK.search(about):
            continue
        number = _line(text, found.end("before"))
        words = found["inline"] or _block(text[found.end() :])
        for word, line in _entries(words, number):
            for one in in_words("npm" if _NODE_HOOK.search(about) else "PyPI", [word], line):
                yield msgspec.structs.replace(one, either=True)


def _hook_start(text: str, at: int) -> int:
    return max(text.rfind("- repo:", 0, at), 0)


def _hook_end(text: str, at: int) -> int:
    ends = [end for mark in ("- repo:", "- id:") if (end := text.find(mark, at)) >= 0]
    return min(ends, default=len(text))


def _block(text: str) -> str:
    taken = re.match(r"(?:\s*\n|\s*#.*\n|\s*-\s+(?!id:|repo:)[^\n]*(?:\n|$))*", text)
    return taken.group() if taken else ""


def _entries(words: str, number: int) -> Iterator[tuple[str, int]]:
    for at, line in enumerate(words.split("\n")):
        for word in re.split(r"[\[\],]|\s-\s|^-\s", line.partition(" #")[0]):
            if (bare := word.strip().strip("\"'")) and not bare.startswith(("#", ".", "/", "-")):
                yield bare.replace(" ", ""), number + at


def _compose(text: str) -> Iterator[Wanted]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith("#"):
            yield from in_line(number, line)
