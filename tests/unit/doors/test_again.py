"""What was followed once is told again behind other doors: the same as if it had been followed there."""

from __future__ import annotations

import pytest

from helpers.doors import followed
from walkdown.doors.again import Again
from walkdown.doors.assemble import Followed
from walkdown.doors.values import Value

_HEAD = """
    import express from "express";
    import { PrismaClient } from "@prisma/client";
    const app = express();
    const db = new PrismaClient();
"""
_MUCH = " ".join(f'log("step {number}");' for number in range(30))  # what costs little is followed each time
_NOTHING = "function log(text) { return text; }"


def _told(one: Followed) -> tuple[object, ...]:
    rows = [sorted((s.row, s.path) for _, value in did.filters for s in value.sources) for did in one.visit.did]
    held = [[fact.fact for fact in did.held] for did in one.visit.did]
    ways = [did.way for did in one.visit.did]
    return one.door, rows, held, ways, one.visit.caught, [answer.held for answer in one.visit.answers]


def _followed_each_time(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> list[Followed]:
    def call(*given: object) -> Value:
        value = given[-1]()  # type: ignore[operator]
        assert isinstance(value, Value)
        return value

    with monkeypatch.context() as each_time:
        each_time.setattr(Again, "call", call)
        return list(followed(files))


_ROWS_OF_OTHERS = """
    app.get('/a', async (q, s) => { s.json(await line(q.params.id)); });
    app.get('/b', async (q, s) => { await db.other.findMany(); s.json(await line(q.params.id)); });
    app.get('/c', async (q, s) => { const o = await db.other.findFirst(); s.json(await line(o.line)); });
    app.get('/d', async (q, s) => { await db.first.findMany(); await db.second.findMany();
      const o = await db.other.findFirst(); s.json(await line(o.line)); });
"""
_LOOPS = """
    app.get('/a', async (q, s) => { for (const one of q.body) { await line(one); } s.end(); });
    app.get('/b', async (q, s) => { try { await line(q.params.id); } catch (e) { s.status(500).end(); } });
    app.get('/c', async (q, s) => { await line(q.params.id); s.end(); });
    app.get('/d', async (q, s) => { for (const one of q.body) { await line(one); } s.end(); });
"""
_ASKED_BEFORE = """
    app.get('/a', async (q, s) => { if (!q.params.id) return s.status(400).end(); s.json(await line(q.params.id)); });
    app.get('/b', async (q, s) => { s.json(await line(q.params.id)); });
    app.get('/c', async (q, s) => { if (!q.params.id) return s.status(400).end(); s.json(await line(q.params.id)); });
    app.get('/d', async (q, s) => { s.json(await line(q.params.id)); });
"""


@pytest.mark.parametrize("doors", [_ROWS_OF_OTHERS, _LOOPS, _ASKED_BEFORE])
def test_it_is_the_same_as_if_it_was_followed_each_time(monkeypatch: pytest.MonkeyPatch, doors: str) -> None:
    files = {
        "app.js": f"""{_HEAD} {_NOTHING}
            async function line(id) {{
                {_MUCH}
                const found = await db.line.findUnique({{ where: {{ id }} }});
                if (!found) throw new Error("none");
                return db.order.findMany({{ where: {{ line: found.id }} }});
            }}
            {doors} app.listen(1);"""
    }
    again, each_time = followed(files), _followed_each_time(monkeypatch, files)
    assert [_told(one) for one in again] == [_told(one) for one in each_time]
    assert sum(one.visit.steps for one in again) < sum(one.visit.steps for one in each_time)


def test_operations_have_the_numbers_of_the_door_they_are_told_for() -> None:
    files = {
        "app.js": f"""{_HEAD} {_NOTHING}
            async function line(id) {{
                {_MUCH}
                const found = await db.line.findUnique({{ where: {{ id }} }});
                return db.order.findMany({{ where: {{ line: found.id }} }});
            }}
            app.get("/a", async (q, s) => s.json(await line(q.params.id)));
            app.get("/b", async (q, s) => s.json(await line(q.params.id)));
            app.get("/c", async (q, s) => {{ await db.x.findMany(); await db.y.findMany();
              s.json(await line(q.params.id)); }});
            app.get("/d", async (q, s) => {{ await db.x.findMany(); await db.y.findMany(); await db.z.findMany();
              s.json(await line(q.params.id)); }});
            app.listen(1);"""
    }
    orders = [one.visit.did[-1] for one in followed(files)]
    assert [[s.row for _, value in did.filters for s in value.sources] for did in orders] == [[0], [0], [2], [3]]


def test_two_guards_of_one_factory_stay_two() -> None:
    files = {
        "app.js": f"""{_HEAD} {_NOTHING} import jwt from "jsonwebtoken";
            const only = (role) => (q, s, next) => {{
                {_MUCH}
                const who = jwt.verify(q.headers.authorization, process.env.KEY);
                if (who.role !== role) return s.status(403).end();
                next();
            }};
            app.get("/a", only("admin"), async (q, s) => s.json(await db.a.findMany()));
            app.get("/b", only("editor"), async (q, s) => s.json(await db.b.findMany()));
            app.get("/c", only("admin"), async (q, s) => s.json(await db.c.findMany()));
            app.listen(1);"""
    }
    roles = [
        {held.fact.detail for held in one.visit.did[-1].held if held.fact.kind == "equal"} for one in followed(files)
    ]
    assert roles == [{"admin"}, {"editor"}, {"admin"}]


def test_what_changes_what_it_was_given_is_followed_each_time() -> None:
    body = "mark(q); s.json(await db.a.findMany({ where: { o: q.owner } }));"
    doors = "".join(f"app.get('/{name}', async (q, s) => {{ {body} }});" for name in "abcd")
    files = {
        "app.js": f"""{_HEAD} {_NOTHING}
            function mark(q) {{ {_MUCH} q.owner = q.params.id; }}
            {doors} app.listen(1);"""
    }
    asked = [[s.path for _, value in one.visit.did[-1].filters for s in value.sources] for one in followed(files)]
    assert asked == [[("params", "id")]] * 4


def test_what_one_door_keeps_in_a_variable_is_not_there_behind_the_next() -> None:
    body = "const one = await all(); s.json(await db.last.findMany({ where: { id: one.id } }));"
    doors = "".join(f"app.get('/{n}', async (q, s) => {{ await db.{n}.findMany(); {body} }});" for n in "abcd")
    files = {
        "app.js": f"""{_HEAD} {_NOTHING}
            let kept;
            async function all() {{ {_MUCH} if (!kept) {{ kept = await db.all.findMany(); }} return kept; }}
            {doors} app.listen(1);"""
    }
    for one in followed(files):
        rows = {s.row for _, value in one.visit.did[-1].filters for s in value.sources if s.row >= 0}
        assert {one.visit.did[row].table.lower() for row in rows} == {"all"}


def test_more_operations_than_are_listed_end_quietly() -> None:
    many = "".join(f"await db.select().from(t).where(eq(t.id, {n})).then((rows) => rows[0]);" for n in range(420))
    files = {
        "app.ts": f"""import express from "express"; import {{ drizzle }} from "drizzle-orm/node-postgres";
            import {{ eq }} from "drizzle-orm"; import {{ pgTable, text }} from "drizzle-orm/pg-core";
            const app = express(); const db = drizzle(); const t = pgTable("t", {{ id: text("id") }});
            app.get("/a", async (q, s) => {{ {many} s.end(); }}); app.listen(1);"""
    }
    assert "It does more than is listed." in followed(files)[0].door.uncertain


def test_what_reads_a_variable_that_a_later_door_sets_is_not_told_again_from_before() -> None:
    files = {
        "app.js": f"""{_HEAD} {_NOTHING}
            let owner = null;
            async function mine(id) {{ {_MUCH} return db.note.findMany({{ where: {{ id, owner }} }}); }}
            app.get('/a', async (q, s) => {{ s.json(await mine(q.params.id)); }});
            app.get('/b', async (q, s) => {{ s.json(await mine(q.params.id)); }});
            app.get('/c', async (q, s) => {{ owner = q.params.owner; s.json(await mine(q.params.id)); }});
            app.listen(1);""",
    }
    origins = {one.door.path: [each.origin.value for each in one.door.reaches[0].filters] for one in followed(files)}
    assert origins == {"/a": ["input", "constant"], "/b": ["input", "constant"], "/c": ["input", "input"]}
