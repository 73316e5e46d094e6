"""What the map could not follow is told, so that a short list of doors is not taken for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.doors import doors_of
from helpers.questions import map_of
from walkdown.doors import visits
from walkdown.doors.questions.ask import QUESTIONS, ask
from walkdown.doors.questions.asked import Map
from walkdown.doors.troubles import of_linking
from walkdown.doors.unfollowed import unfollowed
from walkdown.model.finding import Finding
from walkdown.model.outcome import SkipKind

APP = 'import express from "express"; import { used } from "./used"; const app = express(); app.use("/u", used);'
IN_A_CLASS = """import type { Request } from "express";
class A extends B { constructor() { super(); this.route({ method: "get", path: "/a", handler: this.list }); } }"""
ROUTES = """import { Router } from "express"; export const used = Router();
used.get("/x", async (q, s) => { s.json([]); });"""


def test_routes_that_nobody_mounts_are_named_and_those_on_the_map_are_not() -> None:
    found = map_of({"app.ts": APP, "used.ts": ROUTES, "lost.ts": ROUTES, "lost.test.ts": ROUTES})
    assert [one.door.path for one in found.doors] == ["/u/x"]
    assert unfollowed(found) == ["lost.ts"]
    (told,) = of_linking(found, ())
    assert (told.kind, told.code) == (SkipKind.LIMIT, "routes-unmounted")
    assert "lost.ts" in told.reason


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('import { Controller, Get } from "@nestjs/common"; @Controller("a") class A { @Get() x() {} }', True),
        (IN_A_CLASS, True),
        ('import axios from "axios"; export const load = () => axios.get("/api/x", { timeout: 5 });', False),
        ('import express from "express"; export const load = (api) => api.get("/x");', False),
        ('import express from "express"; export const load = (map) => map.get("x", () => 1);', False),
    ],
)  # fmt: skip
def test_what_looks_like_routes(code: str, *, expected: bool) -> None:
    assert unfollowed(map_of({"a.ts": code})) == (["a.ts"] if expected else [])


def test_a_start_that_is_too_long_to_follow_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"app.ts": APP, "used.ts": ROUTES}
    assert not map_of(files).cut
    monkeypatch.setattr(visits, "MOST_WHEN_LOADING", 10)
    monkeypatch.setattr("walkdown.doors.link.MOST_WHEN_LOADING", 10)
    monkeypatch.setattr("walkdown.doors.follow.MOST_WHEN_LOADING", 10)
    found = map_of(files)
    assert found.cut
    assert ("not-followed", SkipKind.GAP) in [(one.code, one.kind) for one in of_linking(found, ())]


def test_a_fault_in_one_question_costs_no_other_answer() -> None:
    def broken(_found: Map) -> Iterator[Finding]:
        yield from ()
        raise KeyError("some code of a stranger")

    found = map_of(
        {"app.ts": 'import express from "express"; const app = express(); app.post("/login", (q, s) => {});'}
    )
    usual = ask(found)
    told = ask(found, (broken, *QUESTIONS))
    assert usual.failed == ()
    assert told.findings == usual.findings
    assert [one.split(" in ")[0] for one in told.failed] == ["test unfollowed (KeyError"]
    (gap,) = (one for one in of_linking(found, told.failed) if one.code == "question-failed")
    assert gap.kind is SkipKind.GAP
    assert "stranger" not in gap.reason


def test_a_route_made_by_a_word_is_a_route() -> None:
    doors = doors_of({
        "app.ts": """
        import express, { Router } from "express";
        class Base { constructor() { this.own = Router(); } get router() { return this.own; }
          route(o) { this.own[o.method](o.path, o.handler.bind(this)); } }
        class Things extends Base {
          constructor() { super(); this.route({ method: "post", path: "/x", handler: this.add }); }
          async add(q, s) { s.json({}); } }
        const app = express(); app.use("/api", new Things().router); app.listen(1);
        """,
    })  # fmt: skip
    assert list(doors) == ["POST /api/x"]
