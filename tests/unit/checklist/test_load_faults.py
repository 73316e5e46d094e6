"""A bad checklist file: every fault of it at once, each with its line, its key, and what was expected there."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkdown.checklist.load import Fault, FaultyChecklistError, find_lists

HEAD = 'title = "Team"\nversion = "1"\nsection = "Ours"\n'
GOOD = """
[[item]]
id = "team.one"
title = "One is so"
why = "Because. It is."
do = "Do it."
look = "Is it so?"
reach = "informs"
hazards = ["input.xss"]
"""


def faults(tmp_path: Path, text: str | bytes, name: str = "team") -> list[Fault]:
    """Of this text as one of the user's lists; the file's name is left out of them."""
    user = tmp_path / "user"
    user.mkdir(exist_ok=True)
    path = user / f"{name}.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = find_lists(tmp_path / "shipped", user, (str(path),))
    told = found.faults(found.picked[0])
    assert {fault.file for fault in told} <= {str(path)}
    return list(told)


def told(tmp_path: Path, text: str | bytes) -> list[tuple[int, str, str, str]]:
    return [(fault.line, fault.key, fault.what, fault.expected) for fault in faults(tmp_path, text)]


def test_a_sound_file_has_none(tmp_path: Path) -> None:
    assert faults(tmp_path, HEAD + GOOD) == []
    assert faults(tmp_path, "\ufeff" + HEAD + GOOD) == [], "a mark at the start of the text is no fault"


MANY = """title = "Team"
extends = 7
colour = "red"

[[item]]
id = "team.one"
title = "This title is much too long for the list"
why = \"\"\"
[[item]]
reach = "nowhere"
\"\"\"
do = ""
reach = "decide"
hazards = ["input.xss", "input.xxs", 3]
max-age = 9
blocking = "yes"

[[item]]
id = "Team One"
title = "Two is so"
why = "Because. It is."
do = "Do it."
look = "Is it so?"
section = "Ours"
reach = "human"
applies = ["flask", "falsk"]
references = ["javascript:alert(1)"]

[[item]]
id = "team.one"
title = "Three is so"
why = "Because. It is."
do = "Do it."
look = "Is it so?"
section = "Ours"
reach = "informs"
max-age-days = 3
"""

ALL_OF_MANY = [
    (1, "version", "is missing", 'text of 1 to 20 characters, as "1"'),
    (2, "extends", "is 7", "the name of another list, as pre-deploy"),
    (3, "colour", "is no key that is known here",
     "one of title, version, extends, section, sections, item, change, drop"),
    (5, "look of item 1", "is missing", "text of 1 to 2000 characters"),
    (5, "section of item 1", "is missing", "a section here, or one for all items at the top of the file"),
    (7, "title of item 1", "is 'This title is much too long for the list' (40 characters)",
     "one line of 1 to 34 characters"),
    (12, "do of item 1", "is ''", "text of 1 to 2000 characters"),
    (13, "reach of item 1", "is 'decide'", "decides, informs or human"),
    (14, "hazards of item 1", "is 3", "a name in quotes"),
    (15, "max-age of item 1", "is no key that is known here", "max-age-days"),
    (16, "blocking of item 1", "is 'yes'", "true or false"),
    (18, "max-age-days of item 2", "is missing", "a number of days, as reach is human"),
    (19, "id of item 2", "is 'Team One'", "small letters, digits and dashes in parts, as error.timeouts"),
    (26, "applies of item 2", "'falsk' is no part of a stack that walkdown knows", "flask"),
    (27, "references of item 2", "is 'javascript:alert(1)'", "the address of a web page, as https://example.org/"),
    (30, "id of item 3", "'team.one' stands in {path}:6 already", "an id that stands once"),
    (37, "max-age-days of item 3", "stands beside reach = 'informs'", "it only beside human"),
]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_all_faults_of_a_file_at_once(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "user" / "team.toml"
    expected = [(line, key, what.format(path=path), wanted) for line, key, what, wanted in ALL_OF_MANY]
    found = told(tmp_path, MANY.replace("\n", newline))
    # Which of two faults in one line comes first says nothing.
    assert sorted(found) == sorted(expected)


def test_an_unknown_hazard_among_known_ones(tmp_path: Path) -> None:
    text = HEAD + GOOD.replace('["input.xss"]', '[\n  "input.xss",\n  "input.xxs",\n]\nevidence = ["auth.gaurd"]')
    assert told(tmp_path, text) == [
        (14, "hazards of item 1", "'input.xxs' is no hazard that walkdown knows", "input.xss"),
        (16, "evidence of item 1", "'auth.gaurd' is no hazard that walkdown knows", "one of those that are known"),
    ]


def test_inline_tables_have_lines_too(tmp_path: Path) -> None:
    text = HEAD + 'drop = [{ id = "a.b" }, 5]\nitem = [\n  { id = "x.y", size = 2 },\n]\n'
    found = told(tmp_path, text)
    assert (4, "reason of drop 1", "is missing", "text of 1 to 2000 characters") in found
    assert (4, "drop 2", "is 5", "a table of keys") in found
    assert (6, "size of item 1", "is no key that is known here") in [fault[:3] for fault in found]
    assert (6, "title of item 1", "is missing", "one line of 1 to 34 characters") in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("title = \n", (1, "column 9", "Invalid value", "TOML")),
        ('title = "a"\nversion "1"\n', (2, "column 9", "Expected '=' after a key in a key/value pair", "TOML")),
        ("[[item]\r\n", (1, "column 7", "Expected ']]' at the end of an array declaration", "TOML")),
        ('title = "a"\n\nwhy = """never\nended', (4, "text", "Unterminated string", "TOML")),
        (b'title = "a"\nwhy = "\xff"\n', (2, "text", "is not UTF-8", "a file saved as UTF-8")),
    ],
)
def test_text_that_is_no_toml(tmp_path: Path, text: str | bytes, fault: tuple[int, str, str, str]) -> None:
    [(line, key, what, expected)] = told(tmp_path, text)
    assert (line, key, expected) == (fault[0], fault[1], fault[3])
    assert what.startswith(fault[2].split(" ")[0]), "the parser's own words, which versions of Python change a little"


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000, "a = " + "9" * 10_000, "a." * 50_000 + "b = 1", "[['a'" + ".'a'" * 50_000 + "]]"]
)
def test_hostile_text_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    assert len(faults(tmp_path, text)) >= 1


def test_a_list_that_asks_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, HEAD) == [(1, "the file", "holds no item", "an [[item]], or a list to extend")]


@pytest.mark.parametrize("title", ["", "   ", "a\\nb", "a\\u001bb"])
def test_a_title_is_one_line_of_text(tmp_path: Path, title: str) -> None:
    found = told(tmp_path, HEAD + GOOD.replace("One is so", title))
    assert [(line, key) for line, key, _, _ in found] == [(7, "title of item 1")]


def test_the_longest_title_that_fits(tmp_path: Path) -> None:
    assert faults(tmp_path, HEAD + GOOD.replace("One is so", "x" * 34)) == []
    assert len(faults(tmp_path, HEAD + GOOD.replace("One is so", "x" * 35))) == 1


def test_a_folder_tells_the_faults_of_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "list.toml").write_text('title = "Team"\n')
    (folder / "a.toml").write_text('section = "Ours"\n' + GOOD)
    (folder / "b.toml").write_text("extra = 1\n" + GOOD)
    lists = find_lists(tmp_path, given=(str(folder),))
    assert [(Path(fault.file).name, fault.line, fault.key) for fault in lists.faults(lists.picked[0])] == [
        ("b.toml", 1, "extra"),
        ("b.toml", 1, "section"),
        ("b.toml", 4, "id of item 1"),
        ("list.toml", 1, "version"),
    ]


def test_a_folder_without_its_list_file(tmp_path: Path) -> None:
    user = tmp_path / "user"
    (user / "team").mkdir(parents=True)
    (user / "team" / "a.toml").write_text('section = "Ours"\n' + GOOD)
    lists = find_lists(tmp_path / "shipped", user, ("team",))
    [fault] = lists.faults(lists.picked[0])
    assert str(fault) == f"{user}/team/list.toml: the file: is missing; expected a file with title and version."


def test_the_error_tells_the_first_fault_and_how_to_see_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    path.write_text(HEAD + GOOD.replace('"informs"', '"human"') + "colour = 1\n")
    lists = find_lists(tmp_path / "shipped", given=(str(path),))
    with pytest.raises(FaultyChecklistError) as caught:
        lists.load("team")
    assert caught.value.what == (
        f"{path}:5: max-age-days of item 1: is missing; expected a number of days, as reach is human. (and 1 more)"
    )
    assert caught.value.do == f"See them all: walkdown checklist check {path}"
    assert len(caught.value.faults) == 2
