"""What a span of code is, whatever its layout; and an answer for every file, however broken or hostile."""

from __future__ import annotations

import ast

import pytest

from helpers.patience import patience
from walkdown.syntax import Span, View, read


def _view(source: str | bytes, place: tuple[int, int, int, int], name: str = "a.py", *, blank: bool = False) -> View:
    data = source.encode() if isinstance(source, str) else source
    return read(data, name).at(Span(*place), blank=blank)


def _of(source: str, flagged: str, name: str = "a.py", *, blank: bool = False) -> View:
    """The view of the first stretch of text that reads so."""
    at = source.index(flagged)
    end = at + len(flagged)
    start_line, end_line = source.count("\n", 0, at) + 1, source.count("\n", 0, end) + 1
    columns = (at - source.rfind("\n", 0, at), end - source.rfind("\n", 0, end))
    return _view(source, (start_line, columns[0], end_line, columns[1]), name, blank=blank)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("a.py", "run('a', b)", "run(\n    \"a\",  # why\n    b,\n)"),
        ("a.py", "(a + b)", "a+b"),
        ("a.py", "assert (a)", "assert a"),
        ("a.py", "del (a, b)", "del a, b"),
        ("a.py", "run(0XFF, 'it\\'s', u'x')", 'run(0xff, "it\'s", "x")'),
        ("a.py", "x = f'{a}'", 'x = f"{a}"'),
        ("a.py", "with (open(a)) as b: pass", "with open(a) as b:\n    pass"),
        ("a.py", "class A(): pass", "class A:\n    pass"),
        ("a.ts", "run('a', b);", "run(\n  \"a\",\n  b,\n)"),
        ("a.ts", "x = (a + b)", "x = a+b;"),
        ("a.ts", "f(x => x, {'a': 1})", "f((x) => x, { a: 1, })"),
        ("a.ts", "type A = B | C", "type A =\n  | B\n  | C;"),
        ("a.js", "new Foo", "new Foo()"),
        ("a.js", "f(.5, 1.0, 0XAB)", "f(0.5, 1, 0xab)"),
        ("a.tsx", "f(<p  className='a'>hi  there</p>)", "f(\n  <p className=\"a\">\n    hi there\n  </p>,\n)"),
        ("a.yaml", "key:   value", "  key: value "),
    ],
)  # fmt: skip
def test_layout_makes_no_difference(name: str, one: str, other: str) -> None:
    assert _of(one, one, name).code == _of(other, other, name).code != ""


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("a.py", "run('a', b)", "run('a', c)"),
        ("a.py", "(a + b) * c", "a + b * c"),
        ("a.py", "run(1)", "run(1.0)"),
        ("a.py", "run('1')", "run(b'1')"),
        ("a.py", "x[1:]", "x[:1]"),
        ("a.py", "f(*a)", "f(**a)"),
        ("a.py", "except_ = {**a, 'b': 1}", "except_ = {'b': 1, **a}"),
        ("a.ts", "(a + b) * c", "a + b * c"),
        ("a.ts", "a == b", "a === b"),
        ("a.js", "[a, , b]", "[a, b]"),
        ("a.js", "f(`a ${b}`)", "f(`b ${a}`)"),
        ("a.js", "f(/a/g)", "f(/a/)"),
    ],
)  # fmt: skip
def test_another_meaning_makes_one(name: str, one: str, other: str) -> None:
    assert _of(one, one, name).code != _of(other, other, name).code


@pytest.mark.parametrize(
    ("name", "source", "flagged", "symbol"),
    [
        ("a.py", "class Pay:\n    @route('/x')\n    async def charge(self):\n        run(1)\n", "run(1)", "Pay.charge"),
        ("a.py", "def outer():\n    def inner():\n        run(1)\n", "run(1)", "outer.inner"),
        ("a.py", "run(1)\n", "run(1)", ""),
        ("a.py", "class Pay:\n    def charge(self):\n        print 'old'\n        run(1)\n", "run(1)", "Pay.charge"),
        ("a.ts", "export async function GET(r: Request) { run(1) }", "run(1)", "GET"),
        ("a.ts", "const load = useCallback(async () => { run(1) }, [])", "run(1)", "load"),
        ("a.ts", "export default () => { run(1) }", "run(1)", "default"),
        ("a.js", "class Pay { #go = () => { run(1) } }", "run(1)", "Pay.#go"),
        ("a.js", "exports.pay = function () { run(1) }", "run(1)", "pay"),
        ("a.js", "const api = { pay() { run(1) } }", "run(1)", "pay"),
        ("a.js", "app.get('/users/:id', (a, b) => { run(1) })", "run(1)", "get(/users/:id)"),
        ("a.ts", "export const GET = async () => { run(1) }", "export const GET = async () => { run(1) }", "GET"),
    ],
)  # fmt: skip
def test_the_symbol_is_the_path_of_names_around_it(name: str, source: str, flagged: str, symbol: str) -> None:
    assert _of(source, flagged, name).symbol == symbol


@pytest.mark.parametrize(
    ("name", "source", "flagged", "body"),
    [
        ("a.py", "def f(a=1):\n    run(a)\n    stop()\n", "def f(a=1):\n    run(a)\n    stop()", "stop"),
        ("a.py", "with a:\n    run(a)\n    stop()\n", "with a:\n    run(a)\n    stop()", "stop"),
        ("a.py", "try:\n    stop()\nexcept:\n    pass\n", "try:\n    stop()\nexcept:\n    pass", "stop"),
        ("a.py", "a = run()\nstop()\nb(a)\n", "a = run()\nstop()\nb(a)", "stop"),
        ("a.ts", "export const f = () => {\n  stop();\n};", "export const f = () => {\n  stop();\n};", "stop"),
        ("a.ts", "if (a) {\n  stop();\n}", "if (a) {\n  stop();\n}", "stop"),
        ("a.tsx", "x = <p a={b}>stop</p>", "<p a={b}>stop</p>", "stop"),
    ],
)  # fmt: skip
def test_of_a_block_only_its_header_counts(name: str, source: str, flagged: str, body: str) -> None:
    changed = source.replace(body, "other"), flagged.replace(body, "other")
    assert _of(source, flagged, name).code == _of(*changed, name).code


@pytest.mark.parametrize(("name", "end"), [("a.py", "except E:\n    pass"), ("a.js", "catch (e) { }")])
def test_of_a_handler_all_of_it_counts(name: str, end: str) -> None:
    source = f"try:\n    run()\n{end}\n" if name == "a.py" else f"try {{ run() }} {end}"
    changed = source.replace("pass", "raise").replace("{ }", "{ throw e }")
    assert _of(source, end, name).code != _of(changed, changed[source.index(end) :].rstrip(), name).code


def test_brackets_and_comments_in_the_range_mean_what_is_inside() -> None:
    plain = _of("x = a + b\n", "a + b")
    assert _of("x = (  # why\n    a + b\n)\n", "(  # why\n    a + b\n)").code == plain.code
    assert _of("run()\n", "run()").code != _of("run()\n", "run").code


def test_strings_are_left_out_of_a_secrets_code_and_of_every_context() -> None:
    source = "token = 'first'\nother = ['second']\nlast = 'third'\n"
    view = _of(source, "other = ['second']", blank=True)
    assert "second" not in view.code
    assert "second" in view.literals[0]
    assert not any("first" in part or "third" in part for part in view.context)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("prod.env", "A=one\nTOKEN=hunter2\nB=two\n"),
        ("a.json", '{"x": "one", "TOKEN": "hunter2", "y": "two"}'),
        ("docker-compose.yml", "a: one\nTOKEN: hunter2\nb: two\n"),
        ("a.py", "print 'one'\nTOKEN = 'hunter2'\nx = 'two'\n"),
    ],
)
def test_of_a_secret_in_a_file_without_a_parser_only_its_name_counts(name: str, source: str) -> None:
    view = _of(source, "hunter2", name, blank=True)
    text = view.code + "".join(view.context)
    assert "TOKEN" in view.code
    assert not any(value in text for value in ("hunter2", "one", "two"))


def test_twins_are_told_apart_by_their_neighbours() -> None:
    source = "def f():\n    one()\n    run(1)\n    two()\n    if a:\n        run(1)\n"
    assert _view(source, (3, 5, 3, 11)).context != _view(source, (6, 9, 6, 15)).context


def test_columns_count_characters_not_bytes() -> None:
    assert _of("x = 'äöü€😀'; run(1)\n", "run(1)").code == _of("run(1)\n", "run(1)").code
    assert _of("x = 'äöü€😀'; run(1)\n", "run(1)", "a.js").code == _of("run(1)\n", "run(1)", "a.js").code


@pytest.mark.parametrize("name", ["a.py", "a.ts"])
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_make_no_difference(name: str, prefix: bytes) -> None:
    plain = _view("one()\nrun(1)\n", (2, 1, 2, 7), name)
    assert _view(prefix + b"one()\r\nrun(1)\r\n", (2, 1, 2, 7), name).code == plain.code


_HOSTILE = (
    b"", b"\x00" * 500, b"\xff\xfe" * 500, b"\n" * 5_000, b"-" * 50_000 + b"1", b"a" + b".b" * 50_000,
    b"(" * 3_000 + b"a" + b")" * 3_000, b"1" + b"+1" * 900, b"x=" + b"[" * 199 + b"]" * 199, b"[" * 50_000,
    b"a(" * 500 + b")" * 500, b"<a>" * 3_000, b"# coding: nonsense\nx = 1\n", b"x = 0x" + b"f" * 50_000,
    b"A=" + b"x" * 1_000_000, b"x = '\\ud800'\nrun(x)\n", b"def f(:\n  pass\n", b"`${" * 2_000, b"\r" * 100,
)  # fmt: skip


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.ts", "a.tsx", "a.yaml", ".env", "Dockerfile"])
def test_every_file_gets_an_answer_for_every_place(name: str) -> None:
    for source in _HOSTILE:
        with patience():
            parsed = read(source, name)
        for place in ((0, 0, 0, 0), (1, 1, 1, 2), (1, 5, 1, 10**9), (9**9, 5, 3, 2), (1, 600, 1, 605), (2, 3, 0, 0)):
            for blank in (False, True):
                assert parsed.at(Span(*place), blank=blank) == parsed.at(Span(*place), blank=blank)


def test_dubious_literals_of_the_target_raise_no_warning() -> None:
    assert _of("x = '\\d'\nrun(1)\n", "run(1)").code  # the test run turns warnings into errors


def test_fifty_findings_in_three_thousand_lines_take_a_moment() -> None:
    source = "".join(
        f"class C{n}:\n    def m(self, a):\n        b = self.run('x%s' % a, [1, 2, {n}])\n        return b\n\n"
        for n in range(600)
    )
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)][::12]
    parsed = read(source.encode(), "a.py")
    with patience():
        views = {
            parsed.at(Span(call.lineno, call.col_offset + 1, call.end_lineno or 0, (call.end_col_offset or 0) + 1))
            for call in calls
        }
    assert len(views) == 50


def test_ten_thousand_findings_in_one_literal_stay_quick() -> None:
    source = "X = [\n" + "".join(f"    'value{n}',\n" for n in range(10_000)) + "]\n"
    parsed = read(source.encode(), "a.py")
    with patience():
        for line in range(2, 10_001):
            assert parsed.at(Span(line, 5, line + 1, 9)).code  # of two elements: the whole list
