"""From what stands in an `import` of JavaScript or TypeScript to the npm package it is from."""

from __future__ import annotations

import re

_BUILTIN = frozenset({
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net",
    "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream",
    "string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi",
    "worker_threads", "zlib", "sqlite", "sea", "test",
})  # fmt: skip
_PACKAGE = re.compile(r"(@[A-Za-z0-9_.~-]+/[A-Za-z0-9_.~-]+|[A-Za-z0-9_~][A-Za-z0-9_.~-]*)(?:/.*)?")
# Given by the bundler, framework or host program, not by a package of that name.
_GIVEN = frozenset(
    {
        "vscode",
        "electron",
        "bun",
        "cloudflare",
        "k6",
        "aws-lambda",
        "obsidian",
        "figma",
        "jest",
        "server-only",
        "client-only",
        "pnpapi",
    }
)

_GIVEN_SCOPES = frozenset({"@site", "@theme", "@theme-original", "@theme-init", "@generated", "@docusaurus"})


def package_of(text: str) -> str:
    """Empty for relative paths, addresses, what the platform brings, and what only a bundler can resolve."""
    text = text.partition("?")[0]
    text = text.rpartition("!")[2]  # webpack's inline loaders
    if not text or text[0] in "./~#$\\" or text.startswith("@/") or ":" in text or "{" in text or "*" in text:
        return ""
    found = _PACKAGE.fullmatch(text)
    if found is None:
        return ""
    name = found.group(1)
    if name in _BUILTIN or name in _GIVEN or name.partition("/")[0] in _GIVEN_SCOPES:
        return ""
    return name
