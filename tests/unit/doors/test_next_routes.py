"""Route handlers and pages of Next's app router: where they are mounted, what stands before them, what they reach."""

from __future__ import annotations

import pytest

from helpers.next_app import next_doors
from walkdown.model.door import Checks, DoorKind, Operation, Origin


@pytest.mark.parametrize(
    ("path", "mounted"),
    [
        ("app/api/orders/route.ts", "/api/orders"),
        ("src/app/api/orders/[id]/route.js", "/api/orders/:id"),
        ("app/(shop)/api/[...path]/route.ts", "/api/:path*"),
        ("app/docs/[[...slug]]/route.ts", "/docs/:slug*"),
        ("app/@side/feed/route.ts", "/feed"),
        ("app/route.ts", "/"),
    ],
)
def test_a_handler_is_mounted_where_its_folder_is(path: str, mounted: str) -> None:
    doors = next_doors({path: "export async function GET() { return Response.json({}); }"})
    assert list(doors) == [f"GET {mounted}"]


@pytest.mark.parametrize("path", ["app/_inner/route.ts", "lib/route.ts", "app/api/route.test.ts", "app/api/helper.ts"])
def test_other_files_are_no_doors(path: str) -> None:
    assert not next_doors({path: "export async function GET() { return Response.json({}); }"})


def test_the_base_path_stands_before_every_path() -> None:
    files = {"next.config.mjs": 'const config = { basePath: "/shop" };\nexport default config;'}
    doors = next_doors({**files, "app/api/route.ts": "export const GET = () => Response.json({});"})
    assert list(doors) == ["GET /shop/api"]


def test_an_application_in_a_folder_of_a_monorepo() -> None:
    files = {
        "package.json": '{"private": true}',
        "next.config.mjs": "",
        "apps/web/package.json": '{"dependencies": {"next": "15"}}',
        "apps/web/app/api/route.ts": "export const GET = () => Response.json({});",
    }
    assert list(next_doors(files)) == ["GET /api"]


@pytest.mark.parametrize(
    "code",
    [
        "export async function POST(request) { await save(request); return Response.json({}); }",
        "export const POST = async (request) => { await save(request); return Response.json({}); };",
        """const handler = async (request) => { await save(request); return Response.json({}); };
        export { handler as POST };""",
        "export const POST = around(async (request) => { await save(request); return Response.json({}); });",
        """import { wrap } from "somewhere";
        export const POST = wrap(async (request) => { await save(request); return Response.json({}); });""",
    ],
)
def test_however_a_handler_is_exported_it_is_followed(code: str) -> None:
    helpers = """
        import { db } from "@/db";
        async function save(request) { const body = await request.json();
            await db.order.create({ data: { total: body.total } }); }
        function around(handler) { return async (request) => handler(request); }
    """
    door = next_doors({"app/api/orders/route.ts": helpers + code})["POST /api/orders"]
    assert [(one.table.lower(), one.operation) for one in door.reaches] == [("order", Operation.INSERT)]
    assert [(one.field, one.origin) for one in door.reaches[0].sets] == [("total", Origin.INPUT)]


def test_a_handler_that_is_passed_on_from_another_file() -> None:
    inner = 'import { db } from "@/db"; export const GET = async () => Response.json(await db.order.findMany());'
    doors = next_doors({"lib/orders.ts": inner, "app/api/orders/route.ts": 'export { GET } from "@/lib/orders";'})
    assert doors["GET /api/orders"].file == "app/api/orders/route.ts"
    assert doors["GET /api/orders"].reaches[0].path == "lib/orders.ts"


def test_a_guard_of_ones_own_around_a_handler() -> None:
    guard = """
        import { auth } from "@/auth";
        export function withAuth(handler) {
            return async (request, context) => {
                const session = await auth();
                if (!session) return Response.json({ error: "no" }, { status: 401 });
                return handler(request, context, session.user);
            };
        }
    """
    route = """
        import { db } from "@/db";
        import { withAuth } from "@/guard";
        export const DELETE = withAuth(async (request, { params }, user) => {
            const { id } = await params;
            await db.order.delete({ where: { id, userId: user.id } });
            return Response.json({});
        });
        export async function GET() { return Response.json(await db.order.findMany()); }
    """
    doors = next_doors({"guard.ts": guard, "app/api/orders/[id]/route.ts": route})
    guarded, open_door = doors["DELETE /api/orders/:id"], doors["GET /api/orders/:id"]
    assert guarded.guard is Checks.LOGIN
    assert {(one.field, one.origin) for one in guarded.reaches[0].filters} == {
        ("id", Origin.INPUT), ("userId", Origin.IDENTITY),
    }  # fmt: skip
    assert open_door.guard is None
    assert not open_door.guards


def test_values_of_a_request() -> None:
    route = """
        import { cookies, headers } from "next/headers";
        import { db } from "@/db";
        export async function GET(request) {
            const query = request.nextUrl.searchParams.get("q");
            const other = new URL(request.url).searchParams.get("r");
            const form = await request.formData();
            await db.a.findFirst({ where: { query, other, form: form.get("name") } });
            const user = await db.session.findFirst({ where: { token: (await cookies()).get("sid").value } });
            if (!user) return new Response(null, { status: 401 });
            return Response.json({});
        }
    """
    door = next_doors({"app/api/route.ts": route})["GET /api"]
    assert {one.origin for one in door.reaches[0].filters} == {Origin.INPUT}
    assert door.guard is Checks.LOGIN  # a row that was looked up by a cookie is who asks


def test_a_secret_in_a_header() -> None:
    route = """
        const SECRET = process.env.CRON_SECRET || "dev";
        export async function GET(request) {
            if (request.headers.get("authorization") !== `Bearer ${SECRET}`) {
                return Response.json({ error: "no" }, { status: 401 });
            }
            return Response.json({});
        }
    """
    assert next_doors({"app/api/cron/route.ts": route})["GET /api/cron"].guard is Checks.SECRET


def test_the_addresses_of_a_login_are_doors_without_a_guard() -> None:
    doors = next_doors(
        {
            "app/api/auth/[...nextauth]/route.ts": 'export { GET, POST } from "@/handlers";',
            "handlers.ts": 'import { handlers } from "@/auth"; export const { GET, POST } = handlers;',
        }
    )
    assert set(doors) == {"GET /api/auth/:nextauth*", "POST /api/auth/:nextauth*"}
    assert all(door.guard is None for door in doors.values())


# -- pages ------------------------------------------------------------------------------------------------------------

PAGE = """
    import { redirect, notFound } from "next/navigation";
    import { auth } from "@/auth";
    import { db } from "@/db";
    export default async function Page({ params }) {
        const session = await auth();
        if (!session) redirect("/login");
        const order = await db.order.findFirst({ where: { id: (await params).id, userId: session.user.id } });
        if (!order) notFound();
        return <p>{order.total}</p>;
    }
"""


def test_a_page_that_loads_data_is_a_door_and_redirects_are_guards() -> None:
    door = next_doors({"app/(shop)/orders/[id]/page.tsx": PAGE})["GET /orders/:id"]
    assert door.kind is DoorKind.PAGE
    assert door.guard is Checks.OWNER
    assert {one.checks for one in door.guards} == {Checks.LOGIN, Checks.OWNER}


@pytest.mark.parametrize(
    "code",
    [
        "export default function Page() { return <p>hello</p>; }",
        '"use client"; import { db } from "@/db"; export default function Page() { db.a.findMany(); return <p/>; }',
        """import { db } from "@/db"; export async function generateStaticParams() { return []; }
        export default async function Page() { return <p>{await db.a.findMany()}</p>; }""",
    ],
)
def test_pages_that_load_nothing_or_are_made_when_built_are_no_doors(code: str) -> None:
    assert not next_doors({"app/page.tsx": code})


def test_what_parts_of_a_page_load_on_the_server() -> None:
    files = {
        "app/page.tsx": 'import { List } from "@/list"; export default function Page() { return <p><List/></p>; }',
        "list.tsx": 'import { db } from "@/db"; export async function List() {'
        " const all = await db.order.findMany(); return <p>{all.length}</p>; }",
    }
    assert [one.path for one in next_doors(files)["GET /"].reaches] == ["list.tsx"]


def test_a_layout_guards_no_page_and_says_so() -> None:
    layout = """
        import { redirect } from "next/navigation";
        import { auth } from "@/auth";
        export default async function Layout({ children }) {
            if (!(await auth())) redirect("/login");
            return <div>{children}</div>;
        }
    """
    page = 'import { db } from "@/db"; export default async function Page() { return <p>{await db.a.findMany()}</p>; }'
    door = next_doors({"app/admin/layout.tsx": layout, "app/admin/users/page.tsx": page})["GET /admin/users"]
    assert door.guard is None
    assert [(one.name, one.checks, bool(one.why)) for one in door.guards] == [("Layout", Checks.NOTHING, True)]


# -- packages of the same repository ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exports", "asked", "file"),
    [
        ('{".": "./src/client.ts"}', "@my/db", "client.ts"),
        ('{".": {"types": "./dist/client.d.ts", "import": "./src/client.ts"}}', "@my/db", "client.ts"),
        ('{"./*": "./src/*.ts"}', "@my/db/client", "client.ts"),
        ('{"./client": {"import": {"default": "./src/client.ts"}}}', "@my/db/client", "client.ts"),
        ('"./src/client.ts"', "@my/db", "client.ts"),
    ],
)
def test_what_a_package_of_the_repository_gives_out(exports: str, asked: str, file: str) -> None:
    doors = next_doors({
        "packages/db/package.json": f'{{"name": "@my/db", "exports": {exports}}}',
        f"packages/db/src/{file}": 'export { db } from "@/db";',
        "app/api/route.ts": f'import {{ db }} from "{asked}";'
        " export const GET = async () => Response.json(await db.order.findMany());",
    })  # fmt: skip
    assert len(doors["GET /api"].reaches) == 1


def test_a_route_that_serves_a_router_of_another_framework_is_no_door() -> None:
    route = """
        import { Hono } from "hono";
        import { handle } from "hono/vercel";
        const app = new Hono().basePath("/api");
        export const GET = handle(app);
    """
    assert "GET /api/:path*" not in next_doors({"app/api/[...path]/route.ts": route})


@pytest.mark.parametrize(("check", "guard"), [("if (!session) throw new Error();", Checks.LOGIN), ("", None)])
def test_the_middleware_of_an_upload_is_its_guard(check: str, guard: Checks | None) -> None:
    core = f"""
        import {{ createUploadthing }} from "uploadthing/next";
        import {{ auth }} from "@/auth";
        import {{ db }} from "@/db";
        const f = createUploadthing();
        export const ourFileRouter = {{
            image: f({{ image: {{}} }})
                .middleware(async () => {{ const session = await auth(); {check} return {{ id: session?.user.id }}; }})
                .onUploadComplete(async ({{ metadata, file }}) => {{
                    await db.image.create({{ data: {{ url: file.url, userId: metadata.id }} }});
                }}),
        }};
    """
    route = """
        import { createRouteHandler } from "uploadthing/next";
        import { ourFileRouter } from "@/core";
        export const { GET, POST } = createRouteHandler({ router: ourFileRouter });
    """
    door = next_doors({"core.ts": core, "app/api/uploadthing/route.ts": route})["POST /api/uploadthing"]
    assert door.guard is guard
    assert {(one.field, one.origin) for one in door.reaches[0].sets} == {
        ("url", Origin.INPUT), ("userId", Origin.IDENTITY),
    }  # fmt: skip
