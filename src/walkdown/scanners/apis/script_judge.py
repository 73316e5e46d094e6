"""Holds what a target's JavaScript and TypeScript files import from packages against the installed copies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from walkdown.advisories.npm_ranges import NpmRange
from walkdown.advisories.script_names import package_of
from walkdown.errors import AdvisoryError, WalkdownError
from walkdown.model.dependency import Manifest, Pin
from walkdown.model.scanner import SourceFile, Sources
from walkdown.scanners.apis import texts
from walkdown.scanners.apis.answer import Answer, Installed
from walkdown.scanners.apis.environments import Environments
from walkdown.scanners.apis.findings import Lack, nearest
from walkdown.scanners.apis.script_library import ScriptLibrary
from walkdown.scanners.apis.script_package import Package
from walkdown.scanners.apis.script_uses import Taken, read_uses

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_CODE = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte")
_CONFIG = re.compile(
    r"(?:[jt]sconfig[^/]*\.json|[^/]*\.config[^/]*\.[cm]?[jt]s|deno\.jsonc?|import[-_]map\.json|\.babelrc[^/]*|babel\.config\.json"
    r"|jest[^/]*\.json)$"
)
_DECLARES = re.compile(rb"declare\s+module\s+[\"']([^\"'\n]{1,200})[\"']")


class ScriptJudge:
    def __init__(self, environments: Environments, manifests: Sequence[Manifest], sources: Sources) -> None:
        self._library = ScriptLibrary(environments)
        self._sources = sources
        self._asked = _asked_for(manifests)
        self._declared: set[str] | None = None
        self._configs: bytes | None = None
        self.other_versions: set[str] = set()

    def lacks(self, path: str, data: bytes) -> Iterator[Lack] | None:
        """What is not there. None where the file is no code."""
        taken = read_uses(data, path)
        return None if taken is None else self._judged(path, taken)

    def _judged(self, path: str, taken: Sequence[Taken]) -> Iterator[Lack]:
        for one in taken:
            name = package_of(one.source)
            if not name or "!" in one.source or "?" in one.source:
                continue
            package = self._library.package(path, name)
            if package is None:
                continue
            below = one.source[len(name) :].strip("/")
            lack = self._name(path, package, below, one) if one.name else self._below(path, package, below, one)
            if lack is not None and not self._is_excused(path, name, package):
                yield lack

    def _name(self, path: str, package: Package, below: str, one: Taken) -> Lack | None:
        if not _NAME.fullmatch(one.name) or self._library.look(path, package, below, one.name) is not Answer.LACKS:
            return None
        near = nearest(one.name, self._library.names(path, package, below))
        return Lack(texts.SCRIPT_NAME, one.source, one.name, path, one.place, _installed(package), near)

    def _below(self, path: str, package: Package, below: str, one: Taken) -> Lack | None:
        ending = posixpath.splitext(below)[1]
        if not below or (ending and ending not in _CODE):
            return None
        if self._library.look_below(path, package, below) is not Answer.LACKS:
            return None
        return Lack(texts.MODULE, "", one.source, path, one.place, _installed(package))

    # -- what may excuse it -----------------------------------------------------------------------------------------

    def _is_excused(self, path: str, name: str, package: Package) -> bool:
        return self._is_declared_here(name) or self._is_redirected(name) or not self._is_of_version(path, package)

    def _is_declared_here(self, name: str) -> bool:
        """The target tells the compiler more of the package by itself."""
        if self._declared is None:
            self._declared = set()
            for file in self._sources.files:
                if file.path.endswith((".ts", ".tsx", ".mts", ".cts", ".vue")):
                    data = self._read(file)
                    found = _DECLARES.findall(data) if b"declare" in data else ()
                    self._declared.update(package_of(one.decode("utf-8", "replace")) for one in found)
        return name in self._declared

    def _is_redirected(self, name: str) -> bool:
        """A compiler or bundler is told to take something else for it."""
        if self._configs is None:
            files = [file for file in self._sources.files if _CONFIG.search(file.path)]
            self._configs = b"\n".join(self._read(file) for file in files[:500])
        word = re.escape(name.encode())
        return bool(re.search(rb"[\"'`^/{,\s]%b(?:/[^\"'`\n]*)?\$?[\"'`]?\s*:" % word, self._configs))

    def _read(self, file: SourceFile) -> bytes:
        try:
            return self._sources.read(file.path)
        except (OSError, WalkdownError):
            return b""  # told of as unreadable where it is judged

    def _is_of_version(self, path: str, package: Package) -> bool:
        """Whether the installed copies, of the code and of its types, are ones the project asks for."""
        typed = self._library.types_of(path, package)
        for one, name in ((package, package.name), *(((typed, typed.name),) if typed else ())):
            if not _is_asked_for(one.version, self._asked.get(name, ())):
                self.other_versions.add(name)
                return False
        return True


def _installed(package: Package) -> Installed:
    return Installed(package.name, package.version)


def _asked_for(manifests: Sequence[Manifest]) -> dict[str, list[tuple[bool, str, str]]]:
    """For each package the (locked, exact version, range) that any list or lock of the target names."""
    asked: dict[str, list[tuple[bool, str, str]]] = {}
    for manifest in manifests:
        if manifest.ecosystem == "npm":
            for one in manifest.dependencies:
                version = one.version if one.pin is Pin.EXACT else ""
                wanted = (manifest.lock, version, one.specifier if one.pin is Pin.RANGE else "")
                asked.setdefault(one.alias or one.name, []).append(wanted)
    return asked


def _is_asked_for(version: str, asked: Sequence[tuple[bool, str, str]]) -> bool:
    locked = {one for is_lock, one, _ in asked if is_lock and one}
    if locked:
        return version in locked
    wanted = [(exact, specifier) for _, exact, specifier in asked if exact or specifier]
    return not wanted or any(_allows(exact, specifier, version) for exact, specifier in wanted)


def _allows(exact: str, specifier: str, version: str) -> bool:
    if exact:
        return exact == version
    try:
        return NpmRange.parse(specifier).allows(version)
    except AdvisoryError:
        return True  # no range of versions but a tag or a place: whatever is installed is meant
