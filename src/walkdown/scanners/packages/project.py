"""What a project says of itself: its own names, private indexes, aliases, and the modules that are its own code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

import msgspec

from walkdown.advisories.names import normalise
from walkdown.errors import WalkdownError
from walkdown.model.scanner import Sources

_MOST = 1024 * 1024
_STATED = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:cfg|py)|Pipfile|package\.(?:json|js)|\.npmrc|\.yarnrc\.yml|pip\.conf|[jt]sconfig[^/]*\.json"
    r"|deno\.jsonc?|import_map\.json|(?:vite|vitest|webpack|rollup|next|nuxt|svelte|astro|babel|metro|jest|rspack|craco)"
    r"[^/]*\.config[^/]*\.[cm]?[jt]s|webpack\.[\w.-]+\.[cm]?js|babel\.config\.json|\.babelrc|Dockerfile[^/]*|environment\.ya?ml|tox\.ini|noxfile\.py)$"
    r"|^\.github/workflows/[^/]*\.ya?ml$|requirements[^/]*\.(?:txt|in)$"
)
_PUBLIC = re.compile(
    r"https?://(?:pypi\.org|pypi\.python\.org|files\.pythonhosted\.org|test\.pypi\.org|download\.pytorch\.org"
    r"|registry\.npmjs\.org|registry\.yarnpkg\.com|(?:www\.)?piwheels\.org|pypi\.nvidia\.com|data\.pyg\.org)(?:[/\"'\s]|$)"
)
_PYTHON_INDEX = re.compile(
    r"(?:--(?:extra-)?index-url|--default-index|^-i|\bindex-url|\bextra-index-url|(?:PIP|UV)_(?:EXTRA_)?(?:INDEX_URL|INDEX|DEFAULT_INDEX))"
    r"[\s=:\"']+(\S+)", re.MULTILINE,
)  # fmt: skip
_SOURCE_TABLE = re.compile(
    r"^\[\[\s*(?:tool\.uv\.index|tool\.poetry\.source|tool\.pdm\.source|source)\s*\]\]([^\[]*)", re.MULTILINE
)
_URL = re.compile(r"\burl\s*=\s*[\"']([^\"']+)")
_SCOPED = re.compile(r"^\s*[\"']?(@[\w.-]+):registry\s*=", re.MULTILINE)
_REGISTRY = re.compile(r"^\s*(?:registry\s*=|npmRegistryServer:)\s*[\"']?(\S+)", re.MULTILINE)
_YARN_SCOPE = re.compile(r"^npmScopes:\s*\n((?:[ \t]+.*\n?)+)", re.MULTILINE)
_PATHS = re.compile(r"\"paths\"\s*:\s*\{(.*?)\}", re.DOTALL)
_IMPORTS = re.compile(r"\"imports\"\s*:\s*\{(.*?)\}", re.DOTALL)
_BASE_URL = re.compile(r"\"baseUrl\"\s*:\s*\"([^\"\n]{1,200})\"")
_ANYTHING = re.compile(r"[\"']\*[\"']\s*:\s*(\[[^\]]{0,500}\])")
_KEYS = re.compile(r"[\"']([^\"'\n]{1,120})[\"']\s*:")
_ALIAS_VALUE = re.compile(
    r"[\"']?([@~#\w./$-]{1,80})[\"']?\s*:\s*[\"'`(\[]*\s*"
    r"(?:path\.|resolve|fileURLToPath|new URL|join|require\.resolve|\.{1,2}/|<rootDir>|require\()"
)
_EXTERNALS = re.compile(r"\bexternals\s*:\s*\{([^}]{0,2000})")
_METEOR = re.compile(r"\bNpm\.depends\(\s*\{([^}]{0,4000})")
_FIND = re.compile(r"find\s*:\s*[\"'/^]*([@~#\w-]+)")
_QUOTED_REQUIREMENT = re.compile(r"[\"']([A-Za-z][A-Za-z0-9._-]*)(?:\[[^\]\"']*\])?\s*(?:[<>=!~;@][^\"']*)?[\"']")
_CONDA = re.compile(r"^\s*-\s+([A-Za-z][\w.-]*)", re.MULTILINE)
_NAME = re.compile(r"^\s*name\s*=\s*[\"']?([A-Za-z0-9][\w.-]*)", re.MULTILINE)


class PackageJson(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    peer_dependencies: dict[str, str] = {}
    imports: dict[str, object] = {}


class Project(msgspec.Struct):
    """`private`: ecosystems with an index of their own. `loose`: Python names mentioned as needed where only a program
    would tell; they excuse an import and are not judged. `peers`: by the folder of the package.json.
    `scripts`: the bare names of the files in JavaScript and TypeScript."""

    own: dict[str, set[str]] = msgspec.field(default_factory=lambda: {"PyPI": set(), "npm": set()})
    private: set[str] = msgspec.field(default_factory=set)
    scopes: set[str] = msgspec.field(default_factory=set)
    aliases: set[str] = msgspec.field(default_factory=set)
    loose: set[str] = msgspec.field(default_factory=set)
    peers: dict[str, set[str]] = msgspec.field(default_factory=dict)
    scripts: set[str] = msgspec.field(default_factory=set)
    modules: set[str] = msgspec.field(default_factory=set)
    bases: set[str] = msgspec.field(default_factory=set)
    folders: set[str] = msgspec.field(default_factory=set)

    def is_own(self, ecosystem: str, name: str) -> bool:
        return name in self.own[ecosystem]

    def is_private(self, ecosystem: str, name: str) -> bool:
        """From an index that ours does not cover: nothing can be said about the name."""
        return ecosystem in self.private or (name.startswith("@") and name.partition("/")[0] in self.scopes)

    def is_alias(self, text: str, path: str) -> bool:
        """Also a folder beside the file or above it: bundlers are often told to look there first."""
        if any(text == alias or text.startswith(f"{alias}/") for alias in self.aliases):
            return True
        first, folder = text.partition("/")[0], posixpath.dirname(path)
        while folder:
            if f"{folder}/{first}" in self.folders:
                return True
            folder = posixpath.dirname(folder)
        return first in self.folders


def is_public(address: str) -> bool:
    """An address on an index whose names ours knows."""
    return bool(_PUBLIC.match(f"{address} "))


def read_project(sources: Sources) -> Project:
    project = Project()
    for file in sources.files:
        _note_module(project, file.path)
        if file.size <= _MOST and _STATED.search(file.path) and "node_modules/" not in file.path:
            try:
                text = sources.read(file.path).decode("utf-8", "replace")
            except (OSError, WalkdownError):
                continue  # the scanner tells of every file that cannot be read, by itself
            _reader_of(file.path)(project, file.path, text)
    _open_bases(project, sources)
    return project


def _open_bases(project: Project, sources: Sources) -> None:
    for base in project.bases:
        start = "" if base == "." else f"{base}/"
        for file in sources.files:
            if file.path.startswith(start):
                inner = file.path[len(start) :].partition("/")[0]
                project.aliases.add(posixpath.splitext(inner.removesuffix(".d.ts"))[0] or inner)


def _note_module(project: Project, path: str) -> None:
    folder, name = posixpath.split(path)
    above = folder
    while above not in project.folders:
        project.folders.add(above)
        above = posixpath.dirname(above)
    stem, suffix = posixpath.splitext(name)
    if suffix in (".py", ".pyi", ".pyx", ".so", ".pyd"):
        project.modules.add(stem.partition(".")[0])
        project.modules.update(folder.split("/"))
    elif suffix in (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts"):
        project.scripts.add(stem)


def _reader_of(path: str) -> Callable[[Project, str, str], None]:
    name = posixpath.basename(path)
    if name == "package.json":
        return _package_json
    if name == "package.js":
        return _meteor_package
    if name.endswith(".json") or name.startswith(("deno.", ".babelrc")):
        return _aliases_in_json
    if re.search(r"\.config[^/]*\.[cm]?[jt]s$|^webpack\.", name):
        return _aliases_in_code
    if name in (".npmrc", ".yarnrc.yml"):
        return _npm_index
    return _python


# Made once, here: msgspec crashes where two threads meet a type for the first time.
_packages = msgspec.json.Decoder(PackageJson)


def _package_json(project: Project, path: str, text: str) -> None:
    try:
        package = _packages.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return  # the manifest's own gap says so
    if package.name:
        project.own["npm"].add(package.name)
        if package.name.startswith("@"):
            project.scopes.add(package.name.partition("/")[0])
    project.peers[posixpath.dirname(path)] = set(package.peer_dependencies)
    _add_aliases(project, package.imports)


def _meteor_package(project: Project, path: str, text: str) -> None:
    """Meteor's own packages say in code which npm packages they bring."""
    for block in _METEOR.findall(text):
        project.peers.setdefault(posixpath.dirname(path), set()).update(
            re.findall(r"[\"']?([@\w./-]+)[\"']?\s*:", block)
        )


def _add_aliases(project: Project, names: Iterable[str]) -> None:
    for name in names:
        alias = name.rstrip("*").rstrip("/").strip("^$")
        if alias and alias != "." and not alias.startswith(("http", "./", "../")):
            project.aliases.add(alias)


def _aliases_in_json(project: Project, path: str, text: str) -> None:
    folder = posixpath.dirname(path)
    for pattern in (_PATHS, _IMPORTS):
        for block in pattern.findall(text):
            _add_aliases(project, _KEYS.findall(block))
            for targets in _ANYTHING.findall(block):
                # Whatever is in there may be imported by its bare name.
                starts = [base.removesuffix("*") for base in re.findall(r"[\"']([^\"'\n]*\*)[\"']", targets)]
                bases = [folder, *(posixpath.join(folder, base) for base in _BASE_URL.findall(text))]
                project.bases.update(posixpath.normpath(posixpath.join(base, one)) for base in bases for one in starts)
    for base in _BASE_URL.findall(text):
        # Every folder and module in there may be imported by its bare name.
        project.bases.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), base)))


def _aliases_in_code(project: Project, _path: str, text: str) -> None:
    _add_aliases(project, _ALIAS_VALUE.findall(text))
    _add_aliases(project, _FIND.findall(text))
    for block in _EXTERNALS.findall(text):
        # The page brings these along by itself.
        _add_aliases(project, re.findall(r"[\"']?([@\w/.-]+)[\"']?\s*:\s*[\"'\[{]", block))


def _npm_index(project: Project, _path: str, text: str) -> None:
    project.scopes.update(_SCOPED.findall(text))
    for block in _YARN_SCOPE.findall(text):
        project.scopes.update(f"@{name}" for name in re.findall(r"^\s{2}[\"']?([\w.-]+)[\"']?:", block, re.MULTILINE))
    if any(not _PUBLIC.match(url) for url in _REGISTRY.findall(text)):
        project.private.add("npm")


def _python(project: Project, path: str, text: str) -> None:
    name = posixpath.basename(path)
    urls = [url.strip("\"'") for url in _PYTHON_INDEX.findall(text)]
    if name in ("pyproject.toml", "Pipfile"):
        for table in _SOURCE_TABLE.findall(text):
            urls += _URL.findall(table)
    if any(not is_public(url) for url in urls if "://" in url or "$" in url):
        project.private.add("PyPI")
    if name in ("pyproject.toml", "setup.cfg", "setup.py"):
        project.own["PyPI"].update(normalise("PyPI", found) for found in _NAME.findall(text)[:3])
    if name in ("setup.py", "noxfile.py", "tox.ini", "pyproject.toml"):
        project.loose.update(normalise("PyPI", found) for found in _QUOTED_REQUIREMENT.findall(text))
        if name == "tox.ini":
            project.loose.update(
                normalise("PyPI", found) for found in re.findall(r"^\s+([A-Za-z][\w.-]*)", text, re.MULTILINE)
            )
    elif name.startswith("environment"):
        project.loose.update(normalise("PyPI", found) for found in _CONDA.findall(text))
