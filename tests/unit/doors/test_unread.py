"""A framework that is used and not read yet is a gap by name; one that is only declared, or read, is none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from walkdown.doors.unread import of_python, of_scripts
from walkdown.model import SkipKind, SourceFile
from walkdown.syntax.script_program import read_program
from walkdown.target.manifests import read_manifests


def scripts(files: Mapping[str, str]) -> list[tuple[str, str]]:
    programs = {
        path: read_program(text.encode(), path.rpartition(".")[2])
        for path, text in files.items()
        if path.endswith((".ts", ".js"))
    }
    found = list(of_scripts(files, programs, lambda path: files[path].encode()))
    assert all((one.kind, one.code) == (SkipKind.GAP, "framework-unread") for one in found)
    return [(one.path, one.reason.split(" is used")[0]) for one in found]


def python(files: Mapping[str, str]) -> list[tuple[str, str]]:
    listed = [SourceFile(path, path, len(text)) for path, text in files.items()]

    def read(path: str) -> bytes:
        return files[path].encode()

    manifests = read_manifests([one for one in listed if not one.path.endswith(".py")], read)
    return [(one.path, one.reason.split(" is used")[0]) for one in of_python(manifests, listed, read)]


def package(*names: str) -> str:
    listed = ", ".join(f'"{name}": "1"' for name in names)
    return f'{{"name": "x", "dependencies": {{{listed}}}}}'


def test_it_is_told_where_code_that_is_deployed_imports_it() -> None:
    koa = "import Koa from 'koa'; new Koa();"
    assert scripts({"package.json": package("koa"), "src/app.ts": koa}) == [("package.json", "Koa")]
    assert scripts({"package.json": package("koa"), "test/app.ts": koa}) == []
    assert scripts({"package.json": package("koa"), "src/app.ts": "import express from 'express';"}) == []
    assert scripts({"package.json": package("express"), "src/app.ts": koa}) == [], "no manifest says so"
    assert scripts({"package.json": package("koa"), "src/app.js": "const Koa = require('koa');"}) != []


def test_each_framework_is_told_once_and_by_the_manifest_nearest_to_the_code() -> None:
    files = {
        "package.json": package("koa", "objection"),
        "apps/api/package.json": package("koa"),
        "apps/api/a.ts": "import Koa from 'koa';",
        "apps/api/b.ts": "import Koa from 'koa'; import { Model } from 'objection';",
    }
    assert scripts(files) == [("apps/api/package.json", "Koa"), ("package.json", "Objection")]
    files["server.ts"] = "import Koa from 'koa';"
    assert sorted(scripts(files)) == [
        ("apps/api/package.json", "Koa"), ("package.json", "Koa"), ("package.json", "Objection"),
    ]  # fmt: skip


def test_some_are_known_by_where_their_entrances_lie() -> None:
    kit = {"package.json": package("@sveltejs/kit"), "src/routes/api/+server.ts": "export const GET = () => 1;"}
    assert scripts(kit) == [("package.json", "SvelteKit")]
    assert scripts({"package.json": package("nuxt"), "server/api/pay.ts": "export default 1;"}) == [
        ("package.json", "Nuxt")
    ]
    assert scripts({"package.json": package("nuxt"), "pages/index.ts": "export default 1;"}) == []


def test_what_another_framework_reads_is_no_gap() -> None:
    code = {"src/app.ts": "import { ApolloServer } from '@apollo/server';"}
    assert scripts({"package.json": package("@apollo/server"), **code}) == [("package.json", "Apollo Server")]
    assert scripts({"package.json": package("@apollo/server", "@nestjs/graphql"), **code}) == []


@pytest.mark.parametrize("text", ["not json", "[]", '{"dependencies": 3}'])
def test_a_manifest_that_cannot_be_read_says_nothing(text: str) -> None:
    assert scripts({"package.json": text, "a.ts": "import Koa from 'koa';"}) == []


def test_python_is_told_by_its_imports() -> None:
    listed = {"requirements.txt": "Flask==3.0\nrequests\n"}
    assert python({**listed, "app.py": "from flask import Flask\n"}) == [("requirements.txt", "Flask")]
    assert python({**listed, "app.py": "import requests\n"}) == []
    assert python({**listed, "tests/app.py": "import flask\n"}) == []
    assert python({"app.py": "import flask\n"}) == []


def test_a_client_of_the_same_name_is_no_framework() -> None:
    listed = {"requirements.txt": "aiohttp\n"}
    assert python({**listed, "app.py": "import aiohttp\naiohttp.ClientSession()\n"}) == []
    assert python({**listed, "app.py": "from aiohttp import ClientSession, web\n"}) == [("requirements.txt", "aiohttp")]
    assert python({**listed, "app.py": "import aiohttp.web\n"}) == [("requirements.txt", "aiohttp")]


def test_one_framework_over_another_is_one_gap() -> None:
    files = {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi", "starlette"]\n'}
    code = "import os, fastapi\nfrom starlette.requests import Request\n"
    assert python({**files, "src/x/main.py": code}) == [("pyproject.toml", "FastAPI")]


def test_lists_in_a_folder_of_their_own_speak_for_the_code_beside_it() -> None:
    files = {"requirements/base.txt": "django\n", "shop/urls.py": "from django.urls import path\n"}
    assert python(files) == [("requirements/base.txt", "Django")]
