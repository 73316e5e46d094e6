"""One door of an Express application, made of a few lines: `door_of(head, body)`; and what it reaches, in short."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.doors import doors_of
from walkdown.model.door import Door, Reach

_APP = """
const express = require("express");
{head}
const app = express();
app.post("/x/:id", async (req, res) => {{body}});
app.listen(1);
"""


def door_of(head: str, body: str, more: Mapping[str, str] | None = None) -> Door:
    """The door of a handler with this body, in an application with this head."""
    text = _APP.replace("{head}", head).replace("{body}", "{" + body + "}", 1)
    return doors_of({"app.js": text, **(more or {})})["POST /x/:id"]


def told(reach: Reach) -> tuple[str, str, list[tuple[str, str]], list[tuple[str, str]]]:
    """Operation, table, what is asked and what is written, with where each value comes from."""
    return (
        reach.operation.value,
        reach.table,
        [(one.field, one.origin.value) for one in reach.filters],
        [(one.field, one.origin.value) for one in reach.sets],
    )
