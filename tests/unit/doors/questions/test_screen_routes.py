"""Routes that only the screen limits to a role."""

from __future__ import annotations

from helpers.questions import told
from walkdown.model.severity import Severity

_SERVER = """
import express from 'express';
import jwt from 'jsonwebtoken';
import { PrismaClient } from '@prisma/client';
const db = new PrismaClient();
const app = express();
const login = (req, res, next) => {
  try { req.user = jwt.verify(req.headers.authorization, process.env.SECRET); next(); }
  catch { return res.status(401).json({}); }
};
const admin = (req, res, next) => req.user.role === 'admin' ? next() : res.status(403).json({});
app.delete('/api/categories/:id', login, %s async (req, res) => {
  await db.category.delete({ where: { id: req.params.id } });
  res.json({});
});
"""
_HIDDEN = """
export function List({ rows }) {
  const { isAdmin } = useAuth();
  const remove = async (id) => { await fetch(`/api/categories/${id}`, { method: 'DELETE' }); };
  return rows.map((row) => <li>{isAdmin && <button onClick={() => remove(row.id)} />}</li>);
}"""
_SHOWN = _HIDDEN.replace("isAdmin && ", "")


def _told(screen: str, guard: str = "") -> list[tuple[str, Severity]]:
    files = {"server/index.js": _SERVER % guard, "src/List.tsx": screen}
    return [(getattr(one.place, "path", ""), one.severity) for one in told(files, "auth.client-side")]


def test_a_button_that_is_hidden_by_role_calls_a_route_that_asks_for_none() -> None:
    assert _told(_HIDDEN) == [("server/index.js", Severity.HIGH)]


def test_axios_and_helpers_that_take_the_method_first_are_requests_too() -> None:
    for call in ("axios.delete(`/api/categories/${id}`)", "apiRequest('DELETE', `${API}/api/categories/${id}`)"):
        screen = _HIDDEN.replace("fetch(`/api/categories/${id}`, { method: 'DELETE' })", call)
        assert _told(screen) == [("server/index.js", Severity.HIGH)], call


def test_silent_where_the_route_asks_or_some_screen_does_not() -> None:
    assert _told(_HIDDEN, "admin,") == []
    assert _told(_SHOWN) == []
    assert _told(_HIDDEN.replace("method: 'DELETE'", "method: 'POST'")) == []


def test_an_object_of_requests_is_followed_to_where_it_is_used() -> None:
    service = """
    import { apiDelete } from './http';
    export const categories = {
      remove: (id) =>
        apiDelete(`/api/categories/${id}`),
    };"""
    screen = """
    import { categories } from './service';
    export function List({ rows }) {
      const { user } = useAuth();
      return rows.map((row) =>
        <li>{user.role === 'admin' && <button onClick={() => categories.remove(row.id)} />}</li>);
    }"""
    files = {"server/index.js": _SERVER % "", "src/service.ts": service, "src/List.tsx": screen}
    assert len(told(files, "auth.client-side")) == 1
    shown = screen.replace("user.role === 'admin' && ", "")
    assert told(files | {"src/List.tsx": shown}, "auth.client-side") == []
