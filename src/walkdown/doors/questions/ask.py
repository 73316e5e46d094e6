"""All questions to the map, in the order of the hazards they are about."""

from __future__ import annotations

from walkdown.doors.questions.asked import Map, Question
from walkdown.model.finding import Fact, Finding

QUESTIONS: tuple[Question, ...] = ()


def ask(found: Map) -> tuple[tuple[Finding, ...], tuple[Fact, ...]]:
    told = [one for question in QUESTIONS for one in question(found)]
    findings = tuple(one for one in told if isinstance(one, Finding))
    return findings, tuple(one for one in told if isinstance(one, Fact))
