"""Which files make one database, and in which order: every migration tool has its own way of saying so."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

_ASIDE = frozenset({
    "test", "tests", "__tests__", "e2e", "seed", "seeds", "fixtures", "node_modules", "vendor", "mocks", "down",
    "rollback", "rollbacks", "archive", "archived", "backup", "backups", "snippets", "snapshots", ".temp",
})  # fmt: skip
_ASIDE_FILE = re.compile(
    r"(?:^|[._-])(?:seeds?|tests?|down|rollback|revert|undo|sample|mock|example|dummy)(?:[._-]|data|$)|^U\d+__",
    re.IGNORECASE,
)
_PLACES = frozenset({
    "sql", "database", "databases", "db", "supabase", "scripts", "schema", "schemas", "docs", "src", "migrations",
    "lib", "data", "queries", "setup", "migration", "policies", "functions",
})  # fmt: skip
_RANKS = (
    (re.compile(r"schema|tables?|init|setup|create|base", re.IGNORECASE), 0),
    (re.compile(r"function|trigger|view", re.IGNORECASE), 2),
    (re.compile(r"polic|rls|security|grant|storage", re.IGNORECASE), 3),
    (re.compile(r"fix|update|alter|add|patch|migrat", re.IGNORECASE), 4),
)


class Group(msgspec.Struct, frozen=True):
    """The files of one database, in order. `sure`: the order is that of a migration tool, not a guess of ours.
    `aside`: further scripts that may or may not have been run against it."""

    root: str
    tool: str
    paths: tuple[str, ...]
    sure: bool
    aside: tuple[str, ...] = ()


def grouped(paths: Iterable[str]) -> tuple[Group, ...]:
    tools: dict[tuple[str, str], list[str]] = {}
    loose: dict[str, list[str]] = {}
    for path in sorted(set(paths)):
        if _left_out(path):
            continue
        found = _tool(path)
        if found is None:
            loose.setdefault(_root(path), []).append(path)
        else:
            tools.setdefault(found, []).append(path)
    groups: list[Group] = []
    for (root, tool), held in sorted(tools.items()):
        beside = [one for place, scripts in loose.items() if _belongs(place, root) for one in scripts]
        groups.append(Group(root, tool, tuple(sorted(held, key=_migration_key)), True, tuple(beside)))
    for root, held in sorted(loose.items()):
        if not any(_belongs(root, group.root) for group in groups if group.sure):
            groups.append(Group(root, "scripts", tuple(sorted(held, key=_script_key)), False))
    return tuple(groups)


def _belongs(place: str, root: str) -> bool:
    return place == root or not root or place.startswith(f"{root}/")


def _left_out(path: str) -> bool:
    parts = path.lower().split("/")
    if any(part in _ASIDE for part in parts[:-1]):
        return True
    if "migrations" in parts and re.match(r"\d{8,}", parts[-1]):
        return parts[-1].endswith((".down.sql", "_down.sql"))
    return _ASIDE_FILE.search(path.rpartition("/")[2].removesuffix(".sql")) is not None


def _tool(path: str) -> tuple[str, str] | None:
    parts = path.split("/")
    lower = [part.lower() for part in parts]
    if "migrations" not in lower[:-1] and "drizzle" not in lower[:-1]:
        return ("/".join(parts[:-1]), "flyway") if re.match(r"[VR][\d._]*__", parts[-1]) else None
    at = max(index for index, part in enumerate(lower[:-1]) if part in ("migrations", "drizzle"))
    before = lower[at - 1] if at else ""
    root = "/".join(parts[:at])
    if before == "supabase":
        return "/".join(parts[: at - 1]), "supabase"
    if lower[-1] == "migration.sql" and len(lower) - at == 3:
        return "/".join(parts[: at - 1]) if before in ("prisma", "schema") else root, "prisma"
    if "drizzle" in lower[:-1]:
        return root, "drizzle"
    return root, "migrations"


def _root(path: str) -> str:
    parts = path.split("/")[:-1]
    cut = next((at for at, part in enumerate(parts) if part.lower() in _PLACES), len(parts))
    return "/".join(parts[:cut])


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (0, int(one[:30]), "") if one.isdigit() else (1, 0, one) for one in re.findall(r"\d+|\D+", text.lower())
    )


def _migration_key(path: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """By the number or time the name begins with; what has none comes last, as its tool would run it."""
    name = path.rpartition("/")[2]
    if name.lower() in ("migration.sql", "up.sql", "index.sql"):
        name = path.split("/")[-2]
    return 1 if name.startswith("R__") else 0, _natural(name.removeprefix("V"))


def _script_key(path: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    name = path.rpartition("/")[2]
    if name[:1].isdigit():
        return 1, _natural(name)
    return next((rank for pattern, rank in _RANKS if pattern.search(name)), 1), _natural(path)
