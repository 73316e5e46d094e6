"""Express: which doors there are, what stands before them, and what of it checks anything."""

from __future__ import annotations

from helpers.doors import doors_of, followed
from walkdown.model.door import Checks, Door, DoorKind, Origin

HEAD = """
import express, { Router } from "express";
import jwt from "jsonwebtoken";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = express();
const all = async (req, res) => res.json(await prisma.order.findMany());
const auth = (req, res, next) => {
  try { req.user = jwt.verify(req.headers.authorization, process.env.SECRET); } catch (e) { return
    res.sendStatus(401); }
  next();
};
"""


def doors(code: str, **files: str) -> dict[str, Door]:
    others = {name.replace("__", "."): text for name, text in files.items()}
    return doors_of({"app.ts": HEAD + code, **others})


def guards(door: Door) -> list[tuple[str, Checks]]:
    return [(guard.name, guard.checks) for guard in door.guards]


def test_routers_stand_where_they_are_mounted() -> None:
    found = doors("""
        const orders = Router(); const lines = Router({ mergeParams: true });
        lines.get("/:line", all);
        orders.use("/:id/lines", lines);
        orders.route("/").get(all).post(all);
        app.use("/api/v1/", orders);
        app.get(["/a", "/b"], all);
        app.get("/c/:id(\\\\d+)", all);
    """)
    assert sorted(found) == [
        "GET /a", "GET /api/v1", "GET /api/v1/:id/lines/:line", "GET /b", "GET /c/:id", "POST /api/v1",
    ]  # fmt: skip


def test_a_router_that_is_mounted_nowhere_is_no_entrance() -> None:
    assert list(doors("const lost = Router(); lost.get('/lost', all); app.get('/x', all);")) == ["GET /x"]


def test_routers_in_tables_are_each_mounted() -> None:
    found = doors("""
        const a = Router(), b = Router(); a.get("/", all); b.get("/", all);
        [{ path: "/a", router: a }, { path: "/b", router: b }].forEach((one) => app.use(one.path, one.router));
        for (const [path, router] of Object.entries({ "/c": a, "/d": b })) app.use(path, router);
    """)
    assert sorted(found) == ["GET /a", "GET /b", "GET /c", "GET /d"]


def test_routers_required_in_place_and_applications_made_by_functions() -> None:
    found = doors_of(
        {
            "server.js": "const make = require('./make'); make().listen(3000);",
            "make.js": """const express = require('express');
                module.exports = () => { const app = express(); app.use('/x', require('./x')); return app; };""",
            "x.js": "const r = require('express').Router(); r.get('/y', (q, s) => s.json(1)); module.exports = r;",
            "make.test.js": "const app = require('express')(); app.get('/test', (q, s) => s.json(1));",
        }
    )
    assert list(found) == ["GET /x/y"]


def test_applications_and_controllers_made_of_classes() -> None:
    found = doors_of(
        {
            "app.ts": """import express from "express";
                export class App { app = express();
                  constructor(routes) { routes.forEach((route) => this.app.use("/api", route.router)); }
                  listen() { this.app.listen(3000); } }""",
            "server.ts": """import { App } from "./app"; import { Users } from "./users"; import { Orders }
              from "./orders";
                new App([new Users(), new Orders()]).listen();""",
            "users.ts": """import { Router } from "express"; import { Controller } from "./controller";
                export class Users { router = Router(); at = "/users"; users = new Controller();
                  constructor() { this.router.get(`${this.at}/:id`, this.users.one.bind(this.users)); } }""",
            "orders.ts": """import { Router } from "express";
                export class Orders { router = Router(); constructor() { this.router.get("/orders", (q, s) =>
                  s.json(1)); } }""",
            "controller.ts": """import { PrismaClient } from "@prisma/client";
                export class Controller { db = new PrismaClient();
                  async one(req, res) { res.json(await this.db.user.findUnique({ where: { id: req.params.id }
                    })); } }""",
        }
    )
    assert sorted(found) == ["GET /api/orders", "GET /api/users/:id"]
    assert found["GET /api/users/:id"].file == "controller.ts"
    assert [reach.line for reach in found["GET /api/users/:id"].reaches] == [3]


def test_only_what_stands_before_a_route_runs_for_it() -> None:
    found = doors("""
        app.get("/before", all);
        app.use("/admin", auth);
        app.get("/admin/x", all); app.get("/administration", all);
        app.use(auth);
        app.get("/after", all);
    """)
    assert found["GET /before"].guard is None
    assert guards(found["GET /admin/x"]) == [("auth", Checks.LOGIN)]
    assert found["GET /administration"].guard is None
    assert found["GET /after"].guard is Checks.LOGIN


def test_a_guard_behind_all_it_could_guard_is_shown_as_none() -> None:
    found = doors("app.get('/x', all); app.use(auth); app.use((err, req, res, next) => res.status(500).end());")
    assert found["GET /x"].guard is None
    assert guards(found["GET /x"]) == [("auth", Checks.NOTHING)]
    assert "never runs" in found["GET /x"].guards[0].why


def test_a_guard_that_lets_everybody_by_checks_nothing() -> None:
    found = doors("""
        const authenticate = (req, res, next) => { console.log(req.headers.authorization); next(); };
        app.get("/x", authenticate, all);
    """)
    assert guards(found["GET /x"]) == [("authenticate", Checks.NOTHING)]
    assert found["GET /x"].guard is None


def test_a_guard_whose_code_is_not_here_is_unknown() -> None:
    found = doors("import { requireAuth } from 'our-own-auth'; app.get('/x', requireAuth, all);")
    assert guards(found["GET /x"]) == [("requireAuth", Checks.UNKNOWN)]


def test_roles_asked_for_by_makers_of_guards() -> None:
    found = doors("""
        const role = (...roles) => (req, res, next) => { if (!roles.includes(req.user.role)) return
          res.sendStatus(403); next(); };
        const maybe = (roles = []) => (req, res, next) => {
          if (roles.length && !roles.includes(req.user.role)) return res.sendStatus(403); next(); };
        const one = (role) => (req, res, next) => { if (role && req.user.role !== role) return
          res.sendStatus(403); next(); };
        app.get("/role", auth, role("admin"), all);
        app.get("/named", [auth, maybe(["admin"])], all);
        app.get("/none", auth, maybe(), all);
        app.get("/one", auth, one("admin"), all);
    """)
    asked = {path: door.guard for path, door in found.items()}
    assert asked == {
        "GET /role": Checks.ROLE,
        "GET /named": Checks.ROLE,
        "GET /none": Checks.LOGIN,
        "GET /one": Checks.ROLE,
    }


def test_the_role_or_the_owner_is_as_much_as_the_owner() -> None:
    found = doors("""
        app.get("/x/:id", auth, async (req, res) => {
          const order = await prisma.order.findUnique({ where: { id: req.params.id } });
          if (req.user.role !== "admin" && order.userId !== req.user.id) return res.sendStatus(403);
          res.json(order);
        });
        app.get("/y/:id", auth, async (req, res) => {
          const order = await prisma.order.findUnique({ where: { id: req.params.id } });
          if (req.user.banned && order.userId !== req.user.id) return res.sendStatus(403);
          res.json(order);
        });
    """)
    assert found["GET /x/:id"].guard is Checks.OWNER
    assert found["GET /y/:id"].guard is Checks.LOGIN


def test_a_guard_with_two_ways_on_asks_as_much_as_the_easier_one() -> None:
    found = doors("""
        const allow = (req, res, next) => {
          if (req.user.role === "admin") { next(); return; }
          if (!["staff", "help"].includes(req.user.role)) return res.sendStatus(403);
          next();
        };
        const leaky = (req, res, next) => { if (req.query.debug) return next(); if (!req.user) return
          res.sendStatus(401); next(); };
        app.get("/x", allow, all); app.get("/y", leaky, all);
    """)
    assert found["GET /x"].guard is Checks.ROLE
    assert found["GET /y"].guard is None


def test_paths_a_middleware_leaves_out_are_decided_for_each_door() -> None:
    found = doors("""
        app.use((req, res, next) => { if (["/login", "/health"].includes(req.path)) return next(); auth(req,
          res, next); });
        app.get("/login", all); app.get("/orders", all);
    """)
    assert found["GET /login"].guard is None
    assert found["GET /orders"].guard is Checks.LOGIN


def test_param_runs_where_the_path_has_it() -> None:
    found = doors("""
        app.param("order", (req, res, next, id) => auth(req, res, next));
        app.get("/o/:order", all); app.get("/o", all);
    """)
    assert found["GET /o/:order"].guard is Checks.LOGIN
    assert found["GET /o"].guard is None


def test_a_status_set_apart_belongs_to_the_answer_in_that_branch() -> None:
    found = doors("""
        app.get("/x", (req, res) => { const user = req.session.userId;
          if (!user) { res.status(401); res.send("no"); return; }
          res.json(1); });
    """)
    assert found["GET /x"].guard is Checks.LOGIN


def test_routes_that_only_go_on_are_no_doors_and_guard_the_next() -> None:
    found = doors("""
        app.all("/admin/*", auth);
        app.route("/r").all((req, res, next) => { auth(req, res, next); }).get(all);
        app.get("/admin/x", all);
        app.all("*", (req, res, next) => next(new Error("not found")));
        app.use((req, res) => res.status(404).end());
    """)
    assert {path: door.guard for path, door in found.items()} == {"GET /r": Checks.LOGIN, "GET /admin/x": Checks.LOGIN}


def test_what_answers_under_use_is_a_door() -> None:
    assert list(doors("app.use('/status', (req, res) => res.json({ up: true }));")) == ["ANY /status"]


def test_a_route_behind_one_that_answers_first_says_so() -> None:
    found = doors("app.get('/u/:id', all); app.get('/u/me', all); app.get('/u/:id', auth, (req, res) => res.json(1));")
    assert list(found) == ["GET /u/:id", "GET /u/me"]
    assert "stands before it" in found["GET /u/me"].uncertain[0]
    assert "set up again" in found["GET /u/:id"].uncertain[0]


def test_handlers_in_wrappers_stand_where_they_are_written() -> None:
    found = doors(
        """
        import asyncHandler from "express-async-handler";
        const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);
        import { list } from "./list";
        app.get("/own", wrap(list)); app.get("/known", asyncHandler(list));
        """,
        list__ts="import { PrismaClient } from '@prisma/client'; const db = new PrismaClient();\n"
        "export const list = async (req, res) => res.json(await db.order.findMany());",
    )
    assert {(door.file, door.line) for door in found.values()} == {("list.ts", 2)}
    assert all(len(door.reaches) == 1 for door in found.values())


def test_a_path_made_while_the_program_runs_is_uncertain() -> None:
    found = doors("app.get(somewhere(), all); app.get(/^\\/re/, all);")
    assert all(door.uncertain for door in found.values())
    assert len(found) == 2


def test_webhooks_are_told_by_their_path() -> None:
    assert doors("app.post('/webhooks/stripe', all);")["POST /webhooks/stripe"].kind is DoorKind.WEBHOOK


def test_code_imported_while_it_runs_is_followed() -> None:
    found = doors(
        "app.get('/x', async (req, res) => { const { send } = await import('./send'); res.json(await send()); });",
        send__ts="import { PrismaClient } from '@prisma/client';"
        "export const send = () => new PrismaClient().mail.findMany();",
    )
    assert [reach.path for reach in found["GET /x"].reaches] == ["send.ts"]


def test_a_promise_made_by_hand_goes_on_where_it_is_resolved() -> None:
    found = doors("""
        const check = (req) => new Promise((resolve, reject) => {
          jwt.verify(req.cookies.token, "s", (error, user) => { if (error) return reject(error); resolve(user); }); });
        app.get("/x", async (req, res, next) => { req.user = await check(req); next(); }, all);
        app.get("/x", all);
    """)
    assert found["GET /x"].guard is Checks.LOGIN


def test_circles_and_empty_applications_end() -> None:
    assert doors("const r = Router(); r.use('/r', r); app.use(r); app.use(); app.get('/nothing');") == {}
    assert followed({"a.js": "const b = require('./b'); b.x = 1;", "b.js": "module.exports = require('./a');"}) == []


def test_a_list_that_fills_on_the_way_decides_nothing() -> None:
    found = doors("""
        app.post("/x", async (req, res) => { const wrong = [];
          if (!req.body.name) wrong.push("name");
          if (wrong.length) return res.status(400).json(wrong);
          res.json(await prisma.order.create({ data: { name: req.body.name } })); });
    """)
    assert len(found["POST /x"].reaches) == 1


def test_members_of_an_input_that_may_be_missing_are_input() -> None:
    found = doors("""
        app.get("/x", async (req, res) => { const { id } = req.query || {};
          res.json(await prisma.order.findMany({ where: { id } })); });
    """)
    assert [one.origin for one in found["GET /x"].reaches[0].filters] == [Origin.INPUT]


def test_two_applications_with_the_same_door_have_two() -> None:
    app = "const app = require('express')(); app.get('/health', (req, res) => res.json(1)); app.listen(%s);"
    found = followed({"apps/a/index.js": app % 1, "apps/b/index.js": app % 2})
    assert [one.door.file for one in found] == ["apps/a/index.js", "apps/b/index.js"]
    assert len({one.door.id for one in found}) == 2


def test_routers_of_a_folder_that_is_read_while_it_runs_are_uncertain() -> None:
    router = "const r = require('express').Router(); r.get('/%s', (q, s) => s.json(1)); module.exports = r;"
    found = doors_of(
        {
            "index.js": """const fs = require("fs"); const app = require("express")();
                fs.readdirSync("./routes").forEach((file) => app.use("/api", require(`./routes/${file}`)));
                fs.readdirSync("./more").forEach((file) => require("./more/" + file)(app));""",
            "routes/a.js": router % "a",
            "routes/b.js": router % "b",
            "more/c.js": "module.exports = (app) => { app.get('/c', (q, s) => s.json(1)); };",
            "other/d.js": router % "d",
        }
    )
    assert sorted(found) == ["GET /api/a", "GET /api/b", "GET /c"]
    assert "decided while" in found["GET /api/a"].uncertain[0]
