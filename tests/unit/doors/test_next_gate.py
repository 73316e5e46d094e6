"""Next's middleware: which paths its matcher covers, and what it truly makes sure of at each."""

from __future__ import annotations

import pytest

from helpers.next_app import next_doors
from walkdown.doors.matcher import covers
from walkdown.model.door import Checks

ROUTE = "export async function GET() { return Response.json({}); }"
ROUTES = {"app/api/orders/route.ts": ROUTE, "app/admin/users/route.ts": ROUTE, "app/login/route.ts": ROUTE}
ORDERS, USERS, LOGIN = "GET /api/orders", "GET /admin/users", "GET /login"


def guards(middleware: str, name: str = "middleware.ts") -> dict[str, Checks | None]:
    return {name: door.guard for name, door in next_doors({**ROUTES, name: middleware}).items()}


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/dashboard/:path*", "/dashboard", True),
        ("/dashboard/:path*", "/dashboard/a/b", True),
        ("/dashboard/:path*", "/dashboards", False),
        ("/dashboard", "/dashboard/a", False),
        ("/posts/:id", "/posts/:id", True),
        ("/((?!api|_next/static|favicon.ico).*)", "/api/orders", False),
        ("/((?!api|_next/static|favicon.ico).*)", "/orders/:id", True),
        ("/(api|trpc)(.*)", "/api/orders", True),
        ("/:locale(en|de)/:path*", "/fr/x", False),
        ("/(a+)+$", "/aaaa", None),  # would take for ever on the wrong text
        ("/(", "/", None),
    ],
)
def test_patterns_of_a_matcher(pattern: str, path: str, covered: bool | None) -> None:
    assert covers(pattern, path) is covered


def test_a_guard_stands_only_where_the_matcher_lets_it() -> None:
    found = guards("""
        export { default } from "next-auth/middleware";
        export const config = { matcher: ["/admin/:path*", { source: "/api/other" }] };
    """)
    assert found == {ORDERS: None, USERS: Checks.LOGIN, LOGIN: None}


def test_a_middleware_without_a_matcher_covers_all() -> None:
    assert set(guards('export { default } from "next-auth/middleware";').values()) == {Checks.LOGIN}


def test_paths_are_told_apart_inside() -> None:
    found = guards("""
        import { getToken } from "next-auth/jwt";
        import { NextResponse } from "next/server";
        const open = ["/login", "/health"];
        export async function middleware(request) {
            const { pathname } = request.nextUrl;
            if (open.some((one) => pathname.startsWith(one))) return NextResponse.next();
            const token = await getToken({ req: request });
            if (!token) return NextResponse.redirect(new URL("/login", request.url));
            if (pathname.startsWith("/admin") && token.role !== "admin") {
                return NextResponse.redirect(new URL("/", request.url));
            }
            return NextResponse.next();
        }
    """)
    assert found == {ORDERS: Checks.LOGIN, USERS: Checks.ROLE, LOGIN: None}


def test_a_cookie_that_is_only_there_is_no_guard_and_that_is_said() -> None:
    middleware = """
        import { NextResponse } from "next/server";
        export function proxy(request) {
            if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
            return NextResponse.next();
        }
        export const config = { matcher: "/admin/:path*" };
    """
    door = next_doors({**ROUTES, "src/proxy.ts": middleware})[USERS]
    assert door.guard is None
    assert [(one.name, one.checks, bool(one.why)) for one in door.guards] == [("proxy", Checks.NOTHING, True)]


def test_clerk_protects_what_its_matcher_names() -> None:
    found = guards("""
        import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";
        const isOpen = createRouteMatcher(["/login(.*)", "/api/public(.*)"]);
        export default clerkMiddleware(async (auth, request) => {
            if (!isOpen(request)) await auth.protect();
        });
    """)
    assert found == {ORDERS: Checks.LOGIN, USERS: Checks.LOGIN, LOGIN: None}


def test_clerk_alone_protects_nothing() -> None:
    found = guards('import { clerkMiddleware } from "@clerk/nextjs/server"; export default clerkMiddleware();')
    assert set(found.values()) == {None}


def test_the_callback_of_auth_js_decides() -> None:
    found = guards("""
        import NextAuth from "next-auth";
        export default NextAuth({ providers: [], callbacks: { authorized({ auth, request }) {
            const isAdmin = request.nextUrl.pathname.startsWith("/admin");
            if (isAdmin) return !!auth?.user;
            return true;
        } } }).auth;
    """)
    assert found == {ORDERS: None, USERS: Checks.LOGIN, LOGIN: None}


def test_a_handler_wrapped_by_auth_js_refuses_by_itself() -> None:
    found = guards("""
        import { auth } from "@/auth";
        export default auth((request) => {
            if (!request.auth) return Response.redirect(new URL("/login", request.nextUrl));
        });
    """)
    assert set(found.values()) == {Checks.LOGIN}


def test_what_hangs_on_something_unknown_is_unknown() -> None:
    middleware = """
        import { getToken } from "next-auth/jwt";
        import { NextResponse } from "next/server";
        import { isOpen } from "somewhere";
        export async function middleware(request) {
            if (isOpen(request.nextUrl.pathname)) return NextResponse.next();
            if (!(await getToken({ req: request }))) return new NextResponse(null, { status: 401 });
            return NextResponse.next();
        }
    """
    door = next_doors({**ROUTES, "middleware.ts": middleware})[ORDERS]
    assert door.guard is None
    assert [one.checks for one in door.guards] == [Checks.UNKNOWN]


def test_a_matcher_that_cannot_be_read_is_said() -> None:
    middleware = 'export { default } from "next-auth/middleware"; export const config = { matcher: [process.env.X] };'
    door = next_doors({**ROUTES, "middleware.ts": middleware})[ORDERS]
    assert door.guard is None
    assert "matcher" in door.uncertain[0]
