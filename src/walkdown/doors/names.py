"""Which names a function mentions, with the functions in it: what of the scopes around it can matter to it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from walkdown.syntax.program import ClassValue, Func, Markup, Name, Program

_ALWAYS = frozenset({"this", "super"})


class Names:
    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs
        self._known: dict[tuple[str, int], tuple[str, ...]] = {}
        self._words: dict[tuple[str, int], frozenset[str]] = {}

    def says(self, unit: str, at: int, word: str) -> bool:
        """Whether the word stands anywhere in it: as a name, a member, a text."""
        found = self._words.get((unit, at))
        if found is None:
            found = self._words[unit, at] = frozenset(_in_function(self._programs[unit], at, words=True))
        return word in found

    def of(self, unit: str, at: int) -> tuple[str, ...]:
        found = self._known.get((unit, at))
        if found is None:
            found = self._known[unit, at] = tuple(sorted(_ALWAYS | _in_function(self._programs[unit], at)))
        return found


def _in_function(program: Program, at: int, *, words: bool = False) -> set[str]:
    found: set[str] = set()
    seen: set[tuple[str, int]] = set()
    waiting: list[object] = [program.functions[at]]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Name):
            found.add(one.name)
        elif isinstance(one, (Func, ClassValue)):
            key = (type(one).__name__, one.at)
            if key not in seen:
                seen.add(key)
                waiting.append((program.functions if isinstance(one, Func) else program.classes)[one.at])
        elif isinstance(one, str):
            if words:
                found.add(one)
        elif isinstance(one, tuple):
            waiting.extend(one)
        elif isinstance(one, msgspec.Struct):
            if isinstance(one, Markup):
                found.add(one.name)
            if hasattr(one, "methods"):
                waiting.extend(program.functions[number] for number in one.methods)
            waiting.extend(getattr(one, name) for name in one.__struct_fields__)
    return found
