"""Which files are code that takes something from packages."""

from __future__ import annotations

import posixpath

PYTHON = frozenset({"py", "pyw"})
SCRIPT = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})


def extension(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()
