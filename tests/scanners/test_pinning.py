"""Versions that nothing holds still, and the names that only a lock knows; above all what must not be said."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from walkdown.advisories import bloom
from walkdown.advisories.names import file_name
from walkdown.model import Finding, History, Job, Manifest, Missing, Parsed, Severity, SkipKind, SourceFile
from walkdown.scanners.packages import Packages
from walkdown.target.manifests import read_manifests

DAY = "2026-11-17T00:00:00Z"
NOW = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)
PYPI = ["flask", "requests", "numpy", "published-lib", "django-pgtrigger", "httpx", "pytest-httpx"]
NPM = ["express", "zod", "react", "published-lib", "esbuild", "sharp"]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Target:
    identity = "it"
    offline = True
    history: History | None = None

    def __init__(self, files: dict[str, str]) -> None:
        self.data = {path: text.encode() for path, text in files.items()}
        self.files: Sequence[SourceFile] = [
            SourceFile(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in sorted(self.data.items())
        ]

    def read(self, path: str) -> bytes:
        return self.data[path]

    def manifests(self) -> Sequence[Manifest]:
        return read_manifests(self.files, self.read)


class Nowhere:
    def script(self, name: str) -> str | None:
        raise AssertionError(name)

    def python_module(self, module: str) -> tuple[str, ...] | None:
        raise AssertionError(module)

    def version_of(self, distribution: str) -> str:
        return {"walkdown": "1.0"}[distribution]

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        raise AssertionError

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        raise AssertionError(argv)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for ecosystem, names in (("PyPI", PYPI), ("npm", NPM)):
        bloom.write(tmp_path / file_name(ecosystem), bloom.build(ecosystem, iter(names), DAY))
    return tmp_path


def scan(folder: Path, files: dict[str, str]) -> Parsed:
    scanner = Packages(folder, shipped=folder, now=NOW)
    tool = scanner.find(Nowhere())
    assert not isinstance(tool, Missing)
    jobs: Sequence[Job] = scanner.jobs(tool[0], Target(files), None)
    return (jobs[0].settled or Parsed()) if jobs else Parsed()


def unpinned(folder: Path, files: dict[str, str]) -> list[Finding]:
    return [one for one in scan(folder, files).findings if one.rule.hazard == "dep.unpinned"]


def rules(folder: Path, files: dict[str, str]) -> list[str]:
    return [one.rule.id.removeprefix("package-") for one in unpinned(folder, files)]


def lock(packages: dict[str, Any]) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2)


# -- no lock --------------------------------------------------------------------------------------------------------

APP = '{"name": "shop", "private": true, "dependencies": {"express": "^4"}}'


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": APP},
        {"package.json": '{"name": "shop", "version": "1.0.0", "main": "index.js", "dependencies": {"zod": "3"}}'},
        {"pyproject.toml": '[project]\nname = "shop"\nversion = "0"\ndependencies = ["flask>=3"]\n'},
        {"pyproject.toml": '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "^3"\n'},
        {
            "pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "shop"\ndependencies = ["flask"]\n',
            "Dockerfile": "FROM python\n",
        },
        {"Pipfile": '[packages]\nflask = "*"\n'},
    ],
)
def test_an_application_without_a_lock(folder: Path, files: dict[str, str]) -> None:
    (finding,) = unpinned(folder, files)
    assert (finding.rule.id, finding.severity) == ("package-no-lock", Severity.MEDIUM)


MANY = [f"part-{number}" for number in range(25)]
DEPLOYED = f"""\
[build-system]
requires = []
[project]
name = "published-lib"
dependencies = {json.dumps(["flask", *MANY])}
"""


def test_a_whole_server_is_an_application_also_where_it_is_published(folder: Path) -> None:
    assert "no-lock" in rules(folder, {"pyproject.toml": DEPLOYED})
    assert "no-lock" not in rules(folder, {"pyproject.toml": DEPLOYED.replace('"flask", ', "")})
    listed = "[metadata]\nname = x\n[options]\ninstall_requires =\n    " + "\n    ".join(MANY) + "\n"
    assert "no-lock" in rules(folder, {"setup.cfg": listed, "Dockerfile": "FROM python\n"})
    assert "no-lock" not in rules(folder, {"setup.cfg": listed})
    needs = dict.fromkeys(["express", *MANY], "^1")
    package = json.dumps({"name": "x", "version": "1", "bin": {"x": "./x"}, "dependencies": needs})
    assert "no-lock" in rules(folder, {"package.json": package, "docker/Dockerfile": "FROM node\n"})
    assert "no-lock" not in rules(folder, {"package.json": package})


def test_a_lock_below_a_workspace_weighs_little(folder: Path) -> None:
    inner = '{"name": "inner", "private": true, "dependencies": {"zod": "^3"}}'
    files = {
        "a/package.json": inner,
        "a/package-lock.json": lock({"": {"dependencies": {"zod": "^1"}}, "node_modules/zod": {"version": "1.0.0"}}),
    }
    top = {"package.json": '{"private": true, "workspaces": ["a"]}', "package-lock.json": lock({"": {}})}
    alone = [one.severity for one in unpinned(folder, files) if one.rule.id == "package-lock-out-of-step"]
    below = [one.severity for one in unpinned(folder, files | top) if one.rule.id == "package-lock-out-of-step"]
    assert (alone, below[-1:]) == ([Severity.MEDIUM], [Severity.LOW])


LIBRARY = '{"name": "tool", "version": "1.0.0", "exports": "./x.js", "dependencies": {"zod": "^3"}}'


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": LIBRARY},
        {"package.json": '{"name": "published-lib", "version": "1.0.0", "repository": "a/b", "dependencies": {"zod": "3"}}'},  # noqa: E501
        {"package.json": '{"private": true, "devDependencies": {"zod": "^3"}}'},
        {"examples/web/package.json": APP},
        {"tests/fixtures/web/package.json": APP},
        {"package.json": APP, "yarn.lock": '# yarn lockfile v1\n\nexpress@^4:\n  version "4.0.0"\n'},
        {"pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "shop"\ndependencies = ["flask"]\n'},
        {
            "pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "published-lib"\ndependencies = ["flask"]\n',  # noqa: E501
            "Dockerfile": "FROM python\n",
        },
        {"setup.py": 'from setuptools import setup\nsetup(name="x", install_requires=["flask"])\n'},
        {"Pipfile": '[packages]\nflask = "*"\n', "requirements.txt": "flask==3.0\n"},
        {"pyproject.toml": '[tool.ruff]\nline-length = 100\n[dependency-groups]\ndev = ["flask"]\n'},
    ],
)  # fmt: skip
def test_where_no_lock_is_missing(folder: Path, files: dict[str, str]) -> None:
    assert rules(folder, files) == []


def test_a_workspace_lacks_one_lock_and_not_many(folder: Path) -> None:
    files = {
        "package.json": '{"private": true, "workspaces": ["apps/*"], "dependencies": {"zod": "3"}}',
        "apps/a/package.json": APP,
        "apps/b/package.json": APP,
    }
    (finding,) = unpinned(folder, files)
    assert finding.rule.title == "package.json has no lock file"


# -- ranges left open -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("flask\nrequests>=2\nnumpy==2.0\n", Severity.MEDIUM),
        ("flask~=3.0\nrequests>=2,<3\n", Severity.LOW),
        ("flask==3.0\nnumpy==2.0\nhttpx==0.28\npublished-lib==1\nrequests\n", Severity.LOW),
    ],
)
def test_open_ranges_are_one_finding_for_a_list(folder: Path, text: str, severity: Severity) -> None:
    (finding,) = unpinned(folder, {"requirements.txt": text})
    assert (finding.rule.id, finding.severity) == ("package-open-versions", severity)
    assert "requests" in finding.rule.message
    assert all(place.path == "requirements.txt" for place in finding.places)  # type: ignore[union-attr]


def test_a_package_that_a_list_names_twice_is_one(folder: Path) -> None:
    (finding,) = unpinned(folder, {"requirements.txt": "flask\nrequests\nflask\nrequests\n"})
    assert finding.rule.title == "requirements.txt leaves 2 packages open"
    assert finding.rule.message.endswith("Open are: flask, requests.")
    assert len(finding.places) == 4


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "flask==3.0\nrequests==2.32.0\n"},
        {"requirements-dev.txt": "flask\n"},
        {"docs/requirements.txt": "flask\n"},
        {"ci/requirements.txt": "flask\n"},
        {"requirements.in": "flask\n", "requirements.txt": "flask==3.0\nrequests==2.32.0\n"},
        {"requirements.txt": "flask\n-c constraints.txt\n", "constraints.txt": "flask==3.0\n"},
        {"requirements.txt": "flask\n", "setup.py": 'setup(install_requires=open("requirements.txt"))\n'},
    ],
)
def test_ranges_that_are_held_or_meant(folder: Path, files: dict[str, str]) -> None:
    assert rules(folder, files) == []


def test_what_a_container_installs_is_deployed_also_where_a_library_is_built(folder: Path) -> None:
    files = {
        "requirements.txt": "flask\n",
        "setup.py": "setup()\n",
        "Dockerfile": "RUN pip install -r /src/requirements.txt\n",
    }
    assert rules(folder, files) == ["open-versions"]


# -- a lock that does not fit ---------------------------------------------------------------------------------------


def test_a_lock_out_of_step_names_what_and_where(folder: Path) -> None:
    files = {
        "package.json": '{\n"private": true,\n"dependencies": {\n"zod": "^4.0.0",\n"express": "^4.0.0",\n"react": "19"\n}\n}',  # noqa: E501
        "package-lock.json": lock({
            "": {"dependencies": {"zod": "^3", "express": "^4"}},
            "node_modules/zod": {"version": "3.1.0", "integrity": "sha512-a"},
            "node_modules/express": {"version": "4.1.0", "integrity": "sha512-b"},
        }),
    }  # fmt: skip
    (finding,) = unpinned(folder, files)
    assert (finding.rule.id, finding.severity) == ("package-lock-out-of-step", Severity.MEDIUM)
    assert "zod is asked for as ^4.0.0, and locked as 3.1.0" in finding.rule.message
    assert "react is not in the lock" in finding.rule.message
    assert [(one.path, one.line) for one in finding.places] == [("package.json", 4), ("package.json", 6)]  # type: ignore[union-attr]


def test_a_lock_above_speaks_only_for_members_of_its_workspace(folder: Path) -> None:
    top = lock({
        "": {"dependencies": {"zod": "^3"}, "workspaces": ["apps/*"]},
        "apps/a": {"name": "a", "version": "1.0.0", "dependencies": {"zod": "^3"}},
        "node_modules/a": {"resolved": "apps/a", "link": True},
        "node_modules/zod": {"version": "3.1.0", "integrity": "sha512-a"},
    })  # fmt: skip
    asked = '{"name": "x", "private": true, "dependencies": {"zod": "^4.0.0"}}'
    files = {
        "package.json": '{"private": true, "workspaces": ["apps/*"], "dependencies": {"zod": "^3"}}',
        "package-lock.json": top,
        "apps/a/package.json": asked,
        "elsewhere/package.json": asked,
    }
    (finding,) = unpinned(folder, files)
    assert finding.rule.title == "package-lock.json does not fit apps/a/package.json"


def test_what_pnpm_overrides_is_not_out_of_step(folder: Path) -> None:
    text = (
        "lockfileVersion: '9.0'\n\noverrides:\n  zod: 3.1.0\n\nimporters:\n\n  .:\n    dependencies:\n      zod:\n"
        "        specifier: ^4.0.0\n        version: 3.1.0\n\npackages:\n\n  zod@3.1.0:\n"
        "    resolution: {integrity: sha512-aa}\n\nsnapshots:\n\n  zod@3.1.0: {}\n"
    )
    asked = '{"private": true, "dependencies": {"zod": "^4.0.0"}}'
    assert rules(folder, {"package.json": asked, "pnpm-lock.yaml": text}) == []
    without = text.replace("  zod: 3.1.0\n", "  react: 19.0.0\n", 1)
    assert rules(folder, {"package.json": asked, "pnpm-lock.yaml": without}) == ["lock-out-of-step"]


# -- from a repository or an address --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("requirements.txt", "git+https://host.example/a/flask.git@main#egg=flask\n", "from-branch"),
        ("requirements.txt", "flask @ git+https://host.example/a/flask\n", "from-branch"),
        ("requirements.txt", "flask @ git+ssh://git@host.example/a/flask.git\n", "from-branch"),
        ("requirements.txt", "-e git+https://host.example/a/flask.git@release/next#egg=flask\n", "from-branch"),
        ("requirements.txt", "flask @ https://host.example/flask-latest.zip\n", "from-address"),
        ("package.json", '{"version": "1.0.0", "name": "a", "exports": "x", "dependencies": {"zod": "github:a/zod#main"}}', "from-branch"),  # noqa: E501
        ("package.json", '{"version": "1.0.0", "name": "a", "exports": "x", "dependencies": {"zod": "a/zod"}}', "from-branch"),  # noqa: E501
        ("package.json", '{"version": "1.0.0", "name": "a", "exports": "x", "dependencies": {"zod": "https://host.example/z.tgz"}}', "from-address"),  # noqa: E501
        ("pyproject.toml", '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nflask = {git = "https://host.example/f.git", branch = "main"}\n', "from-branch"),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_fetched_may_change(folder: Path, path: str, text: str, rule: str) -> None:
    (finding,) = unpinned(folder, {path: text})
    assert (finding.rule.id, finding.severity) == (f"package-{rule}", Severity.MEDIUM)
    assert "host.example" not in finding.rule.title + finding.rule.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", f"git+https://host.example/a/flask.git@{COMMIT}#egg=flask\n"),
        ("requirements.txt", f"flask @ git+https://git@host.example/a/flask.git@{COMMIT[:9]}\n"),
        ("requirements.txt", "flask @ git+https://host.example/a/flask.git@v3.0.1\n"),
        ("requirements.txt", f"flask @ https://host.example/a.zip#sha256={COMMIT}{COMMIT[:24]}\n"),
        ("requirements.txt", f"flask @ https://host.example/a/archive/{COMMIT}.zip\n"),
        ("package.json", f'{{"version": "1.0.0", "name": "a", "exports": "x", "dependencies": {{"zod": "github:a/zod#{COMMIT}"}}}}'),  # noqa: E501
        ("pyproject.toml", f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nflask = {{git = "https://host.example/f.git",\n rev = "{COMMIT}"}}\n'.replace(",\n", ",")),  # noqa: E501
        ("pyproject.toml", f'[build-system]\nrequires = []\n[project]\nname = "a"\ndependencies = ["flask @ git+https://host.example/f"]\n[tool.uv.sources]\nflask = {{ git = "https://host.example/f", rev = "{COMMIT}" }}\n'),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_fetched_is_fixed(folder: Path, path: str, text: str) -> None:
    assert rules(folder, {path: text}) == []


def test_each_package_of_one_long_line_is_judged_by_itself(folder: Path) -> None:
    wanted = {"zod": "github:a/zod#main", "react": f"github:a/react#{COMMIT}", "express": "https://host.example/e.tgz"}
    text = json.dumps({"name": "a", "version": "1.0.0", "exports": "x", "dependencies": wanted})
    assert rules(folder, {"package.json": text}) == ["from-branch", "from-address"]


def test_one_package_in_two_lists_is_one_finding(folder: Path) -> None:
    line = "flask @ git+https://host.example/a/flask@main\n"
    (finding,) = unpinned(folder, {"requirements.txt": line, "requirements_git.txt": f"\n{line}"})
    assert [place.line for place in (finding.place, *finding.places)] == [1, 2]  # type: ignore[union-attr]


def test_a_lock_that_notes_the_commit_is_enough(folder: Path) -> None:
    packages = {
        "": {"dependencies": {"zod": "github:a/zod"}},
        "node_modules/zod": {"version": "1.0.0", "resolved": f"git+ssh://git@host.example/a/zod.git#{COMMIT}"},
    }
    asked = '{"private": true, "dependencies": {"zod": "github:a/zod"}}'
    assert rules(folder, {"package.json": asked, "package-lock.json": lock(packages)}) == []


# -- programs at install time ---------------------------------------------------------------------------------------


def test_packages_with_install_scripts_are_one_finding(folder: Path) -> None:
    packages = {
        "": {"dependencies": {"esbuild": "1"}, "devDependencies": {"sharp": "1"}},
        "node_modules/esbuild": {"version": "1.0.0", "integrity": "sha512-a", "hasInstallScript": True},
        "node_modules/sharp": {"version": "1.0.0", "integrity": "sha512-b", "hasInstallScript": True, "dev": True},
        "node_modules/fsevents": {"version": "1.0.0", "integrity": "sha512-c", "hasInstallScript": True},
    }
    asked = '{"private": true, "dependencies": {"esbuild": "1"}, "devDependencies": {"sharp": "1"}}'
    (finding,) = unpinned(folder, {"package.json": asked, "package-lock.json": lock(packages)})
    assert (finding.rule.id, finding.severity) == ("package-install-scripts", Severity.INFO)
    assert "They are: esbuild, sharp." in finding.rule.message


# -- names that only a lock knows -----------------------------------------------------------------------------------


def locked(entry: dict[str, Any]) -> dict[str, str]:
    packages = {
        "": {"dependencies": {"zod": "1"}},
        "node_modules/zod": {"version": "1.0.0", "integrity": "sha512-a", "dependencies": {"zod-magic-helper": "1"}},
        "node_modules/zod-magic-helper": {"version": "1.0.0", **entry},
    }
    return {"package.json": '{"private": true, "dependencies": {"zod": "1"}}', "package-lock.json": lock(packages)}


def phantoms(parsed: Parsed) -> list[tuple[str, Severity]]:
    return [(one.rule.id, one.severity) for one in parsed.findings if one.rule.hazard == "dep.phantom"]


def test_a_locked_name_nobody_published(folder: Path) -> None:
    address = "https://registry.npmjs.org/zod-magic-helper/-/zod-magic-helper-1.0.0.tgz"
    assert phantoms(scan(folder, locked({"resolved": address}))) == [("package-phantom", Severity.CRITICAL)]
    assert phantoms(scan(folder, locked({}))) == [("package-phantom", Severity.CRITICAL)]


REAL = "sha512-" + base64.b64encode(hashlib.sha512(b"any package").digest()).decode()


def test_one_that_was_once_downloaded_is_not_invented(folder: Path) -> None:
    address = "https://registry.npmjs.org/zod-magic-helper/-/zod-magic-helper-1.0.0.tgz"
    parsed = scan(folder, locked({"resolved": address, "integrity": REAL}))
    assert phantoms(parsed) == []
    assert {one.code for one in parsed.skipped if one.kind is SkipKind.LIMIT} == {"locked-unknown-npm"}


@pytest.mark.parametrize("made_up", ["sha512-abc", f"sha512-{'A' * 86}==", REAL.replace("512", "1")])
def test_a_hash_that_can_be_none_proves_nothing(folder: Path, made_up: str) -> None:
    assert phantoms(scan(folder, locked({"integrity": made_up}))) == [("package-phantom", Severity.CRITICAL)]


def test_what_was_taken_down_from_pypi_is_told(folder: Path) -> None:
    text = f"made-up==1.0 --hash=sha256:{'0a' * 32}\n"
    assert phantoms(scan(folder, {"requirements.txt": text})) == [("package-locked-unknown", Severity.MEDIUM)]


def test_a_locked_name_of_a_private_registry_is_excused(folder: Path) -> None:
    parsed = scan(
        folder, locked({"resolved": "https://npm.acme.example/zod-magic-helper/-/zod-magic-helper-1.0.0.tgz"})
    )
    assert phantoms(parsed) == []
    assert {one.code for one in parsed.skipped if one.kind is SkipKind.LIMIT} == {"private-index-npm"}


def test_locked_names_of_python(folder: Path) -> None:
    text = '[[package]]\nname = "made-up"\nversion = "1.0"\nsource = { registry = "https://%s/simple" }\n'
    project = '[project]\nname = "a"\ndependencies = []\n'
    assert phantoms(scan(folder, {"pyproject.toml": project, "uv.lock": text % "pypi.org"})) == [
        ("package-phantom", Severity.CRITICAL)
    ]
    assert phantoms(scan(folder, {"pyproject.toml": project, "uv.lock": text % "pkgs.acme.example"})) == []


# -- what a likeness excuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "imported", "name"),
    [
        ("pytest-httpx", "httpx", "httpx"),
        ("types-requests", "requests", "requests"),
        ("published-lib", "published_lib_extra_magic", "published-lib-extra-magic"),
        ("flask", "pgtrigger", "django-pgtrigger"),
        ("sqlalchemy", "sqlalchemy_secure_jwt", "sqlalchemy-secure-jwt"),
        ("pydantic", "pydantic_easy_jwt", "pydantic-easy-jwt"),
        ("retry", "magic_retry", "magic-retry"),
        ("secure-jwt-guard", "sqlalchemy_secure_jwt", "sqlalchemy-secure-jwt"),
    ],
)
def test_a_likeness_hides_no_other_package(folder: Path, declared: str, imported: str, name: str) -> None:
    files = {"requirements.txt": f"{declared}==1\n", "app.py": f"import {imported}\n"}
    told = [getattr(one.place, "name", "") for one in scan(folder, files).findings]
    assert name in told


def test_types_alone_excuse_an_import_of_types(folder: Path) -> None:
    files = {
        "package.json": '{"private": true, "devDependencies": {"@types/har-format": "1.0.0"}}',
        "src/a.ts": 'import * as Har from "har-format";\n',
        "src/b.js": 'import "har-stand-in";\n',
    }
    told = {getattr(one.place, "name", "") for one in scan(folder, files).findings}
    assert "har-format" not in told
    assert "har-stand-in" in told


def test_an_import_inside_a_function_is_no_critical_phantom(folder: Path) -> None:
    files = {"requirements.txt": "flask==1\n", "app.py": "import flask\ndef f():\n    import host_platform\n"}
    assert phantoms(scan(folder, files)) == [("package-phantom", Severity.MEDIUM)]
