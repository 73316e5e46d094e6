"""How code refuses somebody: by what never comes back, by sentences, by kinds, by questions about what is not there."""

from __future__ import annotations

import pytest

from helpers.next_app import next_doors
from walkdown.doors import exact
from walkdown.doors.values import Value, constant, of
from walkdown.model.door import Checks, Origin

HEAD = """
    import { redirect } from "next/navigation";
    import { getServerSession } from "next-auth";
    import { db } from "@/db";
    const refuse = () => { throw new Error("no"); };
    const NO = { status: 401 };
"""


def guard_of(body: str, head: str = "") -> Checks | None:
    files = {"app/api/[id]/route.ts": f"{HEAD}{head} export async function POST(request, {{ params }}) {{ {body} }}"}
    return next_doors(files)["POST /api/:id"].guard


@pytest.mark.parametrize(
    "body",
    [
        "const user = await getServerSession(); if (!user) refuse(); return Response.json({});",
        "const user = (await getServerSession()) ?? redirect('/login'); return Response.json({});",
        "const user = await getServerSession(); !user && refuse(); return Response.json({});",
        "const user = await getServerSession(); if (!user) { redirect('/login'); } return Response.json({});",
        ("const { user } = (await getServerSession()) || {}; if (!user) return new Response(null, NO);"
        " return Response.json({});"),
        ("const user = await getServerSession(); if (typeof user?.id !== 'string') return new Response(null, NO);"
        " return Response.json({});"),
        ("const user = await asker(); if (typeof user === 'string') return new Response(user, NO);"
        " return Response.json({});"),
        ("const user = await getServerSession(); if (user) { await db.order.create({ data: {} }); }"
        " return Response.json({ ok: true });"),
    ],
)  # fmt: skip
def test_each_of_these_lets_nobody_by_who_is_not_logged_in(body: str) -> None:
    asker = """async function asker() {
        const user = await getServerSession();
        if (!user?.id) return "You must be logged in.";
        return user;
    }"""
    assert guard_of(body, asker) is Checks.LOGIN


@pytest.mark.parametrize(
    "body",
    [
        "const user = await getServerSession(); if (!user) console.log('nobody'); return Response.json({});",
        ("const user = await getServerSession(); if (!user) return Response.json({ guest: true });"
        " return Response.json({});"),
        ("const user = await getServerSession(); if (user) { await db.log.create({ data: {} }); }"
        " return Response.json(await db.order.findMany());"),
        ("const user = await getServerSession(); const open = !user && request.open;"
        " if (open) return Response.json({}); return Response.json({});"),
    ],
)  # fmt: skip
def test_these_refuse_nobody(body: str) -> None:
    assert guard_of(body) is None


def test_a_row_of_the_askers_team_must_be_of_that_team() -> None:
    assert guard_of("""
        const session = await getServerSession();
        if (!session) return new Response(null, NO);
        const member = await db.member.findFirst({ where: { userId: session.user.id } });
        const key = await db.key.findFirst({ where: { id: (await params).id } });
        if (member.teamId !== key.teamId) return new Response(null, { status: 403 });
        await db.key.delete({ where: { id: key.id } });
        return Response.json({});
    """) is Checks.OWNER  # fmt: skip


def test_a_row_that_must_be_found_with_its_owner() -> None:
    assert guard_of("""
        const session = await getServerSession();
        await db.order.findFirstOrThrow({ where: { id: (await params).id, userId: session?.user.id } });
        await db.order.delete({ where: { id: (await params).id } });
        return Response.json({});
    """) is Checks.OWNER  # fmt: skip


def test_how_many_there_are_says_nothing_of_who_may() -> None:
    assert guard_of("""
        const session = await getServerSession();
        if (!session) return new Response(null, NO);
        if (session.user.orders.length === 0) return new Response(null, { status: 404 });
        return Response.json({});
    """) is Checks.LOGIN  # fmt: skip


# -- values that are known to the letter ------------------------------------------------------------------------------


def test_questions_about_a_known_value_are_decided() -> None:
    path = exact.exact("/admin/users")
    assert exact.decided(exact.compared("===", path, constant("/admin/users")) or Value()) is True
    assert exact.decided(exact.compared("!==", constant("/admin/users"), path) or Value()) is False
    assert exact.decided(exact.method(path, "startsWith", [constant("/admin")]) or Value()) is True
    assert exact.decided(exact.method(path, "includes", [constant("login")]) or Value()) is False


def test_questions_about_other_values_stay_open() -> None:
    assert exact.compared("===", constant("a"), constant("a")) is None
    assert exact.compared("===", exact.exact("a"), of(Origin.INPUT)) is None
    assert exact.method(exact.exact("a"), "startsWith", [of(Origin.INPUT)]) is None
    assert exact.decided(constant("true")) is None


def test_a_wanted_value_remembers_what_it_is_held_against() -> None:
    words: set[str] = set()
    assert exact.compared("===", exact.wanted(words), constant("POST")) is None
    assert words == {"POST"}
