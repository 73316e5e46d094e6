"""A few lines of a file with their numbers, the one in question marked. Safe for whatever the file holds."""

from __future__ import annotations

from pathlib import PurePosixPath
from textwrap import dedent

from textual.content import Content
from textual.highlight import HighlightTheme, highlight
from textual.widgets import Static

from walkdown.safetext import for_terminal
from walkdown.tui.text import plain, pointer

_MOST_COLUMNS = 240
# By the name alone: guessing from the text would hand a stranger's file to every lexer there is, to see what fits.
_LANGUAGES = {
    "py": "python", "pyi": "python", "js": "javascript", "cjs": "javascript", "mjs": "javascript", "jsx": "jsx",
    "ts": "typescript", "cts": "typescript", "mts": "typescript", "tsx": "tsx", "vue": "html", "svelte": "html",
    "html": "html", "htm": "html", "jinja": "html+jinja", "j2": "html+jinja", "css": "css", "scss": "scss",
    "json": "json", "toml": "toml", "yaml": "yaml", "yml": "yaml", "ini": "ini", "cfg": "ini", "env": "bash",
    "sh": "bash", "bash": "bash", "sql": "sql", "go": "go", "rb": "ruby", "php": "php", "java": "java",
    "kt": "kotlin", "rs": "rust", "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp", "hpp": "cpp", "cs": "csharp",
    "swift": "swift", "tf": "terraform", "xml": "xml", "graphql": "graphql", "prisma": "prisma", "lua": "lua",
}  # fmt: skip
_NAMES = {"dockerfile": "docker", "containerfile": "docker", "makefile": "make", ".env": "bash"}


# Few colours, none of them a severity's: code stands beside words that mean something by theirs.
_CALM: dict[tuple[str, ...], str] = {
    ("Comment",): "$quiet italic",
    ("Keyword",): "$accent",
    ("Keyword", "Constant"): "$foreground",
    ("Literal", "String"): "$good",
    ("Literal", "String", "Doc"): "$quiet italic",
    ("Literal", "Number"): "$waived",
    ("Name", "Function"): "bold",
    ("Name", "Class"): "bold",
    ("Name", "Tag"): "$accent",
    ("Name", "Decorator"): "$accent",
    ("Operator", "Word"): "$accent",
}


class _Calm(HighlightTheme):
    STYLES = _CALM


class CodeView(Static):
    """`show` wants text whose secrets are masked already (`Review.code_around`); everything else is done here."""

    DEFAULT_CSS = """
    CodeView { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def show(self, path: str, first_line: int, text: str, marked: int) -> None:
        """`marked`: number of the line in question, 0 for none. Empty text shows nothing."""
        self.update(code_content(path, first_line, text, marked))


def code_content(path: str, first_line: int, text: str, marked: int) -> Content:
    if not text:
        return Content("")
    # Line by line and before anything else reads it: what highlights and draws never sees a byte that could act.
    safe = "\n".join(for_terminal(line, width=_MOST_COLUMNS).rstrip() for line in text.removesuffix("\n").split("\n"))
    lines = dedent(safe).split("\n")  # room is scarce, and how deep the code stands in its file says little
    digits = len(str(first_line + len(lines) - 1))
    shown = [
        Content.assemble(_gutter(number, digits, number == marked), line)
        for number, line in enumerate(_coloured(path, lines), first_line)
    ]
    return Content("\n").join(shown)


def _gutter(number: int, digits: int, is_marked: bool) -> Content:
    if is_marked:
        return Content.styled(f"{pointer()} {number:>{digits}}  ", "bold $accent")
    return Content.styled(f"  {number:>{digits}}  ", "$faint")


def _coloured(path: str, lines: list[str]) -> list[Content]:
    language = _language(path)
    if not language:
        return [plain(line) for line in lines]
    coloured = highlight("\n".join(lines), language=language, theme=_Calm).split("\n", allow_blank=True)
    # Highlighting drops empty lines at the end; the numbers must not shift.
    return [*coloured, *(Content("") for _ in range(len(lines) - len(coloured)))][: len(lines)]


def _language(path: str) -> str:
    name = PurePosixPath(path.lower()).name
    return _NAMES.get(name) or _LANGUAGES.get(name.rpartition(".")[2] if "." in name else "", "")
