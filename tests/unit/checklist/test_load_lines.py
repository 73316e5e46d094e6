"""Lines of a TOML text: each key, table and element stands where a person sees it."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkdown.checklist.toml_lines import KeyPath, lines_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HAIRY = r'''# [[item]] in a comment
title = "a # b [[item]]"  # and one behind

[[item]]
id = "one"
why = """
[[item]]
id = "not a key" \
  and "" two quotes, then one more at the end""""
"quoted key".'and literal' = 1
"esc\u0061ped" = [
  1, # one, [ and ]
  [2, 3], "four, ]",

  { five = 5, six.deep = [{ seven = 7 }] },
]
look = \'\'\'
id = 'x'
[[item]]\'\'\'\'

[item.table]
x = 1979-05-27T07:32:00Z

[[item]]
  [[item.part]]
  y = {}
  [[item.part]]
  y = []
[other . "table"]
z = ""
'''.replace("\\'", "'")

EXPECTED: dict[KeyPath, int] = {
    (): 1,
    ("title",): 2,
    ("item",): 4,
    ("item", 0): 4,
    ("item", 0, "id"): 5,
    ("item", 0, "why"): 6,
    ("item", 0, "quoted key"): 10,
    ("item", 0, "quoted key", "and literal"): 10,
    ("item", 0, "escaped"): 11,
    ("item", 0, "escaped", 0): 12,
    ("item", 0, "escaped", 1): 13,
    ("item", 0, "escaped", 1, 0): 13,
    ("item", 0, "escaped", 1, 1): 13,
    ("item", 0, "escaped", 2): 13,
    ("item", 0, "escaped", 3): 15,
    ("item", 0, "escaped", 3, "five"): 15,
    ("item", 0, "escaped", 3, "six"): 15,
    ("item", 0, "escaped", 3, "six", "deep"): 15,
    ("item", 0, "escaped", 3, "six", "deep", 0): 15,
    ("item", 0, "escaped", 3, "six", "deep", 0, "seven"): 15,
    ("item", 0, "look"): 17,
    ("item", 0, "table"): 21,
    ("item", 0, "table", "x"): 22,
    ("item", 1): 24,
    ("item", 1, "part"): 25,
    ("item", 1, "part", 0): 25,
    ("item", 1, "part", 0, "y"): 26,
    ("item", 1, "part", 1): 27,
    ("item", 1, "part", 1, "y"): 28,
    ("other",): 29,
    ("other", "table"): 29,
    ("other", "table", "z"): 30,
}


def paths(value: Any, here: KeyPath = ()) -> set[KeyPath]:
    """Every place in what tomllib made of the text."""
    below: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    return {here}.union(*(paths(one, (*here, key)) for key, one in below))


def test_a_hairy_text() -> None:
    assert lines_of(HAIRY) == EXPECTED
    assert paths(tomllib.loads(HAIRY)) == set(EXPECTED)


def test_windows_line_ends_move_nothing() -> None:
    assert lines_of(HAIRY.replace("\n", "\r\n")) == EXPECTED


@pytest.mark.parametrize("text", ["", "\n\n", "# only", "a = 1", "a = '''\n'''", "[a]\n[b]"])
def test_small_texts(text: str) -> None:
    assert set(lines_of(text)) == paths(tomllib.loads(text))


_STRINGS = st.sampled_from(['"x"', "'#'", '"\\""', '"""\n[[item]]\na = 1\n"""', "'''\n]'''", '"""""a"""""', '""', "''"])
_PLAIN = st.sampled_from(["1", "-1.5", "true", "1979-05-27 07:32:00", "inf", "0xff"]) | _STRINGS
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda values: "[\n # ]\n" + ",\n".join(values) + "\n]")
        | st.lists(inner, max_size=3).map(lambda values: "[" + ", ".join(values) + "]")
    ),
    max_leaves=6,
)
_ROWS = st.lists(_VALUES, max_size=4).map(lambda values: "\n".join(f"k{n} = {v} # c" for n, v in enumerate(values)))


@given(_ROWS, st.lists(_ROWS, max_size=4))
def test_every_place_that_the_parser_knows_has_the_line_of_its_key(top: str, items: list[str]) -> None:
    text = "\n".join([top, *(f"\n[[ item ]]\n{rows}" for rows in items)])
    lines = lines_of(text)
    assert set(lines) == paths(tomllib.loads(text))
    written = text.split("\n")
    for path, line in lines.items():
        if path and path[-1] != "item" and isinstance(path[-1], str):
            assert written[line - 1].startswith(f"{path[-1]} = ")
        if len(path) == 2 and path[0] == "item":
            assert written[line - 1] == "[[ item ]]"
