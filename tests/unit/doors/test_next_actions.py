"""Server actions: every one is a door of its own, whatever page it stands on."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of
from helpers.next_app import next_doors
from walkdown.model.door import Checks, DoorKind, Operation, Origin


def test_every_exported_function_of_a_file_of_actions() -> None:
    actions = """
        "use server";
        import { auth } from "@/auth";
        import { db } from "@/db";
        async function inner() { await db.order.deleteMany({}); }
        export async function removeOrder(id) {
            const session = await auth();
            if (!session) throw new Error("no");
            await db.order.delete({ where: { id } });
        }
        export const rename = async (previous, formData) => {
            await db.order.update({ where: { id: formData.get("id") }, data: { name: formData.get("name") } });
            return { ok: true };
        };
        export const limit = 5;
    """
    doors = next_doors({"app/actions.ts": actions})
    assert set(doors) == {"ACTION app/actions.ts#removeOrder", "ACTION app/actions.ts#rename"}
    removes, renames = doors["ACTION app/actions.ts#removeOrder"], doors["ACTION app/actions.ts#rename"]
    assert removes.kind is DoorKind.ACTION
    assert (removes.guard, renames.guard) == (Checks.LOGIN, None)
    assert [one.origin for one in removes.reaches[0].filters] == [Origin.INPUT]
    assert [one.origin for one in renames.reaches[0].sets] == [Origin.INPUT]


def test_an_action_inside_a_page_does_not_have_the_pages_guard() -> None:
    page = """
        import { redirect } from "next/navigation";
        import { auth } from "@/auth";
        import { db } from "@/db";
        export default async function Page({ params }) {
            const session = await auth();
            if (!session) redirect("/login");
            async function remove(formData) {
                "use server";
                await db.order.delete({ where: { id: formData.get("id"), userId: session.user.id } });
            }
            return <form action={remove}/>;
        }
    """
    door = next_doors({"app/orders/page.tsx": page})["ACTION app/orders/page.tsx#remove"]
    assert door.guard is None
    assert {(one.field, one.origin) for one in door.reaches[0].filters} == {
        ("id", Origin.INPUT), ("userId", Origin.IDENTITY),
    }  # fmt: skip


def test_no_middleware_stands_before_an_action() -> None:
    files = {
        "middleware.ts": 'export { default } from "next-auth/middleware";',
        "app/actions.ts": '"use server"; import { db } from "@/db"; export async function all() {'
        " return db.order.findMany(); }",
    }
    assert next_doors(files)["ACTION app/actions.ts#all"].guard is None


SAFE = """
    import { createSafeActionClient } from "next-safe-action";
    import { auth } from "@/auth";
    export const open = createSafeActionClient();
    export const loggedIn = open.use(async ({ next }) => {
        const session = await auth();
        if (!session) throw new Error("no");
        return next({ ctx: { user: session.user } });
    });
    export const adminOnly = loggedIn.use(async ({ next, ctx }) => {
        if (ctx.user.role !== "admin") throw new Error("no");
        return next();
    });
"""


@pytest.mark.parametrize(("client", "guard"), [("open", None), ("loggedIn", Checks.LOGIN), ("adminOnly", Checks.ROLE)])
def test_the_middlewares_of_a_safe_action_are_its_guards(client: str, guard: Checks | None) -> None:
    actions = f"""
        "use server";
        import {{ z }} from "zod";
        import {{ db }} from "@/db";
        import {{ {client} }} from "@/safe";
        const schema = z.object({{ id: z.string() }});
        export const remove = {client}.schema(schema).action(async ({{ parsedInput, ctx }}) => {{
            await db.order.delete({{ where: {{ id: parsedInput.id, userId: ctx.user?.id }} }});
        }});
    """
    door = next_doors({"safe.ts": SAFE, "app/actions.ts": actions})["ACTION app/actions.ts#remove"]
    assert door.guard is guard
    assert door.validated == "yes"
    assert door.reaches[0].filters[0].origin is Origin.INPUT
    if guard is not None:
        assert door.reaches[0].filters[1].origin is Origin.IDENTITY


def test_zsa_procedures_hand_on_what_they_return() -> None:
    actions = """
        "use server";
        import { createServerActionProcedure } from "zsa";
        import { auth } from "@/auth";
        import { db } from "@/db";
        const authed = createServerActionProcedure().handler(async () => {
            const session = await auth();
            if (!session) throw new Error("no");
            return { user: session.user };
        });
        export const mine = authed.createServerAction().handler(async ({ ctx }) =>
            db.order.findMany({ where: { userId: ctx.user.id } }));
    """
    door = next_doors({"app/actions.ts": actions})["ACTION app/actions.ts#mine"]
    assert door.guard is Checks.LOGIN
    assert door.reaches[0].operation is Operation.READ
    assert door.reaches[0].filters[0].origin is Origin.IDENTITY


def test_a_file_of_actions_outside_of_next_is_no_door() -> None:
    assert not doors_of({"app/actions.ts": '"use server"; export async function all() { return 1; }'})


def test_an_action_that_is_not_understood_says_so() -> None:
    actions = '"use server"; import { make } from "somewhere"; export const { save } = make(); export const limit = 3;'
    doors = next_doors({"app/actions.ts": actions})
    assert set(doors) == {"ACTION app/actions.ts#save"}
    assert doors["ACTION app/actions.ts#save"].uncertain
