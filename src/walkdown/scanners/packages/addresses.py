"""Packages that come from a repository or from an address on the net: whether what is fetched there is fixed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.errors import WalkdownError
from walkdown.model.dependency import Dependency
from walkdown.model.scanner import Sources

FIXED, BRANCH, UNHASHED = "fixed", "branch", "unhashed"

_MOST_LINES = 12
_LONGEST = 2_000
_COMMIT = re.compile(r"(?<![0-9A-Za-z])(?=[a-f]*\d)[0-9a-f]{7,64}(?![0-9A-Za-z])")
_TAG = re.compile(r"[\w./-]*?[vV_.-]?\d+(?:\.\d+)+[\w.+-]*")
_GIT = re.compile(r"git\+|\bgit\s*=|git://|git@|\bhg\+|svn\+|bzr\+|\.git\b|\b(?:github|gitlab|bitbucket|gist):")
_SHORT = re.compile(r"[\"']\s*:\s*[\"']([\w.-]+/[\w.-]+(?:#[^\"']*)?)[\"']")
_HASH = re.compile(r"#(?:[^\s\"']*&)?(?:sha(?:1|224|256|384|512)|md5)=[0-9a-f]{32,}|--hash[=\s]|\bhash(?:es)?\s*=")
_REF = re.compile(r"\b(?:rev|ref)\s*=\s*[\"']([^\"']+)")
_TAGGED = re.compile(r"\btag\s*=\s*[\"']([^\"']+)")
_BEHIND = re.compile(r"#([^\"'\s&]+)")
_AT = re.compile(r"(?:\+|://)[^\s\"'#;]*[^\s\"'#;/]@([^\s\"'#;@:]+)(?=[\s\"'#;&]|$)")
_ADDRESS = re.compile(r"(?:https?|ftp)://")


def held_by(dependency: Dependency, sources: Sources) -> str:
    """FIXED also where it cannot be told."""
    try:
        text = sources.read(dependency.path).decode("utf-8", "replace")
    except (OSError, WalkdownError):
        return FIXED
    lines = text.split("\n")
    if not dependency.line or dependency.hashed:
        return FIXED
    written = _value(lines, dependency) or _sourced(lines, dependency.name) or _written(lines, dependency.line - 1)
    written = written[:_LONGEST]
    if _GIT.search(written) or _SHORT.search(written):
        return FIXED if _has_fixed_ref(written) else BRANCH
    if not _ADDRESS.search(written) or _HASH.search(written) or _names_commit(written):
        return FIXED
    return UNHASHED


def _value(lines: Sequence[str], dependency: Dependency) -> str:
    """In package.json many may share a line."""
    if not dependency.path.endswith(".json") or dependency.line > len(lines):
        return ""
    name = re.escape(dependency.alias or dependency.name)
    found = re.search(rf"\"{name}\"\s*:\s*\"[^\"]*\"", lines[dependency.line - 1])
    return found.group() if found else ""


def _has_fixed_ref(written: str) -> bool:
    """A commit, or a tag that looks like a release: that one can be moved as well, but only by its owner's intent."""
    refs = [
        *_REF.findall(written), *_TAGGED.findall(written), *_AT.findall(written),
        *(ref for ref in _BEHIND.findall(written) if not ref.startswith(("egg=", "subdirectory=", "semver:"))),
    ]  # fmt: skip
    return any(_COMMIT.fullmatch(ref) or _TAG.fullmatch(ref) for ref in refs)


def _names_commit(written: str) -> bool:
    address = written.partition("://")[2]
    return bool(_COMMIT.search(address))


def _written(lines: Sequence[str], start: int) -> str:
    """The line and what belongs to it: a continuation, or an inline table that is still open."""
    parts: list[str] = []
    for line in lines[start : start + _MOST_LINES]:
        parts.append(line.split(" #", 1)[0].rstrip())
        text = " ".join(parts)
        if not text.endswith("\\") and text.count("{") <= text.count("}"):
            break
    header = re.match(r"\s*\[[\w.\"-]*dependencies\.", lines[start]) if start < len(lines) else None
    if header:  # a table of its own
        for line in lines[start + 1 : start + _MOST_LINES]:
            if line.lstrip().startswith("["):
                break
            parts.append(line)
    return " ".join(parts)


def _sourced(lines: Sequence[str], name: str) -> str:
    """uv tells in a table of its own where a package comes from."""
    for number, line in enumerate(lines):
        if line.strip() == "[tool.uv.sources]":
            wanted = re.compile(rf"\s*[\"']?{re.escape(name).replace('-', '[-_.]')}[\"']?\s*=", re.IGNORECASE)
            for at in range(number + 1, min(len(lines), number + 200)):
                if lines[at].startswith("["):
                    break
                if wanted.match(lines[at]):
                    return _written(lines, at)
    return ""
