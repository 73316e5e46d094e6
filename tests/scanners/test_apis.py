"""Names that packages do not have: what is told, and above all what must not be."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from walkdown.errors import ScannerError, TargetError
from walkdown.model import Batch, FilePlace, Finding, History, Manifest, Missing, Parsed, Severity, SkipKind, SourceFile
from walkdown.scanners.apis import Apis
from walkdown.target.manifests import read_manifests

Tree = Mapping[str, str]
SITE = ".venv/lib/python3.12/site-packages"

PACKAGE = {
    "webby/__init__.py": (
        "from webby.app import App\nfrom .helpers import *\nfrom . import tools\n\nVERSION = 1\n"
        "if VERSION > 0:\n    def later(): ...\n"
    ),
    "webby/app.py": "class App: ...\n\ndef serve(app, *, port=80, workers=1): ...\n\ndef free(**options): ...\n",
    "webby/helpers.py": "__all__ = ['escape', 'from_native']\ndef escape(text): ...\n",
    "webby/tools.py": "def clean(text): ...\n",
    "webby/fast.cpython-312-x86_64-linux-gnu.so": "\x7fELF",
    "webby-2.1.0.dist-info/RECORD": "webby/__init__.py,,\nwebby/app.py,,\n",
    "webby-2.1.0.dist-info/METADATA": "Name: webby\n",
}
SCRIPT = {
    "webby/package.json": '{"name": "webby", "version": "3.0.0", "types": "index.d.ts", "main": "index.js"}',
    "webby/index.js": "exports.serve = 1;\nexports.undocumented = 2;\n",
    "webby/index.d.ts": (
        'export * from "./more";\nexport { inner as outer } from "./inner";\n'
        "export declare function serve(port: number): void;\nexport interface Options { port: number }\n"
        "export declare const one: 1, two: 2;\n"
    ),
    "webby/more.d.ts": "export declare class More {}\n",
    "webby/inner.d.ts": "export declare const inner: 1;\n",
}


class Target:
    identity = "it"
    offline = True
    history: History | None = None

    def __init__(self, files: Tree) -> None:
        self.data = {path: text.encode() for path, text in files.items()}
        self.files: Sequence[SourceFile] = [
            SourceFile(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in sorted(self.data.items())
        ]

    def read(self, path: str) -> bytes:
        if self.data[path] == b"UNREADABLE":
            raise TargetError("no")
        return self.data[path]

    def manifests(self) -> Sequence[Manifest]:
        return read_manifests(self.files, lambda path: self.data[path])


class Here:
    """No program is ever looked for."""

    def script(self, name: str) -> str | None:
        raise AssertionError(name)

    def python_module(self, module: str) -> tuple[str, ...] | None:
        raise AssertionError(module)

    def version_of(self, distribution: str) -> str:
        return "1.0"

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        raise AssertionError

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        raise AssertionError(argv)


def put(folder: Path, files: Tree) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with both kinds of installed packages."""
    project = tmp_path / "project"
    put(project / ".venv", {"pyvenv.cfg": "home = /usr\n"})
    put(project / SITE, PACKAGE)
    put(project / "node_modules", SCRIPT)
    return project


def scan(root: Path, files: Tree, given: Sequence[Path] = ()) -> Parsed:
    scanner = Apis(root, given)
    target = Target(files)
    jobs = scanner.jobs(scanner.find(Here())[0], target, None)
    assert not isinstance(jobs, Missing)
    (job,) = jobs
    assert job.settled is not None
    return job.settled


def titles(parsed: Parsed) -> list[str]:
    return [finding.rule.title for finding in parsed.findings]


def python(root: Path, code: str, **more: str) -> list[str]:
    return titles(scan(root, {"app.py": code, **more}))


def script(root: Path, code: str, name: str = "src/app.ts", **more: str) -> list[str]:
    return titles(scan(root, {name: code, **more}))


def only(parsed: Parsed) -> Finding:
    (finding,) = parsed.findings
    return finding


# -- Python ---------------------------------------------------------------------------------------------------------


def test_a_name_the_package_does_not_have(root: Path) -> None:
    finding = only(scan(root, {"app.py": "import os\nfrom webby import App, RateLimiter\n"}))
    assert (finding.rule.hazard, finding.rule.title) == ("dep.invented-api", "webby has no RateLimiter")
    assert finding.place == FilePlace("app.py", 2, 24, 2, 35)
    assert finding.severity is Severity.HIGH
    assert "webby 2.1.0" in finding.rule.message


def test_a_name_close_to_a_real_one_says_which(root: Path) -> None:
    assert "It has escape." in only(scan(root, {"a.py": "from webby.helpers import escapes\n"})).rule.message


@pytest.mark.parametrize("name", ["App", "escape", "from_native", "tools", "VERSION", "later", "fast", "helpers"])
def test_whatever_can_be_imported_is_not_told(root: Path, name: str) -> None:
    assert python(root, f"from webby import {name}\n") == []


def test_a_module_the_package_does_not_have(root: Path) -> None:
    assert python(root, "from webby.ratelimit import Limiter, Other\nimport webby.magic\n") == [
        "webby 2.1.0 has no module webby.magic",
        "webby 2.1.0 has no module webby.ratelimit",
    ]


def test_an_attribute_of_a_module(root: Path) -> None:
    code = "import webby\nimport webby.tools as t\nfrom webby import tools\n"
    code += "webby.serve_all()\nt.wash()\ntools.rinse(1)\n"
    assert python(root, code) == ["webby has no serve_all", "webby.tools has no rinse", "webby.tools has no wash"]
    assert python(root, "import webby\nwebby.App.anything\nwebby.tools.clean.more\nwebby.__version__\n") == []


def test_an_argument_a_plain_function_does_not_take(root: Path) -> None:
    code = "from webby.app import serve, free\nserve(1, port=2, threads=3)\nfree(anything=1)\n"
    finding = only(scan(root, {"app.py": code}))
    assert finding.rule.title == "webby.app.serve takes no argument threads"
    assert finding.place == FilePlace("app.py", 2, 18, 2, 27)


def test_one_finding_for_each_name_and_tests_count_less(root: Path) -> None:
    files = {f"tests/test_{n}.py": "from webby import Nope\n" for n in range(3)}
    finding = only(scan(root, files))
    assert (finding.severity, len(finding.places)) == (Severity.LOW, 2)
    assert only(scan(root, {**files, "z.py": "from webby import Nope\n"})).severity is Severity.HIGH


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from webby import Nope\nexcept ImportError:\n    Nope = None\n",
        "try:\n    pass\nexcept Exception:\n    from webby import Nope\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from webby import Nope\n",
        "import sys\nif sys.version_info > (3, 9):\n    from webby import Nope\n",
        "def f():\n    if webby_version > 2:\n        from webby import Nope\n",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    from webby import Nope\n",
        "import webby\nif hasattr(webby, 'nope'):\n    webby.nope()\n",
        "import webby\nwebby.nope = 1\nprint(webby.nope)\n",
        "import webby\ndef f(webby):\n    return webby.nope\n",
        "import webby\nfrom other import *\nwebby.nope()\n",
        "try:\n    from webby import Nope\nexcept ImportError:\n    pass\ndef f():\n    from webby import Nope\n",
        "from webby.fast import Anything\n",
        "from unknown import Anything\nfrom .webby import Nope\n",
        '"""\nfrom webby import Nope\n"""\n',
    ],
)
def test_code_that_knows_or_means_something_else_is_not_told(root: Path, code: str) -> None:
    assert python(root, code) == []


@pytest.mark.parametrize(
    "module",
    [
        "import sys\nsys.modules[__name__] = object()\n",
        "def __getattr__(name):\n    return compute(name)\n",
        "globals().update(load())\n",
        "for name in dir(other):\n    globals()[name] = 1\n",
        "exec(open('x').read())\n",
        "from ._native import *\n",
        "from another_package import *\n",
        "recreate(__name__, names)\n",
        "def broken(:\n",
        "_names = {'Nope': 'x'}\ndef __getattr__(name):\n    return load(_names[name])\n",
        "__all__ = ['Nope']\n",
        "def f():\n    global Nope\n    Nope = 1\n",
    ],
)
def test_a_module_that_may_have_more_than_is_read(root: Path, module: str) -> None:
    put(root / SITE, {"odd/__init__.py": module, "odd/_native.abi3.so": "\x7fELF"})
    assert python(root, "from odd import Nope\n") == []


def test_a_lazy_module_has_what_it_lists_and_no_more(root: Path) -> None:
    put(
        root / SITE,
        {"odd/__init__.py": "_names = {'Real': '.x'}\ndef __getattr__(name):\n    return load(_names[name])\n"},
    )
    assert python(root, "from odd import Real, Unheard\n") == ["odd has no Unheard"]


def test_a_name_that_the_package_puts_into_itself_from_elsewhere(root: Path) -> None:
    put(root / SITE, {"odd/__init__.py": "A = 1\n", "odd/setup.py": "import odd\nodd.Nope = 1\n"})
    assert python(root, "from odd import Nope\n") == []


def test_parts_of_a_shared_namespace_are_left_alone(root: Path) -> None:
    put(root / SITE, {"shared/one/__init__.py": "A = 1\n"})
    assert python(root, "from shared import two\nfrom shared.three import B\n") == []
    assert python(root, "from shared.one import B\n") == ["shared.one has no B"]


def test_the_targets_own_module_of_the_same_name(root: Path) -> None:
    assert python(root, "from webby import Nope\n", **{"lib/webby/__init__.py": "class Nope: ...\n"}) == []
    assert python(root, "from webby import Nope\n", **{"lib/webby.py": "from x import *\n"}) == []
    assert python(root, "from webby import Nope\n", **{"lib/webby.py": "a = 1\n"}) == ["webby has no Nope"]


def test_another_version_than_the_project_asks_for_proves_nothing(root: Path) -> None:
    parsed = scan(root, {"app.py": "from webby import Nope\n", "requirements.txt": "webby==3.0\n"})
    assert titles(parsed) == []
    assert [(skip.kind, skip.code) for skip in parsed.skipped] == [(SkipKind.LIMIT, "other-version")]
    assert python(root, "from webby import Nope\n", **{"requirements.txt": "webby>=2,<3\n"}) == ["webby has no Nope"]


def test_two_environments_must_agree(root: Path) -> None:
    put(root / "old-env", {"pyvenv.cfg": ""})
    put(root / "old-env/lib/python3.9/site-packages", {"webby/__init__.py": "class Nope: ...\n"})
    assert python(root, "from webby import Nope\n") == []
    assert python(root, "from webby import Neither\n") == ["webby has no Neither"]


# -- JavaScript and TypeScript --------------------------------------------------------------------------------------


def test_an_export_the_package_does_not_have(root: Path) -> None:
    finding = only(scan(root, {"src/app.ts": 'import def, { serve, createServer as c } from "webby";\n'}))
    assert finding.rule.title == "webby has no createServer"
    assert finding.place == FilePlace("src/app.ts", 1, 22, 1, 34)
    assert "webby 3.0.0" in finding.rule.message


@pytest.mark.parametrize("name", ["serve", "More", "outer", "Options", "one", "two", "default"])
def test_whatever_is_exported_is_not_told(root: Path, name: str) -> None:
    assert script(root, f'import {{ {name} as it }} from "webby";\n') == []


def test_require_and_passing_on(root: Path) -> None:
    assert script(root, 'const { serve, nope } = require("webby");\n', "a.js") == ["webby has no nope"]
    assert script(root, 'export { nope } from "webby";\n') == ["webby has no nope"]
    assert script(root, 'const { nope = 1 } = require("webby");\n', "a.js") == []


def test_what_the_code_offers_though_its_types_do_not_tell(root: Path) -> None:
    assert script(root, 'import { undocumented } from "webby";\n') == []


def test_columns_count_characters(root: Path) -> None:
    finding = only(scan(root, {"a.ts": '/* é */ import { nope } from "webby";\n'}))
    assert finding.place == FilePlace("a.ts", 1, 18, 1, 22)
    finding = only(scan(root, {"a.py": "é = 1; from webby import nope\n"}))
    assert finding.place == FilePlace("a.py", 1, 26, 1, 30)


def test_stars_in_every_direction_are_followed_once(root: Path) -> None:
    names = [f"m{n}" for n in range(40)]
    stars = "".join(f"from .{name} import *\n" for name in names)
    put(root / SITE, {"web/__init__.py": stars, **{f"web/{name}.py": stars for name in names}})
    assert python(root, "from web import Nope\n") == ["web has no Nope"]
    stars = "".join(f'export * from "./{name}";\n' for name in names)
    put(
        root / "node_modules/web", {"package.json": '{"types": "m0.d.ts"}', **{f"{name}.d.ts": stars for name in names}}
    )
    assert script(root, 'import { nope } from "web";\n') == ["web has no nope"]


def test_a_path_the_package_does_not_have(root: Path) -> None:
    assert script(root, 'import x from "webby/server";\nimport y from "webby/more";\nimport "webby/style.css";\n') == [
        "webby 3.0.0 has no module webby/server"
    ]


@pytest.mark.parametrize(
    "code",
    [
        '// @ts-expect-error it is there at run time\nimport { nope } from "webby";\n',
        'import { nope } from "unknown";\n',
        'import { nope } from "./webby";\n',
        'import { nope } from "@/webby";\n',
        'import { nope } from "fs";\n',
        'import webby from "webby";\nimport * as all from "webby";\n',
        'try { const { nope } = require("webby"); } catch {}\n',
    ],
)
def test_script_that_knows_or_means_something_else_is_not_told(root: Path, code: str) -> None:
    assert script(root, code) == []


@pytest.mark.parametrize(
    ("package", "types"),
    [
        ('"types": "i.d.ts"', "declare const it: Thing;\nexport = it;\n"),
        ('"types": "i.d.ts"', 'export * from "./not-there";\n'),
        ('"types": "i.d.ts"', 'export * from "another";\n'),
        ('"types": "i.d.ts"', "export const = broken {{{\n"),
        ('"types": "i.d.ts"', 'export {};\ndeclare module "." { function nope(): void }\n'),
        ('"types": "i.d.ts"', 'export {};\ndeclare module "odd/core" { type nope = string }\n'),
        ('"types": "i.d.ts", "exports": {".": {"worker": "./w.d.ts", "types": "./i.d.ts"}}', "export {};\n"),
        ('"main": "i.js"', ""),
    ],
)
def test_types_that_may_have_more_than_is_read(root: Path, package: str, types: str) -> None:
    files = {
        "odd/package.json": f'{{"name": "odd", {package}}}',
        "odd/i.d.ts": types,
        "odd/w.d.ts": "export declare function nope(): void;\n",
        "odd/i.js": "module.exports = load();\n",
    }
    put(root / "node_modules", {name: text for name, text in files.items() if text})
    assert script(root, 'import { nope } from "odd";\n') == []


def test_types_from_definitely_typed_and_whole_namespaces(root: Path) -> None:
    put(
        root / "node_modules",
        {
            "old/package.json": '{"name": "old", "version": "1.0.0", "main": "i.js"}',
            "old/i.js": "module.exports = function () {};\n",
            "@types/old/package.json": '{"name": "@types/old", "version": "1.0.0", "types": "index.d.ts"}',
            "@types/old/index.d.ts": (
                "export = old;\ndeclare function old(): void;\ndeclare namespace old {\n  function part(): void;\n}\n"
            ),
        },
    )
    assert script(root, 'import { part, nope } from "old";\n') == ["old has no nope"]


def test_modules_without_types_by_their_own_syntax(root: Path) -> None:
    put(
        root / "node_modules",
        {
            "plain/package.json": '{"name": "plain", "exports": {"import": "./i.mjs"}}',
            "plain/i.mjs": "export const a = 1;\nexport { b as c };\nconst b = 2;\n",
        },
    )
    assert script(root, 'import { a, c, d } from "plain";\n') == ["plain has no d"]


def test_what_the_target_declares_or_redirects_itself(root: Path) -> None:
    code = 'import { nope } from "webby";\n'
    declared = {"types/webby.d.ts": 'declare module "webby" {\n  export function nope(): void;\n}\n'}
    assert script(root, code, **declared) == []
    paths = {"tsconfig.json": '{"compilerOptions": {"paths": {"webby": ["./src/webby.ts"]}}}'}
    assert script(root, code, **paths) == []


def test_the_nearest_node_modules_counts(root: Path) -> None:
    put(root / "apps/web/node_modules", {**SCRIPT, "webby/index.d.ts": "export declare const nope: 1;\n"})
    assert script(root, 'import { nope } from "webby";\n', "apps/web/a.ts") == []
    assert script(root, 'import { nope } from "webby";\n', "apps/api/a.ts") == ["webby has no nope"]


def test_links_of_a_package_manager_are_followed_within_its_folder_only(root: Path, tmp_path: Path) -> None:
    store = root / "node_modules/.pnpm/linked@1/node_modules/linked"
    put(store, {"package.json": '{"types": "i.d.ts", "version": "1.0.0"}', "i.d.ts": "export declare const a: 1;\n"})
    put(tmp_path / "outside", {"package.json": '{"types": "i.d.ts"}', "i.d.ts": "export declare const a: 1;\n"})
    (root / "node_modules/linked").symlink_to(".pnpm/linked@1/node_modules/linked")
    (root / "node_modules/outside").symlink_to(tmp_path / "outside")
    code = 'import { nope } from "linked";\nimport { nope as n } from "outside";\n'
    assert script(root, code) == ["linked has no nope"]


def test_an_installed_version_that_the_lock_does_not_name(root: Path) -> None:
    lock = '{"lockfileVersion": 3, "packages": {"node_modules/webby": {"version": "4.0.0"}}}'
    parsed = scan(root, {"a.ts": 'import { nope } from "webby";\n', "package-lock.json": lock})
    assert (titles(parsed), [skip.code for skip in parsed.skipped]) == ([], ["other-version"])


# -- the run --------------------------------------------------------------------------------------------------------


def test_without_an_installed_copy_it_says_so_and_leaves_no_gap(tmp_path: Path) -> None:
    scanner = Apis(tmp_path / "nothing")
    target = Target({"app.py": "from webby import Nope\n", "a.ts": 'import { a } from "webby";\n'})
    skipped = scanner.unread(target)
    assert [(skip.kind, skip.code) for skip in skipped] == [
        (SkipKind.SCOPE, "no-installed-python"),
        (SkipKind.SCOPE, "no-installed-npm"),
    ]
    assert scanner.jobs(scanner.find(Here())[0], target, None) == ()
    assert scanner.looks_for(["app.py"]) == frozenset()


def test_with_one_it_looks(root: Path) -> None:
    scanner = Apis(root)
    assert scanner.unread(Target({"app.py": "", "a.ts": ""})) == []
    assert scanner.looks_for(["app.py"]) == {"dep.invented-api"}
    assert scan(root, {"app.py": "import webby\n", "README.md": ""}).looked == {"app.py"}


def test_an_environment_beside_the_target_or_given(root: Path, tmp_path: Path) -> None:
    code = {"app.py": "from webby import Nope\n", "a.ts": 'import { nope } from "webby";\n'}
    both = ["webby has no nope", "webby has no Nope"]
    beside = tmp_path / "beside/project"
    beside.mkdir(parents=True)
    (root / ".venv").rename(beside.parent / "venv")
    (root / "node_modules").rename(beside.parent / "node_modules")
    assert titles(scan(beside, code)) == both
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    given = [beside.parent / "venv", beside.parent / "node_modules"]
    assert titles(scan(elsewhere, code, given)) == both


def test_examples_and_copies_are_not_judged(root: Path) -> None:
    files = {
        "docs/a.py": "from webby import Nope\n",
        "vendor/b.py": "from webby import Nope\n",
        "c.py": "import webby\n",
    }
    parsed = scan(root, files)
    assert (titles(parsed), sorted(parsed.looked)) == ([], ["c.py"])


def test_files_that_cannot_be_read_are_gaps_and_broken_code_is_left_out(root: Path) -> None:
    parsed = scan(root, {"a.py": "UNREADABLE", "b.py": "from webby import Nope\ndef (:\n", "c.py": "import webby\n"})
    assert [(skip.path, skip.kind, skip.code) for skip in parsed.skipped] == [
        ("a.py", SkipKind.GAP, "unreadable"),
        ("b.py", SkipKind.SCOPE, "syntax-error"),
    ]


def test_no_link_out_of_an_environment_is_followed(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "outside", {"__init__.py": "A = 1\n", "one.py": "A = 1\n"})
    (root / SITE / "linked").symlink_to(tmp_path / "outside")
    (root / SITE / "webby/one.py").symlink_to(tmp_path / "outside/one.py")
    assert python(root, "from linked import Nope\nfrom webby.one import Nope\nimport linked.nope\n") == []
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/.venv").symlink_to(root / ".venv")
    assert Apis(tmp_path / "bare").looks_for(["app.py"]) == frozenset()


def test_folders_that_may_not_be_read_are_no_environments(root: Path) -> None:
    (root / "closed").mkdir(mode=0o000)
    (root / ".venv/lib").chmod(0o000)
    try:
        assert script(root, 'import { nope } from "webby";\n', **{"app.py": "from webby import App\n"}) == [
            "webby has no nope"
        ]
    finally:
        (root / ".venv/lib").chmod(0o700)


def test_hostile_packages_end_in_silence(root: Path) -> None:
    put(
        root / SITE,
        {
            "deep/__init__.py": "a = " + "(" * 5000 + ")" * 5000 + "\n",
            "loop/__init__.py": "from .one import *\n",
            "loop/one.py": "from .two import *\n",
            "loop/two.py": "from .one import *\nfrom . import *\n",
            "huge/__init__.py": "#" * (3 * 1024 * 1024),
        },
    )
    os.mkfifo(root / SITE / "pipe.py")
    code = "from deep import N\nfrom loop import N\nfrom huge import N\nfrom pipe import N\n"
    assert python(root, code) == ["loop has no N"]
    put(
        root / "node_modules",
        {
            "loop/package.json": '{"types": "a.d.ts", "version": "1.0.0"}',
            "loop/a.d.ts": 'export * from "./b";\n',
            "loop/b.d.ts": 'export * from "./a";\n',
            "out/package.json": '{"types": "../../../../etc/passwd", "exports": {".": "./../../x.d.ts"}}',
            "broken/package.json": "{" * 5000,
        },
    )
    code = 'import { n } from "loop";\nimport { n as m } from "out";\nimport { n as o } from "broken";\n'
    assert script(root, code) == ["loop has no n"]


def test_names_of_the_target_are_shown_only_where_they_are_plain(root: Path) -> None:
    assert script(root, 'import { a } from "webby";\nimport x from "webby/\\x1b[31m";\n') == [
        "webby has no a",
        "webby 3.0.0 has no module …",
    ]


def test_no_program_is_ever_started(root: Path) -> None:
    scanner = Apis(root)
    tool = scanner.find(Here())[0]
    (job,) = scanner.jobs(tool, Target({"app.py": "import webby\n"}), None)
    with pytest.raises(ScannerError):
        scanner.argv(tool, job, Batch("", (), "", ""))
