"""The shipped checklists, read as a reader would: every hazard is asked about, every text is short, whole and plain."""

from __future__ import annotations

import re

import pytest

from walkdown.checklist.load import find_lists, shipped_lists
from walkdown.checklist.read import STACK_NAMES
from walkdown.model import Item, Reach
from walkdown.model.hazards import HAZARDS
from walkdown.target.stack_names import FILE_NAMES, FOLDERS, NODE_PACKAGES, PYTHON_PACKAGES

LISTS = find_lists(shipped_lists())
CHECKLIST = LISTS.load("pre-deploy")
ITEMS = pytest.mark.parametrize("item", CHECKLIST.items, ids=lambda item: str(item.id))

SECTIONS = [
    "Input boundary", "Errors and resilience", "Who may do what", "Secrets and configuration", "Web edge",
    "Concurrency and data", "Performance time bombs", "Dependencies", "Tests", "Escape hatches", "Ship and run",
    "Seeing what happens", "Architecture", "AI in the product", "Review and responsibility",
]  # fmt: skip


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?=\s|$)", text))


@pytest.mark.parametrize("known", LISTS.known, ids=lambda known: str(known.label))
def test_no_shipped_list_has_a_fault(known: object) -> None:
    assert known in LISTS.known
    assert [LISTS.faults(one) for one in LISTS.known if one == known] == [()]


def test_every_hazard_is_asked_about_and_no_other() -> None:
    asked = [hazard for item in CHECKLIST.items for hazard in item.hazards]
    assert sorted(set(HAZARDS) - set(asked)) == []
    assert sorted(set(asked) - set(HAZARDS)) == []
    assert sorted(hazard for hazard in set(asked) if asked.count(hazard) > 1) == [], "one question for each hazard"


def test_all_fifteen_sections_in_their_order() -> None:
    assert list(dict.fromkeys(item.section for item in CHECKLIST.items)) == SECTIONS
    assert len(CHECKLIST.items) >= 40


def test_titles_and_ids_stand_once() -> None:
    for values in ([item.title for item in CHECKLIST.items], [item.id for item in CHECKLIST.items]):
        assert len(values) == len(set(values))


def test_about_half_must_be_settled() -> None:
    blocking = sum(item.blocking for item in CHECKLIST.items)
    assert 0.4 <= blocking / len(CHECKLIST.items) <= 0.6


def test_no_two_items_share_a_text() -> None:
    texts = [text for item in CHECKLIST.items for text in (item.why, item.do, item.look)]
    assert len(texts) == len(set(texts))


def test_items_about_ai_apply_to_every_ai_package_that_is_known() -> None:
    kinds = (PYTHON_PACKAGES, NODE_PACKAGES, FILE_NAMES, FOLDERS)
    known = {name for table in kinds for kind, name in table.values() if kind == "ai"}
    items = [item for item in CHECKLIST.items if item.section == "AI in the product"]
    assert items
    assert [set(item.applies) for item in items] == [known] * len(items)


@ITEMS
def test_the_why_is_short_and_whole(item: Item) -> None:
    assert 2 <= sentences(item.why) <= 3, item.why
    assert 80 <= len(item.why) <= 330, "four lines of a screen at most"


@ITEMS
def test_what_to_do_and_where_to_look(item: Item) -> None:
    assert sentences(item.do) in (1, 2, 3)
    assert len(item.do) <= 220
    assert "?" in item.look, "a question"
    assert len(item.look) <= 160


@ITEMS
def test_every_text_ends_like_one_and_shouts_nowhere(item: Item) -> None:
    for text in (item.why, item.do, item.look):
        assert text[0].isupper()
        assert text[-1] in ".?"
        assert "!" not in text.replace("!=", "")
        assert "  " not in text
        assert "—" not in text
    loud = set(re.findall(r"\b[A-Z]{4,}\b", f"{item.title} {item.why} {item.do} {item.look}"))
    assert loud <= {"HSTS", "HTML", "JSON", "AGPL", "TERM", "GET"}, "names of things only"


@ITEMS
def test_the_title_says_what_is_so_when_all_is_well(item: Item) -> None:
    assert 8 <= len(item.title) <= 34
    assert item.title[0].isupper()
    assert item.title[-1] not in ".?!"


@ITEMS
def test_it_fits_in_one_column_of_the_list_of_items(item: Item) -> None:
    assert len(item.id) <= 24


@ITEMS
def test_reach_age_and_stack_fit_together(item: Item) -> None:
    assert (item.max_age_days is not None) == (item.reach is Reach.HUMAN)
    assert item.hazards, "something must be able to speak against it"
    assert set(item.applies) <= STACK_NAMES


@ITEMS
def test_references_are_plain_pages(item: Item) -> None:
    assert len(item.references) <= 2
    assert len(set(item.references)) == len(item.references)
    assert [url for url in item.references if not url.startswith("https://")] == []
