"""One folder of installed Python packages: whether a module is in it, and whether the module has a name."""

from __future__ import annotations

import re
from enum import Enum

import msgspec

from walkdown.scanners.apis.answer import Answer, Installed
from walkdown.scanners.apis.folders import Folder
from walkdown.scanners.apis.python_module import UNREADABLE, Function, Module, quickly_has, read_module

DEEPEST = 12
_MOST_STARS = 200
_NATIVE = (".so", ".pyd", ".pyx", ".pyc", ".dll", ".dylib")
_TESTS = frozenset({"tests", "test", "testing", "__pycache__", "node_modules"})
_MOST_FILES = 4_000
_DIST = re.compile(r"([A-Za-z0-9][\w.]*?)-(\d[\w.!+]{0,40}?)\.(?:dist|egg)-info")
_QUOTED = re.compile(rb"[\"'](?:[\w.]*\.)?([A-Za-z_]\w*)[\"']")
_SET = re.compile(rb"(?<!\bself)(?<!\bcls)\.([A-Za-z_]\w*)\s*(?::[^=\n()]+)?=(?!=)")
_INJECTS = re.compile(rb"\bsetattr\(|\bsys\.modules\b|__dict__|\bglobals\(\)|meta_path")


class Kind(Enum):
    FILE = "file"
    PACKAGE = "package"
    NAMESPACE = "namespace"
    NATIVE = "native"
    LACKING = "lacking"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class Spot(msgspec.Struct, frozen=True):
    kind: Kind
    path: str = ""


class Library:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._spots: dict[str, Spot] = {}
        self._texts: dict[str, bytes | None] = {}
        self._modules: dict[str, Module] = {}
        self._answers: dict[tuple[str, str], Answer] = {}
        self._injected: dict[str, frozenset[bytes]] = {}
        self._installed: dict[str, Installed] = {}

    def has_top(self, top: str) -> bool:
        return self.locate(top).kind is not Kind.ABSENT

    def look(self, module: str, name: str) -> Answer:
        """Whether `from module import name` works."""
        key = (module, name)
        if key not in self._answers:
            self._answers[key] = self._look(module, name, set())
            if self._answers[key] is Answer.LACKS and self._is_injected(module, name):
                self._answers[key] = Answer.UNKNOWN
        return self._answers[key]

    def look_module(self, module: str) -> Answer:
        """Whether `import module` works."""
        kind = self.locate(module).kind
        if kind is Kind.LACKING:
            above, _, last = module.rpartition(".")
            return Answer.UNKNOWN if self._is_injected(above, last) else Answer.LACKS
        return {Kind.ABSENT: Answer.ABSENT, Kind.UNKNOWN: Answer.UNKNOWN}.get(kind, Answer.HAS)

    def function(self, module: str, name: str, depth: int = 0) -> tuple[Function, str] | None:
        """The plain function a name stands for, through as many imports as pass it on, and the module it is in."""
        spot = self.locate(module)
        if spot.kind not in (Kind.FILE, Kind.PACKAGE) or depth > DEEPEST:
            return None
        told = self.module(spot)
        if told.is_open or told.is_guarded:
            return None
        if (found := told.functions.get(name)) is not None:
            return found, module
        origin = told.origins.get(name)
        if origin is None:
            return None
        source = _absolute(module, spot, origin[0], origin[1])
        if self.locate(f"{source}.{origin[2]}").kind not in (Kind.LACKING, Kind.ABSENT):
            return None
        return self.function(source, origin[2], depth + 1)

    def is_submodule(self, module: str, name: str) -> bool:
        """Whether `module.name` can only be the module below; False where anything else may be meant."""
        if self.locate(f"{module}.{name}").kind not in (Kind.FILE, Kind.PACKAGE):
            return False
        spot = self.locate(module)
        if spot.kind is Kind.NAMESPACE:
            return True
        if spot.kind is not Kind.PACKAGE:
            return False
        told = self.module(spot)
        if name in told.own or told.is_open or told.is_guarded:
            return False
        return not told.stars or self._in_stars(module, spot, told, name, {module}) is Answer.LACKS

    # -- where a module is ------------------------------------------------------------------------------------------

    def locate(self, module: str) -> Spot:
        if module not in self._spots:
            self._spots[module] = self._locate(module)
        return self._spots[module]

    def _locate(self, module: str) -> Spot:  # noqa: PLR0911 - each kind of parent has its own answer
        above, _, last = module.rpartition(".")
        if module.count(".") > DEEPEST or not last:
            return Spot(Kind.UNKNOWN)
        if not above:
            return self._beside("", last) or Spot(Kind.ABSENT)
        parent = self.locate(above)
        if parent.kind is Kind.NATIVE:
            return Spot(Kind.UNKNOWN)
        if parent.kind is Kind.FILE:
            told = self.module(parent)
            return Spot(Kind.UNKNOWN if told.finds_more or told.is_open or told.is_guarded else Kind.LACKING)
        if parent.kind not in (Kind.PACKAGE, Kind.NAMESPACE):
            return parent
        if (found := self._beside(parent.path, last)) is not None:
            return found
        if parent.kind is Kind.NAMESPACE:
            return Spot(Kind.UNKNOWN)  # another part of it may be installed elsewhere
        told = self.module(parent)
        return Spot(Kind.UNKNOWN if told.finds_more or told.is_open or told.is_guarded else Kind.LACKING)

    def _beside(self, folder: str, name: str) -> Spot | None:
        path = f"{folder}/{name}" if folder else name
        if self.folder.is_folder(path):
            inside = self.folder.entries(path)
            if "__init__.py" in inside:
                return Spot(Kind.PACKAGE, path)
            if any(one.startswith("__init__.") for one in inside):
                return Spot(Kind.NATIVE, path)
        entries = self.folder.entries(folder)
        if any(one.startswith(f"{name}.") and one.endswith(_NATIVE) for one in entries):
            return Spot(Kind.NATIVE, path)
        if self.folder.is_file(f"{path}.py"):
            return Spot(Kind.FILE, f"{path}.py")
        if f"{name}.pyi" in entries or name in entries or f"{name}.py" in entries:
            return Spot(Kind.NAMESPACE if self.folder.is_folder(path) else Kind.UNKNOWN, path)
        return None

    # -- what it has ------------------------------------------------------------------------------------------------

    def module(self, spot: Spot) -> Module:
        path = self._file(spot)
        if path not in self._modules:
            data = self._text(path)
            self._modules[path] = UNREADABLE if data is None else read_module(data)
        return self._modules[path]

    def _look(self, module: str, name: str, seen: set[str]) -> Answer:  # noqa: PLR0911 - from cheap to dear
        spot = self.locate(module)
        seen.add(module)
        if spot.kind in (Kind.ABSENT, Kind.LACKING):
            return Answer.ABSENT
        if spot.kind not in (Kind.FILE, Kind.PACKAGE) or len(seen) > _MOST_STARS or _is_special(name):
            return Answer.UNKNOWN
        data = self._text(self._file(spot))
        if data is None:
            return Answer.UNKNOWN
        if quickly_has(data, name):
            return Answer.HAS
        if spot.kind is Kind.PACKAGE and self._beside(spot.path, name) is not None:
            return Answer.HAS
        told = self.module(spot)
        if name in told.names:
            return Answer.HAS
        if told.is_open or self._is_in_stub(spot, name) or (told.is_guarded and self._is_written(module, data, name)):
            return Answer.UNKNOWN
        return self._in_stars(module, spot, told, name, seen)

    def _in_stars(self, module: str, spot: Spot, told: Module, name: str, seen: set[str]) -> Answer:
        for dots, source in told.stars:
            origin = _absolute(module, spot, dots, source)
            if not origin:
                return Answer.UNKNOWN
            if origin in seen:
                continue  # looked at already, or on the way here
            answer = self._look(origin, name, seen)
            if answer is Answer.ABSENT:
                return Answer.UNKNOWN
            if answer is not Answer.LACKS:
                return answer
        return Answer.LACKS

    def _is_in_stub(self, spot: Spot, name: str) -> bool:
        stub = f"{self._file(spot)}i"
        if not self.folder.is_file(stub):
            return False
        data = self._text(stub)
        return data is None or re.search(rb"\b%b\b" % re.escape(name.encode()), data) is not None

    def _file(self, spot: Spot) -> str:
        return f"{spot.path}/__init__.py" if spot.kind is Kind.PACKAGE else spot.path

    def _text(self, path: str) -> bytes | None:
        if path not in self._texts:
            self._texts[path] = self.folder.read(path)
        return self._texts[path]

    def _is_written(self, module: str, data: bytes, name: str) -> bool:
        """Whether the word stands anywhere in the package, the module itself first."""
        word = re.compile(rb"\b%b\b" % re.escape(name.encode()))
        if word.search(data):
            return True
        top = module.partition(".")[0]
        paths = self.folder.files(top, (".py", ".pyi"), most=_MOST_FILES, without=_TESTS)
        return any((text := self.folder.read(path)) is None or word.search(text) for path in paths)

    # -- the last look, before anything is said ---------------------------------------------------------------------

    def _is_injected(self, module: str, name: str) -> bool:
        """Whether any file of the whole package gives names to something from outside, this one among them."""
        top = module.partition(".")[0]
        if top not in self._injected:
            self._injected[top] = self._find_injected(top)
        return name.encode() in self._injected[top] or b"*" in self._injected[top]

    def _find_injected(self, top: str) -> frozenset[bytes]:
        found: set[bytes] = set()
        paths = [f"{top}.py"] if self.folder.is_file(f"{top}.py") else []
        count = 0
        for path in (*paths, *self.folder.files(top, (".py",), most=_MOST_FILES, without=_TESTS)):
            count += 1
            data = self.folder.read(path)
            if data is None or count == _MOST_FILES:
                found.add(b"*")  # not all of it was seen
                continue
            found.update(_SET.findall(data))
            if _INJECTS.search(data):
                found.update(_QUOTED.findall(data))
        return frozenset(found)

    # -- whose it is ------------------------------------------------------------------------------------------------

    def installed(self, top: str) -> Installed:
        if top not in self._installed:
            self._installed[top] = self._find_installed(top)
        return self._installed[top]

    def _find_installed(self, top: str) -> Installed:
        needles = (f"\n{top}/", f"\n{top}.py,")
        for entry in self.folder.entries(""):
            found = _DIST.fullmatch(entry)
            if found is None:
                continue
            data = self.folder.read(f"{entry}/RECORD") or self.folder.read(f"{entry}/SOURCES.txt") or b""
            text = "\n" + data.decode("utf-8", "replace")
            if any(needle in text for needle in needles):
                return Installed(found.group(1), found.group(2))
        return Installed(top)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _absolute(module: str, spot: Spot, dots: int, source: str) -> str:
    if not dots:
        return source
    parts = module.split(".")
    up = dots - 1 if spot.kind is Kind.PACKAGE else dots
    base = parts[: len(parts) - up] if up else parts
    return ".".join([*base, source] if source else base) if base else ""
