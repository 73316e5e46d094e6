"""Untrusted text cannot move a cursor, become markup or carry a known secret, whatever it is made of."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.patience import patience
from walkdown.model.place import FilePlace
from walkdown.safetext import (
    DOTS,
    Masker,
    columns,
    for_json,
    for_markdown,
    for_terminal,
    markdown_block,
    markdown_code,
    value_at,
)

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=("C", "Z")), min_size=8)
SPACED = st.text(st.sampled_from(" \t\n\"'`\\+"), max_size=6)


# --- terminal


@settings(deadline=None)
@given(ANY)
def test_nothing_unprintable_reaches_a_terminal(text: str) -> None:
    assert for_terminal(text).isprintable()


@settings(deadline=None)
@given(ANY)
def test_several_lines_keep_only_plain_line_feeds(text: str) -> None:
    shown = for_terminal(text, single_line=False)
    assert shown.replace("\n", "").isprintable()
    assert shown.count("\n") == text.replace("\r\n", "\n").count("\n")


@settings(deadline=None)
@given(ANY)
def test_no_invisible_or_direction_changing_character_is_left(text: str) -> None:
    shown = for_terminal(text)
    assert not {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} & {unicodedata.category(char) for char in shown}


@settings(deadline=None)
@given(ANY, st.integers(0, 20))
def test_a_cut_text_fits_its_columns(text: str, width: int) -> None:
    assert columns(for_terminal(text, width=width)) <= width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", r"\x1b]52;c;ZXZpbA==\x07"),
        ("a\nb\r\nc\rd", r"a\nb\nc\rd"),
        ("a\x9b2Jb\x7f\0", r"a\x9b2Jb\x7f\x00"),
        ("exe\u202ecod.py", r"exe\u202ecod.py"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("\udcff\ud800", r"\xff\ud800"),
        ("a\tb\u00a0c\u3000d", "a    b c d"),
        ("e\u0301 größer 日本語 ⚠\ufe0f", "e\u0301 größer 日本語 ⚠"),
        ("a\ufe0f\u3164\u2800", r"a\ufe0f\u3164\u2800"),
        ("\u0301x", r"\u0301x"),
        ("src/a[/]b.py", "src/a[/]b.py"),
    ],
)
def test_what_is_hidden_is_spelled_out_and_words_stay(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


def test_a_letter_carries_no_tower_of_marks() -> None:
    shown = for_terminal("e" + "\u0301" * 50)
    assert shown.count("\u0301") == 4


def test_a_cut_shows_that_something_is_missing() -> None:
    assert for_terminal("abcdef", width=4) == "abc…"
    assert for_terminal("日本語", width=4) == "日…"
    assert for_terminal("abcd\nefghij", single_line=False, width=4) == "abcd\nefg…"


# --- Markdown and JSON


@settings(deadline=None)
@given(ANY)
def test_markdown_words_hold_no_live_markup(text: str) -> None:
    line = for_markdown(text)
    assert "\n" not in line
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|&(?:#\d+|\w+);", "", line)
    assert not re.search(r"[`*_\[\]#|~<>&$\\{}]", bare)
    assert not re.search(r"://|@\w|(?i:www\.)", line)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a | b", r"a \| b"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("![x](http://e.vil/p.png)", r"!\[x\](http:&#8203;//e.vil/p.png)"),
        ("www.e.vil me@e.vil @team", "www&#8203;.e.vil me@&#8203;e.vil @&#8203;team"),
        ("# head", r"\# head"),
        ("fixes #12 GH-3", r"fixes \#&#8203;12 GH-&#8203;3"),
        ("1. one", r"1\. one"),
        ("- [x] done", r"\- \[x\] done"),
        ("--- x", r"\--- x"),
        (":white_check_mark: :+1:", r":&#8203;white\_check\_mark: :&#8203;+1:"),
        ("    code\n> quote", r"code\\n&gt; quote"),
        ("&#60;b&#62;", r"&amp;\#&#8203;60;b&amp;\#&#8203;62;"),
    ],
)
def test_markdown_words_are_only_words(text: str, safe: str) -> None:
    assert for_markdown(text) == safe


@settings(deadline=None)
@given(ANY)
def test_code_cannot_leave_its_span(text: str) -> None:
    span = markdown_code(text)
    ticks = re.match("`*", span)
    assert ticks is not None
    inside = span[len(ticks.group()) : len(span) - len(ticks.group())]
    assert "\n" not in span
    assert all(len(run) != len(ticks.group()) for run in re.findall("`+", inside))


def test_code_in_a_table_stays_in_its_cell() -> None:
    assert markdown_code("a|b", cell=True) == r"`a\|b`"
    assert markdown_code("`|`", cell=True) == r"`` `\|` ``"


@settings(deadline=None)
@given(ANY)
def test_code_cannot_close_its_fence(text: str) -> None:
    first, *body, last = markdown_block(text).split("\n")
    assert first == last
    assert set(first) == {"`"}
    assert not any(line.strip().startswith(first) for line in body)


@settings(deadline=None)
@given(ANY)
def test_json_text_can_be_written_as_utf8(text: str) -> None:
    assert for_json(text).encode().decode() == for_json(text)
    assert for_json("plain ü 日") == "plain ü 日"


# --- secrets


@settings(deadline=None)
@given(SECRET, ANY, ANY)
def test_a_known_value_never_appears(value: str, before: str, after: str) -> None:
    assume("•" not in value and len(re.sub(r"[\"'`\\+]", "", value)) >= 8)
    assert value not in Masker(values=[value]).mask_text(f"{before}{value}{after}")


@settings(deadline=None)
@given(SECRET, st.data())
def test_a_value_split_by_quotes_joins_and_line_ends_never_appears(value: str, data: st.DataObject) -> None:
    assume(len(re.sub(r"[\"'`\\+%&]", "", value)) >= 8)
    at = data.draw(st.integers(1, len(value) - 1))
    joint = data.draw(SPACED)
    assume(not value[:at].endswith("\\") and not joint.endswith("\\"))
    text = f"x = [{value[:at]}{joint}{value[at:]}]"
    masked = Masker(values=[value]).mask_text(text)
    assert DOTS in masked
    assert value[:at] not in masked or len(value[:at]) < 6
    assert value[at:] not in masked or len(value[at:]) < 6


SAMPLE = 'p@ss"w\\ö/r d&7<x>'


@pytest.mark.parametrize(
    "written",
    [
        SAMPLE,
        json.dumps(SAMPLE),
        json.dumps(SAMPLE, ensure_ascii=False).replace("/", "\\/"),
        repr(SAMPLE),
        quote(SAMPLE, safe=""),
        quote(SAMPLE),
        html.escape(SAMPLE),
        "".join(f"\\x{ord(char):02x}" for char in SAMPLE),
        "".join(f"&#{ord(char)};" for char in SAMPLE),
        base64.b64encode(SAMPLE.encode()).decode(),
        "\u200b".join(SAMPLE),
    ],
)
def test_a_value_is_recognised_however_it_is_written(written: str) -> None:
    masked = Masker(values=[SAMPLE]).mask_text(f"a={written};")
    assert DOTS in masked
    assert not any(written[at : at + 8] in masked for at in range(len(written) - 7))


def test_each_line_of_a_long_value_is_hidden_on_its_own() -> None:
    masker = Masker(values=["first-line\nsecond-line\nx"])
    assert masker.mask_line("a", 9, "    second-line") == f"    {DOTS}"


def test_a_short_value_is_no_word_to_hide() -> None:
    assert Masker(values=["root", ""]).mask_text("root of all") == "root of all"


def test_a_place_hides_its_columns_and_nothing_else() -> None:
    masker = Masker([FilePlace("a.py", line=2, column=6, end_line=2, end_column=9)])
    assert masker.mask_line("a.py", 2, "key='abc'") == f"key='{DOTS}'"
    assert masker.mask_line("a.py", 3, "key='abc'") == "key='abc'"
    assert masker.mask_line("b.py", 2, "key='abc'") == "key='abc'"


def test_a_place_over_several_lines_hides_all_of_them() -> None:
    masker = Masker([FilePlace("k", line=2, column=3, end_line=4, end_column=3)])
    block = "one\nab1\nfull\ncd2\nfive"
    assert masker.mask_block("k", 1, block) == f"one\nab{DOTS}\n{DOTS}\n{DOTS}2\nfive"


def test_a_place_without_columns_hides_the_line() -> None:
    assert Masker([FilePlace("a", line=1)]).mask_line("a", 1, "x = 1") == DOTS


def test_a_place_that_does_not_fit_the_line_hides_all_of_it() -> None:
    masker = Masker([FilePlace("a", line=1, column=50, end_line=1, end_column=60)])
    assert masker.mask_line("a", 1, "short") == DOTS


def test_the_value_at_a_place() -> None:
    place = FilePlace("a", line=2, column=2, end_line=3, end_column=3)
    assert value_at("zero\nabc\ndef\n", place) == "bc\nde"
    assert value_at("zero", place) == ""


def made_up(prefix: str, length: int = 36) -> str:
    """Put together here, so that no scanner takes this file for a leak."""
    return prefix + ("a1B2c3D4e5F6g7H8" * 6)[:length]


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("https://bob:hunter2@host/x", "hunter2", f"https://bob:{DOTS}@host/x"),
        ("postgres://u:p@ss/w:rd@db:5432/x", "p@ss/w:rd", f"postgres://u:{DOTS}@db:5432/x"),
        ("Authorization: Bearer abcdefghijkl", "abcdefghijkl", f"Authorization: Bearer {DOTS}"),
        ("curl -H 'bearer abcd1234efgh'", "abcd1234efgh", f"curl -H 'bearer {DOTS}'"),
        ("GET /x?api_key=qwertz&b=1", "qwertz", f"GET /x?api_key={DOTS}&b=1"),
        ("DB_PASSWORD = 'hunter22'", "hunter22", f"DB_PASSWORD = '{DOTS}'"),
        ('{"client_secret": "hunter22"}', "hunter22", f'{{"client_secret": "{DOTS}"}}'),
    ],
)
def test_the_net_catches_what_credentials_look_like(text: str, value: str, shown: str) -> None:
    masked = Masker().mask_text(text)
    assert masked == shown
    assert value not in masked


@pytest.mark.parametrize("prefix", ["sk_live_", "ghp_", "glpat-", "xoxb-", "sk-ant-", "AIza", "npm_", "hf_", "eyJ"])
def test_of_a_known_kind_of_key_only_the_public_start_is_shown(prefix: str) -> None:
    assert Masker().mask_text(f"k={made_up(prefix)};") == f"k={prefix}{DOTS};"
    assert Masker(values=[made_up(prefix)]).mask_text(f"k={made_up(prefix)};") == f"k={prefix}{DOTS};"


def test_an_aws_key_id_and_a_private_key_are_hidden() -> None:
    assert Masker().mask_text("AKIA" + "Q3EG" * 4) == f"AKIA{DOTS}"
    pem = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEabc\nMIIEdef\n-----END RSA " + "PRIVATE KEY-----"
    masked = Masker().mask_text(pem)
    assert "MIIE" not in masked
    assert masked.count("\n") == pem.count("\n")
    assert "MIIE" not in Masker().mask_text(pem[:50])


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8000/x?mail=a@b",
        "from huggingface_hub import hf_hub_download",
        "npm_config_registry and pypi-attestations",
        "Basic authentication is a bearer of bad news",
        "token = request.headers['x-token']",
        "Use a strong password: twelve letters or more.",
        "task-management/sk-spinner-wave",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Masker().mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    ["://a:" * 20_000, "a" * 200_000, "password" * 20_000, "bearer " * 20_000, "-----BEGIN PRIVATE KEY-----" * 4_000,
     "token='" * 20_000, "eyJ" * 50_000, "authorization: " * 10_000, "?key=" * 20_000],
)  # fmt: skip
def test_a_hostile_line_is_not_slow(text: str) -> None:
    with patience():
        shown = Masker(values=["aaaaaaab"]).mask_text(text)
    assert "aaaaaaab" not in shown


@pytest.mark.parametrize("before", ["%", "\\", "\\x", "\\u", "&#", "\\n"])
def test_what_stands_before_a_value_cannot_make_it_read_as_an_escape(before: str) -> None:
    assert "0000beef" not in Masker(values=["0000beef"]).mask_text(f"{before}0000beef;")


@pytest.mark.parametrize("line", ['if password == "kd8Jx02msQ":', "secret !== 'kd8Jx02msQ'", 'token="kd8Jx02msQ"'])
def test_a_value_that_is_compared_with_a_secrets_name_is_hidden(line: str) -> None:
    assert "kd8Jx02msQ" not in Masker().mask_text(line)
