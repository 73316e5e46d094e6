"""Which files are manifests or locks, told by their names alone."""

from __future__ import annotations

import posixpath
import re

_EXACT = {
    "pyproject.toml": "pyproject",
    "Pipfile": "pipfile",
    "Pipfile.lock": "pipfile-lock",
    "poetry.lock": "poetry-lock",
    "uv.lock": "uv-lock",
    "pdm.lock": "pdm-lock",
    "pylock.toml": "pylock",
    "setup.cfg": "setup-cfg",
    "setup.py": "setup-py",
    "package.json": "package-json",
    "package-lock.json": "package-lock",
    "npm-shrinkwrap.json": "package-lock",
    "pnpm-lock.yaml": "pnpm-lock",
    "yarn.lock": "yarn-lock",
    "bun.lock": "bun-lock",
    "bun.lockb": "bun-lock",
}

NPM_KINDS = frozenset({"package-json", "package-lock", "pnpm-lock", "yarn-lock", "bun-lock"})

_PYLOCK = re.compile(r"pylock\.[^.]+\.toml")
_CONSTRAINTS = re.compile(r"(?:.*[-_.])?constraints?(?:[-_.].*)?\.(?:txt|in)", re.IGNORECASE)
_REQUIREMENTS = re.compile(r"(?:.*[-_.])?requirements?(?:[-_.].*)?\.(?:txt|in|pip)", re.IGNORECASE)
_LISTED = re.compile(r".*\.(?:txt|in)", re.IGNORECASE)

# Folder, file and group names that say: not part of what is deployed.
_DEVELOPMENT = frozenset({
    "dev", "devel", "develop", "development", "test", "tests", "testing", "doc", "docs", "documentation", "lint",
    "linting", "linters", "typing", "mypy", "types", "typecheck", "tox", "nox", "qa", "bench", "benchmark",
    "benchmarks", "example", "examples", "fixtures", "quality", "coverage", "ci", "commit", "precommit",
})  # fmt: skip

_SIDE_FOLDERS = frozenset({
    "dev", "test", "tests", "testing", "doc", "docs", "example", "examples", "fixtures", "benchmark", "benchmarks",
})  # fmt: skip


def kind_of(path: str) -> str:
    """The kind of manifest a path names, empty for any other file."""
    folder, name = posixpath.split(path)
    if name in _EXACT:
        kind = _EXACT[name]
        # What npm unpacked belongs to somebody else's manifest; the lock at the top speaks for it.
        return "" if kind in NPM_KINDS and "node_modules" in folder.split("/") else kind
    if _PYLOCK.fullmatch(name):
        return "pylock"
    if _CONSTRAINTS.fullmatch(name):
        return "constraints"
    if _REQUIREMENTS.fullmatch(name):
        return "requirements"
    if _LISTED.fullmatch(name) and "requirements" in folder.split("/"):
        return "requirements"
    return ""


def ecosystem_of(kind: str) -> str:
    return "npm" if kind in NPM_KINDS else "PyPI"


def folder_of(path: str) -> str:
    return posixpath.dirname(path)


def is_development(group: str) -> bool:
    """True for an extra or group that says it is for people at work on the code, not for the running application."""
    return any(word in _DEVELOPMENT for word in re.split(r"[-_./ ]+", group.lower()))


def by_weight(group: str) -> tuple[bool, str]:
    """Sorts groups: production's own first, then extras that somebody may deploy, and last what is for development."""
    return is_development(group), group


def group_of_file(path: str) -> str:
    """The word in a path that says "not deployed": `requirements/dev.txt`, `docs/requirements.txt`."""
    folder, name = posixpath.split(path.lower())
    in_name = (word for word in re.split(r"[-_. ]+", name) if word in _DEVELOPMENT)
    return next(in_name, side_folder(folder))


def side_folder(folder: str) -> str:
    """The folder on the way to a manifest that says that what lies in it is not deployed, `tests` for instance."""
    return next((part for part in folder.lower().split("/") if part in _SIDE_FOLDERS), "")
