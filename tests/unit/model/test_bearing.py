"""Every hazard says which files bear on it, in names that are told of files, and no program is about nothing."""

from __future__ import annotations

from walkdown.checklist import load_folder, shipped
from walkdown.model.bearing import BEARS, topics_of_item
from walkdown.model.hazards import HAZARDS
from walkdown.target.topics import TOPICS

# What no file can tell: who looked, and whether a backup was tried.
BEYOND = {"data.backup", "review.audit", "review.two"}


def test_every_hazard_has_its_topics_and_every_topic_is_one_that_files_have() -> None:
    assert BEARS.keys() == HAZARDS.keys()
    assert {topic for topics in BEARS.values() for topic in topics} <= TOPICS
    assert {hazard for hazard, topics in BEARS.items() if not topics} == BEYOND


def test_a_question_without_files_has_a_greatest_age_instead() -> None:
    silent = [item for item in load_folder(shipped()).items if not topics_of_item(item)]
    assert {item.id for item in silent} == {"data.backup", "review.other-eyes"}
    assert all(item.max_age_days for item in silent)


def test_no_change_of_a_program_its_tests_or_what_it_is_built_of_is_about_nothing() -> None:
    asked = {topic for item in load_folder(shipped()).items for topic in topics_of_item(item)}
    assert TOPICS - asked == {"prose"}


def test_only_secrets_ask_again_for_any_text() -> None:
    assert {hazard for hazard, topics in BEARS.items() if "text" in topics} == {"secret.code", "secret.history"}
