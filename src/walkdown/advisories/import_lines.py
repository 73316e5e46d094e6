"""Imports of Python read line by line, for code that is newer than the Python we run on.

A file that no parser here takes may well run on the server, so that what it imports must not go unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_STRINGS = re.compile(
    r"(?P<long>(?:\"\"\"(?:[^\\]|\\.)*?\"\"\")|(?:'''(?:[^\\]|\\.)*?'''))"
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*",
    re.DOTALL,
)
_TEMPLATE = re.compile(r"^\s*\{%|^[^\"'\n]*\{\{[^\"'\n]*\}\}|<%", re.MULTILINE)
# Python 2, which no server should run: whatever it imports is no longer to be had.
_OLD = re.compile(
    r"^\s*print\s+[\"'\w%]|^\s*print\s*$|^\s*exec\s+[\"'\w]|^\s*except\s+[\w.]+\s*,\s*[a-z_]\w*\s*:|\bur[\"']|<>"
    r"|^\s*raise\s+\w+\s*,",
    re.MULTILINE,
)
_IMPORT = re.compile(r"(?:^|[;:])\s*(?:import\s+(?P<names>[\w.][^;#]*)|from\s+(?P<source>\w[\w.]*)\s+import\b)")
_CATCHES = re.compile(r"except\s*\*?\s*:|except\b.*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b")
_IF = re.compile(r"(?:el)?if\b.*(?:TYPE_CHECKING|version_info|find_spec|platform)|else\b")

_MOST = 5_000  # lines with an import
_FAR = 1_000  # lines to look for what an import stands in

Found = tuple[str, int, bool, bool]  # the module, its line, whether the code goes on without it, whether it comes late


def may_be_newer(text: str) -> bool:
    """False for templates and for Python 2."""
    return "\0" not in text and not _TEMPLATE.search(text) and not _OLD.search(text)


def lines_with_imports(text: str) -> Iterator[Found]:
    lines = _STRINGS.sub(_blank, text).replace("\\\n", " \v").split("\n")
    depths = [_indent(line) for line in lines]
    number, told = 1, 0
    for at, line in enumerate(lines):
        if "import" in line:
            optional, late = _around(lines, depths, at)
            for module in _modules(line.replace("\v", "")):
                yield module, number, optional, late
            told += 1
            if told > _MOST:
                return
        number += 1 + line.count("\v")


def _blank(found: re.Match[str]) -> str:
    """The lines stay where they are."""
    return "\n" * found.group().count("\n") + ("" if found.group().startswith("#") else "_")


def _modules(line: str) -> Iterator[str]:
    for found in _IMPORT.finditer(line):
        if found["source"]:
            yield found["source"]
            continue
        for part in found["names"].split(","):
            name = re.match(r"\s*(\w+(?:\.\w+)*)\s*(?:$|as\b)", part)
            if name:
                yield name.group(1)


def _around(lines: Sequence[str], depths: Sequence[int], at: int) -> tuple[bool, bool]:
    """By the headers above that hold this line in: `try`, `if` and `def`."""
    optional, late, depth = False, False, depths[at]
    for above in range(at - 1, max(at - _FAR, -1), -1):
        if depth == 0:
            break
        text = lines[above].strip()
        if not text or depths[above] >= depth:
            continue
        depth = depths[above]
        late = late or text.startswith(("def ", "async def "))
        optional = optional or bool(_IF.match(text)) or bool(_CATCHES.match(text))
        optional = optional or (text.startswith("try") and _is_caught(lines, depths, above))
    return optional, late


def _is_caught(lines: Sequence[str], depths: Sequence[int], start: int) -> bool:
    for at in range(start + 1, min(start + _FAR, len(lines))):
        if depths[at] <= depths[start] and (text := lines[at].strip()):
            if not text.startswith("except"):
                return False
            if _CATCHES.match(text):
                return True
    return False


def _indent(line: str) -> int:
    spread = line.expandtabs()
    return len(spread) - len(spread.lstrip())
