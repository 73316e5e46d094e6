"""Places in TypeScript keep their identity through layout, edits around them and moves; a changed one never does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from walkdown.model import Confidence, FilePlace, Finding, Rule, Severity
from walkdown.scan.describe import describe
from walkdown.scan.identity import Known, assign

RULE = Rule("semgrep", "marked", "A marked place", family="marked")
_MARKED = re.compile(r"/\*<\*/(.*?)/\*>\*/", re.DOTALL)

# What is flagged stands between the marks; they are comments, so every version of the code can carry them along.
FLAWS = (
    "const rows = /*<*/await db.query('select * from t where a = ' + req.body.a)/*>*/;",
    "/*<*/eval(req.query.code, 'strict')/*>*/;",
    "el.innerHTML = /*<*/`<b>${req.query.name}</b>`/*>*/;",
    "/*<*/exec('ls ' + req.params.dir, { shell: true, \"cwd\": '/srv' })/*>*/;",
    "const page = await /*<*/fetch(req.query.url)/*>*/;",
    "if (/*<*/token === req.headers['x-token']/*>*/) { audit('in'); }",
    "const part = /*<*/(a + b) * factor(c, d)/*>*/;",
    "const one = items.map(/*<*/item => item.price * 1.10/*>*/);",
    "/*<*/res.redirect(req.query.next || '/home')/*>*/;",
    "const box = new /*<*/Function('x', req.body.fn)/*>*/;",
    "const total = rows.reduce((sum, row) => /*<*/sum + parseFloat(row.amount)/*>*/, 0);",
    "try { await pay(order); } /*<*/catch (error) { }/*>*/",
    "const user = /*<*/req.body as unknown as User/*>*/;",
    "const kind: /*<*/Array<any>/*>*/ = [1, , 2];",
)  # fmt: skip

HOLDERS = (
    "export async function POST(req: Request, res: Response) {\n  start(req);\n  @@\n  finish(res, 'ok');\n}\n",
    "const load = async (req: Request): Promise<void> => {\n  const a = 1, b = 2;\n  @@\n  return done(a, b);\n};\n",
    "app.post('/orders', async (req, res) => {\n  log('orders');\n  @@\n  res.json({ 'ok': true });\n});\n",
    "class Orders {\n  private readonly db = open();\n  async save(req: Request) {\n    check(req);\n    @@\n  }\n}\n",
)


def _program() -> str:
    parts = ["import { db, exec } from './db';\n"]
    for number, flaw in enumerate(FLAWS):
        for holder in HOLDERS:
            code = re.sub(r"(POST|load|/orders|Orders)\b", rf"\g<1>{number}", holder)
            parts.append(code.replace("@@", flaw))
    return "\n".join(parts)


def _seen(text: str, path: str = "app/orders.ts") -> list[Finding]:
    found = []
    for match in _MARKED.finditer(text):
        inner = match.group(1)
        start = match.start(1) + len(inner) - len(inner.lstrip())
        end = match.start(1) + len(inner.rstrip())
        place = FilePlace(path, *_point(text, start), *_point(text, end))
        found.append(Finding(RULE, Severity.HIGH, Confidence.SURE, place))
    return describe(found, text.encode())


def _point(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@pytest.fixture(scope="module")
def base() -> tuple[str, list[Finding], list[Known]]:
    text = _program()
    found, known = assign(_seen(text), [], {})
    assert len(found) >= 40
    assert len({finding.fingerprint for finding in found}) == len(found)
    return text, found, known


_TOKEN = re.compile(r"/\*.*?\*/|`[^`]*`|'[^'\n]*'|\"[^\"\n]*\"|=>|[\w$.]+|\s+|.", re.DOTALL)


def _other_quotes(text: str) -> str:
    swap = {"'": '"', '"': "'"}
    tokens = _TOKEN.findall(text)
    return "".join(swap[t[0]] + t[1:-1] + swap[t[0]] if t[0] in swap and len(t) > 1 else t for t in tokens)


def _without_semicolons(text: str) -> str:
    return re.sub(r";[ \t]*$", "", text, flags=re.MULTILINE)


def _tabs_and_blank_lines(text: str) -> str:
    return "\n\n".join(line.replace("  ", "\t") for line in text.split("\n")).replace("\n", "\r\n")


def _one_argument_a_line(text: str) -> str:
    """Breaks every call at its commas and sets a comma behind the last argument."""
    out: list[str] = []
    calls: list[bool] = []
    before = ""
    for token in _TOKEN.findall(text):
        if token == "(":
            calls.append(bool(re.fullmatch(r"[\w$.]+", before)) and before not in {"if", "catch", "async", "Function"})
            out.append("(\n" if calls[-1] else "(")
        elif token == ")" and calls.pop() and before != "(":
            out.append(",\n)")
        elif token == "," and calls and calls[-1]:
            out.append(",\n    ")
        else:
            out.append(token)
        if not token.isspace() and not token.startswith("/*"):
            before = token
    return "".join(out)


def _more_brackets(text: str) -> str:
    text = text.replace("item => item.price * 1.10", "(item) => ((item.price) * (1.1))")
    text = text.replace("/*<*/await", "/*<*/ (await").replace("req.body.a)/*>*/", "req.body.a)) /*>*/")
    return text.replace("token === req.headers['x-token']", "(token) === (req.headers['x-token'])")


def _edited_around(text: str) -> str:
    text = re.sub(r"^(\s*)(start|log|check)\(", r"\1const fresh = now();\n\1\2(fresh, ", text, flags=re.MULTILINE)
    return text.replace("finish(res, 'ok');", "finish(res, 'fine');\n  later();").replace(
        "audit('in')", "audit('inside')"
    )


def _reversed(text: str) -> str:
    head, *rest = re.split(r"\n\n?(?=export|const load|app\.|class)", text)
    return "\n".join([head, *reversed(rest)])


_CHANGES = (
    _other_quotes, _without_semicolons, _tabs_and_blank_lines, _one_argument_a_line, _more_brackets, _edited_around,
    _reversed,
)  # fmt: skip


@pytest.mark.parametrize("change", _CHANGES)
def test_layout_edits_and_moves_keep_identity(
    change: Callable[[str], str], base: tuple[str, list[Finding], list[Known]]
) -> None:
    text, found, known = base
    changed = change(text)
    assert changed != text
    after, _ = assign(_seen(changed), known, {})
    assert sorted(finding.id for finding in after) == sorted(finding.id for finding in found)
    symbols = {finding.id: finding.place for finding in found}
    for finding in after:
        assert isinstance(finding.place, FilePlace)
        before = symbols[finding.id]
        assert isinstance(before, FilePlace)
        assert finding.place.symbol == before.symbol


def test_a_typescript_file_that_becomes_tsx_elsewhere_keeps_identity(
    base: tuple[str, list[Finding], list[Known]],
) -> None:
    text, found, known = base
    after, _ = assign(_seen(text, "web/other.tsx"), known, {})
    assert [finding.id for finding in after] == [finding.id for finding in found]


def test_a_copied_file_is_new(base: tuple[str, list[Finding], list[Known]]) -> None:
    text, found, known = base
    after, _ = assign([*_seen(text, "a/first.ts"), *_seen(text)], known, {})
    assert [finding.id for finding in after[len(found) :]] == [finding.id for finding in found]
    assert not {finding.id for finding in after[: len(found)]} & {one.id for one in known}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("req.body.a", "req.body.b"), ("'strict'", "'sloppy'"), ("<b>${", "<i>${"), ("shell: true", "shell: false"),
        ("fetch(req.query.url)", "fetch(req.query.link)"), ("token ===", "token =="), ("(a + b) *", "a + b *"),
        ("1.10", "1.11"), ("|| '/home'", "?? '/home'"), ("req.body.fn", "req.body.f"), ("sum + parse", "sum - parse"),
        ("catch (error) { }", "catch (error) { return null; }"), ("as unknown as", "as any as"),
        ("Array<any>", "Array<any[]>"),
    ],
)  # fmt: skip
def test_a_changed_expression_is_new(old: str, new: str, base: tuple[str, list[Finding], list[Known]]) -> None:
    text, found, known = base
    assert old in text
    after, _ = assign(_seen(text.replace(old, new)), known, {})
    changed = [now for now, then in zip(after, found, strict=True) if now.id != then.id]
    assert len(changed) == text.count(old)
    assert not {finding.id for finding in changed} & {one.id for one in known}


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_second_copy_in_the_same_function_is_new(where: str, base: tuple[str, list[Finding], list[Known]]) -> None:
    text, _, known = base
    place = "log('orders');" if where == "before" else "res.json({ 'ok': true });"
    statement = next(flaw for flaw in FLAWS if "eval" in flaw)
    block = re.search(r"app\.post\('/orders1'.*?^}\);", text, re.DOTALL | re.MULTILINE)
    assert block is not None
    pasted = block.group().replace(place, f"{statement}\n  {place}" if where == "before" else f"{place}\n  {statement}")
    after, _ = assign(_seen(text.replace(block.group(), pasted)), known, {})
    twins = [f for f in after if isinstance(f.place, FilePlace) and f.place.symbol == "post(/orders1)"]
    old = {one.id for one in known}
    assert len(twins) == 2
    assert [finding.id in old for finding in twins] == ([False, True] if where == "before" else [True, False])
    assert old <= {finding.id for finding in after}
