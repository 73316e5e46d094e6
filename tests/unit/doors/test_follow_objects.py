"""How objects are followed: lists that grow, options that are filled step by step, classes above a class, logging."""

from __future__ import annotations

from helpers.doors import doors_of, followed
from walkdown.doors.idle import Idle
from walkdown.doors.library import Given
from walkdown.doors.values import NOTHING, Record, Thing, Value
from walkdown.model.door import Door

_HEAD = """const express = require("express"); const { Pool } = require("pg");
const pool = new Pool(); const app = express();"""


def _door(body: str, more: str = "") -> Door:
    text = f"{_HEAD}\n{more}\napp.post('/x/:id', async (req, res) => {{ {body} }}); app.listen(1);"
    return doors_of({"app.js": text})["POST /x/:id"]


def _asked(door: Door) -> list[tuple[str, str]]:
    return [(one.field, one.origin.value) for one in door.reaches[0].filters]


def test_lists_that_grow_keep_their_places() -> None:
    door = _door(
        "const params = [req.params.id]; params.push(req.user.id);"
        "await pool.query('SELECT * FROM orders WHERE id = $1 AND who = $2', params);"
    )
    assert _asked(door) == [("id", "input"), ("who", "identity")]


def test_rows_by_number_and_taken_apart_are_the_same_rows() -> None:
    door = _door(
        "const { rows } = await pool.query('SELECT * FROM orders WHERE id = $1', [req.params.id]); const [row] = rows;"
        "await pool.query('DELETE FROM a WHERE id = $1', [row.id]);"
        " await pool.query('DELETE FROM b WHERE id = $1', [rows[0].id]);"
    )
    assert [[one.origin.value for one in reach.filters] for reach in door.reaches] == [["input"], ["row"], ["row"]]


def test_counting_rows_makes_sure_that_one_is_there() -> None:
    door = _door(
        "const found = await pool.query('SELECT 1 FROM orders WHERE id = $1 AND who = $2', [req.params.id,"
        " req.user.id]);"
        "if (!found.rows.length) return res.sendStatus(404);"
        " await pool.query('DELETE FROM orders WHERE id = $1', [req.params.id]);"
        "res.sendStatus(200);"
    )
    assert door.guard is not None
    assert door.guard.value == "owner"


def test_what_a_class_hands_to_the_one_above_it() -> None:
    door = _door(
        "await new Orders(pool).byId(req.params.id);",
        "class Base { constructor(db) { this.db = db; } run(text, params) { return this.db.query(text, params); } }"
        "class Orders extends Base { constructor(db) { super(db); }"
        " byId(id) { return super.run('SELECT * FROM orders WHERE id = $1', [id]); } }",
    )
    assert _asked(door) == [("id", "input")]


def test_a_class_that_asks_itself_through_super_ends() -> None:
    door = _door("await new A().find(1);", "class A extends Unknown { find(x) { return super.find(x); } }")
    assert door.reaches == ()


def test_a_getter_runs_where_it_is_asked() -> None:
    door = _door(
        "await store.order;",
        "class Store { get order() { return pool.query('SELECT * FROM orders'); } } const store = new Store();",
    )
    assert [one.table for one in door.reaches] == ["orders"]


def test_logging_that_costs_much_is_not_followed_again_and_again() -> None:
    steps = " ".join(f"this.lines = [x, {number}];" for number in range(200))
    calls = " ".join("log.write('x');" for _ in range(60))
    files = {
        "app.js": f"{_HEAD} class Log {{ write(x) {{ {steps} }} }} const log = new Log();"
        f"app.get('/y', (req, res) => {{ {calls} res.json({{}}); }}); app.listen(1);"
    }
    assert followed(files)[0].visit.steps < 6_000


def test_a_function_that_did_something_once_is_always_followed() -> None:
    idle = Idle()
    for did_nothing in (True, True, False, True, True, True):
        idle.watch(("a", 1), (), NOTHING, 1_000, did_nothing=did_nothing)
    assert not idle.skips(("a", 1), ())


def test_a_function_that_may_change_what_it_gets_is_followed() -> None:
    idle = Idle()
    for _ in range(5):
        idle.watch(("a", 1), (), NOTHING, 1_000, did_nothing=True)
    assert idle.skips(("a", 1), (Given(Value()),))
    assert not idle.skips(("a", 1), (Given(Value(shape=Record((("q", Value(shape=Thing("query"))),)))),))
