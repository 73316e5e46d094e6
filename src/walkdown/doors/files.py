"""Which files of a target the map is made from: code and SQL that are read, and configs that tell how they hang
together. Tests, built output and what is somebody else's make no doors."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from walkdown.doors.wire import SQL
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.scanner import Chosen, SourceFile

CODE = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})
_MOST_CONFIG = 1_000_000
# Somebody else's code, or made by a tool, wherever it lies.
_NEVER = frozenset({
    "node_modules", "bower_components", "jspm_packages", "vendored", "_vendor", "third_party", "thirdparty",
    "site-packages", ".next", ".nuxt", ".output", ".svelte-kit", ".turbo", ".vercel", ".netlify", ".yarn", ".pnp",
    ".cache", ".git", ".venv", "venv", ".storybook", "storybook-static", "__tests__", "__mocks__", "__fixtures__",
    "__snapshots__",
})  # fmt: skip
# The same, unless it lies among the application's own code: a shop has vendors, an insurer coverage, a school tests.
_MOSTLY = frozenset({
    "dist", "build", "out", "coverage", "vendor", "vendors", "test", "tests", "testing", "e2e", "spec", "fixtures",
    "mocks", "cypress", "playwright",
})  # fmt: skip
_OWN = frozenset({
    "src", "app", "pages", "routes", "routers", "api", "functions", "controllers", "actions", "modules", "features",
})  # fmt: skip
_ASIDE_FILE = re.compile(
    r".*\.(?:test|spec|e2e-spec|e2e|stories|story|bench|cy|mock|fixture|min|bundle)\.\w+"
    r"|.*[-.]min\.\w+|(?:jest|vitest|cypress|playwright|karma|protractor)(?:\.\w+)*\.(?:config|setup)(?:\.\w+)*\.\w+",
    re.IGNORECASE,
)
_CONFIG = re.compile(
    r"(?:.*/)?(?:package\.json|[tj]sconfig[\w.-]*\.json|deno\.jsonc?|[\w.-]*import[-_]map[\w.-]*\.json|nest-cli\.json"
    r"|vercel\.json|wrangler\.(?:toml|jsonc?)|firebase\.json|_journal\.json|[^/]*\.prisma)"
    r"|(?:.*/)?supabase/config\.toml|(?:.*/)?(?:tsconfig|typescript-config|config-typescript)s?/[\w.-]+\.json"
)


def extension(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()


def is_read(path: str) -> bool:
    return _is_source(path) and not is_aside(path)


def choose(files: Sequence[SourceFile]) -> Chosen:
    inside = [file for file in files if not is_aside(file.path)]
    aside = sum(_is_source(file.path) for file in files) - sum(_is_source(file.path) for file in inside)
    reason = f"{aside} files of code or SQL are tests, built by a tool or somebody else's: they make no doors"
    return Chosen(
        tuple(file for file in inside if _is_source(file.path)),
        tuple(file for file in inside if file.size <= _MOST_CONFIG and _CONFIG.fullmatch(file.path)),
        tuple(sorted(file.path for file in inside)),
        (Skipped("", SkipKind.SCOPE, "no-application", reason),) if aside else (),
    )


def is_aside(path: str) -> bool:
    *folders, name = path.split("/")
    for at, folder in enumerate(folders):
        if folder.lower() in _NEVER or (folder.lower() in _MOSTLY and not _OWN.intersection(folders[:at])):
            return True
    return _ASIDE_FILE.fullmatch(name) is not None


def _is_source(path: str) -> bool:
    ending = extension(path)
    return ending == SQL or (ending in CODE and not path.endswith((".d.ts", ".d.mts", ".d.cts")))
