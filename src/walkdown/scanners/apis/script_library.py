"""What installed npm packages export, through everything they pass on from one another."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from walkdown.scanners.apis.answer import Answer
from walkdown.scanners.apis.environments import Environments
from walkdown.scanners.apis.folders import Folder
from walkdown.scanners.apis.script_module import OPEN, Exports, Script, read_script
from walkdown.scanners.apis.script_package import (
    Package,
    declarations,
    entries,
    is_there,
    open_package,
    sources,
)

_MOST_STARS = 400
_MOST_FILES = 1_500
_MOST_SIDE = 300
_MOST_ONE = 8 * 1024 * 1024
_MOST_BYTES = 40 * 1024 * 1024
_WITHOUT = frozenset({"node_modules", "test", "tests", "__tests__", "src", "docs"})
_SPLIT = re.compile(r"(@[^/]+/[^/]+|[^@/][^/]*)(?:/(.+))?")
_Where = tuple[Folder, str]


class ScriptLibrary:
    def __init__(self, environments: Environments) -> None:
        self._environments = environments
        self._packages: dict[tuple[str, str], Package | None] = {}
        self._scripts: dict[tuple[str, str], Script] = {}
        self._answers: dict[tuple[str, str, str, str], Answer] = {}
        self._code: dict[str, list[bytes]] = {}

    def package(self, path: str, name: str) -> Package | None:
        """The copy that a file of the target is served with."""
        for folder in self._environments.node(path):
            if (found := self._open(folder, name, name)) is not None:
                return found
            if folder.is_link(name) or folder.is_folder(name):
                return None  # there, but not readable here: a package of the workspace, for instance
        return None

    def types_of(self, path: str, package: Package) -> Package | None:
        name = package.name.removeprefix("@").replace("/", "__")
        return self.package(path, f"@types/{name}")

    def look_below(self, path: str, package: Package, below: str) -> Answer:
        """Whether `package/below` can be imported at all."""
        if is_there(package, below):
            return Answer.HAS
        typed = self.types_of(path, package)
        return Answer.HAS if typed is not None and is_there(typed, below) else Answer.LACKS

    def look(self, path: str, package: Package, below: str, name: str) -> Answer:
        key = (package.folder.root, package.path, below, name)
        if key not in self._answers:
            self._answers[key] = self._look(path, package, below, name)
        return self._answers[key]

    def names(self, path: str, package: Package, below: str) -> frozenset[str]:
        typed, found = self._entries(path, package, below)
        if typed is None:
            return frozenset()
        return frozenset(name for one in found for name in self._script(typed.folder, one).exports.names)

    def _look(self, path: str, package: Package, below: str, name: str) -> Answer:
        typed, found = self._entries(path, package, below)
        if typed is None or not found:
            return Answer.UNKNOWN
        module = f"{package.name}/{below}" if below else package.name
        seen: set[tuple[str, str]] = set()
        for one in found:
            answer = self._in_file((typed.folder, one), module, name, seen)
            if answer is not Answer.LACKS:
                return answer
        if self._is_added(typed, name) or self._is_in_code(package, name):
            return Answer.UNKNOWN
        return Answer.LACKS

    def _entries(self, path: str, package: Package, below: str) -> tuple[Package | None, list[str]]:
        """The package that tells its exports, and the files that do."""
        types, code = entries(package, below)
        if types:
            return package, types
        typed = self.types_of(path, package)
        if typed is not None:
            types, _ = entries(typed, below)
            return typed, types
        return package, code

    def _in_file(self, where: _Where, module: str, name: str, seen: set[tuple[str, str]]) -> Answer:
        folder, path = where
        key = (folder.root, path)
        if key in seen:
            return Answer.LACKS
        seen.add(key)
        if len(seen) > _MOST_STARS:
            return Answer.UNKNOWN
        script = self._script(folder, path)
        exports: Exports | None = script.exports
        if not script.is_module:
            exports = script.ambient.get(module)
        if exports is None or any(name in added.names for other, added in script.ambient.items() if other != module):
            return Answer.UNKNOWN  # what a file adds to another module may be meant for this one
        if name in exports.names:
            return Answer.HAS
        if exports.is_open:
            return Answer.UNKNOWN
        return self._in_stars(where, exports, name, seen)

    def _in_stars(self, where: _Where, exports: Exports, name: str, seen: set[tuple[str, str]]) -> Answer:
        for star in exports.stars:
            goals = list(self._goals(where, star))
            if not goals:
                return Answer.UNKNOWN
            for goal in goals:
                answer = self._in_file(goal, star, name, seen)
                if answer is not Answer.LACKS:
                    return answer
        return Answer.LACKS

    def _goals(self, where: _Where, source: str) -> Iterator[_Where]:
        """The files that a module's `from "source"` may mean."""
        folder, path = where
        typed = not path.endswith((".js", ".mjs", ".cjs"))
        if source.startswith("."):
            goal = inside_folder(posixpath.dirname(path), source)
            if goal is not None:
                yield from ((folder, one) for one in (declarations if typed else sources)(folder, goal))
            return
        found = _SPLIT.fullmatch(source)
        if found is None:
            return
        for package in self._seen_from(folder, path, found.group(1)):
            types, code = entries(package, found.group(2) or "")
            files = types if typed else code
            if files:
                yield from ((package.folder, one) for one in files)
                return

    def _seen_from(self, folder: Folder, path: str, name: str) -> Iterator[Package]:
        """The package, or the types of it, as another package finds it."""
        for wanted in (name, f"@types/{name.removeprefix('@').replace('/', '__')}"):
            above = posixpath.dirname(path)
            while above:
                place = f"{above}/{wanted}" if above.endswith("node_modules") else f"{above}/node_modules/{wanted}"
                if (found := self._open(folder, place, name)) is not None:
                    yield found
                above = posixpath.dirname(above)
            if (found := self._open(folder, wanted, name)) is not None:
                yield found
            for outer in self._environments.above(folder):
                if (found := self._open(outer, wanted, name)) is not None:
                    yield found

    def _open(self, folder: Folder, path: str, name: str) -> Package | None:
        key = (folder.root, path)
        if key not in self._packages:
            self._packages[key] = self._opened(folder, path, name)
        return self._packages[key]

    def _opened(self, folder: Folder, path: str, name: str) -> Package | None:
        if folder.is_folder(path):
            return open_package(folder, path, name)
        if not folder.is_link(path):
            return None
        led = self._environments.follow(folder, path)
        return None if led is None else open_package(*led, name)

    def _script(self, folder: Folder, path: str) -> Script:
        key = (folder.root, path)
        if key not in self._scripts:
            data = folder.read(path, _MOST_ONE)
            self._scripts[key] = OPEN if data is None else read_script(data, path)
        return self._scripts[key]

    # -- the last look, before anything is said ---------------------------------------------------------------------

    def _is_added(self, package: Package, name: str) -> bool:
        """Whether another declaration of the package may add the name to it."""
        texts = self._texts(package, (".d.ts", ".d.mts", ".d.cts"))
        word = re.compile(rb"\b%b\b" % re.escape(name.encode()))
        return any(b"declare module" in text and word.search(text) for text in (*texts, *self._side(package)))

    def _side(self, package: Package) -> list[bytes]:
        """Declarations of others that commonly add to a package: `@types/react-dom` adds to `react`."""
        key = f"{package.folder.root} @types"
        if key not in self._code:
            names = sorted(package.folder.entries("@types"))[:_MOST_SIDE]
            read = (package.folder.read(f"@types/{name}/index.d.ts") for name in names)
            self._code[key] = [text for text in read if text is not None and b"declare module" in text]
        return self._code[key]

    def _is_in_code(self, package: Package, name: str) -> bool:
        """Whether the code offers the name though its types do not tell."""
        texts = self._texts(package, (".js", ".mjs", ".cjs"))
        word = re.escape(name.encode())
        offers = re.compile(
            rb"\.%b\s*=(?!=)|[\"']%b[\"']|\bas %b\b|\bexport\s+(?:async\s+)?(?:function\*?|class|const|let|var)\s+%b\b"
            rb"|\b%b:\s*(?:\(\)|function|void 0)" % (word, word, word, word, word)
        )
        return any(offers.search(text) for text in texts)

    def _texts(self, package: Package, endings: tuple[str, ...]) -> list[bytes]:
        """The files of a package, the nearest to its top; a package that is huge is not seen to its end."""
        key = f"{package.folder.root}/{package.path} {endings[0]}"
        if key not in self._code:
            found: list[bytes] = []
            held = 0
            for path in package.folder.files(package.path, endings, most=_MOST_FILES, without=_WITHOUT):
                data = package.folder.read(path, _MOST_ONE)
                found.append(data or b"")
                held += len(data or b"")
                if held > _MOST_BYTES:
                    break
            self._code[key] = found
        return self._code[key]


def inside_folder(base: str, source: str) -> str | None:
    path = posixpath.normpath(posixpath.join(base, source))
    return None if path.startswith("..") or path == "." else path
