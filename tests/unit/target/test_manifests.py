"""Which files are manifests, what people write into them, and that no file can make reading fail."""

from __future__ import annotations

import threading

import pytest

from helpers.manifest_trees import by_name, codes, manifests_of, one
from walkdown.errors import TargetError
from walkdown.model import Manifest, Pin, SkipKind, SourceFile
from walkdown.target.manifests import MOST_WRITTEN, floating, read_manifests
from walkdown.target.manifests.reading import MOST_ENTRIES


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("requirements.txt", "requirements"),
        ("requirements-prod.in", "requirements"),
        ("dev_requirements.txt", "requirements"),
        ("requirements/base.txt", "requirements"),
        ("api/requirements/deps/x.txt", "requirements"),
        ("upper-constraints.txt", "constraints"),
        ("a/pylock.dev.toml", "pylock"),
        ("npm-shrinkwrap.json", "package-lock"),
        ("bun.lockb", "bun-lock"),
        ("web/node_modules/left/package.json", None),
        ("notes.txt", None),
        ("requirements.md", None),
        ("Pipfile.bak", None),
    ],
)
def test_manifests_are_told_by_their_names(path: str, kind: str | None) -> None:
    found = manifests_of({path: "{}"})
    assert [manifest.kind for manifest in found.values()] == ([] if kind is None else [kind])


_PYPROJECT = """\
[project]
name = "requests"
keywords = ["requests"]
dependencies = [
    "requests",
    "tomli>=2; python_version < \\"3.11\\"",
]
dynamic = ["version"]

[project.optional-dependencies]
redis = ["redis==5.0.1"]

[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff==0.5.0", "not a requirement"]

[tool.uv]
dev-dependencies = ["mypy"]

[tool.pdm.dev-dependencies]
docs = ["sphinx", "-e file:///${PROJECT_ROOT}/plugin"]
"""


def test_pyproject_with_extras_and_groups() -> None:
    manifest = one("pyproject.toml", _PYPROJECT)
    assert [(d.name, d.pin, d.group, d.line) for d in manifest.dependencies] == [
        ("requests", Pin.ANY, "", 5),
        ("tomli", Pin.RANGE, "", 6),
        ("redis", Pin.EXACT, "redis", 11),
        ("pytest", Pin.RANGE, "test", 14),
        ("ruff", Pin.EXACT, "lint", 15),
        ("sphinx", Pin.ANY, "docs", 21),
        ("mypy", Pin.ANY, "dev", 18),
    ]
    assert codes(manifest) == ["unclear-line"]
    assert "line 15" in manifest.skipped[0].reason


_PLACED = """\
[project]
dependencies = ["core==1.0", "forked", "member", "torch", "elsewhere"]

[tool.uv.sources]
core = { path = "../core", editable = true }
Forked = { git = "https://token@example.org/forked.git", branch = "main" }
member = { workspace = true }
torch = [{ index = "cpu", marker = "sys_platform == 'linux'" }, { path = "torch" }]
elsewhere = { path = "libs/elsewhere" }
"""


def test_uv_takes_a_package_from_elsewhere() -> None:
    manifest = one("api/pyproject.toml", _PLACED)
    assert [(d.name, d.pin, d.version, d.specifier) for d in manifest.dependencies] == [
        ("core", Pin.LOCAL, "", "core"),
        ("forked", Pin.URL, "", ""),
        ("member", Pin.LOCAL, "", ""),
        ("torch", Pin.ANY, "", ""),
        ("elsewhere", Pin.LOCAL, "", "api/libs/elsewhere"),
    ]
    assert "token" not in repr(manifest)
    assert [d.pin for d in one("pyproject.toml", _PLACED).dependencies][:1] == [Pin.URL]


_POETRY = """\
[tool.poetry.dependencies]
python = "^3.10"
django = "4.2.1"
requests = {version = "^2.31", extras = ["socks"]}
numpy = [
    {version = "==1.26.4", python = "<3.12"},
    {version = "==2.0.0", python = ">=3.12"},
]
ours = {path = "libs/ours"}
forked = {git = "https://token@example.org/forked.git"}

[tool.poetry.group.dev.dependencies]
pytest = "*"

[tool.poetry.dev-dependencies]
black = ">=23"
"""


def test_pyproject_of_poetry() -> None:
    manifest = one("pyproject.toml", _POETRY)
    assert [(d.name, d.pin, d.version, d.group, d.line) for d in manifest.dependencies] == [
        ("django", Pin.EXACT, "4.2.1", "", 3),
        ("requests", Pin.RANGE, "", "", 4),
        ("numpy", Pin.EXACT, "1.26.4", "", 5),
        ("numpy", Pin.EXACT, "2.0.0", "", 5),
        ("ours", Pin.LOCAL, "", "", 9),
        ("forked", Pin.URL, "", "", 10),
        ("black", Pin.RANGE, "", "dev", 16),
        ("pytest", Pin.ANY, "", "dev", 13),
    ]
    assert "token" not in repr(manifest)


def test_dependencies_that_setuptools_takes_from_a_file() -> None:
    tree = {
        "pyproject.toml": '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\n'
        'dependencies = {file = ["deps/runtime.list"]}\n',
        "deps/runtime.list": "flask==3.0.0\n",
    }
    found = manifests_of(tree)
    assert by_name(found["deps/runtime.list"])["flask"].version == "3.0.0"
    assert found["pyproject.toml"].skipped == ()


def test_dependencies_that_only_a_build_would_tell_are_a_limit() -> None:
    manifest = one("pyproject.toml", '[project]\nname = "a"\ndynamic = ["dependencies"]\n')
    assert [(skip.kind, skip.code) for skip in manifest.skipped] == [(SkipKind.LIMIT, "built-list")]


def test_pipfile() -> None:
    text = (
        '[[source]]\nurl = "https://pypi.org/simple"\n[packages]\nflask = "*"\n"zope.interface" = "==6.0"\n'
        'requests = {version = ">=2", extras = ["socks"]}\n[dev-packages]\npytest = "*"\n'
        '[requires]\npython_version = "3"\n'
    )
    assert [(d.name, d.pin, d.version, d.group, d.line) for d in one("Pipfile", text).dependencies] == [
        ("flask", Pin.ANY, "", "", 4),
        ("zope-interface", Pin.EXACT, "6.0", "", 5),
        ("requests", Pin.RANGE, "", "", 6),
        ("pytest", Pin.ANY, "", "dev", 8),
    ]


def test_setup_cfg_is_read_with_the_files_it_names() -> None:
    text = (
        "[metadata]\nname = a\n[options]\ninstall_requires =\n    flask==3.0.0\n    # why not\n"
        "    requests>=2  # wide\n"
        "[options.extras_require]\ntest = pytest; ruff==0.5.0\nmore = file: more.list\n"
    )
    found = manifests_of({"setup.cfg": text, "more.list": "attrs==23.1.0\n"})
    assert [(d.name, d.pin, d.group, d.line) for d in found["setup.cfg"].dependencies] == [
        ("flask", Pin.EXACT, "", 5),
        ("requests", Pin.RANGE, "", 7),
        ("pytest", Pin.ANY, "test", 0),
        ("ruff", Pin.EXACT, "test", 0),
    ]
    assert "more.list" in found


def test_setup_py_is_never_run_and_is_a_limit_only_where_it_asks_for_packages() -> None:
    hostile = "import os\nos.abort()\nfrom setuptools import setup\nsetup(name='a', install_requires=['flask'])\n"
    assert [(s.kind, s.code) for s in one("setup.py", hostile).skipped] == [(SkipKind.LIMIT, "not-run")]
    assert one("setup.py", "from setuptools import setup\nsetup()\n").skipped == ()
    assert one("app/setup.py", "install_requires = read_from_elsewhere()\n").skipped == ()


def test_package_json_is_read_and_its_locks_are_known_by_name() -> None:
    text = '{\n "dependencies": {\n  "react": "^18",\n  "@a/b": "1.2.3",\n  "ours": "workspace:*"\n }\n}\n'
    found = manifests_of({"web/package.json": text, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"})
    package, lock = found["web/package.json"], found["pnpm-lock.yaml"]
    assert [(d.ecosystem, d.name, d.pin, d.line) for d in package.dependencies] == [
        ("npm", "react", Pin.RANGE, 3),
        ("npm", "@a/b", Pin.EXACT, 4),
        ("npm", "ours", Pin.LOCAL, 5),
    ]
    assert (lock.kind, lock.ecosystem, lock.lock) == ("pnpm-lock", "npm", True)
    assert floating(package, list(found.values())) == ((), (lock,))


def test_a_huge_manifest_is_a_gap_and_not_opened() -> None:
    def read(path: str) -> bytes:
        raise AssertionError(path)

    (manifest,) = read_manifests([SourceFile("requirements.txt", "c", MOST_WRITTEN + 1)], read)
    assert codes(manifest) == ["too-large"]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("requirements.txt", "a==1\n" * (MOST_ENTRIES + 1)),
        ("requirements.txt", "?\n" * (MOST_ENTRIES + 1)),
        ("pyproject.toml", "[project]\ndependencies = [" + '"a",' * (MOST_ENTRIES + 1) + "]"),
        ("setup.cfg", "[options]\ninstall_requires =\n" + "  a\n" * (MOST_ENTRIES + 1)),
        ("pdm.lock", '[[package]]\nname = "a"\nversion = "1"\n' * (MOST_ENTRIES + 1)),
    ],
)
def test_a_list_without_end_is_a_gap(path: str, data: str) -> None:
    manifest = one(path, data)
    assert codes(manifest) == ["broken-manifest"]
    assert manifest.dependencies == ()


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), TargetError("gone")])
def test_a_manifest_that_cannot_be_opened_is_a_gap(error: Exception) -> None:
    def read(path: str) -> bytes:
        raise error

    (manifest,) = read_manifests([SourceFile("poetry.lock", "c", 10)], read)
    assert codes(manifest) == ["unreadable"]


@pytest.mark.parametrize(
    "path",
    ["requirements.txt", "pyproject.toml", "Pipfile", "Pipfile.lock", "poetry.lock", "setup.cfg", "package.json"],
)
@pytest.mark.parametrize("data", [b"\x00" * 1000, b"=" * 1000, b"[a]\n" * 1000, b"\n" * 100_000, bytes(range(256)) * 8])
def test_any_bytes_end_in_a_manifest(path: str, data: bytes) -> None:
    assert one(path, data).path == path


def test_two_threads_never_read_lists_at_the_same_time() -> None:
    """Where they do, msgspec may end the program: both work out the same type."""
    files = [SourceFile("pyproject.toml", "1", 10)]
    done: list[tuple[Manifest, ...]] = []
    second = threading.Thread(target=lambda: done.append(read_manifests(files, lambda _: b"[project]\n")))

    def slow(_path: str) -> bytes:
        second.start()
        second.join(0.2)
        assert second.is_alive()
        return b"[project]\n"

    first = read_manifests(files, slow)
    second.join()
    assert done == [first]
