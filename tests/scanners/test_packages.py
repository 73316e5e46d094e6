"""Package names that are not what they seem: every state, and what must not be called strange."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from walkdown.advisories import bloom
from walkdown.advisories.names import file_name
from walkdown.errors import TargetError
from walkdown.model import Finding, History, Job, Manifest, Missing, Parsed, Severity, SkipKind, SourceFile
from walkdown.scanners.packages import Packages
from walkdown.scanners.packages.commands import wanted
from walkdown.target.manifests import read_manifests

DAY = "2026-11-17T00:00:00Z"
NOW = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)
PYPI = [
    "flask",
    "requests",
    "numpy",
    "pyyaml",
    "stripe",
    "django-money",
    "reqests",
    "uvicorn",
    "pillow",
    "request-kit",
    "black",
]
NPM = ["express", "react", "zod", "lodash", "loadsh", "left-pad", "real-one", "typescript", "cowsay"]


class Target:
    identity = "it"
    offline = True
    history: History | None = None

    def __init__(self, files: dict[str, str | bytes]) -> None:
        self.data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.reads: list[str] = []
        self.files: Sequence[SourceFile] = [
            SourceFile(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in sorted(self.data.items())
        ]

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        if self.data[path] == b"UNREADABLE":
            raise TargetError("no")
        return self.data[path]

    def manifests(self) -> Sequence[Manifest]:
        return read_manifests(self.files, lambda path: self.data[path])


class Nowhere:
    """No program is ever looked for."""

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


def scan(folder: Path, files: dict[str, str | bytes], now: dt.datetime = NOW) -> Parsed:
    scanner = Packages(folder, shipped=folder, now=now)
    tool = scanner.find(Nowhere())
    assert not isinstance(tool, Missing)
    jobs: Sequence[Job] = scanner.jobs(tool[0], Target(files), None)
    assert len(jobs) <= 1
    return (jobs[0].settled or Parsed()) if jobs else Parsed()


def about_names(parsed: Parsed) -> list[Finding]:
    """Versions are test_pinning's matter."""
    return [finding for finding in parsed.findings if finding.rule.hazard != "dep.unpinned"]


def told(parsed: Parsed) -> set[tuple[str, str]]:
    return {(finding.rule.hazard, getattr(finding.place, "name", "")) for finding in about_names(parsed)}


def only(parsed: Parsed) -> Finding:
    (finding,) = about_names(parsed)
    return finding


def codes(parsed: Parsed, kind: SkipKind) -> set[str]:
    return {skip.code for skip in parsed.skipped if skip.kind is kind}


# -- invented names -------------------------------------------------------------------------------------------------


def test_a_declared_name_nobody_published_is_critical(folder: Path) -> None:
    finding = only(
        scan(
            folder,
            {"requirements.txt": "flask==3.0\nflask-magic-auth>=1\n", "app.py": "import flask, flask_magic_auth\n"},
        )
    )
    assert (finding.rule.hazard, finding.severity) == ("dep.phantom", Severity.CRITICAL)
    assert (finding.place.path, finding.place.line) == ("requirements.txt", 2)  # type: ignore[union-attr]
    assert "2026-11-17" in finding.rule.title
    assert "register" in finding.rule.message


def test_a_phantom_close_to_a_popular_name_says_so(folder: Path) -> None:
    finding = only(scan(folder, {"package.json": '{"dependencies": {"axois": "^1"}}', "a.js": 'import "axois"\n'}))
    assert finding.rule.hazard == "dep.phantom"
    assert "axios" in finding.rule.message


def test_an_imported_name_nobody_published(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "flask==3.0\n",
        "app.py": "import flask\nimport smartvalidator\n",
        "package.json": '{"dependencies": {"express": "^4"}}',
        "src/a.ts": 'import e from "express";\nimport g from "express-guardian-pro/x";\n',
    }
    parsed = scan(folder, files)
    assert told(parsed) == {("dep.phantom", "smartvalidator"), ("dep.phantom", "express-guardian-pro")}
    assert {finding.severity for finding in about_names(parsed)} == {Severity.HIGH}


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("README.md", "# Install\n```sh\n$ pip install flask invented-thing[x]>=1\n```\n", "invented-thing"),
        ("README.md", "Run `pip install invented-thing` and be done.\n", "invented-thing"),
        ("Dockerfile", "FROM x\nRUN apt-get update && \\\n  pip install --no-cache-dir flask \\\n  invented-thing && rm -rf /x\n", "invented-thing"),  # noqa: E501
        (".github/workflows/ci.yml", "      - run: npm install -g express invented-thing\n", "invented-thing"),
        ("setup.sh", "npx --yes invented-thing init now\n", "invented-thing"),
        ("setup.sh", "uv tool install 'invented-thing==1.0'\n", "invented-thing"),
        ("README.md", "````md\n```sh\nls\n```\npip install invented-thing\n````\n", "invented-thing"),
        ("docs/install.md", "```\npip install invented-thing\n```\n", "invented-thing"),
        (".github/ci/canary/Dockerfile", "RUN pip install invented-thing\n", "invented-thing"),
        (".devcontainer/post.sh", "pip install invented-thing\n", "invented-thing"),
        ("setup.sh", "uv run --with flask,invented-thing python x.py\n", "invented-thing"),
        ("setup.sh", "uvx --from invented-thing moo\n", "invented-thing"),
        ("setup.sh", "npx -p invented-thing moo\n", "invented-thing"),
        ("package.json", '{"scripts": {"x": "npx invented-thing build"}}', "invented-thing"),
        ("docker-compose.yml", 'services:\n  a:\n    command: sh -c "pip install invented-thing && run"\n', "invented-thing"),  # noqa: E501
        ("setup.py", 'from setuptools import setup\nNEEDS = ["invented-thing>=1"]\nsetup(install_requires=NEEDS)\n', "invented-thing"),  # noqa: E501
        ("environment.yml", "dependencies:\n  - conda-thing\n  - pip:\n      - invented-thing==1.0\n", "invented-thing"),  # noqa: E501
        ("tox.ini", "[testenv]\ndeps =\n    -r x.txt\n    py311: invented-thing>=1\n", "invented-thing"),
        (".pre-commit-config.yaml", 'repos:\n- repo: x\n  hooks:\n  - id: mypy\n    additional_dependencies: ["invented-thing"]\n', "invented-thing"),  # noqa: E501
        ("go.py", '# /// script\n# dependencies = [\n#   "flask",\n#   "invented-thing>1",\n# ]\n# ///\n', "invented-thing"),  # noqa: E501
        ("go.py", 'run([sys.executable, "-m", "pip", "install", "-U", "invented-thing"])\n', "invented-thing"),
        ("setup.sh", "pnpm add -D @real-owner/invented-thing@1\n", "@real-owner/invented-thing"),
    ],
)  # fmt: skip
def test_install_commands_are_read(folder: Path, path: str, text: str, name: str) -> None:
    assert told(scan(folder, {path: text})) == {("dep.phantom", name)}


def test_what_stands_beside_a_command_is_no_package(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"scripts": {"x": "npx tool-cli build"}, "dependencies": {"@maker/tool-cli": "1"}}',
        ".npmrc": "@maker:registry=https://npm.example\n",
        "a.js": 'import "@maker/tool-cli"',
        ".pre-commit-config.yaml": "repos:\n- repo: x\n  hooks:\n  - id: x\n    additional_dependencies: [cowsay]\n",
        "go.sh": "uvx --from flask moo-cli\nuv run moo-cli\npip install --upgrade-strategy only-if-needed flask\n",
    }
    assert told(scan(folder, files)) == set()


def test_a_script_declares_in_its_own_header(folder: Path) -> None:
    header = '# /// script\n# dependencies = ["pyyaml"]\n# ///\nimport yaml\n'
    assert told(scan(folder, {"requirements.txt": "flask\n", "a.py": "import flask", "go.py": header})) == set()


def test_a_package_that_a_script_of_package_json_installs_is_there(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"scripts": {"icons": "npm i --no-save cowsay && node i.js"}, "dependencies": {"zod": "3"}}',
        "i.js": 'import "cowsay"; import "zod";',
    }
    assert told(scan(folder, files)) == set()


def test_a_name_that_is_only_guessed_is_never_advised(folder: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "flask\n", "a.py": "import flask, kit, stripe"}
    bloom.write(
        folder / file_name("PyPI"), bloom.build("PyPI", iter([*PYPI, "kit", "python-weird-thing", "weird-thing"]), DAY)
    )
    found = {one.place.name: one for one in about_names(scan(folder, files)) if one.rule.id == "package-undeclared"}  # type: ignore[union-attr]
    assert "guess" in found["kit"].rule.fix
    assert "guess" not in found["stripe"].rule.fix
    files["a.py"] = "import flask, weird_thing_x"
    bloom.write(folder / file_name("PyPI"), bloom.build("PyPI", iter([*PYPI, "python-weird-thing-x"]), DAY))
    finding = only(scan(folder, files))
    assert (finding.rule.hazard, finding.severity) == ("dep.phantom", Severity.MEDIUM)


def test_an_undeclared_package_weighs_more_where_a_lock_shows_that_nothing_brings_it(folder: Path) -> None:
    files: dict[str, str | bytes] = {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["flask"]\n'}
    files["a.py"] = "import flask, yaml"
    loose = only(scan(folder, files))
    files["uv.lock"] = (
        'version = 1\n[[package]]\nname = "flask"\nversion = "3.0"\nsource = {registry = "https://pypi.org/simple"}\n'
    )
    locked = only(scan(folder, files))
    assert (loose.severity, locked.severity) == (Severity.LOW, Severity.MEDIUM)
    assert "stops at the import" in locked.rule.message
    assert "stops at the import" not in loose.rule.message


def test_folders_that_may_be_imported_by_their_bare_name(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "web/package.json": '{"dependencies": {"zod": "3"}}',
        "web/tsconfig.json": '{"compilerOptions": {"paths": {"*": ["./src/*"]}}}',
        "web/src/assets/img/deep/a.txt": "x",
        "web/src/a.ts": 'import z from "zod"; import x from "assets/img/deep/a"; import y from "cowsay";',
    }
    assert told(scan(folder, files)) == {("dep.undeclared", "cowsay")}


def test_words_that_are_no_packages_are_not_taken_for_them() -> None:
    text = (
        "pip install -r requirements.txt -c cons.txt .[dev] ./x git+https://x/y $NAME ${{ matrix.django }} my-package foo\n"  # noqa: E501
        "uv pip install --python-preference only-managed flask\n"
        "# pip install commented\npip install --target out flask; echo done | tee log\n"
        "npm install --prefix web && npm run build\nnpm ci\nnpx cowsay hello invented\npip install {{ name }}\n"
    )
    assert [one.name for one in wanted("setup.sh", text.encode())] == ["flask", "flask", "cowsay"]
    assert wanted("README.md", b"You can pip install whatever package you like.\n") == ()


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "--extra-index-url https://pkgs.acme.example/simple\nacme-core==1\n"},
        {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["acme-core"]\n[[tool.uv.index]]\nurl = "https://pkgs.acme.example"\n'},
        {"pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nacme-core = "1"\n[[tool.poetry.source]]\nname="a"\nurl="https://a.example"\n'},
        {"package.json": '{"dependencies": {"@acme/core": "1"}}', ".npmrc": "@acme:registry=https://npm.acme.example\n"},
        {"package.json": '{"name": "@acme/app", "dependencies": {"@acme/core": "1"}}'},
        {"Dockerfile": "RUN pip install --index-url https://pkgs.acme.example/simple acme-core\n"},
    ],
)  # fmt: skip
def test_names_of_a_private_index_are_a_limit(folder: Path, files: dict[str, str | bytes]) -> None:
    parsed = scan(folder, {**files, "notes.sh": "echo acme-core @acme/core\n"})
    assert told(parsed) == set()
    assert {code.rpartition("-")[0] for code in codes(parsed, SkipKind.LIMIT)} == {"private-index"}


def test_the_public_index_written_out_is_no_private_one(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "--index-url https://pypi.org/simple\nacme-core==1\n",
        "a.py": "import acme_core",
    }
    assert told(scan(folder, files)) == {("dep.phantom", "acme-core")}


def test_of_a_private_index_only_what_the_public_one_lacks_is_told(folder: Path) -> None:
    dockerfile = "RUN pip install --no-index --find-links /wheels flask acme-core\n"
    parsed = scan(folder, {"Dockerfile": dockerfile, ".npmrc": "registry=https://npm.acme.example\n"})
    (limit,) = [skip for skip in parsed.skipped if skip.code == "private-index-pypi"]
    assert limit.reason.endswith("perhaps on the project's own: acme-core.")


def test_what_uv_takes_from_elsewhere_is_no_phantom(folder: Path) -> None:
    wanted = '[project]\nname = "app"\ndependencies = ["acme-core"]\n[dependency-groups]\ndev = ["acme-core"]\n'
    placed = f'{wanted}[tool.uv.sources]\nacme_core = {{ path = "../core", editable = true }}\n'
    assert told(scan(folder, {"pyproject.toml": wanted})) == {("dep.phantom", "acme-core")}
    parsed = scan(folder, {"pyproject.toml": placed, "a.py": "import acme_core\n"})
    assert told(parsed) == set()


def test_own_names_paths_addresses_and_fixtures_are_no_phantoms(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"name": "our-root", "dependencies": {"our-lib": "workspace:*", "forked": "github:a/b", "alias": "npm:zod@3"}}',  # noqa: E501
        "packages/lib/package.json": '{"name": "our-lib", "dependencies": {"our-root": "1"}}',
        "a.ts": 'import "our-lib"; import "forked"; import "alias"; import "our-root";',
        "pyproject.toml": '[project]\nname = "our-app"\ndependencies = ["elsewhere @ https://x.example/e.zip"]\n',
        "README.md": "```\npip install our-app\n```\n",
        "tests/fixtures/requirements.txt": "not-a-package==1\n",
        "tests/data/one.py": "import nothing_real\n",
        "b.py": "import elsewhere, helpers.deep, thing_pb2\n",
        "src/helpers/deep.py": "",
    }
    assert told(scan(folder, files)) == set()


# -- look-alikes ----------------------------------------------------------------------------------------------------


def test_a_name_that_exists_and_imitates_is_a_lookalike(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "reqests==1\n", "a.py": "import reqests\n",
        "package.json": '{"dependencies": {"loadsh": "1", "lodash": "4"}}', "b.js": 'require("loadsh"); require("lodash")',  # noqa: E501
    }  # fmt: skip
    parsed = scan(folder, files)
    assert told(parsed) == {("dep.lookalike", "reqests"), ("dep.lookalike", "loadsh")}
    assert {finding.severity for finding in about_names(parsed)} == {Severity.HIGH}
    assert all("differs from" in finding.rule.message for finding in about_names(parsed))


def test_within_a_scope_nobody_else_can_imitate(folder: Path) -> None:
    for ecosystem, names in (("PyPI", PYPI), ("npm", [*NPM, "@types/nodee", "@type/node"])):
        bloom.write(folder / file_name(ecosystem), bloom.build(ecosystem, iter(names), DAY))
    wanted = '{"dependencies": {"@types/nodee": "1"}}'
    assert told(scan(folder, {"package.json": wanted, "a.js": 'import "@types/nodee"'})) == set()
    wanted = wanted.replace("@types/nodee", "@type/node")
    assert told(scan(folder, {"package.json": wanted, "a.js": 'import "@type/node"'})) == {
        ("dep.lookalike", "@type/node")
    }


@pytest.mark.parametrize(
    "line",
    [
        'fail "npm install in $BUNDLE/programs failed."\n',
        "echo done; npm install from the registry\n",
        'die "pip install was broken."\n',
    ],
)
def test_a_sentence_about_a_command_is_no_command(line: str) -> None:
    assert wanted("setup.sh", line.encode()) == ()


def test_what_stands_in_for_a_package_is_no_phantom(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"dependencies": {"express": "4"}}',
        "tsconfig.json": '{"compilerOptions": {"baseUrl": "."}}',
        "site.i18n.config.js": "",
        "webpack.dev.js": "module.exports = {resolve: {alias: {'gql': path.join(process.cwd(), 'client')}}}\n",
        "a.ts": 'import "express"; import "site.i18n.config"; import "fonts.css"; import "gql/x"; import "meteor/y";',
        "b.ts": 'import "FieldTypes"; import "app.schema.dir"; import "node_helper";',
        "core/node_helper.js": "",
        "packages/cas/package.js": 'Npm.depends({\n  xml2js: "0.5.0"\n});\n',
        "packages/cas/server.js": 'import "xml2js";\n',
    }
    assert told(scan(folder, files)) == set()


def test_what_a_container_file_installs_is_there(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "flask==3.0\n",
        "Dockerfile": "RUN pip install numpy\n",
        "app.py": "import flask, numpy, stripe\n",
    }
    assert told(scan(folder, files)) == {("dep.undeclared", "stripe")}


def test_a_few_helper_scripts_need_no_list_of_their_own(folder: Path) -> None:
    files: dict[str, str | bytes] = {f"src/{number}.js": 'import "express";\n' for number in range(30)}
    files |= {"package.json": '{"dependencies": {"express": "4"}}', "make.py": "import yaml\n"}
    assert told(scan(folder, files)) == set()


def test_what_another_package_wants_beside_it_is_used(folder: Path) -> None:
    lock = '{"lockfileVersion": 3, "packages": {"node_modules/zod": {"version": "1.0.0", "peerDependencies": {"%s": "*"}}}}'  # noqa: E501
    files: dict[str, str | bytes] = {
        "package.json": '{"dependencies": {"express": "4", "left-pad": "1"}}',
        "package-lock.json": lock % "left-pad",
        "a.js": 'import "express";\n',
    }
    assert told(scan(folder, files)) == set()
    files["package-lock.json"] = lock % "zod"
    assert told(scan(folder, files)) == {("dep.unused", "")}


# -- lists that do not fit ------------------------------------------------------------------------------------------


def test_imported_and_not_declared(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "flask==3.0\ndjango-money\n",
        "app.py": "import flask, werkzeug, os, yaml, djmoney\nfrom PIL import Image\ntry:\n  import numpy\nexcept ImportError:\n  pass\n",  # noqa: E501
        "jobs.py": "def run():\n    import stripe\n",
        "tests/test_app.py": "import requests\n",
    }
    parsed = scan(folder, files)
    found = {
        (getattr(finding.place, "name", ""), finding.severity)
        for finding in parsed.findings
        if finding.rule.hazard == "dep.undeclared"
    }
    assert found == {("pyyaml", Severity.LOW), ("pillow", Severity.LOW), ("stripe", Severity.LOW)}


def test_imports_of_a_script_against_the_nearest_lists(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"devDependencies": {"typescript": "5"}, "peerDependencies": {"react": "*"}, "scripts": {"b": "typescript"}}',  # noqa: E501
        "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", /* c */ "paths": {"ui/*": ["src/ui/*"]}}}',
        "web/package.json": '{"dependencies": {"zod": "3"}}',
        "web/a.tsx": 'import "zod"; import "react"; import "left-pad"; import type { X } from "express"; import "ui/button"; import "lib/x";',  # noqa: E501
        "lib/x.ts": 'import "zod"; import fs from "fs"; import "@/lib/x"; import "./y";',
        "elsewhere.test.ts": 'import "cowsay";',
    }
    parsed = scan(folder, files)
    assert told(parsed) == {("dep.undeclared", "left-pad"), ("dep.undeclared", "")}
    (borrowed,) = [finding for finding in parsed.findings if finding.rule.id == "package-borrowed"]
    assert (borrowed.severity, [place.path for place in borrowed.places]) == (Severity.LOW, ["lib/x.ts"])  # type: ignore[union-attr]


def test_where_a_lock_has_only_the_types_of_a_package_its_types_are_borrowed(folder: Path) -> None:
    entry = '{"version": "1.0.0", "inBundle": true}'  # so it came with another package
    lock = f'{{"lockfileVersion": 3, "packages": {{"": {{}}, "node_modules/@types/left-pad": {entry}}}}}'
    files: dict[str, str | bytes] = {
        "package.json": '{"dependencies": {}}', "package-lock.json": lock,
        "a.ts": 'import { Pad } from "left-pad";', "b.js": 'import "cowsay";',
    }  # fmt: skip
    parsed = scan(folder, files)
    assert told(parsed) == {("dep.undeclared", "cowsay"), ("dep.undeclared", "")}
    (borrowed,) = [finding for finding in parsed.findings if finding.rule.id == "package-borrowed"]
    assert "left-pad" in borrowed.rule.title
    plain = scan(folder, {**files, "a.ts": "", "a.js": 'import { Pad } from "left-pad";'})
    assert ("dep.undeclared", "left-pad") in told(plain)


def test_a_package_of_two_modules_is_borrowed_once(folder: Path) -> None:
    lock = '[[package]]\nname = "attrs"\nversion = "25.1.0"\nfiles = []\n[metadata]\nlock-version = "2.1"\n'
    files: dict[str, str | bytes] = {
        "pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nflask = "3.0.0"\n',
        "poetry.lock": lock, "a.py": "import flask, attr, attrs\n",
    }  # fmt: skip
    (borrowed,) = [one for one in scan(folder, files).findings if one.rule.id == "package-borrowed"]
    assert borrowed.rule.title == "attrs is imported, and only another package asks for it"


def test_a_file_that_only_a_browser_test_uses_misses_nothing(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"dependencies": {"zod": "3"}}', "a.ts": 'import "zod";',
        "playwright-fixture.ts": 'export { test } from "cowsay";',
    }  # fmt: skip
    assert told(scan(folder, files)) == set()


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("django-simple-captcha", "captcha"),
        ("django-recaptcha", "captcha"),
        ("django-admin-autocomplete-filter", "admin_auto_filters"),
        ("django-ckeditor", "ckeditor_uploader"),
        ("google-search-results", "serpapi"),
        ("psycopg", "psycopg_pool"),
        ("pylint", "astroid"),
        ("google-cloud-firestore", "google.api_core"),
        ("azure-storage-blob", "azure.core"),
        ("azure-ai-agentserver-langgraph", "langchain_core"),
    ],
)
def test_a_module_by_another_name_or_passed_on_is_declared(folder: Path, package: str, module: str) -> None:
    parsed = scan(folder, {"requirements.txt": f"{package}==1\n", "a.py": f"import {module}\n"})
    # The index of these tests is small, and nothing mentions what only passes a package on.
    assert told(parsed) <= {("dep.phantom", package), ("dep.unused", "")}


def test_no_list_at_all_is_one_finding(folder: Path) -> None:
    parsed = scan(folder, {"a.py": "import flask, yaml\nimport requests\n"})
    finding = only(parsed)
    assert (finding.rule.id, finding.severity) == ("package-no-list", Severity.MEDIUM)
    assert "flask, requests" in finding.rule.message


def test_declared_and_never_mentioned(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "flask\nstripe\nblack\npyyaml\nuvicorn\n",
        "app.py": "import flask\nimport yaml\n",
        "Makefile": "fmt:\n\tblack .\n",
    }
    finding = only(scan(folder, files))
    assert (finding.rule.hazard, finding.severity) == ("dep.unused", Severity.INFO)
    assert [(place.path, place.line) for place in finding.places] == [("requirements.txt", 2)]  # type: ignore[union-attr]


# -- what could not be looked at ------------------------------------------------------------------------------------


def test_a_reason_beside_a_name_or_its_module_in_quotes_is_use_enough(folder: Path) -> None:
    text = "flask\nrequest-kit  # the proxy loads it\ndjango-sr\nblack  # via request-kit\n"
    bloom.write(folder / file_name("PyPI"), bloom.build("PyPI", iter([*PYPI, "django-sr"]), DAY))
    found = scan(folder, {"requirements.txt": text, "app.py": 'import flask\nINSTALLED_APPS = ["sr"]\n'})
    assert [one.rule.title for one in about_names(found)] == ["requirements.txt declares black and nothing uses it"]


def test_without_any_index_the_scanner_is_missing(tmp_path: Path) -> None:
    missing = Packages(tmp_path, shipped=tmp_path).find(Nowhere())
    assert isinstance(missing, Missing)
    assert "walkdown db" in missing.how


def test_without_an_index_of_npm_its_names_are_a_gap(folder: Path) -> None:
    (folder / file_name("npm")).unlink()
    parsed = scan(
        folder, {"package.json": '{"dependencies": {"never-heard-of": "1"}}', "a.js": 'require("never-heard-of")'}
    )
    assert told(parsed) == set()
    assert codes(parsed, SkipKind.GAP) == {"no-index-npm"}
    assert codes(scan(folder, {"requirements.txt": "flask\n", "a.py": "import flask"}), SkipKind.GAP) == set()


def test_an_old_or_broken_index_is_a_gap(folder: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "flask\n", "a.py": "import flask"}
    assert codes(scan(folder, files, now=NOW + dt.timedelta(days=87)), SkipKind.GAP) == set()
    assert codes(scan(folder, files, now=NOW + dt.timedelta(days=88)), SkipKind.GAP) == {"stale-data-pypi"}
    assert codes(scan(folder, files, now=NOW - dt.timedelta(days=3)), SkipKind.GAP) == set()
    assert codes(scan(folder, files, now=NOW - dt.timedelta(days=9)), SkipKind.GAP) == {"broken-index"}
    (folder / file_name("npm")).write_bytes(b"walkdown names 1\nrubbish")
    assert codes(scan(folder, files), SkipKind.GAP) == {"broken-index"}


def test_what_cannot_be_read_is_a_gap(folder: Path) -> None:
    parsed = scan(folder, {"a.py": b"UNREADABLE", "setup.sh": b"UNREADABLE", "b.py": "import (", "ok.py": "import os"})
    assert codes(parsed, SkipKind.GAP) == {"unreadable"}
    assert [skip.path for skip in parsed.skipped if skip.code == "syntax-error"] == ["b.py"]
    assert parsed.looked == {"ok.py"}


def test_the_same_content_is_not_read_twice(folder: Path) -> None:
    scanner = Packages(folder, shipped=folder, now=NOW)
    tool = scanner.find(Nowhere())
    assert not isinstance(tool, Missing)
    first = Target({"requirements.txt": "flask==3\n", "a.py": "import flask, yaml\n"})
    before = scanner.jobs(tool[0], first, None)
    kept = scanner.remember(tool[0], first, ())
    second = Target({"requirements.txt": "flask==3\n", "a.py": "import flask, yaml\n"})
    assert scanner.jobs(tool[0], second, kept) == before
    assert ("a.py" in first.reads, "a.py" in second.reads) == (True, False)
    assert scanner.jobs(tool[0], first, b"rubbish") == before
