"""Names of files: the printable form the model speaks, which are records of ours, what a name says of content."""

from __future__ import annotations

import os
import re

from walkdown.target.manifests.names import group_of_file, kind_of

# A backslash that already spells such a byte is escaped itself, so that two names never print alike.
_SPELLED_BYTE = re.compile(rb"\\(?=x[0-9a-fA-F]{2})")

# `<date>-<digest>`, then perhaps who signed, then what it is. Anything else under .walkdown/ is scanned like the rest.
_RECORD = re.compile(
    r"\.walkdown/signoffs/\d{4}-\d{2}-\d{2}-[0-9a-f]{8,64}(?:\.[A-Za-z0-9@_+-]{1,100}){0,3}\.(?:md|json|sig|asc)"
)

# What keeps git from changing a record's line endings. It counts as part of the records while it says exactly this.
ATTRIBUTES_PATH = ".walkdown/.gitattributes"
ATTRIBUTES = b"signoffs/* -text\n"

_SOURCE = frozenset((
    "py", "pyi", "pyx", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "sql",
    "prisma", "graphql", "sh", "bash", "zsh", "ps1", "rb", "php", "go", "rs", "java", "kt", "scala", "cs", "c", "h",
    "cc", "cpp", "hpp", "swift", "ex", "exs", "erl", "lua", "pl", "html", "htm", "jinja", "jinja2", "j2", "ejs",
    "hbs", "tf", "env", "yml", "yaml", "toml", "ini", "cfg", "conf", "properties",
))  # fmt: skip
# Text too, and a place for secrets; but what it holds means the same under any such ending.
_TEXT = frozenset(("json", "jsonc", "json5", "txt", "xml", "pem", "key", "lock", "ipynb"))
_SOURCE_NAMES = frozenset((
    "Dockerfile", "Containerfile", "Makefile", "Procfile", "Jenkinsfile", ".npmrc", ".netrc", ".pypirc",
    "go.mod", "go.sum", "Cargo.toml", "Cargo.lock", "Gemfile", "Gemfile.lock", "composer.json", "composer.lock",
    "pom.xml", "build.gradle", "deno.json", "deno.lock",
))  # fmt: skip
_SAME = {"yaml": "yml", "htm": "html"}
# A large JSON file is mostly data; not under these names.
_TELLING = re.compile(
    r"(?i)(?:^|[-_.])(?:(?:app)?settings|secrets?|credentials?|passwords?|keys?|config(?:uration)?|env"
    r"|service[-_]?account)(?=[-_.])"
)


def printable(name: str) -> str:
    """A path as os gives it (bytes that are no UTF-8 as lone surrogates) in the form the model uses: `\\xNN`."""
    if name.isascii() and "\\" not in name:
        return name
    raw = _SPELLED_BYTE.sub(rb"\\x5c", os.fsencode(name))
    return raw.decode("utf-8", "backslashreplace")


def is_record(path: str) -> bool:
    """True for a sign-off record, its countersignatures and signatures: what walkdown itself put there."""
    return _RECORD.fullmatch(path) is not None


def content_suffix(name: str) -> str:
    """The part of a file's name that may change what a scanner makes of its bytes: the extension, or the whole name."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or name.startswith((".", "Dockerfile", "Containerfile")):
        return name
    return suffix


def looks_like_source(path: str) -> bool:
    """True where a person would expect a review to have read the file, whatever its bytes look like."""
    return bool(_read_as(path)) or path.rpartition(".")[2].lower() in _TEXT


def may_be_data(path: str) -> bool:
    """True for what looks like source by its ending alone and, where it is very large, is none: JSON."""
    name = path.rpartition("/")[2]
    return name.lower().endswith(".json") and not _read_as(path) and _TELLING.search(name) is None


def is_read_alike(path: str, other: str) -> bool:
    """True where the scanners make of a file at `other` what they would make of it at `path`, and no less of it."""
    kind = _read_as(path)
    if not kind:
        return True
    return kind == _read_as(other) and (not kind_of(path) or group_of_file(other) in ("", group_of_file(path)))


def _read_as(path: str) -> str:
    """What scanners take a file for by its name: a kind of manifest, a name or an ending; empty where they do not."""
    name = path.rpartition("/")[2]
    if name in _SOURCE_NAMES or name.startswith(".env"):
        return name
    if name.startswith("Dockerfile."):
        return "Dockerfile"
    suffix = name.rpartition(".")[2].lower()
    return kind_of(path) or (_SAME.get(suffix, suffix) if suffix in _SOURCE else "")
