"""Reading code without running it: where something stands, and what it says once layout is taken away.

One parse serves every question about a file. Hostile and broken files are answered from their lines instead.
"""

from __future__ import annotations

from walkdown.syntax.text import Lines, Source, Span, View, decode

__all__ = ["Source", "Span", "View", "read"]

_SCRIPTS = frozenset({"js", "jsx", "mjs", "cjs", "ts", "mts", "cts", "tsx"})
_PYTHON = frozenset({"py", "pyi", "pyw"})
_DATA = frozenset(
    {"env", "yaml", "yml", "json", "toml", "ini", "cfg", "conf", "properties", "tfvars", "xml", "lock", "txt"}
)


def read(source: bytes, name: str) -> Source:
    """`name` is the file's name or path; only its extension counts. Never raises on what a file holds."""
    base = name.rpartition("/")[2].lower()
    extension = base.rpartition(".")[2]
    if extension in _PYTHON:
        from walkdown.syntax.python import read_python

        return read_python(source)
    if extension in _SCRIPTS:
        from walkdown.syntax.script import read_script

        return read_script(source, extension)
    return Lines(decode(source), data=extension in _DATA or base.startswith((".env", "dockerfile")))
