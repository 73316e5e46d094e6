"""Every hazard that a rule, a Bandit text or a checklist names is one that walkdown knows."""

from __future__ import annotations

from pathlib import Path

import msgspec.yaml

import walkdown
from walkdown.checklist import load_folder, shipped
from walkdown.model.hazards import HAZARDS
from walkdown.scanners.bandit.rules import texts

RULES = Path(walkdown.__file__).parent / "rules"


def test_semgrep_rules_name_known_hazards() -> None:
    named = {
        rule["metadata"]["walkdown"]["hazard"]
        for file in (RULES / "semgrep").glob("*.yaml")
        for rule in msgspec.yaml.decode(file.read_bytes())["rules"]
    }
    assert len(named) > 10
    assert named <= set(HAZARDS)


def test_bandits_texts_name_known_hazards() -> None:
    named = {text.hazard for text in texts().values() if text.hazard}
    assert len(named) > 5
    assert named <= set(HAZARDS)


def test_the_checklists_name_known_hazards() -> None:
    items = load_folder(shipped()).items
    named = {hazard for item in items for hazard in (*item.hazards, *item.evidence)}
    assert named
    assert named <= set(HAZARDS)
