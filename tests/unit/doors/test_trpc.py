"""tRPC: every procedure of every router is a door, with the steps before it as guards."""

from __future__ import annotations

import pytest

from helpers.next_app import next_doors
from walkdown.model.door import Checks, Door, Operation, Origin

BASE = """
    import { initTRPC, TRPCError } from "@trpc/server";
    import { auth } from "@/auth";
    import { db } from "@/db";
    export const createTRPCContext = async (opts) => ({ db, session: await auth(), ...opts });
    const t = initTRPC.context().create({ transformer: null });
    export const createTRPCRouter = t.router;
    export const publicProcedure = t.procedure;
    const isLoggedIn = t.middleware(({ ctx, next }) => {
        if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
        return next({ ctx: { session: { ...ctx.session, user: ctx.session.user } } });
    });
    export const protectedProcedure = t.procedure.use(isLoggedIn);
    export const adminProcedure = protectedProcedure.use(async ({ ctx, next }) => {
        if (ctx.session.user.role !== "admin") throw new TRPCError({ code: "FORBIDDEN" });
        return next();
    });
"""
ORDERS = """
    import { z } from "zod";
    import { createTRPCRouter, publicProcedure, protectedProcedure, adminProcedure } from "@/trpc";
    export const orders = createTRPCRouter({
        all: publicProcedure.query(({ ctx }) => ctx.db.order.findMany()),
        remove: protectedProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
            await ctx.db.order.delete({ where: { id: input.id, userId: ctx.session.user.id } });
        }),
        wipe: adminProcedure.mutation(({ ctx }) => ctx.db.order.deleteMany()),
    });
"""
ROOT = """
    import { createTRPCRouter } from "@/trpc";
    import { orders } from "@/orders";
    export const appRouter = createTRPCRouter({ orders, deep: { orders } });
"""
MOUNT = """
    import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
    import { appRouter } from "@/root";
    import { createTRPCContext } from "@/trpc";
    const handler = (req) => fetchRequestHandler({
        endpoint: "/api/trpc", req, router: appRouter, createContext: () => createTRPCContext({ headers: req.headers }),
    });
    export { handler as GET, handler as POST };
"""
FILES = {"trpc.ts": BASE, "orders.ts": ORDERS, "root.ts": ROOT, "app/api/trpc/[trpc]/route.ts": MOUNT}


@pytest.fixture(scope="module")
def doors() -> dict[str, Door]:
    return next_doors(FILES)


def test_every_procedure_is_a_door_and_the_route_that_serves_them_is_none(doors: dict[str, Door]) -> None:
    names = ("GET trpc/{}orders.all", "POST trpc/{}orders.remove", "POST trpc/{}orders.wipe")
    assert set(doors) == {name.format(before) for before in ("", "deep.") for name in names}


def test_the_steps_of_a_procedure_are_its_guards(doors: dict[str, Door]) -> None:
    assert doors["GET trpc/orders.all"].guard is None
    assert doors["POST trpc/orders.remove"].guard is Checks.LOGIN
    assert doors["POST trpc/orders.wipe"].guard is Checks.ROLE
    assert [one.name for one in doors["POST trpc/orders.remove"].guards] == ["isLoggedIn"]


def test_what_a_procedure_reaches_through_its_context(doors: dict[str, Door]) -> None:
    door = doors["POST trpc/orders.remove"]
    assert [one.operation for one in door.reaches] == [Operation.DELETE]
    assert [(one.field, one.origin) for one in door.reaches[0].filters] == [
        ("id", Origin.INPUT), ("userId", Origin.IDENTITY),
    ]  # fmt: skip
    assert door.validated == "yes"
    assert door.file == "orders.ts"


def test_routers_that_nobody_mounts_in_a_known_way_are_found_by_themselves() -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith("app/")}
    assert "POST trpc/orders.wipe" in next_doors(files)
