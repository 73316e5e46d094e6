"""Next's pages router: one door for every method a handler tells apart."""

from __future__ import annotations

import pytest

from helpers.next_app import next_doors
from walkdown.model.door import Checks, DoorKind, Operation, Origin

HELPERS = """
    import { getServerSession } from "next-auth";
    import { db } from "@/db";
    async function all(req, res) { res.status(200).json(await db.order.findMany()); }
    async function add(req, res) {
        const session = await getServerSession(req, res, {});
        if (!session) return res.status(401).json({ error: "no" });
        await db.order.create({ data: { name: req.body.name, userId: session.user.id } });
        res.status(201).end();
    }
"""


@pytest.mark.parametrize(
    "handler",
    [
        """switch (req.method) {
            case "GET": return all(req, res);
            case "POST": return add(req, res);
            default: return res.status(405).json({ error: "no such method" });
        }""",
        """if (req.method === "GET") return all(req, res);
        if (req.method === "POST") return add(req, res);
        res.status(405).end();""",
        """const handlers = { GET: all, POST: add };
        const chosen = handlers[req.method];
        if (!chosen) return res.status(405).end();
        return chosen(req, res);""",
        """const { method } = req;
        try {
            if (method == "GET") await all(req, res);
            else if (method == "POST") await add(req, res);
            else throw new Error("no such method");
        } catch (error) { res.status(500).json({}); }""",
    ],
)
def test_one_door_for_every_method(handler: str) -> None:
    doors = next_doors(
        {"pages/api/orders/index.ts": f"{HELPERS} export default async function handler(req, res) {{ {handler} }}"}
    )
    assert set(doors) == {"GET /api/orders", "POST /api/orders"}
    reads, adds = doors["GET /api/orders"], doors["POST /api/orders"]
    assert [one.operation for one in reads.reaches] == [Operation.READ]
    assert [one.operation for one in adds.reaches] == [Operation.INSERT]
    assert (reads.guard, adds.guard) == (None, Checks.LOGIN)


def test_a_handler_that_asks_for_no_method_takes_any() -> None:
    doors = next_doors({"pages/api/orders.ts": HELPERS + "export default all;"})
    assert set(doors) == {"ANY /api/orders"}


def test_a_handler_that_refuses_all_but_one() -> None:
    code = """export default async function handler(req, res) {
        if (req.method !== "DELETE") return res.status(405).end();
        await db.order.delete({ where: { id: req.query.id, shop: req.query.shop } });
        res.status(204).end();
    }"""
    doors = next_doors({"pages/api/orders/[id].ts": HELPERS + code})
    assert set(doors) == {"DELETE /api/orders/:id"}
    assert [one.origin for one in doors["DELETE /api/orders/:id"].reaches[0].filters] == [Origin.INPUT, Origin.INPUT]


def test_next_connect_puts_handlers_together() -> None:
    code = """
        import { createRouter } from "next-connect";
        const router = createRouter();
        router.use(async (req, res, next) => {
            req.session = await getServerSession(req, res, {});
            if (!req.session) return res.status(401).end();
            await next();
        });
        router.get(all).post(add);
        export default router.handler();
    """
    doors = next_doors({"pages/api/orders.ts": HELPERS + code})
    assert set(doors) == {"GET /api/orders", "POST /api/orders"}
    assert {door.guard for door in doors.values()} == {Checks.LOGIN}


def test_a_page_that_loads_its_data_on_the_server() -> None:
    code = """export const getServerSideProps = async (context) => {
        const session = await getServerSession(context.req, context.res, {});
        if (!session) return { redirect: { destination: "/login", permanent: false } };
        const order = await db.order.findFirst({ where: { id: context.params.id } });
        return { props: { order } };
    };
    export default function Page({ order }) { return <p>{order.name}</p>; }"""
    door = next_doors({"pages/orders/[id].tsx": HELPERS + code})["GET /orders/:id"]
    assert door.kind is DoorKind.PAGE
    assert door.guard is Checks.LOGIN
    assert door.reaches[0].filters[0].origin is Origin.INPUT


def test_pages_without_data_and_files_of_the_frame_are_no_doors() -> None:
    frame = "export default function App() { return <p/>; }"
    props = "export async function getServerSideProps() { return { props: {} }; } export default () => <p/>;"
    assert not next_doors({"pages/_app.tsx": frame, "pages/about.tsx": frame, "pages/index.tsx": props})
