"""The published shapes as JSON Schema, made from the types themselves: `python -m walkdown.record.schemas` writes them.

They lie beside the model and go out with the package. A test holds them against the types, so that no shape changes
without somebody seeing it: run the command, look at the difference, and decide whether readers can live with it.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import msgspec

import walkdown
from walkdown.model import Coverage, Event, Fact, Finding, Item, Outcome, Place, Report
from walkdown.record.gate_forms import WireCheck
from walkdown.record.statement import Countersignature, Statement
from walkdown.record.wire import WireScan
from walkdown.record.wire_doors import WireDoors, WireGuards
from walkdown.record.wire_verify import WireVerify
from walkdown.record.wire_walk import (
    WireFindingList,
    WireFindingView,
    WireGapList,
    WireItemList,
    WireItemView,
    WireStatus,
    WireWritten,
)

FOLDER = Path(walkdown.__file__).parent / "model" / "schemas"

_SHAPES: dict[str, object] = {
    "scan": WireScan,
    "finding": Finding,
    "fact": Fact,
    "place": Place,
    "outcome": Outcome,
    "coverage": Coverage,
    "report": Report,
    "event": Event,
    "item": Item,
    "statement": Statement,
    "countersignature": Countersignature,
    "status": WireStatus,
    "item-list": WireItemList,
    "item-view": WireItemView,
    "finding-list": WireFindingList,
    "finding-view": WireFindingView,
    "gap-list": WireGapList,
    "doors": WireDoors,
    "guard-list": WireGuards,
    "written": WireWritten,
    "check": WireCheck,
    "verify": WireVerify,
}


def generate() -> dict[str, dict[str, object]]:
    """Each published shape by name."""
    return {name: _schema(name, shape) for name, shape in _SHAPES.items()}


def _schema(name: str, shape: object) -> dict[str, object]:
    head: dict[str, object] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:walkdown:schema:{name}:1",
    }
    body = _told_alike(msgspec.json.schema(shape))
    return head | body if isinstance(body, dict) else head


def _told_alike(value: object) -> object:
    """Newer interpreters take the indent out of a docstring by themselves; older ones leave it to us."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(item) if key == "description" and isinstance(item, str) else _told_alike(item)
            for key, item in value.items()
        }
    return [_told_alike(item) for item in value] if isinstance(value, list) else value


def text_of(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, schema in generate().items():
        (FOLDER / f"{name}.json").write_text(text_of(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
