"""Which manifests speak for something deployed, and which for a library that leaves its versions open on purpose."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Sequence

import msgspec

from walkdown.advisories.names import normalise
from walkdown.errors import WalkdownError
from walkdown.model.dependency import Manifest, Pin
from walkdown.model.scanner import Sources
from walkdown.scanners.packages.places import is_fixture
from walkdown.target.manifests.reading import Unreadable, decode_json, decode_toml
from walkdown.target.sides import is_side

Knows = Callable[[str, str], bool | None]

# Beside a manifest, each says: this folder is put on a server.
_DEPLOYED = re.compile(
    r"(?:Dockerfile|Containerfile)(?:\.\w+)?|Procfile|manage\.py|(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml|fly\.toml"
    r"|render\.yaml|railway\.(?:json|toml)|app\.yaml|vercel\.json|netlify\.toml|wsgi\.py|asgi\.py|runtime\.txt"
)

# What answers requests of its own: whoever asks for one of these, and for many packages beside it, is put on a server.
_SERVES = frozenset({
    "django", "flask", "fastapi", "starlette", "tornado", "sanic", "quart", "litestar", "aiohttp", "bottle", "cherrypy",
    "pyramid", "falcon", "gunicorn", "uvicorn", "waitress", "daphne", "hypercorn", "cheroot", "granian",
    "express", "fastify", "koa", "hono", "next", "nuxt", "@nestjs/core", "@hapi/hapi", "restify", "sails",
    "@adonisjs/core", "@strapi/strapi", "@remix-run/node", "@feathersjs/feathers",
})  # fmt: skip
_MANY, _VERY_MANY = 15, 25
_BESIDE = ("", "docker", ".docker", "deploy", "deployment", ".devops", "infra")

# What is in these runs on a developer's machine or in CI.
_AT_WORK = frozenset({"ci", "tools", "tool", "scripts", "hack", "release", "releases", "lint", "dev"})
_INSTALLS = re.compile(r"(?:Dockerfile|Containerfile)[^/]*|[^/]*\.dockerfile|Procfile", re.IGNORECASE)
_ITEM = re.compile(r"^\s*-\s+[\"']?([^\"'#\s]+)", re.MULTILINE)


class _PackageJson(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    version: str = ""
    private: bool | str = False
    workspaces: object = None
    files: object = None
    exports: object = None
    types: object = None
    typings: object = None
    module: object = None
    bin: object = None
    publish_config: object = None
    peer_dependencies: object = None
    repository: object = None


class _Project(msgspec.Struct, frozen=True, rename="kebab"):
    name: str = ""
    classifiers: list[str] = []


class _Poetry(msgspec.Struct, frozen=True, rename="kebab"):
    name: str = ""
    classifiers: list[str] = []
    package_mode: bool = True


class _Uv(msgspec.Struct, frozen=True):
    package: bool | None = None


class _Tool(msgspec.Struct, frozen=True):
    poetry: _Poetry | None = None
    uv: _Uv = _Uv()


class _Pyproject(msgspec.Struct, frozen=True, rename="kebab"):
    project: _Project | None = None
    build_system: object = None
    tool: _Tool = _Tool()


def is_judged(manifest: Manifest) -> bool:
    """Not a lock, nothing broken, and not beside the application: tests, documents, examples."""
    return not (manifest.lock or manifest.skipped or beside_the_application(manifest.path))


def beside_the_application(path: str) -> bool:
    folder = posixpath.dirname(path)
    return (
        is_fixture(path) or is_side(f"{folder}/x" if folder else "x") or bool(_AT_WORK & set(folder.lower().split("/")))
    )


def is_server(manifest: Manifest, sources: Sources) -> bool:
    """A whole server, also where it is published and can be installed by its name: it needs much, and it is put into a
    container or serves by itself. A library for such a server needs little."""
    needed = {one.name for one in manifest.dependencies if not one.group}
    if manifest.lock or len(needed) < _MANY:
        return False
    serves, deployed = bool(needed & _SERVES), is_deployed(posixpath.dirname(manifest.path), sources)
    if manifest.ecosystem == "npm":  # where also the parts of a library are many
        return serves and deployed
    return deployed or (serves and len(needed) >= _VERY_MANY)


def is_application(manifest: Manifest, sources: Sources, knows: Knows) -> bool:
    """False where it cannot be told."""
    if is_server(manifest, sources):
        return True
    try:
        data = sources.read(manifest.path)
        if manifest.kind == "package-json":
            return _npm_application(decode_json(data, _PackageJson)[0], knows)
        if manifest.kind == "pyproject":
            return _python_application(decode_toml(data, _Pyproject)[0], manifest, sources, knows)
    except (OSError, WalkdownError, Unreadable):
        return False
    return manifest.kind in ("pipfile", "requirements")


def has_members(manifest: Manifest, sources: Sources) -> bool:
    """A package.json whose one lock is to answer for other folders as well."""
    if manifest.kind != "package-json":
        return False
    folder = posixpath.dirname(manifest.path)
    if any(file.path == posixpath.join(folder, "pnpm-workspace.yaml") for file in sources.files):
        return True
    try:
        return bool(decode_json(sources.read(manifest.path), _PackageJson)[0].workspaces)
    except (OSError, WalkdownError, Unreadable):
        return False


def is_member(manifest: Manifest, lock: Manifest, sources: Sources) -> bool:
    """Whether a lock further up was made for this manifest too: it names its folder, or the workspace there does."""
    if manifest.covers == lock.covers:
        return True
    if any(one.pin is Pin.LOCAL and one.specifier == manifest.covers for one in lock.dependencies):
        return True
    inner = posixpath.relpath(manifest.covers, lock.covers or ".")
    named = (pattern.strip("/").removeprefix("./") for pattern in _workspaces(lock.covers, sources))
    return any(fnmatch.fnmatchcase(inner, pattern) for pattern in named)


def is_stray(lock: Manifest, sources: Sources) -> bool:
    """Below a workspace, whose one lock at the top is what an install goes by."""
    folder = lock.covers
    while folder and lock.ecosystem == "npm":
        folder = posixpath.dirname(folder)
        if _workspaces(folder, sources):
            return True
    return False


def _workspaces(folder: str, sources: Sources) -> list[str]:
    found: list[str] = []
    known = {file.path for file in sources.files}
    try:
        if (path := posixpath.join(folder, "package.json")) in known:
            stated = decode_json(sources.read(path), _PackageJson)[0].workspaces
            stated = stated.get("packages") if isinstance(stated, dict) else stated
            found += [one for one in stated if isinstance(one, str)] if isinstance(stated, list) else []
        if (path := posixpath.join(folder, "pnpm-workspace.yaml")) in known:
            found += _ITEM.findall(sources.read(path).decode("utf-8", "replace"))
    except (OSError, WalkdownError, Unreadable):
        return found
    return found


def _npm_application(package: _PackageJson, knows: Knows) -> bool:
    """What may be published carries a version and says which of its files others may use."""
    if package.private in (True, "true") or not package.name or not package.version:
        return True
    made_for_others = (
        package.files, package.exports, package.types, package.typings, package.module, package.bin,
        package.publish_config, package.peer_dependencies,
    )  # fmt: skip
    if any(made_for_others):
        return False
    return not (package.repository and knows("npm", package.name))


def _python_application(content: _Pyproject, manifest: Manifest, sources: Sources, knows: Knows) -> bool:
    poetry, project = content.tool.poetry, content.project
    if content.tool.uv.package is False or (poetry and not poetry.package_mode):
        return True
    classifiers = [*(project.classifiers if project else ()), *(poetry.classifiers if poetry else ())]
    if any(one.startswith("Private ::") for one in classifiers):
        return True
    name = (project.name if project else "") or (poetry.name if poetry else "")
    if not name:
        return False  # only the settings of tools
    if content.build_system is None and poetry is None and content.tool.uv.package is None:
        return True
    return not knows("PyPI", normalise("PyPI", name)) and is_deployed(posixpath.dirname(manifest.path), sources)


def is_deployed(folder: str, sources: Sources) -> bool:
    folders = {posixpath.join(folder, inner) if inner else folder for inner in _BESIDE}
    return any(
        posixpath.dirname(file.path) in folders and _DEPLOYED.fullmatch(posixpath.basename(file.path))
        for file in sources.files
    )


def is_list_of_library(manifest: Manifest, manifests: Sequence[Manifest], sources: Sources, knows: Knows) -> bool:
    """A requirements file beside a library, for its build or those who work on it, and not what a container gets."""
    folder = posixpath.dirname(manifest.path)
    if _is_installed(manifest, sources):
        return False
    about = {posixpath.join(above, file) for above in (folder, posixpath.dirname(folder)) for file in _BUILT_BY}
    return any(
        file.path in about
        and _builds(file.path, sources)
        and not _is_application_at(file.path, manifests, sources, knows)
        for file in sources.files
    )


def _builds(path: str, sources: Sources) -> bool:
    try:
        text = sources.read(path).decode("utf-8", "replace")
    except (OSError, WalkdownError):
        return False
    return bool(_BUILDS.search(text))


def _is_installed(manifest: Manifest, sources: Sources) -> bool:
    """A container file beside it, or above it, installs from this very list."""
    wanted = re.compile(rf"-(?:r|-requirement)[\s=]*\S*?{re.escape(posixpath.basename(manifest.path))}\b")
    for file in sources.files:
        folder, name = posixpath.split(file.path)
        if _INSTALLS.fullmatch(name) and (not folder or manifest.path.startswith(f"{folder}/")):
            try:
                if wanted.search(sources.read(file.path).decode("utf-8", "replace")):
                    return True
            except (OSError, WalkdownError):
                continue
    return False


_BUILT_BY = ("setup.py", "setup.cfg", "pyproject.toml")
_BUILDS = re.compile(r"\bsetup\s*\(|^\[build-system\]|^\[metadata\]|^\[project\]|^\[tool\.poetry\]", re.MULTILINE)


def _is_application_at(path: str, manifests: Sequence[Manifest], sources: Sources, knows: Knows) -> bool:
    folder = posixpath.dirname(path)
    own = [one for one in manifests if one.kind in ("pyproject", "setup-cfg") and posixpath.dirname(one.path) == folder]
    return any(is_application(one, sources, knows) for one in own)
