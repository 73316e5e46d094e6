"""Lock files of every kind, each with the form its tool writes."""

from __future__ import annotations

import json

import pytest

from helpers.manifest_trees import by_name, codes, manifests_of, one
from walkdown.model import Pin, SkipKind
from walkdown.target.manifests import floating

_POETRY_1 = """\
[[package]]
name = "Django"
version = "3.2"
description = "[[package]] in a text is no table"
category = "main"
optional = false
python-versions = ">=3.6"

[package.dependencies]
asgiref = ">=3.3.2,<4"

[[package]]
name = "black"
version = "21.5b1"
category = "dev"
optional = false

[metadata]
lock-version = "1.1"

[metadata.files]
Django = [{file = "Django-3.2-py3-none-any.whl", hash = "sha256:aa"}]
black = []
"""

_POETRY_2 = """\
[[package]]
name = "asgiref"
version = "3.8.1"
optional = false
groups = ["main", "dev"]
markers = {main = "sys_platform == \\"win32\\"", dev = "python_version < \\"3.11\\""}
files = [
    {file = "asgiref-3.8.1-py3-none-any.whl", hash = "sha256:aa"},
]

[[package]]
name = "pytest"
version = "8.0.0"
optional = false
groups = ["dev"]
files = []

[[package]]
name = "ours"
version = "0.1"
optional = false
groups = ["main"]
files = []

[package.source]
type = "directory"
url = "libs/ours"

[[package]]
name = "forked"
version = "1.0"
optional = false
groups = ["main"]
files = []

[package.source]
type = "git"
url = "https://example.org/forked.git"
"""

_UV = """\
version = 1
requires-python = ">=3.10"

[[package]]
name = "app"
source = { virtual = "." }
dependencies = [
    { name = "flask" },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
]

[[package]]
name = "member"
version = "0.1.0"
source = { editable = "packages/member" }

[[package]]
name = "flask"
version = "3.0.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "click" }]
wheels = [{ url = "https://example.org/flask.whl", hash = "sha256:aa", size = 1 }]

[[package]]
name = "click"
version = "8.1.7"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pytest"
version = "8.0.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "numpy" }, { name = "click" }]

[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version < '3.12'"]

[[package]]
name = "numpy"
version = "2.0.0"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version >= '3.12'"]
"""

_PDM = """\
[metadata]
groups = ["default", "test"]

[[package]]
name = "httpx"
version = "0.27.0"
groups = ["default"]
files = [{file = "httpx.whl", hash = "sha256:aa"}]

[[package]]
name = "httpx"
version = "0.27.0"
extras = ["socks"]
groups = ["default"]

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["test"]
marker = "python_version >= \\"3.8\\""

[[package]]
name = "ours"
version = "0.1.0"
path = "./libs/ours"
groups = ["default"]
"""

_PYLOCK = """\
lock-version = "1.0"
created-by = "a tool"

[[packages]]
name = "attrs"
version = "25.1.0"
marker = "python_version >= '3.9'"
wheels = [{name = "attrs.whl", url = "https://example.org/attrs.whl", hashes = {sha256 = "aa"}}]

[[packages]]
name = "ours"
directory = {path = "libs/ours", editable = true}

[[packages]]
name = "forked"
vcs = {type = "git", url = "https://example.org/forked.git", commit-id = "abc"}
"""


def test_poetry_lock_of_the_first_form() -> None:
    manifest = one("poetry.lock", _POETRY_1)
    assert [(d.name, d.version, d.line, d.group, d.hashed) for d in manifest.dependencies] == [
        ("django", "3.2", 2, "", True),
        ("black", "21.5b1", 13, "dev", False),
    ]
    assert manifest.lock
    assert manifest.skipped == ()


def test_poetry_lock_of_the_second_form() -> None:
    found = by_name(one("poetry.lock", _POETRY_2))
    assert [(d.name, d.pin, d.group) for d in found.values()] == [
        ("asgiref", Pin.EXACT, ""),
        ("pytest", Pin.EXACT, "dev"),
        ("ours", Pin.LOCAL, ""),
        ("forked", Pin.URL, ""),
    ]
    assert found["asgiref"].hashed
    assert found["ours"].specifier == "libs/ours"
    assert [d.line for d in found.values()] == [2, 12, 19, 30]


def test_uv_lock_with_two_versions_of_one_package_and_groups() -> None:
    manifest = one("uv.lock", _UV)
    assert [(d.name, d.version, d.pin, d.group) for d in manifest.dependencies] == [
        ("app", "", Pin.LOCAL, ""),
        ("member", "", Pin.LOCAL, ""),
        ("flask", "3.0.0", Pin.EXACT, ""),
        ("click", "8.1.7", Pin.EXACT, ""),
        ("pytest", "8.0.0", Pin.EXACT, "dev"),
        ("numpy", "1.26.4", Pin.EXACT, "dev"),
        ("numpy", "2.0.0", Pin.EXACT, "dev"),
    ]
    lines = _UV.split("\n")
    assert all(lines[d.line - 1] == f'name = "{d.name}"' for d in manifest.dependencies)


def test_pdm_lock_counts_an_extra_of_a_package_once() -> None:
    manifest = one("pdm.lock", _PDM)
    assert [(d.name, d.version, d.pin, d.group, d.line) for d in manifest.dependencies] == [
        ("httpx", "0.27.0", Pin.EXACT, "", 5),
        ("pytest", "8.0.0", Pin.EXACT, "test", 17),
        ("ours", "", Pin.LOCAL, "", 23),
    ]


@pytest.mark.parametrize("path", ["pylock.toml", "deploy/pylock.production.toml"])
def test_pylock(path: str) -> None:
    found = by_name(one(path, _PYLOCK))
    assert [(d.name, d.version, d.pin, d.line) for d in found.values()] == [
        ("attrs", "25.1.0", Pin.EXACT, 5),
        ("ours", "", Pin.LOCAL, 11),
        ("forked", "", Pin.URL, 15),
    ]
    assert found["attrs"].hashed


@pytest.mark.parametrize("indent", [4, None])
def test_pipfile_lock(indent: int | None) -> None:
    content = {
        "_meta": {"hash": {"sha256": "aa"}, "sources": [{"name": "pypi", "url": "https://pypi.org/simple"}]},
        "default": {
            "Flask": {"hashes": ["sha256:aa"], "version": "==3.0.0", "markers": "python_version >= '3.8'"},
            "forked": {"git": "https://example.org/forked.git", "ref": "abc"},
            "ours": {"editable": True, "path": "."},
        },
        "develop": {"pytest": {"version": "==8.0.0"}},
        "docs": {"sphinx": {"version": "==7.0.0"}},
    }
    found = by_name(one("Pipfile.lock", json.dumps(content, indent=indent)))
    assert [(d.name, d.version, d.pin, d.group) for d in found.values()] == [
        ("flask", "3.0.0", Pin.EXACT, ""),
        ("forked", "", Pin.URL, ""),
        ("ours", "", Pin.LOCAL, ""),
        ("pytest", "8.0.0", Pin.EXACT, "dev"),
        ("sphinx", "7.0.0", Pin.EXACT, "docs"),
    ]
    lines = json.dumps(content, indent=indent).split("\n")
    assert all(f'"{d.name}"' in lines[d.line - 1].lower() for d in found.values())


@pytest.mark.parametrize("kind", ["poetry.lock", "uv.lock", "pdm.lock"])
def test_entries_without_a_usable_name_or_version_are_a_gap(kind: str) -> None:
    text = '[[package]]\nname = "a\\u001b[31m"\nversion = "1.0"\n\n[[package]]\nname = "b"\nversion = "2004d"\n'
    manifest = one(kind, text + '\n[[package]]\nname = "good"\nversion = "1.0"\n')
    assert [d.name for d in manifest.dependencies] == ["good"]
    assert codes(manifest) == ["unclear-line"]
    assert "\x1b" not in manifest.skipped[0].reason


@pytest.mark.parametrize("path", ["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile", "pyproject.toml"])
@pytest.mark.parametrize(
    "data",
    [
        b"<<<<<<< HEAD\n[[package]]\n",
        b"\xff\xfe\x00\x01",
        b"a = " + b"[" * 100_000,
        b"a" + b".a" * 50_000 + b" = 1",
        b'package = "x"\npackages = "x"\nproject = "x"\n',
    ],
)
def test_broken_toml_is_a_gap_with_a_reason(path: str, data: bytes) -> None:
    manifest = one(path, data)
    assert [(skip.kind, skip.code, skip.path) for skip in manifest.skipped] == [(SkipKind.GAP, "broken-manifest", path)]
    assert manifest.dependencies == ()


@pytest.mark.parametrize("path", ["Pipfile.lock", "package.json"])
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"default": [], "dependencies": 1}', b"[" * 200_000, b"\xff"])
def test_broken_json_is_a_gap_with_a_reason(path: str, data: bytes) -> None:
    assert codes(one(path, data)) == ["broken-manifest"]


def test_a_lock_answers_for_the_manifest_beside_it_and_for_its_members() -> None:
    tree = {
        "uv.lock": _UV,
        "pyproject.toml": '[project]\ndependencies = ["flask>=2"]\n[dependency-groups]\ndev = ["pytest", "ruff"]\n',
        "packages/member/pyproject.toml": '[project]\ndependencies = ["click"]\n',
        "tools/pyproject.toml": '[project]\ndependencies = ["click"]\n',
    }
    found = manifests_of(tree)
    every = list(found.values())
    names = {path: [d.name for d in floating(manifest, every)[0]] for path, manifest in found.items()}
    assert names == {
        "uv.lock": [],
        "pyproject.toml": ["ruff"],
        "packages/member/pyproject.toml": [],
        "tools/pyproject.toml": ["click"],
    }


def test_a_line_is_not_guessed_from_a_text_that_looks_like_an_entry() -> None:
    text = 'note = """\n[[package]]\nname = "other"\n"""\npackage = [{name = "flask", version = "3.0.0"}]\n'
    assert [(d.name, d.line) for d in one("uv.lock", text).dependencies] == [("flask", 0)]
