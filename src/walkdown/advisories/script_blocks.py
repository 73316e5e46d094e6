"""Where JavaScript stands inside something else: the script blocks of Vue, Svelte and Astro, and packed bundles."""

from __future__ import annotations

import re

BLOCKS = frozenset({"vue", "svelte", "astro"})

_SCRIPT = re.compile(rb"<script\b(?P<attributes>[^>]*)>(?P<code>.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_LANGUAGE = re.compile(rb"\blang\s*=\s*[\"']?(\w+)")
_FRONT = re.compile(rb"\A\s*---\r?\n(?P<code>.*?)\r?\n---", re.DOTALL)

# What browserify and its like put in front of the modules they pack, and between them.
_PACKED = re.compile(
    rb"\(function\(?\)?\s*\{?\s*(?:function\s+)?\w*\(\w,\s*\w,\s*\w\)\s*\{\s*function\s+\w\(\w,\s*\w\)"
    rb"|\(function e\(t,\s*n,\s*r\)"
    rb"|\{\s*[\"']?[\w./-]+[\"']?\s*:\s*\[\s*function\s*\(\s*require\s*,\s*module\s*,\s*exports\s*\)"
    rb"|\}\s*,\s*\{[^{}]{0,4000}\}\s*\]\s*,\s*[\"']?[\w./-]+[\"']?\s*:\s*\[\s*function\s*\(\s*require\b"
    rb"|\bwebpackUniversalModuleDefinition\b|\b__webpack_require__\b\s*=?\s*\(|\bwebpackJsonp\b"
)


def is_packed(data: bytes) -> bool:
    """A bundle brings its packages along in the same file: what it requires is no package to install."""
    return b"function" in data and bool(_PACKED.search(data))


def script_of(data: bytes, extension: str) -> tuple[bytes, str]:
    """The code of all blocks, each on the lines it has in the file, and the language to read it as."""
    found = [*_SCRIPT.finditer(data)]
    if extension == "astro" and (front := _FRONT.match(data)):
        found.insert(0, front)
    languages = {name.lower() for one in found[:] if "attributes" in one.groupdict() for name in _languages(one)}
    parts, at = [], 0
    for one in found:
        start, end = one.span("code")
        if start < at:
            continue
        parts += [b"\n" * data.count(b"\n", at, start), data[start:end]]
        at = end
    return b"".join(parts), "ts" if extension == "astro" or languages & {b"ts", b"typescript"} else "tsx"


def _languages(block: re.Match[bytes]) -> list[bytes]:
    return _LANGUAGE.findall(block["attributes"])
