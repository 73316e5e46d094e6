"""The stack: what is there, shown by which line of which file; and nothing from a manifest that is not one."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.repos import write
from walkdown.target import open_target


def found(tmp_path: Path) -> set[tuple[str, str, str, int]]:
    with open_target(tmp_path) as target:
        return {(fact.kind, fact.name, fact.path, fact.line) for fact in target.stack}


def test_a_python_service(tmp_path: Path) -> None:
    pyproject = """\
[project]
name = "django-like"
dependencies = [
  "FastAPI[standard]>=0.100",
  'SQLAlchemy ~= 2.0',
  "psycopg2_binary; python_version > '3.8'",
  "djangoish",
]
[dependency-groups]
dev = ["openai", {include-group = "x"}]
"""
    write(tmp_path, {"pyproject.toml": pyproject, "app/main.py": "x\n", "app/a.sql": "x\n", "fly.toml": "x\n"})
    write(tmp_path, {"requirements/prod.txt": "# flask\n-r other.txt\n anthropic==1.0 # flask\nlangchain-core>=1\n"})
    assert found(tmp_path) == {
        ("language", "python", "app/main.py", 0),
        ("language", "sql", "app/a.sql", 0),
        ("framework", "fastapi", "pyproject.toml", 4),
        ("data", "sqlalchemy", "pyproject.toml", 5),
        ("database", "postgres", "pyproject.toml", 6),
        ("ai", "openai", "pyproject.toml", 10),
        ("ai", "anthropic", "requirements/prod.txt", 3),
        ("ai", "langchain", "requirements/prod.txt", 4),
        ("deploy", "fly", "fly.toml", 0),
    }


def test_poetry_and_pipenv(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.10"\nflask = "^3"\n'})
    write(tmp_path, {"Pipfile": '[packages]\n"django" = "*"\n'})
    assert found(tmp_path) == {("framework", "flask", "pyproject.toml", 3), ("framework", "django", "Pipfile", 2)}


def test_a_web_app(tmp_path: Path) -> None:
    package = {"name": "react", "dependencies": {"next": "15", "ai": "4"}, "devDependencies": {"prisma": "6"}}
    write(tmp_path, {"web/package.json": json.dumps(package, indent=1), "web/vercel.json": "{}"})
    write(tmp_path, {"web/app/page.tsx": "x\n", "Dockerfile.web": "FROM x\n"})
    write(tmp_path, {"prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n'})
    write(tmp_path, {"supabase/migrations/1.sql": "x\n", ".github/workflows/ci.yml": "x\n"})
    write(tmp_path, {"k8s/app.yaml": "apiVersion: apps/v1\nkind: Deployment\n", "k8s/other.yaml": "kind: Other\n"})
    assert found(tmp_path) == {
        ("language", "typescript", "web/app/page.tsx", 0),
        ("language", "sql", "supabase/migrations/1.sql", 0),
        ("framework", "next", "web/package.json", 4),
        ("ai", "vercel-ai", "web/package.json", 5),
        ("data", "prisma", "web/package.json", 8),
        ("data", "prisma", "prisma/schema.prisma", 0),
        ("database", "postgres", "prisma/schema.prisma", 2),
        ("data", "supabase", "supabase/migrations/1.sql", 0),
        ("deploy", "vercel", "web/vercel.json", 0),
        ("deploy", "docker", "Dockerfile.web", 0),
        ("deploy", "kubernetes", "k8s/app.yaml", 2),
        ("ci", "github-actions", ".github/workflows/ci.yml", 0),
    }


def test_manifests_that_are_none_show_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "package.json": '{"dependencies": ["next"]}',
            "a/package.json": "[" * 100_000,
            "b/package.json": b"\xff\xfe{}",
            "pyproject.toml": "[project\n",
            "a/pyproject.toml": "project = 1\ntool = [1]\ndependency-groups = {x = 'flask'}\n",
            "b/pyproject.toml": "[project]\ndependencies = {flask = 1}\n[tool.poetry.group]\nx = 1\n",
            "c/pyproject.toml": "x = " + "[" * 50_000,
            "d/pyproject.toml": ("a." * 500_000) + "a = 1\n",  # minutes for any TOML parser
            "Pipfile": "packages = 'flask'\n",
            "requirements.txt": "\xff\n===\n--index-url flask\n",
        },
    )
    assert found(tmp_path) == set()
