"""What files import, and which package that is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from walkdown.advisories.imports import MOST_BYTES, Import, read_imports
from walkdown.advisories.module_names import is_elsewhere, is_in_table, modules_of, namespaced, packages_of
from walkdown.advisories.names import NameIndex
from walkdown.advisories.script_names import package_of

PYTHON = b"""\
import os, yaml
from google.cloud import storage
from . import local
from .local import thing
try:
    import ujson
except ImportError:
    import json
if TYPE_CHECKING:
    from pandas import DataFrame
def late():
    import stripe
with suppress(ImportError):
    import uvloop
importlib.import_module("plugin.one")
importlib.import_module(name)
try:
    import real
except ValueError:
    pass
"""


def test_python_imports_with_what_is_optional_told_apart() -> None:
    found = {one.name: (one.line, one.optional, one.late) for one in read_imports(PYTHON, "py") or ()}
    assert found == {
        "os": (1, False, False), "yaml": (1, False, False), "google.cloud.storage": (2, False, False),
        "ujson": (6, True, False), "json": (8, True, False), "pandas": (10, True, False), "stripe": (12, False, True),
        "uvloop": (14, True, False), "plugin.one": (15, False, True), "real": (18, False, False),
    }  # fmt: skip


GUARDED = b"""\
try:
    Field = models.Field
except AttributeError:
    import stand_in
def shell():
    import pretty_shell
def other():
    import needed
try:
    shell()
except ImportError:
    plain()
def send():
    if not check_module("sender"):
        return
    import sender
"""


def test_an_import_whose_lack_is_looked_after_elsewhere_is_optional() -> None:
    found = {one.name: one.optional for one in read_imports(GUARDED, "py") or ()}
    assert found == {"stand_in": True, "pretty_shell": True, "needed": False, "sender": True}


NEWER = b'''\
"""
import from_a_docstring
"""
import first, second.inner as s  # import from_a_comment
from third.part import (
    x,
)
text = "import from_a_string"
try:
    import fourth
except ImportError:
    fourth = None
def late(a):
    if a: import fifth
    return f"{a["key"]}"
def generic():
    x = """
import from_a_text
"""
    from . import local
    match = t"{x:{"newest"}}" = 1
'''


def test_python_newer_than_ours_is_read_by_its_lines() -> None:
    found = {one.name: (one.line, one.optional, one.late) for one in read_imports(NEWER, "py") or ()}
    assert found == {
        "first": (4, False, False), "second.inner": (4, False, False), "third.part": (5, False, False),
        "fourth": (10, True, False), "fifth": (14, False, True),
    }  # fmt: skip


def test_a_file_made_to_keep_the_reader_busy_does_not() -> None:
    started = time.process_time()
    data = b"try:\n" + b"  import x\n" * 80_000 + b"except = 1\n"
    assert len(read_imports(data, "py") or ()) == 5_000
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "data",
    [
        b"import old\nprint 'two'\n",
        b"import old\ntry:\n    x()\nexcept ValueError, e:\n    pass\n",
        b"import {{ name }}\nfrom {{ name }} import x\nimport real\n",
        b"{% if x %}\nimport real\n{% endif %}\n",
    ],
)
def test_old_python_and_templates_are_not_read_by_their_lines(data: bytes) -> None:
    assert read_imports(data, "py") is None


VUE = b"""\
<template><p>import x from "text"</p></template>
<script lang="ts">
import type { A } from "types";
export default {};
</script>
<script setup lang="ts">
import b from "set-up";
</script>
"""


def test_script_blocks_are_read_on_their_own_lines() -> None:
    found = {one.name: (one.line, one.optional) for one in read_imports(VUE, "vue") or ()}
    assert found == {"types": (3, True), "set-up": (7, False)}
    assert read_imports(b"<script>\nimport a from 'a'\n</script>", "svelte") == (Import("a", 2),)
    assert read_imports(b"---\nimport a from 'a'\n---\n<p/>\n<script>import b from 'b'</script>", "astro") == (
        Import("a", 2), Import("b", 5),
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"(function e(t,n,r){function s(o,u){}})({1:[function(require,module,exports){\nrequire('inside')\n},{}]},{},[1])",  # noqa: E501
        b"x({1: [function (require, module, exports) {\n require('inside');\n}, {\n \"inside\": 9\n }], 2: [function (require, module, exports) {}]})",  # noqa: E501
    ],
)
def test_a_bundle_needs_no_package(data: bytes) -> None:
    assert read_imports(data, "js") == ()


def test_code_for_several_homes_is_optional() -> None:
    text = b"""\
if (typeof exports == "object" && typeof module == "object") mod(require("cm/lib"));
else if (typeof define == "function" && define.amd) define(["cm/lib"], mod);
const { OPS } = globalThis.lib || (await import("lib"));
if (typeof window !== "undefined") require("needed");
const y = opts || require("needed-too");
"""
    found = {one.name: one.optional for one in read_imports(text, "mjs") or ()}
    assert found == {"cm/lib": True, "lib": True, "needed": False, "needed-too": False}


SCRIPT = b"""\
import a from "a";
import type { T } from "types";
import { type B, type C } from "more-types";
import { type D, real } from "mixed";
export * from "./local";
export { x } from "exported";
const c = require("@scope/pkg/deep");
const d = await import("dynamic");
import "side-effect";
import fs = require("old-style");
try { require("optional") } catch {}
const t = `import x from "not-code"`; // require("comment")
require(variable);
"""


def test_script_imports_with_types_told_apart() -> None:
    found = {one.name: one.optional for one in read_imports(SCRIPT, "ts") or ()}
    assert found == {
        "a": False, "types": True, "more-types": True, "mixed": False, "./local": False, "exported": False,
        "@scope/pkg/deep": False, "dynamic": False, "side-effect": False, "old-style": False, "optional": True,
    }  # fmt: skip
    jsx = b'import React from "react";\nexport const A = () => <div>from "x"</div>;\n'
    assert read_imports(jsx, "tsx") == read_imports(jsx, "jsx") == (Import("react", 1),)


@pytest.mark.parametrize(
    "data", [b"import (", b"import x\0", b"(" * 50_000 + b"\nimport x", b"import x\n" * MOST_BYTES]
)
def test_what_is_no_python_gives_nothing(data: bytes) -> None:
    assert read_imports(data, "py") is None


def test_deeply_nested_script_does_no_harm() -> None:
    found = read_imports(b"import 'x';" + b"[" * 100_000, "js")
    assert found == (Import("x", 1),)


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("react", "react"), ("react-dom/client", "react-dom"), ("@a/b/c", "@a/b"), ("lodash.throttle", "lodash.throttle"),  # noqa: E501
        ("./x", ""), ("../x", ""), ("@/lib", ""), ("~/lib", ""), ("#imports", ""), ("node:fs", ""), ("fs/promises", ""),
        ("https://esm.sh/x", ""), ("npm:x", ""), ("virtual:y", ""), ("$lib/x", ""), ("/abs", ""), ("@site/src", ""),
        ("raw-loader!./file.txt", ""), ("svg.js?url", "svg.js"), ("", ""), ("{{name}}", ""),
    ],
)  # fmt: skip
def test_from_an_import_to_its_npm_package(text: str, package: str) -> None:
    assert package_of(text) == package


@pytest.mark.parametrize(
    ("module", "package"),
    [("yaml", "pyyaml"), ("cv2", "opencv-python"), ("PIL.Image", "pillow"), ("sklearn", "scikit-learn"), ("bs4", "beautifulsoup4"),  # noqa: E501
     ("google.cloud.storage.blob", "google-cloud-storage"), ("google.protobuf", "protobuf"), ("flask_cors", "flask-cors"),  # noqa: E501
     ("jwt", "pyjwt"), ("dotenv", "python-dotenv"), ("some_thing.x", "some-thing")],
)  # fmt: skip
def test_from_a_module_to_its_package(module: str, package: str) -> None:
    assert packages_of(module)[0] == package


def test_a_shared_roof_is_looked_up_by_the_dotted_name() -> None:
    assert namespaced("dogpile.cache.api") == ("dogpile-cache-api", "dogpile-cache")
    assert namespaced("yaml") == ()


def test_the_table_names_packages_that_exist() -> None:
    index = NameIndex.open(Path("nowhere"))
    modules = ("yaml", "cv2", "PIL", "win32api", "rest_framework", "google.genai", "attr", "docx", "Crypto", "fitz")
    assert all(is_in_table(module) and index.knows("PyPI", packages_of(module)[0]) for module in modules)
    assert modules_of("pillow") >= {"PIL"}


def test_what_no_package_of_pypi_gives() -> None:
    assert all(is_elsewhere(name) for name in ("os.path", "tomllib", "distutils.core", "urllib2", "bpy", "imp"))
    assert not is_elsewhere("requests")
