"""Who is asking, as the logins that Next applications use tell it."""

from __future__ import annotations

import pytest

from helpers.next_app import next_doors
from walkdown.model.door import Checks, Origin

REFUSES = "return Response.json({ error: 'no' }, { status: 401 });"


@pytest.mark.parametrize(
    ("imports", "check", "who"),
    [
        ('import { getServerSession } from "next-auth";',
         f"const session = await getServerSession({{}}); if (!session) {REFUSES}", "session.user.id"),
        ('import { getToken } from "next-auth/jwt";',
         f"const token = await getToken({{ req: request }}); if (!token) {REFUSES}", "token.sub"),
        ('import { auth } from "@/auth";',
         f"const session = await auth(); if (!session?.user) {REFUSES}", "session.user.id"),
        ('import { auth } from "@clerk/nextjs/server";',
         f"const {{ userId }} = await auth(); if (!userId) {REFUSES}", "userId"),
        ('import { auth } from "@clerk/nextjs/server";', "const { userId } = await auth.protect();", "userId"),
        ('import { currentUser } from "@clerk/nextjs/server";',
         f"const user = await currentUser(); if (!user) {REFUSES}", "user.id"),
        ('import { betterAuth } from "better-auth"; const auth = betterAuth({});',
         f"const session = await auth.api.getSession({{ headers: request.headers }}); if (!session) {REFUSES}",
         "session.user.id"),
        ('import { getKindeServerSession } from "@kinde-oss/kinde-auth-nextjs/server";',
         ("const { getUser, isAuthenticated } = getKindeServerSession();"
         f" if (!(await isAuthenticated())) {REFUSES} const user = await getUser();"), "user.id"),
        ('import { withAuth } from "@workos-inc/authkit-nextjs";',
         "const { user } = await withAuth({ ensureSignedIn: true });", "user.id"),
        ('import { getIronSession } from "iron-session"; import { cookies } from "next/headers";',
         f"const session = await getIronSession(await cookies(), {{}}); if (!session.isLoggedIn) {REFUSES}",
         "session.userId"),
        ('import { Lucia } from "lucia"; const lucia = new Lucia({}, {});',
         f"const {{ user }} = await lucia.validateSession(request.cookies.get('s').value); if (!user) {REFUSES}",
         "user.id"),
    ],
    ids=["next-auth 4", "token", "auth.js", "clerk", "clerk protect", "clerk user", "better-auth", "kinde", "workos",
         "iron-session", "lucia"],
)  # fmt: skip
def test_a_login_is_a_guard_and_says_who_asks(imports: str, check: str, who: str) -> None:
    route = f"""
        import {{ db }} from "@/db";
        {imports}
        export async function GET(request) {{
            {check}
            return Response.json(await db.order.findMany({{ where: {{ userId: {who} }} }}));
        }}
    """
    door = next_doors({"app/api/route.ts": route})["GET /api"]
    assert door.guard is Checks.LOGIN
    assert [one.origin for one in door.reaches[0].filters] == [Origin.IDENTITY]


@pytest.mark.parametrize(
    ("imports", "check"),
    [
        ('import { auth } from "@clerk/nextjs/server";', 'await auth.protect({ role: "admin" });'),
        ('import { auth } from "@clerk/nextjs/server";',
         f'const {{ has }} = await auth(); if (!has({{ role: "admin" }})) {REFUSES}'),
        ('import { auth } from "@/auth";',
         f'const session = await auth(); if (session?.user?.role !== "admin") {REFUSES}'),
        ('import { defineAbility } from "@casl/ability"; const ability = defineAbility(() => {});',
         f'if (ability.cannot("delete", "Order")) {REFUSES}'),
    ],
)  # fmt: skip
def test_a_role_is_asked_for(imports: str, check: str) -> None:
    route = f"{imports} export async function GET(request) {{ {check} return Response.json({{}}); }}"
    assert next_doors({"app/api/route.ts": route})["GET /api"].guard is Checks.ROLE


@pytest.mark.parametrize(
    "check",
    [
        "const { userId } = await auth();",
        "const session = await auth(); console.log(session);",
        "const session = await auth(); if (session) return Response.json({ hello: true });",
        "const session = await auth(); if (!session) return Response.json({ public: true });",
    ],
)
def test_to_ask_who_it_is_refuses_nobody(check: str) -> None:
    route = f"""
        import {{ auth }} from "@/auth";
        export async function GET() {{ {check} return Response.json({{}}); }}
    """
    assert next_doors({"app/api/route.ts": route})["GET /api"].guard is None


def test_a_sealed_text_in_a_link_is_a_secret_and_no_login() -> None:
    route = """
        import { unsealData } from "iron-session";
        export async function GET(request) {
            const told = await unsealData(request.nextUrl.searchParams.get("token"), { password: "x" });
            return Response.json(told);
        }
    """
    assert next_doors({"app/api/route.ts": route})["GET /api"].guard is Checks.SECRET
