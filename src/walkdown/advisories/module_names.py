"""Python modules whose package has another name, and modules that no package on PyPI gives."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_MOST_PARTS = 4  # of a dotted name: no namespace in the table is deeper
_WORD = re.compile(r"[a-z0-9]+")
_SHARED = frozenset({
    "google", "azure", "ruamel", "zope", "jaraco", "backports", "sphinxcontrib", "opentelemetry", "snowflake",
    "databricks",
})  # fmt: skip


def packages_of(module: str) -> tuple[str, ...]:
    """The packages that may give a dotted module, the usual one first; by its own name where the table has none."""
    parts = module.split(".")[:_MOST_PARTS]
    found = [name for count in range(len(parts), 0, -1) for name in _table().get(".".join(parts[:count]), ())]
    if parts[0] in _SHARED and len(parts) > 1:
        # Each part of a shared namespace is a package of its own, called as it is imported.
        depth = 3 if parts[:2] == ["google", "cloud"] and len(parts) > 2 else 2
        own = _table().get(".".join(parts[:depth]), ("-".join(_WORD.findall(".".join(parts[:depth]).lower())),))
        found = [*own, *found]
    return tuple(dict.fromkeys(found)) or (("-".join(_WORD.findall(parts[0].lower())),) if parts[0] else ())


def namespaced(module: str) -> tuple[str, ...]:
    """The packages that a dotted module would be of if its first names are only a shared roof, the inner one first:
    `dogpile.cache` comes from dogpile-cache, and nobody publishes dogpile."""
    parts = ["-".join(_WORD.findall(part.lower())) for part in module.split(".")[:3]]
    return tuple("-".join(parts[:count]) for count in range(len(parts), 1, -1) if all(parts[:count]))


def is_in_table(module: str) -> bool:
    parts = module.split(".")[:_MOST_PARTS]
    return parts[0] in _SHARED or any(".".join(parts[:count]) in _table() for count in range(len(parts), 0, -1))


def is_elsewhere(module: str) -> bool:
    """Of the standard library of any Python we support, or of another program's own Python."""
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names or top in _elsewhere()


def modules_of(package: str) -> frozenset[str]:
    """The top names of the modules a package is known to give."""
    return _reversed().get(package, frozenset()) | {package.replace("-", "_")}


@cache
def _reversed() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for module, packages in _table().items():
        for package in packages:
            found.setdefault(package, set()).add(module.partition(".")[0])
    return {package: frozenset(modules) for package, modules in found.items()}


@cache
def comes_with() -> dict[str, tuple[str, ...]]:
    """What a package passes on by its own documentation; nobody declares that again."""
    rows = (line.split() for line in _lines("python-comes-with.txt"))
    return {row[0]: tuple(row[1:]) for row in rows}


@cache
def _table() -> dict[str, tuple[str, ...]]:
    rows = (line.split() for line in _lines("python-modules.txt"))
    return {row[0]: tuple(row[1:]) for row in rows}


@cache
def _elsewhere() -> frozenset[str]:
    return frozenset(word for line in _lines("python-elsewhere.txt") for word in line.split())


def _lines(name: str) -> list[str]:
    text = (_DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
