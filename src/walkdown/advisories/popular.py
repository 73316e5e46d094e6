"""The most used packages: those an attacker imitates (by name), those too well known to be one (a filter)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from walkdown.advisories import bloom

_DATA = Path(__file__).parent / "data"


@cache
def popular(ecosystem: str) -> tuple[str, ...]:
    """A few hundred names, most used first."""
    path = _DATA / f"{ecosystem.lower()}-popular.txt"
    if not path.is_file():
        return ()
    lines = path.read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def is_well_used(ecosystem: str, name: str) -> bool:
    """Among the many thousands that people really install. `name` is normalised."""
    return name in popular(ecosystem) or name in _used(ecosystem)


@cache
def _used(ecosystem: str) -> bloom.Filter:
    return bloom.read(_DATA / f"{ecosystem.lower()}-used.bin")
