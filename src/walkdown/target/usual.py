"""Folders that tools fill. They are left out where nothing in them is tracked, and listed as such."""

from __future__ import annotations

import os

_BY_NAME = {
    "node_modules": "packages that npm, pnpm or yarn put there",
    "bower_components": "packages that bower put there",
    "__pycache__": "compiled Python",
    ".venv": "a Python environment",
    ".tox": "Python environments of tox",
    ".nox": "Python environments of nox",
    ".eggs": "packages that setuptools put there",
    ".mypy_cache": "a tool's cache",
    ".ruff_cache": "a tool's cache",
    ".pytest_cache": "a tool's cache",
    ".hypothesis": "a tool's cache",
    ".next": "output of a Next.js build",
    ".nuxt": "output of a Nuxt build",
    ".svelte-kit": "output of a SvelteKit build",
    ".turbo": "a tool's cache",
    ".parcel-cache": "a tool's cache",
    ".gradle": "a tool's cache",
    ".terraform": "providers that Terraform put there",
}
_PYTHONS = ("bin", "Scripts", "lib")


def usual(parent: int, name: str) -> str:
    """What a tool put into a folder, given the open folder around it; empty where it is none of these."""
    return _BY_NAME.get(name) or ("a Python environment" if _is_environment(parent, name) else "")


def _is_environment(parent: int, folder: str) -> bool:
    """It has its marker and a Python. The marker alone, which anyone can put anywhere, hides nothing."""
    return "pyvenv.cfg" in _listed(parent, folder) and any(
        name.startswith("python") for below in _PYTHONS for name in _listed(parent, f"{folder}/{below}")
    )


def _listed(parent: int, folder: str) -> list[str]:
    """The names in a folder; none where it is no folder or cannot be read."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
        try:
            with os.scandir(descriptor) as entries:
                return [entry.name for entry in entries]
        finally:
            os.close(descriptor)
    except OSError:
        return []
