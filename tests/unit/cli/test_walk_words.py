"""Every class of gap that the scanners can give has words of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import walkdown
from walkdown.review.gap_words import _OF_CODE, of_code

SOURCE = Path(walkdown.__file__).parent
# Where the code stands among the arguments of what makes a gap.
_MAKERS: dict[str, tuple[int, ...]] = {
    "Skipped": (2,),
    "_skip": (2,),
    "gap": (0, 1),
    "_gap": (0,),
    "broken": (2,),
    "_gaps": (1,),
}


def codes() -> Iterator[str]:
    for folder in ("scanners", "scan", "target", "review"):
        for path in sorted((SOURCE / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _code_of(node)


def _code_of(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("Skipped", "_skip") and "GAP" not in ast.unparse(call):
        return
    for number in _MAKERS.get(name, ()):
        argument = call.args[number] if number < len(call.args) else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and " " not in argument.value:
            yield argument.value
            return


KNOWN = sorted(set(codes()))


def test_the_search_finds_them() -> None:
    assert {"syntax-error", "unclear-line", "history.shallow", "no-data", "dropped", "not-run", "too-large"} <= set(
        KNOWN
    )


@pytest.mark.parametrize("code", [*KNOWN, "missing", "failed", "timed-out", "stopped"])
def test_it_says_what_it_means_and_what_to_do(code: str) -> None:
    assert code in _OF_CODE, "review/gap_words.py: two sentences for the person who has to decide"


def test_words_of_what_nobody_knows_say_nothing_wrong() -> None:
    assert of_code("of-the-future").means == "It was not looked at."
