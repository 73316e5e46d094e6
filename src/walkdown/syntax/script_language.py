"""The grammar of tree-sitter that reads a JavaScript or TypeScript file, by its extension."""

from __future__ import annotations

from functools import cache

from tree_sitter import Language


@cache
def language_of(extension: str) -> Language:
    if extension in ("ts", "mts", "cts"):
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_typescript())
    if extension == "tsx":
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_tsx())
    import tree_sitter_javascript

    return Language(tree_sitter_javascript.language())
