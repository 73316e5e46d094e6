"""Which code of a screen runs only where the screen has asked for a role: behind an `if`, in a branch, on a page whose
route asks. It is a courtesy to who is looking, no guard: the browser does what its owner wants."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from walkdown.doors.modules import Modules
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.screen_walk import Check, File, Use, Walk
from walkdown.doors.visits import Spot
from walkdown.syntax.program import Call, Func, Let, Program

__all__ = ["Check", "Screens"]

_DEEPEST = 14
_MOST_FILES = 400
_MOST_USES = 40


class Screens:
    def __init__(self, found: Map) -> None:
        self._programs: Mapping[str, Program] = found.programs
        self._modules = Modules(found.paths, found.read)
        self._files: dict[str, File] = {}
        self._known: dict[tuple[str, int], Check | None] = {}
        self._importers: dict[str, list[tuple[str, str, str]]] | None = None

    def of_all(self, spots: Iterable[Spot]) -> Check | None:
        """The check before the first of several places, where one stands before each."""
        first: Check | None = None
        for spot in spots:
            found = self.check(spot)
            if found is None:
                return None
            first = first or found
        return first

    def check(self, spot: Spot) -> Check | None:
        """The role check that stands before a place, or none."""
        program = self._programs.get(spot.path)
        if program is None:
            return None
        around = [at for at, one in enumerate(program.functions) if one.line <= spot.line <= one.end_line]
        around.sort(key=lambda at: program.functions[at].end_line - program.functions[at].line)
        return self._within(spot.path, tuple(around), 0)

    def _within(self, path: str, around: tuple[int, ...], deep: int) -> Check | None:
        """`around`: the functions that something stands in, the innermost first."""
        key = (path, around[0] if around else -1)
        if key not in self._known and deep < _DEEPEST:
            self._known[key] = None  # a circle has no check of its own
            self._known[key] = self._asked(path, around, deep)
        return self._known.get(key)

    def _asked(self, path: str, around: tuple[int, ...], deep: int) -> Check | None:
        """The innermost function that is used at all decides; what it stands in counts where it is used."""
        program, file = self._programs[path], self._file(path)
        for at in around:
            if at in file.functions:
                return file.functions[at]
            uses = list(islice(self._uses(path, program, file, at), _MOST_USES + 1))
            if uses:
                return self._asked_at(uses, deep) if len(uses) <= _MOST_USES else None
        return self._layout(path)

    def _asked_at(self, uses: list[tuple[str, Use]], deep: int) -> Check | None:
        first: Check | None = None
        for path, use in uses:
            found = use.check or self._within(path, use.around, deep + 1)
            if found is None:
                return None
            first = first or found
        return first

    # -- where a function is used --------------------------------------------------------------------------------------

    def _uses(self, path: str, program: Program, file: File, at: int) -> Iterator[tuple[str, Use]]:
        function = program.functions[at]
        alone = function.name and file.named.get(function.name) == [at]
        local = file.used.get(function.name, []) if alone else []
        local = [*local, *file.used.get(file.held_by.get(at, ""), [])]
        yield from ((path, one) for one in local if at not in one.around)
        if function.inside >= 0 or not function.name:
            return
        exported = [
            one.name
            for one in program.exports
            if one.local == function.name or (isinstance(one.value, Func) and one.value.at == at)
        ]
        for name in exported:
            yield from self._taken(path, name, 0)
        if not exported and not local:  # a method of something that is exported
            for importer, alias, _ in self._imported_by().get(path, ()):
                yield from ((importer, one) for one in self._file(importer).used.get(f"{alias}.{function.name}", []))

    def _taken(self, path: str, name: str, deep: int) -> Iterator[tuple[str, Use]]:
        """Where others use what a file exports under a name, also where it is passed on."""
        for importer, alias, taken in self._imported_by().get(path, ()):
            if taken.startswith(">"):
                if deep < 3 and taken[1:] in (name, "*"):
                    yield from self._taken(importer, name if taken == ">*" else alias, deep + 1)
                continue
            used = self._file(importer).used
            if taken == name or (taken == "lazy" and name == "default"):
                yield from ((importer, one) for one in used.get(alias, []))
            elif taken == "*":
                yield from ((importer, one) for one in used.get(f"{alias}.{name}", []))

    def _imported_by(self) -> dict[str, list[tuple[str, str, str]]]:
        """For each file who takes what from it, and what they call it; `>` before what is only passed on."""
        if self._importers is None:
            self._importers = {}
            for path, program in self._programs.items():
                for alias, taken, module in _imports(program):
                    other = self._modules.resolve(path, module)
                    if other:
                        self._importers.setdefault(other, []).append((path, alias, taken))
        return self._importers

    # -- files ---------------------------------------------------------------------------------------------------------

    def _layout(self, path: str) -> Check | None:
        """A layout of Next that asks for a role counts for every page below it."""
        folder = posixpath.dirname(path)
        while folder and posixpath.basename(folder) != "app":
            for ending in ("tsx", "jsx", "js"):
                layout = f"{folder}/layout.{ending}"
                if layout in self._programs and posixpath.basename(path).startswith(("page.", "layout.")):
                    checks = self._file(layout).functions
                    tops = [at for at in checks if self._programs[layout].functions[at].inside < 0]
                    if tops:
                        return checks[tops[0]]
            folder = posixpath.dirname(folder)
        return None

    def _file(self, path: str) -> File:
        if path not in self._files:
            walk = Walk(path, self._programs[path])
            if len(self._files) < _MOST_FILES:
                walk.all()
            self._files[path] = walk.file
        return self._files[path]


def _imports(program: Program) -> Iterator[tuple[str, str, str]]:
    """(what it is called here, what is taken, from where)."""
    lazy = {
        stmt.line: stmt.names[0].name
        for stmt in program.body
        if isinstance(stmt, Let) and isinstance(stmt.value, Call) and stmt.names
    }
    for one in program.imports:
        if one.types:
            continue
        if one.alias:
            yield one.alias, one.name, one.module
        elif one.line in lazy:
            yield lazy[one.line], "lazy", one.module
    for passed in program.exports:
        if passed.module:
            yield passed.name, f">{passed.local or passed.name}", passed.module
