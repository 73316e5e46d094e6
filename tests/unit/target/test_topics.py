"""What files are about: both halves of an application alike, doors wherever they lie, and nothing by accident."""

from __future__ import annotations

import pytest

from walkdown.target.topics import READ_MOST, RULES, TOPICS, WORD_TOPICS, digest_topics, topics_of

FILES = {
    "api/orders.py": b"@router.get('/orders')\ndef orders(user=Depends(current_user)): return session.exec(select(O))",
    "README.md": b"How to log in, with a password and a token.\n",
    "tests/test_orders.py": b"def test_orders(client): client.get('/orders')\n",
}


def rows(files: dict[str, bytes]) -> list[tuple[str, str, frozenset[str]]]:
    return [(path, str(hash(data)), topics_of(path, data)) for path, data in files.items()]


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    old = {one.name: one for one in digest_topics(rows(before)).digests}
    new = {one.name: one for one in digest_topics(rows(after)).digests}
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


@pytest.mark.parametrize(
    ("path", "text", "topics"),
    [
        ("app.py", "@app.get('/x')\ndef x(): ...", {"entrance"}),
        ("server.ts", "app.post('/x', handler)", {"entrance"}),
        ("src/users.controller.ts", "@Controller('users')", {"entrance"}),
        ("app/api/debug/route.ts", "export const dynamic = 1", {"entrance"}),
        ("app/api/test/route.ts", "export const dynamic = 1", {"entrance"}),
        ("app/orders/page.tsx", "export default async function Page() {}", {"entrance", "page"}),
        ("lib/actions/save.ts", '"use server"\nexport async function save() {}', {"entrance"}),
        ("supabase/functions/mail/index.ts", "export {}", {"entrance"}),
        ("shop/urls.py", "urls = []", {"entrance"}),
        ("shop/views.py", "def home(request): ...", {"entrance"}),
        ("src/trpc.ts", "list: publicProcedure.query(() => db)", {"entrance", "query"}),
        ("worker.py", "@shared_task\ndef mail(): ...", {"entrance", "job"}),
        ("middleware.ts", "export const config = {}", {"entrance", "access"}),
        ("lib/own.ts", "if (row.ownerId !== session.user.id) throw new Error()", {"access", "failure"}),
        ("guards.py", "def f(): ...", {"access"}),
        ("supabase/migrations/1.sql", "create policy p on t;", {"schema", "access", "query", "code"}),
        ("prisma/schema.prisma", "model User {}", {"schema", "code"}),
        ("shop/models.py", "class A(models.Model): ...", {"schema"}),
        ("lib/db.ts", "await supabase.from('t').update({ a: 1 })", {"query", "write"}),
        ("lib/a.py", "cursor.execute('SELECT 1')", {"query"}),
        ("lib/mail.ts", "await fetch(url)", {"outbound"}),
        ("lib/run.py", "subprocess.run(x)", {"shell"}),
        ("ui/A.tsx", "<div dangerouslySetInnerHTML={{ __html: x }} />", {"render", "page"}),
        ("a.html", "{{ text|safe }}", {"render", "page", "code"}),
        ("pay.ts", "const stripe = new Stripe(key)", {"payment"}),
        ("main.py", "app.add_middleware(CORSMiddleware)", {"edge"}),
        ("ask.py", "client.chat.completions.create()", {"model"}),
        ("prompts/system.md", "You are a shop.", {"model", "code"}),
        ("x.ts", "const a = b as any", {"types"}),
        ("web/package.json", "{}", {"deps", "gates"}),
        ("requirements.txt", "flask", {"deps"}),
        ("Dockerfile", "FROM scratch", {"build"}),
        ("k8s/web.yaml", "kind: Deployment", {"build"}),
        ("vercel.json", '{"headers": [{"key": "Access-Control-Allow-Origin"}]}', {"build", "edge"}),
        (".github/workflows/ci.yml", "on: push", {"ci"}),
        (".env.example", "A=1", {"settings"}),
        ("shop/settings.py", "A = 1", {"settings", "code"}),
        ("lib/key.ts", "process.env.KEY", {"settings"}),
        (".gitignore", ".env", {"ignore"}),
        ("web/.env", "A=1", {"settings", "ignore"}),
        ("auth/tokens.py", "jwt.decode(token, KEY)", {"tokens", "access"}),
        ("AGENTS.md", "Write tests.", {"rules"}),
        (".cursor/rules/a.mdc", "Write tests.", {"rules"}),
        ("LICENSE", "MIT", {"licence", "prose"}),
        ("tsconfig.json", "{}", {"gates", "settings"}),
        ("bin/deploy", "#!/bin/sh\n", {"code"}),
        ("app.unheard-of", "x", {"code"}),
    ],
)
def test_what_is_seen_in_a_file(path: str, text: str, topics: set[str]) -> None:
    assert topics | {"text"} <= topics_of(path, text.encode())


@pytest.mark.parametrize(
    ("path", "text", "topics"),
    [
        ("docs/login.md", "password token fetch(", {"text", "prose"}),
        ("tests/test_login.py", "password = fetch()", {"text", "tests"}),
        ("src/a.test.ts", "app.get('/x')", {"text", "tests"}),
        ("locale/de.po", "msgid 'password'", {"text"}),
        ("locales/en.json", '{"login": "Login"}', {"text"}),
        ("logo.svg", "<svg/>", {"text"}),
        ("pnpm-lock.yaml", "passport: 1\nstripe: 2", {"text", "deps"}),
        ("app/button.css", "background: red", {"text"}),
        ("head.py", "# The author of this is Ada.\n", {"text", "code"}),
        ("a.ts", "const x = retrieval(1)\n", {"text", "code"}),
        ("B.tsx", '<p role="button" className="background">settled</p>', {"text", "code", "page"}),
    ],
)
def test_what_is_not_read_into_a_file(path: str, text: str, topics: set[str]) -> None:
    assert topics_of(path, text.encode()) == topics


def test_a_file_too_large_to_be_looked_through_may_be_about_anything() -> None:
    assert topics_of("bundle.js", b" " * (READ_MOST + 1)) >= WORD_TOPICS
    assert not topics_of("bundle.js", b" " * READ_MOST) & WORD_TOPICS


def test_equal_files_give_equal_digests_in_any_order() -> None:
    made = rows(FILES)
    assert digest_topics(made) == digest_topics(reversed(made))
    assert digest_topics(made).rules == RULES
    assert {one.name for one in digest_topics(made).digests} <= TOPICS


def test_a_line_of_the_readme_changes_prose_and_text_only() -> None:
    assert changed(FILES, FILES | {"README.md": b"How to log in, with a passport and a token.\n"}) == {"prose", "text"}


def test_a_new_a_changed_and_a_removed_door_all_change_the_entrances() -> None:
    door = {"api/admin.py": b"@app.delete('/users')\ndef wipe(): ...\n"}
    without = {path: data for path, data in FILES.items() if path != "api/orders.py"}
    assert changed(FILES, FILES | door) == {"entrance", "write", "code", "text"}
    assert "entrance" in changed(FILES, FILES | {"api/orders.py": FILES["api/orders.py"].replace(b"Depends", b"str")})
    assert changed(FILES, without) >= {"entrance", "access", "query"}


def test_the_same_bytes_under_another_name_are_another_file() -> None:
    moved = {("api/all.py" if path == "api/orders.py" else path): data for path, data in FILES.items()}
    assert "entrance" in changed(FILES, moved)
