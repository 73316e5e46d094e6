"""Paths of routes held against each other: `/users/:id` answers for `/users/me`, `/api` stands before `/api/orders`."""

from __future__ import annotations

import re

_PATTERN = re.compile(r"\((?:[^()]|\([^()]*\))*\)")


def plain(path: str) -> str:
    """Without the pattern a parameter must have: `/:id(\\d+)` is `/:id`."""
    return _PATTERN.sub("", path) if ":" in path else path


def covers(mounted: str, path: str) -> bool:
    """Whether what is mounted at one path runs for another, at it or below it; parameters stand for anything."""
    if mounted in ("", "/", "*", "/*", "(.*)", "/(.*)") or mounted.startswith("/*"):
        return True
    return re.match(rf"{_as_pattern(mounted)}(?:/|$)", path, re.IGNORECASE) is not None


def same(route: str, path: str) -> bool:
    """Whether a route answers for a path."""
    return re.fullmatch(_as_pattern(route), path, re.IGNORECASE) is not None


def _as_pattern(path: str) -> str:
    parts = [_part(part) for part in path.strip("/").split("/")]
    return "".join("(?:/[^/]+)?" if part is None else f"/{part}" for part in parts)


def _part(part: str) -> str | None:
    if part.startswith(":") and part.endswith("?"):
        return None
    if part.startswith("*") or part in ("(.*)", "{*splat}"):
        return ".*"
    if part.startswith(":"):
        return "[^/]+"
    return re.escape(part).replace(r"\*", "[^/]*")
