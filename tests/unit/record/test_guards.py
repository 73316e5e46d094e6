"""Guards that are gone since a record, and none that only moved; lines a person must read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkdown.record.guard_words import MUST_READ, REMOVED, Versions
from walkdown.record.guards import MOST_HUNKS, hunks_of


def removed(*files: Versions) -> list[tuple[str, int, str]]:
    return [(one.path, one.line, one.why) for one in hunks_of(files) if one.what == REMOVED]


def of(path: str, before: str | None, after: str | None) -> list[tuple[int, str]]:
    return [(line, why) for _, line, why in removed(Versions(path, before, after))]


VIEW = """\
from django.contrib.auth.decorators import login_required


@login_required
def account(request):
    return render(request, "account.html")
"""
ROUTE = """\
from app.deps import get_current_user

@router.delete("/items/{item_id}")
def delete_item(
    item_id: int,
    user: User = Depends(get_current_user),
    db: Session = Depends(get_db),
) -> None:
    db.delete(item_id)
"""
EXPRESS = """\
import { requireAuth } from "./auth";

router.delete("/invoices/:id", requireAuth, async (req, res) => {
  await remove(req.params.id);
});
"""
HANDLER = """\
import { getServerSession } from "next-auth";

export async function GET(request: Request) {
  const session = await getServerSession(options);
  if (!session) return new Response(null, { status: 401 });
  return Response.json(await orders());
}
"""
PROCEDURE = """\
export const orders = createTRPCRouter({
  remove: protectedProcedure.input(z.string()).mutation(({ ctx, input }) => ctx.db.remove(input)),
});
"""
NEST = """\
@Controller("orders")
export class OrdersController {
  @UseGuards(JwtAuthGuard)
  @Delete(":id")
  remove(@Param("id") id: string) {
    return this.orders.remove(id);
  }
}
"""


@pytest.mark.parametrize(
    ("path", "text", "gone", "why"),
    [
        ("app/views.py", VIEW, "@login_required\n", "@login_required is gone: a login check of account"),
        ("app/items.py", ROUTE, "    user: User = Depends(get_current_user),\n", "Depends(get_current_user"),
        ("src/invoices.ts", EXPRESS, " requireAuth,", "requireAuth is gone: a login check of delete /invoices/:id"),
        ("app/api/orders/route.ts", HANDLER, "  const session = await getServerSession(options);\n", "check of GET"),
        ("src/server/orders.ts", PROCEDURE, "", "protectedProcedure is gone: a login check of orders.remove"),
        ("src/orders.controller.ts", NEST, "  @UseGuards(JwtAuthGuard)\n", "check of OrdersController.remove"),
        ("api/views.py", "class Items(APIView):\n    permission_classes = [IsAdminUser]\n    def get(self): ...\n",
         "    permission_classes = [IsAdminUser]\n", "a permission check of Items"),
        ("api/views.py", "class Items(LoginRequiredMixin, View):\n    def get(self): ...\n", "LoginRequiredMixin, ",
         "LoginRequiredMixin is gone: a login check of Items"),
        ("api/login.py", "@limiter.limit('5/minute')\ndef login(request): ...\n", "@limiter.limit('5/minute')\n",
         "a limiter check of login"),
        ("config/settings.py", 'MIDDLEWARE = [\n    "django.middleware.csrf.CsrfViewMiddleware",\n    "x",\n]\n',
         '    "django.middleware.csrf.CsrfViewMiddleware",\n', "a csrf check"),
        ("src/app.ts", "const app = express();\napp.use(csurf());\napp.listen(1);\n", "app.use(csurf());\n", "csrf"),
    ],
)  # fmt: skip
def test_a_guard_that_went_while_what_it_guarded_stayed(path: str, text: str, gone: str, why: str) -> None:
    after = text.replace("protectedProcedure", "publicProcedure") if not gone else text.replace(gone, "")
    assert after != text
    found = of(path, text, after)
    assert any(why in told for _, told in found), found


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.py", VIEW, "@login_required"),
        ("a.py", ROUTE, "    user: User = Depends(get_current_user),"),
        ("a.ts", HANDLER, "  const session = await getServerSession(options);"),
        ("a.ts", NEST, "  @UseGuards(JwtAuthGuard)"),
    ],
)
def test_a_guard_in_a_comment_is_none(path: str, text: str, line: str) -> None:
    mark = "# " if path == "a.py" else "// "
    assert len(of(path, text, text.replace(f"\n{line}\n", f"\n{mark}{line}\n"))) == 1


UNHARMED = [
    ("reformatted", "a.py", ROUTE, ROUTE.replace("    user: User = Depends(get_current_user),\n",
     "    user: User = Depends(\n        get_current_user\n    ),\n").replace("(\n        get_current_user\n    )",
     "(get_current_user)").replace("    item_id: int,\n", "    item_id: int, ")),
    ("another quote style", "a.ts", EXPRESS, EXPRESS.replace('"', "'")),
    ("a moved function", "a.py", VIEW + "\n\ndef other(): ...\n",
     "from x import login_required\n\n\ndef other(): ...\n\n\n@login_required\ndef account(request):\n    return 1\n"),
    ("the whole function went", "a.py", VIEW + "\n\ndef other():\n    return 2\n",
     "def other():\n    return 2\n"),
    ("a guard that asks for more", "a.py", VIEW, VIEW.replace("@login_required", "@permission_required('shop.x')")),
    ("all in one line", "a.py", ROUTE, ROUTE.replace("    item_id: int,\n", "").replace(
     "    user: User = Depends(get_current_user),\n", "    *, item_id: int, user: CurrentUser,\n")),
    ("a chain", "a.ts", EXPRESS, EXPRESS.replace("router.delete", "export const r = new Hono().delete")),
    ("a typed dependency", "a.py", ROUTE, ROUTE.replace("user: User = Depends(get_current_user)", "user: CurrentUser")),
    ("onto the router", "a.py", "router = APIRouter()\n" + ROUTE,
     "router = APIRouter(dependencies=[Depends(get_current_user)])\n"
     + ROUTE.replace("    user: User = Depends(get_current_user),\n", "")),
    ("onto the class", "a.ts", NEST,
     NEST.replace("  @UseGuards(JwtAuthGuard)\n", "").replace("@Controller", "@UseGuards(JwtAuthGuard)\n@Controller")),
    ("into a helper it calls", "a.ts", HANDLER,
     ("async function mine() {\n  const session = await getServerSession(options);\n  return session;\n}\n\n"
      "export async function GET(request: Request) {\n  const session = await mine();\n  return orders();\n}\n")),
    ("only its import", "a.ts", EXPRESS, EXPRESS.replace('import { requireAuth } from "./auth";\n', "")),
    ("only a comment", "a.py", VIEW + "# @login_required\n", VIEW),
    ("more endpoints", "a.py", VIEW, VIEW + "\n\n@login_required\ndef orders(request):\n    return 2\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "before", "after"), [one[1:] for one in UNHARMED], ids=[one[0] for one in UNHARMED])
def test_what_is_no_removed_guard(path: str, before: str, after: str) -> None:
    assert before != after
    assert of(f"src/{path}", before, after) == []


def test_a_function_that_moves_to_another_file_takes_its_guard_along_or_not() -> None:
    home = Versions("app/views.py", VIEW, None)
    assert removed(home, Versions("app/account.py", None, VIEW)) == []
    bare = VIEW.replace("@login_required\n", "")
    assert removed(home, Versions("app/account.py", None, bare)) == [
        ("app/account.py", 4, "@login_required is gone: a login check of account")
    ]


def test_a_guard_that_moves_into_another_changed_file() -> None:
    before = Versions("app/items.py", ROUTE, ROUTE.replace("    user: User = Depends(get_current_user),\n", ""))
    main = "app.include_router(items.router)\n"
    guarded = "app.include_router(items.router, dependencies=[Depends(get_current_user)])\n"
    assert removed(before) != []
    assert removed(before, Versions("app/main.py", main, guarded)) == []


def test_doors_that_were_opened() -> None:
    call = "def fetch(url):\n    return requests.get(url, timeout=5)\n"
    assert of("a.py", call, call.replace("timeout=5", "timeout=5, verify=False")) == [
        (2, "verify=False: certificates are not checked")
    ]
    assert (
        of("a.py", call.replace("timeout=5", "verify=False"), call.replace("timeout=5", "timeout=9, verify=False"))
        == []
    )
    hook = "def hook(request):\n    return 1\n"
    assert of("a.py", hook, "@csrf_exempt\n" + hook) == [(1, "@csrf_exempt: the check against forged requests is off")]
    # A new endpoint that is open to all may be meant so: a sign-in has to be.
    assert of("a.ts", PROCEDURE, PROCEDURE.replace("  remove", "  list: publicProcedure.query(all),\n  remove")) == []


def test_the_middleware_of_next() -> None:
    matcher = '  matcher: ["/app/:path*", "/billing/:path*"],\n'
    before = f"export default clerkMiddleware();\nexport const config = {{\n{matcher}}};\n"
    after = before.replace(', "/billing/:path*"', "")
    assert of("src/middleware.ts", before, after) == [(3, "/billing/:path* is no longer matched by the middleware")]
    wider = before.replace('["/app/:path*", "/billing/:path*"]', '["/((?!_next).*)"]')
    assert of("middleware.ts", before, wider) == []
    gone = [Versions("middleware.ts", before, None)]
    assert removed(*gone) == [("middleware.ts", 0, "the middleware that asked who somebody is was removed")]
    assert removed(*gone, Versions("proxy.ts", None, before)) == []


def test_in_a_middleware_every_change_is_read() -> None:
    before = "export async function middleware(request) {\n  return await updateSession(request);\n}\n"
    after = before.replace("await updateSession(request)", "undefined")
    [gone, *_] = hunks_of([Versions("middleware.ts", before, after)])
    assert (gone.what, "updateSession" in gone.why) == ("guard-removed", True)

    before = "export function middleware(request) {\n  return next(request);\n}\n"
    after = before.replace("next(request)", "undefined")
    assert [(one.what, one.line, one.why) for one in hunks_of([Versions("src/middleware.ts", before, after)])] == [
        (MUST_READ, 2, "middleware")
    ]
    assert hunks_of([Versions("src/next.ts", before, after)]) == ()
    assert hunks_of([Versions("src/middleware.ts", before, f"// seen\n{before}")]) == ()


POLICY = """\
create table public.orders (id int);
alter table public.orders enable row level security;
create policy "own" on public.orders for select using (auth.uid() = owner);
"""


def test_policies() -> None:
    first = "supabase/migrations/1.sql"
    assert of(first, POLICY, POLICY.replace("alter table public.orders enable row level security;\n", "")) == [
        (1, "row level security of orders is no longer switched on")
    ]
    assert of(first, POLICY, POLICY.split("create policy", maxsplit=1)[0]) == [(1, "a policy of orders is gone")]
    dropped = Versions("supabase/migrations/2.sql", None, 'drop policy if exists "own" on public.orders;\n')
    assert removed(dropped) == [("supabase/migrations/2.sql", 1, "a policy of orders is dropped")]
    off = Versions("supabase/migrations/2.sql", None, "\nalter table orders\n  disable row level security;\n")
    assert removed(off) == [("supabase/migrations/2.sql", 2, "row level security of orders is switched off")]


def test_policies_that_were_only_written_anew() -> None:
    again = 'drop policy "own" on orders;\ncreate policy "mine" on orders for all using (auth.uid() = owner);\n'
    assert removed(Versions("m/2.sql", None, again)) == []
    assert removed(Versions("m/1.sql", POLICY, None), Versions("m/all.sql", None, POLICY.upper())) == []
    assert removed(Versions("m/1.sql", POLICY, None)) == [], "the table went along"
    assert removed(Versions("m/2.sql", None, "drop table orders;\ndrop policy own on orders;\n")) == []
    assert removed(Versions("m/2.sql", None, "-- drop policy own on orders;\n")) == []


def test_must_read_names_the_topics_once_for_each_stretch() -> None:
    before = "a = 1\nb = 2\n" + "x = 0\n" * 9 + "c = 3\n"
    after = "a = 1\nb = bcrypt.hash(password)\nd = stripe.charge\n" + "x = 0\n" * 9 + "c = current_user\n"
    found = hunks_of([Versions("app/pay.py", before, after)])
    assert [(one.what, one.line, one.why) for one in found] == [
        (MUST_READ, 13, "access"),
        (MUST_READ, 2, "password, payment"),
    ]


@pytest.mark.parametrize("line", ["# the password", "// auth", "from app import password", 'import auth from "auth"'])
def test_comments_and_imports_need_no_reading(line: str) -> None:
    assert hunks_of([Versions("app/a.py", "a = 1\n", f"a = 1\n{line}\n")]) == ()


@pytest.mark.parametrize("path", ["a.md", "tests/test_auth.py", "src/auth.test.ts", "package-lock.json", "a.min.js"])
def test_prose_tests_and_locks_need_no_reading(path: str) -> None:
    assert hunks_of([Versions(path, VIEW, VIEW.replace("@login_required\n", "password = 1\n"))]) == ()


def test_white_space_needs_no_reading() -> None:
    assert hunks_of([Versions("a.py", "if password:\n  auth( a,b )\n", "if password:\n    auth(a, b)\n")]) == ()


def test_guards_come_first_and_no_more_than_can_be_read() -> None:
    many = [Versions(f"a/{n:03}.py", "x = 1\n", "x = password\n") for n in range(MOST_HUNKS + 9)]
    found = hunks_of([*many, Versions("z.py", VIEW, VIEW.replace("@login_required\n", ""))])
    assert len(found) == MOST_HUNKS
    assert [one.what for one in found[:2]] == [REMOVED, MUST_READ]


def test_names_from_the_code_are_short_and_plain() -> None:
    evil = "\x1b]0;x\x07<b>|`\u202e[x](javascript:1)" + "y" * 500
    text = f'router.get("/{evil}", requireAuth, (req, res) => {{\n  go();\n}});\n'
    [(_, line, why)] = removed(Versions("a.ts", text, text.replace("requireAuth, ", "")))
    assert line == 1
    assert why.isascii()
    assert why.isprintable()
    assert not set(why) & set("<>|`\\")
    assert len(why) < 300


@given(
    st.lists(
        st.sampled_from([*VIEW, *EXPRESS, "\n", "@", "{", "(", "\x00", "\ud800", "alter table ", "create policy "])
    ),
    st.lists(st.sampled_from([VIEW, EXPRESS, POLICY, "matcher: [", "'/x", "\r", "\udcff", "é" * 50])),
    st.sampled_from(["a.py", "a.ts", "a.sql", "middleware.ts", "a.vue", ".env"]),
)
def test_whatever_the_text_it_answers(one: list[str], other: list[str], path: str) -> None:
    before, after = "".join(one), "".join(other)
    for versions in (Versions(path, before, after), Versions(path, after, before), Versions(path, None, after)):
        for hunk in hunks_of([versions]):
            assert 0 <= hunk.line <= max(after.count("\n"), before.count("\n")) + 1


LONG = (
    "(" * 20_000,
    "a." * 20_000,
    "@" + "x." * 9_000,
    "const x: " + "=" * 9_000,
    " " * 20_000 + "x",
    "create policy " * 5_000,
    "alter table x " + " " * 20_000,
    '"' * 20_000,
    "@require" + "_a" * 9_000,
    "from " + "a" * 9_000 + " x",
)


@pytest.mark.parametrize("line", LONG)
def test_no_line_takes_long(line: str) -> None:
    text = f"{line}\n" * 5
    for path in ("a.py", "a.ts", "a.sql", "middleware.ts"):
        hunks_of([Versions(path, text, "x = auth\n"), Versions(path, "x = auth\n", text)])
