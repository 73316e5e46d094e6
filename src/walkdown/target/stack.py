"""What a project is made of: languages, frameworks, database, deploy platform, AI services; each with its evidence.

Read from manifests and names of files alone, so that it is there before anything is scanned. A manifest that cannot be
parsed shows nothing here; that it is broken is for the dependency reader to say.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from walkdown.errors import TargetError
from walkdown.model import SourceFile
from walkdown.target.manifests.reading import takes_for_ever
from walkdown.target.stack_names import (
    FILE_NAMES,
    FOLDERS,
    LANGUAGE_SUFFIXES,
    NODE_PACKAGES,
    PRISMA_PROVIDERS,
    PYTHON_PACKAGES,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?=[\[<>=!~;@#,(\s]|$)")
_REQUIREMENTS_FILE = re.compile(r"(?:.*/)?(?:requirements[^/]*|requirements/[^/]+|constraints[^/]*)\.(?:txt|in)")
_PRISMA_PROVIDER = re.compile(r"""^\s*provider\s*=\s*["'](\w+)["']""")
_KUBERNETES = re.compile(rb"^kind:\s*(?:Deployment|StatefulSet|DaemonSet|CronJob|Ingress)\s*$", re.MULTILINE)
_APP_ENGINE = re.compile(rb"^runtime:", re.MULTILINE)
_DOCKERFILE = re.compile(r"(?:Dockerfile|Containerfile)\.[\w.-]+|[\w.-]+\.(?:Dockerfile|dockerfile)")
_MANIFEST_MOST = 2 * 1024 * 1024


class StackFact(msgspec.Struct, frozen=True, order=True):
    """`kind`: language, framework, data, database, auth, payments, ai, platform, deploy, ci, assistant. `line` is 0
    where the file as a whole is the evidence."""

    kind: str
    name: str
    path: str
    line: int = 0


class _PackageJson(msgspec.Struct):
    """What of a package.json says which packages the project uses; whatever else is in it does not matter here."""

    dependencies: dict[str, Any] = {}
    devDependencies: dict[str, Any] = {}  # noqa: N815 - the file's own spelling
    peerDependencies: dict[str, Any] = {}  # noqa: N815


def detect_stack(files: Sequence[SourceFile], read: Callable[[str], bytes]) -> tuple[StackFact, ...]:
    """One fact for each part of the stack and file that shows it; languages once, with the first file of theirs."""
    facts = list(_languages(files))
    for file in files:
        facts.extend(_by_name(file.path))
        reader = _reader(file.path)
        if reader is None or file.size > _MANIFEST_MOST:
            continue
        try:
            data = read(file.path)
        except TargetError:
            # It went away since the inventory; the scan of it says so.
            continue
        facts.extend(reader(file.path, data))
    return _first_of_each(facts)


def _first_of_each(facts: Iterable[StackFact]) -> tuple[StackFact, ...]:
    """A package named twice in one file is one fact, at its first line."""
    first: dict[tuple[str, str, str], StackFact] = {}
    for fact in facts:
        key = (fact.kind, fact.name, fact.path)
        if key not in first or fact.line < first[key].line:
            first[key] = fact
    return tuple(sorted(first.values()))


def _languages(files: Sequence[SourceFile]) -> Iterator[StackFact]:
    count: Counter[str] = Counter()
    example: dict[str, str] = {}
    for file in files:
        language = LANGUAGE_SUFFIXES.get(file.path.rpartition(".")[2].lower())
        if language is not None:
            count[language] += 1
            example.setdefault(language, file.path)
    for language, _ in count.most_common():
        yield StackFact("language", language, example[language])


def _by_name(path: str) -> Iterator[StackFact]:
    name = path.rpartition("/")[2]
    if name in FILE_NAMES:
        yield StackFact(*FILE_NAMES[name], path)
    elif _DOCKERFILE.fullmatch(name):
        yield StackFact("deploy", "docker", path)
    for start, what in FOLDERS.items():
        if path.startswith(start):
            yield StackFact(*what, path)


_Reader = Callable[[str, bytes], Iterable[StackFact]]


def _reader(path: str) -> _Reader | None:
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.endswith(".prisma"):
        return _prisma
    if _REQUIREMENTS_FILE.fullmatch(path):
        return _requirements
    if name.endswith((".yml", ".yaml")) and not path.startswith(".github/"):
        return _yaml
    return None


def _package_json(path: str, data: bytes) -> Iterator[StackFact]:
    try:
        manifest = msgspec.json.decode(data, type=_PackageJson)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    lines = _Lines(data)
    for package in (*manifest.dependencies, *manifest.devDependencies, *manifest.peerDependencies):
        if package in NODE_PACKAGES:
            yield StackFact(*NODE_PACKAGES[package], path, lines.of(f'"{package}"'))


def _requirements(path: str, data: bytes) -> Iterator[StackFact]:
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        yield from _python(line, path, number)


def _python(requirement: str, path: str, line: int) -> Iterator[StackFact]:
    match = _REQUIREMENT.match(requirement)
    if match is None:
        return
    name = re.sub(r"[-_.]+", "-", match.group(1)).lower()
    if name in PYTHON_PACKAGES:
        yield StackFact(*PYTHON_PACKAGES[name], path, line)


def _pyproject(path: str, data: bytes) -> Iterator[StackFact]:
    manifest = _toml(data)
    lines = _Lines(data)
    for requirement in _declared(manifest):
        yield from _python(requirement, path, lines.of_package(requirement))


def _pipfile(path: str, data: bytes) -> Iterator[StackFact]:
    manifest = _toml(data)
    lines = _Lines(data)
    for section in ("packages", "dev-packages"):
        for name in _table(manifest, section):
            yield from _python(name, path, lines.of_package(name))


def _toml(data: bytes) -> dict[str, Any]:
    if takes_for_ever(data):
        return {}
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _declared(manifest: dict[str, Any]) -> Iterator[str]:
    """Every requirement of a pyproject.toml, in the standard places and in Poetry's, PDM's and uv's."""
    project = _table(manifest, "project")
    lists = [
        project.get("dependencies"),
        *_table(project, "optional-dependencies").values(),
        *_table(manifest, "dependency-groups").values(),
        *_table(manifest, "tool", "pdm", "dev-dependencies").values(),
        _table(manifest, "tool", "uv").get("dev-dependencies"),
    ]
    for items in lists:
        if isinstance(items, list):
            yield from (item for item in items if isinstance(item, str))
    poetry = _table(manifest, "tool", "poetry")
    yield from _table(poetry, "dependencies")
    yield from _table(poetry, "dev-dependencies")
    groups = _table(poetry, "group")
    for group in groups:
        yield from _table(groups, group, "dependencies")


def _table(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The table below these keys; an empty one where a stranger's file has something else there."""
    here: object = value
    for key in keys:
        here = here.get(key) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}


def _prisma(path: str, data: bytes) -> Iterator[StackFact]:
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _PRISMA_PROVIDER.match(line)
        if match and match.group(1) in PRISMA_PROVIDERS:
            yield StackFact("database", PRISMA_PROVIDERS[match.group(1)], path, number)


def _yaml(path: str, data: bytes) -> Iterator[StackFact]:
    if path.rpartition("/")[2] == "app.yaml" and (runtime := _APP_ENGINE.search(data)):
        yield StackFact("deploy", "app-engine", path, data.count(b"\n", 0, runtime.start()) + 1)
    match = _KUBERNETES.search(data)
    if match and b"apiVersion:" in data:
        yield StackFact("deploy", "kubernetes", path, data.count(b"\n", 0, match.start()) + 1)


_BY_NAME: dict[str, _Reader] = {"package.json": _package_json, "pyproject.toml": _pyproject, "Pipfile": _pipfile}


class _Lines:
    """Finds the line a name stands in; 0 where the file spells it in another way."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode("utf-8", "replace")

    def of(self, text: str) -> int:
        at = self._text.find(text)
        return 0 if at < 0 else self._text.count("\n", 0, at) + 1

    def of_package(self, requirement: str) -> int:
        """A requirement stands in quotes, or is a key of its own (Poetry, Pipfile)."""
        line = self.of(f'"{requirement}"') or self.of(f"'{requirement}'")
        if line:
            return line
        found = re.search(rf"^[\"']?{re.escape(requirement)}[\"']?[ \t]*=", self._text, re.MULTILINE)
        return 0 if found is None else self._text.count("\n", 0, found.start()) + 1
