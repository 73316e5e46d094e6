"""Findings of the real Bandit over real packages keep their identity through what people do to code all day.

Prints a table with `-s`. Every mutation is scanned anew; nothing is carried over but what identity remembers.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib.metadata
import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from walkdown.model import Batch, BatchFile, FilePlace, Finding, Printed, Tool
from walkdown.process import Limits, clean_environment, run, run_now
from walkdown.scan.describe import describe
from walkdown.scan.identity import Known, assign
from walkdown.scan.merge import merge
from walkdown.scanners.bandit import Bandit

# One worker does them all: they share one first scan.
pytestmark = [pytest.mark.tool, pytest.mark.xdist_group("identity-mutations")]

# All of them come with walkdown's own dependencies or its tests'.
_PACKAGES = (
    "pip_audit", "semgrep", "bandit", "git", "textual", "rich", "click", "requests", "urllib3", "stevedore", "boltons",
    "httpx", "pip", "glom", "jsonschema", "mcp", "pydantic", "hypothesis", "mypy", "setuptools",
)  # fmt: skip
_LARGEST = 40_000
_FILES = 300
_PER_CHECK = 110
_WANTED = 450
_LOOKS_FLAGGED = re.compile(
    r"^import subprocess|subprocess\.\w+\(|except \w*:\s+pass|except Exception:\s+(?:pass|continue)|pickle|random\."
    r"|hashlib\.|\beval\(|\bexec\(|/tmp"
    r"|(?:password|token|secret)\w*\s*=\s*[\"']|urlopen|xmlrpc|shell=True|marshal|SELECT ",
    re.MULTILINE | re.IGNORECASE,
)
_KEY = b"a key of this test"

Tree = dict[str, str]


@dataclass
class Scanned:
    findings: list[Finding]
    known: list[Known]

    def at(self, path: str, line: int, rule: str) -> list[Finding]:
        return [f for f in self.findings if f.rule.id == rule and (_file(f).path, _file(f).line) == (path, line)]


@dataclass
class Table:
    rows: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, name: str, findings: int, kept: int) -> float:
        self.rows.append((name, findings, kept))
        return kept / findings

    def show(self) -> str:
        lines = [f"{'mutation':<34}{'findings':>9}{'kept':>7}{'%':>8}"]
        lines += [f"{name:<34}{count:>9}{kept:>7}{100 * kept / count:>8.1f}" for name, count, kept in self.rows]
        return "\n".join(lines)


class Bench:
    """Scans trees with the real Bandit, two children at a time."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._count = 0
        version = importlib.metadata.version("bandit")
        self._tool = Tool("bandit", version, (sys.executable, "-I", "-W", "ignore", "-m", "bandit"))

    def scan(self, tree: Mapping[str, str], known: list[Known], renames: Mapping[str, str] | None = None) -> Scanned:
        found = merge(self._described(tree))
        return Scanned(*assign(found, known, renames or {}))

    def _described(self, tree: Mapping[str, str]) -> list[Finding]:
        self._count += 1
        folder = self._scratch / f"tree{self._count}"
        for path, text in tree.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text.encode())
        by_path: dict[str, list[Finding]] = {}
        for finding in asyncio.run(self._bandit(folder, sorted(tree))):
            by_path.setdefault(_file(finding).path, []).append(finding)
        return [
            finding for path, found in by_path.items() for finding in describe(found, tree[path].encode(), key=_KEY)
        ]

    async def _bandit(self, folder: Path, paths: list[str]) -> list[Finding]:
        parts = await asyncio.gather(*(self._child(folder, paths[half::2]) for half in (0, 1)))
        return [finding for part in parts for finding in part]

    async def _child(self, folder: Path, paths: list[str]) -> tuple[Finding, ...]:
        if not paths:
            return ()
        files = tuple(BatchFile(path, path, "") for path in paths)
        batch = Batch(str(folder), files, str(self._scratch), str(self._scratch))
        bandit = Bandit()
        command = bandit.argv(self._tool, batch)
        environment = clean_environment(str(self._scratch), str(self._scratch))
        done = await run(command.argv, cwd=str(self._scratch), env=environment, limits=Limits(seconds=80))
        assert done.code in command.ok, done.stderr.decode()
        parsed = bandit.parse(self._tool, batch, Printed(done.stdout))
        assert not parsed.skipped
        return parsed.findings


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("identity"))


@pytest.fixture(scope="module")
def corpus(bench: Bench) -> tuple[Tree, Scanned]:
    """At least 300 findings, no more than some of each check, from files that are not too long."""
    candidates = dict(_sources())
    first = bench.scan(candidates, [])
    by_path: dict[str, list[str]] = {}
    for finding in first.findings:
        by_path.setdefault(_file(finding).path, []).append(finding.rule.id)
    counts: Counter[str] = Counter()
    tree: Tree = {}
    for path, rules in sorted(by_path.items(), key=lambda item: (-len(set(item[1])), item[0])):
        if counts.total() >= _WANTED:
            break
        if all(counts[rule] + number <= _PER_CHECK for rule, number in Counter(rules).items()):
            tree[path] = candidates[path]
            counts.update(rules)
    base = Scanned(*assign([f for f in first.findings if _file(f).path in tree], [], {}))
    assert len(base.findings) >= 300
    assert len(counts) >= 12, "the corpus should show many kinds of flaws"
    return tree, base


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    table = Table()
    yield table
    print("\n" + table.show())


# -- identity is kept -----------------------------------------------------------------------------------------------


def test_lines_inserted_above(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    _keeps("lines inserted above", bench, corpus, table, lambda text: "# A licence\n# of several lines\n\n\n" + text)


def test_reformatted(bench: Bench, corpus: tuple[Tree, Scanned], table: Table, tmp_path: Path) -> None:
    tree, base = corpus
    after = bench.scan(_formatted(tree, tmp_path), base.known)
    _enough(table, "ruff format", base, after)


def test_reformatted_narrow_with_other_quotes(
    bench: Bench, corpus: tuple[Tree, Scanned], table: Table, tmp_path: Path
) -> None:
    tree, base = corpus
    narrow = _formatted(tree, tmp_path, "--line-length=60", "--config", "format.quote-style='single'")
    _enough(table, "ruff format, 60 columns, single", base, bench.scan(narrow, base.known))


def test_moved_with_git_telling(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    tree, base = corpus
    renames = {path: f"lib/n{number}.py" for number, path in enumerate(tree)}
    after = bench.scan({renames[path]: text for path, text in tree.items()}, base.known, renames)
    _enough(table, "renamed and moved, git tells", base, after, renames)


def test_folder_moved_with_nobody_telling(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    tree, base = corpus
    renames = {path: f"lib/python/{path}" for path in tree}
    after = bench.scan({renames[path]: text for path, text in tree.items()}, base.known)
    _enough(table, "all moved to a folder, nobody tells", base, after, renames)


def test_each_file_renamed_and_edited_with_nobody_telling(
    bench: Bench, corpus: tuple[Tree, Scanned], table: Table
) -> None:
    """One file at a time gets another name and lines on top; all others stay where they are."""
    tree, base = corpus
    renames = {path: f"lib/n{number}.py" for number, path in enumerate(tree)}
    moved = bench.scan({renames[path]: "# Moved\n\n" + text for path, text in tree.items()}, [])
    kept = 0
    for path, new in renames.items():
        stayed = [finding for finding in base.findings if _file(finding).path != path]
        found, _ = assign([*stayed, *(f for f in moved.findings if _file(f).path == new)], base.known, {})
        assert [finding.id for finding in found[: len(stayed)]] == [finding.id for finding in stayed]
        old = {finding.id for finding in base.findings if _file(finding).path == path}
        kept += sum(finding.id in old for finding in found[len(stayed) :])
    assert table.add("each file renamed, nobody tells", len(base.findings), kept) >= 0.99


def test_functions_moved_within_their_file(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    _keeps("functions moved within the file", bench, corpus, table, _definitions_reversed)


def test_edits_in_the_same_functions(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    _keeps("edits in the same function", bench, corpus, table, _functions_edited)


# -- identity is not given away -------------------------------------------------------------------------------------


def test_a_copied_file_is_new_also_when_it_sorts_first(
    bench: Bench, corpus: tuple[Tree, Scanned], table: Table
) -> None:
    tree, base = corpus
    after = bench.scan({**tree, **{f"aaa/{path}": text for path, text in tree.items()}}, base.known)
    known = {one.id for one in base.known}
    copies = [finding for finding in after.findings if _file(finding).path.startswith("aaa/")]
    originals = {finding.id for finding in after.findings if not _file(finding).path.startswith("aaa/")}
    assert originals == known
    assert len(copies) == len(base.findings)
    assert not known & {finding.id for finding in copies}
    assert len({finding.id for finding in after.findings}) == len(after.findings)
    table.add("copied to another file: originals", len(known), len(known & originals))


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_second_copy_in_the_same_function_is_new(
    where: str, bench: Bench, corpus: tuple[Tree, Scanned], table: Table
) -> None:
    tree, base = corpus
    copies = list(_copies(tree, base, where))
    after = bench.scan({**tree, **{copy.path: copy.text for copy in copies}}, base.known)
    known = {one.id for one in base.known}
    count = kept = 0
    for copy in copies:
        pasted = after.at(copy.path, copy.pasted_at, copy.rule)
        if not pasted:
            continue  # pasted above the import that makes a flaw of it
        count += 1
        (original,) = after.at(copy.path, copy.original_at, copy.rule)
        assert len(pasted) == 1
        assert pasted[0].id not in known
        kept += original.id == copy.id
    assert count >= 30
    assert table.add(f"copy pasted {where}: original", count, kept) == 1.0


def test_a_copy_of_a_whole_function_is_new(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    """Pasted under its own name at the end of the file, so that even the symbol is the same."""
    tree, base = corpus
    doubled = {path: _functions_doubled(text) for path, text in tree.items()}
    after = bench.scan(doubled, base.known)
    ids = Counter(finding.id for finding in after.findings)
    assert max(ids.values()) == 1
    assert {one.id for one in base.known} <= ids.keys()
    lines = {path: text.count("\n") for path, text in tree.items()}
    pasted = [finding for finding in after.findings if _file(finding).line > lines[_file(finding).path]]
    assert len(pasted) == len(after.findings) - len(base.findings) > 100
    known = {one.id for one in base.known}
    fresh = sum(finding.id not in known for finding in pasted)
    assert table.add("function pasted again: new", len(pasted), fresh) == 1.0


def test_a_changed_expression_is_always_new(bench: Bench, corpus: tuple[Tree, Scanned], table: Table) -> None:
    tree, base = corpus
    known = {one.id for one in base.known}
    changed, lines = _expressions_changed(tree, base)
    after = bench.scan(changed, base.known)
    again = [f for f in after.findings if (_file(f).path, _file(f).line, f.rule.id) in lines]
    assert len(again) > 200
    assert not [finding for finding in again if finding.id in known]
    table.add("expression changed: kept", len(again), sum(finding.id in known for finding in again))


def test_two_fresh_machines_agree(bench: Bench, corpus: tuple[Tree, Scanned]) -> None:
    tree, base = corpus
    few = dict(list(tree.items())[:10])
    again = bench.scan(few, [])
    assert again.findings
    assert {f.id for f in again.findings} == {f.id for f in base.findings if _file(f).path in few}


# -- how it is held against the first scan --------------------------------------------------------------------------


def _keeps(name: str, bench: Bench, corpus: tuple[Tree, Scanned], table: Table, change: Callable[[str], str]) -> None:
    tree, base = corpus
    changed = {path: change(text) for path, text in tree.items()}
    assert sum(changed[path] != tree[path] for path in tree) > len(tree) / 2
    _enough(table, name, base, bench.scan(changed, base.known))


def _enough(table: Table, name: str, base: Scanned, after: Scanned, moved: Mapping[str, str] | None = None) -> None:
    """Kept: the id is there again, in the same file and symbol, from the same rules. None may be given away."""
    now = {finding.id: finding for finding in after.findings}
    kept = 0
    for finding in base.findings:
        if finding.id not in now:
            continue
        before, place = _file(finding), _file(now[finding.id])
        assert (place.path, place.symbol) == ((moved or {}).get(before.path, before.path), before.symbol)
        assert now[finding.id].sources == finding.sources
        kept += 1
    assert table.add(name, len(base.findings), kept) >= 0.99


def _file(finding: Finding) -> FilePlace:
    assert isinstance(finding.place, FilePlace)
    return finding.place


# -- what is done to the files ----------------------------------------------------------------------------------------


def _sources() -> Iterator[tuple[str, str]]:
    """The files that look most like findings, for their length."""
    ranked: list[tuple[float, str, str]] = []
    for package in _PACKAGES:
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations or []) if spec else []:
            for file in Path(root).rglob("*.py"):
                if file.stat().st_size <= _LARGEST:
                    text = file.read_text(encoding="utf-8")
                    hits = len(_LOOKS_FLAGGED.findall(text))
                    ranked.append((hits / (len(text) + 4_000), f"{package}/{file.relative_to(root).as_posix()}", text))
    for _, path, text in sorted(ranked, reverse=True)[:_FILES]:
        with contextlib.suppress(SyntaxError, ValueError):  # written for another Python
            ast.parse(text)
            yield path, text


def _formatted(tree: Tree, folder: Path, *options: str) -> Tree:
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    environment = clean_environment(str(folder), str(folder))
    argv = (sys.executable, "-I", "-m", "ruff", "format", "--isolated", "--no-cache", *options, str(folder))
    done = run_now(argv, cwd=str(folder), env=environment)
    assert done.code == 0, done.stderr.decode()
    formatted = {path: (folder / path).read_bytes().decode() for path in tree}
    assert formatted != tree
    return formatted


def _definitions_reversed(text: str) -> str:
    """The functions and classes of the module in reverse order, and so the methods of each class."""
    lines = text.split("\n")
    tree = ast.parse(text)
    for node in sorted((n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)), key=lambda n: -n.lineno):
        lines = _reversed_in(lines, node.body)
    return "\n".join(_reversed_in(lines, ast.parse("\n".join(lines)).body))


def _reversed_in(lines: list[str], body: list[ast.stmt]) -> list[str]:
    spans = [
        (min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1, node.end_lineno or 0)
        for node in body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    pieces = [lines[first:last] for first, last in spans]
    for (first, last), piece in zip(reversed(spans), pieces, strict=True):
        lines = [*lines[:first], *piece, *lines[last:]]
    return lines


def _functions_edited(text: str) -> str:
    """A new statement at the start, in the middle and at the end of every function."""
    lines = text.split("\n")
    inserts: dict[int, str] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.body[0].lineno > node.lineno:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            middle = body[len(body) // 2] if len(body) > 3 else None
            pad = " " * node.body[0].col_offset
            if body and not getattr(body[0], "decorator_list", None):
                inserts[body[0].lineno - 1] = f"{pad}touched = len('{node.name}')"
            if middle is not None and not getattr(middle, "decorator_list", None):
                inserts[middle.lineno - 1] = f"{pad}halfway = touched + 1"
            inserts[node.end_lineno or 0] = f"{pad}done = True"
    for at in sorted(inserts, reverse=True):
        lines.insert(at, inserts[at])
    edited = "\n".join(lines)
    ast.parse(edited)
    return edited


def _functions_doubled(text: str) -> str:
    lines = text.split("\n")
    again = [
        line
        for node in ast.parse(text).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for line in [*lines[node.lineno - 1 : node.end_lineno], ""]
    ]
    return "\n".join([*lines, *again])


@dataclass(frozen=True)
class Copy:
    path: str
    text: str
    rule: str
    id: str
    original_at: int
    pasted_at: int


def _copies(tree: Tree, base: Scanned, where: str) -> Iterator[Copy]:
    """In each file, one flawed statement of a function pasted again as the function's first or last."""
    done: set[str] = set()
    for finding in base.findings:
        place = _file(finding)
        if place.path in done or not place.symbol or len(base.at(place.path, place.line, finding.rule.id)) > 1:
            continue
        lines = tree[place.path].split("\n")
        for function in (n for n in ast.walk(ast.parse(tree[place.path])) if isinstance(n, ast.FunctionDef)):
            body = function.body[1:] if ast.get_docstring(function) is not None else function.body
            statement = _statement_at(function, place.line)
            if (
                statement is None
                or function.name != place.symbol.rpartition(".")[2]
                or statement in body[:1] + body[-1:]
            ):
                continue
            at = body[0].lineno - 1 if where == "before" else function.end_lineno or 0
            pad = " " * body[0].col_offset
            pasted = [pad + line[statement.col_offset :] for line in lines[statement.lineno - 1 : statement.end_lineno]]
            original = place.line + (len(pasted) if where == "before" else 0)
            done.add(place.path)
            changed = "\n".join([*lines[:at], *pasted, *lines[at:]])
            yield Copy(place.path, changed, finding.rule.id, finding.id, original, at + 1)
            break


def _statement_at(function: ast.FunctionDef, line: int) -> ast.stmt | None:
    simple = (ast.Expr, ast.Assign, ast.Assert, ast.Return, ast.Import, ast.ImportFrom)
    found = (node for node in ast.walk(function) if isinstance(node, simple) and node.lineno == line)
    return next((node for node in found if node.col_offset and function.body[0].lineno > function.lineno), None)


def _expressions_changed(tree: Tree, base: Scanned) -> tuple[Tree, set[tuple[str, int, str]]]:
    """Every flagged call gets an argument, every string a letter, every assertion and handler something more."""
    changed: Tree = {}
    lines: set[tuple[str, int, str]] = set()
    for path, text in tree.items():
        rows = [line.encode() for line in text.split("\n")]
        edits: dict[tuple[int, int], bytes] = {}
        nodes: dict[tuple[int, int], ast.AST] = {}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Call, ast.Constant, ast.Assert, ast.ExceptHandler, ast.Import, ast.ImportFrom)):
                nodes.setdefault((node.lineno, node.col_offset), node)
        for finding in (f for f in base.findings if _file(f).path == path):
            place = _file(finding)
            column = len(rows[place.line - 1].decode()[: place.column - 1].encode())
            if edit := _edit(nodes.get((place.line, column))):
                edits[edit[0]] = edit[1]
                lines.add((path, place.line, finding.rule.id))
        for (line, column), extra in sorted(edits.items(), reverse=True):
            rows[line - 1] = rows[line - 1][:column] + extra + rows[line - 1][column:]
        changed[path] = b"\n".join(rows).decode()
        ast.parse(changed[path])
    return changed, lines


def _edit(node: ast.AST | None) -> tuple[tuple[int, int], bytes] | None:
    if isinstance(node, ast.Call) and not any(isinstance(arg, ast.GeneratorExp) for arg in node.args):
        last = max(
            [node.func, *node.args, *(k.value for k in node.keywords)], key=lambda n: (n.end_lineno, n.end_col_offset)
        )
        if (last.end_lineno or 0) == node.end_lineno and last is not node.func and node.end_col_offset:
            separator = b", "
            return (last.end_lineno or 0, last.end_col_offset or 0), separator + b"changed=1"
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.lineno == node.end_lineno:
        return (node.lineno, (node.end_col_offset or 1) - 1), b"q"
    if isinstance(node, ast.Assert):
        return (node.lineno, node.col_offset + len("assert")), b" not"
    if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name):
        return (node.type.lineno, node.type.col_offset), b"errors."
    return None
