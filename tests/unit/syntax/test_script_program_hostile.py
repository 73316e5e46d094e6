"""Files that nobody would write by hand, and files that do not parse: read within bounds, and said so."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.patience import patience
from helpers.show_program import show
from walkdown.syntax.program import DEEPEST, Program
from walkdown.syntax.script_program import MOST_BYTES, TOO_LARGE, read_program
from walkdown.syntax.script_reader import MOST_NODES, TOO_DEEP, TOO_MUCH

_MANY = 20_000
_DEEP = {
    "lists": "[" * _MANY + "]" * _MANY,
    "objects": "x=" + "{a:" * _MANY + "1" + "}" * _MANY,
    "calls": "f(" * _MANY + ")" * _MANY,
    "chains": "a" + ".b()" * _MANY,
    "members": "a" + "?.b" * _MANY,
    "conditions": "x=" + "&&".join("a" * _MANY),
    "choices": "a?b:" * _MANY + "c",
    "signs": "!" * _MANY + "a",
    "assignments": "a=" * _MANY + "b",
    "templates": "`${" * _MANY + "a" + "}`" * _MANY,
    "blocks": "{" * _MANY + "}" * _MANY,
    "loops": "for(;;)" * _MANY + "x",
    "else if": "if(a)b;" + "else if(a)b;" * _MANY,
    "tries": "try{" * _MANY + "}catch{}" * _MANY,
    "patterns": "const " + "[" * _MANY + "a" + "]" * _MANY + "=x",
    "awaits": "async()=>" + "await " * _MANY + "x",
}
_FLAT = {
    "functions": ("function f(){" * 3_000 + "}" * 3_000, 3_000),
    "arrows": ("a=>" * 3_000 + "b", 3_000),
    "callbacks": ("f(()=>{" * 3_000 + "})" * 3_000, 3_000),
    "methods": ("class A{m(){" * 3_000 + "}}" * 3_000, 3_000),
}
_BROKEN = {
    "open": "[" * _MANY,
    "quotes": '"' * 2_000,
    "elements": "<a>" * _MANY,
    "generics": "f<" * _MANY,
    "tags": "a<b>`" * 2_000,
    "noise": "".join(chr(33 + i * 7919 % 90) for i in range(_MANY)),
    "exports": "export " * _MANY,
    "decorators": "@" * _MANY,
}


def _read(source: str, extension: str = "ts") -> Program:
    with patience():
        program = read_program(source.encode("utf-8", "surrogatepass"), extension)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(program), type=Program) == program
    return program


def _levels(value: object) -> int:
    """Of values and statements inside one another; what only holds them together is no level."""
    deepest, waiting = 0, [(value, 0)]
    while waiting:
        one, level = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend((part, level) for part in one)
        elif isinstance(one, msgspec.Struct):
            below = level + (one.__struct_config__.tag is not None)
            deepest = max(deepest, below)
            waiting.extend((getattr(one, name), below) for name in one.__struct_fields__)
    return deepest


@pytest.mark.parametrize("name", _DEEP)
@pytest.mark.parametrize("extension", ["ts", "js"])
def test_depth_is_bounded_and_told(name: str, extension: str) -> None:
    program = _read(_DEEP[name], extension)
    assert _levels(program) <= DEEPEST + 2
    assert program.cut == TOO_DEEP


def test_the_depth_of_namespaces_is_bounded_too() -> None:
    assert _read("namespace a {" * _MANY + "}" * _MANY).cut == TOO_DEEP


@pytest.mark.parametrize("name", _FLAT)
def test_no_depth_of_functions_in_functions_matters(name: str) -> None:
    source, count = _FLAT[name]
    program = _read(source)
    assert (len(program.functions), program.cut, program.broken) == (count, "", ())


@pytest.mark.parametrize("name", _BROKEN)
@pytest.mark.parametrize("extension", ["ts", "tsx", "js"])
def test_what_does_not_parse_is_told(name: str, extension: str) -> None:
    assert _read(_BROKEN[name], extension).broken


def test_long_sums_and_brackets_and_casts_have_no_depth() -> None:
    assert show(_read("+".join(["'a'", *["b"] * 1_000, "'c'"]))) == "1: `a" + "${b}" * 1_000 + "c`"
    assert show(_read("+".join(["'g'"] * 200))) == "1: `" + "g" * 200 + "`"
    assert show(_read("(" * _MANY + "a" + ")" * _MANY)) == "1: a"
    assert show(_read("a" + "!" * _MANY)) == "1: a"
    assert show(_read("a" + " as any" * 5_000)) == "1: a"


def test_a_list_of_thousands_is_cut_and_told() -> None:
    program = _read("x = [" + "1," * 5_000 + "]")
    assert "2,000" in program.cut
    assert not program.broken


def test_a_switch_of_thousands_that_all_fall_through_stays_small() -> None:
    program = _read("switch(a){" + "".join(f"case {i}: f({i});" for i in range(3_000)) + "}")
    assert len(msgspec.msgpack.encode(program)) < 400_000
    assert _levels(program) <= DEEPEST
    nested = "switch(a){case 1: f(); case 2: " * 40 + "g()" + "}" * 40
    assert len(msgspec.msgpack.encode(_read(nested))) < 100_000


def test_a_generated_file_is_read_up_to_the_bound() -> None:
    line = "call(1, 'x');\n"
    program = _read(line * (MOST_BYTES // len(line) + 100))
    assert program.cut == TOO_LARGE
    assert not program.broken
    assert len(program.body) > 10_000
    many = _read("a;" * (MOST_NODES - 10_000))
    assert many.cut == TOO_MUCH
    assert len(many.body) > 10_000


def test_what_stands_around_a_broken_place_is_read() -> None:
    source = """import a from "a";
router.get("/one", one);
const = = broken(;
router.get("/two", two);
export function two(req) { return req.body; }
"""
    program = _read(source)
    assert 3 in program.broken
    shown = show(program)
    for part in ("import default of a as a", 'router.get("/one", one)', 'router.get("/two", two)', "function two(req)"):
        assert part in shown


def test_signs_the_grammar_does_not_know_do_not_break_a_file() -> None:
    for source in (
        "export type * from './types'\n",
        "export default abstract class A {}\n",
        "const x = await sql<{ a: string }>`select 1`\n",
        "interface A {\n  <T>(a: T): void\n  new <in out T>(b: T): A\n}\nrun()\n",
    ):
        assert _read(source).broken == ()
    for extension in ("tsx", "jsx", "js"):
        assert _read('<a href="x?a=1&display=swap">Save & close &amp; go</a>', extension).broken == ()


def test_bytes_that_are_no_text() -> None:
    with patience():
        for data in (
            b"\xff\xfe\x00a",
            b"\0" * 1_000,
            b"f('\0')",
            b"\xef\xbb\xbff()",
            b"",
            b"'\\ud800'",
            b"\xed\xa0\x80",
        ):
            for extension in ("ts", "js"):
                program = read_program(data, extension)
                assert msgspec.msgpack.decode(msgspec.msgpack.encode(program), type=Program) == program
    assert show(read_program(b"\xef\xbb\xbff('\0')", "js")) == '1: f(" ")'


_PIECES = st.sampled_from([
    "const ", "{", "}", "(", ")", "[", "]", "=>", "=", ",", ";", "\n", "a", "b.c", "'x'", "`${", "}`", "`", "<A>",
    "</A>", "<", ">", "&", "async ", "await ", "function ", "class ", "extends ", "export ", "default ", "import ",
    "from ", "@", "switch", "case ", "try", "catch", "if", "else ", "for", " of ", "...", "?.", ":", "?", "1",
    "require", "module.exports", "exports.", "static ", "get ", "#p", "/", "yield ", "enum ", "namespace ", "using ",
    "type ", "\\", "é", "\0",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=60), st.sampled_from(["js", "ts", "tsx"]))
def test_any_heap_of_pieces_is_read(pieces: list[str], extension: str) -> None:
    source = "".join(pieces)
    program = _read(source, extension)
    lines = source.count("\n") + 1
    assert all(1 <= one.line <= one.end_line <= lines for one in program.functions)
    assert all(1 <= line <= lines for line in program.broken)
