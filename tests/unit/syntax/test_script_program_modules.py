"""What a file of JavaScript or TypeScript takes from others and gives to them."""

from __future__ import annotations

import pytest

from helpers.show_program import show
from walkdown.syntax.script_program import read_program


def _shown(source: str, extension: str) -> list[str]:
    return show(read_program(source.encode(), extension)).splitlines()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('import a from "m"', ["import default of m as a"]),
        ('import * as a from "m"', ["import * of m as a"]),
        ('import a, { b, c as d, default as e } from "m"',
         ["import default of m as a", "import b of m as b", "import c of m as d", "import default of m as e"]),
        ('import "m"', ["import nothing of m"]),
        ('import type { a } from "m"', ["import type a of m as a"]),
        ('import { type a, b, type as c } from "m"',
         ["import type a of m as a", "import b of m as b", "import type of m as c"]),
        ('import a = require("m")', ["import = of m as a"]),
        ('import a from "./m.json" with { type: "json" }', ["import default of ./m.json as a"]),
        ('export { a, b as c, type D } from "m"', ["export a from m: a", "export c from m: b"]),
        ('export * from "m"', ["export * from m"]),
        ('export * as a from "m"', ["export a from m: *"]),
        ('export type * from "m"', ["export * from m"]),
        ("export default a", ["export default: a"]),
        ("export default wrap(a)", ["export default = wrap(a)"]),
        ("export { a, b as default }", ["export a: a", "export default: b"]),
        ("export const GET = wrap(a)", ["export GET: GET", "let GET = wrap(a)"]),
        ("export const { a, b: [c] } = make()", ["export a: a", "export c: c", "let a<a, c<b.0 = make()"]),
        ("export = a", ["export =: a"]),
        ("export enum A { B }", ["export A: A", "let A = {B: 0}"]),
        ("export interface A {}", []),
        ("export type { A }", []),
        ("export namespace A { export const b = 1 }", ["export A: A", "let b = 1", "let A = {b: b}"]),
        ('export const a = require("m").b', ["import b of m as a", "export a: a"]),
    ],
)  # fmt: skip
def test_modules(source: str, said: list[str]) -> None:
    assert _shown(source, "ts") == [f"1: {line}" for line in said]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('const a = require("m")', ["import = of m as a"]),
        ('const a = require("m").b', ["import b of m as a"]),
        ('var { a, b: c } = require("m"), d = 1', ["import a of m as a", "import b of m as c", "let d = 1"]),
        ('const a = __importDefault(require("m"))', ["import * of m as a"]),
        ('const a = tslib_1.__importStar(require("m"))', ["import * of m as a"]),
        ('const { a = 1 } = require("m")', ["import = of m", 'let a<a = 1 = require("m")']),
        ('const a = require("m")(b)', ["import = of m", 'let a = require("m")(b)']),
        ('require("m").config()', ["import = of m", 'require("m").config()']),
        ('const a = await import("m")', ["import * of m", 'let a = await import("m")']),
        ("const a = require(b)", ["let a = require(b)"]),
        ("module.exports = a", ["export =: a"]),
        ("module.exports = { a, b: c }", ["export = = {a: a, b: c}"]),
        ("exports = module.exports = a", ["export =: a"]),
        ("var a = exports = module.exports = b()", ["export =: a", "let a = b()"]),
        ('module.exports = require("m")', ["export = from m: ="]),
        ("exports.a = exports['b'] = c", ["export a: c", "export b: c"]),
        ("module.exports.a = wrap(b)", ["export a = wrap(b)"]),
        ("exports.__esModule = true", []),
        ("a.b = module.exports = c", ["export =", "a.b = module.exports = c"]),
        ("if (a) module.exports = b", ["export =", "if a", "    module.exports = b"]),
        ("exports = a", ["exports = a"]),
    ],
)  # fmt: skip
def test_common_modules(source: str, said: list[str]) -> None:
    shown = _shown(source, "js")
    assert [line.replace("1: ", "") for line in shown] == [line.replace("    ", "  ") for line in said]


def test_what_has_no_name_is_called_by_what_it_is_given_to() -> None:
    source = """exports.list = async (req) => {};
exports.one = exports.two = function () {};
module.exports.Three = class {};
"""
    assert _shown(source, "js") == [
        "1: export list = f0",
        "2: export one = f1",
        "2: export two = f1",
        "3: export Three = c0",
        "c0 3-3: class Three",
        "f0 1-1: async arrow list(req)",
        "f1 2-2: function one()",
    ]


@pytest.mark.parametrize(
    "source", ["export default function () {}", "export default () => {}", "export default async function* () {}"]
)
def test_a_default_without_a_name(source: str) -> None:
    program = read_program(source.encode(), "ts")
    assert [one.name for one in program.exports] == ["default"]
    assert [one.name for one in program.functions] == ["default"]
    assert program.body == ()


def test_a_default_with_a_name_is_bound_by_it() -> None:
    source = "export default function page() {}\nexport default abstract class Base {}\n@Mark() export class Marked {}"
    assert _shown(source, "ts") == [
        "1: export default: page",
        "2: export default: Base",
        "3: export Marked: Marked",
        "1: let page = f0",
        "2: let Base = c0",
        "3: let Marked = c1",
        "c0 2-2: class Base",
        "c1 3-3: @Mark() class Marked",
        "f0 1-1: function page()",
    ]
