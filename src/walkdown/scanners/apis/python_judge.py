"""Holds what a target's Python files take from packages against the installed copies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from walkdown.errors import WalkdownError
from walkdown.model.dependency import Manifest, Pin
from walkdown.model.scanner import SourceFile, Sources
from walkdown.scanners.apis import texts
from walkdown.scanners.apis.answer import Answer, Installed
from walkdown.scanners.apis.findings import Lack, nearest
from walkdown.scanners.apis.python_library import Kind, Library
from walkdown.scanners.apis.python_uses import Quick, Site, Taken, Uses, quick_look, read_uses
from walkdown.syntax.text import decode

_TRICKS = re.compile(rb"__getattr__|globals\(|sys\.modules|import \*|__path__|setattr\(")


class PythonJudge:
    def __init__(self, libraries: Sequence[Library], manifests: Sequence[Manifest], sources: Sources) -> None:
        self._libraries = libraries
        self._sources = sources
        self._asked = _asked_for(manifests)
        self._local = _local_modules(sources.files)
        self._answers: dict[Taken, Library | None] = {}
        self._of_version: dict[tuple[Library, str], bool] = {}
        self.other_versions: set[str] = set()

    def lacks(self, path: str, data: bytes) -> Iterator[Lack] | None:
        """What is not there. None where the file is no Python that runs."""
        quick = quick_look(decode(data, python=True))
        if not self._is_strange(quick):
            return iter(())
        uses = read_uses(data)
        return None if uses is None else self._judged(path, uses)

    def _is_strange(self, quick: Quick) -> bool:
        for module, name in quick.names:
            if self._missing(Taken(module, name)) or self._takes_names(module, name):
                return True
        if any(self._missing(Taken(module)) for module in quick.modules):
            return True
        return any(self._of_chain(start, rest.split(".")) for start, rest in quick.attributes)

    def _takes_names(self, module: str, name: str) -> bool:
        """A plain function, whose arguments can be told."""
        return any(one.function(module, name) for one in self._libraries if one.has_top(module.partition(".")[0]))

    def _judged(self, path: str, uses: Uses) -> Iterator[Lack]:
        told: set[tuple[int, int]] = set()
        for site in uses.imports:
            if (library := self._missing(site.taken)) is not None:
                yield self._lack(path, site, site.taken, library)
        for site in uses.attributes:
            start, *rest = _split(site.taken)
            found = self._of_chain(start, rest)
            if found is not None and found[0].name == site.taken.name and found[0].module == site.taken.module:
                spot = (site.place.line, site.place.column)
                if spot not in told:
                    told.add(spot)
                    yield self._lack(path, site, *found)
        for site in uses.calls:
            if (library := self._not_taken(site.taken)) is not None:
                of = f"{site.taken.module}.{site.taken.name}"
                top = site.taken.module.partition(".")[0]
                installed = library.installed(top)
                yield Lack(texts.ARGUMENT, of, site.taken.argument, path, site.place, installed)

    def _lack(self, path: str, site: Site, taken: Taken, library: Library) -> Lack:
        installed = library.installed(taken.module.partition(".")[0])
        if not taken.name or library.look_module(taken.module) is Answer.LACKS:
            return Lack(texts.MODULE, "", taken.module, path, site.place, installed)
        near = nearest(taken.name, library.module(library.locate(taken.module)).names)
        return Lack(texts.NAME, taken.module, taken.name, path, site.place, installed, near)

    # -- whether it is there ----------------------------------------------------------------------------------------

    def _missing(self, taken: Taken) -> Library | None:
        """The environment that lacks it, where none has it and at least one could."""
        if taken not in self._answers:
            self._answers[taken] = self._find_missing(taken)
        return self._answers[taken]

    def _find_missing(self, taken: Taken) -> Library | None:
        lacking: Library | None = None
        for library in self._libraries:
            answer = library.look_module(taken.module)
            if answer is Answer.HAS and taken.name:
                answer = library.look(taken.module, taken.name)
            if answer is Answer.LACKS:
                lacking = lacking or library
            elif answer is not Answer.ABSENT:
                return None
        if lacking is None or self._may_be_local(taken):
            return None
        return lacking if self._is_of_version(lacking, taken.module.partition(".")[0]) else None

    def _of_chain(self, start: str, rest: Sequence[str]) -> tuple[Taken, Library] | None:
        """`start.a.b.c`: through modules as far as it goes, then one name of the last of them."""
        module = start
        libraries = [one for one in self._libraries if one.has_top(start.partition(".")[0])]
        if not libraries or not all(_is_module(library, start) for library in libraries):
            return None
        for name in rest:
            if all(library.is_submodule(module, name) for library in libraries):
                module = f"{module}.{name}"
                continue
            library = self._missing(Taken(module, name))
            return None if library is None else (Taken(module, name), library)
        return None

    def _not_taken(self, taken: Taken) -> Library | None:
        top = taken.module.partition(".")[0]
        lacking: Library | None = None
        for library in self._libraries:
            if not library.has_top(top):
                continue
            found = library.function(taken.module, taken.name)
            if found is None or taken.argument in found[0].keywords:
                return None
            lacking = lacking or library
        if lacking is None or self._local_files(top) or not self._is_of_version(lacking, top):
            return None
        return lacking

    # -- what may excuse it -----------------------------------------------------------------------------------------

    def _local_files(self, top: str) -> list[str]:
        return self._local.get(top, [])

    def _may_be_local(self, taken: Taken) -> bool:
        """A module of the target's own by the same name that has it, or may."""
        files = self._local_files(taken.module.partition(".")[0])
        if not files:
            return False
        word = (taken.name or taken.module.rpartition(".")[2]).encode()
        for path in files[:500]:
            try:
                data = self._sources.read(path)
            except (OSError, WalkdownError):
                return True
            if word in data or _TRICKS.search(data) or word.decode() in path.replace(".py", "").split("/"):
                return True
        return len(files) > 500

    def _is_of_version(self, library: Library, top: str) -> bool:
        """Whether the installed copy is one the project asks for. Another one proves nothing."""
        key = (library, top)
        if key not in self._of_version:
            installed = library.installed(top)
            self._of_version[key] = _is_asked_for(installed, self._asked.get(canonicalize_name(installed.name), ()))
            if not self._of_version[key]:
                self.other_versions.add(installed.name)
        return self._of_version[key]


def _split(taken: Taken) -> list[str]:
    return [*taken.module.split("."), taken.name]


def _is_module(library: Library, module: str) -> bool:
    """Whether the dotted name, imported whole or from the one above, can be nothing but this module."""
    above, _, last = module.rpartition(".")
    if library.locate(module).kind not in (Kind.FILE, Kind.PACKAGE, Kind.NAMESPACE):
        return False
    return not above or library.is_submodule(above, last)


def _asked_for(manifests: Sequence[Manifest]) -> dict[str, list[tuple[str, str]]]:
    """For each package the (exact version, range) that any list or lock of the target names."""
    asked: dict[str, list[tuple[str, str]]] = {}
    for manifest in manifests:
        if manifest.ecosystem == "PyPI":
            for one in manifest.dependencies:
                version = one.version if one.pin is Pin.EXACT else ""
                asked.setdefault(canonicalize_name(one.name), []).append((version, one.specifier))
    return asked


def _is_asked_for(installed: Installed, asked: Sequence[tuple[str, str]]) -> bool:
    exact = {version for version, _ in asked if version}
    try:
        version = Version(installed.version)
        if exact:
            return any(Version(one) == version for one in exact)
    except InvalidVersion:
        return not asked
    for _, specifier in asked:
        try:
            if specifier and not SpecifierSet(specifier).contains(version, prereleases=True):
                return False
        except InvalidSpecifier:
            continue  # of Poetry's own kind (^1.2): its lock says it exactly, and there is nearly always one
    return True


def _local_modules(files: Sequence[SourceFile]) -> dict[str, list[str]]:
    """For each name that may be imported as the target's own, the files that could be meant."""
    local: dict[str, list[str]] = {}
    for file in files:
        if not file.path.endswith((".py", ".pyi", ".pyx")):
            continue
        *folders, name = file.path.split("/")
        for top in {*folders, name.partition(".")[0]}:
            local.setdefault(top, []).append(file.path)
    return local
