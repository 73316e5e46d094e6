"""Which file of the project an import means: relative paths, aliases of tsconfig, packages of the same repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import msgspec

from walkdown.doors.outside_names import ImportMaps, plain

_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs", ".d.ts")
_WRITTEN_AS = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_MOST_CONFIGS = 200
_DEEPEST_CONDITIONS = 5
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r",(\s*[}\]])")


Form = TypeVar("Form", bound=msgspec.Struct)


class _Options(msgspec.Struct):
    base: str | None = msgspec.field(default=None, name="baseUrl")
    paths: dict[str, list[str]] = {}


class _Config(msgspec.Struct):
    extends: str | list[str] | None = None
    options: _Options = msgspec.field(default_factory=_Options, name="compilerOptions")


class _Package(msgspec.Struct):
    """`exports`: what others may ask for by which path, `{"./*": {"import": "./src/*.ts"}}`."""

    name: str = ""
    main: str = ""
    source: str = ""
    types: str = ""
    exports: object = None


class _Alias(msgspec.Struct, frozen=True):
    """`before*after` stands for each of `targets`, seen from the folder of the tsconfig."""

    folder: str
    before: str
    after: str
    star: bool
    targets: tuple[str, ...]


class Modules:
    def __init__(self, paths: Collection[str], read: Callable[[str], bytes]) -> None:
        self._paths = frozenset(paths)
        self._read = read
        self._aliases: list[_Alias] = []
        self._bases: list[tuple[str, str]] = []
        self._packages: dict[str, tuple[str, _Package]] = {}
        self._known: dict[tuple[str, str], str] = {}
        self._maps = ImportMaps(self._paths, read, _decode)
        self._learn()

    def resolve(self, from_path: str, module: str) -> str:
        """The path of a file, or empty where the module is no file of the project."""
        key = (posixpath.dirname(from_path), module)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._find(key[0], module)
        return found

    def package(self, from_path: str, module: str) -> str:
        """The name of the package that is meant, without address and version."""
        return plain(self._maps.mapped(posixpath.dirname(from_path), module))

    def _find(self, folder: str, module: str) -> str:
        mapped = self._maps.mapped(folder, module) if self._maps else module
        if mapped != module and mapped.startswith("./"):
            return self._file(mapped[2:])
        if module.startswith("."):
            return self._file(posixpath.normpath(posixpath.join(folder, module)))
        for alias in self._aliases:
            if _inside(folder, alias.folder) and (found := self._through(alias, module)):
                return found
        for owner, base in self._bases:
            if _inside(folder, owner) and (found := self._file(posixpath.normpath(posixpath.join(base, module)))):
                return found
        return self._package(module)

    def _through(self, alias: _Alias, module: str) -> str:
        if alias.star:
            if not (module.startswith(alias.before) and module.endswith(alias.after)):
                return ""
            middle = module[len(alias.before) : len(module) - len(alias.after)]
        elif module == alias.before:
            middle = ""
        else:
            return ""
        for target in alias.targets:
            if found := self._file(posixpath.normpath(target.replace("*", middle))):
                return found
        return ""

    def _package(self, module: str) -> str:
        parts = module.split("/")
        name = "/".join(parts[: 2 if module.startswith("@") else 1])
        if name not in self._packages:
            return ""
        folder, package = self._packages[name]
        rest = module[len(name) + 1 :]
        for one in _exported(package.exports, rest):
            if found := self._file(posixpath.normpath(posixpath.join(folder, one))):
                return found
        if rest:
            tries = [posixpath.join(folder, rest), posixpath.join(folder, "src", rest)]
        else:
            named = [one for one in (package.source, package.main, package.types) if one]
            tries = [posixpath.join(folder, one) for one in (*named, "src/index", "index", "src/main", "lib/index")]
        for one in tries:
            if found := self._file(posixpath.normpath(one)):
                return found
        return ""

    def _file(self, path: str) -> str:
        if path in self._paths and path.endswith(_ENDINGS):
            return path
        stem, ending = posixpath.splitext(path)
        for other in _WRITTEN_AS.get(ending, ()):
            if stem + other in self._paths:
                return stem + other
        for ending in _ENDINGS:
            if path + ending in self._paths:
                return path + ending
        for ending in _ENDINGS:
            index = posixpath.join(path, "index" + ending)
            if index in self._paths:
                return index
        return ""

    def _learn(self) -> None:
        configs = sorted(path for path in self._paths if re.fullmatch(r"(?:.*/)?[tj]sconfig[\w.-]*\.json", path))
        for path in configs[:_MOST_CONFIGS]:
            self._learn_config(path)
        # The nearest config comes first, and of its aliases the longest.
        self._aliases.sort(key=lambda one: (-len(one.folder), -len(one.before)))
        self._bases.sort(key=lambda one: -len(one[0]))
        for path in sorted(path for path in self._paths if posixpath.basename(path) == "package.json"):
            package = _decode(self._read(path), _Package)
            if package is not None and package.name:
                self._packages.setdefault(package.name, (posixpath.dirname(path), package))

    def _learn_config(self, path: str) -> None:
        folder, seen, at = posixpath.dirname(path), set[str](), path
        while at and at not in seen and len(seen) < 8:
            seen.add(at)
            config = _decode(self._read(at), _Config)
            if config is None:
                return
            here = posixpath.dirname(at)
            base = posixpath.normpath(posixpath.join(here, config.options.base or "."))
            if config.options.base is not None:
                self._bases.append((folder, base))
            for written, targets in config.options.paths.items():
                before, star, after = written.partition("*")
                joined = tuple(posixpath.normpath(posixpath.join(base, one)) for one in targets)
                self._aliases.append(_Alias(folder, before, after, bool(star), joined))
            at = self._parent(here, config.extends)

    def _parent(self, folder: str, extends: str | Sequence[str] | None) -> str:
        written = extends if isinstance(extends, str) or extends is None else (extends[-1] if extends else None)
        if not written or not written.startswith("."):
            return ""
        path = posixpath.normpath(posixpath.join(folder, written))
        return next((one for one in (path, f"{path}.json") if one in self._paths), "")


def _exported(exports: object, rest: str) -> list[str]:
    """The files a package gives out under a path of its own, whichever condition asks."""
    asked = f"./{rest}" if rest else "."
    if not isinstance(exports, dict) or not any(isinstance(key, str) and key.startswith(".") for key in exports):
        return _targets(exports) if not rest else []
    found = _targets(exports.get(asked))
    for key, target in exports.items():
        before, star, after = str(key).partition("*")
        if star and asked.startswith(before) and asked.endswith(after) and len(asked) >= len(before) + len(after):
            middle = asked[len(before) : len(asked) - len(after)]
            found.extend(one.replace("*", middle) for one in _targets(target))
    return found


def _targets(target: object, deep: int = 0) -> list[str]:
    if isinstance(target, str):
        return [target]
    if isinstance(target, dict) and deep < _DEEPEST_CONDITIONS:
        return [one for inner in target.values() for one in _targets(inner, deep + 1)]
    return []


def _decode(data: bytes, form: type[Form]) -> Form | None:
    """Such files hold comments and commas that JSON does not know; one that cannot be read says nothing."""
    text = data.decode("utf-8", "replace")
    text = _COMMENT.sub(lambda found: found.group() if found.group().startswith('"') else " ", text)
    try:
        return msgspec.json.decode(_TRAILING.sub(r"\1", text), type=form)
    except msgspec.MsgspecError:
        return None


def _inside(folder: str, owner: str) -> bool:
    return not owner or folder == owner or folder.startswith(owner + "/")
