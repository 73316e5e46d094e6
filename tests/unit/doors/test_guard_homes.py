"""A guard is the same one wherever it is put: what a person says of it once holds everywhere."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of

EXPRESS = """
const express = require("express"); const { requireUser } = require("./auth"); const auth = require("./auth");
const { companyAuth } = require("company-auth"); const app = express();
app.get("/a", requireUser, (req, res) => res.json({}));
app.get("/b", auth.requireUser, (req, res) => res.json({}));
app.get("/c", companyAuth, (req, res) => res.json({}));
app.get("/d", (req, res, next) => { if (!req.user) return res.sendStatus(401); next(); }, (req, res) => res.json({}));
app.use("/more", require("./more")); app.listen(1);
"""
MORE = """
const express = require("express"); const { requireUser: mustBeIn } = require("./auth");
const { companyAuth } = require("company-auth"); const router = express.Router();
router.get("/a", mustBeIn, (req, res) => res.json({})); router.get("/c", companyAuth, (req, res) => res.json({}));
module.exports = router;
"""
AUTH = """
const jwt = require("jsonwebtoken");
function requireUser(req, res, next) { req.user = jwt.verify(req.cookies.token, "s"); next(); }
module.exports = { requireUser };
"""
HONO = """
import { Hono } from "hono"; import { requireAuth } from "./auth"; const app = new Hono();
app.get("/a", requireAuth, (c) => c.json({})); export default app;
"""
FASTIFY = """
import fastify from "fastify"; import { requireAuth } from "./auth"; const app = fastify();
app.get("/a", { preHandler: requireAuth }, async () => ({})); app.listen({ port: 1 });
"""
TYPED_AUTH = """
export async function requireAuth(a, b) { if (!a) { throw new Error("no"); } }
"""


def homes(files: dict[str, str]) -> dict[str, list[str]]:
    return {name: [guard.id for guard in door.guards] for name, door in doors_of(files).items()}


def test_a_guard_of_the_project_is_told_by_its_own_code() -> None:
    found = homes({"app.js": EXPRESS, "more.js": MORE, "auth.js": AUTH})

    assert found["GET /a"] == found["GET /b"] == found["GET /more/a"] == ["auth.js#requireUser"]


def test_a_guard_of_a_package_is_told_by_its_package() -> None:
    found = homes({"app.js": EXPRESS, "more.js": MORE, "auth.js": AUTH})

    assert found["GET /c"] == found["GET /more/c"] == ["npm:company-auth#companyAuth"]


def test_where_a_guard_is_put_stays_where_it_is_put() -> None:
    (guard,) = doors_of({"app.js": EXPRESS, "more.js": MORE, "auth.js": AUTH})["GET /more/a"].guards

    assert (guard.path, guard.line, guard.file, guard.file_line) == ("more.js", 4, "auth.js", 0)


@pytest.mark.parametrize(("app", "text"), [("hono", HONO), ("fastify", FASTIFY)])
def test_other_frameworks_tell_it_too(app: str, text: str) -> None:
    package = f'{{"dependencies": {{"{app}": "4.0.0"}}}}'
    found = homes({"app.ts": text, "auth.ts": TYPED_AUTH, "package.json": package})

    assert found["GET /a"] == ["auth.ts#requireAuth"]


def test_nest_tells_the_class() -> None:
    guard = """
import { CanActivate, Injectable } from "@nestjs/common";
@Injectable() export class OrgGuard implements CanActivate {
  canActivate(context) { return unknownThing(context); }
}
"""
    controller = """
import { Controller, Get, UseGuards } from "@nestjs/common"; import { OrgGuard } from "./org.guard";
@Controller("cats") export class CatsController { @UseGuards(OrgGuard) @Get() all() { return []; } }
"""
    module = """
import { Module } from "@nestjs/common"; import { CatsController } from "./cats";
import { OrgGuard } from "./org.guard";
@Module({ controllers: [CatsController], providers: [OrgGuard] }) export class AppModule {}
"""
    main = """
import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module";
async function start() { const app = await NestFactory.create(AppModule); await app.listen(1); } start();
"""
    files = {"org.guard.ts": guard, "cats.ts": controller, "app.module.ts": module, "main.ts": main}

    assert homes(files)["GET /cats"] == ["org.guard.ts#OrgGuard"]
