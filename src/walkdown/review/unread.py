"""What no scanner will read, known before any of them runs: nothing at all, or code in a language without rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from walkdown.model import FileScanner, MapScanner, SkipKind, Skipped, SourceFile
from walkdown.scanners.registry import Scanner

# Code that people deploy. Whether some rule reads it is asked of the scanners.
LANGUAGES = {
    ".php": "PHP", ".rb": "Ruby", ".go": "Go", ".rs": "Rust", ".java": "Java", ".kt": "Kotlin", ".scala": "Scala",
    ".cs": "C#", ".swift": "Swift", ".c": "C", ".cc": "C++", ".cpp": "C++", ".ex": "Elixir", ".exs": "Elixir",
    ".vue": "Vue", ".svelte": "Svelte", ".astro": "Astro", ".sh": "shell", ".bash": "shell", ".pl": "Perl",
    ".lua": "Lua", ".sql": "SQL", ".ejs": "EJS", ".hbs": "Handlebars", ".tf": "Terraform",
}  # fmt: skip


def unread(files: Sequence[SourceFile], scanners: Sequence[Scanner]) -> list[Skipped]:
    """Nothing there is no clean bill, and neither is code in a language that no rule of any scanner reads."""
    if not files:
        return [Skipped("", SkipKind.GAP, "nothing-here", "there is no file that could be looked at")]
    code = [one for one in scanners if isinstance(one, FileScanner | MapScanner) and one.name != "kingfisher"]
    languages: Counter[str] = Counter()
    for file in files:
        language = LANGUAGES.get(PurePosixPath(file.path).suffix.lower(), "")
        if language and not any(one.wants(file) for one in code):
            languages[language] += 1
    return [
        Skipped("", SkipKind.LIMIT, "language", f"{count} files of {language}: no rule reads that language")
        for language, count in sorted(languages.items())
    ]
