"""What a module says it has, and which files of a package count, read from syntax alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkdown.scanners.apis.folders import Budget, Folder
from walkdown.scanners.apis.python_module import quickly_has, read_module
from walkdown.scanners.apis.python_uses import quick_look, read_uses
from walkdown.scanners.apis.script_module import read_script
from walkdown.scanners.apis.script_package import entries, is_there, open_package

# -- Python modules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = b, (c, *d) = 1\ne: int\nf: int = 2\n", {"a", "b", "c", "d", "e", "f"}),
        ("import a.b, c.d as e\nfrom f import g, h as i\n", {"a", "e", "g", "i"}),
        ("if x:\n    a = 1\nelse:\n    def b(): ...\n", {"a", "b"}),
        ("try:\n    a = 1\nexcept E as gone:\n    b = 1\nfinally:\n    c = 1\n", {"a", "b", "c"}),
        ("for a in x:\n    b = 1\nwith y as c:\n    d = 1\n", {"a", "b", "c", "d"}),
        ("match x:\n    case [a, *b]:\n        c = 1\n", {"a", "b", "c"}),
        ("print(a := 1)\n", {"a"}),
        ("class A:\n    inner = 1\ndef f():\n    inner = 2\n", {"A", "f"}),
    ],
)
def test_names_bound_at_the_top_of_a_module(code: str, names: set[str]) -> None:
    told = read_module(code.encode())
    assert (set(told.names), told.is_open, told.is_guarded) == (names, False, False)


def test_stars_origins_and_functions() -> None:
    told = read_module(
        b"from .a import *\nfrom ..b.c import d as e\ndef f(x, *, y): ...\n@w\ndef g(): ...\ndef h(**k): ...\n"
    )
    assert told.stars == ((1, "a"),)
    assert told.origins == {"e": (2, "b.c", "d")}
    assert {name: set(one.keywords) for name, one in told.functions.items()} == {"f": {"x", "y"}}


def test_a_function_defined_twice_takes_nobody_knows_what() -> None:
    assert read_module(b"def f(x): ...\nif y:\n    def f(z): ...\n").functions == {}


@pytest.mark.parametrize(
    ("code", "is_open", "is_guarded"),
    [
        ("def __getattr__(name): return make(name)", True, True),
        ("known = {}\ndef __getattr__(name): return known[name]", False, True),
        ("def __getattr__(name):\n    if name == 'old': return 1\n    raise AttributeError(f'{name}')", False, True),
        ("here = locals()", False, True),
        ("locals()['x'] = 1", True, True),
        ("import m\nsetattr(m, x, 1)", True, False),
        ("class A: ...\nsetattr(A, 'x', 1)", False, False),
        ("import logging\nlog = logging.getLogger(__name__)", False, False),
    ],
)
def test_what_may_give_a_module_more_names(code: str, is_open: bool, is_guarded: bool) -> None:
    told = read_module(code.encode())
    assert (told.is_open, told.is_guarded) == (is_open, is_guarded)


def test_the_quick_look_at_a_module_sees_only_what_is_at_the_margin() -> None:
    module = b"from x import (\n    a,\n    b as c,\n)\nclass D: ...\ne: int = 1\n    # def f(): ...\ng == 1\n"
    assert [name for name in "aDceg" if quickly_has(module, name)] == ["a", "D", "c", "e"]
    assert not quickly_has(module, "f")


# -- Python code ----------------------------------------------------------------------------------------------------


def test_the_quick_look_at_code() -> None:
    told = quick_look("from a.b import (c,  # why\n    d as e,\n)\nimport f.g, h as i\ne.x.y(); i.z; f.g.w\n")
    assert told.names == {("a.b", "c"), ("a.b", "d")}
    assert told.modules == {"f.g", "h"}
    assert told.attributes >= {("a.b.d", "x.y"), ("h", "z"), ("f", "g.w")}


def test_code_that_is_no_python_is_not_read() -> None:
    assert read_uses(b"print 'two'\n") is None
    assert read_uses(b"x = " + b"(" * 9999) is None
    assert read_uses(b"#" * (2 * 1024 * 1024)) is None


# -- declarations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("export declare const a: 1, { b, c: d }: X;", {"a", "b", "d"}),
        (
            "export abstract class A {}\nexport enum B {}\nexport type C = 1;\nexport interface D {}",
            {"A", "B", "C", "D"},
        ),
        ("export { a as b, type C } from './x';\nexport * as d from './y';", {"b", "C", "d"}),
        ("export default function f(): void;\nexport function g(): void;", {"default", "f", "g"}),
        ("declare function a(): void;\ndeclare namespace b.c { const d: 1 }\nexport {};", {"a", "b"}),
        ("export interface A<out T, in U> { x: T }\nexport type { B } from './b';", {"A", "B"}),
        ("export declare function f(x: string): x is `a${string}`;", {"f"}),
        ("export as namespace N;\nexport import a = B.c;\nexport const d: 1;", {"a", "d"}),
    ],
)
def test_names_of_a_declaration(code: str, names: set[str]) -> None:
    told = read_script(code.encode(), "i.d.ts")
    assert (set(told.exports.names), told.exports.is_open, told.is_module) == (names, False, True)


def test_modules_declared_by_name() -> None:
    told = read_script(
        b'declare module "a" { export function b(): void; const c: 1; }\ndeclare module "d";\n', "i.d.ts"
    )
    assert not told.is_module
    assert (set(told.ambient["a"].names), told.ambient["d"].is_open) == ({"b", "c"}, True)


def test_code_that_exports_nothing_by_syntax_may_export_anything() -> None:
    assert read_script(b"module.exports = { a: 1 };\n", "i.js").exports.is_open
    assert read_script(b"export const [" + b"[" * 3000, "i.mjs").exports.is_open


# -- which files count ----------------------------------------------------------------------------------------------


def package(folder: Path, json: str, *files: str) -> tuple[list[str], list[str]]:
    for name in files:
        (folder / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "p" / name).write_text("", "utf-8")
    (folder / "p/package.json").write_text(json, "utf-8")
    opened = open_package(Folder(str(folder), Budget()), "p", "p")
    assert opened is not None
    below = "sub" if "sub" in json else ""
    types, code = entries(opened, below)
    return [one[2:] for one in types], [one[2:] for one in code]


@pytest.mark.parametrize(
    ("json", "types"),
    [
        ('{"types": "./t.d.ts"}', ["t.d.ts"]),
        ('{"main": "lib/m.js"}', ["lib/m.d.ts"]),
        ('{"main": "lib"}', ["lib/index.d.ts"]),
        ("{}", ["index.d.ts"]),
        ('{"exports": {".": [{"import": {"types": "./t.d.ts"}, "default": "./lib/m.js"}]}}', ["t.d.ts", "lib/m.d.ts"]),
        ('{"exports": "./lib/c.cjs"}', ["lib/c.d.cts"]),
        ('{"exports": {"./sub": "./t.d.ts"}}', ["t.d.ts"]),
        ('{"exports": {"./*": "./lib/*.js"}, "name": "sub"}', ["lib/sub.d.ts"]),
        ('{"main": "../../outside.js", "types": "/etc/passwd"}', []),
    ],
)
def test_which_declarations_a_package_may_mean(tmp_path: Path, json: str, types: list[str]) -> None:
    every = ("t.d.ts", "lib/m.d.ts", "lib/index.d.ts", "lib/c.d.cts", "lib/sub.d.ts", "index.d.ts")
    (tmp_path.parent / "outside.d.ts").write_text("", "utf-8")
    found, _ = package(tmp_path, json, *every)
    assert [one for one in found if one != "index.d.ts" or types == ["index.d.ts"]] == types


def test_what_lies_in_a_package_may_be_imported_whatever_its_map_says(tmp_path: Path) -> None:
    package(tmp_path, '{"exports": {".": "./a.js", "./x/*": "./y/*"}}', "kept/b.js", "c.wasm")
    opened = open_package(Folder(str(tmp_path), Budget()), "p", "p")
    assert opened is not None
    told = {below: is_there(opened, below) for below in ("kept/b", "kept", "c", "x/any", "made-up", "../out")}
    assert told == {"kept/b": True, "kept": True, "c": True, "x/any": True, "made-up": False, "../out": True}


# -- bounds ---------------------------------------------------------------------------------------------------------


def test_a_folder_gives_no_more_than_its_budget(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(b"x" * 100)
    budget = Budget(most_bytes=250)
    folder = Folder(str(tmp_path), budget)
    assert [len(folder.read(name) or b"") for name in "abc"] == [100, 100, 0]
    assert budget.spent


def test_a_folder_reads_nothing_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/f").write_text("secret", "utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/f").symlink_to(tmp_path / "out/f")
    (tmp_path / "in/d").symlink_to(tmp_path / "out")
    folder = Folder(str(tmp_path / "in"), Budget())
    assert (folder.read("f"), folder.read("d/f"), dict(folder.entries("d"))) == (None, None, {})
    assert folder.read("../out/f") is None
