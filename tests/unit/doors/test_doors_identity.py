"""Tokens, passport, sessions, hosted logins on a server of one's own: what they check, and what they only seem to."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of
from walkdown.model.door import Checks, Origin

HEAD = """
const express = require("express"); const jwt = require("jsonwebtoken"); const jose = require("jose");
const { PrismaClient } = require("@prisma/client"); const prisma = new PrismaClient(); const app = express();
const mine = async (req, res) => res.json(await prisma.order.findMany({ where: { userId: req.user.id } }));
"""


def guard(code: str) -> Checks | None:
    return doors_of({"app.js": HEAD + code})["GET /x"].guard


@pytest.mark.parametrize(
    ("code", "checks"),
    [
        ("(req, res, next) => { req.user = jwt.verify(req.cookies.token, 's'); next(); }", Checks.LOGIN),
        (
            (
                "(req, res, next) => { jwt.verify(req.headers.authorization, 's', (err, user) => {"
                " if (err) return res.sendStatus(403); req.user = user; next(); }); }"
            ),
            Checks.LOGIN,
        ),
        (
            (
                "async (req, res, next) => { const { payload } = await jose.jwtVerify(req.cookies.t, key);"
                " req.user = payload; next(); }"
            ),
            Checks.LOGIN,
        ),
        ("(req, res, next) => { try { req.user = jwt.verify(req.cookies.token, 's'); } catch (e) {} next(); }", None),
        (
            "(req, res, next) => { jwt.verify(req.cookies.token, 's', (err, user) => { req.user = user; next(); }); }",
            None,
        ),
        (
            (
                "(req, res, next) => { req.user = jwt.decode(req.cookies.token); if (!req.user) return "
                "res.sendStatus(401); next(); }"
            ),
            None,
        ),
        ("(req, res, next) => { if (!req.headers.authorization) return res.sendStatus(401); next(); }", None),
        ("(req, res, next) => { const t = req.cookies.t; if (t) { req.user = jwt.verify(t, 's'); } next(); }", None),
    ],
)
def test_a_token_counts_where_its_signature_decides(code: str, checks: Checks | None) -> None:
    assert guard(f"app.get('/x', {code}, mine);") is checks


def test_what_an_unread_signature_says_comes_from_whoever_asks() -> None:
    found = doors_of({"app.js": HEAD + "app.get('/x', (q, s, n) => { q.user = jwt.decode(q.cookies.t); n(); }, mine);"})
    assert found["GET /x"].reaches[0].filters[0].origin is Origin.INPUT


def test_a_token_from_a_link_is_a_secret_and_nobody() -> None:
    code = """app.get("/x", async (req, res) => { const said = jwt.verify(req.query.token, "s");
        res.json(await prisma.user.update({ where: { id: said.id }, data: { confirmed: true } })); });"""
    door = doors_of({"app.js": HEAD + code})["GET /x"]
    assert door.guard is Checks.SECRET
    assert door.reaches[0].filters[0].origin is Origin.MADE


def test_the_user_looked_up_by_a_token_is_who_asks() -> None:
    code = """app.get("/x", async (req, res, next) => { const said = jwt.verify(req.cookies.t, "s");
        req.user = await prisma.user.findUnique({ where: { id: said.sub } });
        if (!req.user) return res.sendStatus(401); next(); }, mine);"""
    door = doors_of({"app.js": HEAD + code})["GET /x"]
    assert door.guard is Checks.LOGIN
    assert door.reaches[0].filters[0].origin is Origin.IDENTITY


@pytest.mark.parametrize(
    ("code", "checks"),
    [
        (
            (
                "const { expressjwt } = require('express-jwt'); app.use(expressjwt({ secret: 's', algorithms: "
                "['HS256'] }));"
            ),
            Checks.LOGIN,
        ),
        (
            (
                "const { expressjwt } = require('express-jwt'); app.use(expressjwt({ secret: 's', "
                "credentialsRequired: false }));"
            ),
            None,
        ),
        (
            (
                "const { expressjwt } = require('express-jwt'); app.use(expressjwt({ secret: 's' }).unless({ path: "
                "['/x'] }));"
            ),
            None,
        ),
        (
            (
                "const { expressjwt } = require('express-jwt'); app.use(expressjwt({ secret: 's' }).unless({ path: "
                "['/y', /^\\/z/] }));"
            ),
            Checks.LOGIN,
        ),
        (
            (
                "const { expressjwt } = require('express-jwt'); app.use(expressjwt({ secret: 's' }).unless({ path: "
                "[odd] }));"
            ),
            None,
        ),
        ("const { auth } = require('express-oauth2-jwt-bearer'); app.use(auth({ audience: 'a' }));", Checks.LOGIN),
        (
            (
                "const { auth, requiredScopes } = require('express-oauth2-jwt-bearer'); app.use(auth(), "
                "requiredScopes('read'));"
            ),
            Checks.ROLE,
        ),
        ("const { requiresAuth } = require('express-openid-connect'); app.use(requiresAuth());", Checks.LOGIN),
        ("const { auth } = require('express-openid-connect'); app.use(auth({ authRequired: false }));", None),
        ("const { clerkMiddleware } = require('@clerk/express'); app.use(clerkMiddleware());", None),
        ("const { requireAuth } = require('@clerk/express'); app.use(requireAuth());", Checks.LOGIN),
        (
            (
                "const { getAuth } = require('@clerk/express');"
                " app.use((req, res, next) => { if (!getAuth(req).userId) return res.sendStatus(401); next(); });"
            ),
            Checks.LOGIN,
        ),
        (
            (
                "const admin = require('firebase-admin'); app.use(async (req, res, next) => { try {"
                " req.user = await admin.auth().verifyIdToken(req.headers.authorization.split(' ')[1]); next();"
                " } catch (e) { res.status(401).end(); } });"
            ),
            Checks.LOGIN,
        ),
        (
            (
                "app.use(require('express-session')({ secret: 's' }));"
                " app.use((req, res, next) => req.session.userId ? next() : res.redirect('/login'));"
            ),
            Checks.LOGIN,
        ),
        ("app.use((req, res, next) => { if (!req.session.cart) return res.sendStatus(400); next(); });", None),
        ("const passport = require('passport'); app.use(passport.session());", None),
        (
            "app.use((req, res, next) => { if (req.isAuthenticated()) return next(); res.redirect('/login'); });",
            Checks.LOGIN,
        ),
        (
            "const passport = require('passport'); app.use(passport.authenticate('jwt', { session: false }));",
            Checks.LOGIN,
        ),
        (
            (
                "const passport = require('passport'); const { Strategy } = require('passport-http-bearer');"
                " passport.use('ours', new Strategy(() => {})); app.use(passport.authenticate('ours'));"
            ),
            Checks.LOGIN,
        ),
        ("const passport = require('passport'); app.use(passport.authenticate('google'));", None),
        ("const passport = require('passport'); app.use(passport.authenticate(['jwt', 'anonymous']));", None),
        (
            (
                "const passport = require('passport'); app.use((req, res, next) => passport.authenticate('jwt', "
                "(err, user) => {"
                " if (!user) return res.sendStatus(401); req.user = user; next(); })(req, res, next));"
            ),
            Checks.LOGIN,
        ),
    ],
)
def test_middlewares_of_packages(code: str, checks: Checks | None) -> None:
    assert guard(code + " app.get('/x', mine);") is checks


def test_a_password_that_is_right_is_the_login_itself() -> None:
    code = """const bcrypt = require("bcrypt");
        app.get("/x", async (req, res) => { const user = await prisma.user.findUnique({ where: { email:
          req.body.email } });
          if (!user || !(await bcrypt.compare(req.body.password, user.password))) return res.sendStatus(401);
          res.json({ token: jwt.sign({ id: user.id }, "s") }); });"""
    assert guard(code) is None


def test_one_address_that_may_is_a_role() -> None:
    assert guard(
        "app.get('/x', (q, s, n) => { if (q.user.email !== 'me@here.org') return s.sendStatus(403); n(); }, mine);"
    ) is (Checks.ROLE)


def test_another_services_word_sent_with_the_body_is_the_login_itself() -> None:
    code = """const { OAuth2Client } = require("google-auth-library"); const google = new OAuth2Client("id");
        app.get("/x", async (req, res) => { const ticket = await google.verifyIdToken({ idToken: req.body.token });
          res.json(await prisma.user.findUnique({ where: { email: ticket.getPayload().email } })); });"""
    assert guard(code) is None
