"""What a file of JavaScript or TypeScript says: its values, statements, functions and classes."""

from __future__ import annotations

import pytest

from helpers.show_program import show
from walkdown.syntax.program import Call, Do, Text
from walkdown.syntax.script_program import read_program


def _shown(source: str, extension: str = "ts") -> list[str]:
    return show(read_program(source.encode(), extension)).splitlines()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a?.b['c'].d[e]!.f", "a?.b.c.d[e].f"),
        ("(x as any)(<T>y, z satisfies Z, ...rest)", "x(y, z, ...rest)"),
        ("await new this.Model<User>({ id, 'two': 2, [three]: 3, ...more })",
         "await new this.Model({id: id, two: 2, [three]: 3, ...more})"),
        ("x = await f()", "x = await f()"),
        ("x = await a.f<T>(y).g()", "x = await a.f(y).g()"),
        ("x = !a.f<T>(y)", "x = !a.f(y)"),
        ("x = (await f)(y)", "x = await f(y)"),
        ("count++", "count += 1"),
        ("a.b ??= c", "a.b ??= c"),
        ("[a, b.c] = [b, ...a]", "[a, b.c] = [b, ...a]"),
        ("({ a, b: c = 1, ...d } = e)", "{a: a, b: c = 1, ...d} = e"),
        ("!(await ok()) || -1 in x", "(!await ok() || (-1 in x))"),
        ("typeof a === 'string' ? void 0 : delete b.c", '((typeof a === "string") ? void 0 : delete b.c)'),
        ("`a${b}c`", "`a${b}c`"),
        ("`plain \\n text`", '"plain \n text"'),
        ("'SELECT * ' + 'FROM t WHERE id = ' + id + ';'", "`SELECT * FROM t WHERE id = ${id};`"),
        ("a + b + 1", "((a + b) + 1)"),
        ("sql`select ${id}`", "sql`select ${id}`"),
        ("sql<{ id: string; at: Map<A, B> }>`select ${id}`.execute(db)", "sql`select ${id}`.execute(db)"),
        ("(0, core.run)(/^a\\/b$/gi)", 'core.run(new RegExp("^a\\/b$", "gi"))'),
        ("x = (f(), y)", "x = (f() , y)"),
        ("import.meta.env.VITE_KEY", "import.meta.env.VITE_KEY"),
        ("f('\\x41\\u0042\\u{43}\\'\\\n')", 'f("ABC\'")'),
        ("f(undefined, null, true, 1n, 0x1F)", "f(undefined, null, true, 1n, 0x1F)"),
        ("x = 'a<b>' + `<b>${c}</b>`", "x = `a<b><b>${c}</b>`"),
    ],
)  # fmt: skip
def test_values(source: str, said: str) -> None:
    assert "\n".join(_shown(source)) == f"1: {said}"


def test_markup_keeps_values_and_handlers_and_leaves_out_looks() -> None:
    source = """<Layout title="Me & you" {...rest} onSave={async () => save(x)} className="p-2" open>
      {user.isAdmin && <Admin.Panel/>} Save & close <>{items.map(draw)}</>
    </Layout>"""
    for extension in ("tsx", "jsx", "js"):
        assert _shown(source, extension) == [
            (
                '1: <Layout title: "Me & you" ...rest onSave: f0 open: true>'
                "(user.isAdmin && <Admin.Panel></>), <>items.map(draw)</></>"
            ),
            "f0 1-1: async arrow onSave()",
            "  1: return save(x)",
        ]


def test_statements() -> None:
    source = """
if (a) b(); else if (c) { d() } else e();
for (const { id, at: [first] } of rows) continue;
for await (const row of rows) break;
for (const key in row) { use(key) }
for (let i = 0; i < 3; i++) { f(i) }
while (a) { g() }
do { h() } while (b);
try { risky() } catch ({ message }) { log(message) } finally { done() }
try { quiet() } catch {}
throw new Error("no");
outer: for (;;) break outer;
using file = open();
"""
    assert _shown(source) == [
        "2: if a", "  2: b()", "else", "  2: if c", "    2: d()", "  else", "    2: e()",
        "3: loop id<*.id, first<*.at.0 over rows", "  3: continue",
        "4: loop row<* over await rows", "  4: break",
        "5: loop key<@ over row", "  5: use(key)",
        "6: let i = 0", "6: loop while (i < 3)", "  6: f(i)", "  6: i += 1",
        "7: loop while a", "  7: g()",
        "8: loop while b", "  8: h()",
        "9: try", "  9: risky()", "catch error:9", "  9: let message<message = error:9", "  9: log(message)",
        "finally", "  9: done()",
        "10: try", "  10: quiet()", "catch",
        '11: throw new Error("no")',
        "12: loop", "  12: break",
        "13: let file = open()",
    ]  # fmt: skip


def test_a_switch_is_a_chain_of_ifs_that_asks_once_and_falls_through() -> None:
    source = """switch (await kind()) {
  case "a": case "b": one();
  case "c": { two(); break }
  case "d": return;
  default: three();
}"""
    assert _shown(source) == [
        "1: let switch:1 = await kind()",
        '2: if ((switch:1 === "a") || (switch:1 === "b"))', "  2: one()", "  3: two()",
        "else", '  3: if (switch:1 === "c")', "    3: two()",
        "  else", '    4: if (switch:1 === "d")', "      4: return",
        "    else", "      5: three()",
    ]  # fmt: skip


def test_functions_of_every_kind_with_their_parameters_and_types() -> None:
    source = """"use client"
async function load({ id, at: { x = 1 } = {}, ...y }: Where, [a, , b] = two, ...all: T[]): Promise<U | null> {
  "use server"
  return helper
  function helper(this: Me, flag?: boolean) {}
}
function* numbers() { yield 1; const got = yield; }
const handler = async req => req.body, named = function inner() {}
app.get("/x", (req, res) => { res.json(1) });
(function () { boot() })()
declare function ambient(): void
function overloaded(a: string): void
"""
    assert _shown(source) == [
        'says "use client"',
        "2: let load = f0",
        "7: let numbers = f1",
        "8: let handler = f2",
        "8: let named = f3",
        '9: app.get("/x", f4)',
        "10: f5()",
        (
            "f0 2-6: async function load({id<id, x<at.x = 1, y<...}: Where, {a<0, b<2} = two, ...all: []<T>)"
            ": Promise<|<U, null>>"
        ),
        '  says "use server"',
        "  4: return helper",
        "  5: let helper = f6",
        "f1 7-7: function numbers()",
        "  7: yield 1",
        "  7: let got = yield undefined",
        "f2 8-8: async arrow handler(req)",
        "  8: return req.body",
        "f3 8-8: function inner()",
        "f4 9-9: arrow(req, res)",
        "  9: res.json(1)",
        "f5 10-10: function()",
        "  10: boot()",
        "f6 5-5: function helper(flag: boolean) in f0",
    ]


def test_a_class_with_decorators_fields_and_every_kind_of_member() -> None:
    source = """@Controller("users") @UseGuards(AuthGuard)
export class UsersController extends Mixin(Base)<User> implements Shown {
  @Inject(TOKEN) private readonly repo!: Repository<User>;
  static count = 0;
  handle = async (req: Request) => this.repo.find();
  constructor(private readonly service: UsersService, @Inject(B) b?: Map<string, B[]>) { super() }
  @Get(":id")
  @Roles("admin")
  async one(@Param("id", IntPipe) id: number) {}
  static make() {}
  get me() { return this }
  #hidden() {}
  static { init() }
  abstract later(): void;
}
const Mixed = (base) => class extends base {}
"""
    assert _shown(source)[2:] == [
        "16: let Mixed = f0",
        (
            'c0 2-15: @Controller("users") @UseGuards(AuthGuard) class UsersController < Mixin(Base)[User]'
            " methods 2, 3, 4, 5, 6, 7"
        ),
        "  3: @Inject(TOKEN) repo: Repository<User>",
        "  4: static count = 0",
        "  5: handle = f1",
        "c1 16-16: class  < base in f0",
        "f0 16-16: arrow Mixed(base)",
        "  16: return c1",
        "f1 5-5: async arrow handle(req: Request) of c0",
        "  5: return this.repo.find()",
        "f2 6-6: constructor constructor(field service: UsersService, @Inject(B) b: Map<string, []<B>>) of c0",
        "  6: super()",
        'f3 9-9: @Get(":id") @Roles("admin") async method one(@Param("id", IntPipe) id: number) of c0',
        "f4 10-10: static make() of c0",
        "f5 11-11: get me() of c0",
        "  11: return this",
        "f6 12-12: method #hidden() of c0",
        "f7 13-13: static() of c0",
        "  13: init()",
    ]


def test_enums_are_objects_and_namespaces_are_flat() -> None:
    source = """enum Role { Admin, User = "user", Both = 5, Next, Made = make(), After }
namespace Deep.Down { export const a = 1; function hidden() {} export class B {} }
declare module "x" { const never: string }
interface Shape { a: string }
type Alias = Shape
import Short = Deep.Down.B
"""
    assert [line for line in _shown(source) if not line.startswith(("c0", "f0"))] == [
        '1: let Role = {Admin: 0, User: "user", Both: 5, Next: 6, Made: make(), After: ?()}',
        "2: let a = 1",
        "2: let hidden = f0",
        "2: let B = c0",
        "2: let Deep.Down = {a: a, B: B}",
        "6: let Short = Deep.Down.B",
    ]


def test_object_methods_getters_and_generators() -> None:
    source = "const o = { list() {}, get me() { return 1 }, set me(v) {}, async *[Symbol.iterator]() {}, at: () => 1 }"
    assert _shown(source) == [
        "1: let o = {list: f0, me: f1, me: f2, [Symbol.iterator]: f3, at: f4}",
        "f0 1-1: method list()",
        "f1 1-1: get me()",
        "  1: return 1",
        "f2 1-1: set me(v)",
        "f3 1-1: async method()",
        "f4 1-1: arrow at()",
        "  1: return 1",
    ]


@pytest.mark.parametrize(
    "source",
    [
        'const password = "hunter2"', 'const o = { apiKey: process.env.KEY || "hunter2" }',
        "config.jwtSecret = 'hunter2'", 'function f(token = "hunter2") {}', "class A { secret = `hunter2` }",
        'const { password = "hunter2" } = config', '<Form token={"hunter2"} />',
    ],
)  # fmt: skip
def test_what_is_called_a_secret_is_not_kept(source: str) -> None:
    assert "hunter2" not in "\n".join(_shown(source, "tsx"))


@pytest.mark.parametrize(
    "secret",
    [
        "sk_live_" + "a1B2c3D4e5F6", "ghp_" + "x" * 30, "AKIA" + "A" * 16, "eyJhbGciOiJI.eyJzdWIi.sig-na_ture",
        "0123456789abcdef" * 2, "postgres://app:hunter22@db/x", "aB3" * 12,
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_not_kept_either(secret: str) -> None:
    assert secret not in "\n".join(_shown(f'connect("{secret}")'))


def test_what_merely_stands_near_secrets_is_kept() -> None:
    source = "route({ auth: 'jwt', passwordField: 'pin' }); db.select('id, password_hash'); f('/api/v1/UsersByToken2')"
    assert _shown(source) == [
        '1: route({auth: "jwt", passwordField: "pin"})',
        '1: db.select("id, password_hash")',
        '1: f("/api/v1/UsersByToken2")',
    ]


def test_long_texts_are_cut_and_sql_is_kept_longer() -> None:
    text, sql = "x" * 400, "create table t (" + "a int, " * 400 + ")"
    call = read_program(f"a('{text}', `{sql}`)".encode(), "ts").body[0]
    assert isinstance(call, Do)
    assert isinstance(call.value, Call)
    assert [arg.value for arg in call.value.args] == [Text("x" * 300, cut=True), Text(sql)]
