"""What a package is called, however it is written: `npm:stripe@14`, `https://esm.sh/@supabase/supabase-js@2?target=deno`,
`jsr:@std/http`; and the import maps of Deno, which give names to such addresses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection

import msgspec

_SCHEME = re.compile(r"(?:npm|jsr):/?")
_HOST = re.compile(r"https?://(?P<host>[\w.-]+)/(?P<rest>[^?#]*)")
_PACKAGES = frozenset({"esm.sh", "cdn.skypack.dev", "unpkg.com", "esm.run", "cdn.esm.sh", "ga.jspm.io"})
_AROUND = re.compile(r"^(?:npm/|gh/|v\d+/|stable/|\*|pin/v\d+/|npm:)")
_VERSION = re.compile(r"@[\^~>=<]*v?(?:\d|latest|next|beta|canary)[^/]*")
_MAPS = frozenset({"deno.json", "deno.jsonc", "import_map.json"})
_MOST_MAPS = 300
_ALSO = {"@panva/jose": "jose", "@zaubrik/djwt": "djwt"}  # the same package on another index


def plain(module: str) -> str:
    """The name the package has on its index; what is no address stays as it is."""
    if module.startswith(("npm:", "jsr:")):
        name = _VERSION.sub("", _SCHEME.sub("", module, count=1))
        return _ALSO.get(name, name)
    found = _HOST.match(module)
    if found is None:
        return module
    host, rest = found["host"], found["rest"]
    if host == "deno.land":
        rest = _VERSION.sub("", rest)
        if rest.startswith("std/"):
            return "@" + rest
        return re.sub(r"^x/|/(?:mod|index)\.[tj]s$", "", rest)
    if host == "cdn.jsdelivr.net" or host in _PACKAGES:
        rest = _VERSION.sub("", _AROUND.sub("", rest))
        return re.sub(r"/(?:\+esm|mod\.[tj]s)$", "", rest)
    return module


class _Map(msgspec.Struct):
    imports: dict[str, str] = {}
    map: str | None = msgspec.field(default=None, name="importMap")


class ImportMaps:
    """The nearest map above a file tells what its names mean. `decode`: JSON with comments into a form, or None."""

    def __init__(
        self, paths: Collection[str], read: Callable[[str], bytes], decode: Callable[[bytes, type[_Map]], _Map | None]
    ) -> None:
        self._by_folder: dict[str, dict[str, str]] = {}
        for path in sorted(one for one in paths if posixpath.basename(one) in _MAPS)[:_MOST_MAPS]:
            folder = posixpath.dirname(path)
            held = decode(read(path), _Map)
            if held is None:
                continue
            known = self._by_folder.setdefault(folder, {})
            known.update({name: self._target(folder, target) for name, target in held.imports.items()})
            named = posixpath.normpath(posixpath.join(folder, held.map)) if held.map else ""
            other = decode(read(named), _Map) if named in paths else None
            if other is not None:
                there = posixpath.dirname(named)
                known.update({name: self._target(there, target) for name, target in other.imports.items()})

    def __bool__(self) -> bool:
        return any(self._by_folder.values())

    def mapped(self, folder: str, module: str) -> str:
        """What the name stands for: a path of the project as `./path` seen from its root, a package, or itself."""
        if not self._by_folder or module.startswith("."):
            return module
        while True:
            known = self._by_folder.get(folder)
            if known is not None:
                return _through(known, module)
            if not folder:
                return module
            folder = posixpath.dirname(folder)

    def _target(self, folder: str, target: str) -> str:
        if not target.startswith("."):
            return target
        ending = "/" if target.endswith("/") else ""
        return "./" + posixpath.normpath(posixpath.join(folder, target)) + ending


def _through(known: dict[str, str], module: str) -> str:
    if module in known:
        return known[module]
    fitting = [name for name in known if name.endswith("/") and module.startswith(name)]
    if not fitting:
        return module
    name = max(fitting, key=len)
    return known[name] + module[len(name) :]
