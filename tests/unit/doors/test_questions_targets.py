"""Twins about where an input leads: files, addresses, statements, commands, mails."""

from __future__ import annotations

import pytest

from helpers.input_doors import HEAD, found, user
from helpers.questions import told
from walkdown.model.place import line_of
from walkdown.model.severity import Severity

UPLOAD = "input.upload"


def test_an_upload_without_limits_is_told_where_it_is_set_up() -> None:
    code = "const up = multer({ dest: 'up/' });\napp.post('/x', login, up.single('a'), (q, s) => s.end());"
    findings = told({"app.ts": HEAD + code}, UPLOAD)
    assert [one.severity for one in findings] == [Severity.MEDIUM]
    assert line_of(findings[0].place) == HEAD.count("\n") + 1


def test_an_upload_with_limits_is_fine() -> None:
    code = "const up = multer({ dest: 'up/', limits: { fileSize: 1e6 }, fileFilter: (q, f, c) => c(null, true) });"
    assert found(code + "app.post('/x', login, up.single('a'), (q, s) => s.end());", UPLOAD) == []


@pytest.mark.parametrize(
    ("check", "expected"),
    [("", [Severity.MEDIUM]), ("if (file.size > 1000000) return new Response('no', { status: 400 });", [])],
)
def test_a_file_of_a_form_is_measured(check: str, expected: list[Severity]) -> None:
    code = f"""import {{ writeFile }} from "fs/promises";
    export async function POST(req) {{ const form = await req.formData(); const file = form.get("file"); {check}
      await writeFile("/data/x", file); return Response.json({{}}); }}"""
    assert [one.severity for one in told({"app/api/x/route.ts": code, "next.config.js": ""}, UPLOAD)] == expected


SEND = "`https://${q.headers.host}/reset?token=${1}`"


@pytest.mark.parametrize(
    ("link", "expected"), [(SEND, [Severity.HIGH]), ("`${process.env.APP_URL}/reset?token=${1}`", [])]
)
def test_a_mailed_link_begins_with_an_address_of_ours(link: str, expected: list[Severity]) -> None:
    code = f"await mail.sendMail({{ to: q.body.email, html: {link} }}); s.end();"
    assert found(user(code, path="/forgot-password"), "input.host") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("s.redirect(q.query.next);", [Severity.MEDIUM]),
        ("s.redirect(q.query.next || '/');", [Severity.MEDIUM]),
        ("s.redirect(`/items/${q.query.id}`);", []),
        ("s.redirect(`${process.env.APP}/a?id=${q.query.id}`);", []),
        ("if (!['/a', '/b'].includes(q.query.next)) return s.sendStatus(400); s.redirect(q.query.next);", []),
        ("const to = q.query.next; if (!to.startsWith('/')) return s.sendStatus(400); s.redirect(to);", []),
        ("const to = await prisma.link.findUnique({ where: { id: q.query.id } }); s.redirect(to.url);", []),
    ],
)
def test_redirects(code: str, expected: list[Severity]) -> None:
    assert found(user(code, method="get"), "input.redirect") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("s.json((await axios.get(q.body.url)).data);", [Severity.HIGH]),
        ("s.json(await fetch(`https://${q.body.host}/a`));", [Severity.HIGH]),
        ("s.json(await fetch(`https://api.example.com/${q.body.id}`));", []),
        ("if (!HOSTS.includes(new URL(q.body.url).hostname)) return s.sendStatus(400); await fetch(q.body.url);", []),
        ("const row = await prisma.hook.findFirst({ where: { userId: q.user.id } }); await fetch(row.url);", []),
    ],
)
def test_addresses_that_the_server_fetches(code: str, expected: list[Severity]) -> None:
    assert found("const HOSTS = ['a.example.com'];" + user(code), "input.ssrf") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("s.send(fs.readFileSync(path.join('files', q.params.name)));", [Severity.HIGH]),
        ("s.send(fs.readFileSync(`files/${q.query.name}`));", [Severity.HIGH]),
        ("s.send(fs.readFileSync(path.join('files', path.basename(q.params.name))));", []),
        (("const f = path.resolve('files', q.params.name); if (!f.startsWith(ROOT)) return s.sendStatus(400);"
         " s.send(fs.readFileSync(f));"), []),
        (("if (!/^[a-z]+$/.test(q.params.name)) return s.sendStatus(400);"
         " s.send(fs.readFileSync(path.join('files', q.params.name)));"), []),
        (("if (q.params.name.includes('..')) return s.sendStatus(400);"
         " s.send(fs.readFileSync(path.join('files', q.params.name)));"), []),
    ],
)  # fmt: skip
def test_files_that_are_opened_by_name(code: str, expected: list[Severity]) -> None:
    assert found("const ROOT = '/srv/files/';" + user(code, path="/x/:name"), "input.path") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("await pool.query(`select * from users where name = '${q.body.name}'`);", [Severity.HIGH]),
        ("await pool.query('select * from users order by ' + q.query.sort);", [Severity.HIGH]),
        ("await prisma.$queryRawUnsafe(`select * from users where name = '${q.body.name}'`);", [Severity.HIGH]),
        ("await prisma.$queryRaw`select * from users where name = ${q.body.name}`;", []),
        ("await pool.query('select * from users where name = $1', [q.body.name]);", []),
        (("if (!['name', 'age'].includes(q.query.sort)) return s.sendStatus(400);"
         " await pool.query(`select * from users order by ${q.query.sort}`);"), []),
        ("const limit = parseInt(q.query.max, 10); await pool.query(`select * from users limit ${limit}`);", []),
    ],
)  # fmt: skip
def test_statements(code: str, expected: list[Severity]) -> None:
    assert found(user(code), "input.sql-built") == expected


@pytest.mark.parametrize(
    ("code", "hazard", "expected"),
    [
        ("execSync(`convert ${q.body.name}`);", "input.command", [Severity.HIGH]),
        ("execSync('uptime');", "input.command", []),
        ("s.json(eval(q.body.formula));", "input.deserialize", [Severity.HIGH]),
    ],
)
def test_commands_and_code(code: str, hazard: str, expected: list[Severity]) -> None:
    assert found(user(code), hazard) == expected
