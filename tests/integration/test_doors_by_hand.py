"""`walkdown doors`, `door` and `guard` as a person runs them, on a small Express application."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from helpers.command import Command, Said, compiled_rules
from helpers.repos import commit, make_repo, write
from walkdown.record.schemas import generate

PACKAGE = '{"name": "shop", "version": "1.0.0", "dependencies": {"express": "4.19.2", "@prisma/client": "5.1.0"}}\n'
APP = """\
const express = require("express");
const { PrismaClient } = require("@prisma/client");
const { requireUser } = require("./auth");
const { ownerGuard } = require("company-guard");

const prisma = new PrismaClient();
const app = express();
app.use(express.json());

app.get("/health", (req, res) => res.json({ ok: true }));

app.post("/signup/", async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.body.email } });
  res.json({ id: user.id });
});

app.get("/orders", requireUser, async (req, res) => {
  res.json(await prisma.order.findMany({ where: { userId: req.user.id }, take: 20 }));
});

app.delete("/orders/:id", ownerGuard, async (req, res) => {
  await prisma.order.delete({ where: { id: req.params.id } });
  res.json({ ok: true });
});

app.listen(3000);
"""
AUTH = """\
const jwt = require("jsonwebtoken");

exports.requireUser = (req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET);
  } catch (error) {
    return res.status(401).end();
  }
  next();
};
"""
EVE = "Eve <eve@example.org>"


class World:
    def __init__(self, walkdown: Command, repo: Path) -> None:
        self._walkdown, self.repo = walkdown, repo

    def __call__(self, *arguments: str) -> Said:
        return self._walkdown(*arguments, "--offline", cwd=self.repo)

    def doors(self, *more: str) -> dict[str, Any]:
        said = self("doors", "--format", "json", *more)
        assert said.code == 0, said.err
        document = json.loads(said.out)
        Draft202012Validator(generate()["doors"]).validate(document)
        return {f"{one['method']} {one['path']}": one for one in document["doors"]}

    def undo(self) -> None:
        assert self._walkdown("undo", "--as", EVE, cwd=self.repo).code == 0


@pytest.fixture(scope="module")
def walkdown(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return Command(tmp_path_factory.mktemp("home"), compiled=compiled_rules(tmp_path_factory))


@pytest.fixture
def shop(walkdown: Command, tmp_path: Path) -> World:
    return World(walkdown, make_repo(tmp_path, {"package.json": PACKAGE, "app.js": APP, "auth.js": AUTH}))


def test_every_entrance_is_there_with_its_guard_and_what_it_writes(shop: World) -> None:
    doors = shop.doors()

    assert {name: (one["guard"], one["writes"]) for name, one in doors.items()} == {
        "GET /health": (None, False),
        "POST /signup": (None, True),
        "GET /orders": ("login", False),
        "DELETE /orders/:id": (None, True),
    }
    assert doors["GET /health"]["hint"].startswith("a health check")
    assert doors["POST /signup"]["hint"].startswith("a signup")
    (guard,) = doors["DELETE /orders/:id"]["guards"]
    assert (guard["name"], guard["checks"]) == ("ownerGuard", "unknown")


def test_text_csv_and_filters_tell_the_same_doors(shop: World) -> None:
    text = shop("doors", "--unguarded", "--filter", "orders")
    table = shop("doors", "--format", "csv")

    assert text.code == table.code == 0
    assert [line.split()[:2] for line in text.out.splitlines()[1:2]] == [["DELETE", "/orders/:id"]]
    rows = list(csv.DictReader(io.StringIO(table.out, newline="")))
    assert {row["path"]: row["writes"] for row in rows} == {
        "/health": "", "/signup": "User", "/orders": "", "/orders/:id": "Order",
    }  # fmt: skip


def test_what_cannot_be_asked_is_refused(shop: World) -> None:
    assert shop("doors", "--format", "xml").code == 2
    assert shop("doors", "no-such-folder").code == 2
    assert shop("door", "decide", "POST /signup", "public", "--as", EVE).code == 2, "public needs a reason"
    assert shop("door", "decide", "POST /nowhere", "flaw", "--as", EVE).code == 2


def test_a_file_that_cannot_be_read_is_a_gap_in_the_map(shop: World) -> None:
    write(shop.repo, {"broken.js": "const express = require('express');\napp.get('/x', ((((\n"})

    said = shop("doors")

    assert said.code == 3
    assert "may hold more doors" in said.out


def test_one_saying_about_a_guard_moves_the_map_the_findings_and_the_gate(shop: World) -> None:
    before = json.loads(shop("status", "--format", "json").out)
    assert ("guard", "ownerGuard", "nobody knows what it asks, and a door that writes relies on it") in [
        (one["kind"], one["title"], one["why"]) for one in before["standing"]
    ]

    said = shop("guard", "means", "ownerGuard", "owner", "--reason", "it compares the owner", "--as", EVE)
    assert said.code == 0, said.err

    door = shop.doors()["DELETE /orders/:id"]
    assert (door["guard"], door["guards"][0]["read"]) == ("owner", "unknown")
    listed = shop("guard", "list")
    assert "it compares the owner" in listed.out
    after = json.loads(shop("status", "--format", "json").out)
    assert "guard" not in [one["kind"] for one in after["standing"]]
    shop.undo()
    assert shop.doors()["DELETE /orders/:id"]["guard"] is None


def test_a_decided_door_says_who_and_why_and_is_in_the_report(shop: World) -> None:
    reason = "anybody may become a customer"
    assert shop("door", "decide", "POST /signup", "public", "--reason", reason, "--as", EVE).code == 0

    said = shop.doors()["POST /signup"]["said"]
    shown = shop("door", "show", "POST /signup")
    report = shop("report", "--format", "markdown").out

    assert (said["verdict"], said["by"], said["reason"]) == ("public", "Eve", reason)
    assert reason in shown.out
    assert "## Doors (4)" in report
    assert reason in report
    status = json.loads(shop("status", "--format", "json").out)
    assert status["counts"]["doors"] == {"total": 4, "unguarded": 3, "decided": 1}


def test_a_door_that_writes_to_more_is_open_again(shop: World) -> None:
    assert shop("door", "decide", "GET /orders", "guarded", "--as", EVE).code == 0
    assert not shop.doors()["GET /orders"]["open"]

    more = "  await prisma.visit.create({ data: { userId: req.user.id } });\n  res.json(await prisma.order.findMany"
    write(shop.repo, {"app.js": APP.replace("  res.json(await prisma.order.findMany", more)})
    commit(shop.repo, message="counts visits")

    door = shop.doors()["GET /orders"]
    assert (door["open"], door["why"]) == (True, "the door changed since it was decided")
    assert door["said"]["verdict"] == "guarded"
