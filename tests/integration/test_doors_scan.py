"""The map of doors as part of a real scan: real children, a small Express application with a database."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from helpers.repos import make_repo, write
from walkdown.doors.scanner import Doors
from walkdown.model import Command, Ran, Report, ScanResult, Tool, path_of
from walkdown.review import Review, last
from walkdown.settings import Settings

FILES = {
    "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "pg": "8.11.0"}}\n',
    "src/app.ts": """\
import express from "express";
import { requireLogin } from "./auth";
import { readOrder } from "./orders";

const app = express();
app.get("/orders/:id", requireLogin, async (req, res) => res.json(await readOrder(req.params.id)));
app.get("/health", (req, res) => res.json({ ok: true }));
app.listen(3000);
""",
    "src/auth.ts": """\
import jwt from "jsonwebtoken";

export function requireLogin(req, res, next) {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.SECRET);
  } catch {
    return res.status(401).end();
  }
  next();
}
""",
    "src/orders.ts": """\
import { Pool } from "pg";

const pool = new Pool();

export async function readOrder(id: string) {
  const { rows } = await pool.query("select * from orders where id = $1", [id]);
  return rows[0];
}
""",
    "supabase/migrations/0001_orders.sql": """\
create table public.orders (id uuid primary key, owner uuid references auth.users (id), total numeric);
create table public.notes (id uuid primary key, owner uuid references auth.users (id), said text);
alter table public.notes enable row level security;
create policy mine on public.notes for all to authenticated using (owner = auth.uid());
""",
    "src/app.test.ts": 'import express from "express";\nexpress().get("/only-in-tests", (req, res) => res.end());\n',
}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    return make_repo(tmp_path, FILES)


def only_doors(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, only=("doors",), offline=True)


def scan(repo: Path, adjust: Callable[[Settings], Settings] = only_doors) -> ScanResult:
    with Review.open(str(repo), adjust) as review:
        return asyncio.run(review.scan())


def doors(result: ScanResult) -> set[str]:
    return {door.title for door in result.doors}


def of_doors(result: ScanResult) -> Report:
    return next(report for report in result.reports if report.scanner == "doors")


def gaps(result: ScanResult) -> list[tuple[str, str]]:
    return [(gap.path, gap.code) for gap in of_doors(result).coverage.gaps]


class Children(msgspec.Struct):
    """Which files the reading children were given, and how often all was linked."""

    read: list[str]
    links: int = 0


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    seen = Children([])
    reading, linking = Doors.reading, Doors.linking

    def spied(self: Doors, tool: Tool, request: Path, answers: Path) -> Command:
        wanted = msgspec.msgpack.decode(request.read_bytes())
        seen.read += [Path(copy).name for copy, _ in wanted]
        return reading(self, tool, request, answers)

    def linked(self: Doors, tool: Tool, request: Path) -> Command:
        seen.links += 1
        return linking(self, tool, request)

    monkeypatch.setattr(Doors, "reading", spied)
    monkeypatch.setattr(Doors, "linking", linked)
    return seen


def test_doors_and_what_speaks_against_them_are_there_with_their_names(repo: Path) -> None:
    result = scan(repo)
    report = of_doors(result)
    assert isinstance(report.outcome, Ran)
    assert (report.coverage.asked, report.coverage.files, gaps(result)) == (4, 4, [])
    assert {"GET /orders/:id", "GET /health"} <= doors(result)
    assert "GET /only-in-tests" not in doors(result)
    order = next(door for door in result.doors if door.title == "GET /orders/:id")
    assert [(guard.name, guard.path) for guard in order.guards] == [("requireLogin", "src/app.ts")]
    assert [(reach.table, reach.path) for reach in order.reaches] == [("orders", "src/orders.ts")]
    (open_table,) = [one for one in result.findings if path_of(one.place).endswith("0001_orders.sql")]
    assert open_table.rule.hazard == "auth.rls"
    assert open_table.steps
    assert all(one.id and one.fingerprint and one.rule.tool == "doors" for one in result.findings)
    assert "auth.rls" in next(looks.hazards for looks in result.looks if looks.scanner == "doors")


def test_an_unchanged_scan_starts_no_child_and_an_edit_reads_one_file(repo: Path, children: Children) -> None:
    first = scan(repo)
    assert sorted(children.read) == ["0001_orders.sql", "app.ts", "auth.ts", "orders.ts"]
    again = scan(repo)
    assert (len(children.read), children.links) == (4, 1)
    assert (again.doors, again.findings, again.facts) == (first.doors, first.findings, first.facts)
    assert of_doors(again).cached_files == 4

    write(repo, {"src/orders.ts": FILES["src/orders.ts"].replace("from orders", "from bills")})
    edited = scan(repo)
    assert (children.read[4:], children.links) == (["orders.ts"], 2)
    assert {reach.table for door in edited.doors for reach in door.reaches} == {"bills"}


def test_a_broken_file_is_a_gap_and_the_rest_is_on_the_map(repo: Path) -> None:
    write(repo, {"src/broken.ts": "export const = ;\n", "examples/broken.ts": "export const = ;\n"})
    for _ in range(2):
        result = scan(repo)
        assert gaps(result) == [("src/broken.ts", "syntax-error")]
        assert "GET /health" in doors(result)
        assert of_doors(result).coverage.files == 4


def test_a_child_that_is_killed_over_a_file_is_a_gap_and_no_crash(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repo, {"src/poison.ts": "export const poison = 1;\n"})
    code = """
import os, sys
from walkdown.doors import read_child
read = read_child.read
def dying(data, extension):
    if b"poison" in data: os.kill(os.getpid(), 9)
    return read(data, extension)
read_child.read = dying
sys.exit(read_child.main())
"""

    def dying(self: Doors, tool: Tool, request: Path, answers: Path) -> Command:
        return Command((sys.executable, "-I", "-c", code, str(request), str(answers)))

    monkeypatch.setattr(Doors, "reading", dying)
    result = scan(repo)
    assert isinstance(of_doors(result).outcome, Ran)
    assert gaps(result) == [("src/poison.ts", "reader-died")]
    assert {"GET /orders/:id", "GET /health"} <= doors(result)


def test_a_framework_that_is_not_read_yet_is_a_gap_by_name(repo: Path) -> None:
    package = '{"name": "shop", "dependencies": {"express": "4", "koa": "2", "hapi": "1"}}\n'
    koa = 'import Koa from "koa";\nnew Koa().listen(1);\n'
    write(repo, {"package.json": package, "src/old.ts": koa})
    write(repo, {"api/requirements.txt": "flask\n", "api/main.py": "from flask import Flask\n"})
    told = {gap.path: gap.reason.split(" is used")[0] for gap in of_doors(scan(repo)).coverage.gaps}
    assert told == {"package.json": "Koa", "api/requirements.txt": "Flask"}


def test_odd_names_and_nonsense_in_configs_cost_no_door(repo: Path) -> None:
    route = 'import express from "express";\nexpress().get("/n%d", (req, res) => res.json({}));\n'
    names = ("-x.ts", "a\nb.ts", "\u202eexe.ts", "x" * 240 + ".ts", "a b.ts")
    write(repo, {name: route % number for number, name in enumerate(names)})
    write(
        repo,
        {"package.json": "[" * 5000, "tsconfig.json": '{"extends": "./tsconfig.json"}', "a.prisma": "model {" * 99},
    )
    write(repo, {"one.ts": 'export * from "./two";', "two.ts": 'export * from "./one"; export * from "./two";'})
    (repo / "supabase/config.toml").write_text("[functions")
    result = scan(repo)
    assert gaps(result) == []
    assert {f"GET /n{number}" for number in range(len(names))} <= doors(result)


def test_offline_makes_no_difference(repo: Path) -> None:
    offline = scan(repo)
    online = scan(repo, lambda settings: msgspec.structs.replace(only_doors(settings), offline=False, cache=False))
    assert (online.doors, online.findings) == (offline.doors, offline.findings)


def test_the_map_of_a_real_scan_is_kept_for_the_next_start(repo: Path, tmp_path: Path) -> None:
    made = scan(repo)
    assert last.save(tmp_path / "kept", made, "") == ""
    kept = last.load(tmp_path / "kept")
    assert kept is not None
    assert (kept.result.doors, kept.result.findings) == (made.doors, made.findings)
    assert made.doors != ()


def test_it_can_be_left_out(repo: Path) -> None:
    result = scan(repo, lambda settings: msgspec.structs.replace(settings, only=("bandit",), offline=True))
    assert (result.doors, [report.scanner for report in result.reports]) == ((), ["bandit"])
