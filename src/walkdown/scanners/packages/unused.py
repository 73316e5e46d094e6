"""Packages a project declares and never mentions again. Said only where nothing at all speaks of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from walkdown.advisories.module_names import comes_with, modules_of
from walkdown.errors import WalkdownError
from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.scanner import Sources
from walkdown.scanners.packages.places import is_fixture
from walkdown.scanners.packages.project import Project
from walkdown.scanners.packages.uses import Read, Use, real_name
from walkdown.target.manifests.names import kind_of
from walkdown.target.sides import is_side

MOST_BYTES = 64 * 1024 * 1024
_MOST_FILE = 1024 * 1024
_KINDS = frozenset({"requirements", "pyproject", "pipfile", "setup-cfg", "package-json"})
_PEERS_JSON = re.compile(r"\"peerDependencies\"\s*:\s*\{([^}]*)\}")
_PEERS_YAML = re.compile(r"^( +)peerDependencies:\n((?:\1 +\S.*\n)+)", re.MULTILINE)
# Loaded by name, by a driver or by another package, without a word in the code.
_SILENT = re.compile(
    r"types-.*|@.*/cli|.*-cli|tox-.*|pymdown-extensions|.*-stubs|.*(?:plugin|preset|loader|config|adapter|driver|backend|types?|polyfill|binary).*|@types/.*|@.*/types"
    r"|pytest.*|.*eslint.*|.*prettier.*|.*babel.*|.*postcss.*|.*webpack.*|.*tailwind.*|.*rollup.*|.*vite.*|.*jest.*|.*sass|typescript|tslib"
    r"|react-dom|react|react-native.*|sharp|encoding|critters|bufferutil|utf-8-validate|pino-pretty|core-js|regenerator-runtime|expo.*"
    r"|reflect-metadata|python-dotenv|sails-hook-.*|gulp-.*|karma-.*|grunt-.*|workbox-.*|.*/serve|passport-.*|pg-hstore|pg-query-stream|aiodns|cffi"
    r"|graphql|canvas|esbuild|lightningcss|autoprefixer|husky|lint-staged|concurrently|cross-env|rimraf|nodemon"
    r"|gunicorn|uvicorn|hypercorn|daphne|uvloop|httptools|gevent|eventlet|greenlet|setuptools|wheel|pip|build|twine"
    r"|psycopg.*|mysqlclient|pymysql|asyncpg|aiosqlite|cx-oracle|oracledb|aiomysql|mariadb|pyodbc|duckdb.*|redis|hiredis"
    r"|python-multipart|email-validator|tzdata|certifi|cryptography|bcrypt|argon2-cffi|brotli.*|zstandard|orjson|ujson"
    r"|lxml|html5lib|openpyxl|xlrd|xlsxwriter|pyarrow|fastparquet|tabulate|pillow|h2|socksio|itsdangerous|jinja2|markupsafe"
    # Drivers, stores and parts that another package picks by its own configuration; backports of a standard module.
    r"|.*[-_](?:pg|postgres|mysql|sqlite3?|mongo|redis|store|session|formats|middleware|thunk|lts|server|devtools)"
    r"|session-.*|connect-.*|db-migrate.*|@iconify/.*|@nuxt/.*|pygments|.*cdn.*|colorama|typing-extensions|importlib-.*|dataclasses|enum34|futures|six|protobuf|grpcio.*|numpy|python-magic.*|pyyaml|setproctitle"
)


def unused(manifests: Sequence[Manifest], read: Read, project: Project, sources: Sources) -> Iterator[Use]:
    wanted = [
        (dependency, name)
        for manifest in manifests
        if _is_judged(manifest)
        for dependency in manifest.dependencies
        if not dependency.group and (name := real_name(dependency)) and not _SILENT.fullmatch(name)
    ]
    imported = {(use.ecosystem, use.name) for use in read.imported} | read.side
    # To fix the version of what another package brings is why many are declared that nobody imports.
    held = {one.name for manifest in manifests for one in manifest.dependencies if one.ecosystem == "PyPI"}
    brought = {other for name in held for other in comes_with().get(name, ())}
    left = [
        (one, name)
        for one, name in wanted
        if not _is_imported(one, imported) and not (one.ecosystem == "PyPI" and name in brought)
    ]
    if any(one.ecosystem == "npm" for one, _ in left):
        peers = _peers(manifests, sources)
        left = [(one, name) for one, name in left if one.ecosystem != "npm" or name not in peers]
    if not left or not read.looked:
        return
    text = _everything(sources)
    if text is None:
        return
    for dependency, name in left:
        if project.is_own(dependency.ecosystem, name) or any(word in text for word in _words(dependency)):
            continue
        if not any(word in text for word in _quoted(dependency)) and not _has_reason(dependency, sources):
            yield Use(dependency.ecosystem, name, dependency.path, dependency.line)


def _peers(manifests: Sequence[Manifest], sources: Sources) -> set[str]:
    """What other packages want beside them: declared for their sake, and imported by them alone."""
    names: set[str] = set()
    for lock in manifests:
        if not lock.lock or lock.ecosystem != "npm":
            continue
        try:
            text = sources.read(lock.path).decode("utf-8", "replace")
        except (OSError, WalkdownError):
            continue
        for block in _PEERS_JSON.findall(text):
            names.update(re.findall(r"\"([^\"]+)\"\s*:", block))
        for _, block in _PEERS_YAML.findall(text):
            names.update(re.findall(r"^\s+[\"']?(@?[^\"'@:\s]+)[\"']?:", block, re.MULTILINE))
    return names


def _is_judged(manifest: Manifest) -> bool:
    """Not a lock, and not a frozen list, which also names what the named packages need."""
    if manifest.lock or manifest.kind not in _KINDS or is_fixture(manifest.path) or is_side(manifest.path):
        return False
    exact = sum(one.pin is Pin.EXACT for one in manifest.dependencies)
    many = len(manifest.dependencies)
    return not (manifest.kind == "requirements" and many > 15 and exact * 5 > many * 4)


def _is_imported(dependency: Dependency, imported: set[tuple[str, str]]) -> bool:
    if dependency.ecosystem == "npm":
        return ("npm", dependency.alias or dependency.name) in imported
    names = {dependency.name, *(module.replace("_", "-").lower() for module in modules_of(dependency.name))}
    return any(("PyPI", name) in imported for name in names)


def _words(dependency: Dependency) -> set[bytes]:
    """Every spelling a file may mention it by, in small letters."""
    name = (dependency.alias or dependency.name).lower()
    words = {name}
    if dependency.ecosystem == "PyPI":
        bare = _bare(name)
        words |= {name.replace("-", "_"), name.replace("-", "."), name.replace("-", "")}
        # Any telling word of the name, so that `django-vanilla-views` is used where `vanilla` is.
        words |= {
            word for word in re.findall(r"[a-z]{5,}", name) if word not in ("django", "flask", "python", "client")
        }
        words |= {module.lower() for module in modules_of(name)} | (
            {bare, bare.replace("-", "_")} if len(bare) > 3 else set()
        )
    return {word.encode() for word in words}


def _quoted(dependency: Dependency) -> set[bytes]:
    """Modules too short to be looked for as they are, such as `"sr"` among Django's applications, for django-sr."""
    if dependency.ecosystem == "npm":
        return set()
    names = {module.lower() for module in modules_of(dependency.name)}
    names.add(_bare(dependency.name.lower()).replace("-", "_"))
    return {f"{mark}{name}{mark}".encode() for name in names for mark in "'\""}


def _bare(name: str) -> str:
    return re.sub(r"^(?:python-|py-?|django-|flask-|types-)|(?:-python|-py)$", "", name)


def _has_reason(dependency: Dependency, sources: Sources) -> bool:
    """A comment beside it: somebody wrote down why it is there."""
    try:
        lines = sources.read(dependency.path).decode("utf-8", "replace").split("\n")
    except (OSError, WalkdownError):
        return False
    line = lines[dependency.line - 1] if 0 < dependency.line <= len(lines) else ""
    comment = re.search(r"\s#\s*(.+)", line)
    return comment is not None and not re.match(r"via\b|noqa|type:", comment.group(1))


def _everything(sources: Sources) -> bytes | None:
    """All that could mention a package, manifests' own lists left out; None where it is too much to hold."""
    parts: list[bytes] = []
    held = 0
    for file in sources.files:
        kind = kind_of(file.path)
        if (kind and kind != "package-json" and not kind.startswith(("setup", "pyproject"))) or file.size > _MOST_FILE:
            continue
        if file.path.lower().endswith((".md", ".rst", ".lock", ".svg", ".po", ".csv")):
            continue
        held += file.size
        if held > MOST_BYTES:
            return None
        try:
            data = sources.read(file.path)
        except (OSError, WalkdownError):
            continue
        parts.append((_without_lists(kind, data) if kind else data).lower())
    return b"\n".join(parts)


def _without_lists(kind: str, data: bytes) -> bytes:
    if kind == "package-json":
        try:
            content = msgspec.json.decode(data, type=dict[str, object])
        except (msgspec.MsgspecError, RecursionError):
            return b""
        kept = {key: value for key, value in content.items() if not key.lower().endswith("dependencies")}
        return msgspec.json.encode(kept)
    if kind == "pyproject":
        # Only the tools' own tables: a plugin named there is in use.
        tables = re.split(rb"(?m)^(?=\[)", data)
        return b"".join(one for one in tables if one.startswith(b"[tool.") and b"dependencies" not in one[:80])
    return b""
