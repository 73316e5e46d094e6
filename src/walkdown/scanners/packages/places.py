"""Which files say what an application needs, and which are there to be tested with."""

from __future__ import annotations

import posixpath
import re

from walkdown.target.sides import is_fixture, is_side

__all__ = ["extension", "is_fixture", "tells_commands"]

_COMMAND_FILE = re.compile(
    r"(?:Dockerfile|Containerfile)(?:[._-].*)?|.*\.(?:dockerfile|sh|bash|zsh)|Makefile|Procfile|justfile|Jenkinsfile"
    r"|\.gitlab-ci\.ya?ml|\.travis\.ya?ml|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml"
    r"|(?:README|INSTALL|CONTRIBUTING|DEVELOPMENT|DEPLOY(?:MENT)?|SETUP)[^/]*",
    re.IGNORECASE,
)
_CI = re.compile(r"(?:^|/)(?:\.github/(?:workflows|actions)/.*|\.circleci/config)\.ya?ml$")


_DOCUMENT = re.compile(r"docs?/[^/]+\.(?:md|mdx|rst)")
_STORES = frozenset({
    ".git", ".next", ".nuxt", ".output", ".yarn", ".venv", ".env", ".tox", ".nox", ".cache", ".eggs", ".svelte-kit",
    ".vercel", ".pnpm-store", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".idea", ".vscode", ".history",
})  # fmt: skip


def tells_commands(path: str) -> bool:
    """README, container files, CI and shell scripts: where people and machines are told what to install."""
    if _CI.search(path):
        return True
    folder, name = posixpath.split(path)
    if _DOCUMENT.fullmatch(path.lower()):
        return True
    # `.github`, `.devcontainer` and their like hold what CI and containers run.
    shown = "/".join(part if part in _STORES else part.lstrip(".") for part in folder.lower().split("/"))
    return bool(_COMMAND_FILE.fullmatch(name)) and not is_side(f"{shown}/x" if folder else "x")


def extension(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()
