"""The HTML report: one file that runs nothing, loads nothing, and says what the paper says."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.hostile import PIECES, SURROGATES, bad_characters, dressed
from helpers.predicates import rewritten, sample_about, sample_predicate
from walkdown.record.paper import blocks
from walkdown.record.paper_blocks import Bullets, Table
from walkdown.record.report_html import report_html
from walkdown.record.statement import Predicate
from walkdown.safetext import for_json, for_terminal

ABOUT, SAMPLE = sample_about(), sample_predicate()
SMALL = msgspec.structs.replace(SAMPLE, items=SAMPLE.items[5:8], findings=SAMPLE.findings[:4], gaps=SAMPLE.gaps[2:5])
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "strong", "code", "pre", "ul"),
    *("li", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "scope", "data-name"}
NASTY = (
    "</style><script>alert(1)</script>", "</title><script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)", "<!-- ", "-->", "]]>", "<![CDATA[", "&lt;script&gt;", "&#60;b&#62;",
    "javascript:alert(1)",
    "</main></body></html>", "<base href=//evil.example>", "\x00<b>", "<svg/onload=alert(1)>",
    "url(http://evil.example)",
)  # fmt: skip


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.other: list[str] = []
        self.texts: list[str] = []
        self.style = self.title = self.policy = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self._inside = tag
        self.attributes.update(name for name, _ in attrs)
        if ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.style += data
        elif self._inside == "title":
            self.title += data
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)


def page(predicate: Predicate) -> Page:
    return Page("".join(report_html(ABOUT, predicate)))


CLEAN = page(SMALL)


def is_only_words(predicate: Predicate) -> None:
    made = page(predicate)
    assert set(made.tags) <= TAGS
    assert set(made.attributes) <= ATTRIBUTES
    assert not made.other
    assert made.style == CLEAN.style
    expected = [block for block in blocks(ABOUT, predicate, report=True) if isinstance(block, Table)]
    assert made.tags["table"] == len(expected)
    assert made.tags["td"] == sum(len(row) for table in expected for row in table.rows)
    assert not bad_characters("".join(made.texts).replace("\n", ""))


@pytest.mark.parametrize("piece", [*map(dressed, PIECES.values()), *map(dressed, SURROGATES.values()), *NASTY])
def test_no_text_becomes_markup(piece: str) -> None:
    is_only_words(rewritten(SMALL, lambda _: piece))


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=30))
def test_no_text_whatever_becomes_markup(piece: str) -> None:
    is_only_words(rewritten(SMALL, lambda _: for_json(piece)))


def test_it_says_what_the_paper_says() -> None:
    told = []
    for block in blocks(ABOUT, SAMPLE, report=True):
        lines = [cell for row in block.rows for cell in row] if isinstance(block, Table) else []
        lines += block.lines if isinstance(block, Bullets) else ()
        told += ["".join(for_terminal(run if isinstance(run, str) else run.text) for run in line) for line in lines]
    text = "".join(page(SAMPLE).texts)
    assert len(told) > 400
    for line in told:
        assert line in text


def test_it_runs_nothing_and_loads_nothing() -> None:
    text = "".join(report_html(ABOUT, SAMPLE))
    made = Page(text)
    digest = b64encode(sha256(made.style.encode()).digest()).decode()
    assert made.policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|<link|\bstyle=|\bsrc=|\bhref=|\bon[a-z]+=", text)


def test_it_is_a_report_that_nobody_signed() -> None:
    made = page(SAMPLE)
    assert made.title == "Review report of shop-api"
    assert "Not signed: a report of how the review stood." in made.texts
    assert "Signed by" not in "".join(made.texts).split("Since the last sign-off")[0]


def test_each_cell_says_what_it_is_where_the_head_is_out_of_sight() -> None:
    text = "".join(report_html(ABOUT, SAMPLE))
    assert text.count('<td data-name="Decision">') == sum(map(len, (SAMPLE.items, SAMPLE.findings, SAMPLE.doors)))
    for severity in ("Critical", "High", "Medium", "Low", "Info"):  # a word, whatever the colour
        assert f'<td data-name="{severity}: what">' in text
    assert "@media screen and (max-width" in text


def test_the_detail_starts_on_a_page_of_its_own() -> None:
    assert re.findall(r'<h2 class="next">([^<]+)', "".join(report_html(ABOUT, SAMPLE))) == ["Items (11)"]


def test_the_braces_of_the_style_fit() -> None:
    depth = 0
    for char in CLEAN.style:
        depth += (char == "{") - (char == "}")
        assert 0 <= depth <= 2
    assert depth == 0
    assert "WIDTHS" not in CLEAN.style
