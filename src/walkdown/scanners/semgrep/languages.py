"""Which files a Semgrep rule of some language is about, and what a copy must be called so that Semgrep takes it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

_PYTHON = (".py", ".pyi", ".pyw")
_JAVASCRIPT = (".js", ".jsx", ".mjs", ".cjs")
_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts")
_C = (".c", ".h")
_CPP = (".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".pcc", ".tpp")
_ENDINGS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("python", "py", "python2", "python3"): _PYTHON,
    ("javascript", "js"): _JAVASCRIPT,
    ("typescript", "ts"): _TYPESCRIPT,
    ("bash", "sh"): (".bash", ".sh"),
    ("c",): _C,
    ("cpp", "c++"): _CPP,
    ("csharp", "c#"): (".cs",),
    ("dart",): (".dart",),
    ("dockerfile", "docker"): (".dockerfile",),
    ("go", "golang"): (".go",),
    ("html",): (".htm", ".html"),
    ("java",): (".java",),
    ("json",): (".json", ".ipynb"),
    ("kotlin", "kt"): (".kt", ".kts", ".ktm"),
    ("lua",): (".lua",),
    ("php",): (".php", ".tpl", ".phtml"),
    ("proto", "protobuf", "proto3"): (".proto",),
    ("ruby",): (".rb",),
    ("rust",): (".rs",),
    ("scala",): (".scala",),
    ("solidity", "sol"): (".sol",),
    ("swift",): (".swift",),
    ("terraform", "tf", "hcl"): (".tf", ".tofu", ".hcl", ".tfvars"),
    ("vue",): (".vue",),
    ("xml",): (".xml", ".plist"),
    ("yaml",): (".yml", ".yaml"),
}
_BY_LANGUAGE = {name: endings for names, endings in _ENDINGS.items() for name in names}
# Languages whose rules look at the text of any file at all.
_EVERY_FILE = frozenset({"generic", "spacegrep", "aliengrep", "regex", "none"})

# Semgrep chooses by the end of the name and drops these without a word. The copy gets an end that it takes.
_RENAMED = {".mts": ".ts", ".cts": ".ts", ".pyw": ".py"}
_DROPPED_ENDS = (".min.js", ".d.ts")


class Wanted:
    """The files that some rule of these languages is about."""

    def __init__(self, languages: Iterable[str]) -> None:
        chosen = set(languages)
        self.unknown = frozenset(chosen - _BY_LANGUAGE.keys() - _EVERY_FILE)
        self._every = bool(chosen & _EVERY_FILE)
        self._endings = frozenset(ending for name in chosen for ending in _BY_LANGUAGE.get(name, ()))
        self._docker = ".dockerfile" in self._endings

    def __contains__(self, path: str) -> bool:
        name = PurePosixPath(path)
        if self._every or name.suffix.lower() in self._endings:
            return True
        return self._docker and name.name in ("Dockerfile", "dockerfile")


def ending_for(path: str) -> str:
    """What to put behind the name of a copy; empty where Semgrep takes it under its own name."""
    suffix = PurePosixPath(path).suffix
    lower = suffix.lower()
    taken = _RENAMED.get(lower, lower)
    if lower not in _PYTHON + _JAVASCRIPT + _TYPESCRIPT:
        return ""
    return taken if taken != suffix or path.lower().endswith(_DROPPED_ENDS) else ""
