"""Messages of sockets, and work that starts by itself."""

from __future__ import annotations

from helpers.doors import doors_of
from walkdown.model.door import Checks, DoorKind, Origin

HEAD = """
const { Server } = require("socket.io"); const { WebSocketServer } = require("ws"); const jwt = require("jsonwebtoken");
const { PrismaClient } = require("@prisma/client"); const prisma = new PrismaClient();
"""


def test_what_stands_at_the_connection_stands_before_each_message() -> None:
    found = doors_of(
        {
            "s.js": HEAD
            + """
        const io = new Server(server);
        io.use((socket, next) => { try { socket.data.user = jwt.verify(socket.handshake.auth.token, "s"); next(); }
          catch (e) { next(new Error("no")); } });
        const more = (socket) => { socket.on("delete", async ({ id }) => { await prisma.message.delete({ where:
          { id } }); }); };
        io.on("connection", (socket) => {
          socket.on("send", async (data) => {
            await prisma.message.create({ data: { text: data.text, userId: socket.data.user.id } }); });
          more(socket); socket.on("disconnect", () => {});
        });
        io.of("/open").on("connection", (socket) => { socket.on("x", async (d) => { await prisma.x.create({
          data: d }); }); });
    """
        }
    )
    assert {name: door.guard for name, door in found.items()} == {
        "WS ws/send": Checks.LOGIN,
        "WS ws/delete": Checks.LOGIN,
        "WS ws/open/x": None,
    }
    assert found["WS ws/send"].kind is DoorKind.EVENT
    assert [one.origin for one in found["WS ws/send"].reaches[0].sets] == [Origin.INPUT, Origin.IDENTITY]


def test_sockets_of_ws() -> None:
    found = doors_of(
        {
            "s.js": HEAD
            + """
        const wss = new WebSocketServer({ server, path: "/live" });
        wss.on("connection", (ws, req) => { ws.on("message", async (raw) => {
          await prisma.message.create({ data: JSON.parse(raw) }); }); });
    """
        }
    )
    assert list(found) == ["WS live/message"]
    assert found["WS live/message"].reaches[0].whole


def test_work_by_the_clock_and_from_queues() -> None:
    found = doors_of(
        {
            "jobs.js": HEAD
            + """
        const cron = require("node-cron"); const { CronJob } = require("cron"); const schedule =
          require("node-schedule");
        const Bull = require("bull"); const { Worker, Queue } = require("bullmq"); const Agenda = require("agenda");
        const clean = async () => { await prisma.token.deleteMany({ where: { old: true } }); };
        cron.schedule("0 * * * *", clean); new CronJob("5 * * * *", clean); schedule.scheduleJob("6 * * * *", clean);
        const mails = new Bull("mails"); mails.process("welcome", async (job) => { await prisma.mail.create({
          data: job.data }); });
        new Queue("images"); new Worker("images", async (job) => { await prisma.image.delete({ where: { id:
          job.data.id } }); });
        const agenda = new Agenda({}); agenda.define("report", async () => { await prisma.report.create({ data:
          {} }); });
    """
        }
    )
    assert sorted(found) == [
        "CRON cron/0 * * * *",
        "CRON cron/5 * * * *",
        "CRON cron/6 * * * *",
        "QUEUE queue/images",
        "QUEUE queue/mails/welcome",
        "QUEUE queue/report",
    ]
    assert all(door.kind is DoorKind.JOB and len(door.reaches) == 1 for door in found.values())
    assert found["QUEUE queue/images"].reaches[0].filters[0].origin is Origin.MADE


def test_that_somebody_can_connect_is_no_door_by_itself() -> None:
    found = doors_of({"s.js": HEAD + "new Server(server).on('connection', (socket) => { console.log(socket.id); });"})
    assert found == {}


def test_what_starts_when_the_server_listens_is_seen() -> None:
    jobs = {
        "package.json": "{}",
        "jobs.js": """
        const cron = require("node-cron"); const { PrismaClient } = require("@prisma/client");
        const prisma = new PrismaClient();
        const sweep = async () => { await prisma.session.deleteMany({ where: { old: true } }); };
        const beat = () => { console.log("alive"); };
        exports.start = () => { cron.schedule("0 8 * * *", async () => { await prisma.coupon.create({ data: {} }); });
          setInterval(sweep, 60000); setInterval(beat, 1000); };
        """,
        "server.js": """
        const http = require("http"); const express = require("express"); const { start } = require("./jobs");
        const app = express(); const server = http.createServer(app);
        server.on("error", () => {});
        LISTEN
        """,
    }
    started = "server.listen(80, () => { start(); });"
    found = doors_of({**jobs, "server.js": jobs["server.js"].replace("LISTEN", started)})
    assert sorted(found) == ["CRON cron/0 8 * * *", "TIMER timer/sweep"]  # a timer that reaches nothing is no door
    assert found["TIMER timer/sweep"].kind is DoorKind.JOB
    assert doors_of({**jobs, "server.js": jobs["server.js"].replace("LISTEN", "")}) == {}
